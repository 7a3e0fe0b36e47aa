"""Effects: nothing done is told as chance, what was done is found with its size, moved visits are not new ones."""

from datetime import date, timedelta

import numpy as np
import pytest
from scipy.special import stdtrit

from besok.analytics.effects import contribution, effect_of_action, effect_of_event
from besok.analytics.effects.step_model import estimate_step

MONDAY = date(2024, 1, 1)
DAYS, AFTER = 70 * 7, 20 * 7
SINCE = MONDAY + timedelta(days=DAYS - AFTER)
SUNDAYS = np.arange(DAYS) % 7 == 6
LATER = np.arange(DAYS) >= DAYS - AFTER


def library(seed: int = 0, drift: float = 0.002) -> np.ndarray:
    """Visits by day of a library whose level drifts and whose weather lasts some days."""
    rng = np.random.default_rng(seed)
    weekday = np.array([1, 1, 1, 1, 1.1, 1.2, 0.6])[np.arange(DAYS) % 7]
    weather = np.convolve(rng.normal(0, 0.07, DAYS + 2), [1, 0.7, 0.4], "valid")
    level = np.cumsum(rng.normal(0, drift, DAYS))
    return rng.poisson(500 * weekday * np.exp(weather + level)).astype(float)


def test_a_wandering_series_makes_the_interval_wide() -> None:
    rng = np.random.default_rng(3)
    calm, after = rng.normal(0, 0.05, 80), np.arange(80) >= 60
    wandering = calm + np.cumsum(rng.normal(0, 0.08, 80))
    errors = [estimate_step(series, after) for series in (calm, wandering)]
    assert errors[0] and errors[1] and errors[1].error > 4 * errors[0].error


def test_it_is_said_what_would_show_and_it_then_does() -> None:
    found, told_weeks = [], set()
    for seed in range(20):
        visits = library(seed, drift=0.003 + 0.017 * (seed % 2))
        early = effect_of_action(MONDAY, visits[: DAYS - AFTER + 8 * 7], SINCE).change
        assert early and early.detectable
        told_weeks.add(early.detectable.weeks)
        more = visits[: DAYS - AFTER + early.detectable.weeks * 7].copy()
        more[DAYS - AFTER :] *= 1 + early.detectable.share
        found.append(effect_of_action(MONDAY, more, SINCE).verdict == "more")
    assert sum(found) >= 13, "of twenty, 16 are meant"
    assert len(told_weeks) > 1, "a calm library knows sooner than one that drifts"


def test_a_level_that_moves_by_rare_large_steps_keeps_the_interval_honest() -> None:
    held, found, weeks = [], [], 104
    for seed in range(50):
        rng = np.random.default_rng(seed)
        steps = np.where(rng.random(weeks) < 4 / 52, rng.standard_t(3, weeks), 0)
        steps *= 0.1 * np.exp(0.42 * rng.normal())
        after = np.arange(weeks) >= 96
        told = estimate_step(np.cumsum(steps) + rng.normal(0, 0.03, weeks) + 0.2 * after, after)
        assert told
        reach = stdtrit(told.freedom, 0.975) * told.error
        held.append(abs(told.size - 0.2) < reach)
        found.append(told.size > reach)
    assert 0.92 < np.mean(held) <= 0.98
    assert np.mean(found) > 0.8


@pytest.mark.parametrize(("begins", "gain"), [(26 * 7, 0.0), (51 * 7 + 4, 0.0), (51 * 7 + 4, 1.0)])
def test_a_first_christmas_is_news_and_no_effect(begins: int, gain: float) -> None:
    day = np.arange(begins + 8 * 7)
    dates = [MONDAY + timedelta(days=int(n)) for n in day]
    busy = np.array([(d.month, d.day) > (12, 1) and (d.month, d.day) < (12, 27) for d in dates])
    verdicts = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        visits = rng.poisson(
            500 * np.exp(rng.normal(0, 0.1, len(day)) + 0.4 * busy) * (1 + gain * (day >= begins))
        )
        verdicts.append(
            effect_of_action(MONDAY, visits.astype(float), MONDAY + timedelta(days=begins)).verdict
        )
    assert verdicts.count("more" if gain else "chance") >= 7


def test_longer_sundays_are_found_and_add_to_the_target() -> None:
    visits = library()
    visits[SUNDAYS & LATER] *= 1.3
    told = effect_of_action(MONDAY, visits, SINCE, acted=SUNDAYS)
    assert told.verdict == "more" and told.change and told.net
    assert told.change.share.lower < 0.3 < told.change.share.upper
    assert told.change.odds > 0.99
    gained = visits[SUNDAYS & LATER].mean() * 0.3 / 1.3 * 52
    assert told.change.a_year.lower < gained < told.change.a_year.upper
    part = contribution(told, 10 * gained)
    assert part and part.lower < 0.1 < part.upper


def test_moved_visits_are_told_from_new_ones() -> None:
    here, there = library(1), library(2)
    moved = 0.4 * here * LATER
    told = effect_of_action(MONDAY, here + moved, SINCE, elsewhere=there - moved)
    assert told.verdict == "more" and told.moved and told.moved.lower > 0.3
    assert told.origin in ("moved", "partly")
    new = effect_of_action(MONDAY, here + moved, SINCE, elsewhere=there)
    assert new.origin == "new" and new.moved and new.moved.estimate < 0.4


def test_missing_days_and_days_left_out_are_no_fall() -> None:
    visits = library(6)
    gone = LATER & (np.arange(DAYS) % 7 == 2)
    visits[gone] = 0
    assert effect_of_action(MONDAY, visits, SINCE).verdict == "fewer"
    assert effect_of_action(MONDAY, visits, SINCE, leave_out=gone).verdict == "chance"
    visits[gone] = np.nan
    assert effect_of_action(MONDAY, visits, SINCE).verdict == "chance"


