"""Levers: an effect that was put into a series lies in the interval at its rate, one never pulled is not told."""

import numpy as np

from besok.analytics.levers import LeverHistory, estimate_levers
from besok.model.arrays import Floats
from besok.model.levers import Lever, LeverEffect

WEEKS = 130
SUNDAY, EVENT = 0.12, 0.03  # effects on the logarithm of a week


def world(seed: int) -> tuple[Floats, dict[Lever, LeverHistory]]:
    """A library with a season, a level that walks and chance, open on Sundays from a week on, and with events."""
    rng = np.random.default_rng([seed, 71])
    week = np.arange(WEEKS)
    sunday = (week >= rng.integers(40, 90)).astype(float)
    events = rng.poisson(1.5, WEEKS).astype(float)
    level = 8 + np.cumsum(rng.normal(0, 0.01, WEEKS)) + 0.15 * np.cos(2 * np.pi * week / 52.18)
    visits = np.exp(level + SUNDAY * sunday + EVENT * events + rng.normal(0, 0.04, WEEKS))
    visits[rng.random(WEEKS) < 0.2] = np.nan  # weeks with a holiday
    levers: dict[Lever, LeverHistory] = {
        "sunday": LeverHistory(values=sunday, dose=1.0),
        "evenings": LeverHistory(values=np.full(WEEKS, np.log(11.0)), dose=float(np.log(12 / 11))),
        "event": LeverHistory(values=events, dose=1.0),
    }
    return visits, levers


def told(seed: int) -> dict[str, tuple[LeverEffect, float]]:
    visits, levers = world(seed)
    a_year = 52 * float(np.nanmean(visits[np.flatnonzero(visits > 0)[-52:]]))
    truth = {"sunday": a_year * np.expm1(SUNDAY), "event": a_year * np.expm1(EVENT), "evenings": 0.0}
    return {one.lever: (one, float(truth[one.lever])) for one in estimate_levers(visits, levers)}


def test_intervals_hold_the_effects_and_events_are_found() -> None:
    found = [told(seed) for seed in range(60)]
    for lever, least in (("sunday", 0), ("event", 45)):
        effects = [one[lever] for one in found]
        inside = [
            effect.visits_a_year.lower <= truth <= effect.visits_a_year.upper
            for effect, truth in effects
            if effect.visits_a_year
        ]
        assert len(inside) == len(found)
        assert sum(inside) >= 53  # of 60 at 95 %: fewer is a chance below 1 in 100
        assert sum(effect.verdict == "more" for effect, _ in effects) >= least
        assert not any(effect.verdict == "fewer" for effect, _ in effects)


def test_a_lever_that_was_never_pulled_has_no_evidence() -> None:
    for one in (told(1)["evenings"][0], *estimate_levers(np.full(20, 100.0), world(1)[1])):
        assert (one.verdict, one.visits_a_year, one.would_show) == ("no_evidence", None, None)


def test_levers_pulled_in_the_same_week_cannot_be_told_apart() -> None:
    visits, levers = world(2)
    levers["door"] = LeverHistory(values=levers["sunday"].values, dose=1.0)
    found = {one.lever: one.verdict for one in estimate_levers(visits, levers)}
    assert found["sunday"] == found["door"] == "no_evidence" and found["event"] != "no_evidence"
