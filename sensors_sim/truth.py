"""The simulator's truth: people in each space, and true visits."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from besok.model.arrays import Ints
from besok.model.site import SiteFile
from sensors_sim.movements import Moves
from sensors_sim.routes import Ground
from sensors_sim.scenario import ORDINARY, Scenario
from sensors_sim.times import instant, millis
from sensors_sim.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueOccupancy:
    """People in each space at each of `times` (aware), as [time, space]. Spaces are named "site/space"."""

    times: tuple[datetime, ...]
    spaces: tuple[str, ...]
    people: NDArray[np.int32]


def people(
    site_file: SiteFile,
    start: datetime,
    end: datetime,
    seed: int = 1,
    step_s: int = 900,
    scenario: Scenario = ORDINARY,
) -> TrueOccupancy:
    """Count the people in each space at `start`, `step_s` seconds later and so on, up to and including `end`."""
    world = World(site_file, seed, scenario)
    moments = np.arange(millis(start), millis(end) + 1, step_s * 1000, dtype=np.int64)
    spaces = world.ground.spaces
    rows = [np.zeros((0, len(spaces)), dtype=np.int32)]
    done = 0
    for first, last in world.chunks(start, instant(millis(end) + 1)):
        until = int(np.searchsorted(moments, world.bounds(last)[1]))
        rows.append(at(world.ground, world.days(first, last), moments[done:until]))
        done = until
    times = tuple(instant(int(m)) for m in moments)
    return TrueOccupancy(times=times, spaces=spaces, people=np.concatenate(rows))


def at(ground: Ground, moves: Moves, moments: Ints) -> NDArray[np.int32]:
    """Count the people in each space just before each of `moments` (ascending, milliseconds), as [moment, space].

    `moves` are all moves since the beginning of a business day, when everybody was outside.
    """
    edges = len(ground.outer)
    before = passed(moments, moves.time)  # a move counts from the first moment after it
    cells = np.bincount(
        before * edges + moves.edge, np.where(moves.inward, 1, -1), (len(moments) + 1) * edges
    )
    inward = np.cumsum(cells.reshape(len(moments) + 1, edges)[:-1], axis=0)
    return np.rint(inward @ ground.change.astype(np.float64)).astype(np.int32)


def passed(moments: Ints, times: Ints) -> Ints:
    """Count how many of `moments` (ascending) each of `times` has reached."""
    steps = moments[2:-1] - moments[1:-2]
    if not len(steps) or steps.min() != steps.max():
        return np.searchsorted(moments, times, side="right")
    regular = np.clip((times - moments[1]) // steps[0] + 2, 1, len(moments) - 1)  # many times faster
    return np.where(times < moments[0], 0, regular + (times >= moments[-1]))


def entries(ground: Ground, site: int, moves: Moves) -> Moves:
    """Return the moves by which people enter site `number` from anywhere else: its true visits."""
    home = ground.site_of == site
    goes_in = home[ground.inner] & ~home[ground.outer]
    goes_out = home[ground.outer] & ~home[ground.inner]
    return moves.only(np.where(moves.inward, goes_in[moves.edge], goes_out[moves.edge]))
