"""Reconciliation of spaces: the people in the parts of a space belong to it."""

from dataclasses import dataclass

import numpy as np

from besok.model.arrays import Bools, Floats
from besok.model.building import Building

_LEAST = 0.05  # people squared: variance of a figure that is quite sure


def reconciled(
    building: Building, people: Floats, lower: Floats, upper: Floats, least: Floats, counted: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the figures, adjusted by their variances so that parts add up to the total; none below `least`.

    Where people can only be in the parts of a space, the total is their sum; else it is at least that. Weighted least
    squares on the tree, with independent errors of the parts: first from the innermost parts to the site, then back.
    The error of a sum is at most the errors of its parts together, so its bounds lie within the sums of theirs.
    Steps x spaces; an unknown space is left out, and those in it are parts of the space around it. `counted` is how
    many minutes ago a headcount was made: parts are adjusted to a total that was counted after one of them.
    """
    if len(building.parents) == 1:
        return people, lower, upper
    before = people
    people, variance = people.copy(), np.maximum(((upper - lower) / 2.56) ** 2, _LEAST)
    variance = np.where(np.isnan(variance), 0.25 * people + 1, variance)
    variance = np.nan_to_num(variance)  # unknown values cannot be adjusted
    tree = _Tree.of(building, people)
    for space in building.from_leaves():
        _up(tree, space, people, variance, counted)
    for space in reversed(building.from_leaves()):
        _down(tree, space, people, variance, least)
    moved = people - before
    lower, upper = np.minimum(np.maximum(lower + moved, 0), people), np.maximum(upper + moved, people)
    for space in building.from_leaves():
        _bounded(tree, space, people, lower, upper)
    return people, lower, upper


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tree:
    """The spaces that have figures: the known `parts` of each, or those within unknown parts.

    `bound` is by space and step how its parts bind it: 1 where they must agree, 0.5 where they may be fewer.
    """

    parts: list[list[int]]
    bound: list[Floats]

    @classmethod
    def of(cls, building: Building, people: Floats) -> "_Tree":
        known: Bools = np.asarray(~np.isnan(people), bool)
        ever: Bools = np.asarray(known.any(axis=0), bool)
        parts: list[list[int]] = [[] for _ in building.parents]
        for space in np.flatnonzero(ever).tolist():
            around = building.parents[space]
            while around is not None and not ever[around]:
                around = building.parents[around]
            if around is not None:
                parts[around].append(space)
        bound = []
        for space, inner in enumerate(parts):
            complete = inner == building.parts(space) and building.is_sum(space)
            some, every = known[:, inner].any(1), known[:, inner].all(1)
            strict = np.where(every & complete, 1.0, np.where(some, 0.5, 0.0))
            bound.append(np.where(known[:, space], strict, 0.0))
        return cls(parts=parts, bound=bound)


def _up(tree: _Tree, space: int, people: Floats, variance: Floats, counted: Floats) -> None:
    """Combine the figure of a total with the sum of its parts; a headcount of the total also corrects its parts."""
    parts, bound = tree.parts[space], tree.bound[space]
    if not parts:
        return
    summed, of_sum = np.nan_to_num(people[:, parts]).sum(1), variance[:, parts].sum(1)
    joint = (bound == 1) | ((bound > 0) & (summed > people[:, space]))
    share = variance[:, space] / np.maximum(variance[:, space] + of_sum, 1e-9)
    share = np.where(counted[:, space] < counted[:, parts].max(1), 0.0, share)
    people[:, space] = np.where(
        joint, people[:, space] + share * (summed - people[:, space]), people[:, space]
    )
    variance[:, space] = np.where(joint, (1 - share) * variance[:, space], variance[:, space])


def _down(tree: _Tree, space: int, people: Floats, variance: Floats, least: Floats) -> None:
    """Move the parts so that they add up to the total; none below its least, while others can be adjusted."""
    parts, bound = tree.parts[space], tree.bound[space]
    if not parts:
        return
    total, least = people[:, space], least[:, parts]
    for _ in range(3):
        gap = total - np.nan_to_num(people[:, parts]).sum(1)
        joint = (bound == 1) | ((bound > 0) & (gap < 0))
        weight = variance[:, parts] * ((gap > 0)[:, None] | (people[:, parts] > least))
        share = weight / np.maximum(weight.sum(1, keepdims=True), 1e-9)
        moved = np.where(joint[:, None], share * gap[:, None], 0)
        people[:, parts] = np.where(
            joint[:, None], np.maximum(people[:, parts] + moved, least), people[:, parts]
        )
    summed = np.nan_to_num(people[:, parts]).sum(1)
    joint = (bound == 1) | ((bound > 0) & (summed > total))
    scale = np.where(joint & (summed > 0), total / np.maximum(summed, 1e-9), 1)
    people[:, parts] *= scale[:, None]


def _bounded(tree: _Tree, space: int, people: Floats, lower: Floats, upper: Floats) -> None:
    """Move the bounds of a sum into the sums of its parts' bounds, where all of them have any."""
    parts, is_sum = tree.parts[space], tree.bound[space] == 1
    least, most = lower[:, parts].sum(1), upper[:, parts].sum(1)
    is_sum &= np.isfinite(least) & np.isfinite(most)
    lower[is_sum, space] = np.clip(least, lower[:, space], people[:, space])[is_sum]
    upper[is_sum, space] = np.clip(most, people[:, space], upper[:, space])[is_sum]
