"""Counts on a grid of blocks and slots: a row per day (per week where steps are days), a column per time of it.

Times are wall-clock times without a zone, since people follow the clock: a day of 23 hours misses an hour's slots, and
one of 25 hours has some of them twice. A slot without a count is NaN: missing is never zero.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from besok.model.arrays import Floats, Ints
from besok.model.errors import CountFileError

Times = npt.NDArray[np.datetime64]

DAY_S = 86_400
# What a step may be: the minutes and hours that divide a day. Shorter steps are added up to five minutes.
STEPS_S = (300, 360, 600, 720, 900, 1200, 1800, 3600, 7200, 10_800, 14_400, 21_600, 28_800, 43_200, DAY_S)
COARSE_S = 14_400  # from this step on a day has too few slots to be judged by itself: the block is a week
MOST_BLOCKS = 5500  # fifteen years of days, or a century of weeks: every block is compared with every other
SMALLEST_SHARE = 0.5  # of the differences between neighbouring times must be the step, or they are not a grid


@dataclass(frozen=True, slots=True, kw_only=True)
class CountGrid:
    """Counts (blocks x slots), NaN where unknown; `kind` is the weekday of each block, 0 where it is a week.

    `start` is the beginning of the first block.
    """

    start: np.datetime64
    step_s: int
    counts: Floats
    kind: Ints

    @property
    def slots_a_day(self) -> int:
        """Return the number of steps in a day."""
        return DAY_S // self.step_s

    def at(self, position: int) -> np.datetime64:
        """Return the beginning of the slot at a position of the flattened grid."""
        return self.start + np.timedelta64(position * self.step_s, "s")


def step_of(times: Times) -> int:
    """Return the step of sorted times in seconds: the commonest difference, or the next smaller divisor of a day.

    Times without a regular step (a line per passage, say) are grouped by the hour. Raises CountFileError for steps of
    more than a day.
    """
    seconds = np.unique(times.astype("datetime64[s]").astype(np.int64))
    if len(seconds) < 2:
        raise CountFileError("One time tells nothing about what is usual; give some weeks of counts")
    differences, often = np.unique(np.diff(seconds), return_counts=True)
    step = int(differences[often.argmax()])
    if step > DAY_S:
        raise CountFileError(
            f"The counts are {step / DAY_S:.4g} days apart; unusual times are told from steps of a day or less"
        )
    near = (differences > 0.8 * step) & (differences < 1.25 * step)
    if often[near].sum() < SMALLEST_SHARE * often.sum():
        return 3600
    return max((s for s in STEPS_S if s <= step * 1.02), default=STEPS_S[0])


def lay(times: Times, counts: Floats) -> CountGrid:
    """Lay counts on their grid; the order of the lines does not matter.

    Several lines of one slot are added up where their times differ (a finer file), and averaged where one time occurs
    twice (the repeated hour when summer time ends).
    """
    order = np.argsort(times, kind="stable")
    times, counts = times[order].astype("datetime64[s]"), counts[order]
    step_s = step_of(times)
    seconds = times.astype(np.int64)
    phase = _phase(seconds, step_s)
    slots = DAY_S // step_s * (7 if step_s >= COARSE_S else 1)
    first_day = int(seconds[0] - phase) // DAY_S
    origin = first_day * (DAY_S // step_s)
    place = (seconds - phase) // step_s - origin
    blocks = int(place[-1] // slots) + 1
    if blocks > MOST_BLOCKS:
        raise CountFileError(
            f"From {times[0]} to {times[-1]} are {blocks:,} days; give fifteen years at most, or look for a wrong date"
        )
    total = _gathered(place, seconds, counts, blocks * slots)
    kind = (np.arange(blocks) + first_day) % 7 if step_s < COARSE_S else np.zeros(blocks)
    return CountGrid(
        start=np.datetime64(origin * step_s + phase, "s"),
        step_s=step_s,
        counts=total.reshape(blocks, slots),
        kind=kind.astype(np.int64),
    )


def _phase(seconds: Ints, step_s: int) -> int:
    """Return the offset of the times from full steps in seconds: counts stamped 10:07, 11:07 have 7 minutes."""
    rests, often = np.unique(seconds % step_s, return_counts=True)
    return int(rests[often.argmax()]) if often.max() > SMALLEST_SHARE * len(seconds) else 0


def _gathered(position: Ints, seconds: Ints, counts: Floats, size: int) -> Floats:
    """Return the count of every slot; NaN without one.

    Where some of a slot's times are missing, the others are scaled up for them; with less than half of them it is NaN.
    """
    known = ~np.isnan(counts)
    _, first, time = np.unique(seconds[known], return_index=True, return_inverse=True)
    slot, by_time = position[known][first], np.bincount(time, counts[known]) / np.bincount(time)
    total, times = np.bincount(slot, by_time, size), np.bincount(slot, minlength=size)
    usual = np.median(times[times > 0]) if len(slot) else 0.0
    scaled = total * np.maximum(usual / np.maximum(times, 1), 1.0)
    return np.where((times > 0) & (times >= usual / 2), scaled, np.nan)
