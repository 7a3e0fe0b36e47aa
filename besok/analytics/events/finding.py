"""Unusual intervals of a series of counts, the most surprising first."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from besok.analytics.events import states
from besok.analytics.events.days import OddDays, odd_days
from besok.analytics.events.grid import Times, lay
from besok.analytics.events.learning import EventModel, learn
from besok.analytics.runs import runs
from besok.model.arrays import Floats

LIKELY = 0.5  # the probability of an event from which a slot is flagged
# Asked for more intervals than stand out by themselves: counts are granted no scatter beyond chance, and then an ever
# smaller probability is enough.
RELAXED = tuple((0.0, LIKELY * 0.85**n) for n in range(30))
NOBODY_MISSED = 3.0  # people usual between two silences, whose absence says nothing

Run = tuple[int, int, int]  # state, first slot, slot behind the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """An interval that is hard to explain: `count` people where `expected` were usual.

    `score` is the log10 of how many times likelier the counts are with an event than without one.
    """

    start: np.datetime64
    end: np.datetime64
    count: float
    expected: float
    score: float


def unusual(times: Times, counts: Floats, most: int | None = None) -> list[Unusual]:
    """Return the unusual intervals of a series, the most surprising first.

    `times` are wall-clock times at which the steps begin, `counts` people in them, NaN where nobody counted. Without
    `most` only what is likelier an event than not; with it, the `most` intervals that are hardest to explain (fewer
    only where the series has no more to offer). Raises CountFileError where times make no series.
    """
    return find(learn(lay(times, counts)), most)


def find(learnt: EventModel, most: int | None = None) -> list[Unusual]:
    """Return the same from what was learnt."""
    looks = _looks(learnt, most or 0)
    plain = _looked(learnt, looks[0])
    days = _surprising([_day(learnt, day) for day in odd_days(learnt, looks[0].found)], plain)
    parts = plain
    for look in sorted(looks[1:], key=lambda look: -len(look.flagged)):
        if len(look.flagged) <= len(parts):
            break  # so easily flagged that all is one says less than before
        parts = max(parts, _looked(learnt, look), key=len)
    parts = [part for part in parts if not any(_overlap(part, day) for day in days)]
    if len(looks) > 1 and most:
        # What stands out by itself keeps its place among what was looked for with a stricter eye.
        parts = parts[: max(most - len(days), 0)]
    return _in_order([*days, *parts])[:most]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """Runs that are flagged when counts are granted a share of their scatter."""

    share: float
    found: states.StateProbabilities
    flagged: list[Run]


def _looks(learnt: EventModel, wanted: int) -> list[_Look]:
    """Return looks with an ever stricter eye, until so much is flagged as is wanted."""
    look = cache(learnt.look)
    looks = [_Look(share=1.0, found=look(1.0), flagged=_flagged(look(1.0), LIKELY))]
    for share, likely in RELAXED:
        if len(looks[-1].flagged) >= wanted:
            break
        looks.append(_Look(share=share, found=look(share), flagged=_flagged(look(share), likely)))
    return looks


def _looked(learnt: EventModel, look: _Look) -> list[Unusual]:
    return _in_order(_told(learnt, look.found, _joined(learnt, look.flagged), look.share))


def _in_order(found: Iterable[Unusual]) -> list[Unusual]:
    return sorted((u for u in found if u.score > 0), key=lambda u: (-u.score, u.start))


def _surprising(days: list[Unusual], parts: list[Unusual]) -> list[Unusual]:
    """Return the days in which no part is more surprising than the whole."""
    return [day for day in days if all(day.score > part.score for part in parts if _overlap(day, part))]


def _overlap(one: Unusual, other: Unusual) -> bool:
    return bool(one.start < other.end and one.end > other.start)


def _day(learnt: EventModel, odd: OddDays) -> Unusual:
    grid, rows = learnt.grid, slice(odd.first, odd.behind)
    known = ~np.isnan(grid.counts[rows])
    return Unusual(
        start=grid.at(odd.first * grid.slots_a_day),
        end=grid.at(odd.behind * grid.slots_a_day),
        count=float(grid.counts[rows][known].sum()),
        expected=float(learnt.usual.rate[rows][known].sum()),
        score=odd.score,
    )


def _flagged(found: states.StateProbabilities, likely: float) -> list[Run]:
    probability = found.state.reshape(-1, 3)
    more, less = probability[:, states.MORE], probability[:, states.LESS]
    flags = ((states.MORE, (more > likely) & (more >= less)), (states.LESS, (less > likely) & (less > more)))
    return [(state, a, b) for state, flag in flags for a, b in runs(flag)]


def _joined(learnt: EventModel, flagged: list[Run]) -> list[Run]:
    """Return a silence goes on through nights and gaps: times of too few with nobody seen between them are one."""
    seen = np.concatenate([[0.0], np.cumsum(np.nan_to_num(learnt.grid.counts.reshape(-1)))])
    usual = np.concatenate([[0.0], np.cumsum(learnt.usual.rate.reshape(-1))])
    out: list[Run] = []
    for state, first, behind in flagged:
        before = out[-1] if out else None
        if (
            before
            and before[0] == state == states.LESS
            and seen[first] == seen[before[2]]
            and usual[first] - usual[before[2]] < NOBODY_MISSED
            and first - before[2] <= learnt.grid.slots_a_day
        ):
            out[-1] = (state, before[1], behind)
        else:
            out.append((state, first, behind))
    return out


def _told(
    learnt: EventModel, found: states.StateProbabilities, flagged: list[Run], share: float
) -> list[Unusual]:
    grid = learnt.grid
    level = (np.exp(learnt.levels.at) * found.level).sum(axis=1)

    @cache
    def gains(block: int) -> Floats:
        """log likelihood ratios of the slots of a block over the levels it may have had (slots x 3)."""
        told: Floats = np.einsum("scz,c->sz", learnt.gains(block, share), found.level[block])
        return told

    def one(state: int, first: int, behind: int) -> Unusual:
        block, slot = np.divmod(np.arange(first, behind), grid.counts.shape[1])
        counts = grid.counts[block, slot]
        expected = learnt.usual.rate[block, slot] * level[block]
        known = ~np.isnan(counts)
        gain = sum(float(gains(b)[s, state]) for b, s in zip(block.tolist(), slot.tolist(), strict=True))
        return Unusual(
            start=grid.at(first),
            end=grid.at(behind),
            count=float(counts[known].sum()),
            expected=float(expected[known].sum()),
            score=gain / float(np.log(10)),
        )

    return [one(*run) for run in flagged]
