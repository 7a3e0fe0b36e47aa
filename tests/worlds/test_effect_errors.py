"""Stated errors are as large as they have to be: neither 1.5 times too wide nor 1.5 times too narrow goes unnoticed.

Over many worlds the truth lies about one stated error from the estimate, in the root of the mean square. Where it is
less the interval is wider than that way of comparing needs; it should not become wider still.
"""

from collections.abc import Callable

import numpy as np
import pytest

from besok.analytics.effects import effect_of_action
from besok.analytics.effects.step_model import estimate_step
from besok.model.effects import Effect
from tests.worlds.test_effects import LATER, MONDAY, SINCE, SUNDAYS, library

GAIN = 0.2
FAR = 1.25  # a ratio of errors that luck with other draws may give; a half more or less is further off
TWO_SIDED_95 = 1.96


def _spread(errors: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(errors))))


def _by_own_past(seed: int) -> Effect:
    return effect_of_action(MONDAY, library(seed, 0.006) * np.where(LATER, 1 + GAIN, 1), SINCE)


def _sundays(seed: int) -> Effect:
    more = library(seed, 0.006) * np.where(LATER & SUNDAYS, 1 + GAIN, 1)
    return effect_of_action(MONDAY, more, SINCE, acted=SUNDAYS)


@pytest.mark.parametrize(("way", "usual"), [(_by_own_past, 1.0), (_sundays, 0.6)])
def test_intervals_of_actions_are_as_wide_as_they_have_to_be(
    way: Callable[[int], Effect], usual: float
) -> None:
    errors = []
    for seed in range(20):
        told = way(seed).change
        assert told
        low, most_likely, high = np.log1p([told.share.lower, told.share.estimate, told.share.upper])
        errors.append((most_likely - np.log1p(GAIN)) / ((high - low) / 2 / TWO_SIDED_95))
    assert usual / FAR < _spread(errors) < usual * FAR


def test_the_error_of_a_step_is_as_large_as_it_has_to_be() -> None:
    after, errors = np.arange(60) >= 45, []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        series = np.cumsum(rng.normal(0, 0.02, 60)) + rng.normal(0, 0.06, 60)
        told = estimate_step(series + GAIN * after, after)
        assert told
        errors.append((told.size - GAIN) / told.error)
    assert 1.1 / FAR < _spread(errors) < 1.1 * FAR
