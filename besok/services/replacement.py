"""Replacement of a sensor: the walk test of the new one, and the transfer of the placements."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Literal, NamedTuple

from besok.analytics.placement import PEOPLE
from besok.model.errors import BesokError, NotFound
from besok.model.site import Sensor, Site, SiteFile
from besok.model.views.devices import DeviceInfo
from besok.services.devices import get_devices
from besok.store import sites
from besok.store.database import Database

Walk = Literal["right", "swapped", "undirected", "fewer", "more", "nothing"]
WALK_TEXTS: Final[dict[Walk, str]] = {
    "right": "it works",
    "swapped": "it counts in as out: it is placed with `swapped = true`",
    "undirected": "it cannot tell directions; half count as entries",
    "fewer": "it misses people: the line is too near the edge of its view, or it hangs too low",
    "more": "it sees more than people, as a swinging door or a reflection: move the line inwards",
    "nothing": "it has not sent yet, or its line is elsewhere",
}


class DoorCounts(NamedTuple):
    """Entries and exits."""

    people_in: float
    people_out: float


def judge_walk(walked: DoorCounts, counted: DoorCounts) -> Walk:
    """Tell what a counter makes of people who walked in and out, of which there are not as many of one as of the other.

    >>> judge_walk(DoorCounts(10, 6), DoorCounts(6, 10))
    'swapped'
    """
    if not any(counted):
        return "nothing"
    if counted == walked:
        return "right"
    if sum(counted) == sum(walked):
        return "swapped" if counted.people_in == walked.people_out else "undirected"
    return "fewer" if sum(counted) < sum(walked) else "more"


def door_counts(db: Database, device: str, since: datetime) -> DoorCounts:
    """Return the entries and exits at a device, placed or not, in the quarters of an hour that began since a time."""
    (counted,) = db.rows("device_passed", device=device, since=since)
    return DoorCounts(*counted)


def plan_replacement(
    db: Database, old: str, new: str, *, swap: bool, now: datetime
) -> tuple[SiteFile, list[Sensor]]:
    """Return the sites with a sensor that ends at `now` and another that takes its places over; the sections of both.

    `swap`: in is out for the new one. Raises NotFound where one is not known, or the new one lacks a channel, and
    BesokError where it cannot take over: it is the same, has a place, or measures something else.
    """
    if old == new:
        raise BesokError(
            f"{new} cannot replace itself: name the new device second, as `besok device list` shows it"
        )
    known = {one.device: one for one in get_devices(db, now=now)}
    if new not in known:
        raise NotFound(f"nothing was ever heard of {new}; `besok device list` shows what was")
    stored = sites.export(db)
    home = next(
        (site for site in stored.sites if any(_is(site, s, old) and _is_placed(s) for s in site.sensors)),
        None,
    )
    if home is None:
        raise NotFound(f"{old} observes nothing now; `besok device list` shows what does")
    device = known[new]
    if device.placements:
        places = ", ".join(sorted({f"{p.site}/{p.portal or p.space}" for p in device.placements}))
        raise BesokError(
            f"{new} is placed at {places} already: end that placement in the site file first, or name another device"
        )
    if device.source == "native" and not new.startswith(f"{home.id}/"):
        raise NotFound(f"{new} is a sensor of another site than {old}: its name begins with {home.id}/")
    lines: list[Sensor] = []
    for sensor in home.sensors:
        if _is(home, sensor, old) and _is_placed(sensor):
            channel = _channel(sensor, device.channels, new)
            _check_metrics(db, old, sensor, device, channel or sensor.channel_key)
            ended = replace(sensor, until=now)
            begun = replace(
                sensor, device=new.removeprefix(f"{home.id}/") if device.source == "native" else new,
                source=device.source, model=device.model, channel=channel, since=now, first=None, topics=(),
                swapped=swap,
            )  # fmt: skip
            lines += [ended, begun]
        else:
            lines.append(sensor)
    changed = replace(home, sensors=tuple(lines))
    added = [sensor for sensor in lines if sensor not in home.sensors]
    return SiteFile(sites=tuple(changed if site is home else site for site in stored.sites)), added


def _is(site: Site, sensor: Sensor, device: str) -> bool:
    return site.external_id(sensor) == device


def _is_placed(sensor: Sensor) -> bool:
    return sensor.last is None and sensor.until is None


def _check_metrics(db: Database, old: str, sensor: Sensor, device: DeviceInfo, channel: str) -> None:
    """Require that the new device measures what its place is counted by. Raises BesokError.

    That is people passing at a door, and in a space the first in the catalogue of what the old one measured.
    """
    heard = _metrics(db, device.source, device.device, channel)
    before = _metrics(db, sensor.source, old, sensor.channel_key)
    needed = PEOPLE if sensor.portal else before[:1]
    if needed and not {*heard} & {*needed}:
        raise BesokError(
            f"{device.device} sends {', '.join(heard) or 'nothing'} on {channel}, "
            f"{'which tells of no people at a door' if sensor.portal else f'but {old} {before[0]}'}: "
            "name another device, or change what it sends"
        )


def _metrics(db: Database, source: str, device: str, channel: str) -> list[str]:
    return [name for (name,) in db.rows("device_metrics", source=source, device=device, channel=channel)]


def _channel(sensor: Sensor, channels: Sequence[str], new: str) -> str:
    """Return the channel of the new device that corresponds to one of the old one."""
    expected = sensor.channel or ("flow:1" if sensor.portal else "level:1")
    if expected in channels:
        return sensor.channel
    alike = [one for one in channels if one.partition(":")[0] == expected.partition(":")[0]]
    if len(alike) != 1:
        raise NotFound(
            f"{new} has no {expected}, but {', '.join(channels) or 'nothing yet'}: place it in the site file"
        )
    return alike[0]
