"""Checks between the parts of a site file: references that exist, trees without cycles, valid hours.

Each check yields (path, sentence) pairs; a path such as ("sites", 0, "spaces", 3, "parent") leads to the line.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from besok.model import topics
from besok.model.access import SCENARIO_SANDBOX
from besok.model.calendar import EARLY, LATE, Span, placement_span
from besok.model.site import OUTSIDE, Portal, Sensor, Site, SiteFile, spaces_around
from besok.model.sitefile import mapping_checks, opening_checks, plan_checks, target_checks, visit_checks
from besok.model.suggest import suggestion
from besok.model.tomlfile import Path, Problem

DEVICE_LIMIT = 200  # characters
_DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")
_Part = TypeVar("_Part")


def check(site_file: SiteFile) -> Iterator[Problem]:
    """Yield every inconsistency between the sites of one file."""
    sites = list(_numbered((), "sites", site_file.sites))
    if not sites:
        yield ("sites",), "the file holds no site; begin one with [[sites]]"
    yield from _duplicates((path, site.id) for path, site in sites)
    yield from _duplicate_channels(sites)
    yield from _contradicting_devices(sites)
    mappings = [(path, m.name) for at, site in sites for path, m in _numbered(at, "mappings", site.mappings)]
    yield from _duplicates(mappings, key="name")
    ends = {f"{site.id}/{space}" for site in site_file.sites for space in site.space_ids}
    known = {site.id: site for site in site_file.sites}
    for path, site in sites:
        spaces, doors = {*site.space_ids}, {portal.id for portal in site.portals}
        yield from _check_id(path, site)
        yield from target_checks.check(path, site, known)
        yield from visit_checks.check(path, site, visit_checks.perimeter(site, site_file.sites))
        yield from opening_checks.check(path, site)
        yield from _check_spaces(path, site, spaces)
        portals = list(_numbered(path, "portals", site.portals))
        yield from _duplicates((at, portal.id) for at, portal in portals)
        for at, portal in portals:
            yield from _check_portal(at, portal, site, spaces, ends)
        for at, sensor in _numbered(path, "sensors", site.sensors):
            yield from _check_sensor(at, sensor, site, spaces, doors)
        for at, mapping in _numbered(path, "mappings", site.mappings):
            yield from mapping_checks.check(at, mapping)
        yield from plan_checks.check(path, site)


def _numbered(path: Path, key: str, parts: Sequence[_Part]) -> Iterator[tuple[Path, _Part]]:
    """Yield the parts under a key with their paths."""
    return (((*path, key, n), part) for n, part in enumerate(parts))


def _check_id(path: Path, site: Site) -> Iterator[Problem]:
    if site.id == OUTSIDE:
        yield (*path, "id"), f'"{OUTSIDE}" is the word for the far side of an entrance; choose another id'
    if site.id.endswith(SCENARIO_SANDBOX):
        reason = f'"{SCENARIO_SANDBOX}" ends the name of what a scenario is played in; choose another id'
        yield (*path, "id"), reason


def _check_spaces(path: Path, site: Site, known: set[str]) -> Iterator[Problem]:
    yield from _duplicates((at, space.id) for at, space in _numbered(path, "spaces", site.spaces))
    parents = {space.id: space.parent for space in site.spaces}
    for at, space in _numbered(path, "spaces", site.spaces):
        if space.id in (site.id, OUTSIDE):
            reason = f'"{space.id}" is taken (the site itself is the outermost space); choose another id'
            yield (*at, "id"), reason
        yield from _check_known((*at, "parent"), space.parent, "space", known)
        if space.id in spaces_around(space.id, parents):
            yield (*at, "parent"), "the space lies within itself; follow the parents and break the circle"
        yield from _check_days(at, space.first, space.last)
        for there, closure in _numbered(at, "closed", space.closed):
            yield from _check_days(there, closure.first, closure.last)


def _check_days(path: Path, first: date | None, last: date | None) -> Iterator[Problem]:
    if first and last and last < first:
        yield (*path, "last"), "it ends before it begins; exchange the two dates"


def _check_portal(path: Path, portal: Portal, site: Site, ids: set[str], ends: set[str]) -> Iterator[Problem]:
    known = ids | {OUTSIDE} | {end for end in ends if not end.startswith(f"{site.id}/")}
    unknown = [key for key in ("outer", "inner") if getattr(portal, key) not in known]
    for key in unknown:
        end = getattr(portal, key)
        reason = f'there is no space "{end}"{suggestion(end, known)}; name a space, or "{OUTSIDE}"'
        yield (*path, key), reason
    if portal.outer == portal.inner:
        yield (*path, "inner"), f'both ends are "{portal.inner}"; a passage leads from one space to another'
    elif not unknown and not {portal.outer, portal.inner} & ids:
        reason = "neither end is a space of this site; move the passage to the site it belongs to"
        yield (*path, "inner"), reason
    yield from _check_days(path, portal.first, portal.last)
    present = (s for s in site.sensors if s.portal == portal.id and not (s.last or s.until))
    if not portal.counted and any(present):
        yield (*path, "counted"), "a sensor counts it; leave out counted = false, or the sensor"


def _check_sensor(
    path: Path, sensor: Sensor, site: Site, spaces: set[str], doors: set[str]
) -> Iterator[Problem]:
    if sensor.source == "native" and not _DEVICE.fullmatch(sensor.device):
        reason = (
            f'"{sensor.device}" cannot be a device: letters, digits and . _ : - only, as in "dk-entrance-1"'
        )
        yield (*path, "device"), reason
    elif not sensor.device.strip() or not sensor.device.isprintable() or len(sensor.device) > DEVICE_LIMIT:
        reason = f'"{sensor.device}" cannot be a device: write its name as the messages have it'
        yield (*path, "device"), reason
    if bool(sensor.portal) == bool(sensor.space):
        what = "both a portal and a space" if sensor.portal else "neither a portal nor a space"
        yield path, f'it observes {what}; name exactly one of them ("portal" or "space")'
    for topic_filter in sensor.topics:
        if sensor.source == "native":
            reason = f"a native device speaks on besok/v1/{site.id}/{sensor.device}/...; leave out topics"
            yield (*path, "topics"), reason
        elif wrong := topics.problem(topic_filter):
            yield (*path, "topics"), f'"{topic_filter}" is not a topic filter: {wrong}'
    yield from _check_known((*path, "portal"), sensor.portal, "portal", doors)
    yield from _check_known((*path, "space"), sensor.space, "space", spaces)
    for day, moment in (("first", "since"), ("last", "until")):
        if getattr(sensor, day) and getattr(sensor, moment):
            yield (*path, moment), f"{day} says so already; leave one of them out"
    begins, ends = placement_span(sensor, site)
    if begins and ends and ends <= begins:
        at = "last" if sensor.last else "until"
        yield (*path, at), "it ends before it begins; exchange the two dates"


def _check_known(path: Path, name: str, kind: str, known: set[str]) -> Iterator[Problem]:
    if name and name not in known:
        yield path, f'there is no {kind} "{name}"{suggestion(name, known)}; name a {kind} of this site'


def _duplicates(pairs: Iterable[tuple[Path, str]], key: str = "id") -> Iterator[Problem]:
    seen = set[str]()
    for path, name in pairs:
        if name in seen:
            yield (*path, key), f'the {key} "{name}" is used twice; give each its own'
        seen.add(name)


def _duplicate_channels(sites: Sequence[tuple[Path, Site]]) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], list[Span]] = {}
    for at, site in sites:
        for path, sensor in _numbered(at, "sensors", site.sensors):
            spans = seen.setdefault((sensor.source, site.external_id(sensor), sensor.channel_key), [])
            span = placement_span(sensor, site)
            if any(_overlap(span, other) for other in spans):
                what = f'channel "{sensor.channel_key}" of device "{sensor.device}"'
                reason = f"{what} is placed twice at the same time; remove one, or give each its first and last day"
                yield (*path, "channel"), reason
            spans.append(span)


def _overlap(one: Span, other: Span) -> bool:
    (begins, ends), (since, until) = one, other
    return (begins or EARLY) < (until or LATE) and (since or EARLY) < (ends or LATE)


def _contradicting_devices(sites: Sequence[tuple[Path, Site]]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], Sensor] = {}
    for at, site in sites:
        for path, sensor in _numbered(at, "sensors", site.sensors):
            first = seen.setdefault((sensor.source, site.external_id(sensor)), sensor)
            for key in ("model", "interval_s", "topics"):
                if getattr(first, key) != getattr(sensor, key):
                    reason = f'device "{sensor.device}" has another {key} elsewhere; write the same for both'
                    yield (*path, key), reason
