"""The live estimate of a day: a forward filter over all spaces of a site."""

from copy import deepcopy
from dataclasses import replace

import numpy as np

from besok.analytics.occupancy.day import DayInputs, Inputs
from besok.analytics.occupancy.observations import DayObservations
from besok.analytics.occupancy.parameters import NOTHING, SiteParameters
from besok.analytics.occupancy.space_estimates import estimate_of
from besok.analytics.occupancy.transition import FilterState
from besok.model.building import Building
from besok.model.occupancy import Estimate

QUIET_MINUTES = 5.0  # interval of updates when nothing happens
VACANT_MINUTES = 150.0  # after so long closed without a passage, spaces are set to empty


class Filter:
    """Estimate of a day under way, fed with its steps in order.

    A copy is a checkpoint: when late readings change past observations, continue from an earlier copy.
    """

    def __init__(self, building: Building, learnt: SiteParameters = NOTHING) -> None:
        self._building, self._learnt = building, learnt.of(building)
        self._day = DayInputs(building, self._learnt)
        self._state = FilterState(self._learnt.bias_sd, self._learnt.beginning)
        self._waiting = 0.0  # minutes without news that are not processed yet
        self._still = np.zeros(len(building.parents))
        # Minutes for which it has been closed and nobody has passed
        self._shut = np.zeros(len(building.parents))
        self._figures = self._state.grid.figures()
        self.steps = 0  # processed

    def step(self, seen: DayObservations) -> Estimate:
        """Return the estimate of the next steps, one or many; each figure is for the end of its step."""
        inputs = self._day.take(seen)
        columns = np.zeros((3, len(seen), len(self._building.parents)))
        for step in range(len(seen)):
            self._advance(inputs, step, seen.step_minutes)
            columns[:, step] = self._figures
        self.steps += len(seen)
        return estimate_of(self._building, inputs, *columns)

    def _advance(self, inputs: Inputs, step: int, minutes: float) -> None:
        """Process one step; quiet ones are accumulated."""
        self._waiting += minutes
        self._still = self._still + inputs.still[step]
        quiet = inputs.closed[step] & (inputs.passages.passed[step] == 0)
        quiet &= ~(inputs.headcounts.people[step] > 0)
        self._shut = np.where(quiet, self._shut + minutes, 0)
        if not inputs.eventful[step].any() and self._waiting < QUIET_MINUTES:
            return
        news = inputs.news(slice(step, step + 1), minutes)
        self._state.step(replace(news, minutes=self._waiting, still=self._still))
        self._waiting, self._still = 0.0, np.zeros(len(self._still))
        seen = np.nan_to_num(inputs.people[step]) + np.nan_to_num(inputs.occupied[step]) > 0
        self._state.grid.vacate((self._shut >= VACANT_MINUTES) & ~seen)
        self._figures = self._state.grid.figures()

    def copy(self) -> "Filter":
        """Return a copy that goes on by itself."""
        shared = (self._building, self._learnt)  # which nothing changes
        return deepcopy(self, {id(part): part for part in shared})


def live(building: Building, seen: DayObservations, learnt: SiteParameters = NOTHING) -> Estimate:
    """Return the estimate of each step from observations up to it; later ones change nothing."""
    return Filter(building, learnt).step(seen)
