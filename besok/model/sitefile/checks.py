"""Checks between the parts of a site file: names that exist, trees without circles, hours that can be.

Each check yields (path, sentence) pairs; a path such as ("sites", 0, "spaces", 3, "parent") leads to the line.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import available_timezones

from besok.model import topics
from besok.model.access import SCENARIO_SANDBOX
from besok.model.calendar import EARLY, LATE, Span, placement_span
from besok.model.site import (
    OUTSIDE,
    OpeningException,
    PayloadMapping,
    Portal,
    Sensor,
    Site,
    Space,
    VisitDefinition,
    WeekHours,
)
from besok.model.sitefile import mapping_checks, plan_checks, target_checks, visit_checks
from besok.model.sitefile.mapping_checks import zone_exists
from besok.model.sitefile.opening import check_opening
from besok.model.suggest import suggestion
from besok.model.tomlfile import Path, Problem

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
DEVICE_LIMIT = 200  # characters
MOST_LATE_DAYS = 3650
WIDEST_M = 100.0  # the open side of a park
_DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A site as far as it could be read. `spaces` and the others hold each readable part with its path.

    `space_ids` and `portal_ids` are all the names that occur, also on parts that could not be read: a portal must not
    be blamed for the fault of the space it leads to. The site's own name, its root space, is among them. Where the site
    itself could not be read (not `read`), another one stands in for it.
    """

    path: Path
    site: Site
    spaces: Sequence[tuple[Path, Space]] = ()
    portals: Sequence[tuple[Path, Portal]] = ()
    sensors: Sequence[tuple[Path, Sensor]] = ()
    mappings: Sequence[tuple[Path, PayloadMapping]] = ()
    tables: Sequence[tuple[Path, WeekHours]] = ()
    exceptions: Sequence[tuple[Path, OpeningException]] = ()
    visits: Sequence[tuple[Path, VisitDefinition]] = ()
    space_ids: frozenset[str] = field(default=frozenset())
    portal_ids: frozenset[str] = field(default=frozenset())
    read: bool = True


def check(drafts: Sequence[Draft]) -> Iterator[Problem]:
    """Yield everything that is wrong with the sites of one file."""
    yield from _duplicates((d.path, d.site.id) for d in drafts)
    yield from _duplicate_channels(drafts)
    named = [(path, mapping.name) for draft in drafts for path, mapping in draft.mappings]
    yield from _duplicates(named, key="name")
    ends = frozenset(f"{d.site.id}/{space}" for d in drafts for space in d.space_ids)
    whole = all({p.id for _, p in d.portals} == d.portal_ids for d in drafts)
    sites = {d.site.id: d.site if d.read else None for d in drafts}
    for draft in drafts:
        yield from _check_site(draft)
        yield from target_checks.check(draft.path, draft.site, sites)
        doors = visit_checks.perimeter(draft.site, [d.site for d in drafts])
        yield from visit_checks.check(draft.visits, doors, whole=whole)
        yield from check_opening(draft.tables, draft.exceptions, draft.site.day_start)
        yield from _check_spaces(draft)
        yield from _duplicates((path, portal.id) for path, portal in draft.portals)
        for path, portal in draft.portals:
            yield from _check_portal(path, portal, draft, ends)
        for path, sensor in draft.sensors:
            yield from _check_sensor(path, sensor, draft)
        for path, mapping in draft.mappings:
            yield from mapping_checks.check(path, mapping)
        yield from plan_checks.check(draft.path, draft.site, draft.spaces, draft.portals, draft.sensors)


def _check_site(draft: Draft) -> Iterator[Problem]:
    site, path = draft.site, draft.path
    yield from _check_id(path, site.id)
    if site.id == OUTSIDE:
        yield (*path, "id"), f'"{OUTSIDE}" is the word for the far side of an entrance; choose another id'
    if site.id.endswith(SCENARIO_SANDBOX):
        reason = f'"{SCENARIO_SANDBOX}" ends the name of what a scenario is played in; choose another id'
        yield (*path, "id"), reason
    if not zone_exists(site.timezone):
        close = suggestion(site.timezone, available_timezones())
        reason = f'there is no time zone "{site.timezone}"{close}; write one such as "Europe/Stockholm"'
        yield (*path, "timezone"), reason
    if site.day_start.minute % 15 or site.day_start.second or site.day_start.microsecond:
        reason = f"{site.day_start} is not on a quarter of an hour; write one such as 04:00"
        yield (*path, "day_start"), reason
    yield from _check_number(path, site, "capacity", low=1)
    if not 1 <= site.late_days <= MOST_LATE_DAYS:
        reason = f"{site.late_days} is not possible; write 1 to {MOST_LATE_DAYS} days, as in 7"
        yield (*path, "late_days"), reason
    if site.position and not (abs(site.position[0]) < 90 and abs(site.position[1]) <= 180):
        reason = "that is nowhere; write latitude and longitude in degrees, as in [56.05, 12.69]"
        yield (*path, "position"), reason


def _check_spaces(draft: Draft) -> Iterator[Problem]:
    yield from _duplicates((path, space.id) for path, space in draft.spaces)
    parents = {space.id: space.parent for _, space in draft.spaces}
    for path, space in draft.spaces:
        yield from _check_id(path, space.id)
        if space.id in (draft.site.id, OUTSIDE):
            reason = f'"{space.id}" is taken (the site itself is the outermost space); choose another id'
            yield (*path, "id"), reason
        yield from _check_known((*path, "parent"), space.parent, "space", draft.space_ids)
        if _in_circle(space.id, parents):
            yield (*path, "parent"), "the space lies within itself; follow the parents and break the circle"
        yield from _check_number(path, space, "capacity", low=1)
        yield from _check_number(path, space, "seats", low=0)
        yield from _check_number(path, space, "area_m2", low=1)
        yield from _check_days(path, space.first, space.last)
        for n, closure in enumerate(space.closed):
            yield from _check_days((*path, "closed", n), closure.first, closure.last)


