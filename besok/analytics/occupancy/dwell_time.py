"""Occupancy by dwell times: recent entries tell how many are in, without drift, though not exactly.

People now = the sum over ages a of those who came a minutes ago times the share that stays longer (a linear filter of
the entrances), times what is usual at this time of the day. What past days show of its error says what it is worth.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from besok.analytics.interpolation import interpolated
from besok.model.arrays import Floats

# Minutes
LENGTHS = np.array([2, 5, 10, 15, 20, 30, 45, 60, 75, 90, 120, 150, 180, 240, 300, 420, 600, 1500], float)
MARK = 5.0  # minutes between the sums of entrances that are kept
TIMES = 96  # of the clock, at which the usual is known
DAYS = 1  # that are needed
SHRINK = 3.0  # people of all days, by which the share at a time of the day is drawn to one
POWER = 0.75  # of the people, to which errors are in proportion
PRIOR_MINUTES, PRIOR_DAYS = 120.0, 4.0  # for how long an error lasts, where so few days tell
LEAST_MINUTES, MOST_MINUTES = 30.0, 900.0
LEAST_SD = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class DwellTimes:
    """Learnt dwell times: by space the share of people that stays each of LENGTHS; by time of the clock and space what
    its number is to be multiplied by, and how wide its error is; by space for how long an error lasts (minutes; not
    finite where nothing is known)."""

    stays: Floats  # spaces x lengths
    times: Floats  # times x spaces
    wide: Floats  # times x spaces
    lasts: Floats  # spaces

    @classmethod
    def unknown(cls, spaces: int) -> "DwellTimes":
        """Return where nothing is known."""
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
        """Return the factor and the width at minutes of the clock (steps x spaces), between the times that are
        known.
        """
        at = np.arange(TIMES + 1) * 1440 / TIMES
        factor, wide = (
            interpolated(clock % 1440, at, np.vstack([known, known[:1]])) for known in (self.times, self.wide)
        )
        return factor, wide


def width(people: Floats, wide: Floats) -> Floats:
    """Return standard deviation of the error of so many people as are usual."""
    return np.asarray(np.maximum(wide * (np.maximum(people, 0) + 1) ** POWER, LEAST_SD))


class Entries:
    """Entries since the day began, as far back as it matters."""

    def __init__(self, spaces: int) -> None:
        self._marks = np.zeros((1, spaces))  # sums at each MARK since the day began
        self._minutes = 0.0
        self._sum = np.zeros(spaces)

    def follow(self, people_in: Floats, minutes: float, usual: DwellTimes) -> Floats:
        """Return how many are in by who came, at the end of each step (steps x spaces)."""
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
    """A past day: entrances and people (steps x spaces) as the day that is over has them, what they are worth."""

    people_in: Floats
    people: Floats
    clock: Floats  # at the end of each step
    minutes: float
    trust: Floats  # by space


def bridged(people_in: Floats, people_out: Floats, beginning: Floats) -> Floats:
    """Return the people of a day that is over and ended as it began: what else was left was lost as people passed;
    never below zero.
    """
    inside = np.cumsum(people_in - people_out, axis=0)
    passed = np.cumsum(people_in + people_out, axis=0)
    lost = inside[-1] * passed / np.maximum(passed[-1], 1)
    return np.asarray(np.maximum(beginning + inside - lost, 0))


def learn_stays(days: Sequence[PastDay], spaces: int) -> DwellTimes:
    """Return how long people stay, from days that are over."""
    if len(days) < DAYS:
        return DwellTimes.unknown(spaces)
    rows = [_rows(day) for day in days]
    found = [
        _space(
            [ages[:, n] for ages, _, _ in rows],
            [people[:, n] for _, people, _ in rows],
            [at for _, _, at in rows],
            np.array([day.trust[n] for day in days]),
        )
        for n in range(spaces)
    ]
    stays, times, wide, lasts = (np.array(column) for column in zip(*found, strict=True))
    return DwellTimes(stays=stays, times=times.T, wide=wide.T, lasts=lasts)


def _rows(day: PastDay) -> tuple[Floats, Floats, np.ndarray]:
    """Of each quarter of a day: who came within each of LENGTHS (times x spaces x lengths), who was in, its time."""
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
    real, said = (
        np.stack(
            [np.bincount(at, t * values, TIMES) for at, values, t in zip(times, part, trust, strict=True)]
        )
        for part in (people, base)
    )
    factor = _factor(real.sum(0), said.sum(0))
    others = [_factor(real.sum(0) - r, said.sum(0) - s) for r, s in zip(real, said, strict=True)]
    guess = [f[at] * b for f, at, b in zip(others, times, base, strict=True)]
    errors = [(p - g) / (g + 1) ** POWER for p, g in zip(people, guess, strict=True)]
    active = [np.maximum(p, g) > 0.5 for p, g in zip(people, guess, strict=True)]
    wide = _wide(errors, active, times, trust)
    off = [(error / wide[at])[on] for error, at, on in zip(errors, times, active, strict=True)]
    lasts = lasting(off, trust, 1440 / TIMES, PRIOR_MINUTES, (LEAST_MINUTES, MOST_MINUTES))
    return stays, factor, wide * (1 + 1 / len(people)), lasts


def _factor(real: Floats, said: Floats) -> Floats:
    return np.asarray(np.clip((real + SHRINK) / (said + SHRINK), 0, 4))


def _wide(errors: list[Floats], active: list[np.ndarray], times: list[np.ndarray], trust: Floats) -> Floats:
    """Return the width of the error by time of the day, drawn to that of all times."""
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
    """Return for how many minutes an error lasts: by how far the means of whole days are off.

    `off` are the errors of the steps of each day, of so many `minutes`, in standard deviations; `usual` is how long
    they last where few days tell.
    """
    told = [(own, t) for own, t in zip(off, trust, strict=True) if len(own) > 4]
    days = sum(t for _, t in told)
    lasts = sum(t * len(own) * minutes * float(own.mean()) ** 2 for own, t in told)
    return float(np.clip((lasts + PRIOR_DAYS * usual) / (days + PRIOR_DAYS), *bounds))
