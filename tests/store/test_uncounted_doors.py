"""A door that is counted no more keeps its past in every figure: hours, flows, spaces and coverage as well as days."""

from datetime import UTC, datetime, timedelta

import pytest

from besok.model import sitefile
from besok.services.live import get_live
from besok.services.overview import get_overview
from besok.services.series import Step, get_flows
from besok.services.usage import get_space_usage
from besok.services.visits import get_visits
from besok.store import effects, occupancy, sites
from besok.store.database import Database
from besok.store.sites import load
from besok.text.languages import speaking
from dashboard.pages.sensors import uncounted
from jobs.estimate import Today
from tests.sitetext import door, sensor, site
from tests.store.counted import HOUSE, after, put, reading

DAY = datetime(2026, 3, 2, 3, tzinfo=UTC)  # 04:00 there
NEXT = DAY + timedelta(days=1)
LATER = NEXT + timedelta(days=1)
STEPS: tuple[Step, ...] = ("15min", "hour", "day")
BACK = HOUSE[HOUSE.rindex("[[sites.portals]]") : HOUSE.index("[[sites.sensors]]")]
NO_MORE = HOUSE[: HOUSE.rindex("[[sites.sensors]]")]  # without the sensor of the back door
TAKEN_OUT, SET_SO = NO_MORE.replace(BACK, ""), NO_MORE.replace(BACK, BACK + "counted = false\n")


@pytest.fixture
def house(db: Database) -> Database:
    """A day whose quarters bring 3 people in by the front and 1 by the back (swapped), and 1 out by each."""
    sites.apply(db, sitefile.parse(HOUSE), now=DAY)
    for device, came in (("front", "in"), ("back", "out")):
        went = "out" if came == "in" else "in"
        for metric, people in ((came, 3 if device == "front" else 1), (went, 1)):
            put(db, *(reading(15 * n - 525, people, metric, period_s=900, device=device) for n in range(96)))
    return db


def _figures(db: Database) -> dict[str, float]:
    """Who entered on the day, and how well that is known, by every way of asking."""
    day = DAY.date()
    (visits,) = get_visits(db, "lib", day, day)
    found = {"day": visits.gross or 0, "coverage": visits.coverage}
    for name, space in (("hours", None), ("hours of the hall", "hall")):
        told = effects.entered_by_hour(db, "lib", space, DAY, NEXT)
        found |= {name: sum(h.people for h in told), f"{name}, heard": min(h.heard for h in told)}
    found["days of the hall"] = sum(
        e.people for e in effects.entered_by_day(db, "lib", day, day) if e.space == "hall"
    )
    for step in STEPS:
        flows = get_flows(db, "lib", DAY, NEXT, step)
        found[f"flows by {step}"] = sum(f.people_in or 0 for f in flows)
        found[f"doors by {step}"] = len({f.portal for f in flows})
    (hall,) = get_space_usage(db, "lib", day, day, now=NEXT + timedelta(days=2), space="hall")
    found["came to the hall"] = hall.usage.came.value if hall.usage.came else 0
    return found


@pytest.mark.parametrize("without", [TAKEN_OUT, SET_SO])
def test_every_figure_of_the_past_stays_what_it_was(house: Database, without: str) -> None:
    before = _figures(house)
    figures = (
        "day",
        "hours",
        "hours of the hall",
        "days of the hall",
        "came to the hall",
        *map("flows by {}".format, STEPS),
    )
    assert {name: before[name] for name in figures} == dict.fromkeys(figures, 4.0 * 96)
    assert (before["coverage"], before["hours, heard"], before["hours of the hall, heard"]) == (1, 1, 1)
    sites.apply(house, sitefile.parse(without), now=NEXT)
    assert _figures(house) == before
    # after that nobody misses the door
    put(house, *(reading(15 * n - 525, 2, "in", period_s=900) for n in range(96, 2 * 96)))
    (visits,) = get_visits(house, "lib", NEXT.date(), NEXT.date())
    assert (visits.gross, visits.coverage) == (2 * 96, 1)
    for told in (
        effects.entered_by_hour(house, "lib", None, NEXT, LATER),
        effects.entered_by_hour(house, "lib", "hall", NEXT, LATER),
    ):
        assert {(h.people, h.heard) for h in told} == {(8, 1)}
    for step in STEPS:
        assert {f.portal for f in get_flows(house, "lib", NEXT, LATER, step)} == {"front"}


def test_beside_a_door_that_never_sent_nobody_is_said_to_be_in(db: Database) -> None:
    """The back door may have let in anybody. Once it sends, the figure is there."""
    sites.apply(db, sitefile.parse(HOUSE), now=DAY)
    site = load(db, "lib")
    with db.transaction() as conn:
        today = Today(site, occupancy.layout(conn, occupancy.site_ids(conn)["lib"]), DAY.date())

    def shown(minute: int) -> set[tuple[bool, str | None, str]]:
        """Whether there are figures after noon, why not, and how fresh they are: of *Now* and of *Overview*."""
        now = after(minute)
        put(db, *(reading(minute - 1, 2, "in", period_s=60, device=device) for device in sending))
        with db.transaction() as conn:
            today.update(conn, now, after(minute - 2))
        spaces = [*get_live(db, "lib", now).spaces, *(one.root for one in get_overview(db, now).sites)]
        return {(one.people is not None, one.reason, one.freshness) for one in spaces}

    sending = ["front"]
    assert shown(10) == {(False, "unheard_door", "none")}
    sending = ["front", "back"]
    assert {found for found, *_ in shown(12)} == {True}
    sending = ["front"]
    assert {found for found, *_ in shown(14)} == {True}  # late, not unknown


def test_a_door_that_has_no_sensor_yet_is_the_reason(db: Database) -> None:
    """On *Now* and on *Overview*; where no door has one, there is no sensor at all."""
    sites.apply(db, sitefile.parse(NO_MORE), now=DAY)
    spaces = {one.space: one.reason for one in get_live(db, "lib", after(10)).spaces}
    assert (spaces["lib"], spaces["hall"]) == ("door_without_sensor", "door_without_sensor")
    (lib,) = get_overview(db, after(10)).sites
    assert lib.root.reason == "door_without_sensor"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (NO_MORE, ["Back"]),
        (NO_MORE + sensor("back", more='role = "reference"'), ["Back"]),
        (NO_MORE + sensor("back", more="first = 2026-03-03"), ["Back"]),
        (NO_MORE + sensor("back", more="last = 2026-03-01"), ["Back"]),
        (NO_MORE.replace(BACK, BACK + "first = 2026-03-03\n"), []),
        (SET_SO, []),
        (HOUSE, []),
        (HOUSE[: HOUSE.index("[[sites.sensors]]")], []),  # nothing is counted here at all
    ],
)
def test_doors_without_a_sensor_are_named(text: str, named: list[str]) -> None:
    built = sitefile.parse(text).sites
    with speaking("en"):
        assert uncounted(built[0], built, DAY + timedelta(hours=8)) == named


def test_a_door_of_a_neighbour_that_leads_here_is_named() -> None:
    yard = site("yard") + door("gate", ("Grind", "Gate"), inner="lib/lib", outer="yard")
    built = sitefile.parse(HOUSE + yard).sites
    with speaking("en"):
        assert uncounted(built[0], built, DAY + timedelta(hours=8)) == ["Gate"]
