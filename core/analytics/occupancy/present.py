"""The estimator by rule: counted at the doors since the business day began, overruled by sensors inside.

Arrays have a row per step of time and a column per portal or space; column 0 of the spaces is the site itself. NaN
means "not observed".
"""

import numpy as np

from core.analytics.occupancy.building import Incidence
from core.analytics.occupancy.estimate import Bools, Estimate, Floats, reason_code

_DOORS, _PEOPLE, _PRESENCE = 1, 2, 3

# Variance of in - out for each passage, measured on a library with two doors: seven times what independent misses would
# give, since the people of a group are missed together and a day has a bias of its own.
VARIANCE_PER_PASSAGE = 0.143
Z_80 = 1.2816  # standard deviations to either side of an 80 % interval

# A count that stays the same while so many people pass the doors of its space, for so many steps, sees none of them.
STUCK_PASSAGES, STUCK_STEPS = 30, 4


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
        reason=np.where(seen & (counted != raw), reason_code("below_zero"), 0).astype(np.int8),
    )
    unmoved = seen & stuck(people, passages)
    by_doors.reason[unmoved & (by_doors.reason == 0)] = reason_code("stuck")
    return _with_levels(by_doors, np.where(unmoved, np.nan, people), occupied)


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
        reason=np.where(seen, 0, doors.reason).astype(np.int8),
    )
