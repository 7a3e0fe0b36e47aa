"""Occupancy by dwell times: an estimate from recent entries, without drift, though not exact.

People now = the sum over ages a of the entries a minutes ago times the share that stays longer (a linear filter of the
entries), times a factor for the time of the day. Its error is learnt from past days.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from besok.analytics.interpolation import interpolated
from besok.model.arrays import Floats, Ints

# Minutes
LENGTHS = np.array([2, 5, 10, 15, 20, 30, 45, 60, 75, 90, 120, 150, 180, 240, 300, 420, 600, 1500], float)
MARK = 5.0  # minutes between stored sums of entries
TIMES = 96  # of the clock, with their own factor
DAYS = 1  # that are needed
SHRINK = 3.0  # people of all days: weight of the prior of one for the factor at a time of the day
POWER = 0.75  # of the people, to which errors are in proportion
LASTS_MINUTES = 120.0  # how long an error lasts
LEAST_SD = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class DwellTimes:
    """Learnt dwell times: by space the share of people that stays each of LENGTHS; by time of the clock and space the
    factor of the estimate and the width of its error (not finite if unknown)."""

    stays: Floats  # spaces x lengths
    times: Floats  # times x spaces
    wide: Floats  # times x spaces

    @classmethod
    def unknown(cls, spaces: int) -> "DwellTimes":
        """Return unknown dwell times."""
        return cls(
            stays=np.zeros((spaces, len(LENGTHS))),
            times=np.ones((TIMES, spaces)),
            wide=np.full((TIMES, spaces), np.inf),
        )

    @property
    def known(self) -> bool:
        """Tell whether anything is known of any space."""
        return bool(np.isfinite(self.wide).any())

    def at(self, clock: Floats) -> tuple[Floats, Floats]:
        """Return factor and width at minutes of the clock (steps x spaces), interpolated between the known times."""
        at = np.arange(TIMES + 1) * 1440 / TIMES
        factor, wide = (
            interpolated(clock % 1440, at, np.vstack([known, known[:1]])) for known in (self.times, self.wide)
        )
        return factor, wide


def width(people: Floats, wide: Floats) -> Floats:
    """Return standard deviation of the error of so many people as are usual."""
    return np.asarray(np.maximum(wide * (np.maximum(people, 0) + 1) ** POWER, LEAST_SD))


class Entries:
    """Entries since the day began, as far back as needed."""

    def __init__(self, spaces: int) -> None:
        self._marks = np.zeros((1, spaces))  # sums at each MARK since the day began
        self._minutes = 0.0
        self._sum = np.zeros(spaces)

    def follow(self, people_in: Floats, minutes: float, usual: DwellTimes) -> Floats:
        """Return the people inside by the entries, at the end of each step (steps x spaces)."""
        at = self._minutes + minutes * np.arange(len(people_in) + 1)
        sums = np.vstack([self._sum, self._sum + np.cumsum(people_in, axis=0)])
        marks = MARK * np.arange(len(self._marks), int(at[-1] // MARK) + 1)
        self._marks = np.vstack([self._marks, interpolated(marks, at, sums)])
        self._minutes, self._sum = float(at[-1]), sums[-1]
        known = MARK * np.arange(len(self._marks))
        before = interpolated(at[1:, None] - LENGTHS, known, self._marks)
        return np.asarray(np.maximum(np.einsum("tls,sl->ts", sums[1:, None] - before, usual.stays), 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDay:
    """A past day: entries and people (steps x spaces) as known afterwards, with their weight (`trust`)."""

    people_in: Floats
    people: Floats
    clock: Floats  # at the end of each step
    minutes: float
    trust: Floats  # by space


def bridged(people_in: Floats, people_out: Floats, beginning: Floats) -> Floats:
    """Return the people of a past day that ended as it began, at least zero; the excess is lost by passages."""
    inside = np.cumsum(people_in - people_out, axis=0)
    passed = np.cumsum(people_in + people_out, axis=0)
    lost = inside[-1] * passed / np.maximum(passed[-1], 1)
    return np.asarray(np.maximum(beginning + inside - lost, 0))


def learn_stays(days: Sequence[PastDay], spaces: int) -> DwellTimes:
    """Learn how long people stay from past days."""
    if len(days) < DAYS:
        return DwellTimes.unknown(spaces)
    rows = [_rows(day) for day in days]
    ages, people, times = (np.concatenate(column) for column in zip(*rows, strict=True))
    day_of = np.repeat(np.arange(len(days)), [len(at) for *_, at in rows])
    trust = np.stack([day.trust for day in days])
    by_space = [_space(ages[:, n], people[:, n], times, day_of, trust[:, n]) for n in range(spaces)]
    stays, times, wide = (np.array(column) for column in zip(*by_space, strict=True))
    return DwellTimes(stays=stays, times=times.T, wide=wide.T)


def _rows(day: PastDay) -> tuple[Floats, Floats, Ints]:
    """Return for each quarter of a day: entries within each of LENGTHS (times x spaces x lengths), people, time."""
    at = day.minutes * np.arange(len(day.people) + 1)
    sums = np.vstack([np.zeros(day.people.shape[1]), np.cumsum(day.people_in, axis=0)])
    every = max(round(1440 / TIMES / day.minutes), 1)
    chosen = np.arange(every - 1, len(day.people), every)
    ages = sums[chosen + 1, None] - interpolated(at[chosen + 1, None] - LENGTHS, at, sums)
    time = np.rint(day.clock[chosen] / (1440 / TIMES)).astype(np.int64) % TIMES
    return ages.swapaxes(1, 2), day.people[chosen], time


def _space(
    ages: Floats, people: Floats, times: Ints, day_of: Ints, trust: Floats
) -> tuple[Floats, Floats, Floats]:
    weight = trust[day_of]
    typical = float((weight * people).sum() / max(weight.sum(), 1e-9))
    if typical < 0.05 or (trust > 0.2).sum() < DAYS:
        return np.zeros(len(LENGTHS)), np.ones(TIMES), np.full(TIMES, np.inf)
    scale = np.sqrt(weight / (people + typical))
    # All stay some time
    one = np.full((1, len(LENGTHS)), float(np.sqrt(len(people)) * np.sqrt(typical)))
    stays, _ = nnls(np.vstack([ages * scale[:, None], one]), np.append(people * scale, one[0, 0]))
    base = ages @ stays
    actual, estimate = (
        np.bincount(day_of * TIMES + times, weight * values, len(trust) * TIMES).reshape(-1, TIMES)
        for values in (people, base)
    )
    factor = _factor(actual.sum(0), estimate.sum(0))
    others = _factor(actual.sum(0) - actual, estimate.sum(0) - estimate)
    guess = others[day_of, times] * base
    active = weight * (np.maximum(people, guess) > 0.5)
    squares = active * ((people - guess) / (guess + 1) ** POWER) ** 2
    return stays, factor, _wide(squares, active, times) * (1 + 1 / len(trust))


def _factor(actual: Floats, estimate: Floats) -> Floats:
    return np.asarray(np.clip((actual + SHRINK) / (estimate + SHRINK), 0, 4))


def _wide(squares: Floats, active: Floats, at: Ints) -> Floats:
    """Return the width of the error by time of the day, shrunk towards that of all times."""
    by_time = [np.bincount(at, values, TIMES) for values in (squares, active)]
    pooled = (squares.sum() + 1) / (active.sum() + 1)
    near = [sum(np.roll(values, n) for n in (-1, 0, 1)) for values in by_time]
    return np.asarray(np.sqrt((near[0] + 6 * pooled) / (near[1] + 6)))
