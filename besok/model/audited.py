"""Details of audited changes: kept as English with its values, and translated when they are shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from besok.model.access import Grant
from besok.model.messages import Translatable
from besok.model.site import Closure, Deduction, Text

ACCEPTED: Final = Translatable("accepted from {day}")
ADDED: Final = Translatable("added: {title}")
AT: Final = Translatable("{what}@{site}")
BY: Final = Translatable("by {author}")
CANCELLED: Final = Translatable("cancelled")
CHANGED: Final = Translatable("{field}: {before} → {after}")
DROPPED: Final = Translatable("readings of {device} dropped: {n}")
EMPTIED: Final = Translatable("readings deleted: {n}")
ENDED: Final = Translatable("ended")
EVENTS: Final = Translatable("events: {new} new, {changed} changed, {removed} removed")
FROM: Final = Translatable("from {first}")
FROM_TO: Final = Translatable("from {first} to {last}")
LEARNT: Final = Translatable("learnt from its next message")
NO: Final = Translatable("no")
NONE: Final = Translatable("not stated")
NO_PICTURE: Final = Translatable("no picture any more")
NO_ROLE: Final = Translatable("no role")
OF: Final = Translatable("{part}: {change}")
PEOPLE: Final = Translatable("people: {n}")
PICTURE: Final = Translatable("a picture with the digest {digest}")
PLAYED: Final = Translatable("played")
PLAY_ENDED: Final = Translatable("play ended")
QUEUED: Final = Translatable("queued: {title}")
READINGS: Final = Translatable("readings from {first} to {last}: {n}")
REJECTED: Final = Translatable("rejected")
RELEASED: Final = Translatable("readings of {device} released: {n}")
REMOVED: Final = Translatable("removed")
REMOVED_ENTRIES: Final = Translatable("removed, entries: {n}")
REMOVED_TITLE: Final = Translatable("removed: {title}")
RESTORED: Final = Translatable("restored")
SCHOOL_HOLIDAYS: Final = Translatable("school holidays: {n}")
SESSIONS_ENDED: Final = Translatable("sessions ended: {n}")
STORED: Final = Translatable("stored")
TO: Final = Translatable("to {last}")
TOTP_REMOVED: Final = Translatable("taken away")
TOTP_SET: Final = Translatable("set")
UNDONE: Final = Translatable("undone")
UNTIL: Final = Translatable("until {until}")
YES: Final = Translatable("yes")


def word(kind: str, key: str) -> Translatable:
    """Return a key of some kind ("field", "role", "alert") for which `besok.text` has a word."""
    return Translatable(f"{{{kind}}}", {kind: key})


def granted(grant: Grant) -> Translatable:
    """Return a role, with its site unless it holds at all of them."""
    role = word("role", grant.role)
    return AT(what=role, site=grant.site) if grant.site else role


def listed(*parts: Translatable | str, between: str = ", ") -> Translatable:
    """Return several details as one: phrases, and what people wrote or called something."""
    values = {f"part{n}": part for n, part in enumerate(parts) if part}
    return Translatable(between.join(f"{{{name}}}" for name in values), values)


def said(author: str, *parts: Translatable | str) -> Translatable:
    """Return details with their author: "Kim: undone, the wrong room"."""
    return listed(author, listed(*parts), between=": ")


def field_changes(old: Any, new: Any, skip: Sequence[str] = ()) -> Iterator[Translatable]:
    """Yield the fields of a dataclass that differ, with both values."""
    for name in (f.name for f in fields(new) if f.name not in skip):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            known, given = _value(name, before), _value(name, after)
            field = word("field", name)
            yield (
                OF(part=field, change=given)
                if known == NONE
                else CHANGED(field=field, before=known, after=given)
            )


def span(first: object, last: object) -> Translatable | str:
    """Return a span of time in words, "" for always."""
    if first and last:
        return FROM_TO(first=first, last=last)
    return FROM(first=first) if first else TO(last=last) if last else ""


def _value(field: str, value: object) -> Translatable | str:
    """Return a value of a field in words."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, Text):
        return f"{value.sv} / {value.en}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {inner}" for key, inner in value.items()) or NONE
    if isinstance(value, Deduction):
        return listed(word("kind", value.kind), f"{value.share or value.per_day:g}", between=" ")
    if isinstance(value, Closure):
        return span(value.first, value.last)
    if value in (None, "", ()):
        return NONE
    if isinstance(value, tuple):
        parts = [_value(field, part) for part in value]
        return listed(*parts) if Translatable in map(type, parts) else ", ".join(map(str, parts))
    return word(field, value) if isinstance(value, str) else str(value)
