"""Level shifts: a new building, a branch that moved; times from which on everything is larger or smaller.

Each knot is tried as the place of a step: how much better would the series be explained, given that levels drift anyway
(a score test under the usual drift)? The best is taken, its size removed, and the search goes on until none stands out.
`ways` tells what may have become of the level since: how fast a step's passing part fades, whether it begins with its
week or on the day that parts its surroundings best, whether a step of late is one at all, and whether a short history
began in the midst of something.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from besok.analytics.forecast.level import YEAR, kernel
from besok.model.arrays import Bools, Floats

LEAST = 0.4  # of the log: a step below 50 % is left to the drift of the level
YOUNG = 0.8  # of the log: a step of less than two months ago is sure if it more than doubles the level, or halves it
PROOF = 60.0  # days
UNSURE = 0.5  # belief that one that is less is a step at all, and not what passes anyway
ROBUST = 3.0  # rows between two knots, where they have as many: a median of fewer follows one that is odd
GAIN = 16.0  # by how much the log likelihood must grow
# Of late, less is enough for a step that is one way beside another
HINT, SLIGHT, LATE = 6.0, 0.15, 1.5 * YEAR
COARSE = 28.0  # days between knots: of months only, as swings of weeks look like such steps
MOST = 6
STEP_SD = 1.5  # what is believed of the part of a step that stays
FADING_SD = 1.0  # and of the part that fades: curiosity about a new house, recovery from a blow
FADES = (1.0, 0.4, 0.15)  # years in which it may do so
AGAIN_FADES = (
    *FADES,
    0.015,
)  # after a closure also in days: an opening event, or a week in which little was open yet
CLOSURE = 75.0  # days without figures: two months at least
AROUND = 4  # knots to either side that show where a step lies
RECENT = (30.0, 3 * YEAR)  # days: a history as long as that may begin in the midst of something that fades
BEGUN = 0.5  # belief that it does
# Years in which it may fade, and how far that is believed: a slower one looks like growth, one of days is an event.
BEGUN_FADES = {0.4: 0.45, 0.15: 0.45, 0.015: 0.1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The times of steps, in order, and which of them are `sure`."""

    at: Floats
    sure: Bools


def shifts(rest: Floats, at: Floats, grid: Floats, noise: float, sizes: Floats) -> Steps:
    """Return the steps in `rest`, log visits less what the calendar explains, seen at `at`.

    `noise` is the sd of one of them. Their medians between the knots of `grid` are looked at.
    """
    cell, count = _cells(at, grid)
    rest = rest - apart(rest, at, grid)
    # One day's slip is no shift
    used: Bools = count >= max(1.0, min(ROBUST, float(np.median(count[count > 0]))))
    mean = np.array([np.median(rest[cell == n]) for n in np.flatnonzero(used)])
    times = grid[used]
    if len(times) < 4:
        return Steps(at=np.zeros(0), sure=np.zeros(0, dtype=np.bool_))
    # Days of a week resemble each other
    spread = kernel(times, times, sizes) + np.diag(noise**2 / count[used] ** 0.5)
    factor = cho_factor(spread, lower=True)
    steps = (times[:, None] >= times[None, 1:]).astype(np.float64)
    solved = cho_solve(factor, steps)
    power = (steps * solved).sum(axis=0) + STEP_SD**-2
    late = (at[-1] - times[1:] < LATE) & (grid[1] - grid[0] >= COARSE)
    proven = np.ones(len(times) - 1, dtype=np.bool_)
    proven[-1] = False  # one week, or one month, proves nothing
    found: list[int] = []
    sure: list[bool] = []
    left = mean - mean.mean()
    for _ in range(MOST):
        score = solved.T @ left
        size, gain = score / power, 0.5 * score**2 / power
        plain = (np.abs(size) >= LEAST) & (gain >= GAIN)
        hinted = late & (np.abs(size) >= SLIGHT) & (gain >= HINT)
        gain[~(plain | hinted) | ~proven] = 0.0
        best = int(gain.argmax())
        if not gain[best]:
            break
        found.append(best)
        sure.append(bool(plain[best] and (at[-1] - times[1 + best] >= PROOF or abs(size[best]) >= YOUNG)))
        chosen = steps[:, found]  # sizes of all steps together, so that a dip is not taken for a level
        inner = chosen.T @ solved[:, found] + STEP_SD**-2 * np.eye(len(found))
        left = mean - mean.mean() - chosen @ np.linalg.solve(inner, solved[:, found].T @ (mean - mean.mean()))
    order = np.argsort(found)
    return Steps(at=times[1:][found][order], sure=np.array(sure, dtype=np.bool_)[order])


def apart(rest: Floats, at: Floats, grid: Floats) -> Floats:
    """By how much rows are `alone`: slips of the counter, which are no shifts. Where knots have several rows, as those
    of days, their median sees to that, and nothing is apart.
    """
    count = _cells(at, grid)[1]
    return np.zeros(len(rest)) if np.median(count[count > 0]) >= ROBUST else alone(rest)


