"""Each result as one plain sentence."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import get_args

import pytest

from besok.model.effects import Verdict
from besok.model.forecast import Expected, ExpectedTotal, Outlook
from besok.model.views.calendar import ActionEffect
from besok.model.views.forecast import Record
from besok.text import narratives
from besok.text.languages import in_both, speaking

OUTLOOK = Outlook(
    origin=date(2026, 11, 24), made=datetime(2026, 11, 25, 3, tzinfo=UTC), afterwards=False, measure="gross",
    model="test", goal=1_000_000, deadline=date(2029, 12, 31), odds=0.31, even_from=None, likely_from=None,
    needed_growth=0.117, expected_growth=0.052, days=(), years=(), totals=(),
)  # fmt: skip
ONCE = Record(days=28, made=1, held=1, right_low=0, right_high=1, afterwards=0, error=0.04, bias=0.0)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with speaking("en"):
        yield


def swedish(render: Callable[[], str | None]) -> str:
    """The sentence in Swedish, with plain spaces."""
    return in_both(lambda: render() or "").sv.replace("\u00a0", " ")


def test_the_odds_of_the_target_and_the_weekday_furthest_behind() -> None:
    weekdays = {0: 1.2, 1: 1.2, 2: 1.21, 3: 1.19, 4: 1.2, 5: 1.15, 6: 0.98}
    said = narratives.target(OUTLOOK, 2.0, weekdays)
    assert (
        said
        == "At today's pace the odds of doubling by December 2029 are 3 in 10; Sundays are furthest behind."
    )
    assert swedish(lambda: narratives.target(OUTLOOK, 2.0, weekdays)) == (
        "Som det går nu är chansen 3 på 10 att nå en fördubbling till december 2029; söndagar ligger längst efter."
    )
    even = narratives.target(OUTLOOK, 1.5, dict.fromkeys(range(7), 1.2))
    assert even == "At today's pace the odds of reaching 1.5 times the visits by December 2029 are 3 in 10."
    assert narratives.target(replace(OUTLOOK, odds=None), 2.0) is None


@pytest.mark.parametrize(
    ("chance", "said"),
    [(0, "less than 1 in 20"), (0.04, "less than 1 in 20"), (0.06, "1 in 10"), (0.14, "1 in 10"), (0.5, "5 in 10"),
     (0.94, "9 in 10"), (0.96, "more than 19 in 20"), (1, "more than 19 in 20")],
)  # fmt: skip
def test_a_probability_promises_no_more_than_a_forecast_can(chance: float, said: str) -> None:
    assert narratives.odds(chance) == said
    assert narratives.odds_short(chance) == said.replace("less than", "<").replace("more than", ">")


def test_when_the_target_becomes_likely() -> None:
    assert narratives.when(OUTLOOK) is None  # the odds say it
    even = replace(OUTLOOK, even_from=date(2028, 5, 1))
    assert "From May 2028 the target is more likely than not" in str(narratives.when(even))
    likely = replace(even, likely_from=date(2029, 2, 1))
    assert swedish(lambda: narratives.when(likely)) == "Målet är troligt (4 på 5) från februari 2029."


def test_where_the_visits_land_beside_the_goal() -> None:
    year = Expected(day=date(2029, 12, 31), mean=683_412, low80=551_999, high80=790_400, low95=1, high95=2)
    ahead = replace(OUTLOOK, years=(replace(year, day=date(2029, 12, 24), mean=1), year))
    said = narratives.landing(ahead)
    assert said in narratives.of(ahead, 2.0)
    assert said == (
        "683,000 visits a year are expected by December 2029 (80 % prediction interval 552,000–790,000); "
        "the goal is 1,000,000."
    )
    assert swedish(lambda: narratives.landing(ahead)) == (
        "Till december 2029 väntas 683 000 besök om året (80 % prognosintervall 552 000–790 000); "
        "målet är 1 000 000."
    )
    assert narratives.landing(OUTLOOK) is None and narratives.landing(replace(ahead, goal=None)) is None


def test_a_target_that_is_reached_already_is_not_called_a_way_to_go() -> None:
    there = replace(OUTLOOK, odds=0.97, needed_growth=-0.034, likely_from=date(2026, 11, 25))
    assert narratives.when(there) == "The target is likely (4 in 5) already now."
    assert narratives.pace(there) == (
        "The last year reaches the target, which holds if visits fall by no more than 3% a year; +5% is to be expected."
    )
    said = swedish(lambda: narratives.pace(there))
    assert said.startswith("Det senaste året når målet, och det håller om besöken minskar med högst 3 %")


def test_needed_and_expected_growth() -> None:
    for growth, told in ((0.052, "+5%"), (-0.06, "−6%"), (-0.004, "±0%"), (0.004, "±0%")):
        said = narratives.pace(replace(OUTLOOK, expected_growth=growth))
        assert said == f"+12% a year is needed; {told} is to be expected."
    assert narratives.pace(replace(OUTLOOK, needed_growth=None)) is None


def test_why_less_growth_is_expected_than_there_was() -> None:
    said = narratives.damped(OUTLOOK, 0.08)
    assert said in narratives.of(OUTLOOK, 2.0, growth=0.08)
    assert (
        said
        == "That is not the +8% of the last 52 weeks: such a change goes on in small part only, as a rule."
    )
    assert "inte de senaste 52 veckornas +8 %" in swedish(lambda: narratives.damped(OUTLOOK, 0.08))
    assert "not the −6%" in str(narratives.damped(replace(OUTLOOK, expected_growth=-0.02), -0.06))
    for expected, growth in ((0.05, 0.055), (0.05, 0.03), (0.05, -0.08), (0.05, None), (None, 0.08)):
        assert narratives.damped(replace(OUTLOOK, expected_growth=expected), growth) is None


def test_totals_have_three_digits() -> None:
    days = {"first": date(2026, 11, 25), "last": date(2026, 12, 22)}
    coming = ExpectedTotal(**days, mean=41_234, low80=37_777, high80=44_444, low95=1, high95=2)
    said = narratives.total(coming)
    assert said == "41,200 visits are expected in the next 28 days (80 % prediction interval 37,800–44,400)."
    assert swedish(lambda: narratives.total(coming)).startswith("De närmaste 28 dagarna väntas 41 200 besök")


def test_the_record() -> None:
    one = replace(ONCE, made=24, held=19, right_low=14, right_high=24)
    said = narratives.record([one])
    assert said == "Of the 24 forecasts made, 19 held; 8 of 10 should, and chance allows for 14 to 24."
    longer = [replace(one, days=days, made=7) for days in (7, 365)]
    assert narratives.record([longer[0], one, longer[1]]) == said, "a forecast counts once"
    assert narratives.record(longer).startswith("Of the 7 forecasts made")
    assert "No forecast is old enough" in narratives.record([])
    assert narratives.record([ONCE]).startswith("Of the 1 forecast made")
    assert swedish(lambda: narratives.record([ONCE])).startswith("Av 1 gjord prognos")


def test_what_an_action_gave_can_always_be_said() -> None:
    known = {"action": "a", "until": date(2026, 1, 1), "share": 0.02, "share_low": -0.04, "share_high": 0.09}
    chance = ActionEffect(**known, verdict="chance", a_year=900.0)
    assert narratives.gave(chance, True).endswith("somewhere between −4% and +9% visits.")
    assert swedish(lambda: narratives.gave(chance, False)).endswith("% besök i utrymmet.")
    for verdict in set(get_args(Verdict)) - {"more", "fewer", "chance"}:
        effect = ActionEffect(action="a", until=date(2026, 1, 1), verdict=verdict)
        assert narratives.gave(effect, True).endswith(".") and swedish(
            lambda e=effect: narratives.gave(e, True)
        )
