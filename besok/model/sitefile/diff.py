"""The changes that applying a site file would make, in sentences, which the audit shows in the reader's language."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from besok.model.audited import CHANGED, FROM, OF, REMOVED, field_changes, listed, span, word
from besok.model.calendar import EARLY, placement_span
from besok.model.messages import Translatable
from besok.model.site import OpeningHours, Sensor, Site

_NEW: Final = Translatable("new")
_NEW_SITE: Final = Translatable("new, spaces: {spaces}, portals: {portals}, sensors: {sensors}")
_HISTORY_STAYS: Final = Translatable("removed, its history stays")
_REMOVED_AFTER: Final = Translatable("removed after {day}, its history stays")
_NO_MORE: Final = Translatable("no more, nor what it counted there")
_REORDERED: Final = Translatable("in another order")
_SPACE: Final = Translatable("space {name}")
_PORTAL: Final = Translatable("portal {name}")
_SENSOR: Final = Translatable("sensor {name}")
_MAPPING: Final = Translatable("mapping {name}")
_OPENING: Final = Translatable("opening from {name}")
_VISITS: Final = Translatable("visits from {name}")
_SWAPPED: Final = Translatable("{place}, swapped")
_MOVED: Final = Translatable("{place}: {before} → {after}")
_FROM_BEGINNING: Final = Translatable("the beginning")
_BEGINNING: Final = Translatable("the beginning")
_ALWAYS: Final = Translatable("always")

_Part = TypeVar("_Part")
_BESIDE: Final = ("opening", "target", "visits", "spaces", "portals", "sensors", "mappings")


def differences(old: Site | None, new: Site) -> list[Translatable]:
    """Return one line for each difference between the current site and the file; empty when there is none."""
    if old is None:
        return [_NEW_SITE(spaces=len(new.spaces), portals=len(new.portals), sensors=len(new.sensors))]
    return list(_site(old, new))


def _site(old: Site, new: Site) -> Iterator[Translatable]:
    yield from field_changes(old, new, skip=_BESIDE)
    yield from _opening(old.opening, new.opening)
    target = word("field", "target")
    if (old.target is None) != (new.target is None):
        yield OF(part=target, change=_NEW if new.target else REMOVED)
    elif old.target != new.target:
        yield from _of(target, field_changes(old.target, new.target))
    yield from _keyed(old.visits, new.visits, lambda visits: str(visits.first), _VISITS, REMOVED)
    yield from _parts("spaces", old.spaces, new.spaces, lambda space: space.id, _SPACE)
    yield from _parts("portals", old.portals, new.portals, lambda portal: portal.id, _PORTAL)
    yield from _sensors(_by_channel(old), _by_channel(new))
    yield from _parts("mappings", old.mappings, new.mappings, lambda mapping: mapping.name, _MAPPING)


def _of(part: Translatable, changes: Iterable[Translatable]) -> Iterator[Translatable]:
    return (OF(part=part, change=change) for change in changes)


def _opening(old: OpeningHours, new: OpeningHours) -> Iterator[Translatable]:
    opening = word("field", "opening")
    if len(old.tables) == len(new.tables) == 1:
        yield from _of(opening, field_changes(old.tables[0], new.tables[0]))
    else:
        yield from _keyed(old.tables, new.tables, lambda table: str(table.first or ""), _OPENING, REMOVED)
    if old.exceptions != new.exceptions:
        before, after = len(old.exceptions), len(new.exceptions)
        yield CHANGED(field=word("field", "exceptions"), before=before, after=after)


def _keyed(
    old: Sequence[_Part],
    new: Sequence[_Part],
    key: Callable[[_Part], str],
    label: Translatable,
    removed: Translatable,
) -> Iterator[Translatable]:
    """Yield the differences between parts, which `key` identifies."""
    before, after = ({key(part): part for part in parts} for parts in (old, new))
    labels = {name: label(name=name or _BEGINNING) for name in (*before, *after)}
    yield from (OF(part=labels[name], change=removed) for name in before if name not in after)
    yield from (OF(part=labels[name], change=_NEW) for name in after if name not in before)
    for name in after:
        if name in before:
            yield from _of(labels[name], field_changes(before[name], after[name]))


def _parts(
    field: str, old: Sequence[_Part], new: Sequence[_Part], key: Callable[[_Part], str], label: Translatable
) -> Iterator[Translatable]:
    yield from _keyed(old, new, key, label, _HISTORY_STAYS)
    before, after = ([key(part) for part in parts] for parts in (old, new))
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield OF(part=word("field", field), change=_REORDERED)


def _by_channel(site: Site) -> Mapping[str, list[Sensor]]:
    """Return the places of each channel, one after another."""
    by_channel: dict[str, list[Sensor]] = {}
    for s in sorted(site.sensors, key=lambda s: placement_span(s, site)[0] or EARLY):
        native = s.source == "native"
        key = f"{s.device} {s.channel_key}" if native else f"{s.source} {s.device} {s.channel_key}"
        by_channel.setdefault(key, []).append(s)
    return by_channel


def _sensors(old: Mapping[str, list[Sensor]], new: Mapping[str, list[Sensor]]) -> Iterator[Translatable]:
    yield from (OF(part=_SENSOR(name=key), change=_HISTORY_STAYS) for key in old if key not in new)
    for key, places in new.items():
        if key not in old:
            yield OF(part=_SENSOR(name=key), change=listed(_NEW, _when(places[0], ""), between=" "))
    for key, places in new.items():
        if key in old and old[key] != places:
            yield from _of(_SENSOR(name=key), _places(old[key], places))


def _places(old: Sequence[Sensor], new: Sequence[Sensor]) -> Iterator[Translatable]:
    """Yield the differences between the placements of one channel."""
    plain_old, plain_new = [_undated(s) for s in old], [_undated(s) for s in new]
    if plain_old == plain_new and _ends(new[-1]) and not _ends(old[-1]):
        yield _REMOVED_AFTER(day=new[-1].last) if new[-1].last else _HISTORY_STAYS
        return
    if plain_old[-1] != plain_new[-1]:
        since = FROM(first=new[-1].first) if new[-1].first else ""
        yield from (listed(change, since) for change in field_changes(plain_old[-1], plain_new[-1]))
    for n, place in enumerate(old[:-1]):
        if plain_old[n] not in plain_new:
            yield OF(part=listed(_where(place), _when(place), between=" "), change=_NO_MORE)
    for n, place in enumerate(new):
        if plain_new[n] not in plain_old:
            if n < len(new) - 1:
                yield OF(part=listed(_where(place), _when(place, ""), between=" "), change=_NEW)
        elif (before := old[plain_old.index(plain_new[n])]) != place and not (
            n < len(new) - 1 and place.until
        ):
            yield _MOVED(place=_where(place), before=_when(before), after=_when(place))


def _undated(sensor: Sensor) -> Sensor:
    return replace(sensor, first=None, last=None, since=None, until=None)


def _ends(sensor: Sensor) -> bool:
    return bool(sensor.last or sensor.until)


def _where(sensor: Sensor) -> Translatable | str:
    place = sensor.portal or sensor.space
    return _SWAPPED(place=place) if sensor.swapped else place


def _when(sensor: Sensor, otherwise: Translatable | str = _ALWAYS) -> Translatable | str:
    """Return the time span of a placement in words, `otherwise` for always."""
    return span(sensor.first or sensor.since, sensor.last or sensor.until) or otherwise