def alone(rows: Floats) -> Floats:
    """By how much each row stands apart from both of its neighbours (the last and the first: from the two next to it),
    where more than LEAST, else 0. Example: 0, 0, 0, 7 gives 0, 0, 0, 7, and 0, 0, 7, 7 nothing.
    """
    if len(rows) < 4:
        return np.zeros(len(rows))
    middle = np.clip(np.arange(len(rows)), 1, len(rows) - 2)
    off: Floats = rows - np.median([rows[middle - 1], rows[middle], rows[middle + 1]], axis=0)
    return np.where(np.abs(off) > LEAST, off, 0.0)


def _cells(at: Floats, grid: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return the knot before each row, and how many rows each knot has."""
    cell = np.clip(np.searchsorted(grid, at, side="right") - 1, 0, len(grid) - 1)
    return cell, np.bincount(cell, minlength=len(grid)).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepHypothesis:
    """One way in which the level may have come to where it is: by steps at such times, of which a part fades in `fade`
    years; and how far that is believed before the data are asked."""

    steps: Floats
    fade: float
    belief: float


def ways(found: Steps, rest: Floats, at: Floats, spacing: float) -> list[StepHypothesis]:
    """All that is worth asking the data about, given the steps that were `found` in `rest` at knots `spacing` apart."""
    certain = _ways(found.at[found.sure], rest, at, spacing)
    if found.sure.all():
        return certain
    both = ((certain, 1 - UNSURE), (_ways(found.at, rest, at, spacing), UNSURE))
    return [replace(way, belief=way.belief * belief) for some, belief in both for way in some]


def _ways(steps: Floats, rest: Floats, at: Floats, spacing: float) -> list[StepHypothesis]:
    """Return a sudden step is on its day (a week too early, and the days still as before are taken for a rise that goes
    on), one that comes little by little begins before; one found shortly before a long closure may have been two, of
    which the second came with the opening. Without a step, a house may be another since it was closed for long, and a
    short history may begin with one: counters are hung up when a house opens, to a crowd that is curious or to few who
    know of it yet.
    """
    again = resumed(at, spacing)
    if len(steps):
        places = [steps, placed(steps, rest, at, spacing)]
        if len(more := _following(steps, again, at, spacing)):
            places.append(np.union1d(steps, more))
        belief = 1 / (len(places) * len(FADES))
        return [StepHypothesis(steps=place, fade=fade, belief=belief) for place in places for fade in FADES]
    if len(again):
        fades = FADES if spacing >= COARSE else AGAIN_FADES
        begun = [StepHypothesis(steps=again, fade=fade, belief=BEGUN / len(fades)) for fade in fades]
    elif RECENT[0] <= at[-1] - at[0] < RECENT[1]:
        begun = [
            StepHypothesis(steps=at[:1], fade=fade, belief=BEGUN * share)
            for fade, share in BEGUN_FADES.items()
        ]
    else:
        return [StepHypothesis(steps=steps, fade=FADES[0], belief=1.0)]
    return [StepHypothesis(steps=steps, fade=FADES[0], belief=1 - BEGUN), *begun]


def resumed(at: Floats, spacing: float) -> Floats:
    """Return the first rows after long closures, or times without figures, of the last years; one day, or week, alone
    proves nothing, one month does.
    """
    opened = (np.diff(at) > CLOSURE) & (at[1:] > at[-1] - RECENT[1])
    again: Floats = at[1:][opened if spacing >= COARSE else opened & (at[1:] < at[-1])]
    return again


def _following(steps: Floats, again: Floats, at: Floats, spacing: float) -> Floats:
    """Those of the times `again` before which a step lies within the closure, or shortly before it."""
    shut = at[np.searchsorted(at, again) - 1]
    near = (shut[:, None] - AROUND * spacing <= steps) & (steps < again[:, None] - spacing)
    return again[near.any(axis=1)]


def placed(steps: Floats, rest: Floats, at: Floats, spacing: float) -> Floats:
    """Return the steps on rows of their own instead of at knots, `spacing` apart: each on the one within a knot at
    which two levels, each the median of its side, leave the least of `rest`.
    """
    return np.unique([_parting(step, rest, at, spacing) for step in steps])


def _parting(step: float, rest: Floats, at: Floats, spacing: float) -> float:
    near = np.abs(at - step) <= AROUND * spacing
    rest, at = rest[near], at[near]
    candidates = at[(np.abs(at - step) <= spacing) & (at > at[0])]
    left = [_apart(rest[at < one]) + _apart(rest[at >= one]) for one in candidates]
    return float(candidates[int(np.argmin(left))]) if len(candidates) else step


def _apart(some: Floats) -> float:
    """Return how far values lie from their median, all together."""
    return float(np.abs(some - np.median(some)).sum())
