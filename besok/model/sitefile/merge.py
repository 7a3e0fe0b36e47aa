"""What a site file says, joined with what is known: what it gives no date is so from now on, and its past stays.

A channel that a file gives dates has the places that the file states, and no others. Without dates the file says where
it is now; a channel that it has no more ends. One table of opening hours without a first day is that of now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar

from besok.model.calendar import EARLY, LATE, Span, business_day, day_bounds, placement_span
from besok.model.site import OpeningHours, Portal, Sensor, Site, SiteFile, Space

ChannelKey = tuple[str, str, str]  # source, device, channel
_Part = TypeVar("_Part", Space, Portal)
DAY = timedelta(days=1)


class Place(NamedTuple):
    """A stretch of time in which a channel observes something of a site."""

    site: str
    sensor: Sensor  # its own dates do not matter
    begins: datetime | None
    ends: datetime | None

    def what(self) -> object:
        """Return what the channel observes, and how."""
        return self.site, self.sensor.portal, self.sensor.space, self.sensor.swapped, self.sensor.role


def keyed(site: Site) -> list[tuple[Sensor, ChannelKey]]:
    """Return the sensors of a site, each with its channel."""
    return [(s, (s.source, site.external_id(s), s.channel_key)) for s in site.sensors]


def merged(
    site_file: SiteFile, known: Mapping[str, Site], now: datetime, first: date | None = None
) -> dict[str, Site]:
    """Return the sites of a file with the past that they have in `known`, and known sites from which it takes channels.

    What is new or other without a date begins at `now`, or on the business day `first`.
    """
    files = {site.id: site for site in site_file.sites}
    every = dict(known) | files
    stated, past = _places(site_file.sites), _places(known.values())
    sensors: dict[str, list[Sensor]] = {name: [] for name in files}
    for key in _in_order(stated, past, files):
        mine = stated.get(key, [])
        site = every[mine[0].site] if mine else every[past[key][-1].site]
        cut = day_bounds(first, site)[0] if first else now
        for place in _channel(mine, past.get(key, []), files, cut, first):
            sensors.setdefault(place.site, []).append(
                with_span(place.sensor, (place.begins, place.ends), every[place.site])
            )
    return {
        name: replace(_parts(files[name], known.get(name), first), sensors=tuple(of_site))
        if name in files
        else _with_channels(every[name], of_site)
        for name, of_site in sensors.items()
    }


def _in_order(
    stated: Mapping[ChannelKey, object], past: Mapping[ChannelKey, Sequence[Place]], files: Mapping[str, Site]
) -> list[ChannelKey]:
    """Return the channels that the file names, in its order, then those of its sites that it no longer names."""
    removed = (key for key, places in past.items() if any(place.site in files for place in places))
    return list(dict.fromkeys((*stated, *removed)))


def _with_channels(site: Site, changed: Sequence[Sensor]) -> Site:
    """Return a site that the file does not name, with changed placements of channels that moved to the file's sites."""
    keys = {key for _, key in keyed(replace(site, sensors=tuple(changed)))}
    remaining = (sensor for sensor, key in keyed(site) if key not in keys)
    return replace(site, sensors=(*remaining, *changed))


def _places(sites: Iterable[Site]) -> dict[ChannelKey, list[Place]]:
    by_channel: dict[ChannelKey, list[Place]] = {}
    for site in sites:
        for sensor, key in keyed(site):
            by_channel.setdefault(key, []).append(Place(site.id, sensor, *placement_span(sensor, site)))
    return {key: sorted(places, key=lambda p: p.begins or EARLY) for key, places in by_channel.items()}


