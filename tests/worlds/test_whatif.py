"""What breaks first: counted minute by minute from the truth, beside today's, with the factor that each space holds."""

import json
from dataclasses import replace
from datetime import date, time
from functools import cache

import numpy as np
import pytest
from typer.testing import CliRunner

from besok.model.errors import ScenarioError
from besok.model.site import SiteFile
from besok.model.views.whatif import Answer, SpaceStrain
from cli.main import app
from cli.simulation import whatif as shown
from sensors_sim import truth
from sensors_sim.scenario import ORDINARY, Capacity, Event, NewPortal, NewSensor, Scenario
from sensors_sim.scenariofile import load
from sensors_sim.times import instant
from sensors_sim.utilisation import utilisation
from sensors_sim.whatif import FACTORS, Question, Task, _limit_factor, bounded, look, what_if
from sensors_sim.world import World
from tests.small_sites import NAME
from tests.worlds.simulated import EXAMPLE, scenario

SATURDAY, SUNDAY = date(2026, 10, 24), date(2026, 10, 25)  # clocks go back in the night between
CHILDREN = World(EXAMPLE).ground.spaces.index("stadsbiblioteket/childrens-floor")


def asked(then: Scenario, last: date = SATURDAY, seeds: tuple[int, ...] = (1, 2)) -> Question:
    return Question(site_file=EXAMPLE, then=then, first=SATURDAY, last=last, seeds=seeds, searched=1)


@cache
def doubled() -> Answer:
    return what_if(asked(load("double-visitors"), SUNDAY))


def space(answer: Answer, name: str) -> SpaceStrain:
    return next(s for s in answer.spaces if s.space == f"stadsbiblioteket/{name}")


def test_utilisation_is_what_the_truth_says_minute_by_minute() -> None:
    world = World(EXAMPLE, 1, load("double-visitors"))
    found = utilisation(world, SATURDAY, SUNDAY)
    start, end = world.bounds(SATURDAY)[0], world.bounds(SUNDAY)[1]
    assert end - start == 49 * 3_600_000
    said = truth.people(EXAMPLE, instant(start), instant(end - 60_000), 1, 60, load("double-visitors"))
    people = said.people[:, CHILDREN]
    assert found.peak[CHILDREN] == people.max()
    assert found.over[CHILDREN].sum() == found.daily[:, CHILDREN].sum() == (people > 110).sum() > 0
    assert found.standing[CHILDREN] == (people > 48).sum()
    at_14_on_sunday = [m for m, t in enumerate(said.times) if (t.day, t.hour) == (25, 13)]  # UTC: winter time
    assert found.over[CHILDREN, 6 * 24 + 14] == (people[at_14_on_sunday] > 110).sum()
    open_now = [m for m, t in enumerate(said.times) if (t.day, 8 <= t.hour < 14) == (24, True)
                or (t.day, 10 <= t.hour < 15) == (25, True)]  # fmt: skip
    assert found.seated[CHILDREN] == pytest.approx(np.minimum(people[open_now], 48).mean() / 48, abs=0.01)


def test_more_visitors_break_more_and_the_first_to_break_comes_first() -> None:
    answer = doubled()
    library = answer.sites[0]
    assert 1.9 < library.times.low <= library.times.mid <= library.times.high < 2.1
    children = space(answer, "childrens-floor")
    assert children.then.surely == 1 and children.then.over.low > children.today.over.high
    holds = [s.then.holds.mid or float("inf") for s in answer.spaces if s.capacity]
    assert holds == sorted(holds)


def test_minutes_are_a_weeks_and_those_of_a_day_are_not_multiplied() -> None:
    question = asked(load("double-visitors"), seeds=(1,))
    day = space(what_if(question), "childrens-floor")
    seen = utilisation(World(EXAMPLE, 1, load("double-visitors")), SATURDAY, SATURDAY)
    assert day.then.over.mid == seen.over[CHILDREN].sum() > 0
    assert sum(map(sum, day.then.week)) == pytest.approx(day.then.over.mid, abs=0.5)


def test_what_a_space_holds_today_is_twice_what_it_holds_of_twice_the_visitors() -> None:
    for name in ("reading-room", "stadsbiblioteket", "childrens-floor"):
        found = space(doubled(), name)
        assert found.today.holds.mid == pytest.approx(2 * found.then.holds.mid, rel=0.1)


def test_at_the_factor_that_it_holds_a_space_is_just_within_its_capacity() -> None:
    factor = space(doubled(), "reading-room").today.holds.mid
    more = Task(site_file=EXAMPLE, scenario=ORDINARY, first=SATURDAY, last=SUNDAY, seed=1, factor=factor)
    reading_room = World(EXAMPLE).ground.spaces.index("stadsbiblioteket/reading-room")
    assert look(more).peak[reading_room] == pytest.approx(84, rel=0.1)


