"""What past days teach: the bias of each door by how the nights come out, and how sure that is."""

from collections.abc import Sequence

import numpy as np

from core.analytics.occupancy.building import Building
from core.analytics.occupancy.estimate import Bools, Floats
from core.analytics.occupancy.learnt import BIAS_SD, DAY_SD, MISSED, NOTHING, QUARTERS, VARIANCE, Learnt
from core.analytics.occupancy.seen import Seen

BUSY_SD = 0.01  # of the difference of a door's bias in busy times from that in quiet ones
FREEDOM = 4.0  # of Student's t: days on which a door was dead or a class came by another way count for less
LEAST_PEOPLE = 5.0  # who pass on a day of which anything can be learnt
LEAST_WIDTH, MOST_WIDTH = 0.2, 25.0  # of the learnt variance, as multiples of what is usual
SURE_DAYS = 4.0  # so many days' errors are taken to be as usual before any was seen
CLOSED_DAYS, CLOSED_QUARTERS = 5, 12  # days, and quarters of an hour together, without anybody: closed
CLOSED_PEOPLE = 50.0  # who pass on a day: with fewer, nobody passing says little
MISSED_EACH, MOST_MISSED = 0.4, 0.05  # missed both ways for each unit of variance, and at most
SWAPPED, UNSWAPPED = 0.3, 0.35  # of their range, how far below zero swapped counts fall; what turning leaves of it


def learn(building: Building, days: Sequence[Seen], before: Learnt = NOTHING) -> Learnt:
    """What past days teach, in whatever order they come; `before` is what is believed if there are none."""
    told = [day for day in days if len(day) and not np.isnan(day.people_in).all()]
    if not told:
        return before
    portals = building.doors.shape[1]
    usual_in, usual_out, heard = _usual(told, portals)
    busy = _busy(usual_in + usual_out)
    swapped = _swapped(building, told)
    found = [_sums(building, day, swapped, busy) for day in told]
    left, passed, sums = (np.stack([f[n] for f in found]) for n in range(3))
    bias, sd, wider = _regression(building, left, passed, sums)
    return Learnt(
        days=len(told),
        bias_busy=tuple(bias[:portals].tolist()),
        bias_quiet=tuple(bias[portals:].tolist()),
        busy=tuple(tuple(row) for row in busy.tolist()),
        swapped=tuple(swapped.tolist()),
        usual_in=tuple(tuple(row) for row in usual_in.tolist()),
        usual_out=tuple(tuple(row) for row in usual_out.tolist()),
        bias_sd=tuple(sd.tolist()),
        variance=tuple(wider.tolist()),
        closed=tuple(_closed(told, usual_in + usual_out, heard).tolist()),
        missed=_missed(float(wider[0]), len(told)),
    )


def _usual(days: Sequence[Seen], portals: int) -> tuple[Floats, Floats, Floats]:
    """Who comes in and out in each quarter of the clock, on the mean of the days it was heard on; and on how many."""
    came, went, heard = np.zeros((3, QUARTERS, portals))
    for day in days:
        quarter = day.clock // 15
        known = np.zeros((QUARTERS, portals), bool)
        np.logical_or.at(known, quarter, ~(np.isnan(day.people_in) & np.isnan(day.people_out)))
        np.add.at(came, quarter, np.nan_to_num(day.people_in))
        np.add.at(went, quarter, np.nan_to_num(day.people_out))
        heard += known
    return came / np.maximum(heard, 1), went / np.maximum(heard, 1), heard


def _busy(usual: Floats) -> Bools:
    """The quarters in which each door is as busy as in those in which half of its people come, or busier."""
    order = np.sort(usual, axis=0)[::-1]
    half = np.cumsum(order, axis=0) >= 0.5 * order.sum(axis=0)
    least = np.take_along_axis(order, half.argmax(axis=0)[None], axis=0)
    return np.asarray((usual >= least) & (usual > 0), bool)


def _closed(days: Sequence[Seen], usual: Floats, heard: Floats) -> Bools:
    """The longest part of the clock in which nobody passed on any day, if it is long and the site is busy otherwise."""
    nobody = (usual.sum(1) == 0) & (heard.max(1) >= CLOSED_DAYS)
    closed = np.zeros(QUARTERS, bool)
    if len(days) < CLOSED_DAYS or usual.sum() < CLOSED_PEOPLE or not nobody.any():
        return closed
    runs = np.zeros(2 * QUARTERS, int)
    for n, still in enumerate(np.tile(nobody, 2)):
        runs[n] = (runs[n - 1] + 1) * still if n else int(still)
    last = int(runs.argmax())
    long = min(int(runs[last]), QUARTERS)
    if long >= CLOSED_QUARTERS:
        closed[np.arange(last - long + 1, last + 1) % QUARTERS] = True
    return closed


