"""Reads the JSON objects of devices that no adapter knows, by the names of their fields (vocabulary.py)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from besok.model.errors import Unreadable
from collectors.adapters import ambiguity, hints
from collectors.adapters.amounts import ABOUT_PEOPLE, amount
from collectors.adapters.json_flatten import PART_LIMIT, Leaf, leaves
from collectors.adapters.jsontext import show
from collectors.adapters.moments import Clock
from collectors.adapters.numbers import measured, number, state
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.adapters.vocabulary import (
    PERSONS,
    Doubt,
    Means,
    Verdict,
    in_all,
    is_aside,
    is_passing,
    judge,
    words,
)

_TOTAL_OF: Final = {
    "in": "in_total",
    "out": "out_total",
    "passages": "passages_total",
    "motions": "motions_total",
}
# Words that tell of people whatever the name of the field, and whether they do so beyond doubt.
_STATES: Final = {
    **dict.fromkeys(("occupied", "unoccupied", "vacant", "not occupied", "not_occupied"), True),
    **dict.fromkeys(
        ("free", "busy", "in use", "in_use", "taken", "present", "absent", "motion", "no motion"), False
    ),
}
SHARES: Final = ("%", "percent", "pct", "prozent", "procent")
_NO_COUNTS: Final = frozenset(  # units of meters
    ("kwh", "wh", "mwh", "w", "kw", "m3", "m³", "l", "l/h", "l/min", "a", "ma", "v", "mv", "b", "byte", "bytes", "kb",
     "mb", "°c", "c", "ppm", "lx", "lux", "db", "pa", "hpa", "bar", "s", "ms", "min", "h", "m", "cm", "mm", "m/s")
)  # fmt: skip
_OCCUPIED: Final = Means(metric="occupied")


_Key = tuple[str, str, datetime | None]  # metric, part, time


@dataclass(slots=True)
class Found:
    """The content of an object: measurements, names in doubt, and names that nobody knows."""

    measured: list[tuple[Leaf, Means]] = field(default_factory=list)
    doubtful: list[tuple[Leaf, Doubt]] = field(default_factory=list)
    unknown: list[Leaf] = field(default_factory=list)
    other: list[Leaf] = field(default_factory=list)  # words and states of which nobody knows what they are
    shares: list[Leaf] = field(default_factory=list)  # how full a place is, or how much of a time it was used

    @property
    def understood(self) -> bool:
        """Tell whether anything in it has a meaning, be it in doubt."""
        return bool(self.measured or self.doubtful)

    @property
    def only_health(self) -> bool:
        """Tell whether it measures nothing but its battery, or nothing at all, and asks nothing."""
        measured = {means.metric for leaf, means in self.measured if leaf.value is not None}
        return bool(self.unknown) and not self.doubtful and measured <= {"battery_pct", "battery_v"}

    @property
    def about_people(self) -> bool:
        """Tell whether it measures people, or asks what it is that counts them."""
        return bool(self.doubtful) or any(means.metric in ABOUT_PEOPLE for _, means in self.measured)


def note(
    sheet: Sheet,
    fields: Mapping[str, Any],
    *,
    packet: Packet | None = None,
    at: str = "$",
    context: tuple[str, ...] = (),
    device_path: str = "",
    time_path: str = "",
) -> bool:
    """Note on `sheet` what `fields` say; whether anything of it was understood. Raises Unreadable.

    What is in doubt becomes a problem with the lines of a mapping to choose from: `at` is the JSONPath of `fields`
    within the message, `device_path` and `time_path` those of its device and time. Times within `fields` are read only
    if the `packet` is given, which knows their zone. `context` are words that belong before the names (of the topic).
    """
    found = look(fields, packet=packet, at=at, context=context)
    write(sheet, found, topic=packet.topic if packet else "", device_path=device_path, time_path=time_path)
    return found.understood


def look(
    fields: Mapping[str, Any],
    *,
    packet: Packet | None = None,
    at: str = "$",
    each: str = "",
    context: tuple[str, ...] = (),
) -> Found:
    """Return what the names of `fields` mean, which are an item of `each` if that is given. Raises Unreadable."""
    return sort(leaves(fields, clock(packet), at=at, each=each), context=context)


def sort(leaves_: Iterable[Leaf], *, context: tuple[str, ...] = ()) -> Found:
    """Return what the names of these values mean."""
    found = Found()
    listed = _departures(leaves_)
    aside = [leaf for leaf in listed if _sort(found, leaf, context) == "aside"]
    found.shares = [leaf for leaf in aside if ambiguity.is_share(leaf) and _is_number(leaf.value)]
    _agree(found)
    _same(found)
    if not found.understood:
        found.unknown += [leaf for leaf in aside if _is_number(leaf.value)]
        found.unknown += [leaf for leaf in listed if _is_hidden(leaf)] if not found.unknown else []
    return found


def _is_hidden(leaf: Leaf) -> bool:
    """Tell whether a value would tell of people beyond doubt under another name."""
    means = judge(leaf.own)
    if not isinstance(means, Means) or means.metric not in ABOUT_PEOPLE or is_aside(leaf.words):
        return False
    return len(leaf.words) > len(leaf.own) and (_is_number(leaf.value) or _is_yes_or_no(leaf.value))


def _departures(leaves_: Iterable[Leaf]) -> list[Leaf]:
    """Return the values, of which `left` is no side where it stands beside `entered`: it tells of those who went."""
    listed = list(leaves_)
    if not any(leaf.own == ("entered",) for leaf in listed):
        return listed
    return [
        replace(leaf, words=(*leaf.words[:-1], "exited"), own=("exited",)) if leaf.own == ("left",) else leaf
        for leaf in listed
    ]


def _same(found: Found) -> None:
    """Let a name that is in doubt for one item of a list be in doubt for all: `occupancy: 3` beside a 0."""
    asked = {leaf.said: doubt for leaf, doubt in found.doubtful if leaf.each}
    for leaf, means in [(leaf, means) for leaf, means in found.measured if leaf.each and leaf.said in asked]:
        found.measured.remove((leaf, means))
        found.doubtful.append((leaf, asked[leaf.said]))


def _agree(found: Found) -> None:
    """Let `people_in_total` beside `people_out_total` be what this is: it could be "people in total" only alone."""
    outs = {leaf.part for leaf, means in found.measured if means.metric == "out_total"}
    clear = [(leaf, doubt) for leaf, doubt in found.doubtful if doubt.about == "in" and leaf.part in outs]
    for leaf, doubt in clear:
        if in_all(leaf.words):
            found.doubtful.remove((leaf, doubt))
            found.measured.append((leaf, Means(metric="in_total")))


def write(sheet: Sheet, found: Found, *, topic: str, device_path: str = "", time_path: str = "") -> None:
    """Note what was measured, and as a problem what is in doubt."""
    measure(sheet, found)
    if said := ambiguity.told(
        found.measured, found.doubtful, topic=topic, device=device_path, time=time_path
    ):
        sheet.problems.append(said)
    if found.shares and found.understood and not found.about_people:
        sheet.problems.append(ambiguity.unknown(topic, found.shares, device=device_path, time=time_path))


def measure(sheet: Sheet, found: Found) -> None:
    """Note what was measured. A total leaves no room for a delta of its line."""
    told: dict[_Key, tuple[Leaf, float]] = {}
    disputed: set[_Key] = set()
    unclear: list[tuple[str, str]] = []  # words of which nobody knows whether somebody is there, by line
    for leaf, means, part in _parts(found.measured):
        try:
            metric, value = amount(leaf, means)
        except Unreadable as exc:
            if means.metric == "occupied":
                unclear.append((part, f"{exc}; if it does, {hints.WRITE}, with its words for yes and no"))
            else:
                sheet.problems.append(str(exc))
            continue
        try:
            if value is not None:
                _tell(told, disputed, (metric, _fit(leaf, part), leaf.time), leaf, value)
        except Unreadable as exc:
            sheet.problems.append(str(exc))
    known = {part for metric, part, _ in told if metric in ("occupied", "people")}
    sheet.problems += [said for part, said in unclear if part not in known]
    for (metric, part, time), (leaf, value) in told.items():
        if (metric, part, time) not in disputed:
            sheet.note(metric, value, part=part, time=time, period_s=leaf.period_s, said=leaf.said)


def _tell(
    told: dict[_Key, tuple[Leaf, float]], disputed: set[_Key], key: _Key, leaf: Leaf, value: float
) -> None:
    """Keep what is said of one thing; if it is said twice, somebody is there if either word for it says so.

    Two numbers of people for one place are in dispute, and neither counts.
    """
    first, same = told.setdefault(key, (leaf, value))
    if same == value or key[0] not in ABOUT_PEOPLE:
        return
    if leaf.each and (leaf.each, leaf.said) == (first.each, first.said) and key[0] == "occupied":
        disputed.add(key)
        raise Unreadable(
            f"{leaf.said} of several, one yes and one no, and nothing names them: {hints.WRITE}, with"
            f' each = "{leaf.each}" and channel = "key", their place in the list'
        )
    if key[0] != "occupied":
        disputed.add(key)
        raise Unreadable(
            f"{first.said} is {same:g} and {leaf.said} is {value:g}: both cannot be {key[0]} of one place;"
            f" choose one in a mapping in the site file ({hints.SEE})"
        )
    told[key] = (leaf, 1.0)


def _fit(leaf: Leaf, part: str) -> str:
    if len(part) > PART_LIMIT or not part.isprintable():
        raise Unreadable(f"{leaf.said} belongs to {show(part)}, which cannot be the name of a line or region")
    return part


def _sort(found: Found, leaf: Leaf, context: tuple[str, ...]) -> Verdict:
    """Put a leaf where it belongs."""
    verdict = _verdict(leaf, context)
    if isinstance(verdict, Means):
        found.measured.append((_parted(leaf, verdict.part), verdict))
    elif isinstance(verdict, Doubt):
        found.doubtful.append((_parted(leaf, verdict.part), verdict))
    elif verdict == "unknown" and leaf.value is not None:
        (found.unknown if _is_number(leaf.value) else found.other).append(leaf)
    return verdict


def _parted(leaf: Leaf, part: str) -> Leaf:
    """Return the leaf with the line or region that its name tells, which then stands nowhere else."""
    return leaf if not part else replace(leaf, part=part, part_path=leaf.part_path if leaf.each else "")


def _parts(measured: list[tuple[Leaf, Means]]) -> Iterable[tuple[Leaf, Means, str]]:
    """Return the measurements with their lines or regions. What a device says of all its lines together is "all"."""
    parted = {means.metric for leaf, means in measured if leaf.part}
    totals = {(means.metric, leaf.part) for leaf, means in measured if leaf.value is not None}
    for leaf, means in measured:
        if (_TOTAL_OF.get(means.metric), leaf.part) not in totals:
            yield leaf, means, leaf.part or ("all" if means.metric in parted else "1")


def _verdict(leaf: Leaf, context: tuple[str, ...]) -> Verdict:
    """Return what a leaf means, by its name and, where that leaves it open, by its value."""
    verdict = judge(leaf.words)
    if (
        context
        and not isinstance(verdict, Means)
        and isinstance(within := judge((*context, *leaf.words)), Means)
    ):
        verdict = within
    if not isinstance(verdict, Means) and leaf.place and isinstance(alone := judge(leaf.own), Means):
        verdict = replace(alone, part=alone.part or f"{leaf.place}/{leaf.part}".strip("/"))
    if isinstance(verdict, Means):
        return _of_value(leaf, verdict)
    if type(leaf.value) is str and (word := leaf.value.strip().lower()) in _STATES:
        return _OCCUPIED if _STATES[word] else Doubt(about="presence")
    if not isinstance(verdict, Means) and type(leaf.value) is str and is_passing(leaf.value):
        return "unknown"
    if isinstance(verdict, Doubt) and verdict.about in ("in", "out") and type(leaf.value) is bool:
        return "unknown"
    if isinstance(verdict, Doubt) and leaf.unit in _NO_COUNTS:
        return "ignored"
    if isinstance(verdict, Doubt) and leaf.unit in SHARES:
        return "aside"
    if isinstance(verdict, Doubt) and not _countable(leaf.value, verdict):
        return "ignored"
    return verdict


def _of_value(leaf: Leaf, means: Means) -> Verdict:
    value = leaf.value
    if type(value) is list:
        return Doubt(about="people", part=means.part) if means.metric in ABOUT_PEOPLE else "ignored"
    if means.metric not in ABOUT_PEOPLE:
        return means if _is_number(value) or _is_nothing(value) else "ignored"
    if means.metric == "people" and _is_yes_or_no(value):
        return replace(means, metric="occupied")
    if means.either == "period" and leaf.in_window:
        return Doubt(about="people", part=means.part)
    if means.metric != "occupied" or not _is_number(value):
        return means
    if leaf.unit in PERSONS:
        return replace(means, metric="people")
    if leaf.unit in SHARES:
        return "aside"
    if means.either and number(leaf.said, value) not in (0, 1, None):
        return Doubt(about="occupancy" if means.either == "people" else "motion", part=means.part)
    many = number(leaf.said, value)
    is_coded = words(leaf.said)[-1:] in (("state",), ("status",))
    return Doubt(about="occupancy", part=means.part) if many and many > 1 and not is_coded else means


def _countable(value: object, doubt: Doubt) -> bool:
    if doubt.about == "presence":
        return type(value) is bool or (type(value) in (int, float) and value in (0, 1))
    if doubt.about in ("in", "out", "way") and type(value) is str and not value.strip().isdecimal():
        return False  # the version of a firmware (`fw: "1.2"`), say
    return _is_number(value) or (type(value) is list and any(_is_number(item) for item in value))


def _is_yes_or_no(value: object) -> bool:
    """Tell whether it says that somebody is there or nobody: true, "ON"; a number of people, be it 0 or 1, does not."""
    if type(value) is not str or not value.strip().isalpha():
        return type(value) is bool
    try:
        return state("", value) is not None
    except Unreadable:
        return False


def _is_number(value: object) -> bool:
    if type(value) is int or type(value) is float:
        return True
    try:
        return type(value) is str and measured("", value)[0] is not None
    except Unreadable:
        return False


def _is_nothing(value: object) -> bool:
    """Tell whether it says that nothing was measured, in so many words."""
    try:
        return type(value) is not bool and number("", value) is None
    except Unreadable:
        return False


def clock(packet: Packet | None) -> Clock:
    """Tell how the times in an object are read; not at all without a packet, which knows the zone of the place."""
    if packet is None:
        return lambda name, value, zone: None
    return lambda name, value, zone: packet.instant(
        value, name=name, zone="UTC" if "utc" in words(name) else zone
    )
