"""Occupancy by step and space: people, how sure, on what basis, and why the figure was corrected."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from besok.model.arrays import Bools, BySteps, Floats

Basis = Literal["doors", "people", "presence", "headcount"]  # what an occupancy figure rests on

BASES: tuple[Basis | None, ...] = (None, *get_args(Basis))  # what the codes of Estimate.basis mean


# What the codes of Estimate.reason mean: why a figure is not simply what its sensors say.
REASONS: tuple[str | None, ...] = (
    None,
    "below_zero",  # more had left than had come in; the figure was lifted
    "stuck",  # a count of the people inside does not move although many pass: the doors are believed
    "closed",  # nobody is in at this hour: who is left over are counting errors
    "drift",  # the doors' usual error was taken out
    "silent_door",  # a door was not heard: what usually passes it was put in
    "odd_door",  # a door contradicts all that is known and was not believed
)


def reason_code(reason: str) -> int:
    """Return the code of a reason in Estimate.reason."""
    return REASONS.index(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate(BySteps):
    """People per step and space with their 80 % interval; `raw` is in - out since the day began, uncorrected.

    Arrays are steps x spaces, NaN where nothing can be said. `basis` indexes BASES, `reason` REASONS.
    """

    people: Floats
    lower: Floats
    upper: Floats
    raw: Floats
    basis: NDArray[np.int8]
    reason: NDArray[np.int8]

    def where(self, known: Bools) -> "Estimate":
        """Return a copy with the estimates of the selected steps, and NaN elsewhere."""
        return replace(self, people=np.where(known[:, None], self.people, np.nan))
