"""The ledger of actions: what it may hold, and how far an action has come."""

from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from besok.files.actions import parse
from besok.model.actions import LONGEST_ID, Action, as_cell, changes, check, from_cell, id_of
from besok.model.site import Text
from besok.model.sitefile import parse as parse_sites
from cli.stack.example import programme

ROOT = Path(__file__).parents[2]
ONE = Action(
    site="lib",
    id="chairs",
    title=Text(sv="Stolar", en="Chairs"),
    asked=date(2026, 1, 2),
    answered=date(2026, 1, 5),
    answer=Text(sv="Ja", en="Yes"),
    done_since=date(2026, 2, 1),
    undone=date(2026, 3, 1),
    spaces=("hall",),
)


def test_how_far_an_action_has_come() -> None:
    days = [(2026, 1, 3), (2026, 1, 5), (2026, 2, 1), (2026, 2, 28), (2026, 3, 1)]
    assert [ONE.state(date(*day)) for day in days] == ["asked", "answered", "done", "done", "undone"]


@pytest.mark.parametrize(
    ("other", "key", "said"),
    [
        ({"id": "Chairs!"}, "id", "is not an id"),
        ({"asked": date(2026, 1, 9)}, "answered", "2026-01-05 is before asked"),
        ({"undone": date(2026, 1, 31)}, "undone", "exchange or correct"),
        (
            {"done_since": date(2026, 1, 1)},
            "done_since",
            "2026-01-01 is before asked",
        ),  # though it is answered
        ({"asked": date(26, 1, 2)}, "asked", "the year 26 cannot be"),
        ({"asked": date(2026, 1, 3)}, "asked", "2026-01-03 is still to come"),
        ({"done_since": None}, "undone", "what was never done cannot be undone"),
        ({"answered": None}, "answered", "write both or neither"),
        ({"answer": Text(sv="Ja", en="")}, "answer", "in both languages"),
        ({"weekdays": ("someday",)}, "weekdays", "is not a weekday"),
    ],
)
def test_what_cannot_be_is_told(other: dict[str, Any], key: str, said: str) -> None:
    today = date(2026, 1, 2) if other == {"asked": date(2026, 1, 3)} else date.max
    told = [(at, str(reason)) for at, reason in check(replace(ONE, **other), today)]
    assert any(at == key and said in reason for at, reason in told)


def test_changes_are_told_one_by_one() -> None:
    old = Action(site="lib", id="chairs", title=Text(sv="Stolar", en="Chairs"))
    assert changes(old, old) == []
    assert [*map(str, changes(None, old))] == ["added: Stolar / Chairs"]
    assert "done_since: 2026-02-01" in map(str, changes(old, ONE))
    assert "spaces: hall" in map(str, changes(old, ONE))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Öppet längre på söndagar", "oppet-langre-pa-sondagar"),
        ("  50 % fler!", "50-fler"),
        ("Größe", "grosse"),
        ("?", ""),
    ],
)
def test_a_title_makes_an_id(title: str, name: str) -> None:
    assert id_of(title) == name
    assert len(id_of(title * 30)) < LONGEST_ID


def test_no_spreadsheet_calculates_with_what_somebody_wrote() -> None:
    for text in ("=1+1", "+46", "- less", "@home", "\tx", "'quoted'", "plain", ""):
        assert not as_cell(text).startswith(("=", "+", "-", "@", "\t"))
        assert from_cell(as_cell(text)) == text


def test_the_example_fits_its_site_file_and_says_that_it_is_one() -> None:
    actions = parse((ROOT / "sites" / "helsingborg-actions.csv").read_text("utf-8"), "example", ())
    places = {
        s.id: {x.id for x in s.spaces}
        for s in parse_sites((ROOT / "sites" / "helsingborg.toml").read_text("utf-8")).sites
    }
    assert all(set(a.spaces) <= places[a.site] and a.invented for a in actions)
    assert {a.state(date(2026, 11, 25)) for a in actions} == {"asked", "answered", "done", "undone"}


def test_every_key_is_documented() -> None:
    page = (ROOT / "docs" / "how-to" / "keep-the-action-register.md").read_text("utf-8")
    assert [f.name for f in fields(Action) if f"`{f.name}`" not in page] == []


def test_the_programme_of_the_simulated_world_is_when_it_is_open() -> None:
    sites = parse_sites((ROOT / "sites" / "helsingborg.toml").read_text("utf-8"))
    found = list(programme(sites, date(2026, 5, 4), date(2026, 6, 28)))
    assert {site for site, _, _ in found} == {"stadsbiblioteket", "stadsparken"}
    assert all(o.start < o.end and space for _, o, space in found)
    assert found == list(programme(sites, date(2026, 5, 4), date(2026, 6, 28)))
