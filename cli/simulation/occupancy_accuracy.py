"""Accuracy of occupancy estimates, and simple estimators for comparison.

Arrays have a row per step of time and a column per space; NaN means "not known". All functions are pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from besok.model.arrays import Bools, Floats
from besok.model.building import Incidence, through

SOME = 5  # people from whom on an interval is judged: below, whole people make it too wide


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """An estimate: people with the bounds of their 80 % interval, NaN where the estimator gives none."""

    people: Floats
    lower: Floats
    upper: Floats


def accuracy(real: Floats, people: Floats, lower: Floats, upper: Floats) -> dict[str, float]:
    """Return the accuracy of `people` against `real`, one value per step each; NaN where undefined.

    `rmse` is the root of the mean squared error in people, `relative` the same by the people who were there on the
    average while anybody was (`mean_people`); `bias` the mean error (positive: too many); `coverage` the share of the
    steps with an interval in which the truth lay in it (0.8 would be right), of those in which some people were there;
    `known` the share of steps of which the estimate says anything. Steps whose truth is not known do not count.

    Example: real 2, 4 and people 3, 3: rmse 1, relative 1/3, bias 0.
    """
    real, people, lower, upper = (column[~np.isnan(real)] for column in (real, people, lower, upper))
    there = np.nan_to_num(_mean(real[real > 0]))
    errors = (people - real)[~np.isnan(people)]
    rmse = np.sqrt(_mean(errors**2))
    judged = ~np.isnan(lower) & ~np.isnan(upper) & (real >= SOME)
    return {
        "mean_people": float(there),
        "known": float(np.nan_to_num(_mean(~np.isnan(people)))),
        "rmse": float(rmse),
        "relative": float(rmse / there) if there else np.nan,
        "bias": _mean(errors),
        "coverage": _mean(((lower <= real) & (real <= upper))[judged]),
    }


def _mean(values: Floats | Bools) -> float:
    return float(values.mean()) if values.size else np.nan


def alerts(real: Floats, people: Floats, at: float) -> dict[str, int]:
    """Count the steps of an alert at `at` people; without an estimate there is none.

    `full` are steps in which a space really was full, `missed` those of them without an alert, `said` those with one,
    `false` those with one though it was not full. Example: real 9, 10, 12 and people 10, 8, 11 at 10: full 2, missed 1,
    said 2, false 1.
    """
    full, raised = real >= at, np.nan_to_num(people) >= at
    steps = {"full": full, "missed": full & ~raised, "said": raised, "false": raised & ~full}
    return {name: int(mask.sum()) for name, mask in steps.items()}


def raw(doors: Incidence, people_in: Floats, people_out: Floats, days: Sequence[slice]) -> Figures:
    """Return in - out since the very beginning, which never forgets an error. The flows are steps x portals."""
    del days
    return _plain(np.cumsum(_net(doors, people_in, people_out), axis=0), doors)


def clamp_and_reset(
    doors: Incidence, people_in: Floats, people_out: Floats, days: Sequence[slice]
) -> Figures:
    """Return the usual estimate of counting systems: in - out, never below zero, reset every business day."""
    net = _net(doors, people_in, people_out)
    people = np.zeros_like(net)
    for day in days:
        so_far = np.cumsum(net[day], axis=0)
        people[day] = so_far - np.minimum.accumulate(np.minimum(so_far, 0), axis=0)
    return _plain(people, doors)


def end_of_day(doors: Incidence, people_in: Floats, people_out: Floats, days: Sequence[slice]) -> Figures:
    """In - out of each day after its end, with the smaller of the day's sums of each space scaled up to the larger.

    So everybody has left when the day ends, and nobody is below zero. It is what Density documents for its entrances:
    exits are adjusted where too many seem to stay, entrances where too few (support.density.io, "Drift and Drift
    Correction"). If one of the sums is zero there is nothing to scale.

    Example: in 1, 1, 0 and out 0, 0, 1 is scaled to out 0, 0, 2, so that 1, 2, 0 are in.
    """
    entries, exits = through(doors, np.nan_to_num(people_in), np.nan_to_num(people_out))
    people = np.zeros_like(entries)
    for day in days:
        ins, outs = entries[day].sum(axis=0), exits[day].sum(axis=0)
        both = (ins > 0) & (outs > 0)
        most = np.maximum(ins, outs)
        up_in, up_out = (np.where(both, most / np.where(both, sums, 1), 1.0) for sums in (ins, outs))
        people[day] = np.maximum(np.cumsum(entries[day] * up_in - exits[day] * up_out, axis=0), 0)
    return _plain(people, doors)


def _net(doors: Incidence, people_in: Floats, people_out: Floats) -> Floats:
    """Return entries less exits of each space, by step."""
    net: Floats = (np.nan_to_num(people_in) - np.nan_to_num(people_out)) @ doors.T
    return net


def _plain(people: Floats, doors: Incidence) -> Figures:
    nothing = np.full(people.shape, np.nan)
    return Figures(people=np.where((doors != 0).any(axis=1), people, np.nan), lower=nothing, upper=nothing)


def visits(doors: Incidence, people_in: Floats, people_out: Floats) -> float:
    """Return the entries of the site (space 0) through any portal; passages between its spaces do not count."""
    entered = np.where(doors[0] > 0, people_in, np.where(doors[0] < 0, people_out, np.nan))
    return float(np.nansum(entered))
