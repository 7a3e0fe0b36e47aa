"""Growth across a break in the method: another sensor, or one that counts otherwise since some day.

Each door's break is bridged by a factor that converts counts before it into counts by the present method:

- where the old and the new sensor hung side by side, from the counts of both (`overlap`);
- else from the step of the door's logarithm relative to the other doors of the site, or to another site, or alone,
  whichever has the smallest error (`level`, besok.analytics.level_shift).

Imported counts are one more counter: a column besides the doors, on the days on which these did not count the site. Its
bridge is from days, weeks or months that both it and the present counters have (`overlap`), else from manual counts in
the same time (`counts`), else it is unknown, and the factor is 1 with the error by which counters differ (`prior`).

Unreported steps are detected too, at sites with several doors. Of two doors it cannot be known for sure which one
changed: both are bridged, each by the probability from its own history, and the doubt is in the error. The stated error
also includes changes too small to be detected, up to 8 % of a door.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, expm1, hypot, sqrt
from typing import Literal

import numpy as np

from besok.analytics.level_shift import LevelStep, changepoint, steps_at
from besok.analytics.visits import PASSAGE_VARIANCE
from besok.model.arrays import Floats

Kind = Literal["sensor", "found", "source"]
Method = Literal["overlap", "counts", "level", "prior", "none"]

FEWEST = 8.0  # people through a door in a day, below which its logarithm is too noisy
LEAST_OVERLAP = 3  # days side by side
AROUND = 546  # days on each side of a break that are looked at: a year and a half
AT_ONCE = 28  # days between changes of two doors, within which neither can vouch for the other
LEAST_GAIN = (
    8.0  # gain in log-likelihood from which a step is believed; at most one series in fifty has it by chance
)
MOST_STEPS = 3  # steps detected in a site, at most
UNSEEN = 0.08  # the largest change of a counter that would go unnoticed; makers state 92 to 99 %
TWO_SIDED_95 = 1.96
# Standard deviation of the logarithm of what two kinds of counters see of the same people. Infrared counters beside
# counts by hand: absolute errors of 16 to 18 %, 57 to 97 % seen (Nytepchuk, University of Manitoba 2015); makers state
# 80 % for beams across busy doors, 96 to 98 % for thermal and 98 % for stereo counters.
COUNTERS_SD = 0.1
PERIOD_SD = 0.04  # of the ratio in one period of weeks or more, of which too few are known to tell how far they differ


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorCounts:
    """Visits by day and door, NaN where not observed or closed; `beside` are the visits of other sites.

    `weekday` of the first day is Monday 0.
    """

    counts: Floats
    beside: Floats
    weekday: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorChange:
    """A sensor was changed: from day number `day` on door number `door` is counted otherwise. `old` and `new` are what
    both sensors counted on the days on which they hung side by side."""

    day: int
    door: int
    old: tuple[float, ...] = ()
    new: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Ratio between two counting methods: counts at `door` before `day` times `factor` are like present counts.

    `se` is of its logarithm.

    Method "none": too little is known, the factor is 1, and the error covers undetected changes.
    """

    day: int
    door: int
    kind: Kind
    method: Method
    size: float
    se: float

    @property
    def factor(self) -> float:
        """Factor for counts before the break."""
        return exp(self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgedGrowth:
    """Growth of visits, as counted and bridged: 0.1 is 10 %. `error` is half the width of the 95 % interval of
    `bridged`, and holds `unseen`: what changes too small to be found may do."""

    counted: float
    bridged: float
    error: float
    unseen: float


def bridges(doors: DoorCounts, changes: Sequence[SensorChange]) -> list[Bridge]:
    """Return a bridge for each reported change."""
    return [_bridge(doors, change, changes) for change in changes]


def _bridge(doors: DoorCounts, change: SensorChange, changes: Sequence[SensorChange]) -> Bridge:
    side = ratio_side_by_side(change.old, change.new)
    step = None if side else _step(doors, change, changes)
    if side:
        return Bridge(
            day=change.day, door=change.door, kind="sensor", method="overlap", size=side[0], se=side[1]
        )
    if step is None:
        se = UNSEEN / TWO_SIDED_95
        return Bridge(day=change.day, door=change.door, kind="sensor", method="none", size=0.0, se=se)
    return Bridge(day=change.day, door=change.door, kind="sensor", method="level", size=step.size, se=step.se)


def ratio_side_by_side(
    before: Sequence[float], now: Sequence[float], days: int = 1
) -> tuple[float, float] | None:
    """Return the logarithm of new / old from the sums of common periods of so many days, and its error.

    The error is from how the periods differ, with autocorrelation; from a prior with few of them. None where too little
    was counted side by side.
    """
    old, new = np.array(before), np.array(now)
    if len(old) * days < LEAST_OVERLAP or not old.sum() > 0 or not new.sum() > 0:
        return None
    if len(old) < LEAST_OVERLAP:
        return float(np.log(new.sum() / old.sum())), PERIOD_SD / sqrt(len(old))
    ratio = new.sum() / old.sum()
    left = new - ratio * old
    variance = float((left**2).sum()) * len(old) / (len(old) - 1)
    follow = float((left[1:] * left[:-1]).sum()) / max(float((left**2).sum()), 1e-9)
    inflate = (1 + max(follow, 0.0)) / max(1 - max(follow, 0.0), 0.2)
    chance = PASSAGE_VARIANCE * float(new.sum() + ratio**2 * old.sum())
    few = 1 + 2 / len(old)
    return float(np.log(ratio)), sqrt(max(variance * inflate, chance)) / float(new.sum()) * few


def _step(doors: DoorCounts, change: SensorChange, changes: Sequence[SensorChange]) -> LevelStep | None:
    """Return the step at a change relative to the reference with the smallest error, from the years around it."""
    start = max(change.day - AROUND, 0)
    doors = _part(doors, slice(start, change.day + AROUND))
    days = sorted(
        {c.day - start for c in changes if c.door == change.door and 0 < c.day - start < len(doors.counts)}
    )
    troubled = {c.door for c in changes if c.door != change.door and abs(c.day - change.day) <= AT_ONCE}
    index = days.index(change.day - start)
    steps = [steps_at(series, days)[index] for series in _references(doors, change.door, troubled)]
    return min((s for s in steps if s is not None), key=lambda s: s.se, default=None)


def _part(doors: DoorCounts, days: slice) -> DoorCounts:
    weekday = (doors.weekday + (days.start or 0)) % 7
    return DoorCounts(counts=doors.counts[days], beside=doors.beside[days], weekday=weekday)


def _references(doors: DoorCounts, door: int, troubled: set[int]) -> list[Floats]:
    """Return the logarithm of a door's visits relative to the other doors, to each other site, and alone."""
    own = _log(doors.counts[:, door])
    calm = [n for n in range(doors.counts.shape[1]) if n != door and n not in troubled]
    relative = [own - _together(doors.counts[:, calm])] if calm else []
    relative += [own - _log(column) for column in doors.beside.T]
    return [
        _weekdays_out(series, doors.weekday) for series in (*relative, own) if np.isfinite(series).sum() > 0
    ]


def _log(counts: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        out: Floats = np.where(counts >= FEWEST, np.log(np.maximum(counts, FEWEST)), np.nan)
    return out


def _together(counts: Floats) -> Floats:
    """Return the mean logarithm of some doors, weighted by size; NaN where one of them is unknown.

    A door that was watched for less than half as long as the others is left out.
    """
    logs = np.stack([_log(column) for column in counts.T], axis=1)
    seen = np.isfinite(logs).sum(axis=0)
    use = seen > 0.5 * seen.max()
    weight = np.sqrt(np.nanmean(np.where(np.isfinite(logs[:, use]), counts[:, use], np.nan), axis=0))
    out: Floats = logs[:, use] @ (weight / weight.sum())
    return out


def _weekdays_out(series: Floats, first: int) -> Floats:
    """Return the series less the median of each weekday."""
    weekday = (np.arange(len(series)) + first) % 7
    out = series.copy()
    for day in range(7):
        use = (weekday == day) & np.isfinite(series)
        if use.any():
            out[use] -= np.median(series[use])
    return out


def found(doors: DoorCounts, known: Sequence[Bridge]) -> list[Bridge]:
    """Return bridges over unreported steps of the last three years, largest first; none for a single door."""
    number = doors.counts.shape[1]
    start = max(len(doors.counts) - 2 * AROUND, 0)
    detected: list[Bridge] = []
    for _ in range(MOST_STEPS):
        counts = bridged(doors.counts, [*known, *detected])
        calm = _part(
            DoorCounts(counts=counts, beside=doors.beside, weekday=doors.weekday), slice(start, len(counts))
        )
        best: tuple[float, int, int] | None = None
        for door in range(number if number > 1 else 0):
            series = _references(calm, door, set())[0]
            step = changepoint(series)
            if step and step.gain >= LEAST_GAIN and (best is None or step.gain > best[0]):
                best = step.gain, door, step.day
        if best is None:
            break
        detected += [
            replace(bridge, day=bridge.day + start) for bridge in _attributed(calm, best[1], best[2])
        ]
    return detected


def _attributed(doors: DoorCounts, door: int, day: int) -> list[Bridge]:
    """Return the bridges of a detected step: at its door, or shared between two doors by their own histories."""
    (step,) = steps_at(_references(doors, door, set())[0], [day])
    if step is None:
        return []
    number = doors.counts.shape[1]
    if number > 2:
        return [Bridge(day=day, door=door, kind="found", method="level", size=step.size, se=step.se)]
    other = 1 - door
    steps = [
        steps_at(_weekdays_out(_log(doors.counts[:, n]), doors.weekday), [day])[0] for n in (door, other)
    ]
    probability = 0.5
    if steps[0] and steps[1]:
        variance = steps[0].se ** 2 + steps[1].se ** 2
        as_door = ((steps[0].size - step.size) ** 2 + steps[1].size ** 2) / variance
        as_other = (steps[0].size ** 2 + (steps[1].size + step.size) ** 2) / variance
        probability = 1 / (1 + exp(min(max((as_door - as_other) / 2, -30), 30)))
    doubt = sqrt(probability * (1 - probability)) * abs(step.size)
    return [
        Bridge(
            day=day,
            door=n,
            kind="found",
            method="level",
            size=share * step.size,
            se=hypot(share * step.se, doubt),
        )
        for n, share in ((door, probability), (other, probability - 1))
        if abs(share) > 0.01
    ]


def bridged(counts: Floats, over: Sequence[Bridge]) -> Floats:
    """Return the counts as if every door had always been counted by its present method."""
    out = counts.copy()
    for bridge in over:
        out[: bridge.day, bridge.door] *= bridge.factor
    return out


def growth(
    counts: Floats,
    over: Sequence[Bridge],
    now: slice,
    before: slice,
    hidden: Sequence[float],
    taken: float = 0.0,
) -> BridgedGrowth | None:
    """Growth of the days `now` over as many days `before`; `counts` are days x doors with no gaps (0 where closed).

    `hidden` is for each door the largest undetectable change (`unseen_at`), `taken` the number deducted from each of
    the two periods. None where nobody came.
    """
    converted = bridged(counts, over)
    plain_now, plain_before, total_now, total_before = (
        float(figures[part].sum()) - taken for figures in (counts, converted) for part in (now, before)
    )
    if min(plain_before, total_now, total_before) <= 0:
        return None
    counted, real = plain_now / plain_before - 1, total_now / total_before - 1
    variance = PASSAGE_VARIANCE * (1 / total_now + 1 / total_before)
    for bridge in over:
        touched = [
            float(converted[part, bridge.door][: max(bridge.day - part.start, 0)].sum())
            for part in (now, before)
        ]
        variance += ((touched[0] / total_now - touched[1] / total_before) * bridge.se) ** 2
    shares = converted[before.start : now.stop].sum(axis=0) / converted[before.start : now.stop].sum()
    unseen = sqrt(float(sum((share * expm1(h)) ** 2 for share, h in zip(shares, hidden, strict=True)))) * (
        1 + real
    )
    return BridgedGrowth(
        counted=counted,
        bridged=real,
        error=hypot(TWO_SIDED_95 * sqrt(variance) * (1 + real), unseen),
        unseen=unseen,
    )


def unseen_at(doors: DoorCounts, known: Sequence[Bridge]) -> list[float]:
    """Return for each door the largest undetectable step (a logarithm) in the middle of its series."""
    calm = DoorCounts(counts=bridged(doors.counts, known), beside=doors.beside, weekday=doors.weekday)
    calm = _part(calm, slice(max(len(doors.counts) - 2 * AROUND, 0), len(doors.counts)))
    limits = []
    for door in range(doors.counts.shape[1]):
        step = None
        if doors.counts.shape[1] > 1:
            series = _references(calm, door, set())[0]
            known_days = np.flatnonzero(np.isfinite(series))
            step = steps_at(series, [int(known_days[len(known_days) // 2])])[0] if len(known_days) else None
        limits.append(min(sqrt(2 * LEAST_GAIN) * step.se if step else UNSEEN, UNSEEN))
    return limits
