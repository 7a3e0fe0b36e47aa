"""Learning from past days: the bias of each door from the balance at night, with its error."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from besok.analytics.occupancy.co2 import learn_air
from besok.analytics.occupancy.dwell_time import PastDay, bridged, learn_stays
from besok.analytics.occupancy.evidence import SCALE_SD
from besok.analytics.occupancy.levels import LevelScale
from besok.analytics.occupancy.observations import DayObservations, exchanged
from besok.analytics.occupancy.overnight import (
    FIRST_OUT,
    MOST_DAYS,
    beginning_sd,
    is_night_used,
    mean_stay,
    usual_at_beginning,
)
from besok.analytics.occupancy.overnight import (
    LEAST_DAYS as LEAST_NIGHTS,
)
from besok.analytics.occupancy.parameters import (
    BIAS_SD,
    DAY_SD,
    MISSED,
    NOTHING,
    QUARTERS,
    VARIANCE,
    SiteParameters,
)
from besok.analytics.occupancy.passages import UNHEARD, corrected, filled
from besok.analytics.occupancy.swapped_doors import CALM, CALM_DAYS, LEAST_DAYS, SwapDetector, leaning
from besok.analytics.occupancy.whole_days import counted_in_part
from besok.model.arrays import Bools, Floats
from besok.model.building import Building, through

# Variance of the normal distribution whose 80 % are as wide as those of Student's t, beside the scale squared of that.
HEAVY = 1.43
FREEDOM = 4.0  # of Student's t: days with a dead door or a class by another way weigh less
LEAST_PEOPLE = 5.0  # who pass on a day, fewest to learn from it
LEAST_WIDTH, MOST_WIDTH = 0.02, 25.0  # of the learnt variance, as multiples of the usual one
# What it is taken to be before any day was seen, and the spread of its logarithm
WIDTH, WIDTH_SPREAD = 0.5, 1.2
LEAST_VARIANCE = 0.25  # of the remainder at the end of a day, in people squared
SURE_DOORS = 1.0  # weight of the prior of the bias, in doors
SURE_DAYS = 4.0  # weight of the prior of the errors, in days
MOST_MISSED = 0.08  # share missed both ways
# Standard deviation of the logarithm of a day's miss ratio, of each door and direction by itself
WANDER = 0.3
MOMENTS = 96  # of a day at which counts are looked at for that
# Of their range, how far below zero swapped counts fall; what turning leaves of it
SWAPPED, UNSWAPPED = 0.3, 0.35


def learn(
    building: Building, days: Sequence[DayObservations], before: SiteParameters = NOTHING
) -> SiteParameters:
    """Learn the parameters from past days, the oldest first; `before` is returned if there are none."""
    scale = _scale(days, len(building.parents))
    before = replace(before.of(building), scale=scale.mean, scale_sd=scale.sd) if days else before
    usable = [day for day in days if len(day) and not np.isnan(day.people_in).all()]
    if not usable:
        return before
    completed = [filled(day) for day in usable]
    usable, imputed = [day for day, _ in completed], np.stack([people.sum(0) for _, people in completed])
    by_day = np.stack([_by_quarter(day) for day in usable])
    in_part, never = counted_in_part(usable, by_day[:, :2].sum(1))
    if in_part.any(1).all():
        return before
    judged = np.flatnonzero(~(in_part | never).any(1))
    corrected_days, steady, turned = _turned_back(building, [usable[n] for n in judged], by_day[judged])
    for n, day in zip(judged, corrected_days, strict=True):
        if day is not usable[n]:
            usable[n], by_day[n] = day, _by_quarter(day)
    usual_in, usual_out, heard = by_day.sum(0)
    usual_in, usual_out = usual_in / np.maximum(heard, 1), usual_out / np.maximum(heard, 1)
    beginning, beginning_se = _beginning(building, usable, usual_in, usual_out, heard)
    swapped = _swapped(building, [] if beginning.any() else corrected_days)
    usual_in, usual_out = np.where(swapped, usual_out, usual_in), np.where(swapped, usual_in, usual_out)
    usable = [exchanged(day, swapped) for day in usable]
    totals = [_sums(building, day) for day in usable]
    remainder, passed, sums = (np.stack([f[n] for f in totals]) for n in range(3))
    complete_spaces = ~(in_part.astype(float) @ np.abs(building.doors.T)).astype(bool)
    bias, sd, wider, trust = _regression(
        building,
        remainder,
        passed * complete_spaces,
        sums,
        UNHEARD * imputed @ np.abs(building.doors.T) + 2 * beginning_sd(beginning) ** 2,
    )
    used = np.abs(building.doors[0]) * (usual_in + usual_out).sum(0)
    missed = _missed(float(wider[0]) / HEAVY, used, np.abs(bias), len(usable))
    past = _past_days(building, usable, bias, missed, trust, beginning)
    return SiteParameters(
        days=len(usable),
        bias=bias,
        swapped=swapped,
        steady=steady,
        turned=turned,
        heard=np.asarray(heard.any(0), bool),
        usual_in=usual_in,
        usual_out=usual_out,
        bias_sd=sd,
        widened=wider,
        scale=scale.mean,
        scale_sd=scale.sd,
        beginning=beginning,
        beginning_se=beginning_se,
        missed=missed,
        dwell=learn_stays(past, len(remainder[0])),
        air=learn_air(past, [day.co2 for day in usable], len(remainder[0])),
    )


def _scale(days: Sequence[DayObservations], spaces: int) -> LevelScale:
    """Return the scale of the counters of people inside by the headcounts of past days."""
    scale = LevelScale(np.ones(spaces), np.full(spaces, SCALE_SD))
    for day in days:
        scale.follow(day.people, day.headcount, day.headcount_sd, day.step_minutes)
    return scale


def _turned_back(
    building: Building, days: Sequence[DayObservations], by_day: Floats
) -> tuple[list[DayObservations], Bools, Bools]:
    """Return the days with temporarily turned doors corrected; doors with clear evidence; and those turned at the end.

    `days` were counted completely, `by_day` are their sums by quarter; with few of them nothing is turned.
    """
    portals = len(building.doors[0])
    turned = np.zeros(portals, bool)
    if len(days) < LEAST_DAYS:
        return list(days), turned, turned
    total = by_day.sum(0)
    corrected_days, most = [], []
    for day, own in zip(days, by_day, strict=True):
        others_in, others_out, others = total - own
        usual = others_in / np.maximum(others, 1), others_out / np.maximum(others, 1)
        detector = SwapDetector(turned, building.doors.astype(float))
        *_, back = detector.follow(*day.counts(), leaning(*usual), usual, day, over=True)
        corrected_days.append(exchanged(day, back) if back.any() else day)
        most.append(np.where(back.any(0), 0, detector.most))
        turned = detector.turned
    calm = np.quantile(most, CALM_DAYS, axis=0, method="higher") < CALM
    return corrected_days, np.asarray(calm, bool), turned


def _beginning(
    building: Building, days: Sequence[DayObservations], usual_in: Floats, usual_out: Floats, heard: Floats
) -> Floats:
    """Return the usual number inside when a day begins, with its standard error, by space; zero where most nights are
    quiet, unless the site is open then and morning exits exceed entries.
    """
    steps = np.roll(np.arange(QUARTERS), -(int(days[0].clock[0]) // 15))
    steps = steps[heard[steps].any(1)]  # the quarters in which one begins
    usual = through(building.doors, usual_in[steps], usual_out[steps])
    passed = [through(building.doors, *day.counts()) for day in days]
    used = [is_night_used(*flows, day.step_minutes) for flows, day in zip(passed, days, strict=True)]
    open_then = np.mean([day.open is not None and day.open[0] and day.open[-1] for day in days]) >= MOST_DAYS
    lowest = np.cumsum(usual[0] - usual[1] * usual[0].sum(0) / np.maximum(usual[1].sum(0), 1), axis=0).min(0)
    lived_in = (np.mean(used, 0) >= MOST_DAYS) | (open_then & (lowest <= -FIRST_OUT))
    stays = np.zeros((2, len(lived_in)))
    every = max(round(15 / days[0].step_minutes), 1)
    for space in np.flatnonzero(lived_in) if len(days) >= LEAST_NIGHTS else ():
        entries, exits = (
            flow[: len(flow) // every * every].reshape(-1, every).sum(1)
            for flow in (
                np.concatenate([flows[direction][:, space] for flows in passed]) for direction in (0, 1)
            )
        )
        stays[:, space] = mean_stay(entries, exits, every * days[0].step_minutes)
    return np.where(lived_in, usual_at_beginning(*usual, *stays), 0)


def _by_quarter(day: DayObservations) -> Floats:
    """Return entries, exits and whether there was data (3 x quarters of the clock x portals)."""
    sums = np.zeros((3, QUARTERS, day.people_in.shape[1]))
    known = ~(np.isnan(day.people_in) & np.isnan(day.people_out))
    for total, values in zip(sums, (*day.counts(), known), strict=True):
        np.add.at(total, day.clock // 15, values)
    sums[2] = sums[2] > 0
    return sums


def _sums(building: Building, day: DayObservations) -> tuple[Floats, Floats, Floats]:
    """Sum up a day by space: remainder at its end, passages; by space and portal the people missed per unit bias."""
    entries, exits = (flow.sum(0) for flow in day.counts())
    doors = building.doors.astype(float)
    return doors @ (entries - exits), np.abs(doors) @ (entries + exits), doors * (entries + exits) / 2


def _past_days(
    building: Building,
    days: Sequence[DayObservations],
    bias: Floats,
    missed: float,
    trust: Floats,
    beginning: Floats,
) -> list[PastDay]:
    """Return the days as known afterwards, to learn how long people stay."""
    past = []
    for day, weights in zip(days, trust, strict=True):
        counts = corrected(*day.counts(), bias, missed, day.checked_sd)
        people_in, people_out = through(building.doors, *counts)
        past.append(
            PastDay(
                people_in=people_in,
                people=bridged(people_in, people_out, beginning),
                clock=np.asarray(day.clock + day.step_minutes),
                minutes=day.step_minutes,
                trust=weights,
            )
        )
    return past


def _regression(
    building: Building, remainder: Floats, passed: Floats, sums: Floats, unheard: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the bias of each portal; of each space the standard deviation of a day's, and the
    widening.

    The remainder at the end of a day is minus the sum of the biases times the people missed, plus an error. Gaussian
    prior on the biases, Student's t on the errors (iterated reweighting), whose scale is learnt with shrinkage.
    """
    days, spaces = remainder.shape
    portals = building.doors.shape[1]
    usual = 1.0  # how far from zero biases are here, in variances of the prior
    wider = np.ones(spaces)
    bias = np.zeros(portals)
    weight = np.where(passed >= LEAST_PEOPLE, 1.0, 0.0)
    base = VARIANCE * passed + (DAY_SD * passed / 2) ** 2
    least = LEAST_VARIANCE + unheard
    rows = sums.reshape(days * spaces, -1)
    for _ in range(6):
        errors = remainder + sums @ bias
        scale = base * wider + least
        z2 = errors**2 / scale
        trust = weight * (FREEDOM + 1) / (FREEDOM + z2)
        precision = (trust / scale).reshape(-1)
        covariance = np.linalg.inv(
            np.eye(portals) / (usual * BIAS_SD**2) + (rows * precision[:, None]).T @ rows
        )
        bias = -covariance @ (rows * precision[:, None]).T @ remainder.reshape(-1)
        spread = (bias**2 + np.diag(covariance)).mean() / BIAS_SD**2
        usual = (SURE_DOORS + portals * spread) / (SURE_DOORS + portals)
        errors = remainder + sums @ bias
        known = np.einsum("dsp,pq,dsq->ds", sums, covariance, sums)
        wider = _width(errors**2 + known, base, least, weight)
    typical = (sums * weight[:, :, None]).sum(0) / np.maximum((passed * weight).sum(0) / 2, 1)[:, None]
    unsure = np.einsum("sp,pq,sq->s", typical, covariance, typical)
    unsure = np.where(weight.any(0), unsure, BIAS_SD**2)
    wider = HEAVY * wider
    return bias, np.sqrt(unsure + wider * DAY_SD**2), wider, trust / (FREEDOM + 1) * FREEDOM


