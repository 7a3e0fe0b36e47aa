"""Final figures from those of filter or smoother: spaces without doors, sums, bases and reasons."""

import numpy as np

from besok.analytics.occupancy.day import Inputs
from besok.analytics.occupancy.evidence import SCALE_SD, level_sd
from besok.analytics.occupancy.space_tree import reconciled
from besok.analytics.occupancy.transition import unseen_sd
from besok.model.arrays import Bools, Floats
from besok.model.building import Building
from besok.model.occupancy import Estimate, reason_code

_DOORS, _PEOPLE, _PRESENCE, _HEADCOUNT = 1, 2, 3, 4
SEEN_UNSURE = 0.04  # of the people, as standard deviation, of a count inside: half of its error lasts all day
Z_80 = 1.2816  # standard deviations to either side of an 80 % interval
WHOLE = 0.25  # people by which bounds move inwards, since moving them outwards to integers widens by as much


def estimate_of(building: Building, inputs: Inputs, people: Floats, lower: Floats, upper: Floats) -> Estimate:
    """Return the estimate of some steps, given the figures by doors."""
    by_doors = inputs.passages.counted
    inside = ~np.isnan(inputs.people)
    presence = ~np.isnan(inputs.occupied) & ~inside
    people, lower, upper = (np.where(by_doors, column, np.nan) for column in (people, lower, upper))
    unseen = np.where(inside, SEEN_UNSURE * inputs.scale_sd / SCALE_SD, inputs.unseen)
    unseen_by_doors = unseen_sd(people, inputs.headcounts.reference, unseen)
    lower, upper = _wider(people, lower, upper, np.hypot(unseen_by_doors, inputs.beginning_se))
    upper = upper + inputs.lingering
    people, lower, upper = _alone(inputs, by_doors, people, lower, upper)
    by_headcount = ~(by_doors | inside) & ~np.isnan(inputs.headcounts.lasting)
    lone = presence & ~by_doors & ~by_headcount
    # At least one, or none; a share where only a part of a step was occupied
    people = np.where(lone, inputs.occupied, people)
    least = np.where(lone, inputs.occupied, 0)
    people, lower, upper = reconciled(building, people, lower, upper, least, inputs.headcounts.age)
    lower, upper = _to_integers(people, lower, upper)
    empty = presence & (inputs.occupied == 0) & (people < 0.5)
    basis = np.where(inside, _PEOPLE, np.where(lone | empty, _PRESENCE, np.where(by_doors, _DOORS, 0)))
    basis = np.where(by_headcount & ~empty, _HEADCOUNT, basis)
    reason = _reasons(inputs, by_doors & ~lone, people, upper)
    return Estimate(
        people=people,
        lower=lower,
        upper=upper,
        raw=np.where(by_doors, inputs.raw, np.nan),
        basis=basis.astype(np.int8),
        reason=reason,
    )


def _alone(
    inputs: Inputs, by_doors: Bools, people: Floats, lower: Floats, upper: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the figures with those of spaces without counted doors: by a counter of people inside, by the last
    headcount, or by both at the minute of a headcount, weighted by their variances.
    """
    shown, shown_sd = inputs.people, level_sd(np.nan_to_num(inputs.people), inputs.scale_sd)
    counts = inputs.headcounts
    headcount = np.where(np.isnan(shown) | ~np.isnan(counts.people), counts.lasting, np.nan)
    weights = [
        np.where(np.isnan(v), 0, 1 / sd**2) for v, sd in ((shown, shown_sd), (headcount, counts.lasting_sd))
    ]
    total = weights[0] + weights[1]
    alone = ~by_doors & (total > 0)
    mean = (weights[0] * np.nan_to_num(shown) + weights[1] * np.nan_to_num(headcount)) / np.where(
        alone, total, 1
    )
    sd = 1 / np.sqrt(np.where(alone, total, 1))
    return (
        np.where(alone, mean, people),
        np.where(alone, np.maximum(mean - Z_80 * sd, 0), lower),
        np.where(alone, mean + Z_80 * sd, upper),
    )


def _wider(people: Floats, lower: Floats, upper: Floats, unseen: Floats) -> tuple[Floats, Floats]:
    """Return the bounds widened by people missed in both directions."""
    other = Z_80 * unseen
    return np.maximum(people - np.hypot(people - lower, other), 0), people + np.hypot(upper - people, other)


def _to_integers(people: Floats, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Return the bounds moved outwards to integers: between 3.6 and 3.9 lies no possible number of people."""
    lower, upper = np.minimum(lower + WHOLE, people), np.maximum(upper - WHOLE, people)
    return np.fmin(lower, np.rint(lower)), np.fmax(upper, np.rint(upper))


def _reasons(inputs: Inputs, by_doors: Bools, people: Floats, upper: Floats) -> np.ndarray:
    """Return why figures differ from the counts; the most important reason of each."""
    raw = inputs.raw
    off = people - raw
    codes = np.zeros(people.shape, np.int8)
    conditions = (
        ("drift", np.abs(off) > np.maximum(1, 0.05 * people)),
        ("below_zero", (raw < 0) & (off > 0.5)),
        ("closed", inputs.closed & (off < -0.5) & (upper < raw)),
        ("odd_door", inputs.passages.odd),
        ("silent_door", inputs.passages.silent),
        ("stuck", inputs.stuck),
    )
    for reason, applies in conditions:
        codes[applies & by_doors & ((np.abs(off) > 0.5) | inputs.stuck)] = reason_code(reason)
    return codes
