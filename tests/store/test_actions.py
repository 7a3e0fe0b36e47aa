"""The ledger in the database: written, changed, removed, and every change noted."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from besok.model.actions import Action
from besok.model.errors import CalendarFileError, NotFound
from besok.model.site import Text
from besok.services.actions import get_actions
from besok.store import actions
from besok.store.database import Database
from cli.commands import actions as doors

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOMORROW = date(2026, 3, 2)
CHAIRS = Action(
    site="lib",
    id="chairs",
    title=Text(sv="Stolar", en="Chairs"),
    asked=date(2026, 1, 2),
    spaces=("hall",),
    invented=True,
)


def found(db: Database, name: str) -> Action:
    return next(action for action in actions.listing(db, "lib") if action.id == name)


def test_an_action_comes_a_long_way(house: Database) -> None:
    assert actions.put(house, [CHAIRS], "anna", NOW)[0] == "lib chairs: added: Stolar / Chairs"
    assert actions.put(house, [CHAIRS], "anna", NOW) == []
    answered = replace(CHAIRS, answered=date(2026, 1, 9), answer=Text(sv="Ja", en="Yes"))
    actions.put(house, [answered], "bo", NOW)
    actions.put(house, [replace(answered, done_since=date(2026, 2, 1), spaces=())], "bo", NOW)
    assert found(house, "chairs") == replace(answered, done_since=date(2026, 2, 1), spaces=())
    (told,) = get_actions(house, "lib", NOW.date())
    assert (told.state, told.answer, told.spaces, told.invented) == (
        "done",
        Text(sv="Ja", en="Yes"),
        (),
        True,
    )
    actions.remove(house, "lib", "chairs", "cia", NOW)
    assert get_actions(house, "lib", NOW.date()) == []
    entries = actions.log(house)
    assert [e.author for e in entries if e.change in ("added: Stolar / Chairs", "removed")] == ["anna", "cia"]
    assert "spaces: hall → not stated" in [e.change for e in entries]


@pytest.mark.usefixtures("database_url")  # with a pool of connections
def test_who_writes_at_the_same_time_takes_nothing_from_another(house: Database) -> None:
    def add(n: int) -> Action:
        return actions.add(
            house, "lib", lambda taken: replace(CHAIRS, id=f"chairs-{len(taken)}"), f"{n}", NOW
        )

    with ThreadPoolExecutor(4) as several:
        assert len({action.id for action in several.map(add, range(4))}) == 4
        answer, done = (
            {"answered": date(2026, 1, 9), "answer": Text(sv="Ja", en="Yes")},
            {"done_since": NOW.date()},
        )
        for change in (answer, done):
            several.submit(actions.amend, house, "lib", "chairs-0", partial(replace, **change), "anna", NOW)
    assert found(house, "chairs-0") == replace(CHAIRS, id="chairs-0", **answer, **done)
    with pytest.raises(NotFound, match="no action"):
        actions.amend(house, "lib", "lamps", lambda known: known, "anna", NOW)


def test_the_newest_come_first_and_open_questions_before_them(house: Database) -> None:
    others = [replace(CHAIRS, id="lamps", asked=date(2026, 2, 2)), replace(CHAIRS, id="undated", asked=None)]
    actions.put(house, [CHAIRS, *others], "anna", NOW)
    assert [a.id for a in actions.listing(house, "lib")] == ["undated", "lamps", "chairs"]


def test_what_is_not_there_or_cannot_be_changes_nothing(house: Database) -> None:
    for wrong in (replace(CHAIRS, spaces=("attic",)), replace(CHAIRS, site="nowhere")):
        with pytest.raises(NotFound):
            actions.put(house, [replace(CHAIRS, id="good"), wrong], "anna", NOW)
    with pytest.raises(CalendarFileError, match="never done"):
        actions.put(house, [replace(CHAIRS, undone=date(2026, 2, 1))], "anna", NOW)
    with pytest.raises(CalendarFileError, match=f"asked: {TOMORROW} is still to come"):
        actions.put(house, [replace(CHAIRS, asked=TOMORROW)], "anna", NOW)
    with pytest.raises(NotFound, match="look at the list again"):
        actions.remove(house, "lib", "chairs", "anna", NOW)
    assert actions.listing(house) == [] and actions.log(house) == []


def test_a_ledger_goes_to_a_spreadsheet_and_comes_back(
    house: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "opened", lambda _site=None: nullcontext(house))
    there = tmp_path / "ledger.csv"

    def ask(*words: str) -> tuple[str, str]:
        told = CliRunner().invoke(doors.app, [*words])
        return told.stdout.strip(), str(told.exception or "")

    actions.put(house, [CHAIRS], "anna", NOW)
    assert ask("export", str(there)) == (f"1 action written to {there}", "")
    assert ask("import", str(there)) == ("Nothing changed.", "")
    more = tmp_path / "more.csv"
    text = "site;title_sv;asked_by;asked\nlib;Lampor;residents;2026-02-09\n"
    more.write_text(text, "utf-8")
    assert ask("import", str(more), "--dry-run")[0].startswith("lib lampor: added: Lampor / Lampor")
    assert len(actions.listing(house)) == 1
    assert "lib lampor: asked: 2026-02-09" in ask("import", str(more))[0]
    assert ask("import", str(more)) == ("Nothing changed.", "")
    for line, said in (
        ("lib;Mattor;Anna;\n", "line 3: asked_by"),
        ("lib;Mattor;;2199-01-01\n", "2199-01-01 is still to come"),
        ("nowhere;Mattor;;\n", "nowhere"),
    ):
        more.write_text(text.replace("Lampor", "Lampor, fler") + line, "utf-8")
        for how in ([], ["--dry-run"]):
            assert said in ask("import", str(more), *how)[1]
    assert {a.id for a in actions.listing(house)} == {"chairs", "lampor"}, "half a file is not taken in"
    assert ask("list")[0].splitlines()[1].split()[:5] == ["lib", "lampor", "asked", "2026-02-09", "Lampor"]
