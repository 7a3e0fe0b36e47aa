"""Each result as one plain sentence."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import get_args

import pytest

from besok.model.effects import Verdict
from besok.model.forecast import Expected, ExpectedTotal, Outlook
from besok.model.views.calendar import ActionEffect
from besok.model.views.forecast import Record
from besok.text import narratives

OUTLOOK = Outlook(
    origin=date(2026, 11, 24),
    made=datetime(2026, 11, 25, 3, tzinfo=UTC),
    afterwards=False,
    measure="gross",
    model="test",
    goal=1_000_000,
    deadline=date(2029, 12, 31),
    odds=0.31,
    even_from=None,
    likely_from=None,
    needed_growth=0.117,
    expected_growth=0.052,
    days=(),
    years=(),
    totals=(),
)


def test_the_odds_of_the_target_and_the_weekday_furthest_behind() -> None:
    weekdays = {0: 1.2, 1: 1.2, 2: 1.21, 3: 1.19, 4: 1.2, 5: 1.15, 6: 0.98}
    said = narratives.target(OUTLOOK, 2.0, weekdays)
    assert said is not None
    assert (
        said.en
        == "At today's pace the odds of doubling by December 2029 are 3 in 10; Sundays are furthest behind."
    )
    assert (
        said.sv
        == "Som det går nu är chansen 3 på 10 att nå en fördubbling till december 2029; söndagar ligger längst efter."
    )
    even = narratives.target(OUTLOOK, 1.5, dict.fromkeys(range(7), 1.2))
    assert (
        even is not None
        and even.en
        == "At today's pace the odds of reaching 1.5 times the visits by December 2029 are 3 in 10."
    )
    assert narratives.target(replace(OUTLOOK, odds=None), 2.0) is None


@pytest.mark.parametrize(
    ("chance", "said"),
    [(0, "less than 1 in 20"), (0.04, "less than 1 in 20"), (0.06, "1 in 10"), (0.14, "1 in 10"), (0.5, "5 in 10"),
     (0.94, "9 in 10"), (0.96, "more than 19 in 20"), (1, "more than 19 in 20")],
)  # fmt: skip
def test_a_probability_promises_no_more_than_a_forecast_can(chance: float, said: str) -> None:
    assert narratives.odds(chance).en == said
    assert narratives.odds_short(chance).en == said.replace("less than", "<").replace("more than", ">")


def test_when_the_target_becomes_likely() -> None:
    never, even, likely = (
        narratives.when(replace(OUTLOOK, even_from=a, likely_from=b))
        for a, b in ((None, None), (date(2028, 5, 1), None), (date(2028, 5, 1), date(2029, 2, 1)))
    )
    assert never is None  # the odds say it
    assert even and even.en.startswith("From May 2028 the target is more likely than not")
    assert likely and likely.sv == "Målet är troligt (4 på 5) från februari 2029."


def test_where_the_visits_land_beside_the_goal() -> None:
    ends = date(2029, 12, 31)
    year = Expected(day=ends, mean=683_412, low80=551_999, high80=790_400, low95=1, high95=2)
    ahead = replace(OUTLOOK, years=(replace(year, day=date(2029, 12, 24), mean=1), year))
    said = narratives.landing(ahead)
    assert said and said.en == (
        "683,000 visits a year are expected by December 2029 (8 times of 10 between 552,000 and 790,000); "
        "the goal is 1,000,000."
    )
    assert said.sv.replace("\u00a0", " ") == (
        "Till december 2029 väntas 683 000 besök om året (8 gånger av 10 mellan 552 000 och 790 000); "
        "målet är 1 000 000."
    )
    assert said in narratives.of(ahead, 2.0)
    assert narratives.landing(OUTLOOK) is None and narratives.landing(replace(ahead, goal=None)) is None


def test_a_target_that_is_reached_already_is_not_called_a_way_to_go() -> None:
    there = replace(OUTLOOK, odds=0.97, needed_growth=-0.034, likely_from=date(2026, 11, 25))
    when, pace = narratives.when(there), narratives.pace(there)
    assert when and when.en == "The target is likely (4 in 5) already now."
    assert pace and pace.en == (
        "The last year reaches the target, which holds if visits fall by no more than 3% a year; +5% is to be expected."
    )
    assert pace.sv.replace("\u00a0", " ").startswith(
        "Det senaste året når målet, och det håller om besöken minskar med högst 3 %"
    )


def test_needed_and_expected_growth() -> None:
    said = narratives.pace(OUTLOOK)
    assert said and said.en == "+12% a year is needed; +5% is to be expected."
    assert narratives.pace(replace(OUTLOOK, needed_growth=None)) is None
    for growth, told in ((-0.06, "−6%"), (-0.004, "±0%"), (0.004, "±0%")):
        said = narratives.pace(replace(OUTLOOK, expected_growth=growth))
        assert said and said.en == f"+12% a year is needed; {told} is to be expected."


def test_why_less_growth_is_expected_than_there_was() -> None:
    said = narratives.damped(OUTLOOK, 0.08)
    assert said and said in narratives.of(OUTLOOK, 2.0, growth=0.08)
    assert (
        said.en
        == "That is not the +8% of the last 52 weeks: such a change goes on in small part only, as a rule."
    )
    assert "inte de senaste 52 veckornas +8 %" in said.sv.replace("\u00a0", " ")
    falls = narratives.damped(replace(OUTLOOK, expected_growth=-0.02), -0.06)
    assert falls and "not the −6%" in falls.en
    for expected, growth in ((0.05, 0.055), (0.05, 0.03), (0.05, -0.08), (0.05, None), (None, 0.08)):
        assert narratives.damped(replace(OUTLOOK, expected_growth=expected), growth) is None


def test_totals_have_three_digits() -> None:
    first, last = date(2026, 11, 25), date(2026, 12, 22)
    said = narratives.total(
        ExpectedTotal(first=first, last=last, mean=41_234, low80=37_777, high80=44_444, low95=1, high95=2)
    )
    assert (
        said.en == "41,200 visits are expected in the next 28 days (8 times of 10 between 37,800 and 44,400)."
    )
    assert said.sv.replace("\u00a0", " ").startswith("De närmaste 28 dagarna väntas 41 200 besök")


def test_the_record() -> None:
    one = Record(days=28, made=24, held=19, right_low=14, right_high=24, afterwards=0, error=0.04, bias=0.0)
    assert (
        narratives.record([one]).en
        == "Of the 24 forecasts made, 19 held; 8 of 10 should, and chance allows for 14 to 24."
    )
    longer = [replace(one, days=days, made=7) for days in (7, 365)]
    assert narratives.record([longer[0], one, longer[1]]) == narratives.record([one]), (
        "a forecast counts once"
    )
    assert narratives.record(longer).en.startswith("Of the 7 forecasts made")
    assert "No forecast is old enough" in narratives.record([]).en


def test_what_chance_could_have_done_is_said_of_visits() -> None:
    chance = ActionEffect(
        action="a",
        until=date(2026, 1, 1),
        verdict="chance",
        share=0.02,
        share_low=-0.04,
        share_high=0.09,
        a_year=900.0,
    )
    assert narratives.gave(chance, True).en.endswith("somewhere between −4% and +9% visits.")
    assert narratives.gave(chance, False).sv.endswith("% besök i utrymmet.")


def test_why_nothing_can_be_said_of_an_action_can_always_be_said() -> None:
    for verdict in set(get_args(Verdict)) - {"more", "fewer", "chance"}:
        told = narratives.gave(ActionEffect(action="a", until=date(2026, 1, 1), verdict=verdict), True)
        assert told.sv.endswith(".") and told.en.endswith("."), verdict
