"""Levers: the effect of a change of hours, doors, programme or surroundings on a site, estimated from its own weeks.

One regression of the logarithm of weekly visits on all levers at once, about a walking level and a season
(`besok.analytics.level_shift`). Full weeks are compared, so a visit that only moved to another day adds nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from besok.analytics.level_shift import Weekly, averaged, fits
from besok.analytics.single_thread import on_one_core
from besok.model.arrays import Floats
from besok.model.effects import Range
from besok.model.levers import Lever, LeverEffect, Verdict

LEAST_WEEKS = 26  # of the site, before any lever is estimated
LEAST_VARIED = 6  # weeks with more of a lever, and as many with less, before it is estimated
YEAR = 52  # weeks
UPPER = 0.975  # of the 95 % interval
LEAST_UNEXPLAINED = (
    0.1  # share of a lever's deviation that the others must not explain, or they cannot be separated
)
SHOWS = 2.8  # standard errors: an effect so large is detected with a probability of 80 %


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverHistory:
    """Weekly values of one lever, NaN where not known, and how much of it "one more" is in the same unit."""

    values: Floats
    dose: float


@on_one_core
def estimate_levers(visits: Floats, levers: Mapping[Lever, LeverHistory]) -> tuple[LeverEffect, ...]:
    """Estimate all levers from `visits` (a value a week in order, NaN where a week is not comparable)."""
    rows = np.flatnonzero(visits > 0)
    separable = _separable(
        {
            name: _filled(lever.values[rows])
            for name, lever in levers.items()
            if len(rows) >= LEAST_WEEKS and _varied(lever.values[rows])
        }
    )
    without = [LeverEffect(lever=name, verdict="no_evidence") for name in levers if name not in separable]
    if not separable:
        return tuple(without)
    weekly = Weekly(at=rows.astype(float), value=np.log(visits[rows]), noise=np.ones(len(rows)))
    mean, error = averaged(fits(weekly, np.column_stack([np.ones(len(rows)), *separable.values()])))
    a_year = YEAR * float(visits[rows[-YEAR:]].mean())
    reach = float(stdtrit(max(len(rows) - len(separable) - 3, 3), UPPER))
    effects = [
        _effect(name, levers[name].dose * mean[n], levers[name].dose * error[n], reach, a_year)
        for n, name in enumerate(separable, start=1)
    ]
    order = list(levers)
    return tuple(sorted([*effects, *without], key=lambda one: order.index(one.lever)))


def _varied(values: Floats) -> bool:
    """Tell whether a lever was pulled: enough weeks with more of it, and enough with less."""
    seen = np.sort(values[np.isfinite(values)])
    return len(seen) >= 2 * LEAST_VARIED and bool(seen[-LEAST_VARIED] - seen[LEAST_VARIED - 1] > 1e-9)


def _separable(levers: Mapping[Lever, Floats]) -> dict[Lever, Floats]:
    """Leave out the levers that changed in the same weeks as others."""

    def residual(name: Lever) -> Floats:
        others = np.column_stack([np.zeros_like(levers[name]), *(v for k, v in levers.items() if k != name)])
        return np.asarray(levers[name] - others @ np.linalg.lstsq(others, levers[name])[0])

    return {
        name: values
        for name, values in levers.items()
        if residual(name).std() > LEAST_UNEXPLAINED * values.std()
    }


def _filled(values: Floats) -> Floats:
    """Return the deviations from the mean; 0 where unknown."""
    return np.nan_to_num(values - np.nanmean(values))


def _effect(name: Lever, size: float, error: float, reach: float, a_year: float) -> LeverEffect:
    estimate, lower, upper = (a_year * float(np.expm1(size + k * error)) for k in (0.0, -reach, reach))
    gain = Range(estimate=estimate, lower=lower, upper=upper)
    verdict: Verdict = "more" if gain.lower > 0 else "fewer" if gain.upper < 0 else "unclear"
    return LeverEffect(
        lever=name, verdict=verdict, visits_a_year=gain, would_show=a_year * float(np.expm1(SHOWS * error))
    )