def _channel(
    mine: Sequence[Place], past: Sequence[Place], files: Mapping[str, Site], cut: datetime, first: date | None
) -> list[Place]:
    """Return the places of one channel, in order."""
    if any(place.sensor.dated for place in mine):
        others = [place for place in past if not _in_file(place, files)]
        for given in mine:
            others = [rest for place in others for rest in _without(place, (given.begins, given.ends))]
        return sorted((*mine, *others), key=lambda p: p.begins or EARLY)
    if not mine:
        return _until(past, cut) if any(place.site in files for place in past[-1:]) else list(past)
    (now,) = mine
    last = past[-1] if past else None
    if last and last.what() == now.what() and (last.ends or LATE) > cut:
        return [_described(place, now) for place in (*past[:-1], last._replace(ends=None))]
    before = [_described(place, now) for place in _until(past, cut)]
    return [*before, now._replace(begins=cut if past or first else None)]


def _in_file(place: Place, files: Mapping[str, Site]) -> bool:
    """Tell whether a file still has the portal or space of a placement; one that is gone cannot be stated."""
    site = files.get(place.site)
    if site is None:
        return False
    names = {portal.id for portal in site.portals} if place.sensor.portal else {s.id for s in site.spaces}
    return (place.sensor.portal or place.sensor.space) in names | {site.id}


def _described(place: Place, now: Place) -> Place:
    """Return an earlier placement with the file's description of the device, and its place on the plan if unchanged."""
    device = now.sensor
    at = device.at if place.what() == now.what() else place.sensor.at
    sensor = replace(
        place.sensor, model=device.model, interval_s=device.interval_s, topics=device.topics, at=at
    )
    return place._replace(sensor=sensor)


def _until(places: Sequence[Place], cut: datetime) -> list[Place]:
    """Return the placements up to a moment."""
    return [
        place._replace(ends=min(place.ends or LATE, cut)) for place in places if (place.begins or EARLY) < cut
    ]


def _without(place: Place, cut: Span) -> list[Place]:
    """Return the parts of a placement outside a stretch of time."""
    begins, ends = cut
    left = []
    if begins and (place.begins or EARLY) < begins:
        left.append(place._replace(ends=min(place.ends or LATE, begins)))
    if ends and ends < (place.ends or LATE):
        left.append(place._replace(begins=max(place.begins or EARLY, ends)))
    return left


def with_span(sensor: Sensor, span: Span, site: Site) -> Sensor:
    """Return a sensor placed for a span of time: as days where both bounds are those of business days."""
    begins, ends = span
    first = _day(begins, site) if begins else None
    after = _day(ends, site) if ends else None
    return replace(
        sensor,
        first=first,
        since=None if first else begins,
        last=after - DAY if after else None,
        until=None if after else ends,
    )


def _day(t: datetime, site: Site) -> date | None:
    """Return the business day that begins at a moment."""
    day = business_day(t, site)
    return day if day_bounds(day, site)[0] == t else None


def _parts(site: Site, known: Site | None, first: date | None) -> Site:
    """Return the site with its earlier opening hours, and with a first day on all that is new."""
    if known is None:
        return site
    spaces = tuple(_begun(part, known.spaces, first) for part in site.spaces)
    portals = tuple(_begun(part, known.portals, first) for part in site.portals)
    return replace(site, opening=_opening(site.opening, known.opening, first), spaces=spaces, portals=portals)


def _begun(part: _Part, known: Sequence[_Part], first: date | None) -> _Part:
    """Return a part with its known first day, or else the one given for all that is new."""
    if part.first:
        return part
    return replace(part, first=next((other.first for other in known if other.id == part.id), first))


def _opening(new: OpeningHours, known: OpeningHours, first: date | None) -> OpeningHours:
    """Return the hours with the earlier tables; a single table without a day applies from now, or from `first`."""
    (*before, now), (*earlier, last) = new.tables, known.tables
    if before or now.first:
        return new
    if first:
        until = [table for table in known.tables if (table.first or date.min) < first]
        same = until and replace(until[-1], first=None) == now
        return replace(new, tables=(*until, *(() if same else (replace(now, first=first),))))
    if replace(last, first=None) == now:
        return replace(new, tables=known.tables)
    return replace(new, tables=(*earlier, replace(now, first=last.first)))
