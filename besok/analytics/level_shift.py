"""Level shifts in daily series: how large a step on a known day is, how sure that is, and steps nobody told of.

A series here is a logarithm that should not step: the count of a door less that of the doors beside it. It still has
noise, wanders, and has a season. Week by week it is one Gaussian process,

    covariance = white * (1 / days seen + walk * (days since the beginning, of both weeks) + season * (two waves)),

of which `white` follows from the series and the other two are tried out: how far the level wanders in a day, and how
large the season is, beside a day's noise. A step is then a regression with that covariance (generalised least
squares), which knows by itself how far around a day one can look, and says how sure it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product
from math import pi
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from besok.analytics.single_thread import on_one_core

Floats = NDArray[np.float64]

YEAR_DAYS = 365.25
WAVES = 8  # of the season
LEAST_WEEKS = 8  # with a figure, before anything is said
LEAST_SIDE = 2  # of them on each side of a step
SIDE = 6  # weeks at either end in which no unknown step is looked for
WIDER = 1.2  # the errors of simulated steps beside those that the model states: it is no series' true one
AROUND = 12  # observed days on either side, which tell the level around a day
OUTLIER = 4.0  # spreads from the level around, to which a day is drawn in
SPREAD = 1.4826  # of a normal distribution: its standard deviation by the median of its absolute values
_WALKS = (0.0, 1.5e-4, 6e-4, 2.5e-3, 1e-2)  # of a day, in parts of a day's noise
_SEASONS = (0.0, 0.15, 1.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """A series by week: the middle of the days seen, their mean, how many, and the number of the week's first day."""

    middle: Floats
    mean: Floats
    seen: Floats
    first: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step at a day: its size in logarithms with its standard error."""

    day: int
    size: float
    se: float


def weeks(series: Floats, days: Sequence[int] = ()) -> Weeks:
    """The series by week; none reaches across one of `days`. Single days far off the level around are drawn in."""
    calm = _drawn_in(series)
    cuts = sorted({0, len(series), *(d for d in days if 0 < d < len(series))})
    starts = [s for a, b in pairwise(cuts) for s in range(a, b, 7)]
    if not starts:
        return Weeks(
            middle=np.zeros(0), mean=np.zeros(0), seen=np.zeros(0), first=np.zeros(0, dtype=np.int64)
        )
    known = np.isfinite(calm)
    middle, sums, seen = (
        np.add.reduceat(part, starts)
        for part in (np.arange(len(calm)) * known, np.where(known, calm, 0.0), known.astype(np.float64))
    )
    use = seen > 0
    first = np.array(starts, dtype=np.int64)[use]
    return Weeks(middle=middle[use] / seen[use], mean=sums[use] / seen[use], seen=seen[use], first=first)


def _drawn_in(series: Floats) -> Floats:
    known = np.flatnonzero(np.isfinite(series))
    if len(known) < LEAST_WEEKS:
        return series
    values = series[known]
    wide = np.pad(values, AROUND, mode="reflect") if len(values) > AROUND else values
    around = np.median(sliding_window_view(wide, min(2 * AROUND + 1, len(wide))), axis=1)
    spread = SPREAD * float(np.median(np.abs(values - around)))
    out = series.copy()
    out[known] = (
        np.clip(values, around - OUTLIER * spread, around + OUTLIER * spread) if spread > 0 else values
    )
    return out


def _fixed(told: Weeks, days: Sequence[int]) -> Floats:
    steps = [(told.first >= day).astype(np.float64) for day in days]
    return np.stack([np.ones(len(told.mean)), *steps], axis=1)


@lru_cache(maxsize=12)
def _roots(middle: bytes, seen: bytes) -> list[tuple[Floats, float]]:
    """For every way to wander, what whitens a series seen at these times, and the logarithm of its determinant.

    Doors of a house are seen at the same times, so that it is asked for again and again.
    """
    t, days = np.frombuffer(middle), np.frombuffer(seen)
    apart = t[:, None] - t[None, :]
    season = np.add.reduce([np.cos(2 * pi * k * apart / YEAR_DAYS) / k**2 for k in range(1, WAVES + 1)])
    walk = np.minimum(t[:, None], t[None, :])
    roots = []
    for by_walk, by_season in product(_WALKS, _SEASONS):
        root = np.linalg.cholesky(np.diag(1 / days) + by_walk * walk + by_season * season)
        roots.append((np.linalg.inv(root), float(np.log(np.diag(root)).sum())))
    return roots


@dataclass(frozen=True, slots=True)
class _Seen:
    """The series under one way to wander: whitened, and freed of what is fixed; `free` are its degrees of freedom."""

    determinant: float  # logarithm of both determinants' roots
    rest: float  # sum of squares that is left
    free: int
    beta: Floats
    variance: Floats
    left: Floats
    plane: Floats
    whiten: Floats

    def likelihood(self, rest: float | Floats) -> Any:
        """Restricted likelihood but for a constant, with the variance of a day that fits best."""
        return -self.determinant - 0.5 * self.free * np.log(np.maximum(rest, 1e-12))


def _seen(told: Weeks, fixed: Floats) -> Iterator[_Seen]:
    """The series under every way to wander that is tried."""
    for whiten, determinant in _roots(told.middle.tobytes(), told.seen.tobytes()):
        y, x = whiten @ told.mean, whiten @ fixed
        plane, upper = np.linalg.qr(x)
        inner = plane.T @ y
        left = y - plane @ inner
        inverse = np.linalg.inv(upper)
        rest, free = float(left @ left), len(y) - fixed.shape[1]
        both = determinant + float(np.log(np.abs(np.diag(upper))).sum())
        variance = (inverse**2).sum(axis=1) * max(rest, 1e-12) / free
        yield _Seen(
            both, rest, free, np.asarray(inverse @ inner, dtype=np.float64), variance, left, plane, whiten
        )


@on_one_core
def steps_at(series: Floats, days: Sequence[int]) -> list[Step | None]:
    """The steps on known days, all at once; None for a day around which too little was observed.

    Averaged over the ways to wander, each as far as it is likely: not knowing it is part of the error.
    """
    told = weeks(series, days)
    usable = [d for d in days if _sides(told, d, days)]
    if len(told.mean) < LEAST_WEEKS or not usable:
        return [None] * len(days)
    tried = list(_seen(told, _fixed(told, usable)))
    likely = np.array([t.likelihood(t.rest) for t in tried])
    weight = np.exp(likely - likely.max())
    weight /= weight.sum()
    beta, variance = np.array([t.beta for t in tried]), np.array([t.variance for t in tried])
    mean = weight @ beta
    error = WIDER * np.sqrt(weight @ (variance + (beta - mean) ** 2))
    found = {
        day: Step(day=day, size=float(mean[n]), se=float(error[n])) for n, day in enumerate(usable, start=1)
    }
    return [found.get(day) for day in days]


def _sides(told: Weeks, day: int, days: Sequence[int]) -> bool:
    """Whether there are two weeks on each side that no other step cuts off."""
    low = max([d for d in days if d < day], default=-1)
    high = min([d for d in days if d > day], default=10**9)
    before = ((told.first >= low) & (told.first < day)).sum()
    after = ((told.first >= day) & (told.first < high)).sum()
    return bool(before >= LEAST_SIDE and after >= LEAST_SIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise:
    """The likeliest step that nobody told of; `gain` is how much likelier (in logarithms) the series is with it."""

    day: int
    size: float
    gain: float


@on_one_core
def surprise(series: Floats, days: Sequence[int] = ()) -> Surprise | None:
    """The step that explains most, beside those on `days`; None where too little is known to look for one.

    With and without it the way to wander is the one that fits best, so that a step competes with a series that wanders.
    """
    told = weeks(series, days)
    if len(told.mean) < 2 * LEAST_WEEKS:
        return None
    usable = [d for d in days if _sides(told, d, days)]
    candidates = told.first[SIDE : len(told.first) - SIDE + 1]
    steps = (told.first[:, None] >= candidates[None, :]).astype(np.float64)
    plain, best = -np.inf, (-np.inf, 0, 0.0)
    for seen in _seen(told, _fixed(told, usable)):
        s = seen.whiten @ steps
        s = s - seen.plane @ (seen.plane.T @ s)
        power = np.maximum((s * s).sum(axis=0), 1e-9)
        reach = s.T @ seen.left
        likely = seen.likelihood(seen.rest - reach**2 / power)
        n = int(np.argmax(likely))
        plain = max(plain, float(seen.likelihood(seen.rest)))
        if likely[n] > best[0]:
            best = float(likely[n]), int(candidates[n]), float(reach[n] / power[n])
    return Surprise(day=best[1], size=best[2], gain=best[0] - plain)
