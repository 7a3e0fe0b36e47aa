"""Effect of a programme event: visits in its hours and space, before and after, against comparable days."""

from itertools import pairwise

import numpy as np
from scipy.special import stdtr, stdtrit

from besok.analytics.effects.moved import moved_share, origin
from besok.analytics.robust import scatter
from besok.model.arrays import Bools, Floats, Ints
from besok.model.effects import EventEffect, EventVerdict, Extra, Range

FEWEST = 4  # days to compare with
NEAREST = 16  # days to compare with at most: the season changes
CLEAR = 3.0  # robust sigmas; days further off are clipped to it
GROUPS = 1.2  # the least scatter of counts, by their mean: people come in groups


def effect_of_event(
    counts: Floats,
    day: int,
    first: int,
    last: int,
    *,
    margin: int,
    kind: np.ndarray,
    leave_out: Bools | None = None,
) -> EventEffect:
    """Return the effect of an event on row `day` from slot `first` to before `last`.

    `counts` are visits (days x slots) in the event's space, NaN where not observed; `margin` slots before and after are
    examined too. Days of the same `kind` (the weekday, say) are compared, the nearest sixteen, without those that are
    left out (other events, holidays, closed) or were not observed in those hours.
    """
    begin, end = max(first - margin, 0), min(last + margin, counts.shape[1])
    if np.isnan(counts[day, first:last]).any():
        return EventEffect(verdict="not_observed")
    usable = (kind == kind[day]) & ~np.isnan(counts[:, begin:end]).any(axis=1)
    if leave_out is not None:
        usable &= ~leave_out
    usable[day] = False
    rows = np.flatnonzero(usable)
    rows = np.sort(rows[np.argsort(np.abs(rows - day), kind="stable")[:NEAREST]])
    if len(rows) < FEWEST:
        return EventEffect(verdict="too_few_days", compared=tuple(rows.tolist()))

    def extra(slots: Ints) -> Extra | None:
        if not len(slots) or np.isnan(counts[day, slots]).any():
            return None
        return _extra(float(counts[day, slots].sum()), counts[np.ix_(rows, slots)].sum(axis=1))

    before, during, after = (extra(np.arange(*part)) for part in pairwise((begin, first, last, end)))
    around, outside = extra(np.arange(begin, end)), extra(np.r_[begin:first, last:end])
    assert during
    verdict: EventVerdict = "more" if during.odds > 0.975 else "fewer" if during.odds < 0.025 else "chance"
    source = None
    if verdict == "more" and around and outside:  # were visits moved from the hours before and after?
        elsewhere = Range(estimate=outside.extra, lower=outside.lower, upper=outside.upper)
        source = origin(moved_share(during.extra, elsewhere), grew=around.lower > 0)
    return EventEffect(
        verdict=verdict,
        before=before,
        during=during,
        after=after,
        around=around,
        origin=source,
        compared=tuple(rows.tolist()),
    )


def _extra(visits: float, comparable: Floats) -> Extra:
    """Compare with the mean of comparable days: a t prediction interval on square roots, where counts scatter evenly.

    (Bartlett 1936: the root of a count has the variance 1/4 whatever its mean.)
    """
    root = np.sqrt(comparable + 0.25)
    middle = float(np.median(root))
    scale = max(scatter(root, middle), np.sqrt(GROUPS) / 2)
    calm = np.clip(root, middle - CLEAR * scale, middle + CLEAR * scale)
    mean, n = float(calm.mean()), len(comparable)
    error = max(float(calm.std(ddof=1)), np.sqrt(GROUPS) / 2) * np.sqrt(1 + 1 / n)
    reach = float(stdtrit(n - 1, 0.975)) * error
    variance = error**2
    expected = max(mean**2 - 0.25 + variance, 0.0)
    low, high = max(mean - reach, 0.0) ** 2 - 0.25, (mean + reach) ** 2 - 0.25
    t = (np.sqrt(visits + 0.25) - mean) / error
    return Extra(
        visits=visits,
        expected=float(expected),
        extra=float(visits - expected),
        lower=float(visits - high),
        upper=float(visits - max(low, 0.0)),
        odds=float(stdtr(n - 1, t)),
    )
