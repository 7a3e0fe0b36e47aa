"""How good an estimate of the people in spaces is, judged by the truth; and the simple estimates it has to beat.

Arrays have a row per step of time and a column per space; NaN means "not known". All functions are pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analytics.occupancy import Floats, Incidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """An estimate: people with the bounds of their 80 % interval, NaN where the estimator gives none."""

    people: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """An estimate of one space beside the truth. None where nothing can be said.

    `rmse` is the root of the mean squared error in people, `relative` the same by the people who were there on the
    average while anybody was (`mean_people`); `bias` the mean error (positive: too many); `coverage` the share of the
    steps with an interval in which the truth lay in it (0.8 would be right); `known` the share of steps of which the
    estimate says anything.
    """

    mean_people: float
    known: float
    rmse: float | None
    relative: float | None
    bias: float | None
    coverage: float | None


def accuracy(real: Floats, people: Floats, lower: Floats, upper: Floats) -> Accuracy:
    """How good `people` is for `real`; each is one value per step.

    Example: real 2, 4 and people 3, 3: rmse 1, relative 1/3, bias 0.
    """
    said, bounded = ~np.isnan(people), ~(np.isnan(lower) | np.isnan(upper))
    there = float(real[real > 0].mean()) if (real > 0).any() else 0.0
    errors = people[said] - real[said]
    rmse = float(np.sqrt((errors**2).mean())) if said.any() else None
    within = (lower <= real) & (real <= upper)
    return Accuracy(
        mean_people=there,
        known=float(said.mean()) if len(said) else 0.0,
        rmse=rmse,
        relative=rmse / there if rmse is not None and there else None,
        bias=float(errors.mean()) if said.any() else None,
        coverage=float(within[bounded].mean()) if bounded.any() else None,
    )


def raw(doors: Incidence, people_in: Floats, people_out: Floats, days: Sequence[slice]) -> Figures:
    """In - out since the very beginning, which never forgets an error. The flows are steps x portals."""
    del days
    return _plain(np.cumsum(_net(doors, people_in, people_out), axis=0), doors)


def clamp_and_reset(doors: Incidence, people_in: Floats, people_out: Floats, days: Sequence[slice]) -> Figures:
    """What most counting systems do: in - out, never below zero, and begun anew with each business day."""
    net = _net(doors, people_in, people_out)
    people = np.zeros_like(net)
    for day in days:
        so_far = np.cumsum(net[day], axis=0)
        people[day] = so_far - np.minimum.accumulate(np.minimum(so_far, 0), axis=0)
    return _plain(people, doors)


def _net(doors: Incidence, people_in: Floats, people_out: Floats) -> Floats:
    """People who came into each space less those who left it, by step."""
    found: Floats = (np.nan_to_num(people_in) - np.nan_to_num(people_out)) @ doors.T
    return found


def _plain(people: Floats, doors: Incidence) -> Figures:
    nothing = np.full(people.shape, np.nan)
    return Figures(people=np.where((doors != 0).any(axis=1), people, np.nan), lower=nothing, upper=nothing)


def visits(doors: Incidence, people_in: Floats, people_out: Floats) -> float:
    """Who entered the site (space 0) through any of its portals; who only passes between its spaces does not count."""
    entered = np.where(doors[0] > 0, people_in, np.where(doors[0] < 0, people_out, np.nan))
    return float(np.nansum(entered))