def _width(misfit: Floats, base: Floats, least: Floats, weight: Floats) -> Floats:
    """Return the widening of each space by the squared errors of its days: the posterior mean."""
    widths = np.geomspace(LEAST_WIDTH, MOST_WIDTH, 49)
    scale = widths[:, None, None] * base + least
    fits = -np.log(scale) / 2 - (FREEDOM + 1) / 2 * np.log1p(misfit / scale / FREEDOM)
    log = (fits * weight).sum(1) - (np.log(widths / WIDTH) ** 2 / (2 * WIDTH_SPREAD**2))[:, None]
    chance = np.exp(log - log.max(0))
    return np.asarray((widths[:, None] * chance).sum(0) / chance.sum(0))


def _missed(wider: float, used: Floats, bias: Floats, days: int) -> float:
    """Return the share of passages missed both ways, from the scatter of nights; `used` are each door's usual passages.

    If each passage is missed with probability m by itself, in one direction with m + b (`bias`), and both differ by
    day, door and direction, the remainder of a day has the variance m n + b n / 2 + (WANDER n / 2)^2 (m^2 + (m + b)^2),
    summed over doors with n passages. The absence of scatter is not evidence: equal errors of both directions cancel
    for many people.
    """
    passed = used.sum()
    if passed < LEAST_PEOPLE:
        return MISSED
    variance = wider * (VARIANCE + DAY_SD**2 * passed / 4) * passed
    wandering = WANDER**2 / 2 * used**2
    square, linear = wandering.sum(), (used + wandering * bias).sum()
    rest = max(variance - (used * bias / 2 + wandering * bias**2 / 2).sum(), 0.0)
    share = float(np.sqrt(linear**2 + 4 * square * rest) - linear) / (2 * square)
    sure = days / (days + SURE_DAYS)
    return float(np.clip((1 - sure) * MISSED + sure * share, MISSED, MOST_MISSED))