def test_weeks_in_which_nobody_could_come_tell_of_no_level() -> None:
    visits = library(7)
    more = np.round(visits * np.where(LATER, 1.25, 1.0))
    more[70:154] = 0
    told = effect_of_action(MONDAY, more, SINCE)
    assert told.verdict == "more" and told.change and told.change.weeks == (50 - 12, 20)
    ended = np.where(LATER, 0.0, visits)
    assert effect_of_action(MONDAY, ended, SINCE).verdict == "fewer", "that it ended is an effect"


@pytest.mark.parametrize(
    ("since", "until", "verdict"),
    [
        (MONDAY + timedelta(days=DAYS - 14), None, "too_early"),
        (MONDAY + timedelta(days=DAYS + 400), None, "too_early"),
        (MONDAY + timedelta(days=35), None, "too_little_before"),
        (MONDAY - timedelta(days=900), None, "too_little_before"),
        (SINCE, SINCE + timedelta(days=10), "too_early"),
    ],
)
def test_too_little_is_said(since: date, until: date | None, verdict: str) -> None:
    told = effect_of_action(MONDAY, library(), since, until=until)
    assert (told.verdict, told.change) == (verdict, None)
    assert contribution(told, 1000) is None


def test_what_was_never_observed_is_said() -> None:
    assert effect_of_action(MONDAY, library() * np.nan, SINCE).verdict == "not_observed"


def test_a_day_that_was_closed_before_has_nothing_to_compare_with() -> None:
    visits = library()
    visits[SUNDAYS & ~LATER] = 0
    assert effect_of_action(MONDAY, visits, SINCE, acted=SUNDAYS).verdict == "nothing_before"


def hours(seed: int = 0, days: int = 120) -> np.ndarray:
    """Visits to a space by day and hour."""
    rng = np.random.default_rng(seed)
    usual = 20 * np.sin(np.linspace(0, np.pi, 12)) * rng.lognormal(0, 0.15, (days, 1))
    return rng.poisson(usual).astype(float)


def test_an_event_is_compared_with_like_days() -> None:
    counts = hours()
    came = counts[60, 5:7].sum()
    counts[60, 5:7] += 40
    told = effect_of_event(counts, 60, 5, 7, margin=2, kind=np.arange(120) % 7)
    assert told.verdict == "more" and told.during and told.before and told.around
    assert told.during.odds > 0.99 and told.during.lower > 30
    assert told.during.extra == pytest.approx(80 + came - told.during.expected)
    assert len(told.compared) == 16 and all((row - 60) % 7 == 0 and row != 60 for row in told.compared)
    assert told.before.lower < 0 < told.before.upper


@pytest.mark.parametrize(("came_from", "said"), [(None, "new"), ([3, 4, 7, 8], "moved")])
def test_people_who_come_at_another_hour_are_not_new(came_from: list[int] | None, said: str) -> None:
    rng = np.random.default_rng(5)
    counts = rng.poisson(40 * np.sin(np.linspace(0.3, 2.8, 12)) * rng.lognormal(0, 0.1, (120, 1))).astype(
        float
    )
    counts[60, 5:7] += 50
    if came_from:
        counts[60, came_from] -= np.minimum(25, counts[60, came_from])
    told = effect_of_event(counts, 60, 5, 7, margin=2, kind=np.arange(120) % 7)
    assert (told.verdict, told.origin) == ("more", said)


def test_half_a_gain_that_moved_is_not_called_new() -> None:
    said = []
    for seed in range(5):
        here, there = library(2 * seed, drift=0.001), library(2 * seed + 1, drift=0.001)
        more = np.round(0.3 * here * LATER)
        told = effect_of_action(MONDAY, here + more, SINCE, elsewhere=there - np.round(more / 2))
        said.append(told.origin)
    assert said.count("new") <= 1, "of five"


def test_sundays_that_took_from_saturdays_are_never_new() -> None:
    for seed in range(2):
        visits = library(seed)
        more = np.where(SUNDAYS & LATER, np.round(visits), 0.0)
        visits[:-1] -= np.minimum(more[1:], visits[:-1])
        assert effect_of_action(MONDAY, visits + more, SINCE, acted=SUNDAYS).origin != "new"


def test_a_christmas_that_comes_every_year_is_no_effect() -> None:
    verdicts = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        weeks = np.arange(52 * 4)
        series = rng.normal(0, 0.05, len(weeks)) + 0.5 * np.isin(weeks % 52, [47, 48, 49, 50])
        after = weeks >= 52 * 3 + 46
        told = estimate_step(series[: 52 * 3 + 51], after[: 52 * 3 + 51])
        assert told
        verdicts.append(abs(told.size) > 2 * told.error)
    assert sum(verdicts) <= 1, "of four"


def test_events_that_were_none_are_chance_nineteen_times_of_twenty() -> None:
    counts, kind = hours(1, 400), np.arange(400) % 7
    verdicts = [effect_of_event(counts, day, 4, 6, margin=2, kind=kind).verdict for day in range(400)]
    assert 0.02 < 1 - verdicts.count("chance") / 400 < 0.09


def test_an_event_without_like_days_or_unseen_is_said() -> None:
    counts = hours(2, 20)
    assert effect_of_event(counts, 3, 4, 6, margin=1, kind=np.arange(20) % 7).verdict == "too_few_days"
    counts[3, 5] = np.nan
    assert effect_of_event(counts, 3, 4, 6, margin=1, kind=np.zeros(20)).verdict == "not_observed"
