"""Occupancy by dwell times: an estimate from recent entries, without drift, though not exact.

People now = the sum over ages a of the entries a minutes ago times the share that stays longer (a linear filter of the
entries), times a factor for the time of the day. Its error is learnt from past days.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from besok.analytics.interpolation import interpolated
from besok.model.arrays import Floats

# Minutes
LENGTHS = np.array([2, 5, 10, 15, 20, 30, 45, 60, 75, 90, 120, 150, 180, 240, 300, 420, 600, 1500], float)
MARK = 5.0  # minutes between stored sums of entries
TIMES = 96  # of the clock, with their own factor
DAYS = 1  # that are needed
SHRINK = 3.0  # people of all days: weight of the prior of one for the factor at a time of the day
POWER = 0.75  # of the people, to which errors are in proportion
PRIOR_MINUTES, PRIOR_DAYS = 120.0, 4.0  # how long an error lasts, prior worth so many days
LEAST_MINUTES, MOST_MINUTES = 30.0, 900.0
LEAST_SD = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class DwellTimes:
    """Learnt dwell times: by space the share of people that stays each of LENGTHS; by time of the clock and space the
    factor of the estimate and the width of its error; by space the minutes an error lasts (not finite if unknown)."""

    stays: Floats  # spaces x lengths
    times: Floats  # times x spaces
    wide: Floats  # times x spaces
    lasts: Floats  # spaces

    @classmethod
    def unknown(cls, spaces: int) -> "DwellTimes":
        """Return unknown dwell times."""
        return cls(
            stays=np.zeros((spaces, len(LENGTHS))),
            times=np.ones((TIMES, spaces)),
            wide=np.ones((TIMES, spaces)),
            lasts=np.full(spaces, np.inf),
        )

    @property
    def known(self) -> bool:
        """Tell whether anything is known of any space."""
        return bool(np.isfinite(self.lasts).any())

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
    by_space = [
        _space(
            [ages[:, n] for ages, _, _ in rows],
            [people[:, n] for _, people, _ in rows],
            [at for _, _, at in rows],
            np.array([day.trust[n] for day in days]),
        )
        for n in range(spaces)
    ]
    stays, times, wide, lasts = (np.array(column) for column in zip(*by_space, strict=True))
    return DwellTimes(stays=stays, times=times.T, wide=wide.T, lasts=lasts)


def _rows(day: PastDay) -> tuple[Floats, Floats, np.ndarray]:
    """Return for each quarter of a day: entries within each of LENGTHS (times x spaces x lengths), people, time."""
    at = day.minutes * np.arange(len(day.people) + 1)
    sums = np.vstack([np.zeros(day.people.shape[1]), np.cumsum(day.people_in, axis=0)])
    every = max(round(1440 / TIMES / day.minutes), 1)
    chosen = np.arange(every - 1, len(day.people), every)
    ages = sums[chosen + 1, None] - interpolated(at[chosen + 1, None] - LENGTHS, at, sums)
    time = np.rint(day.clock[chosen] / (1440 / TIMES)).astype(np.int64) % TIMES
    return ages.swapaxes(1, 2), day.people[chosen], time


def _space(
    ages: list[Floats], people: list[Floats], times: list[np.ndarray], trust: Floats
) -> tuple[Floats, Floats, Floats, float]:
    every_age, every_people = np.concatenate(ages), np.concatenate(people)
    weight = np.repeat(trust, [len(p) for p in people])
    typical = float((weight * every_people).sum() / max(weight.sum(), 1e-9))
    if typical < 0.05 or (trust > 0.2).sum() < DAYS:
        nothing = np.ones(TIMES)
        return np.zeros(len(LENGTHS)), nothing, nothing, np.inf
    scale = np.sqrt(weight / (every_people + typical))
    # All stay some time
    one = np.full((1, len(LENGTHS)), float(np.sqrt(len(every_people)) * np.sqrt(typical)))
    stays, _ = nnls(np.vstack([every_age * scale[:, None], one]), np.append(every_people * scale, one[0, 0]))
    base = [day @ stays for day in ages]
    actual, estimate = (
        np.stack(
            [np.bincount(at, t * values, TIMES) for at, values, t in zip(times, part, trust, strict=True)]
        )
        for part in (people, base)
    )
    factor = _factor(actual.sum(0), estimate.sum(0))
    others = [_factor(actual.sum(0) - r, estimate.sum(0) - s) for r, s in zip(actual, estimate, strict=True)]
    guess = [f[at] * b for f, at, b in zip(others, times, base, strict=True)]
    errors = [(p - g) / (g + 1) ** POWER for p, g in zip(people, guess, strict=True)]
    active = [np.maximum(p, g) > 0.5 for p, g in zip(people, guess, strict=True)]
    wide = _wide(errors, active, times, trust)
    off = [(error / wide[at])[on] for error, at, on in zip(errors, times, active, strict=True)]
    lasts = lasting(off, trust, 1440 / TIMES, PRIOR_MINUTES, (LEAST_MINUTES, MOST_MINUTES))
    return stays, factor, wide * (1 + 1 / len(people)), lasts


def _factor(actual: Floats, estimate: Floats) -> Floats:
    return np.asarray(np.clip((actual + SHRINK) / (estimate + SHRINK), 0, 4))


def _wide(errors: list[Floats], active: list[np.ndarray], times: list[np.ndarray], trust: Floats) -> Floats:
    """Return the width of the error by time of the day, shrunk towards that of all times."""
    squares, number = np.zeros(TIMES), np.zeros(TIMES)
    for error, on, at, t in zip(errors, active, times, trust, strict=True):
        np.add.at(squares, at, t * error**2 * on)
        np.add.at(number, at, t * on)
    pooled = (squares.sum() + 1) / (number.sum() + 1)
    near = [np.roll(squares, n) for n in (-1, 0, 1)], [np.roll(number, n) for n in (-1, 0, 1)]
    return np.asarray(np.sqrt((np.sum(near[0], 0) + 6 * pooled) / (np.sum(near[1], 0) + 6)))


def lasting(
    off: Sequence[Floats], trust: Floats, minutes: float, usual: float, bounds: tuple[float, float]
) -> float:
    """Return how many minutes an error lasts, from the errors of the means of full days.

    `off` are the errors of the steps of each day, of so many `minutes`, in standard deviations; `usual` is the prior
    with few days.
    """
    usable = [(errors, t) for errors, t in zip(off, trust, strict=True) if len(errors) > 4]
    days = sum(t for _, t in usable)
    lasts = sum(t * len(errors) * minutes * float(errors.mean()) ** 2 for errors, t in usable)
    return float(np.clip((lasts + PRIOR_DAYS * usual) / (days + PRIOR_DAYS), *bounds))
