"""The cells into which counted doors divide a site, and findings about its sensors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import exp, inf, log

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from besok.analytics.quality.sensor_series import CounterChannel, LevelChannel, SensorLayout
from besok.model.findings import Finding, Kind, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedParts:
    """The parts of a site between which every passage is counted: entries and exits of each must balance.

    `outer` and `inner` give the cell on either side of each door; OUT is outside, or unknown. `leaky` cells have an
    uncounted way out.
    """

    number: int
    outer: tuple[int, ...]
    inner: tuple[int, ...]
    leaky: tuple[bool, ...]
    room: tuple[int, ...]  # cell of each room

    def doors_of(self, cell: int) -> list[int]:
        """Return the doors with one side in the cell."""
        ends = enumerate(zip(self.outer, self.inner, strict=True))
        return [n for n, (outer, inner) in ends if outer != inner and cell in (outer, inner)]


OUT = -1


def counted_parts(sensor_layout: SensorLayout) -> CountedParts:
    """Divide the rooms by counted doors. Rooms without such a door belong to the room around them."""
    ends = [
        (OUT if d.outer is None else d.outer, OUT if d.inner is None else d.inner)
        for d in sensor_layout.doors
    ]
    counted = {end for d, pair in zip(sensor_layout.doors, ends, strict=True) if d.counted for end in pair}
    joined = [
        (n, r.parent) for n, r in enumerate(sensor_layout.rooms) if n not in counted and r.parent is not None
    ]
    uncounted = [pair for d, pair in zip(sensor_layout.doors, ends, strict=True) if not d.counted]
    joined += [pair for pair in uncounted if OUT not in pair]
    rooms = len(sensor_layout.rooms)
    graph = coo_array((np.ones(len(joined)), np.array(joined, np.int64).reshape(-1, 2).T), (rooms, rooms))
    number, cells = connected_components(graph, directed=False)
    cell = cells.tolist()
    leaky = {cell[max(pair)] for pair in uncounted if OUT in pair}
    return CountedParts(
        number=number,
        outer=tuple(OUT if outer == OUT else cell[outer] for outer, _ in ends),
        inner=tuple(OUT if inner == OUT else cell[inner] for _, inner in ends),
        leaky=tuple(n in leaky for n in range(number)),
        room=tuple(cell),
    )


MOST_ODDS = 1e6


def finding_of(
    sensor_layout: SensorLayout,
    sensor: CounterChannel | LevelChannel,
    kind: Kind,
    since: datetime,
    numbers: Mapping[str, Value],
    log_odds: float = inf,
) -> Finding:
    """Return a finding about a sensor, with the door or room it observes."""
    return Finding(
        kind=kind,
        device=sensor.device,
        channel=sensor.channel,
        portal=sensor_layout.doors[sensor.door].id if isinstance(sensor, CounterChannel) else "",
        space=sensor_layout.rooms[sensor.room].id if isinstance(sensor, LevelChannel) else "",
        since=since,
        odds=exp(min(log_odds, log(MOST_ODDS))),
        evidence=numbers,
    )
