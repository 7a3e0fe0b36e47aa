"""The running estimate of a business day: new readings of a minute cost that minute, late ones the minutes since."""

from dataclasses import fields

import numpy as np

from besok.analytics.occupancy import DayObservations, Filter, SiteParameters
from besok.model.building import Building
from besok.model.occupancy import Estimate
from jobs.bounds import bounded

NEAR = 15  # steps between checkpoints of late; the last 30 steps have one each
FAR = 60  # steps between earlier ones: a checkpoint of thirty spaces takes 0.1 MB


class Running:
    """The filter over a business day, with the checkpoints from which it goes on when something comes late."""

    def __init__(self, building: Building, learnt: SiteParameters) -> None:
        self._building = building
        self._checkpoints = {0: Filter(building, learnt)}  # by the steps that each has seen
        self._figures: Estimate | None = None

    def figures(self, seen: DayObservations, first: int) -> Estimate:
        """Estimate all steps in `seen`, in which nothing has changed before step `first`."""
        start = max(step for step in self._checkpoints if step <= first)
        self._checkpoints = {step: state for step, state in self._checkpoints.items() if step <= start}
        state = self._checkpoints[start].copy()
        parts = [self._figures[:start]] if self._figures and start else []
        for begin, end in pieces(start, len(seen)):
            parts.append(bounded(self._building, state.step(seen[begin:end])))
            self._checkpoints[end] = state.copy()
        self._figures = Estimate(
            **{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Estimate)}
        )
        self._checkpoints = {s: c for s, c in self._checkpoints.items() if _is_worth_keeping(s, len(seen))}
        return self._figures


def _is_worth_keeping(step: int, end: int) -> bool:
    """Tell whether a checkpoint is worth keeping: late readings are mostly of the last minutes."""
    return step % FAR == 0 or step >= end - 2 * NEAR or (step % NEAR == 0 and step >= end - 2 * FAR)


def pieces(start: int, end: int) -> list[tuple[int, int]]:
    """Cut the steps from `start` to `end`: by NEAR as long as they are far from the end, then one by one.

    >>> pieces(10, 48)[:3], pieces(10, 48)[-1]
    ([(10, 15), (15, 30), (30, 31)], (47, 48))
    """
    far = max((end - NEAR) // NEAR * NEAR, start)
    ends = [*range((start // NEAR + 1) * NEAR, far + 1, NEAR), *range(far + 1, end + 1)]
    return list(zip([start, *ends[:-1]], ends, strict=True)) if end > start else []
