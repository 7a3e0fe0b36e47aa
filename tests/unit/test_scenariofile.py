"""Scenario files: what is read, what is refused and how that is told, composition, changes, the way back to text."""

from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from besok.model.errors import ScenarioError
from besok.model.site import Text
from sensors_sim.scenario import Closing, Event, Fault, Hours, NewPortal, NewSensor, Profile, Rates, Scenario
from sensors_sim.scenariofile import dump, load, moved, parse, shipped

NAME = Text(sv="Namn", en="Name")
JANUARY = date(2026, 1, 1)
FAIR = """\
title = { sv = "Mässa", en = "Fair" }
about = { sv = "En mässa.", en = "A fair." }
first = 2026-11-23
last = 2026-11-29

[[rates]]
site = "branch"
arrivals = 1.5
weekdays = { saturday = 2.0 }
hours = { "16" = 1.2 }

[[events]]
site = "branch"
space = "kind:hall"
title = { sv = "Tal", en = "Speech" }
people = 100
start = "18:00"
minutes = 60
first = 2026-11-25

[[closings]]
site = "branch"
spaces = ["studio"]

[[faults]]
device = "count-*"
kind = "silence"
begins = 2026-11-24T10:00:00
minutes = 30
"""


def problems(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        parse(text, "fair.toml")
    return caught.value.problems


def test_a_scenario_is_read() -> None:
    fair = parse(FAIR, "mine/fair.toml")
    assert fair.id == "fair"
    assert fair.rates == (Rates(site="branch", arrivals=1.5, weekdays={"saturday": 2.0}, hours={"16": 1.2}),)
    assert fair.events[0].start == time(18)
    assert fair.faults[0].begins == datetime(2026, 11, 24, 10)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title = ", "titel = ", 'line 1: [titel]: the key is not known (did you mean "title"?); correct or remove it'),
        ("title = ", "titel = ", "line 1: title: is missing; add it"),
        ('sv = "En mässa.", ', "", "line 2: about.sv: is missing; add it"),
        ("last = 2026-11-29", "last = 2026-11-02", "line 4: last: it ends before it begins; exchange the two dates"),
        ("last = 2026-11-29", "last = 9999-12-31", "line 4: last: 9999-12-31 is too far away"),
        ('site = "branch"\narrivals', "arrivals", "line 6: [[rates]] number 1: site: is missing; add it"),
        ("arrivals = 1.5", "arivals = 1.5", '[[rates]] branch: arivals: the key is not known (did you mean "arr'),
        ("arrivals = 1.5", "arrivals = -1", "line 8: [[rates]] branch: arrivals: -1 is not possible; write 0 or more"),
        ("arrivals = 1.5", "arrivals = nan", "line 8: [[rates]] branch: arrivals: nan is not possible"),
        ("arrivals = 1.5", "arrivals = inf", "line 8: [[rates]] branch: arrivals: inf is not possible"),
        ("arrivals = 1.5", 'arrivals = "many"', 'line 8: [[rates]] branch: arrivals: "many" is not possible'),
        ("arrivals = 1.5", "stay = 0", "line 8: [[rates]] branch: stay: 0 is not possible; write 0.05 or more"),
        ("arrivals = 1.5", "plans = { reed = 2 }", 'plans.reed: "reed" is not known (did you mean "read"?)'),
        ("arrivals = 1.5", "entrances = { a = 0.7, b = 0.6 }", "[[rates]] branch: entrances: the shares make 1.3"),
        ("saturday = 2.0", "caturday = 2.0", '"caturday" is not known (did you mean "saturday"?)'),
        ('"16" = 1.2', '"24" = 1.2', 'line 10: [[rates]] branch: hours.24: "24" is not an hour of the day'),
        ("people = 100", "", 'line 12: [[events]] branch: say either how many "people" come'),
        ("people = 100", "people = 100000000", "line 16: [[events]] branch: people: 100000000 is not possible"),
        ('start = "18:00"', 'start = "25:00"', 'line 17: [[events]] branch: start: "25:00" is not possible'),
        ('spaces = ["studio"]', "", "line 21: [[closings]] branch: nothing is closed"),
        ('"silence"', '"silent"', "kind: \"silent\" is not possible; write 'silence', 'reboot'"),
        ('device = "count-*"', 'device = ""', "it names no device"),
        ("[[faults]]", "[faults]", "line 25: [faults] count-*: there can be several; begin each with [[faults]]"),
        ("[[faults]]", "[[fault]]", 'the key is not known (did you mean "faults"?)'),
        ('title = { sv = "Mässa"', 'base = "odd"\ntitle = { sv = "Mässa"', 'there is no scenario "odd"'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line_and_what_to_do(old: str, new: str, told: str) -> None:
    assert FAIR.count(old) >= 1
    found = problems(FAIR.replace(old, new, 1))
    assert any(told in problem for problem in found), found


def test_all_that_is_wrong_is_told_at_once() -> None:
    text = FAIR.replace("arrivals = 1.5", "arrivals = -1").replace("people = 100", "people = -3")
    text = text.replace("60", "0")
    assert [p.split(": ")[0] for p in problems(text)] == [f"fair.toml line {n}" for n in (8, 16, 18)]


HOSTILE = ("", "\0", "= = =", "[[rates]", "title = 1979-99-99", "rates = 3", "[a.b]")


@pytest.mark.parametrize("text", [*HOSTILE, "x = " + "[" * 5000, "x = " + "9" * 5000])
def test_hostile_files_are_refused_with_a_sentence(text: str) -> None:
    assert all(problem.startswith("fair.toml") for problem in problems(text))


@settings(max_examples=40)
@given(st.text(max_size=200) | st.text(alphabet='[]{}=".,\n -0123abc', max_size=60))
def test_whatever_is_written_is_read_or_refused_in_words(text: str) -> None:
    with pytest.raises(ScenarioError):  # no text without a title is a scenario
        parse(text)


def test_files_that_cannot_be_scenarios_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"none\.toml cannot be read: No such file or directory$"):
        load(str(tmp_path / "none.toml"))
    close = r'no scenario "double-visitor" \(did you mean "double-visitors"\?\)'
    with pytest.raises(ScenarioError, match=close):
        load("double-visitor")


def test_a_scenario_on_top_of_another_has_the_parts_of_both(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(FAIR)
    own = 'base = "./base.toml"\ntitle = { sv = "B", en = "B" }\nabout = { sv = "B", en = "B" }\n'
    more = '[[rates]]\nsite = "branch"\narrivals = 2.0\n'
    (tmp_path / "top.toml").write_text(own + more)
    top = load(str(tmp_path / "top.toml"))
    assert [r.arrivals for r in top.rates] == [1.5, 2.0]
    assert (top.title.en, top.first, len(top.events)) == ("B", date(2026, 11, 23), 1)
    (tmp_path / "top.toml").write_text(f"first = 2026-11-30\n{own}{more}")
    later = load(str(tmp_path / "top.toml"))
    assert (later.events[0].first, later.faults[0].begins.day) == (date(2026, 12, 2), 1)


def test_a_circle_of_scenarios_is_refused(tmp_path: Path) -> None:
    for name, base in (("a", "b"), ("b", "a")):
        text = f'base = "{base}.toml"\ntitle = {{ sv = "x", en = "x" }}\nabout = {{ sv = "x", en = "x" }}\n'
        (tmp_path / f"{name}.toml").write_text(text)
    circle = r"based on itself: .*a.toml -> .*b.toml -> .*a.toml; break the circle"
    with pytest.raises(ScenarioError, match=circle):
        load(str(tmp_path / "a.toml"))


def test_a_scenario_moves_with_all_its_days_and_one_without_gets_a_beginning() -> None:
    fair = moved(parse(FAIR), date(2026, 12, 7))
    days = [fair.first, fair.last, fair.events[0].first]
    assert days == [date(2026, 12, 7), date(2026, 12, 13), date(2026, 12, 9)]
    assert fair.faults[0].begins == datetime(2026, 12, 8, 10)  # noqa: DTZ001
    assert moved(load("double-visitors"), date(2026, 12, 7)).first == date(2026, 12, 7)
    with pytest.raises(ScenarioError, match="cannot be moved"):
        moved(replace(fair, first=date.min), date.max)


LATE = datetime.fromisoformat("2026-01-02T03:04:05+01:00")


def test_a_scenario_comes_back_from_its_text_the_same() -> None:
    whole = Scenario(
        id="whole",
        title=NAME,
        about=Text(sv='"', en="\\"),
        first=JANUARY,
        rates=(Rates(site="*", growth=-0.1, plans={"cafe": 2.0}, entrances={"a/b": 0.5}),),
        profiles=(Profile(site="a", week=((0.0, 1.5) * 12,) * 7, spaces={"a/hall": 0.25}, until=JANUARY),),
        opening=(Hours(site="a", also="17:00-21:00", weekdays=("sunday",), note=NAME),),
        closings=(Closing(site="a", spaces=("hall", "kind:x"), last=date(2026, 2, 2)),),
        portals=(NewPortal(site="a", id="p", name=NAME, outer="outside", inner="hall", counted=False),),
        sensors=(NewSensor(site="a", device="d", portal="p", swapped=True),),
        events=(Event(site="a", space="hall", title=NAME, fill=0.5, start=time(18, 30), minutes=45),),
        faults=(Fault(device="*", kind="late", begins=LATE, seconds=9),),
    )
    assert parse(dump(whole)) == whole
    assert parse(dump(parse(FAIR))) == replace(parse(FAIR))


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_are_good_and_come_back_the_same(name: str) -> None:
    scenario = load(name)
    assert scenario.title.sv
    assert scenario.about.en.endswith(".")
    assert parse(dump(scenario), name) == replace(scenario, base="")
