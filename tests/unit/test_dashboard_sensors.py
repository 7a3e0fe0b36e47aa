"""What the pages say of the sensors: how many are heard, what waits, where nobody has counted."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from besok.analytics.calibration import accuracy
from besok.model.access import PUBLIC
from besok.model.readings import Refusal
from besok.model.site import Text
from besok.model.sitefile import parse
from besok.model.views.alerts import MaintenanceInfo
from besok.model.views.attention import ChannelCoverage, FindingInfo, State
from besok.model.views.calendar import UnusualTime
from besok.model.views.calibration import CorrectionEffect, DoorInfo
from besok.model.views.devices import DeviceInfo, DeviceToday, PlacementInfo, RejectedAlike, Voided
from besok.model.views.headcounts import HeadcountInfo, SiteHeadcounts, SpaceHeadcounts
from besok.model.views.live import Freshness
from besok.services import access
from besok.text import refusal_text
from besok.text.languages import speaking
from dashboard.address import Address
from dashboard.components import (
    attention,
    headcounts,
    rejected_messages,
    sensor_table,
    unusual_hours,
    validation_counts,
    voids,
)
from dashboard.components.site_panel import sensors_line
from dashboard.pages import sensors
from tests.store.by_day import SITE as TEXT
from tests.unit.on_the_way import texts
from tests.unit.test_dashboard_board import board, site, space

SITE = parse(TEXT).sites[0]
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("english")


def device(freshness: Freshness, heard: datetime | None = None) -> DeviceInfo:
    return DeviceInfo(
        source="native", device="house/door", model="", online=None, heard=heard, received=heard,
        freshness=freshness, interval_s=60, clock_offset_s=None, clock_problem=None, placements=(), channels=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([], "No sensor is placed here yet."),
        (["live"], "1 sensor: it is online."),
        (["live", "late"], "2 sensors: 1 is delayed."),
        (["live", "stale", "none", "none"], "4 sensors: 1 is offline, 2 were never seen."),
    ],
)
def test_how_many_are_heard(states: list[Freshness], said: str) -> None:
    assert sensors.summary([device(state) for state in states]) == said


def test_what_was_heard_today_has_its_hour_alone() -> None:
    zone = "Europe/Stockholm"
    assert sensor_table.last_seen(device("live", NOW), zone, NOW) == "13:00"
    assert sensor_table.last_seen(device("stale", NOW - timedelta(days=1)), zone, NOW) == "24 Nov 13:00"
    assert sensor_table.last_seen(device("none"), zone, NOW) == "–"


def table_at(search: str) -> Any:
    """The table of three sensors at an address."""
    today = {
        "house/b": DeviceToday(device="house/b", entries=12, battery_pct=9),
        "house/c": DeviceToday(device="house/c", entries=3, battery_pct=80),
    }
    day = NOW.date() - timedelta(days=1)
    worked = [
        ChannelCoverage(device="c", channel=channel, portal=None, space=None, day=at, coverage=share)
        for channel, share in (("1", 1.0), ("2", 0.5))
        for at in (day, day - timedelta(days=1))
    ]
    mine = [
        replace(device("live", NOW), device="house/c"),
        replace(device("stale", NOW - timedelta(hours=1)), device="house/a"),
        replace(device("live", NOW), device="house/b"),
    ]
    known = sensor_table.rows(mine, {}, "house", today, worked)
    shown = sensor_table.section(known, "UTC", Address.parse("/sensors/house", search), NOW)
    return shown.children[0].children


def in_table(search: str) -> tuple[list[str], str]:
    """The sensors of the table at an address, in order, and its whole text."""
    table = table_at(search)
    return [texts(row.children[-1]) for row in table.children[1].children], texts(table)


def test_batteries_in_percent_are_sorted_before_those_in_volts() -> None:
    today = [
        DeviceToday(device="a", battery_v=3.6),
        DeviceToday(device="b", battery_pct=80),
        DeviceToday(device="c", battery_pct=2, battery_v=3.1),
        DeviceToday(device="d", battery_v=2.9),
    ]
    known = [replace(device("live", NOW), device=f"house/{one.device}") for one in today]
    named = {f"house/{one.device}": one for one in today}
    rows = sensor_table.rows(known, {}, "house", named, [])
    shown = sensor_table.section(rows, "UTC", Address.parse("/sensors/house", "?sort=battery"), NOW)
    assert [texts(row.children[-1]) for row in shown.children[0].children.children[1].children] == [
        "c",
        "b",
        "d",
        "a",
    ]


def work(subject: str, until: datetime) -> MaintenanceInfo:
    """Maintenance that is under way."""
    return MaintenanceInfo(
        id=1,
        subject=subject,
        reason="new door",
        author="Kim",
        made=NOW,
        until=until,
        ended=None,
        ended_by=None,
    )


def until(mine: list[DeviceInfo], works: list[MaintenanceInfo]) -> str:
    """The end of maintenance in the table, where it is shown once."""
    rows = sensor_table.rows(mine, {}, "house", {}, [], works)
    shown = texts(sensor_table.section(rows, "UTC", Address.parse("/sensors/house", ""), NOW))
    (found,) = re.findall(r"Maintenance until (.*?:\d\d)", shown)
    return str(found)


@pytest.mark.parametrize("subject", ["house", "house/north", "house/door"])
def test_planned_maintenance_is_told_at_the_sensor(subject: str) -> None:
    placed = PlacementInfo(
        channel="flow:1", site="house", portal="north", space=None, swapped=False, role="primary"
    )
    mine = [
        replace(device("stale", NOW), placements=(placed,)),
        replace(device("live", NOW), device="other/x"),
    ]
    works = [work(subject, NOW + timedelta(days=2)), work(subject, NOW + timedelta(hours=1))]
    ended = replace(work(subject, NOW + timedelta(days=3)), ended=NOW)
    assert until(mine, [*works, ended]) == "Fri 12:00", "the last end, whichever was planned last"
    assert until(mine, [work(subject, NOW + timedelta(days=365))]) == "25 Nov 2027 12:00"


def sorted_heads(search: str) -> dict[str, tuple[str, str]]:
    """How each head is sorted that says so, and where it leads."""
    heads = table_at(search).children[0].children.children
    found = {texts(head): (getattr(head, "aria-sort", ""), head.children.href) for head in heads}
    return {name: said for name, said in found.items() if said[0]}


def test_the_table_of_sensors_is_sorted_by_the_address() -> None:
    assert in_table("")[0] == ["a", "c", "b"], "those offline first"
    assert in_table("?sort=sensor")[0] == ["a", "b", "c"]
    assert in_table("?sort=-entries")[0] == ["b", "c", "a"], "what is not known comes last"
    assert in_table("?sort=entries")[0] == ["c", "b", "a"]
    assert in_table("?sort=nonsense")[0] == in_table("")[0]
    shown = in_table("?sort=entries")[1]
    assert "Entries today" in shown and "9\u202f%" in shown.replace("\xa0", "\u202f")
    assert "50" in shown, "a sensor works as long as the channel of it that works least"
    assert sorted_heads("?sort=entries") == {"Entries today": ("ascending", "/sensors/house?sort=-entries")}
    assert sorted_heads("?sort=-entries") == {"Entries today": ("descending", "/sensors/house?sort=entries")}


def test_a_calendar_tells_of_days_without_data() -> None:
    day = date(2026, 11, 25)
    days = {day - timedelta(days=n): share for n, share in enumerate((1.0, 0.0, 0.6))}
    shown = sensor_table.calendar(days)
    assert getattr(shown, "aria-label") == "Measured in full on 1 of 3 days. No data: Tue 24 Nov."
    shades = [getattr(box, "data-share", None) for box in shown.children]
    assert shades == ["2", "0", "4"], "from Monday on"


def finding(state: State) -> FindingInfo:
    plain: dict[str, Any] = dict.fromkeys(("device", "channel", "portal", "space", "who", "note"), "")
    said = Text(sv="", en="")
    return FindingInfo(
        id=1, site="house", kind="silent", since=NOW, sentence=said, certainty=said, advice=said, evidence={}, odds=0.0,
        state=state, found=NOW, seen=NOW, acknowledged=None, resolved=None, history=(), **plain,
    )  # fmt: skip


def test_the_board_tells_of_sensors_that_need_attention_and_leads_to_them() -> None:
    live = site(space("hall"))
    assert sensors_line(live, [finding("acknowledged")], 3) is None
    line = sensors_line(live, [finding("open"), finding("open"), finding("acknowledged")], 3)
    assert texts(line) == "2 sensors need attention"
    assert line.children.href == "/sensors/house"
    assert "2 sensors need attention" in board(live, said=line)["text"]


def test_the_board_of_a_new_place_says_what_to_do() -> None:
    unheard = space("house", None, heard=None, people=None)
    live = site(spaces=(unheard,))
    assert texts(sensors_line(live, [finding("open")], 2)).startswith(
        "No sensor of this place has been seen yet"
    )
    assert texts(sensors_line(live, [], 0)).startswith("No sensor is placed here yet")
    assert texts(sensors_line(live, [], 2, refused=True)).startswith("Simulated messages are refused")


def test_a_sensor_that_fell_silent_is_not_said_to_be_well() -> None:
    assert "no sensor has been found to be faulty" in texts(attention.section([], "lib", "Europe/Stockholm"))
    unchecked = texts(attention.section([], "lib", "Europe/Stockholm", checked=False))
    assert unchecked.startswith("Not known yet") and "no sensor has been found" not in unchecked
    assert texts(attention.section([], "lib", "Europe/Stockholm", offline=True)).startswith(
        "Nothing yet: a sensor that is offline"
    )


def test_a_door_without_a_sensor_needs_attention() -> None:
    one = texts(attention.section([], "lib", "Europe/Stockholm", uncounted=["Back door"]))
    assert one.startswith("Back door should be counted but has no sensor") and "Nothing" not in one
    assert "Edit site" in one
    with access.acting(PUBLIC):
        one = texts(attention.section([], "lib", "Europe/Stockholm", uncounted=["Back door"]))
    assert "An administrator can assign a sensor" in one and "Edit site" not in one
    both = texts(attention.section([], "lib", "Europe/Stockholm", uncounted=["Back door", "Café"]))
    assert both.startswith("Back door and Café should be counted but have no sensors")


def test_unusual_hours_are_told_from_three_weeks_on() -> None:
    yesterday = date(2026, 3, 4)

    def told(days: int, checked: date | None, times: Sequence[UnusualTime] = ()) -> str:
        return texts(unusual_hours.section(times, SITE, days, checked, yesterday))

    assert "None in the last eight weeks" in told(21, yesterday) and "Checked" not in told(21, yesterday)
    assert "None" not in told(21, None) and "Not checked yet" in told(21, None)
    late = told(21, date(2026, 2, 1))
    assert "None" not in late and "Checked up to 1 Feb 2026" in late
    noon = datetime(2026, 1, 30, 12, tzinfo=UTC)
    one = UnusualTime(
        start=noon, end=noon + timedelta(hours=1), people=90, expected=20, score=5, programme=()
    )
    assert "Checked up to 1 Feb 2026" in told(21, date(2026, 2, 1), [one])
    assert "once 21 days of visits are counted; there are 3 so far." in told(3, yesterday)


def door(name: str, counted: datetime | None = None) -> DoorInfo:
    text = Text(sv=name, en=name)
    return DoorInfo(
        portal=name, name=text, inner=text, enters="in", interval_s=60, into=accuracy([]), out=accuracy([]),
        swapped=False, counts=int(counted is not None), last_counted=counted, correction=None, proposal=None,
    )  # fmt: skip


def test_only_doors_at_which_somebody_counted_have_a_row() -> None:
    names = {name: name for name in ("Main", "Side", "Back")}
    said = texts(
        validation_counts._doors(
            [door("Main", NOW), door("Side"), door("Back")], (), names, "Europe/Stockholm"
        )
    )
    assert "Main not counted not counted 25 Nov 13:00, 1 count" in said
    assert said.endswith("Nobody has counted yet at: Side and Back.")
    assert (
        texts(validation_counts._doors([door("Main")], (), names, "Europe/Stockholm"))
        == "Nobody has counted at any door yet."
    )
    too_short = texts(
        validation_counts._doors([door("Main"), door("Side")], {"Main"}, names, "Europe/Stockholm")
    )
    assert too_short == "Nobody has counted yet at: Side."


def test_a_decision_says_what_it_would_change() -> None:
    change = CorrectionEffect(in_now=1200, out_now=1100, in_then=1320, out_then=1100)
    said = texts(validation_counts.effect(change))
    assert said == "Entries of the last 28 days: 1,200 → 1,320. Exits: 1,100 → 1,100."
    nothing = CorrectionEffect(in_now=0, out_now=0, in_then=0, out_then=0)
    assert validation_counts.effect(nothing) is None and validation_counts.effect(None) is None


def judged(judged: int, within: int, honest: bool | None) -> SiteHeadcounts:
    name = Text(sv="Kafé", en="Café")
    room = SpaceHeadcounts(
        space="cafe", name=name, headcounts=judged, judged=judged, within=within, bias=-2.4, mean_people=20, beside=9,
        scale=0.92, scale_lower=0.88, scale_upper=0.96,
    )  # fmt: skip
    count = HeadcountInfo(
        id=UUID(int=1), space="cafe", name=name, time=NOW, people=21, seats_taken=None, counted_by="Kim",
        entered_at=NOW, estimate=19.6, lower=17.0, upper=22.0, shown=19, undone=None, undone_by=None, undone_why=None,
    )  # fmt: skip
    share = (0.68, 0.91) if judged else (None, None)
    return SiteHeadcounts(
        site="house", first=NOW.date(), last=NOW.date(), judged=judged, within=within, share_lower=share[0],
        share_upper=share[1], honest=honest, spaces=(room,) if judged else (), counts=(count,) if judged else (),
    )  # fmt: skip


def test_headcounts_judge_the_intervals_in_a_sentence() -> None:
    said = headcounts.sentence(judged(40, 33, True))
    assert said.startswith("Of 40 headcounts 33 lay within the 80\u202f% interval") or "33 lay within" in said
    assert said.endswith("That agrees with what they say.")
    assert headcounts.sentence(judged(40, 20, False)).endswith("look at the doors of the rooms below.")
    assert headcounts.sentence(judged(40, 40, False)).endswith("wider than they need to be.")
    assert headcounts.sentence(judged(3, 1, None)).endswith("too few to judge the intervals.")
    assert "No headcount" in headcounts.sentence(judged(0, 0, None))


def test_rooms_show_what_their_sensors_are_worth() -> None:
    shown = texts(headcounts.section(judged(40, 33, True), "UTC"))
    for part in ("Café", "33 of 40", "−2", "92\u00a0% (88–96\u00a0%)", "20 (17–22)", "Kim"):
        assert part in shown, part


def test_the_reason_of_a_rejected_message_is_told_in_the_readers_language() -> None:
    for kind in Refusal:
        with speaking("sv"):
            swedish = refusal_text.explained(kind, asks=True)
            message = RejectedAlike(
                id=1,
                received=NOW,
                topic="a/b",
                reason="what it is",
                kind=kind,
                payload="{}",
                encoding="text",
                size=2,
                count=3,
                asks=True,
            )
            shown = str(rejected_messages.section([message], "Europe/Stockholm"))
        assert swedish in shown and "lang='en'" in shown
        assert swedish != refusal_text.explained(kind, asks=True)


def test_only_what_is_asked_about_is_said_to_wait_for_an_answer() -> None:
    asked, plain = (refusal_text.explained(Refusal.UNKNOWN_FORMAT, asks) for asks in (True, False))
    assert "Unknown devices" in asked and "Unknown devices" not in plain


def test_of_a_voided_hour_the_day_is_told_once() -> None:
    hour = datetime(2026, 3, 2, 11, tzinfo=UTC)
    voided = Voided(
        id=1, source="native", device="d", first=hour, last=hour + timedelta(hours=1), above=None,
        reason="a test", author="Kim", made=hour, readings=3, people=2, undone=None, undone_by=None, undone_why=None,
    )  # fmt: skip
    assert "2 Mar 12:00–13:00 ·" in texts(voids.section([voided], [], {}, "lib", "Europe/Stockholm"))


def test_how_far_off_a_clock_is_is_told_in_its_unit() -> None:
    off = replace(device("late"), clock_offset_s=-48400.0, clock_problem="far behind")
    assert sensor_table.clock(off) == "13 h behind"
