"""Growth across a break in the method: another sensor, or one that counts otherwise since some day.

Each door's break is bridged by a factor that turns what was counted before into what would have been counted now:

- where the old and the new sensor hung side by side, from what both counted (`overlap`);
- else from the step of the door's logarithm beside the other doors of the site, or beside another site, or alone,
  whichever tells it best (`level`, besok.analytics.level_shift).

Counts that people brought are one more counter: a column beside the doors, on the days on which these did not count the
site. Its bridge is from days, weeks or months that both it and the present counters have (`overlap`), else by counts by
hand beside it (`counts`), else it is not known, and the factor is 1 with the error that counters differ by (`prior`).

Steps that nobody told of are looked for too, at doors that have others beside them. Of two doors it cannot be known for
sure which one changed: both are bridged, each as far as its own history speaks for it, and the doubt is in the error.
The stated error also holds what could hide: a change too small to be found, up to 8 % of a door.
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

FEWEST = 8.0  # people through a door in a day, below which its logarithm says little
LEAST_OVERLAP = 3  # days side by side
AROUND = 546  # days on each side of a break that are looked at: a year and a half
AT_ONCE = 28  # days between changes of two doors, within which neither can vouch for the other
FOUND = (
    8.0  # gain in log-likelihood from which a step is believed; at most one series in fifty has it by chance
)
MOST_FOUND = 3  # steps that are looked for in a site
UNSEEN = 0.08  # the largest change of a counter that nobody would notice anyway; makers state 92 to 99 %
TWO_SIDED_95 = 1.96
# Standard deviation of the logarithm of what two kinds of counters see of the same people. Infrared counters beside
# counts by hand: absolute errors of 16 to 18 %, 57 to 97 % seen (Nytepchuk, University of Manitoba 2015); makers state
# 80 % for beams across busy doors, 96 to 98 % for thermal and 98 % for stereo counters.
COUNTERS_SD = 0.1
PERIOD_SD = 0.04  # of the ratio in one period of weeks or more, of which too few are known to tell how far they differ


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorCounts:
    """Visits by day and door, NaN where not observed or closed; `beside` are other sites' visits, likewise.

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
    """Ratio between two counting methods: counts at `door` before `day` times `factor` are what would be counted now.

    `se` is of its logarithm.

    Method "none": too little is known to tell, the factor is 1, and the error says what may hide.
    """

    day: int
    door: int
    kind: Kind
    method: Method
    size: float
    se: float

    @property
    def factor(self) -> float:
        """Of counts before the break."""
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
    """Return a bridge for each change that is known."""
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
    """Return the logarithm of new to old by the sums of periods of so many days that both counted, and its error.

    By how the periods differ, also from one to the next; with few of them it is believed beforehand. None where too
    little was counted side by side.
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
    """Return the step at a change, by the company in which it shows best, from the years around it."""
    start = max(change.day - AROUND, 0)
    doors = _part(doors, slice(start, change.day + AROUND))
    days = sorted(
        {c.day - start for c in changes if c.door == change.door and 0 < c.day - start < len(doors.counts)}
    )
    troubled = {c.door for c in changes if c.door != change.door and abs(c.day - change.day) <= AT_ONCE}
    here = days.index(change.day - start)
    told = [steps_at(series, days)[here] for series in _companies(doors, change.door, troubled)]
    return min((s for s in told if s is not None), key=lambda s: s.se, default=None)


def _part(doors: DoorCounts, days: slice) -> DoorCounts:
    weekday = (doors.weekday + (days.start or 0)) % 7
    return DoorCounts(counts=doors.counts[days], beside=doors.beside[days], weekday=weekday)


def _companies(doors: DoorCounts, door: int, troubled: set[int]) -> list[Floats]:
    """Return the logarithm of a door's visits beside the other doors, beside each other site, and alone."""
    mine = _log(doors.counts[:, door])
    calm = [n for n in range(doors.counts.shape[1]) if n != door and n not in troubled]
    found = [mine - _together(doors.counts[:, calm])] if calm else []
    found += [mine - _log(column) for column in doors.beside.T]
    return [
        _weekdays_out(series, doors.weekday) for series in (*found, mine) if np.isfinite(series).sum() > 0
    ]


