"""The board and the addresses, from hand-made views."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from besok.model.occupancy import REASONS
from besok.model.site import Text
from besok.model.views.live import SiteLive, SpaceLive, in_whole_people
from besok.model.views.series import ExpectedHour, OccupancyPoint
from besok.text import formats, opening_text
from besok.text.languages import speaking
from dashboard import ranges
from dashboard.address import Address
from dashboard.components import live_parts
from dashboard.components.card import Frame, Today
from dashboard.pages import now as now_page
from tests.small_sites import house, week

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PLACE = house(week("always"))


def space(name: str, parent: str | None = "house", **changes: Any) -> SpaceLive:
    """A space with seven of ten people in it."""
    known: dict[str, Any] = {
        "space": name, "parent": parent, "name": Text(sv=name, en=name), "kind": "room", "storey": 0, "capacity": 10,
        "people": 7.0, "lower": 5.2, "upper": 8.9, "raw": 7.0, "basis": "doors", "reason": None,
        "time": NOW, "heard": NOW, "interval_s": 60, "freshness": "live", "level": "moderate",
    }  # fmt: skip
    made = known | changes
    counted = made["people"] is not None and made["basis"] != "presence"
    return SpaceLive(**{"whole": round(made["people"]) if counted else None} | made)


def site(*spaces: SpaceLive, **changes: Any) -> SiteLive:
    """A house with `spaces`."""
    known: dict[str, Any] = {
        "site": "house", "name": Text(sv="Huset", en="The house"), "time": NOW, "sandbox": False,
        "is_open": True, "open_until": NOW + timedelta(hours=7), "opens_at": None, "visits_today": 112.0,
        "visits_last_week": 100.0,
        "spaces": (space("house", None, capacity=100), *spaces),
    }  # fmt: skip
    return SiteLive(**known | changes)


def board(live: SiteLive, said: Any = None, **changes: Any) -> dict[str, Any]:
    """The page as the browser gets it, flattened: every element by its place for the script, and all text."""
    shared = Frame(weekday="onsdag", first=NOW - timedelta(hours=3), last=NOW + timedelta(hours=8), **changes)
    found: dict[str, Any] = {"text": [], "cards": {}}
    walk(now_page.board(live, PLACE, shared, said).to_plotly_json(), found)
    return found


def walk(node: Any, found: dict[str, Any]) -> None:
    """Collect texts and cards of a tree of components."""
    if isinstance(node, str):
        found["text"].append(node)
    elif isinstance(node, list | tuple):
        for child in node:
            walk(child, found)
    elif node is not None:
        props = node["props"] if isinstance(node, dict) else node.to_plotly_json()["props"]
        if "data-space" in props:
            found["cards"][props["data-space"]] = props
        walk(props.get("children"), found)


def test_spaces_add_up_to_what_they_are_in() -> None:
    figures = {"house": 105.8, "up": 34.7, "down": 45.6, "cellar": 25.5, "a": 8.5, "b": 8.5, "c": 8.5}
    parents = {"house": None, "a": "cellar", "b": "cellar", "c": "cellar"}
    house_now = [space(name, parents.get(name, "house"), people=people) for name, people in figures.items()]
    shown = {one.space: one.whole for one in in_whole_people(house_now)}
    assert shown["house"] == 106 == sum(shown[floor] or 0 for floor in ("up", "down", "cellar"))
    assert shown["cellar"] == 25 == sum(shown[room] or 0 for room in "abc")


def test_a_whole_number_is_next_to_its_figure_whatever_else_is_known() -> None:
    sure = [space("house", None, people=3.6), space("a", people=3.0), space("b", people=None, basis=None)]
    seen = space("c", people=1.0, basis="presence")
    assert [one.whole for one in in_whole_people([*sure, seen])] == [4, 3, None, None]
    unlike = [space("house", None, people=2.0), space("a", people=4.6), space("b", people=0.6)]
    assert [one.whole for one in in_whole_people(unlike)] == [2, 5, 1], (
        "figures that contradict each other stay"
    )


@given(st.lists(st.integers(0, 200), max_size=7), st.integers(0, 30))
def test_whole_numbers_never_add_up_to_more_than_the_whole(tenths: list[int], rest: int) -> None:
    total = (sum(tenths) + rest) / 10
    rooms = [space(f"room-{n}", people=tenth / 10) for n, tenth in enumerate(tenths)]
    root, *shown = in_whole_people([space("house", None, people=total), *rooms])
    assert root.whole is not None and abs(root.whole - total) < 1
    assert (
        sum(one.whole or 0 for one in shown)
        <= root.whole
        <= sum(one.whole or 0 for one in shown) + rest / 10 + 1
    )
    assert all(abs((one.whole or 0) - (one.people or 0)) < 1 for one in shown)


@pytest.mark.parametrize("wrong", [{"reason": "silent_door"}, {"freshness": "stale"}])
def test_visits_are_not_compared_while_a_door_is_offline(wrong: dict[str, Any]) -> None:
    assert any("fler än förra onsdagen" in text for text in board(site())["text"])
    live = site()
    offline = replace(live, spaces=(replace(live.spaces[0], **wrong),))
    assert "jämförs inte: en sensor är offline" in board(offline)["text"]


def test_an_end_of_another_day_is_told_with_that_day() -> None:
    with speaking("en"):
        for away, said in (
            (timedelta(hours=15), "Open until 04:00"),
            (timedelta(days=4), "Open until Sun 13:00"),
        ):
            live = site(open_until=NOW + away)
            assert opening_text.state(live, PLACE.timezone, NOW) == said


def test_a_card_says_how_many_and_how_sure() -> None:
    found = board(site(space("hall")))
    assert "7" in found["text"] and "/ 10" in found["text"]
    assert (
        found["text"].count("(5–9)") == 3
    )  # of the house, of its hall, and of the hall should it be nearly full
    assert "räknat vid dörrarna" in found["text"]
    assert "Lagom" in found["text"]
    assert found["cards"]["hall"]["data-state"] == "live"
    assert found["cards"]["hall"]["data-time"] == NOW.isoformat()


def test_every_number_of_people_has_its_interval_beside_it() -> None:
    storey, room = space("ground", kind="storey"), space("hall", "ground")
    inside = space(
        "nook", "hall", people=1.0, lower=1.0, upper=3.2, basis="presence", level="unknown", capacity=None
    )
    curves = {"hall": Today(usual=formats.with_interval(31.0, 27.6, 35.2))}
    text = board(site(storey, room, inside), curves=curves)["text"]
    assert text.count("7") == text.count("(5–9)") == 4
    assert text[text.index("Upptaget") + 1] == ""  # an interval would contradict the room around it
    assert "31 (27–36) förra onsdagen" in text


def test_an_interval_never_gets_narrower_by_rounding() -> None:
    assert formats.interval(4.3, 8.6) == "(4–9)"
    assert formats.interval(0.02, 0.04) == "(0–0)"  # hardly anything is nothing
    assert formats.interval(5.97, 6.03) == "(6–6)"
    assert formats.interval(None, 3) == ""
    assert formats.with_interval(None, None, None) == "–"


def test_only_where_there_is_a_capacity_curves_are_shares_of_it() -> None:
    assert any("andel av kapaciteten" in text for text in board(site(space("hall")))["text"])
    live = site()
    nowhere = replace(live, spaces=(replace(live.spaces[0], capacity=None),))
    assert any(text.startswith("Kurvorna visar personer") for text in board(nowhere)["text"])


def test_a_free_room_has_no_number_and_what_is_sure_is_said_to_be_so() -> None:
    free = space("nook", people=0.0, lower=0.0, upper=0.0, basis="presence")
    assert (live_parts.people(free), live_parts.interval(free)) == ("Ledigt", "")
    nobody = space("hall", people=0.0, lower=0.0, upper=0.0)
    assert (live_parts.interval(nobody), live_parts.between(nobody)) == ("(0–0)", "Så gott som säkert")
    assert live_parts.between(space("hall")) == "80 % osäkerhetsintervall 5–9"


def test_a_room_with_more_people_than_its_capacity_is_full_and_no_more() -> None:
    over = space("hall", people=11.0, lower=9.2, upper=12.8, level="full", seats=8)
    parts = live_parts.of_space(over, is_open=True)
    assert (parts["people"], parts["verdict"]) == ("11", "Fullt"), "how many there are is not hidden"
    assert (parts["capacity"], parts["share"]) == ("", "kapaciteten på 10 är nådd")
    assert parts["seats"] == "0 av 8 sittplatser lediga"
    for people, capacity in ((11.0, ""), (10.0, "/ 10")):  # what is not up to date is not said to be full
        parts = live_parts.of_space(replace(over, whole=round(people), freshness="stale"), is_open=True)
        assert (parts["capacity"], parts["share"]) == (capacity, "")
    usual = live_parts.of_space(space("hall"), is_open=True)
    assert (usual["capacity"], usual["share"]) == ("/ 10", "70\xa0% av kapaciteten")
    assert "/ 10" not in board(site(over))["text"] and "/ 10" in board(site(space("hall")))["text"]


def test_free_seats_are_said_where_both_are_known() -> None:
    assert live_parts.seats(space("hall", seats=80, people=11.6)) == "68 av 80 sittplatser lediga"
    assert live_parts.seats(space("hall", seats=5)) == "0 av 5 sittplatser lediga"
    for changes in ({"people": None}, {"seats": None}, {"basis": "presence"}, {"freshness": "stale"}):
        assert live_parts.seats(space("hall", **{"seats": 80, **changes})) == ""


def test_every_reason_of_the_estimator_has_words() -> None:
    assert {reason for reason in REASONS if reason} <= live_parts.reasons().keys()
    corrected = live_parts.certainty(space("hall", reason="drift"))
    assert corrected == "räknat vid dörrarna · driftkorrigerat"


def test_a_closed_house_is_said_to_be_closed_unless_it_is_full_of_people() -> None:
    quiet = space("hall", people=0.0, lower=0.0, upper=1.0, level="calm", reason="closed")
    closed = site(quiet, is_open=False, open_until=None, opens_at=NOW + timedelta(hours=20))
    assert "Stängt" in board(closed, is_open=False)["text"]
    assert live_parts.verdict(quiet, False) == "Stängt"
    assert live_parts.verdict(quiet, True) == "Lugnt"
    assert live_parts.verdict(space("hall"), False) == "Lagom"
    stale = space("hall", freshness="stale")
    assert live_parts.verdict(stale, False) == "Sensor offline"
    assert live_parts.verdict(replace(stale, delayed=True), False) == "Fördröjd"
    unestimated = replace(stale, time=NOW - timedelta(hours=1), heard=NOW)
    assert live_parts.verdict(unestimated, False) == "Uppdateras inte"
    room = space("hall", people=None, freshness="none", reason="space_closed", heard=None)
    assert (live_parts.verdict(room), live_parts.certainty(room)) == ("Stängt", "tillfälligt stängt")
    assert live_parts.state(room)["placed"] == ""  # or it would be called never seen


def test_unknown_is_a_dash_and_never_zero() -> None:
    silent = space(
        "hall", people=None, lower=None, upper=None, reason="no_data", freshness="none", level="unknown"
    )
    found = board(site(silent, spaces=(silent,)))
    assert "–" in found["text"] and "0" not in found["text"]
    assert "ingen siffra ännu" in found["text"] and "Inga data" in found["text"]
    assert found["cards"]["hall"]["data-known"] == ""


def test_visits_are_compared_with_last_week() -> None:
    assert "12\u00a0% fler än förra onsdagen vid samma tid" in board(site())["text"]
    assert live_parts.against(5, 4, "onsdag") == ""  # too few to compare
    assert live_parts.against(5, None, "onsdag") == ""
    assert live_parts.against(100.2, 100, "onsdag") == "som förra onsdagen vid samma tid"


def test_visits_of_today_are_said_to_be_before_deductions_where_the_target_takes_them_off() -> None:
    assert "besök i dag" in board(site())["text"]
    assert "besök i dag, före avdrag" in board(site(), net=True)["text"]
    assert "besök i dag, korrigerat, före avdrag" in board(site(visits_corrected=3.0), net=True)["text"]


def test_opening_hours() -> None:
    assert "Öppet till 20:00" in board(site())["text"]
    closed = site(open_until=None, opens_at=NOW + timedelta(hours=20))
    assert "Stängt, öppnar tors 09:00" in board(closed)["text"]
    assert "Alltid öppet" in board(site(open_until=None))["text"]
    assert "Stängt" in board(site(open_until=None, is_open=False), is_open=False)["text"]
    assert (
        "Öppet till 20:00, bemannat till 18:00" in board(site(staffed_until=NOW + timedelta(hours=5)))["text"]
    )
    assert "Meröppet till 20:00" in board(site(staffed=False))["text"]


def test_simulated_data_is_said_to_be_so() -> None:
    assert "Simulerade data" in board(site(sandbox=True))["text"]
    assert "Simulerade data" not in board(site())["text"]


def test_the_building_has_storeys_rooms_and_rooms_in_rooms() -> None:
    ground = space("ground", kind="storey")
    spaces = (
        space("house", None),
        ground,
        space("hall", "ground"),
        space("studios", "ground"),
        space("one", "studios"),
    )
    groups = now_page.groups((*spaces, space("garden")))
    assert [floor and floor.space for floor, _rooms in groups] == ["ground", None]
    rooms = [[(r.space, [i.space for i in inside]) for r, inside in rooms] for _floor, rooms in groups]
    assert rooms == [[("hall", []), ("studios", ["one"])], [("garden", [])]]


def test_the_stream_sends_what_the_page_shows() -> None:
    hall = space("hall", freshness="stale")
    sent = json.loads(live_parts.update(site(hall), PLACE, "", {}))
    assert sent["spaces"].keys() == {"house", "hall"} and sent["heard"] is True
    assert sent["parts"] == live_parts.of_site(site(hall), PLACE)
    assert sent["spaces"]["hall"]["now"] == [7.0, 5.2, 8.9] and sent["spaces"]["hall"]["fill"] == "70.0%"
    found = board(site(hall))
    for name, text in sent["spaces"]["hall"]["parts"].items():
        assert text in found["text"] or name in ("between", "share"), "those stand in the panel of the site"
    assert (
        sent["spaces"]["hall"]["data"].items()
        <= {
            key.removeprefix("data-"): value
            for key, value in found["cards"]["hall"].items()
            if "data-" in key
        }.items()
    )


def test_a_site_without_rooms_still_has_its_totals() -> None:
    assert list(board(site())["cards"]) == ["house"]


def test_the_next_hours_stand_beside_the_figures_of_now_or_why_they_are_not_known() -> None:
    hour = ExpectedHour(
        space="hall", start=NOW + timedelta(hours=1), people=71.0, lower=59.6, upper=84.2, weeks=9
    )
    live = site(space("hall"), space("box", basis="presence"))
    known = {"house": [hour], "hall": [hour], "box": [hour]}
    said = board(live, zone=PLACE.timezone, expected=known)["text"]
    assert (said.count("Prognos"), said.count("14–15: "), said.count("59–85")) == (2, 2, 2)
    assert any("de senaste 9 veckorna" in text for text in said)
    unknown = board(live, expected={"house": [], "hall": []})["text"]
    assert any("Ingen prognos" in text for text in unknown) and "Prognos" not in unknown
    assert not any("rognos" in text for text in board(live)["text"])  # it closes within the hour


def test_the_curve_lies_over_that_of_last_week() -> None:
    week = timedelta(days=7)

    def point(start: datetime, people: float) -> OccupancyPoint:
        return OccupancyPoint(
            space="hall", start=start, people=people, lower=people - 1, upper=people + 1, raw=None,
            peak=None, peak_lower=None, peak_upper=None, basis=None, reason=None, final=True,
        )  # fmt: skip

    curve = now_page.curve(
        [point(NOW, 4)], [point(NOW - week, 3), point(NOW - week + timedelta(hours=1), 9)], week, NOW
    )
    assert curve.today == [(NOW, 4, 3, 5)]
    assert [(t, people) for t, people, *_ in curve.last_week] == [(NOW, 3), (NOW + timedelta(hours=1), 9)]
    assert curve.usual == "3 (2–4)"
    closed = now_page.curve([point(NOW, 4)], [point(NOW - week, 0)], week, NOW, was_open=False)
    assert closed.usual == ""  # "0 last Wednesday" would compare with an empty house


def test_the_curve_runs_from_before_opening_to_after_closing() -> None:
    bounds = (NOW - timedelta(hours=9), NOW + timedelta(hours=15))
    half = timedelta(minutes=30)
    assert now_page.shown_hours([(NOW, NOW + 4 * half)], bounds) == (NOW - half, NOW + 5 * half)
    assert now_page.shown_hours([bounds], bounds) == bounds
    assert now_page.shown_hours([], bounds) == bounds


def test_addresses() -> None:
    here = Address.parse("/spaces/house/hall", "?range=7d&cmp=0&lang=en")
    assert (here.page, here.site, here.space, here.get("range")) == ("spaces", "house", "hall", "7d")
    assert here.href(range="30d") == "/spaces/house/hall?range=30d&cmp=0"
    assert here.href(range="", cmp="", site="park", space="") == "/spaces/park"
    assert Address.parse("/", "").page == ""


@pytest.mark.parametrize(
    ("search", "first", "last", "step"),
    [
        ("", "2026-11-25", "2026-11-25", "15min"),
        ("?range=yesterday", "2026-11-24", "2026-11-24", "15min"),
        ("?range=7d", "2026-11-19", "2026-11-25", "hour"),
        ("?range=30d", "2026-10-27", "2026-11-25", "hour"),
        ("?range=custom&from=2026-03-01&to=2026-01-01", "2026-01-01", "2026-03-01", "day"),
        ("?range=custom&from=1900-01-01&to=2026-11-25", "2023-11-21", "2026-11-25", "day"),
        ("?range=custom&from=tomorrow&to=x", "2026-11-25", "2026-11-25", "15min"),
        ("?range=custom&from=0002-01-20&to=0002-02-10", "2026-11-25", "2026-11-25", "15min"),
        ("?range=custom&from=9999-01-20&to=9999-12-31", "2026-11-25", "2026-11-25", "15min"),
        ("?range=nonsense", "2026-11-25", "2026-11-25", "15min"),
    ],
)
def test_the_period_of_an_address(search: str, first: str, last: str, step: str) -> None:
    period = ranges.of(Address.parse("/spaces/house", search), date(2026, 11, 25))
    assert (period.first.isoformat(), period.last.isoformat(), period.step) == (first, last, step)


def test_posters_of_the_site_and_its_rooms_can_be_printed() -> None:
    rooms = (space("hall", "ground"), space("booth", "ground", capacity=4))  # the public page leaves one out
    text = board(site(space("ground", kind="storey"), *rooms))["text"]
    assert "Affischer med kod för besökare" in text and text.count("PDF") == text.count("SVG") == 2
