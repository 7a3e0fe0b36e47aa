"""The estimate of a past day: each step uses earlier and later observations."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from besok.analytics.interpolation import interpolated
from besok.analytics.occupancy.clocks import clock_shifts, on_time
from besok.analytics.occupancy.day import DayInputs, Inputs, side_by_side
from besok.analytics.occupancy.filter import Filter
from besok.analytics.occupancy.grid import Back, Cells, ProbabilityGrid
from besok.analytics.occupancy.observations import DayObservations, exchanged
from besok.analytics.occupancy.overnight import beginning_sd
from besok.analytics.occupancy.parameters import NOTHING, SiteParameters
from besok.analytics.occupancy.space_estimates import estimate_of
from besok.analytics.occupancy.transition import FilterState, backwards
from besok.model.arrays import Floats
from besok.model.building import Building
from besok.model.occupancy import Estimate

NODE_MINUTES = 5.0  # of a step of the smoother; between its nodes the error is interpolated
WHOLE_DAY_MINUTES = 22 * 60.0  # a day known so far is over, with the usual number of people at its end
AIR_LASTS = (
    6.0  # times longer errors of the air last where both ends of the day are known: what it says is less new
)
GHOST = 0.001  # likelihood of somebody remaining, relative to 1 for nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """A day with its clocks put right, and what its filter begins with, by space."""

    seen: DayObservations
    inputs: Inputs
    bias_sd: Floats
    beginning: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """State after a node of the forward pass, and the reverse steps from it."""

    grid: ProbabilityGrid
    back: list[Back]


def smoothed(
    building: Building, seen: DayObservations, learnt: SiteParameters = NOTHING, *, within: float = 1.0
) -> Estimate:
    """Return the estimate of each step from the entire day: better than `live` once it is over or late data has come.

    If `seen` ends before the day, its last figures are those of the filter.
    """
    if not len(seen):
        return Filter(building, learnt)._step(seen, within)
    return smoothed_days(building, [(seen, learnt)], within=within)[0]


def smoothed_days(
    building: Building, days: Sequence[tuple[DayObservations, SiteParameters]], *, within: float = 1.0
) -> list[Estimate]:
    """Return the estimates of days (at least one) of as many steps each (at least one); together they take less time.

    They lie side by side as spaces do, of which none knows another.
    """
    steps, minutes = len(days[0][0]), days[0][0].step_minutes
    over = steps * minutes >= WHOLE_DAY_MINUTES
    prepared = [_prepared(building, seen, learnt, over=over) for seen, learnt in days]
    counted = [np.asarray(day.inputs.passages.counted.any(0), bool) for day in prepared]
    inputs = side_by_side([day.inputs for day in prepared], counted)
    bias_sd, beginning = (
        np.concatenate([of_day[here] for of_day, here in zip(by_day, counted, strict=True)])
        for by_day in ([day.bias_sd for day in prepared], [day.beginning for day in prepared])
    )
    ends = _ends(steps, minutes)
    nodes = _forward(FilterState(bias_sd, beginning), inputs, ends, minutes)
    at_nodes = _backward(nodes, beginning if over else None)
    estimates, first = [], 0
    for day, here in zip(prepared, counted, strict=True):
        own = np.zeros((*at_nodes.shape[:2], len(here)))
        own[:, :, here], first = at_nodes[:, :, first : first + here.sum()], first + here.sum()
        columns = _between(day.inputs, ends, own, within)
        estimates.append(estimate_of(building, day.seen, day.inputs, *columns, within=within))
    return estimates


def _prepared(building: Building, seen: DayObservations, learnt: SiteParameters, *, over: bool) -> _Day:
    doors = learnt.of(building, day_is_over=over)
    if over:
        seen = on_time(seen, clock_shifts(building, exchanged(seen, doors.swapped)))
    inputs = DayInputs(building, doors, over=True).take(seen)
    inputs = replace(inputs, air=inputs.air * np.array([1, 1, AIR_LASTS])[:, None, None])
    bias_sd = _unsettled(doors, inputs) if over else doors.bias_sd
    return _Day(seen=seen, inputs=inputs, bias_sd=bias_sd, beginning=doors.beginning)


def _ends(steps: int, minutes: float) -> list[int]:
    """Return the steps at which nodes end."""
    many = max(round(NODE_MINUTES / minutes), 1)
    return [*range(many, steps, many), steps]


def _unsettled(doors: SiteParameters, inputs: Inputs) -> Floats:
    """Return the sd of the biases of a past day, large enough for it to end as it began.

    On a bad day (a covered counter, an open emergency exit) that is larger than learnt from past days.
    """
    passed = inputs.passages
    remainder = np.abs((passed.people_in - passed.people_out).sum(0))
    by_chance = 2 * np.sqrt(passed.variance.sum(0) + 2 * beginning_sd(doors.beginning) ** 2)
    through = np.maximum((passed.people_in + passed.people_out).sum(0) / 2, 1)
    return np.asarray(np.maximum(doors.bias_sd, np.maximum(remainder - by_chance, 0) / (2 * through)))


def _forward(state: FilterState, inputs: Inputs, ends: list[int], minutes: float) -> list[_Node]:
    nodes, start = [_Node(grid=state.grid.copy(), back=[])], 0
    for end in ends:
        back = state.step(inputs.news(slice(start, end), minutes))
        nodes.append(_Node(grid=state.grid.copy(), back=back))
        start = end
    return nodes


def _backward(nodes: list[_Node], ending: Floats | None) -> Floats:
    """Return mean, lower and upper bound at each node (3 x nodes x spaces), from the entire day; `ending` is the usual
    number inside at its end, None if it is not over.
    """
    figures = np.zeros((3, len(nodes), len(nodes[-1].grid.width)))
    later = _ending(nodes[-1].grid, ending)
    for n in range(len(nodes) - 1, -1, -1):
        node = nodes[n]
        cells = node.grid.cells * later
        total = cells.sum((1, 2), keepdims=True)
        lost = ~(total[:, 0, 0] > 1e-25)
        cells /= np.maximum(total, np.float32(1e-30))
        cells[lost] = node.grid.cells[lost]
        figures[:, n] = node.grid.figures(cells)
        later = backwards(later, node.back)
    return figures


def _ending(grid: ProbabilityGrid, usual: Floats | None) -> Cells:
    """Return the likelihood of each cell at the end of the day: nobody or the usual number if over; else uniform."""
    people = grid.people()
    if usual is None:
        return np.ones_like(people)
    nobody = np.where(people > grid.half, GHOST, 1)
    off = (people - usual[:, None, None]) / np.maximum(beginning_sd(usual), 1)[:, None, None]
    return np.where(usual[:, None, None] > 0, np.exp(-(off**2) / 2), nobody).astype(np.float32)


def _between(inputs: Inputs, ends: list[int], at_nodes: Floats, within: float) -> Floats:
    """Return the figures of all steps: by the counts between nodes, with interpolated error."""
    net = inputs.passages.people_in - inputs.passages.people_out
    counted = np.cumsum(net, axis=0)
    base = np.concatenate([np.zeros((1, net.shape[1])), counted])
    at = np.array([0, *ends])
    steps = np.arange(1, len(net) + 1) - (1 - within)
    off = at_nodes - base[at]
    between = np.stack([interpolated(steps, at, errors) for errors in off])
    people, lower, upper = np.maximum(counted - (1 - within) * net + between, 0)
    return np.stack([people, np.minimum(lower, people), np.maximum(upper, people)])
