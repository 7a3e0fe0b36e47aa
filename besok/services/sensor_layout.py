"""The layout of a site's sensors, from its site file: the input of the checks."""

from collections.abc import Sequence

from besok.analytics.quality.sensor_series import (
    CounterChannel,
    LayoutDoor,
    LayoutRoom,
    LevelChannel,
    SensorLayout,
)
from besok.model.site import Sensor, Site

Source = tuple[str, str, str]  # source, device as it names itself, channel


def sensor_layout(
    site: Site, sites: Sequence[Site]
) -> tuple[SensorLayout, tuple[Source, ...], tuple[bool, ...]]:
    """Return the layout, the sources of its counters, then of its gauges, and which counters are already swapped.

    Doors of neighbouring sites that lead here are among its doors. A second counter that is a reference does not count.
    """
    rooms = site.space_ids
    places: dict[str, int | None] = {f"{site.id}/{room}": n for n, room in enumerate(rooms)}
    parents = [None, *(places[f"{site.id}/{s.parent or site.id}"] for s in site.spaces)]
    doors: list[LayoutDoor] = []
    counters: list[tuple[CounterChannel, Source, bool]] = []
    for owner in sorted(sites, key=lambda s: s.id != site.id):
        for portal in owner.portals:
            outer, inner = (places.get(owner.end_of_all(end)) for end in (portal.outer, portal.inner))
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


def _counter(owner: Site, sensor: Sensor, door: int, is_own: bool) -> CounterChannel:
    name = sensor.device if is_own else f"{owner.id}/{sensor.device}"
    return CounterChannel(
        device=name, channel=sensor.channel_key, door=door, interval_s=sensor.interval_s, own=is_own
    )


def _source(owner: Site, sensor: Sensor) -> Source:
    return sensor.source, owner.external_id(sensor), sensor.channel_key