def _log(counts: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        out: Floats = np.where(counts >= FEWEST, np.log(np.maximum(counts, FEWEST)), np.nan)
    return out


def _together(counts: Floats) -> Floats:
    """Return the mean logarithm of some doors, large ones counting more; NaN where one of them is not known.

    A door that was watched for less than half as long as the others is left out.
    """
    logs = np.stack([_log(column) for column in counts.T], axis=1)
    seen = np.isfinite(logs).sum(axis=0)
    use = seen > 0.5 * seen.max()
    weight = np.sqrt(np.nanmean(np.where(np.isfinite(logs[:, use]), counts[:, use], np.nan), axis=0))
    out: Floats = logs[:, use] @ (weight / weight.sum())
    return out


def _weekdays_out(series: Floats, first: int) -> Floats:
    """Return the series without what is usual on each weekday."""
    weekday = (np.arange(len(series)) + first) % 7
    out = series.copy()
    for day in range(7):
        use = (weekday == day) & np.isfinite(series)
        if use.any():
            out[use] -= np.median(series[use])
    return out


def found(doors: DoorCounts, known: Sequence[Bridge]) -> list[Bridge]:
    """Bridges over steps of the last three years that nobody told of, the largest first; none where a door is alone."""
    number = doors.counts.shape[1]
    start = max(len(doors.counts) - 2 * AROUND, 0)
    told: list[Bridge] = []
    for _ in range(MOST_FOUND):
        counts = bridged(doors.counts, [*known, *told])
        calm = _part(
            DoorCounts(counts=counts, beside=doors.beside, weekday=doors.weekday), slice(start, len(counts))
        )
        best: tuple[float, int, int] | None = None
        for door in range(number if number > 1 else 0):
            series = _companies(calm, door, set())[0]
            step = changepoint(series)
            if step and step.gain >= FOUND and (best is None or step.gain > best[0]):
                best = step.gain, door, step.day
        if best is None:
            break
        told += [replace(bridge, day=bridge.day + start) for bridge in _blamed(calm, best[1], best[2])]
    return told


def _blamed(doors: DoorCounts, door: int, day: int) -> list[Bridge]:
    """Return who stepped: the door, or of two perhaps the other one the other way, each by what its own history
    says.
    """
    (step,) = steps_at(_companies(doors, door, set())[0], [day])
    if step is None:
        return []
    number = doors.counts.shape[1]
    if number > 2:
        return [Bridge(day=day, door=door, kind="found", method="level", size=step.size, se=step.se)]
    other = 1 - door
    own = [steps_at(_weekdays_out(_log(doors.counts[:, n]), doors.weekday), [day])[0] for n in (door, other)]
    mine = 0.5
    if own[0] and own[1]:
        wide = own[0].se ** 2 + own[1].se ** 2
        apart = ((own[0].size - step.size) ** 2 + own[1].size ** 2) / wide
        theirs = (own[0].size ** 2 + (own[1].size + step.size) ** 2) / wide
        mine = 1 / (1 + exp(min(max((apart - theirs) / 2, -30), 30)))
    doubt = sqrt(mine * (1 - mine)) * abs(step.size)
    return [
        Bridge(
            day=day,
            door=n,
            kind="found",
            method="level",
            size=share * step.size,
            se=hypot(share * step.se, doubt),
        )
        for n, share in ((door, mine), (other, mine - 1))
        if abs(share) > 0.01
    ]


def bridged(counts: Floats, over: Sequence[Bridge]) -> Floats:
    """Return what would have been counted had every door been counted as it is now."""
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

    `hidden` is for each door the largest change that would not be found (`unseen_at`), `taken` how many are taken off
    each of the two times. None where nobody came.
    """
    made = bridged(counts, over)
    plain_now, plain_before, ours, theirs = (
        float(figures[part].sum()) - taken for figures in (counts, made) for part in (now, before)
    )
    if min(plain_before, ours, theirs) <= 0:
        return None
    plain, real = plain_now / plain_before - 1, ours / theirs - 1
    variance = PASSAGE_VARIANCE * (1 / ours + 1 / theirs)
    for bridge in over:
        touched = [
            float(made[part, bridge.door][: max(bridge.day - part.start, 0)].sum()) for part in (now, before)
        ]
        variance += ((touched[0] / ours - touched[1] / theirs) * bridge.se) ** 2
    shares = made[before.start : now.stop].sum(axis=0) / made[before.start : now.stop].sum()
    unseen = sqrt(float(sum((share * expm1(h)) ** 2 for share, h in zip(shares, hidden, strict=True)))) * (
        1 + real
    )
    return BridgedGrowth(
        counted=plain,
        bridged=real,
        error=hypot(TWO_SIDED_95 * sqrt(variance) * (1 + real), unseen),
        unseen=unseen,
    )


def unseen_at(doors: DoorCounts, known: Sequence[Bridge]) -> list[float]:
    """For each door, the largest step (a logarithm) in the middle of its series that would not be found."""
    calm = DoorCounts(counts=bridged(doors.counts, known), beside=doors.beside, weekday=doors.weekday)
    calm = _part(calm, slice(max(len(doors.counts) - 2 * AROUND, 0), len(doors.counts)))
    limits = []
    for door in range(doors.counts.shape[1]):
        step = None
        if doors.counts.shape[1] > 1:
            series = _companies(calm, door, set())[0]
            there = np.flatnonzero(np.isfinite(series))
            step = steps_at(series, [int(there[len(there) // 2])])[0] if len(there) else None
        limits.append(min(sqrt(2 * FOUND) * step.se if step else UNSEEN, UNSEEN))
    return limits
