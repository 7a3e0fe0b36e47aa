"""One step of the filter: passages, exits, observations inside; and its reverse for the smoother."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from besok.analytics.occupancy import evidence
from besok.analytics.occupancy.evidence import LONGEST, Leaving
from besok.analytics.occupancy.grid import FULL, Back, Cells, ProbabilityGrid, Size, blur, spread
from besok.analytics.occupancy.overnight import beginning_sd
from besok.model.arrays import Bools, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInputs:
    """Observations of one step of `minutes`, by space.

    `passing` are its last minutes, in which people passed: the others were quiet.
    `variance` is that of the passages' error, `lowest` how far below its end the step's number of people has been (0 or
    less), `still` the minutes without movement while closed, `people` and `occupied` the observations inside (NaN:
    none). `usual` is the number inside by recent entries, its error and how many minutes that lasts; `air` is the same
    three by the air. `headcount` and `headcount_sd` are what a person counted, `reference` the headcount before it, and
    `unseen` the standard deviation of what doors miss both ways, as a share of the change of people since then.
    `scale_sd` is that of the scale of `people`.
    """

    minutes: float
    passing: float
    people_in: Floats
    people_out: Floats
    variance: Floats
    lowest: Floats
    still: Floats
    people: Floats
    occupied: Floats
    usual: Floats  # 3 x spaces
    air: Floats  # 3 x spaces
    headcount: Floats
    headcount_sd: Floats
    reference: Floats
    unseen: Floats
    scale_sd: Floats


def unseen_sd(people: Floats, reference: Floats, unseen: Floats) -> Floats:
    """Return the standard deviation of what doors miss both ways, in people: a share of the change since the last
    headcount (or since zero, when the day began), and of the people inside at most.
    """
    return np.asarray(unseen * np.minimum(np.abs(people - reference), people))


class FilterState:
    """State of the spaces at the end of the steps so far."""

    def __init__(self, bias_sd: Floats, beginning: Floats, size: Size = FULL) -> None:
        """Start a day; `beginning` is the usual number inside when it begins."""
        self.grid = ProbabilityGrid(bias_sd, size)
        if beginning.any():
            self.grid.settle(beginning > 0, beginning, beginning_sd(beginning))
            self.grid.cut()
        self.leaving = Leaving(*self.grid.offset.shape)

    def step(self, news: StepInputs) -> list[Back]:
        """Process a step. Return its reverse steps, the last one first."""
        grid = self.grid
        back: list[Back] = []
        if news.minutes <= LONGEST:
            leaving = self.leaving.likelihood(grid, news.people_in, news.people_out, news.minutes)
            grid.weigh(leaving)
            self.leaving.remember(grid, news.people_in, news.people_out, news.minutes)
            back.append(partial(np.multiply, leaving))
        if (news.people_in + news.people_out + news.variance).any():
            back += self._pass(news)
        settled = np.zeros(len(news.people), bool)
        back += self._inside(news, settled)
        back += self._headcount(news, settled)
        back += self._recentre()
        if settled.any():
            back.insert(0, lambda after: np.asarray(np.where(settled[:, None, None], 1, after), np.float32))
        return back[::-1]

    def _pass(self, news: StepInputs) -> list[Back]:
        """Apply passages: the cells move and widen, and those below zero are cut."""
        grid = self.grid
        variance = grid.variance(news.people_in, news.people_out, news.variance, news.passing)
        variance = variance / grid.width[:, None] ** 2
        grid.move(news.people_in, news.people_out)
        grid.cells = spread(grid.cells, variance)
        possible = grid.cut(news.lowest)
        return [partial(spread, variance=variance), partial(np.multiply, possible)]

    def _inside(self, news: StepInputs, settled: Bools) -> list[Back]:
        """Weigh by observations inside; `settled` marks spaces with a count outside the distribution."""
        grid, parts = self.grid, []
        if (news.still > 0).any():
            parts.append(evidence.closed(grid, news.still))
        if not np.isnan(news.people).all():
            sd = evidence.level_sd(news.people, news.scale_sd)
            evidence_share = min(evidence.LEVEL_TRUST * news.minutes, 1)
            explained, surprised = evidence.counted(
                grid, news.people, sd, evidence_share, evidence.LEVEL_FLOOR
            )
            parts.append(explained)
            settled |= surprised
        for people, sd, lasts in (news.usual, news.air):
            if not np.isnan(people).all():
                parts.append(evidence.usual(grid, people, sd, news.minutes / lasts))
        if not np.isnan(news.occupied).all():
            parts.append(evidence.presence(grid, news.occupied, news.minutes))
        if not parts:
            return []
        seen = np.ones_like(grid.cells)
        for there, likelihood in parts:
            seen[there] *= likelihood
        grid.weigh(seen)
        if settled.any():
            people = np.nan_to_num(news.people)
            grid.settle(settled, people, evidence.level_sd(people, news.scale_sd))
            grid.cut()
        return [partial(np.multiply, seen)]

    def _headcount(self, news: StepInputs, settled: Bools) -> list[Back]:
        """Weigh by a headcount: Bayes' rule with its error. Cells do not include what doors miss both ways, so it is
        added first. A headcount outside the distribution replaces it; `settled` marks such spaces.
        """
        counted = ~np.isnan(news.headcount)
        if not counted.any():
            return []
        grid = self.grid
        blurred = np.where(counted, unseen_sd(self._mean(), news.reference, news.unseen) / grid.width, 0)
        grid.cells = blur(grid.cells, blurred)
        (there, explained), surprised = evidence.counted(grid, news.headcount, news.headcount_sd)
        likelihood = np.ones_like(grid.cells)
        likelihood[there] = explained
        grid.weigh(np.where(surprised[:, None, None], 1, likelihood).astype(np.float32))
        if surprised.any():
            grid.settle(surprised, np.nan_to_num(news.headcount), np.nan_to_num(news.headcount_sd))
            grid.cut()
            settled |= surprised
        return [partial(blur, sd=blurred), partial(np.multiply, likelihood)]

    def _mean(self) -> Floats:
        """Return the expected number of people in each space."""
        return np.asarray((self.grid.cells * np.maximum(self.grid.people(), 0)).sum((1, 2)), float)

    def _recentre(self) -> list[Back]:
        before = self.grid.offset
        moved = self.grid.recentre()
        if moved:
            self.leaving.shift(self.grid.offset - before)
        return moved


def backwards(after: Cells, back: list[Back]) -> Cells:
    """Return the likelihood of later data for each cell before a step, from that of the cells after it."""
    for part in back:
        after = part(after)
    most = after.max((1, 2), keepdims=True)
    scaled = after / np.maximum(most, np.float32(1e-30))
    scaled[~(most[:, 0, 0] > 0)] = 1
    return np.asarray(scaled)
