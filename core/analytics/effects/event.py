"""What a programme event gave: visits in its hours and space, and before and after, against like days without it."""

import numpy as np
from scipy.special import stdtr, stdtrit

from core.analytics.effects.step import Flags, Floats
from core.effects import EventEffect, EventVerdict, Extra

FEWEST = 4  # days to compare with
NEAREST = 16  # days to compare with at most: the season changes
CLEAR = 3.0  # robust sigmas; a day further off is odd and counts as if it were that far off
GROUPS = 1.2  # the least scatter of counts, by their mean: people come in groups


def effect_of_event(
    counts: Floats, day: int, first: int, last: int, *, margin: int, kind: np.ndarray, leave_out: Flags | None = None
) -> EventEffect:
    """The effect of an event on row `day` from slot `first` to before `last`.

    `counts` are visits (days x slots) in the event's space, NaN where not observed; `margin` slots before and after are
    looked at too. Days of the same `kind` (the weekday, say) are compared, the nearest sixteen, without those that are
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

    def extra(a: int, b: int) -> Extra | None:
        seen = counts[day, a:b]
        return _extra(float(seen.sum()), counts[rows, a:b].sum(axis=1)) if b > a and not np.isnan(seen).any() else None

    during = extra(first, last)
    return EventEffect(
        verdict=_verdict(during),
        before=extra(begin, first),
        during=during,
        after=extra(last, end),
        around=extra(begin, end),
        compared=tuple(rows.tolist()),
    )


def _extra(visits: float, like: Floats) -> Extra:
    """Against the mean of like days: a prediction interval of t, on square roots, where counts scatter evenly.

    (Bartlett 1936: the root of a count has the variance 1/4 whatever its mean.)
    """
    root = np.sqrt(like + 0.25)
    middle = float(np.median(root))
    scale = max(1.4826 * float(np.median(np.abs(root - middle))), np.sqrt(GROUPS) / 2)
    calm = np.clip(root, middle - CLEAR * scale, middle + CLEAR * scale)
    mean, n = float(calm.mean()), len(like)
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


def _verdict(during: Extra | None) -> EventVerdict:
    if during is None:
        return "not_observed"
    if during.odds > 0.975:
        return "more"
    return "fewer" if during.odds < 0.025 else "chance"
