"""Making spaces agree: what lies in a space are parts of its people."""

from dataclasses import dataclass

import numpy as np

from besok.model.arrays import Bools, Floats
from besok.model.building import Building

_LEAST = 0.05  # people squared: variance of a figure that is quite sure


def reconciled(
    building: Building, people: Floats, lower: Floats, upper: Floats, least: Floats, counted: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the figures, moved as little as their variances want, so that parts add up to their whole; none below
    `least`.

    Where people can only be in the parts of a space, the whole is their sum; else it is at least that. Weighted least
    squares on the tree, the parts' errors taken to be independent: first from the leaves to the site, then back. Steps
    x spaces; a space that is not known takes no part, and those in it are parts of what lies around it. `counted` is
    how many minutes ago a headcount was made: parts give way to a whole that was counted after one of them.
    """
    if len(building.parents) == 1:
        return people, lower, upper
    before = people
    people, variance = people.copy(), np.maximum(((upper - lower) / 2.56) ** 2, _LEAST)
    variance = np.where(np.isnan(variance), 0.25 * people + 1, variance)
    variance = np.nan_to_num(variance)  # what is not known cannot give way
    tree = _Tree.of(building, people)
    for space in building.from_leaves():
        _up(tree, space, people, variance, counted)
    for space in reversed(building.from_leaves()):
        _down(tree, space, people, variance, least)
    moved = people - before
    return people, np.minimum(np.maximum(lower + moved, 0), people), np.maximum(upper + moved, people)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tree:
    """The spaces that have figures: the known `parts` of each, those within parts that have none among them.

    `bound` tells by space in which steps its parts bind it: 1 where they must agree, 0.5 where they may be fewer.
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
        for space, own in enumerate(parts):
            whole = own == building.parts(space) and building.is_sum(space)
            some, every = known[:, own].any(1), known[:, own].all(1)
            strict = np.where(every & whole, 1.0, np.where(some, 0.5, 0.0))
            bound.append(np.where(known[:, space], strict, 0.0))
        return cls(parts=parts, bound=bound)


def _up(tree: _Tree, space: int, people: Floats, variance: Floats, counted: Floats) -> None:
    """Combine the figure of a whole with the sum of its parts. A headcount of the whole has told how the doors err,
    which its parts do not know yet.
    """
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
    """Move the parts so that they add up to the whole; none below its least, while the others can give way."""
    parts, bound = tree.parts[space], tree.bound[space]
    if not parts:
        return
    whole, least = people[:, space], least[:, parts]
    for _ in range(3):
        gap = whole - np.nan_to_num(people[:, parts]).sum(1)
        joint = (bound == 1) | ((bound > 0) & (gap < 0))
        weight = variance[:, parts] * ((gap > 0)[:, None] | (people[:, parts] > least))
        share = weight / np.maximum(weight.sum(1, keepdims=True), 1e-9)
        moved = np.where(joint[:, None], share * gap[:, None], 0)
        people[:, parts] = np.where(
            joint[:, None], np.maximum(people[:, parts] + moved, least), people[:, parts]
        )
    summed = np.nan_to_num(people[:, parts]).sum(1)
    joint = (bound == 1) | ((bound > 0) & (summed > whole))
    scale = np.where(joint & (summed > 0), whole / np.maximum(summed, 1e-9), 1)
    people[:, parts] *= scale[:, None]
