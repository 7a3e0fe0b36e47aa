"""Besök's own payload: `besok/v1/{site}/{device}/flow`, `/level` and `/status` (docs/reference/native-messages.md)."""

from collections.abc import Callable
from functools import lru_cache
from math import isfinite
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.metrics import METRICS, Kind
from besok.model.readings import Decoded, Flag, Identity, Reading, Status
from besok.model.sitefile.mapping_checks import PERIOD_LIMIT
from collectors.adapters.jsontext import parse, show
from collectors.adapters.packet import Packet
from collectors.adapters.times import event_time
from collectors.limits import CHANNEL_LIMIT, DEVICE_LIMIT

SOURCE: Final = "native"
PREFIX: Final = "besok/v1/"
SEQ_WINDOW_S = 8 * 86_400.0  # in which a device does not use a number twice; brokers keep a queue for a week
WRAPS_LIMIT = 2**53  # beyond it whole numbers are not exact
KINDS: Final = {  # by kind: the key that names the part of a device, and the metrics
    "flow": ("line", tuple(m.name for m in METRICS.values() if m.kind is not Kind.LEVEL)),
    "level": ("region", tuple(m.name for m in METRICS.values() if m.kind is Kind.LEVEL)),
}


def _is_name(value: object) -> bool:
    name = str(value) if type(value) is int else value
    return type(name) is str and 0 < len(name) <= CHANNEL_LIMIT and name.isprintable()


_NAME: Final = f"a name of at most {CHANNEL_LIMIT} printable characters"
FIELDS: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {  # keys beside the values: check, and form
    "simulated": (lambda value: type(value) is bool, "true or false"),
    "line": (_is_name, _NAME),
    "region": (_is_name, _NAME),
    "period_s": (
        lambda value: type(value) in (int, float) and 0 <= value <= PERIOD_LIMIT,
        f"a number of seconds from 0 to {PERIOD_LIMIT} (a day)",
    ),
    "wraps": (
        lambda value: type(value) is int and 0 <= value <= WRAPS_LIMIT,
        "a whole number such as 65536, for a counter of 16 bits",
    ),
}


def decode(packet: Packet) -> Decoded | None:
    """Return the readings or the status in a native message, with the problems of its parts; None on other topics."""
    if not packet.topic.startswith(PREFIX):
        return None
    message = packet.message
    device, kind = _address(message.topic)
    if not message.payload and (message.retained or kind == "status"):
        return Decoded(not_data="a tombstone: somebody deletes what the broker had kept")
    return _status(device, message.payload) if kind == "status" else _measured(device, message.payload, kind)


@lru_cache(maxsize=10_000)  # a device has few topics, which do not change
def _address(topic: str) -> tuple[str, str]:
    parts = topic.removeprefix(PREFIX).split("/")
    if len(parts) != 3 or not all(parts) or parts[2] not in (*KINDS, "status"):
        raise Unreadable(f"the topic is not {PREFIX}SITE/DEVICE/ followed by flow, level or status")
    device = f"{parts[0]}/{parts[1]}"
    if len(device) > DEVICE_LIMIT:
        raise Unreadable(f"site and device have {len(device)} characters; {DEVICE_LIMIT} is the most")
    if not device.isprintable():
        raise Unreadable("the name of the site or the device has characters that cannot be printed")
    return device, parts[2]


def _status(device: str, payload: bytes) -> Decoded:
    word = payload.strip().strip(b'"').lower()
    if word in (b"online", b"offline"):
        online: object = word == b"online"
    else:
        value = parse(payload)
        online = value.get("online") if isinstance(value, dict) else None
    if not isinstance(online, bool):
        raise Unreadable('a status must be online, offline or {"online": true or false}')
    return Decoded(statuses=(Status(source=SOURCE, device=device, online=online),))


Item = dict[Any, Any]


def _measured(device: str, payload: bytes, kind: str) -> Decoded:
    """Return the readings of every item of the payload; the problems say which item they mean."""
    value = parse(payload)
    items = value if isinstance(value, list) else [value]
    if not items:
        raise Unreadable("the payload is an empty list")
    readings: list[Reading] = []
    problems: list[str] = []
    for number, item in enumerate(items, 1):
        known = len(problems)
        try:
            if type(item) is not dict:
                raise Unreadable(f"{show(item)} is not an object with named values")
            _item(device, kind, item, readings, problems)
        except Unreadable as exc:
            problems.append(str(exc))
        if len(problems) > known and len(items) > 1:
            problems[known:] = [f"item {number} of {len(items)}: {p}" for p in problems[known:]]
    identity = _identity(device, items, readings)
    return Decoded(readings=tuple(readings), problems=tuple(problems), identity=identity, adapter=SOURCE)


def _identity(device: str, items: list[Any], readings: list[Reading]) -> Identity | None:
    """Return the numbers of the items, for a message with a reading that has no time; a time is identity enough."""
    if all(r.time is not None for r in readings):
        return None
    numbers = [item.get("seq") for item in items if type(item) is dict]
    if not all(type(n) is int for n in numbers):
        return None
    return Identity(
        scope=f"{SOURCE}/{device}", mark=f"seq:{','.join(map(str, numbers))}", window_s=SEQ_WINDOW_S
    )


def _item(device: str, kind: str, item: Item, readings: list[Reading], problems: list[str]) -> None:
    time = event_time(item.get("time"))
    flags = Flag.SIMULATED if _stated(item, "simulated") else Flag.NONE
    part, names = KINDS[kind]
    place = _stated(item, part)
    channel = f"{kind}:{1 if place is None else place}"
    period_s = float(_stated(item, "period_s") or 0) if kind == "flow" else 0.0
    wraps = (_stated(item, "wraps") or 0) if kind == "flow" else 0
    present = [name for name in names if name in item]
    if not present:
        raise Unreadable(f"it holds none of {', '.join(names)}")
    for name in present:
        # Where a message holds both, the total counts: it survives lost messages, the delta does not.
        if kind == "flow" and item.get(f"{name}_total") is not None:
            continue
        value = _value(name, item[name], problems)
        if value is not None:
            is_total = name.endswith("_total")
            readings.append(
                Reading(
                    source=SOURCE,
                    device=device,
                    channel=channel,
                    metric=name,
                    value=value,
                    time=time,
                    period_s=0.0 if is_total else period_s,
                    flags=flags,
                    wraps=wraps if is_total else 0,
                )
            )


def _stated(item: Item, name: str) -> Any:
    """Return the value of one of FIELDS in an item; None if it is missing. Raises Unreadable."""
    value = item.get(name)
    if value is None:
        return None
    is_right, form = FIELDS[name]
    if not is_right(value):
        raise Unreadable(f"{name} is {show(value)}: it must be {form}")
    return value


def _value(name: str, value: object, problems: list[str]) -> float | None:
    """`value` as a number; None if it is null (no measurement) or wrong (then `problems` says so)."""
    if value is None:
        return None
    if name == "occupied":
        if value is True or value is False or (type(value) is int and value in (0, 1)):
            return float(value)
        problems.append(f"{name} is {show(value)}: it must be true or false")
    elif type(value) is not int and (type(value) is not float or not isfinite(value)):
        problems.append(f"{name} is {show(value)}: it must be a number")
    else:
        try:
            return float(value)
        except OverflowError:
            problems.append(f"{name} is a number of more than 300 digits")
    return None