def _swapped(building: Building, days: Sequence[DayObservations]) -> Bools:
    """Find portals with exchanged directions: with them turned, counts no longer fall far below zero, and end near it.

    `days` were counted completely: people inside before counts begin would make them fall below zero too.
    """
    swapped = np.zeros(building.doors.shape[1], bool)
    if not days:
        return swapped
    nets = np.stack([_so_far(day) for day in days])
    amiss, reach = _misfit(building, nets, swapped)
    while amiss > max(SWAPPED * reach, LEAST_PEOPLE):
        tries = []
        for portal in np.flatnonzero(~swapped):
            other = swapped.copy()
            other[portal] = True
            tries.append((_misfit(building, nets, other)[0], int(portal)))
        best, turned = min(tries, default=(amiss, 0))
        if best > UNSWAPPED * amiss:
            break
        swapped[turned], amiss = True, best
    return swapped


def _so_far(day: DayObservations) -> Floats:
    """In - out of each portal since the day began, at so many moments."""
    counted = np.cumsum(np.subtract(*day.counts()), axis=0)
    return np.asarray(counted[np.linspace(0, len(counted) - 1, MOMENTS).astype(np.int64)])


def _misfit(building: Building, nets: Floats, turned: Bools) -> tuple[float, float]:
    """Return how far below zero the counts of all spaces fall and how far from it they end; and their range, in people.

    `nets` are days x moments x portals, or those of one day.
    """
    paths = nets @ (building.doors * np.where(turned, -1, 1)).T
    lowest, highest = np.minimum(paths.min(-2), 0), paths.max(-2)
    return float(np.abs(paths[..., -1, :]).sum() - lowest.sum()), float((highest - lowest).sum())
