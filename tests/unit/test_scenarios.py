"""Questions of planners: what may be asked, what the simulator makes of it, and how it is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, get_args

import pytest
from dash import dcc

from besok.model import messages
from besok.model.findings import KINDS
from besok.model.scenarios import (
    MOST_DAYS,
    FailedFor,
    FaultySensor,
    NewDoor,
    OtherCapacity,
    PlannedEvent,
    Recorded,
    RunState,
    ScenarioSpec,
    SensorTrouble,
    problem,
)
from besok.model.site import OUTSIDE, SiteFile, Text
from besok.model.sitefile import parse
from besok.model.views.scenarios import ScenarioResult, ScenarioRun
from besok.model.views.whatif import Answer, Holds, Replicated, SpaceStrain, Strain, Window
from besok.services.scenarios import own_spaces
from besok.text import scenario_text
from besok.text.languages import LANGUAGES, speaking, translated
from dashboard.components import scenario_form
from dashboard.pages import scenarios as scenarios_page
from sensors_sim.placing import placed
from sensors_sim.planner_question import connected, scenario_of
from tests.small_sites import library, portal, space

EXAMPLE = parse(Path("sites/helsingborg.toml").read_text("utf-8"))
LIBRARY = EXAMPLE.sites[0]
SATURDAY = date(2026, 12, 5)
FAIR = PlannedEvent(title="Fair", space="hall", start=time(12), minutes=120, people=150)
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
RECORDING = ScenarioSpec(title="Q", first=date(2026, 11, 27), recorded=Recorded(start=time(12), minutes=60))
DOOR = NewDoor(name="Garden door", outer="outside", inner="foyer", share=0.2)


def asked(**more: Any) -> ScenarioSpec:
    return ScenarioSpec(**{"title": "Q", "first": SATURDAY, "visitors": 2.0, **more})


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (asked(), None),
        (asked(days=MOST_DAYS), None),
        (asked(days=MOST_DAYS + 1), messages.SCENARIO_DAYS),
        (asked(days=0), messages.SCENARIO_DAYS),
        (asked(visitors=5.1), messages.SCENARIO_VISITORS),
        (asked(visitors=-0.1), messages.SCENARIO_VISITORS),
        (asked(visitors=float("nan")), messages.SCENARIO_VISITORS),
        (asked(first=date(1066, 10, 14)), messages.SCENARIO_YEAR),
        (asked(hours="from ten"), messages.SCENARIO_HOURS),
        (asked(hours="10:00-22:00"), None),
        (asked(first=date(2026, 12, 25)), messages.SCENARIO_CLOSED),
        (asked(first=date(2026, 12, 25), hours="10:00-14:00"), None),
        (asked(closed=("cellar",)), messages.SCENARIO_SPACE),
        (asked(closed=("cafe",)), None),
        (asked(capacity=OtherCapacity(space="attic", people=9)), messages.SCENARIO_SPACE),
        (asked(event=FAIR), None),
        (asked(event=replace(FAIR, start=time(8))), messages.SCENARIO_EVENT),
        (asked(event=replace(FAIR, start=time(8)), hours="07:00-16:00"), None),
        (asked(door=DOOR), None),
        (asked(door=replace(DOOR, outer="foyer")), messages.SCENARIO_DOOR),
        (asked(door=replace(DOOR, outer="foyer", inner=OUTSIDE)), messages.SCENARIO_DOOR_OUT),
        (asked(sensor=FaultySensor(device="nobody", trouble="off")), messages.SCENARIO_SENSOR),
        (asked(visitors=1.0), messages.SCENARIO_NOTHING),
        (RECORDING, None),
        (replace(RECORDING, visitors=2.0), messages.RECORDING_CHANGED),
        (replace(RECORDING, closed=("cafe",)), messages.RECORDING_CHANGED),
        (replace(RECORDING, first=SATURDAY), messages.RECORDING_AHEAD),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_to_do(spec: ScenarioSpec, said: Any) -> None:
    found = problem(spec, LIBRARY, NOW)
    assert (found and found.english) == (said and said.english)


@pytest.mark.parametrize("language", ["en", "sv"])
def test_what_to_do_names_the_value_that_the_api_takes(language: str) -> None:
    with speaking(language):
        told = translated(messages.SCENARIO_DOOR_OUT)
    assert "outer" in told and OUTSIDE in told


def test_every_change_finds_its_place_in_the_simulator() -> None:
    sensor = FaultySensor(device="count-town-entrance", trouble="drifting")
    capacity = OtherCapacity(space="foyer", people=60)
    spec = asked(
        hours="10:00-18:00", closed=("cafe",), door=DOOR, capacity=capacity, event=FAIR, sensor=sensor
    )
    found = placed(EXAMPLE, scenario_of(spec, LIBRARY))
    assert found.notes == ()
    scenario, site = found.scenario, found.sites.sites[0]
    assert [rates.arrivals for rates in scenario.rates] == [2.0, 1.0]
    assert scenario.rates[1].entrances == {"stadsbiblioteket/new-door-1": 0.2}
    assert site.portals[-1].id == "new-door-1" and not site.portals[-1].counted
    assert scenario.closings[0].spaces == ("stadsbiblioteket/cafe",)
    assert (scenario.capacities[0].space, scenario.capacities[0].capacity) == ("stadsbiblioteket/foyer", 60)
    assert (scenario.events[0].first, scenario.events[0].last) == (SATURDAY, SATURDAY)
    assert {"spaces": site.opening.exceptions[-1].hours} == {"spaces": "10:00-18:00"}
    shares = [fault.share for fault in scenario.faults]
    assert len(shares) == 10 and shares == sorted(shares) and shares[-1] == pytest.approx(0.6)
    assert scenario.faults[0].begins == datetime(2026, 12, 5, 12)  # noqa: DTZ001 local


@pytest.mark.parametrize("minutes", [60, 120])
def test_a_recording_is_offered_again_as_long_as_it_was(minutes: int) -> None:
    asked = replace(RECORDING, recorded=Recorded(start=time(12), minutes=minutes))
    assert f"value='{minutes}'" in str(scenario_form.form(library("lib").sites[0], asked))


def test_a_second_new_door_has_a_name_of_its_own() -> None:
    built = placed(EXAMPLE, scenario_of(asked(door=DOOR), LIBRARY)).sites
    again = placed(built, scenario_of(asked(door=DOOR), built.sites[0])).sites
    assert [p.id for p in again.sites[0].portals[-2:]] == ["new-door-1", "new-door-2"]


def test_sites_that_doors_join_are_simulated_together_and_no_others() -> None:
    own = library("a", portals=(portal("p", "b/hall", "a"),)).sites[0]
    near = library("b", spaces=(space("hall"),)).sites[0]
    far = library("c").sites[0]
    everything = SiteFile(sites=(own, near, far))
    assert [s.id for s in connected(everything, "a").sites] == ["a", "b"]
    assert [s.id for s in connected(everything, "b").sites] == ["a", "b"]
    assert [s.id for s in connected(everything, "c").sites] == ["c"]


def test_examples_can_be_asked_as_they_are() -> None:
    for language in LANGUAGES:
        with speaking(language):
            found = scenario_text.examples(LIBRARY, date(2026, 11, 28))
            assert list(found) == ["double", "saturday", "fair", "sensor", "recorded"]
            assert [problem(spec, LIBRARY, NOW) for spec in found.values()] == [None] * 5
            assert found["fair"].first == found["saturday"].first == SATURDAY and found[
                "double"
            ].first == date(2026, 11, 30)
    bare = library("bare", sensors=()).sites[0]
    assert list(scenario_text.examples(bare, date(2026, 11, 28))) == ["double", "saturday"]


def answered(number: int, first: date, days: int, today: int) -> ScenarioRun:
    """Return an answer: the hall is as full as that today, and twice as full under the scenario."""

    def strain(peak: int) -> Strain:
        figure = Replicated(mid=peak, low=peak, high=peak)
        holds = Holds(mid=None, low=None, high=None)
        return Strain(
            surely=0,
            peak=figure,
            over=figure,
            seated=figure,
            standing=figure,
            holds=holds,
            week=(),
            likely=(),
        )

    hall = SpaceStrain(
        space="lib/hall", name=Text(sv="Hall", en="Hall"), capacity=200, seats=None,
        today=strain(today), then=strain(2 * today), when=(),
    )  # fmt: skip
    answer = Answer(
        scenario="", title=Text(sv="", en=""), today="", first=first, last=first, seeds=(1,), notes=(), sites=(),
        spaces=(hall,), portals=(),
    )  # fmt: skip
    spec = ScenarioSpec(title=f"Q{number}", first=first, days=days, visitors=2.0)
    result = ScenarioResult(answer=answer, sensor=None, learnt=True)
    return ScenarioRun(
        number=number, site="lib", spec=spec, state="done", author="Kim", asked=NOW, started=NOW, ended=NOW,
        done=1, total=1, reason="", result=result,
    )  # fmt: skip


@pytest.mark.usefixtures("english")
def test_what_breaks_first_is_told_with_its_time_though_no_hour_is_sure() -> None:
    (hall,) = own_spaces(answered(1, SATURDAY, 1, 60))
    likely = [[0.0] * 24 for _day in range(7)]
    likely[5][13:15] = 0.2, 0.4
    hall = replace(hall, then=replace(hall.then, surely=0.6, likely=tuple(map(tuple, likely))))
    assert (
        scenario_text.first_to_break([hall])
        == "Fills with the fewest visitors: Hall. Over capacity most often Saturday 14–15."
    )
    window = Window(weekday=5, start=11, end=16, minutes=200.0, surely=0.9)
    sure = replace(hall, when=(window,))
    assert (
        scenario_text.first_to_break([sure])
        == "Fills with the fewest visitors: Hall. Over capacity Saturday 11–16."
    )


def drawn(runs: list[ScenarioRun]) -> Any:
    """Return the bars of the chart of answers."""
    (graph,) = [part for part in scenarios_page._chart(runs)._traverse() if isinstance(part, dcc.Graph)]
    return graph.figure.data


@pytest.mark.usefixtures("english")
def test_each_answer_is_compared_with_today_on_its_own_days() -> None:
    week, saturday, again = (
        answered(1, date(2026, 11, 30), 7, 60),
        answered(2, SATURDAY, 1, 100),
        answered(3, date(2026, 11, 30), 7, 61),
    )
    bars = [(bar.name, bar.y[0]) for bar in drawn([week, saturday, again])]
    assert bars == [
        ("without the changes, 30 Nov 2026 – 6 Dec 2026", 30), ("Q1", 60), ("Q3", 61),
        ("without the changes, Saturday 5 Dec 2026", 50), ("Q2", 100),
    ]  # fmt: skip
    assert [bar.name for bar in drawn([saturday])] == ["without the changes", "Q2"]


def test_every_state_reason_and_trouble_is_said_in_both_languages() -> None:
    for language in LANGUAGES:
        with speaking(language):
            said = [scenario_text.state(state) for state in get_args(RunState)]
            said += [scenario_text.failed(reason) for reason in get_args(FailedFor) if reason]
            said += [scenario_text.finding(kind) for kind in KINDS]
            assert all(said) and set(scenario_text.troubles()) == set(get_args(SensorTrouble))
    spec = asked(
        closed=("cafe",),
        door=DOOR,
        event=FAIR,
        sensor=FaultySensor(device="count-town-entrance", trouble="off"),
    )
    with speaking("sv"):
        assert list(scenario_text.changes(spec, LIBRARY))[:2] == [
            "2 gånger så många besökare som vanligt",
            "stängt: Kafé",
        ]
        assert (
            next(scenario_text.changes(replace(spec, visitors=1, hours="10:00-20:00"), LIBRARY))
            == "öppet 10:00–20:00"
        )
