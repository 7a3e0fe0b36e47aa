"""The changes that applying a site file would make, in sentences."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from besok.model.calendar import EARLY, placement_span
from besok.model.plurals import many
from besok.model.site import Closure, Deduction, OpeningHours, Sensor, Site, Text, WeekHours

_PARTS = ("spaces", "portals", "sensors", "mappings")
_BESIDE = ("opening", "target", "visits")
_Part = TypeVar("_Part")


def differences(old: Site | None, new: Site) -> list[str]:
    """Yield one line for each difference between the current site and the file; empty when there is none."""
    if old is None:
        counts = ", ".join(
            f"{len(getattr(new, part))} {part}" for part in _PARTS if part != "mappings" or new.mappings
        )
        return [f"{new.id}: new {new.kind} with {counts}"]
    return [f"{new.id}: {line}" for line in _site(old, new)]


def _site(old: Site, new: Site) -> Iterator[str]:
    yield from _fields("", old, new, skip=(*_PARTS, *_BESIDE))
    yield from _opening(old.opening, new.opening)
    if (old.target is None) != (new.target is None):
        yield "target: new" if new.target else "target: removed"
    elif old.target != new.target:
        yield from _fields("target ", old.target, new.target)
    yield from _keyed(old.visits, new.visits, lambda d: f"visits from {d.first}", "removed", "new definition")
    yield from _parts(old.spaces, new.spaces, lambda space: f"space {space.id}")
    yield from _parts(old.portals, new.portals, lambda portal: f"portal {portal.id}")
    yield from _sensors(_by_channel(old), _by_channel(new))
    yield from _parts(old.mappings, new.mappings, lambda mapping: f"mapping {mapping.name}")


def _opening(old: OpeningHours, new: OpeningHours) -> Iterator[str]:
    if len(old.tables) == len(new.tables) == 1:
        yield from _fields("opening ", old.tables[0], new.tables[0])
    else:
        yield from _keyed(old.tables, new.tables, _table, "removed", "new hours")
    if old.exceptions != new.exceptions:
        lasting = many(len(new.exceptions), "special day")
        yield f"opening exceptions: {len(old.exceptions)} -> {lasting} or periods"


def _table(table: WeekHours) -> str:
    return f"opening from {table.first}" if table.first else "opening"


def _keyed(
    old: Sequence[_Part], new: Sequence[_Part], called: Callable[[_Part], str], removed: str, added: str
) -> Iterator[str]:
    """Yield the differences between parts, which `called` identifies."""
    before, after = ({called(part): part for part in parts} for parts in (old, new))
    yield from (f"{name}: {removed}" for name in before if name not in after)
    yield from (f"{name}: {added}" for name in after if name not in before)
    for name in after:
        if name in before:
            yield from _fields(f"{name}: ", before[name], after[name])


def _parts(old: Sequence[_Part], new: Sequence[_Part], called: Callable[[_Part], str]) -> Iterator[str]:
    yield from _keyed(old, new, called, "removed, its history stays", "new")
    before, after = ([called(part) for part in parts] for parts in (old, new))
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield f"{after[0].partition(' ')[0]}s: in another order"


def _fields(label: str, old: Any, new: Any, skip: Sequence[str] = ()) -> Iterator[str]:
    for name in (f.name for f in fields(new) if f.name not in skip):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"{label}{name}: {_value_text(before)} -> {_value_text(after)}"


def _by_channel(site: Site) -> Mapping[str, list[Sensor]]:
    """Return the places of each channel, one after another."""
    by_channel: dict[str, list[Sensor]] = {}
    for s in sorted(site.sensors, key=lambda s: placement_span(s, site)[0] or EARLY):
        native = s.source == "native"
        key = f"{s.device} {s.channel_key}" if native else f"{s.source} {s.device} {s.channel_key}"
        by_channel.setdefault(key, []).append(s)
    return by_channel


def _sensors(old: Mapping[str, list[Sensor]], new: Mapping[str, list[Sensor]]) -> Iterator[str]:
    yield from (f"sensor {key}: removed, its history stays" for key in old if key not in new)
    yield from (f"sensor {key}: new{_when(places[0])}" for key, places in new.items() if key not in old)
    for key, places in new.items():
        if key in old and old[key] != places:
            yield from (f"sensor {key}: {line}" for line in _places(old[key], places))


def _places(old: Sequence[Sensor], new: Sequence[Sensor]) -> Iterator[str]:
    """Yield the differences between the placements of one channel."""
    plain_old, plain_new = [_undated(s) for s in old], [_undated(s) for s in new]
    if plain_old == plain_new and _ends(new[-1]) and not _ends(old[-1]):
        after = f" after {new[-1].last}" if new[-1].last else ""
        yield f"removed{after}, its history stays"
        return
    if plain_old[-1] != plain_new[-1]:
        since = f" (from {new[-1].first})" if new[-1].first else ""
        yield from (f"{line}{since}" for line in _fields("", plain_old[-1], plain_new[-1]))
    for n, place in enumerate(old[:-1]):
        if plain_old[n] not in plain_new:
            yield f"{_where(place)}{_when(place) or ' always'}: no more, nor what it counted there"
    for n, place in enumerate(new):
        if plain_new[n] not in plain_old:
            if n < len(new) - 1:
                yield f"{_where(place)}{_when(place)}: new"
        elif (before := old[plain_old.index(plain_new[n])]) != place and not (
            n < len(new) - 1 and place.until
        ):
            yield f"{_where(place)}:{_when(before) or ' always'} ->{_when(place) or ' always'}"


def _undated(sensor: Sensor) -> Sensor:
    return replace(sensor, first=None, last=None, since=None, until=None)


def _ends(sensor: Sensor) -> bool:
    return bool(sensor.last or sensor.until)


def _where(sensor: Sensor) -> str:
    return f"{sensor.portal or sensor.space}{', swapped' * sensor.swapped}"


def _when(sensor: Sensor) -> str:
    """Return the time span of a placement in words, "" for always."""
    begins, ends = sensor.first or sensor.since, sensor.last or sensor.until
    return f" from {begins}" * bool(begins) + f" to {ends}" * bool(ends)


def _value_text(value: object) -> str:
    if isinstance(value, Text):
        return f'"{value.sv}" / "{value.en}"'
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {inner}" for key, inner in value.items()) or "none"
    if isinstance(value, Deduction):
        return f"{value.kind} {value.share or value.per_day:g}"
    if isinstance(value, Closure):
        return f"{value.first} to {value.last}" if value.last else f"from {value.first}"
    if isinstance(value, tuple):
        return ", ".join(map(_value_text, value)) or "none"
    return "none" if value is None or value == "" else str(value)
