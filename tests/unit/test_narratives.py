"""Each result as one plain sentence."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import get_args

import pytest

from besok.model.effects import EventEffect, EventVerdict, ProgrammeEffect, Verdict
from besok.model.outlook import Expected, ExpectedTotal, Outlook
from besok.model.views.calendar import ActionEffect
from besok.model.views.forecast import Record
from besok.text import monthly_text, narratives
from besok.text.languages import in_both

OUTLOOK = Outlook(
    origin=date(2026, 11, 24), made=datetime(2026, 11, 25, 3, tzinfo=UTC), afterwards=False, measure="gross",
    model="test", goal=1_000_000, deadline=date(2029, 12, 31), odds=0.31, even_from=None, likely_from=None,
    needed_growth=0.117, expected_growth=0.052, days=(), years=(), totals=(),
)  # fmt: skip
ONCE = Record(
    days=28, model="test", afterwards=False, made=1, held=1, right_low=0, right_high=1, error=0.04, bias=0.0
)
pytestmark = pytest.mark.usefixtures("english")


def swedish(render: Callable[[], str | None]) -> str:
    """The sentence in Swedish, with plain spaces."""
    return in_both(lambda: render() or "").sv.replace("\u00a0", " ")


def plain(said: str | None) -> str:
    """With plain spaces."""
    return str(said).replace("\u00a0", " ")


def test_the_probability_of_the_target_and_the_weekday_that_has_grown_least() -> None:
    weekdays = {0: 1.2, 1: 1.2, 2: 1.21, 3: 1.19, 4: 1.2, 5: 1.15, 6: 0.98}
    said = narratives.of(OUTLOOK, 2.0, weekdays)
    assert plain(said[0]) == "Probability of doubling by December 2029: 31 %."
    assert "Grown least: Sundays." in said
    assert swedish(lambda: narratives.target(OUTLOOK, 2.0)) == (
        "Sannolikhet för en fördubbling till december 2029: 31 %."
    )
    even = narratives.of(OUTLOOK, 1.5, dict.fromkeys(range(7), 1.2))
    assert plain(even[0]) == "Probability of 1.5 times the visits by December 2029: 31 %."
    assert not any("Grown least" in text for text in even)
    assert narratives.target(replace(OUTLOOK, odds=None), 2.0) is None


@pytest.mark.parametrize(
    ("chance", "said"),
    [(0, "less than 5 %"), (0.04, "less than 5 %"), (0.06, "6 %"), (0.5, "50 %"), (0.94, "94 %"),
     (0.96, "more than 95 %"), (1, "more than 95 %")],
)  # fmt: skip
def test_a_probability_promises_no_more_than_a_forecast_can(chance: float, said: str) -> None:
    assert plain(narratives.probability(chance)) == said
    short = said.replace("less than", "<").replace("more than", ">")
    assert plain(narratives.probability_short(chance)) == short


def test_the_year_in_which_the_target_is_expected() -> None:
    assert narratives.when(replace(OUTLOOK, goal=None), 2) is None
    assert plain(narratives.when(OUTLOOK, 2)) == "Doubling is not expected by 2036."
    early = replace(OUTLOOK, reached_low=date(2032, 5, 1))
    assert plain(narratives.when(early, 3)) == (
        "The target is not expected by 2036; the probability of reaching it earlier passes 10 % in 2032."
    )
    half = replace(early, reached=date(2034, 2, 1))
    assert plain(narratives.when(half, 2)) == (
        "Doubling is expected in 2034 (80 % prediction interval: 2032 to after 2036)."
    )
    whole = replace(half, reached_high=date(2035, 12, 1))
    assert swedish(lambda: narratives.when(whole, 2)) == (
        "Fördubblingen väntas nås 2034 (80 % prognosintervall: 2032 till 2035)."
    )


def test_where_the_visits_land_beside_the_goal() -> None:
    year = Expected(day=date(2029, 12, 31), mean=683_412, low80=551_999, high80=790_400, low95=1, high95=2)
    ahead = replace(OUTLOOK, years=(replace(year, day=date(2029, 12, 24), mean=1), year))
    said = narratives.landing(ahead)
    assert said in narratives.of(ahead, 2.0)
    assert said == (
        "Forecast for December 2029: 683,000 visits a year (80 % prediction interval 552,000–790,000). "
        "The target is 1,000,000."
    )
    assert swedish(lambda: narratives.landing(ahead)) == (
        "Prognos för december 2029: 683 000 besök om året (80 % prognosintervall 552 000–790 000). Målet är 1 000 000."
    )
    assert narratives.landing(OUTLOOK) is None and narratives.landing(replace(ahead, goal=None)) is None


def test_a_target_that_is_reached_already_is_not_called_a_way_to_go() -> None:
    there = replace(OUTLOOK, odds=0.97, needed_growth=-0.034, likely_from=date(2026, 11, 25))
    assert narratives.when(there, 2) == "The probability of reaching the target is at least 80 % already."
    assert plain(narratives.pace(there)) == (
        "The last year reaches the target, which holds if visits fall by no more than 3.4 % a year. "
        "Forecast: +5.2 % a year."
    )
    said = swedish(lambda: narratives.pace(there))
    assert said.startswith("Det senaste året når målet, och det håller om besöken minskar med högst 3,4 %")


def test_needed_growth_beside_that_of_the_forecast() -> None:
    for growth, told in ((0.052, "+5.2 %"), (-0.06, "−6.0 %"), (-0.0004, "±0 %"), (0.0004, "±0 %")):
        said = narratives.pace(replace(OUTLOOK, expected_growth=growth))
        assert plain(said) == f"Growth needed: +12 % a year. Forecast: {told} a year."
    assert narratives.pace(replace(OUTLOOK, needed_growth=None)) is None


def test_why_less_growth_is_forecast_than_there_was() -> None:
    said = narratives.damped(OUTLOOK, 0.08)
    assert said in narratives.of(OUTLOOK, 2.0, growth=0.08)
    assert plain(said).startswith("The last 52 weeks brought +8.0 %: as a rule only a small part")
    assert "De senaste 52 veckorna gav +8,0 %" in swedish(lambda: narratives.damped(OUTLOOK, 0.08))
    assert "−6.0 %" in plain(narratives.damped(replace(OUTLOOK, expected_growth=-0.02), -0.06))
    for expected, growth in ((0.05, 0.055), (0.05, 0.03), (0.05, -0.08), (0.05, None), (None, 0.08)):
        assert narratives.damped(replace(OUTLOOK, expected_growth=expected), growth) is None


def test_totals_have_three_digits() -> None:
    days = {"first": date(2026, 11, 25), "last": date(2026, 12, 22)}
    coming = ExpectedTotal(**days, mean=41_234, low80=37_777, high80=44_444, low95=1, high95=2)
    said = narratives.total(coming)
    assert said == "Forecast for the next 28 days: 41,200 visits (80 % prediction interval 37,800–44,400)."
    assert swedish(lambda: narratives.total(coming)).startswith(
        "Prognos för de närmaste 28 dagarna: 41 200 besök"
    )


def test_the_record() -> None:
    one = replace(ONCE, made=24, held=19, right_low=14, right_high=24)
    said = narratives.record([one])
    assert said == (
        "Interval coverage: in 19 of 24 forecasts made in advance the outcome lay in the 80 % interval; "
        "14 to 24 are expected by chance."
    )
    longer = [replace(one, days=days, made=7) for days in (7, 365)]
    assert narratives.record([longer[0], one, longer[1]]) == said, "a forecast counts once"
    assert narratives.record(longer).startswith("Interval coverage: in 19 of 7 forecasts made in advance")
    assert "No forecast is old enough" in narratives.record([])
    assert "Too few forecasts" in narratives.record([], 2)
    afterwards = replace(one, afterwards=True, made=20)
    assert "in 19 of 20 forecasts recomputed afterwards" in narratives.record([afterwards])
    assert narratives.record([afterwards, longer[1]]) == narratives.record([longer[1]]), "in advance first"
    assert narratives.record([ONCE]).startswith("Interval coverage: in 1 of 1 forecast made in advance the")
    assert swedish(lambda: narratives.record([ONCE])).startswith(
        "Täckningsgrad: i 1 av 1 prognos gjord i förväg låg"
    )


def test_what_an_action_gave_can_always_be_said() -> None:
    known = {"action": "a", "until": date(2026, 1, 1), "share": 0.02, "share_low": -0.04, "share_high": 0.09}
    chance = ActionEffect(**known, verdict="chance", a_year=900.0)
    assert narratives.effect_sentence(chance, True).startswith("No clear effect: visits changed by −4")
    assert "besök på ytan ändrades" in swedish(lambda: narratives.effect_sentence(chance, False))
    assert narratives.effect_sentence(chance, True).endswith("(95 % interval).")
    later = replace(chance, detectable=0.2, detectable_weeks=26, weeks_after=9)
    assert narratives.effect_sentence(later, True).endswith("would probably show 26 weeks after.")
    assert narratives.effect_sentence(replace(later, weeks_after=26), True).endswith(
        "would probably have shown by now."
    )
    assert swedish(lambda: narratives.effect_sentence(later, True)).endswith(
        "skulle troligen synas efter 26 veckor."
    )
    for verdict in set(get_args(Verdict)) - {"more", "fewer", "chance"}:
        effect = ActionEffect(action="a", until=date(2026, 1, 1), verdict=verdict)
        assert narratives.effect_sentence(effect, True).endswith(".") and swedish(
            lambda e=effect: narratives.effect_sentence(e, True)
        )


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (["not_observed", "too_few_days"], "2 events were held; their effect on visits is not known."),
        (
            ["more", "chance", "too_few_days"],
            "3 events were held; 1 of the 2 whose effect on visits is known had a clear one.",
        ),
    ],
)
def test_events_of_unknown_effect_are_never_said_to_have_none(
    verdicts: list[EventVerdict], said: str
) -> None:
    when = datetime(2026, 10, 3, 12, tzinfo=UTC)
    programme = [
        ProgrammeEffect(title="Matinée", space=None, start=when, end=when, effect=EventEffect(verdict=one))
        for one in verdicts
    ]
    assert monthly_text.happened([], {}, programme, len(programme), [])[1] == [said]
