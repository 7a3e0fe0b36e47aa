"""Unusual intervals of a series of counts, the most surprising first.

Besides slots these are entire days on an unusual level (a feed that doubles or halves, a festival, a storm), which the
states of single slots cannot show, since the level of its day explains each.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from besok.analytics.events import states
from besok.analytics.events.grid import Times, lay
from besok.analytics.events.learning import EventModel, learn, level_around, neighbours, robust_sd
from besok.analytics.runs import runs
from besok.model.arrays import Bools, Floats

# The probability of an event that flags a slot, and of being unusual from which a day is examined
LIKELY = 0.5
# Asked for more intervals than stand out by themselves: counts are granted no scatter beyond chance, and then an ever
# smaller probability is enough.
RELAXED = tuple(LIKELY * 0.85**n for n in range(30))
NOBODY_MISSED = 3.0  # usual people between two silences, whose absence is not evidence
SURE = np.log(0.8 / 0.2)  # log odds of being unusual from which a day is reported
LEAST_DEVIATION = 0.3  # least distance (log) of a reported day from the usual level
LASTS = 0.6  # of the deviation of a day: adjacent days that deviate so far belong to it
LONGEST = 14  # days; anything longer is not an event

Run = tuple[int, int, int]  # state, first slot, slot after the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """An interval that is hard to explain: `count` people instead of the `expected` ones.

    `score` is the log10 of how many times likelier the counts are with an event than without one.
    """

    start: np.datetime64
    end: np.datetime64
    count: float
    expected: float
    score: float


def unusual(times: Times, counts: Floats, most: int | None = None) -> list[Unusual]:
    """Return the unusual intervals of a series, the most surprising first.

    `times` are wall-clock times at which the steps begin, `counts` people in them, NaN if not counted. Without
    `most` only intervals that are likelier events than not; with it, the `most` intervals that are hardest to explain
    (fewer only where the series has no more). Raises CountFileError where times make no series.
    """
    return find(learn(lay(times, counts)), most)


def find(learnt: EventModel, most: int | None = None) -> list[Unusual]:
    """Return the unusual intervals by a learnt model, as `unusual` does."""
    look = cache(learnt.look)
    parts = normal = _parts(learnt, look(1.0), LIKELY)
    days = [
        day
        for day in _unusual_days(learnt, look(1.0))
        if all(day.score > part.score for part in normal if _overlap(day, part))
    ]
    remaining = (most or 0) - len(days)
    for likely in RELAXED:
        if len(parts) >= remaining:
            break
        # With too low a threshold all intervals merge into one
        parts = max(parts, _parts(learnt, look(0.0), likely), key=len)
    parts = [part for part in parts if not any(_overlap(part, day) for day in days)]
    if parts is not normal and most:
        # Days found at the normal threshold keep their place among the parts found at a relaxed one.
        parts = parts[: max(remaining, 0)]
    return _in_order([*days, *parts])[:most]


def _in_order(intervals: Iterable[Unusual]) -> list[Unusual]:
    return sorted((u for u in intervals if u.score > 0), key=lambda u: (-u.score, u.start))


def _overlap(one: Unusual, other: Unusual) -> bool:
    return bool(one.start < other.end and one.end > other.start)


def _interval(learnt: EventModel, first: int, after: int, level: Floats, score: float) -> Unusual:
    """Return the slots from `first` to before `after`, with the expected count by the `level` of each block."""
    grid, slots = learnt.grid, np.arange(first, after)
    counts = grid.counts.ravel()[slots]
    expected = learnt.usual.rate.ravel()[slots] * level[slots // grid.counts.shape[1]]
    return Unusual(
        start=grid.at(first),
        end=grid.at(after),
        count=float(np.nansum(counts)),
        expected=float(expected[~np.isnan(counts)].sum()),
        score=score / float(np.log(10)),
    )


def _parts(learnt: EventModel, probabilities: states.StateProbabilities, likely: float) -> list[Unusual]:
    """Return the runs of slots that are likelier than `likely` to be unusual."""
    gain = probabilities.gain.reshape(-1, 3)
    level = (np.exp(learnt.levels.at) * probabilities.level).sum(axis=1)

    return _in_order(
        _interval(learnt, first, after, level, float(gain[first:after, state].sum()))
        for state, first, after in _joined(learnt, _flagged(probabilities, likely))
    )


def _flagged(probabilities: states.StateProbabilities, likely: float) -> list[Run]:
    probability = probabilities.state.reshape(-1, 3)
    more, less = probability[:, states.MORE], probability[:, states.LESS]
    flags = ((states.MORE, (more > likely) & (more >= less)), (states.LESS, (less > likely) & (less > more)))
    return [(state, a, b) for state, flag in flags for a, b in runs(flag)]


def _joined(learnt: EventModel, flagged: list[Run]) -> list[Run]:
    """Return the runs with silences merged: runs of too few people with nobody counted between them, as in nights."""
    seen = np.concatenate([[0.0], np.cumsum(np.nan_to_num(learnt.grid.counts.reshape(-1)))])
    usual = np.concatenate([[0.0], np.cumsum(learnt.usual.rate.reshape(-1))])
    out: list[Run] = []
    for state, first, after in flagged:
        before = out[-1] if out else None
        if (
            before
            and before[0] == state == states.LESS
            and seen[first] == seen[before[2]]
            and usual[first] - usual[before[2]] < NOBODY_MISSED
            and first - before[2] <= learnt.grid.slots_a_day
        ):
            out[-1] = (state, before[1], after)
        else:
            out.append((state, first, after))
    return out


def _unusual_days(learnt: EventModel, probabilities: states.StateProbabilities) -> Iterator[Unusual]:
    """Yield runs of days that differ from the usual and from the days around them; none where steps are too long."""
    grid = learnt.grid
    slots = grid.slots_a_day
    if grid.counts.shape[1] != slots:
        return
    level = (learnt.levels.at * probabilities.level).sum(axis=1)
    error = np.sqrt((learnt.levels.at**2 * probabilities.level).sum(axis=1) - level**2 + 1e-12)
    weights = neighbours(grid)
    around = level_around(weights, level)
    sd = robust_sd(level), robust_sd(level - around)
    far = (states.oddity(level, error, around, *sd) > 0) & (np.abs(level) > LEAST_DEVIATION)
    for first, after in _similar_neighbours(level, far):
        rows = slice(first, after)
        outside = weights[rows].copy()
        outside[:, rows] = 0.0
        without = float(outside.sum(axis=0) @ level / (outside.sum() + 0.5))
        # Days of one cause are as unusual as their mean; each by itself would be counted twice.
        mean, doubt, near = (np.array([part]) for part in (level[rows].mean(), error[rows].mean(), without))
        odds = float(states.oddity(mean, doubt, near, *sd)[0])
        if odds > SURE:
            score = odds - float(np.log(states.FAR / (1 - states.FAR)))
            yield _interval(learnt, first * slots, after * slots, np.ones_like(level), score)


def _similar_neighbours(level: Floats, far: Bools) -> Iterator[tuple[int, int]]:
    """Yield runs of days around each unusual one that deviate as far; only the day itself where the run is too long."""
    after = 0
    for day in np.flatnonzero(far).tolist():
        if day < after:
            continue
        similar = level * np.sign(level[day]) > LASTS * abs(level[day])
        first, last = next((a, b) for a, b in runs(similar) if a <= day < b)
        if last - first > LONGEST:
            first, last = day, day + 1
        first, after = max(first, after), last
        yield first, last
