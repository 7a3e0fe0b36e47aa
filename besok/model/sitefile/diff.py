"""The changes that applying a site file would make, in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from besok.model.plurals import many
from besok.model.site import PayloadMapping, Portal, Sensor, Site, Space, Text, VisitDefinition

_PARTS = ("spaces", "portals", "sensors", "mappings")
_BESIDE = ("opening", "target", "visits")


def differences(old: Site | None, new: Site) -> list[str]:
    """One line for each difference between the site as it is and as the file has it; empty when there is none."""
    if old is None:
        counts = ", ".join(
            f"{len(getattr(new, part))} {part}" for part in _PARTS if part != "mappings" or new.mappings
        )
        return [f"{new.id}: new {new.kind} with {counts}"]
    return [f"{new.id}: {line}" for line in _site(old, new)]


def _site(old: Site, new: Site) -> Iterator[str]:
    yield from _fields("", old, new, skip=(*_PARTS, *_BESIDE))
    yield from _fields("opening ", old.opening, new.opening)
    if (old.target is None) != (new.target is None):
        yield "target: new" if new.target else "target: removed"
    elif old.target != new.target:
        yield from _fields("target ", old.target, new.target)
    yield from _definitions({d.first: d for d in old.visits}, {d.first: d for d in new.visits})
    for part in _PARTS:
        yield from _parts(part[:-1], getattr(old, part), getattr(new, part))


def _definitions(old: Mapping[date, VisitDefinition], new: Mapping[date, VisitDefinition]) -> Iterator[str]:
    yield from (f"visits from {first}: removed" for first in old if first not in new)
    yield from (f"visits from {first}: new definition" for first in new if first not in old)
    yield from (
        f"visits from {first}: another definition"
        for first in new
        if first in old and old[first] != new[first]
    )


def _fields(label: str, old: Any, new: Any, skip: Sequence[str] = ()) -> Iterator[str]:
    for name in (f.name for f in fields(new) if f.name not in skip):
        before, after = getattr(old, name), getattr(new, name)
        if name == "exceptions" and before != after:
            yield f"{label}exceptions: {len(before)} -> {many(len(after), 'special day')} or periods"
        elif before != after:
            yield f"{label}{name}: {_shown(before)} -> {_shown(after)}"


def _parts(kind: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[str]:
    before, after = _by_key(old), _by_key(new)
    yield from (f"{kind} {key}: removed, its history stays" for key in before if key not in after)
    yield from (f"{kind} {key}: new" for key in after if key not in before)
    both = [key for key in after if key in before]
    for key in both:
        yield from _fields(f"{kind} {key}: ", before[key], after[key])
    if kind != "sensor" and [key for key in before if key in after] != both:
        yield f"{kind}s: in another order"


def _by_key(parts: Sequence[Space | Portal | Sensor | PayloadMapping]) -> Mapping[str, Any]:
    return {_key(part): part for part in parts}


def _key(part: Space | Portal | Sensor | PayloadMapping) -> str:
    if isinstance(part, PayloadMapping):
        return part.name
    if not isinstance(part, Sensor):
        return part.id
    native = part.source == "native"
    return (
        f"{part.device} {part.channel_key}" if native else f"{part.source} {part.device} {part.channel_key}"
    )


def _shown(value: object) -> str:
    if isinstance(value, Text):
        return f'"{value.sv}" / "{value.en}"'
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {inner}" for key, inner in value.items()) or "none"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None or value == "" else str(value)
