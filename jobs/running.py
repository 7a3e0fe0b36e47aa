"""The estimate of a day under way: news of a minute costs that minute, late news the minutes since."""

from dataclasses import fields

import numpy as np

from besok.analytics.occupancy import Filter, Learnt, Seen
from besok.model.building import Building
from besok.model.occupancy import Estimate
from jobs.bounds import bounded

NEAR = 15  # the last steps can be gone back to one by one, earlier ones by so many at a time ...
FAR = 60  # ... and those before the last two hours by so many: a checkpoint of thirty spaces takes 0.1 MB


class Running:
    """The filter over a business day, with the checkpoints from which it can go on when something comes late."""

    def __init__(self, building: Building, learnt: Learnt) -> None:
        self._building = building
        self._checkpoints = {0: Filter(building, learnt)}  # by the steps that each has seen
        self._figures: Estimate | None = None

    def figures(self, seen: Seen, first: int) -> Estimate:
        """The estimate of all steps in `seen`, in which nothing has changed before step `first`."""
        start = max(step for step in self._checkpoints if step <= first)
        self._checkpoints = {step: state for step, state in self._checkpoints.items() if step <= start}
        state = self._checkpoints[start].copy()
        parts = [self._figures[:start]] if self._figures and start else []
        for begin, end in pieces(start, len(seen)):
            parts.append(bounded(self._building, state.step(seen[begin:end])))
            self._checkpoints[end] = state.copy()
        self._figures = joined(parts)
        self._checkpoints = {s: c for s, c in self._checkpoints.items() if _kept(s, len(seen))}
        return self._figures


def _kept(step: int, end: int) -> bool:
    """Whether a checkpoint is worth keeping: late news are mostly of the last minutes."""
    return step % FAR == 0 or step >= end - 2 * NEAR or (step % NEAR == 0 and step >= end - 2 * FAR)


def pieces(start: int, end: int) -> list[tuple[int, int]]:
    """The steps from `start` up to `end`: by NEAR at a time as long as they are far from the end, then one by one.

    >>> pieces(10, 48)[:3], pieces(10, 48)[-1]
    ([(10, 15), (15, 30), (30, 31)], (47, 48))
    """
    far = max((end - NEAR) // NEAR * NEAR, start)
    ends = [*range((start // NEAR + 1) * NEAR, far + 1, NEAR), *range(far + 1, end + 1)]
    return list(zip([start, *ends[:-1]], ends, strict=True)) if end > start else []


def joined(parts: list[Estimate]) -> Estimate:
    """Estimates of steps that follow each other as one."""
    columns = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Estimate)}
    return Estimate(**columns)
