"""The estimate of a past day: each step uses earlier and later observations."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from besok.analytics.interpolation import interpolated
from besok.analytics.occupancy.clocks import clock_shifts, on_time
from besok.analytics.occupancy.day import DayInputs, Inputs, side_by_side
from besok.analytics.occupancy.filter import Filter
from besok.analytics.occupancy.grid import FULL, Back, Cells, ProbabilityGrid, Size
from besok.analytics.occupancy.observations import DayObservations, exchanged
from besok.analytics.occupancy.overnight import beginning_sd
from besok.analytics.occupancy.parameters import NOTHING, SiteParameters
from besok.analytics.occupancy.space_estimates import estimate_of
from besok.analytics.occupancy.transition import FilterState, backwards
from besok.model.arrays import Bools, Floats, Ints
from besok.model.building import Building
from besok.model.occupancy import Estimate

NODE_MINUTES = 5.0  # of a step of the smoother; between its nodes the error is interpolated
WHOLE_DAY_MINUTES = 22 * 60.0  # a day known so far is over, with the usual number of people at its end
# Times longer errors of the air last where both ends of the day are known: what it says is less new
AIR_LASTS = 6.0
GHOST = 0.001  # likelihood of somebody remaining, relative to 1 for nobody
# The sizes of grids for days by quarter. The last one is enough where the columns end no further apart than CLOSE
# standard deviations of what is counted wrong by chance: then what comes later hardly tells one bias from another.
SIZES, CLOSE = (FULL, Size(biases=7, cells=32)), 1.5
ROWS = 400  # spaces of how many nodes have their figures computed at once


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """A day with its clocks put right, and what its filter begins with: `uncounted` where counts begin late."""

    inputs: Inputs
    bias_sd: Floats
    beginning: Floats
    uncounted: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """State after a node of the forward pass, and the reverse steps from it."""

    grid: ProbabilityGrid
    back: list[Back]


def smoothed(building: Building, seen: DayObservations, learnt: SiteParameters = NOTHING) -> Estimate:
    """Return the estimate of each step from the entire day: better than `live` once it is over or late data has come.

    If `seen` ends before the day, its last figures are those of the filter.
    """
    if not len(seen):
        return Filter(building, learnt).step(seen)
    return _smoothed(building, [(seen, learnt)], [FULL])[0]


def smoothed_days(
    building: Building, days: Sequence[tuple[DayObservations, SiteParameters]]
) -> list[Estimate]:
    """Return the estimates of days (at least one) of as many steps each (at least one); together they take less time.

    They lie side by side as spaces do, of which none knows another, each space of a day on a grid of the size it needs.
    """
    return _smoothed(building, days, SIZES)


def _smoothed(
    building: Building, days: Sequence[tuple[DayObservations, SiteParameters]], sizes: Sequence[Size]
) -> list[Estimate]:
    steps, minutes = len(days[0][0]), days[0][0].step_minutes
    over = steps * minutes >= WHOLE_DAY_MINUTES
    prepared = [_prepared(building, seen, learnt, over=over) for seen, learnt in days]
    ends = _ends(steps, minutes)
    needed = np.minimum([_size_needed(day) for day in prepared], len(sizes) - 1)
    at_nodes = np.zeros((*needed.shape, 3, len(ends) + 1))
    for n, size in enumerate(sizes):
        here = needed == n
        if here.any():
            at_nodes[here] = _at_nodes(prepared, here, size, ends, minutes, over=over)
    estimates = []
    for day, own in zip(prepared, at_nodes, strict=True):
        columns = _between(day.inputs, ends, np.moveaxis(own, 0, 2))
        estimates.append(estimate_of(building, day.inputs, *columns))
    return estimates


def _size_needed(day: _Day) -> Ints:
    """Return which of SIZES each space needs, -1 where it is not counted."""
    passed = day.inputs.passages
    apart = day.bias_sd * (passed.people_in + passed.people_out).sum(0) / 2
    close = apart <= CLOSE * np.sqrt(passed.variance.sum(0))
    return np.where(passed.counted.any(0), close.astype(int), -1)


def _at_nodes(
    days: Sequence[_Day], here: Bools, size: Size, ends: list[int], minutes: float, *, over: bool
) -> Floats:
    """Return the figures of some spaces of days (days x spaces), as spaces x 3 x nodes."""
    inputs = side_by_side([day.inputs for day in days], list(here))
    bias_sd = np.stack([day.bias_sd for day in days])[here]
    beginning = np.stack([day.beginning for day in days])[here]
    uncounted = np.stack([day.uncounted for day in days])[here]
    nodes = _forward(FilterState(bias_sd, beginning, size), inputs, uncounted, ends, minutes)
    return np.moveaxis(_backward(nodes, beginning if over else None), 2, 0)


def _prepared(building: Building, seen: DayObservations, learnt: SiteParameters, *, over: bool) -> _Day:
    doors = learnt.of(building, day_is_over=over)
    if over:
        seen = on_time(seen, clock_shifts(building, exchanged(seen, doors.swapped)))
    inputs = DayInputs(building, doors, over=True).take(seen)
    lingering = inputs.lingering * (not over)
    inputs = replace(inputs, air=inputs.air * np.array([1, 1, AIR_LASTS])[:, None, None], lingering=lingering)
    passed = inputs.passages
    net = (passed.people_in - passed.people_out).sum(0)
    # Who was in when counts began in the middle of the day has left by its end
    uncounted = np.where(inputs.began.any(0) & over, np.maximum(-net, 0), 0)
    bias_sd = _unsettled(doors, inputs, np.abs(net + uncounted)) if over else doors.bias_sd
    return _Day(inputs=inputs, bias_sd=bias_sd, beginning=doors.beginning, uncounted=uncounted)


def _ends(steps: int, minutes: float) -> list[int]:
    """Return the steps at which nodes end."""
    many = max(round(NODE_MINUTES / minutes), 1)
    return [*range(many, steps, many), steps]


def _unsettled(doors: SiteParameters, inputs: Inputs, remainder: Floats) -> Floats:
    """Return the sd of the biases of a past day, large enough for it to end as it began, without its `remainder`.

    On a bad day (a covered counter, an open emergency exit) that is larger than learnt from past days.
    """
    passed = inputs.passages
    by_chance = 2 * np.sqrt(passed.variance.sum(0) + 2 * beginning_sd(doors.beginning) ** 2)
    through = np.maximum((passed.people_in + passed.people_out).sum(0) / 2, 1)
    return np.asarray(np.maximum(doors.bias_sd, np.maximum(remainder - by_chance, 0) / (2 * through)))


def _forward(
    state: FilterState, inputs: Inputs, uncounted: Floats, ends: list[int], minutes: float
) -> list[_Node]:
    nodes, start = [_Node(grid=state.grid.copy(), back=[])], 0
    for end in ends:
        began = inputs.began[start:end].any(0) & (uncounted > 0)
        if began.any():  # what came before says nothing
            state.grid.settle(began, uncounted, beginning_sd(uncounted))
            forgotten = partial(np.maximum, began[:, None, None].astype(np.float32))
            nodes[-1] = _Node(grid=state.grid.copy(), back=[forgotten, *nodes[-1].back])
        back = state.step(inputs.news(slice(start, end), minutes))
        nodes.append(_Node(grid=state.grid.copy(), back=back))
        start = end
    return nodes


def _backward(nodes: list[_Node], ending: Floats | None) -> Floats:
    """Return mean, lower and upper bound at each node (3 x nodes x spaces), from the entire day; `ending` is the usual
    number inside at its end, None if it is not over. The cells of the nodes become those of the entire day.
    """
    later = _ending(nodes[-1].grid, ending)
    for node in reversed(nodes):
        cells = node.grid.cells * later
        total = cells.sum((1, 2), keepdims=True)
        lost = ~(total[:, 0, 0] > 1e-25)
        cells /= np.maximum(total, np.float32(1e-30))
        cells[lost] = node.grid.cells[lost]
        node.grid.cells = cells
        later = backwards(later, node.back)
    spaces = len(later)
    at_once = max(ROWS // spaces, 1)
    grids = [node.grid for node in nodes]
    parts = (grids[n : n + at_once] for n in range(0, len(grids), at_once))
    figures = np.concatenate([ProbabilityGrid.side_by_side(part).figures() for part in parts], axis=1)
    return figures.reshape(3, -1, spaces)


def _ending(grid: ProbabilityGrid, usual: Floats | None) -> Cells:
    """Return the likelihood of each cell at the end of the day: nobody or the usual number if over; else uniform."""
    people = grid.people()
    if usual is None:
        return np.ones_like(people)
    nobody = np.where(people > grid.half, GHOST, 1)
    off = (people - usual[:, None, None]) / np.maximum(beginning_sd(usual), 1)[:, None, None]
    return np.where(usual[:, None, None] > 0, np.exp(-(off**2) / 2), nobody).astype(np.float32)


def _between(inputs: Inputs, ends: list[int], at_nodes: Floats) -> Floats:
    """Return the figures of all steps: by the counts between nodes, with interpolated error."""
    counted = np.cumsum(inputs.passages.people_in - inputs.passages.people_out, axis=0)
    base = np.concatenate([np.zeros((1, counted.shape[1])), counted])
    at, steps = np.array([0, *ends]), np.arange(1, len(base))
    between = np.stack([interpolated(steps, at, errors) for errors in at_nodes - base[at]])
    people, lower, upper = np.maximum(counted + between, 0)
    return np.stack([people, np.minimum(lower, people), np.maximum(upper, people)])