def _check_days(path: Path, first: date | None, last: date | None) -> Iterator[Problem]:
    if first and last and last < first:
        yield (*path, "last"), "it ends before it begins; exchange the two dates"


def _in_circle(start: str, parents: dict[str, str]) -> bool:
    seen, at = set[str](), parents[start]
    while at in parents and at not in seen:
        if at == start:
            return True
        seen.add(at)
        at = parents[at]
    return False


def _check_portal(path: Path, portal: Portal, draft: Draft, ends: frozenset[str]) -> Iterator[Problem]:
    yield from _check_id(path, portal.id)
    others = {end for end in ends if not end.startswith(f"{draft.site.id}/")}
    known = others | draft.space_ids | {OUTSIDE}
    unknown = [
        (key, end) for key, end in (("outer", portal.outer), ("inner", portal.inner)) if end not in known
    ]
    for key, end in unknown:
        reason = f'there is no space "{end}"{suggestion(end, known)}; name a space, or "{OUTSIDE}"'
        yield (*path, key), reason
    if portal.width_m is not None and not 0 < portal.width_m <= WIDEST_M:
        reason = f"{portal.width_m} is not possible; write the metres that people walk through, as in 1.8"
        yield (*path, "width_m"), reason
    if portal.outer == portal.inner:
        yield (*path, "inner"), f'both ends are "{portal.inner}"; a passage leads from one space to another'
    elif not unknown and not {portal.outer, portal.inner} & draft.space_ids:
        reason = "neither end is a space of this site; move the passage to the site it belongs to"
        yield (*path, "inner"), reason
    yield from _check_days(path, portal.first, portal.last)
    standing = (s for _, s in draft.sensors if s.portal == portal.id and not (s.last or s.until))
    if not portal.counted and any(standing):
        yield (*path, "counted"), "a sensor counts it; leave out counted = false, or the sensor"


def _check_sensor(path: Path, sensor: Sensor, draft: Draft) -> Iterator[Problem]:
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
            reason = (
                f"a native device speaks on besok/v1/{draft.site.id}/{sensor.device}/...; leave out topics"
            )
            yield (*path, "topics"), reason
        elif wrong := topics.problem(topic_filter):
            yield (*path, "topics"), f'"{topic_filter}" is no topic filter: {wrong}'
    yield from _check_known((*path, "portal"), sensor.portal, "portal", draft.portal_ids)
    yield from _check_known((*path, "space"), sensor.space, "space", draft.space_ids)
    for day, moment in (("first", "since"), ("last", "until")):
        if getattr(sensor, day) and getattr(sensor, moment):
            yield (*path, moment), f"{day} says so already; leave one of them out"
    begins, ends = placement_span(sensor, draft.site) if zone_exists(draft.site.timezone) else (None, None)
    if begins and ends and ends <= begins:
        at = "last" if sensor.last else "until"
        yield (*path, at), "it ends before it begins; exchange the two dates"
    if sensor.interval_s <= 0:
        reason = f"{sensor.interval_s} is no interval; write the seconds between messages, as in 60"
        yield (*path, "interval_s"), reason


def _check_id(path: Path, name: str) -> Iterator[Problem]:
    if not _ID.fullmatch(name):
        reason = (
            f'"{name}" cannot be an id: small letters a-z, digits and single - only, as in "reading-room"'
        )
        yield (*path, "id"), reason


def _check_known(path: Path, name: str, kind: str, known: frozenset[str]) -> Iterator[Problem]:
    if name and name not in known:
        yield path, f'there is no {kind} "{name}"{suggestion(name, known)}; name a {kind} of this site'


def _check_number(path: Path, part: Site | Space, key: str, low: int) -> Iterator[Problem]:
    value = getattr(part, key)
    if value is not None and not low <= value < 1_000_000:
        reason = f"{value} is not possible; write {low} or more, or leave {key} out where it is not known"
        yield (*path, key), reason


def _duplicates(named: Iterable[tuple[Path, str]], key: str = "id") -> Iterator[Problem]:
    seen = set[str]()
    for path, name in named:
        if name in seen:
            yield (*path, key), f'the {key} "{name}" is used twice; give each its own'
        seen.add(name)


def _duplicate_channels(drafts: Sequence[Draft]) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], list[Span]] = {}
    for draft in drafts:
        if not zone_exists(draft.site.timezone):
            continue
        for path, sensor in draft.sensors:
            key = (sensor.source, draft.site.external_id(sensor), sensor.channel_key)
            span = placement_span(sensor, draft.site)
            if any(_overlap(span, other) for other in seen.get(key, ())):
                what = f'channel "{sensor.channel_key}" of device "{sensor.device}"'
                reason = f"{what} is placed twice at the same time; remove one, or give each its first and last day"
                yield (*path, "channel"), reason
            seen.setdefault(key, []).append(span)
    yield from _contradicting_devices(drafts)


def _overlap(one: Span, other: Span) -> bool:
    (begins, ends), (since, until) = one, other
    return (begins or EARLY) < (until or LATE) and (since or EARLY) < (ends or LATE)


def _contradicting_devices(drafts: Sequence[Draft]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], Sensor] = {}
    for draft in drafts:
        for path, sensor in draft.sensors:
            first = seen.setdefault((sensor.source, draft.site.external_id(sensor)), sensor)
            for key in ("model", "interval_s", "topics"):
                if getattr(first, key) != getattr(sensor, key):
                    reason = f'device "{sensor.device}" has another {key} elsewhere; write the same for both'
                    yield (*path, key), reason
