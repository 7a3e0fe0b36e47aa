"""Devices without a place, each with suggested placements of its channels."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice, pairwise
from statistics import median

from besok.analytics.placement import PEOPLE, Suggestion, UnplacedSeries, suggest
from besok.model.metrics import METRICS
from besok.model.pseudonyms import hidden_by, reveal
from besok.model.site import Sensor, Site
from besok.model.views.devices import LastReading, UnplacedChannel, UnplacedDevice
from besok.model.views.like import like
from besok.model.views.live import USUAL_S
from besok.store import identity
from besok.store.database import Database

PRESENT = frozenset({"people", "occupied"})
REGULAR = 3  # gaps between readings that tell whether they come regularly


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A sensor name as written, and the names behind the pseudonyms that it matches."""

    name: str
    names: Mapping[str, str]

    def shown(self, text: str) -> str:
        """Return a text with pseudonyms replaced by the known names."""
        return reveal(text, self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnassignedSensor:
    """A device that was heard and not placed, and where each of its channels may hang, in their order."""

    device: UnplacedDevice
    suggestions: tuple[Suggestion, ...]


def look_up(db: Database, name: str, sites: Iterable[Site]) -> Lookup:
    """Look for a name, and each level of it; nothing of it is stored. Site ids are shown in any case."""
    name = name.strip()
    return Lookup(name=name, names=hidden_by(identity.key(db), [name, *(site.id for site in sites)]))


def suggest_placements(
    devices: Sequence[UnplacedDevice], sites: Sequence[Site], shown: Callable[[str], str] = str
) -> list[UnassignedSensor]:
    """Return each device with suggested placements, made of the names that are `shown`.

    Of a device with a place, only channels that count people are left: its battery level, for one, needs no place.
    """
    placed = {(sensor.source, site.external_id(sensor)): sensor for site in sites for sensor in site.sensors}
    devices = [_missing(d) if (d.source, d.device) in placed else d for d in devices]
    devices = [d for d in devices if d.channels]
    named = (replace(d, device=shown(d.device), topic=d.topic and shown(d.topic)) for d in devices)
    channels = (c for d in named for c in _channels(d, placed.get((d.source, d.device))))
    suggestions = iter(suggest(list(channels), sites))
    return [
        UnassignedSensor(device=d, suggestions=tuple(islice(suggestions, len(d.channels)))) for d in devices
    ]


def _missing(device: UnplacedDevice) -> UnplacedDevice:
    channels = [c for c in device.channels if any(r.metric in PEOPLE | PRESENT for r in c.readings)]
    return replace(device, channels=tuple(channels))


def _channels(device: UnplacedDevice, placed: Sensor | None) -> list[UnplacedSeries]:
    """Return channels of a device. Model and interval are those that the site file has for another of its channels."""
    usual = placed.interval_s if placed else min(map(interval_of, device.channels))
    return [
        like(
            UnplacedSeries,
            device,
            channel=channel.channel,
            metrics=frozenset(reading.metric for reading in channel.readings),
            topic=device.topic or "",
            model=placed.model if placed else device.model,
            interval_s=usual,
        )
        for channel in device.channels
    ]


def interval_of(channel: UnplacedChannel) -> int:
    """Return the reporting interval of a channel in seconds."""
    first = channel.readings[0].metric if channel.readings else ""
    return interval_s([r.time for r in channel.readings if r.metric == first])


def interval_s(times: Sequence[datetime]) -> int:
    """Return the usual seconds between readings, in whole minutes: 09:00, 09:10, 09:20, 09:31 give 600.

    Irregular or more frequent readings give 60, the site file's default.
    """
    gaps = [(after - before).total_seconds() for before, after in pairwise(sorted(times))]
    if len(gaps) < REGULAR or max(gaps) > 1.5 * min(gaps):
        return USUAL_S
    return max(round(median(gaps) / 60), 1) * 60


def latest(readings: Sequence[LastReading]) -> list[LastReading]:
    """Return the last reading of each metric, in the order of the catalogue."""
    newest: dict[str, LastReading] = {}
    for reading in readings:
        known = newest.get(reading.metric)
        if known is None or reading.time > known.time:
            newest[reading.metric] = reading
    order = list(METRICS)
    return sorted(newest.values(), key=lambda r: order.index(r.metric) if r.metric in METRICS else len(order))
