"""What a scenario is played in: a site's own places with simulated sensors, alone, open, marked as simulated."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from besok.model import calendar
from besok.model.access import LOCAL, Caller, Grant
from besok.model.errors import SiteFileError
from besok.model.scenario_sandbox import NOTE, moved_by, sandbox
from besok.model.scenarios import (
    FaultySensor,
    NewDoor,
    OtherCapacity,
    PlannedEvent,
    Recorded,
    ScenarioSpec,
    recorded_span,
)
from besok.model.site import OUTSIDE, Sensor, Site, SiteFile
from besok.model.sitefile import dump, parse
from sensors_sim.placing import placed
from sensors_sim.planner_question import played_in
from tests.small_sites import example_file

NOW = datetime(2026, 12, 3, 22, 0, tzinfo=UTC)  # a Thursday evening, when the library is closed
DAY = date(2026, 12, 5)


@pytest.fixture
def site() -> Site:
    return next(one for one in example_file().sites if one.id == "stadsbiblioteket")


def spec(**more: object) -> ScenarioSpec:
    return ScenarioSpec(title="Asked", first=DAY, **{"visitors": 2.0, **more})  # type: ignore[arg-type]


def test_a_sandbox_stands_alone_and_is_open_now(site: Site) -> None:
    made = sandbox(site, spec(), NOW)
    assert made.id == "stadsbiblioteket-scenario" and made.sandbox and made.target is None and not made.visits
    assert all("/" not in end for portal in made.portals for end in (portal.outer, portal.inner))
    assert any(portal.outer == OUTSIDE for portal in made.portals)
    assert not calendar.is_open(NOW, site) and calendar.is_open(NOW, made)
    assert made.opening.exceptions[-1].note == NOTE
    assert {space.id for space in made.spaces} == {space.id for space in site.spaces}


def test_what_is_asked_is_seen_in_it(site: Site) -> None:
    asked = spec(
        closed=("cafe",),
        capacity=OtherCapacity(space=site.id, people=77),
        door=NewDoor(name="Park door", outer=OUTSIDE, inner="foyer", share=0.3),
    )
    made = sandbox(site, asked, NOW)
    today = calendar.business_day(NOW, site)
    assert next(space for space in made.spaces if space.id == "cafe").closed[0].first == today
    assert made.capacity == 77
    assert made.portals[-1].name.en == "Park door"
    assert made.sensors[-1].portal == made.portals[-1].id == "new-door-1"
    shut = sandbox(site, spec(hours="closed"), NOW)
    assert not calendar.is_open(NOW, shut) and not calendar.open_intervals(today, shut)


@pytest.mark.parametrize(
    ("first", "start"),
    [(date(2026, 12, 2), time(14)), (date(2026, 12, 3), time(0, 5)), (date(2026, 10, 24), time(11))],
)
def test_the_day_of_a_recording_is_today_in_its_sandbox(site: Site, first: date, start: time) -> None:
    asked = replace(spec(visitors=1.0), first=first, recorded=Recorded(start=start, minutes=60))
    made, by = sandbox(site, asked, NOW), moved_by(asked, asked.recorded, site, NOW)  # type: ignore[arg-type]
    parse(dump(SiteFile(sites=(replace(made, id="copy"),))))  # its own id is not a site's
    begins = recorded_span(asked, asked.recorded, site)[0]  # type: ignore[arg-type]
    assert timedelta() <= NOW - (begins + by) < timedelta(minutes=15)
    then, today = calendar.business_day(begins, site), calendar.business_day(NOW, made)
    assert calendar.day_bounds(today, made)[0] == calendar.day_bounds(then, site)[0] + by
    moved = [(opened + by, shut + by) for opened, shut in calendar.open_intervals(then, site)]
    assert list(calendar.open_intervals(today, made)) == moved


def test_no_simulated_message_bears_the_name_of_a_real_device(site: Site) -> None:
    real = Sensor(
        device="24e124:ab/c d", source="milesight", portal=site.portals[0].id, channel="flow:2", model="VS133"
    )
    old = replace(site.sensors[0], last=date(2020, 1, 1))
    made = sandbox(replace(site, sensors=(real, old, *site.sensors[1:])), spec(), NOW)
    assert {sensor.source for sensor in made.sensors} == {"native"}
    assert made.sensors[0].device == "milesight-24e124:ab-c-d" and made.sensors[0].channel == "flow:2"
    assert len(made.sensors) == len(site.sensors)  # the one that ended is not there


def test_the_sandbox_can_be_simulated_as_asked(site: Site) -> None:
    event = PlannedEvent(title="Fair", space="hall", start=time(13), minutes=60, people=50)
    for trouble in ("off", "swapped", "drifting"):
        failing = FaultySensor(device=next(s.device for s in site.sensors if s.portal), trouble=trouble)  # type: ignore[arg-type]
        door = NewDoor(name="Park door", outer=OUTSIDE, inner="foyer", share=0.3)
        asked = spec(event=event, sensor=failing, door=door, hours="10:00-20:00")
        made = sandbox(site, asked, NOW)
        scenario = placed(SiteFile(sites=(made,)), played_in(made, asked, site, NOW)).scenario
        assert [fault.begins < NOW for fault in scenario.faults] == [True] * len(scenario.faults)
        last = scenario.faults[-1]
        assert last.minutes is None and last.device == f"{made.id}/{failing.device}"
        assert scenario.rates[-1].entrances == {f"{made.id}/new-door-1": 0.3}
        assert scenario.events[0].space == f"{made.id}/hall"


def test_its_name_is_kept_for_it_and_its_people_see_it(site: Site) -> None:
    named = dump(SiteFile(sites=(replace(site, id="annexe-scenario", portals=(), sensors=(), target=None),)))
    with pytest.raises(SiteFileError, match="choose another id"):
        parse(named)
    planner = Caller(kind="account", grants=(Grant(role="planner", site=site.id),))
    assert planner.may("read", sandbox(site, spec(), NOW).id)
    copy = f"{site.id}-scenario"  # what is made of it would not outlast it
    assert (
        LOCAL.may("acknowledge", copy) and not LOCAL.may("plan", copy) and not LOCAL.may("administer", copy)
    )
    assert not planner.may("read", "stadsparken-scenario") and not planner.may(
        "read", "stadsbiblioteket-scenario-b"
    )
