"""A site as its sensors watch it, and the cells into which its counted doors part it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp, inf, log

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from besok.analytics.quality.sensor_series import (
    CounterChannel,
    LayoutDoor,
    LayoutRoom,
    LevelChannel,
    SensorLayout,
)
from besok.model.findings import Finding, Kind, Value
from besok.model.site import OUTSIDE, Sensor, Site

Source = tuple[str, str, str]  # source, device as it names itself, channel


def sensor_layout(
    site: Site, sites: Sequence[Site]
) -> tuple[SensorLayout, tuple[Source, ...], tuple[bool, ...]]:
    """Return the house; the sources of its counters, then of its gauges; and which counters are swapped already.

    Doors of neighbouring sites that lead here are among its doors. A second counter that is a reference does not count.
    """
    rooms = [site.id, *(space.id for space in site.spaces)]
    places: dict[str, int | None] = {f"{site.id}/{room}": n for n, room in enumerate(rooms)}
    parents = [None, *(places[f"{site.id}/{s.parent or site.id}"] for s in site.spaces)]
    doors: list[LayoutDoor] = []
    counters: list[tuple[CounterChannel, Source, bool]] = []
    for owner in sorted(sites, key=lambda s: s.id != site.id):
        for portal in owner.portals:
            outer, inner = (places.get(_end(owner, end)) for end in (portal.outer, portal.inner))
            if outer is None and inner is None:
                continue
            counting = [s for s in owner.sensors if s.portal == portal.id and s.role == "primary"]
            counters += [
                (_counter(owner, s, len(doors), owner.id == site.id), _source(owner, s), s.swapped)
                for s in counting
            ]
            name = portal.id if owner.id == site.id else f"{owner.id}/{portal.id}"
            doors.append(
                LayoutDoor(id=name, outer=outer, inner=inner, counted=bool(counting), expected=portal.counted)
            )
    looking = [s for s in site.sensors if s.space and s.role == "primary"]
    gauges = [
        LevelChannel(
            device=s.device,
            channel=s.channel_key,
            room=places[f"{site.id}/{s.space}"] or 0,
            interval_s=s.interval_s,
        )
        for s in looking
    ]
    capacities = [site.capacity, *(s.capacity for s in site.spaces)]
    built = SensorLayout(
        site=site.id,
        rooms=tuple(
            LayoutRoom(id=r, parent=p, capacity=c) for r, p, c in zip(rooms, parents, capacities, strict=True)
        ),
        doors=tuple(doors),
        counters=tuple(c for c, _, _ in counters),
        gauges=tuple(gauges),
    )
    sources = tuple(source for _, source, _ in counters) + tuple(_source(site, s) for s in looking)
    return built, sources, tuple(swapped for _, _, swapped in counters)


def _counter(owner: Site, sensor: Sensor, door: int, own: bool) -> CounterChannel:
    name = sensor.device if own else f"{owner.id}/{sensor.device}"
    return CounterChannel(
        device=name, channel=sensor.channel_key, door=door, interval_s=sensor.interval_s, own=own
    )


def _source(owner: Site, sensor: Sensor) -> Source:
    return sensor.source, owner.external_id(sensor), sensor.channel_key


def _end(owner: Site, end: str) -> str:
    return end if "/" in end or end == OUTSIDE else f"{owner.id}/{end}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedParts:
    """The parts of a site between which every passage is counted: who goes into one must come out again.

    `outer` and `inner` give the cell on either side of each door; OUT is outside, or where nobody can tell. `leaky`
    cells have a way out that nobody counts.
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
    """Part the rooms by the doors that are counted. Rooms without such a door are one with the room around them."""
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
    """Return a finding about a sensor, named by what it observes."""
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
