"""How many people are in each space: counted at the doors since the business day began, corrected by sensors inside.

Arrays have a row per step of time and a column per portal or space; column 0 of the spaces is the site itself. NaN
means "not observed". All functions are pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.views import Basis

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Incidence = NDArray[np.int8]

BASES: tuple[Basis | None, ...] = (None, "doors", "people", "presence")  # what the codes of Estimate.basis mean
BELOW_ZERO = "below_zero"
STUCK = "stuck"
_DOORS, _PEOPLE, _PRESENCE = 1, 2, 3

# Variance of in - out for each passage, measured on a library with two doors: seven times what independent misses would
# give, since the people of a group are missed together and a day has a bias of its own.
VARIANCE_PER_PASSAGE = 0.143
Z_80 = 1.2816  # standard deviations to either side of an 80 % interval

# A count that stays the same while so many people pass the doors of its space, for so many steps, sees none of them.
STUCK_PASSAGES, STUCK_STEPS = 30, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """People per step and space with their 80 % interval; `raw` is in - out since the day began, uncorrected.

    `lower` and `upper` are NaN where the figure was not counted at doors; `basis` indexes BASES; `below_zero` marks
    figures that are not the doors' own because those had fallen below zero, `stuck` those that are the doors' own
    because the count of the people inside does not move.
    """

    people: Floats
    lower: Floats
    upper: Floats
    raw: Floats
    basis: NDArray[np.int8]
    below_zero: Bools
    stuck: Bools


def incidence(parents: Sequence[int | None], ends: Sequence[tuple[int | None, int | None]]) -> Incidence:
    """Spaces x portals: 1 where going in through the portal enters the space or its parts, -1 where it leaves, else 0.

    `parents` gives each space's parent by index (None for the site itself), `ends` each portal's outer and inner space
    (None for outside). A passage from a storey's lobby to its rooms stays within the storey.
    """
    inside = np.zeros((len(parents), len(parents) + 1), np.int8)  # [a, b]: b is a or lies in it; the last b is outside
    for space in range(len(parents)):
        around: int | None = space
        while around is not None:
            inside[around, space] = 1
            around = parents[around]
    outer = [len(parents) if end is None else end for end, _ in ends]
    inner = [len(parents) if end is None else end for _, end in ends]
    return inside[:, inner] - inside[:, outer]


def estimate(
    doors: Incidence,
    people_in: Floats,
    people_out: Floats,
    people: Floats,
    occupied: Floats,
    within: float = 1.0,
) -> Estimate:
    """People per step of one business day, from flows (steps x portals) and level readings (steps x spaces).

    The figure holds at the end of each step; with `within` 0.5 it holds at its middle, the mean of an even flow. Only
    the whole site may be lifted when it falls below zero (it was empty then, so all that came before was too low); a
    room is shown as 0 until its own doors agree again. A count of the people inside beats the doors, and presence
    says that there is somebody or nobody.
    """
    flows_in, flows_out = np.nan_to_num(people_in), np.nan_to_num(people_out)
    crossing = np.abs(doors)
    raw = _so_far((flows_in - flows_out) @ doors.T, within)
    passages = _so_far((flows_in + flows_out) @ crossing.T, within)
    observed = ~(np.isnan(people_in) & np.isnan(people_out))
    seen = np.logical_or.accumulate(observed @ crossing.T > 0, axis=0)

    counted = raw.copy()
    counted[:, 0] += np.maximum(0, -np.minimum.accumulate(raw[:, 0]))
    counted = np.where(seen, np.maximum(counted, 0), np.nan)
    half = Z_80 * np.sqrt(VARIANCE_PER_PASSAGE * passages)
    by_doors = Estimate(
        people=counted,
        lower=np.maximum(counted - half, 0),
        upper=counted + half,
        raw=np.where(seen, raw, np.nan),
        basis=np.where(seen, _DOORS, 0).astype(np.int8),
        below_zero=seen & (counted != raw),
        stuck=seen & stuck(people, passages),
    )
    return _with_levels(by_doors, np.where(by_doors.stuck, np.nan, people), occupied)


def stuck(people: Floats, passages: Floats) -> Bools:
    """The steps in which a count of the people inside has not moved for long although many passed.

    `passages` are people who passed the doors of each space since the day began. A camera that shows the same number
    while STUCK_PASSAGES people pass, over STUCK_STEPS steps, is taken at its word again as soon as its number changes.
    """
    rows = np.arange(len(people))[:, None]
    moved = np.ones(people.shape, bool)
    moved[1:] = people[1:] != people[:-1]
    since = np.maximum.accumulate(np.where(moved, rows, 0), axis=0)
    passed = passages - np.take_along_axis(passages, since, axis=0)
    return np.asarray(~np.isnan(people) & (passed >= STUCK_PASSAGES) & (rows - since >= STUCK_STEPS), bool)


def _so_far(steps: Floats, within: float) -> Floats:
    """What came since the first step, of the step itself only the share `within`."""
    return np.cumsum(steps, axis=0) - (1 - within) * steps


def _with_levels(doors: Estimate, people: Floats, occupied: Floats) -> Estimate:
    """The doors' figures, overruled by what was seen inside."""
    inside = ~np.isnan(people)
    empty = ~inside & (occupied == 0)
    somebody = ~inside & (occupied > 0)
    by_doors = somebody & (doors.people >= 1)  # the doors already know of somebody, and of how many
    lone = empty | (somebody & ~by_doors)
    seen = inside | lone
    figure = np.where(inside, people, occupied)  # at least one, or none; a share where a step was occupied in part
    return Estimate(
        people=np.where(seen, figure, doors.people),
        lower=np.where(seen, np.nan, np.where(by_doors, np.maximum(doors.lower, occupied), doors.lower)),
        upper=np.where(seen, np.nan, doors.upper),
        raw=doors.raw,
        basis=np.where(inside, _PEOPLE, np.where(lone, _PRESENCE, doors.basis)).astype(np.int8),
        below_zero=doors.below_zero & ~seen,
        stuck=doors.stuck & ~seen,
    )


def hold(values: Floats, steps: Sequence[int]) -> Floats:
    """Level readings carried on until the next one, at most for the given number of steps in each column."""
    rows = np.arange(len(values))[:, None]
    last = np.maximum.accumulate(np.where(np.isnan(values), -1, rows), axis=0)
    fresh = (last >= 0) & (rows - last <= np.asarray(steps))
    return np.where(fresh, np.take_along_axis(values, np.maximum(last, 0), axis=0), np.nan)


def heard(*readings: Floats) -> Bools:
    """The steps in which anything at all was heard."""
    return np.asarray((~np.isnan(np.hstack(readings))).any(axis=1), bool)


def known(observed: Bools, patience: int) -> Bools:
    """The steps in which the site can be spoken of: something of it was heard then or within `patience` steps before.

    A silent site has no figures: missing is never zero.
    """
    rows = np.arange(len(observed))
    last = np.maximum.accumulate(np.where(observed, rows, -1 - patience))
    return rows - last <= patience


def by_space(values: Floats, space_of: Sequence[int], spaces: int, *, add: bool) -> Floats:
    """Readings of channels (steps x channels) as readings of the spaces they look into: summed, or the highest."""
    result = np.full((len(values), spaces), np.nan)
    for channel, space in enumerate(space_of):
        one, other = result[:, space], values[:, channel]
        both = one + other if add else np.maximum(one, other)
        result[:, space] = np.where(np.isnan(one), other, np.where(np.isnan(other), one, both))
    return result