def _sums(building: Building, day: Seen, swapped: Bools, busy: Bools) -> tuple[Floats, Floats, Floats]:
    """Of a day by space: who was left at its end, who passed; and by space, portal and busyness who would be missed."""
    came, went = np.nan_to_num(day.people_in), np.nan_to_num(day.people_out)
    came, went = np.where(swapped, went, came), np.where(swapped, came, went)
    doors = building.doors.astype(float)
    left = doors @ (came - went).sum(0)
    passed = np.abs(doors) @ (came + went).sum(0)
    half = (came + went) / 2
    at_busy = busy[day.clock // 15]
    both = np.concatenate([(half * at_busy).sum(0), (half * ~at_busy).sum(0)])
    return left, passed, np.tile(doors, 2) * both


def _regression(building: Building, left: Floats, passed: Floats, sums: Floats) -> tuple[Floats, Floats, Floats]:
    """The bias of each portal, busy then quiet; of each space the standard deviation of a day's, and the widening.

    Who is left at the end of a day is minus the sum of the biases times who would be missed, plus an error. Gaussian
    prior on the biases, Student's t on the errors (iterated reweighting), whose scale is learnt with shrinkage.
    """
    days, spaces = left.shape
    portals = building.doors.shape[1]
    prior = np.linalg.inv(_prior(portals))
    wider = np.ones(spaces)
    bias = np.zeros(2 * portals)
    weight = np.where(passed >= LEAST_PEOPLE, 1.0, 0.0)
    plain = VARIANCE * passed + (DAY_SD * passed / 2) ** 2 + 0.25
    rows = sums.reshape(days * spaces, -1)
    for _ in range(4):
        errors = left + sums @ bias
        z2 = errors**2 / (plain * wider)
        trust = weight * (FREEDOM + 1) / (FREEDOM + z2)
        precision = (trust / (plain * wider)).reshape(-1)
        covariance = np.linalg.inv(prior + (rows * precision[:, None]).T @ rows)
        bias = -covariance @ (rows * precision[:, None]).T @ left.reshape(-1)
        errors = left + sums @ bias
        misfit = np.minimum(errors**2 / plain, 25) * weight
        wider = (misfit.sum(0) + SURE_DAYS) / (np.maximum(weight.sum(0) - 1, 0) + SURE_DAYS)
        wider = np.clip(wider, LEAST_WIDTH, MOST_WIDTH)
    typical = (sums * weight[:, :, None]).sum(0) / np.maximum((passed * weight).sum(0) / 2, 1)[:, None]
    unsure = np.einsum("sp,pq,sq->s", typical, covariance, typical)
    unsure = np.where(weight.any(0), unsure, BIAS_SD**2)
    return bias, np.sqrt(unsure + wider * DAY_SD**2), wider


def _missed(wider: float, days: int) -> float:
    """The share of passages missed both ways: who misses many errs by many, so the spread of the nights tells of it."""
    sure = days / (days + SURE_DAYS)
    return (1 - sure) * MISSED + sure * min(MISSED_EACH * VARIANCE * wider, MOST_MISSED)


def _prior(portals: int) -> Floats:
    """Covariance of the biases, busy then quiet."""
    common, apart = BIAS_SD**2, BUSY_SD**2 / 2
    return np.kron(np.array([[common + apart, common - apart], [common - apart, common + apart]]), np.eye(portals))


def _swapped(building: Building, days: Sequence[Seen]) -> Bools:
    """The portals whose in is out: with them turned, the counts no longer fall far below zero."""
    swapped = np.zeros(building.doors.shape[1], bool)
    below, reach = _below(building, days, swapped)
    while below > max(SWAPPED * reach, LEAST_PEOPLE):
        tries: list[tuple[float, int]] = []
        for portal in np.flatnonzero(~swapped):
            other = swapped.copy()
            other[portal] = True
            tries.append((_below(building, days, other)[0], int(portal)))
        best, turned = min(tries, default=(below, 0))
        if best > UNSWAPPED * below:
            break
        swapped[turned], below = True, best
    return swapped


def _below(building: Building, days: Sequence[Seen], swapped: Bools) -> tuple[float, float]:
    """How far below zero the counts of all spaces fall on these days, and from there to their highest, in people."""
    doors = building.doors * np.where(swapped, -1, 1)
    paths = [np.cumsum((np.nan_to_num(d.people_in) - np.nan_to_num(d.people_out)) @ doors.T, axis=0) for d in days]
    lowest, highest = (np.stack([f(path, 0) for path in paths]) for f in (np.min, np.max))
    return float(np.maximum(-lowest, 0).sum()), float((highest - np.minimum(lowest, 0)).sum())