def test_a_peak_that_is_never_reached_or_always_passed() -> None:
    even = np.array(FACTORS) * 60
    assert _limit_factor(even, 100) == pytest.approx(100 / 60)
    assert (_limit_factor(even, 1000), _limit_factor(even, 5), _limit_factor(even, 0)) == (
        float("inf"),
        0.0,
        float("inf"),
    )
    assert (bounded(None), bounded(0.0), bounded(1.666)) == (">4", "<0.25", "1.67")


def test_the_table_says_what_breaks_and_when() -> None:
    text = shown.as_text(doubled())
    assert text.startswith("What breaks first: Twice the visitors (2026-10-24 to 2026-10-25)\n2 replications")
    lines = text.splitlines()
    row = next(line for line in lines if line.startswith("stadsbiblioteket/childrens-floor"))
    assert "100%" in row and "Sun 1" in row and "min)" in row
    assert "Within capacity at 4 times the visitors: " in text


def test_json_holds_every_space_and_only_numbers_that_pages_can_read() -> None:
    body = json.loads(shown.as_json(doubled()), parse_constant=lambda text: pytest.fail(text))
    names = [s.space for s in doubled().spaces]
    assert [s["space"] for s in body["spaces"]] == names
    children = next(s for s in body["spaces"] if s["space"].endswith("childrens-floor"))
    assert len(children["then"]["week"]) == 7 and len(children["then"]["likely"][6]) == 24
    assert children["when"][0]["minutes"] > 0 and children["when"][0]["surely"] == 1
    assert body["seeds"] == [1, 2]


def test_a_house_without_doors_and_capacity_breaks_nowhere() -> None:
    bare = replace(EXAMPLE.sites[0], spaces=(), portals=(), sensors=(), capacity=None)
    question = replace(asked(load("double-visitors"), seeds=(1,)), site_file=SiteFile(sites=(bare,)))
    answer = what_if(question)
    assert answer.spaces[0].then.peak.mid == 0 and not answer.portals
    assert "No space has a capacity" in shown.as_text(answer)


def test_days_are_as_asked_else_the_scenarios_own_else_four_weeks_from_monday() -> None:
    wednesday = date(2026, 11, 25)
    assert shown.days(ORDINARY, None, None, wednesday) == (date(2026, 11, 30), date(2026, 12, 27))
    own = scenario(first=date(2027, 1, 4), last=date(2027, 1, 8))
    assert shown.days(own, None, None, wednesday) == (own.first, own.last)
    assert shown.days(own, date(2027, 1, 6), date(2027, 2, 1), wednesday) == (date(2027, 1, 6), own.last)
    with pytest.raises(ScenarioError, match="holds from 2027-01-04 to 2027-01-08"):
        shown.days(own, date(2027, 2, 1), None, wednesday)


def test_an_event_and_a_new_portal_are_seen_where_and_when_they_are() -> None:
    concert = Event(
        site="kind:library", space="kind:hall", title=NAME, start=time(13), minutes=60, people=260
    )
    new = NewPortal(site="kind:library", id="new", name=NAME, outer="outside", inner="kind:cafe")
    sensor = NewSensor(site="kind:library", device="new", portal="new")
    answer = what_if(asked(scenario(events=(concert,), portals=(new,), sensors=(sensor,))))
    hall = space(answer, "hall")
    window = hall.when[0]
    assert (window.weekday, window.start) in {(5, 12), (5, 13)} and 50 < window.minutes < 80
    assert hall.today.surely == 0 and hall.then.surely == 1
    door = next(p for p in answer.portals if p.portal == "stadsbiblioteket/new")
    assert door.today.mid == 0 < door.then.mid


def test_the_command_answers_for_a_site_file() -> None:
    words = "simulate what-if --site-file sites/helsingborg.toml --replications 1 --json"
    days = "--first 2026-10-24 --last 2026-10-24"
    result = CliRunner().invoke(app, f"{words} {days}".split())
    assert result.exit_code == 0, result.output
    body = json.loads(result.stdout)
    assert (body["scenario"], body["today"], body["first"], body["seeds"]) == (
        "double-visitors", "ordinary", "2026-10-24", [1])  # fmt: skip
    assert 1.9 < body["sites"][0]["times"]["mid"] < 2.1


def test_a_space_with_another_capacity_is_judged_by_it_and_used_as_before() -> None:
    less = scenario(capacities=(Capacity(site="kind:library", space="kind:reading", capacity=10),))
    found = space(what_if(asked(less, seeds=(1,))), "newspapers")
    assert found.capacity == 10 and found.today.peak == found.then.peak
    assert found.today.over.mid == 0 < found.then.over.mid
