"""Fields of JSON objects that may be missing or be another thing than the vendor says: names, lists, spans of time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.jsontext import TWICE, show
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

NAME_LIMIT = 60  # characters of a line, a zone, a region
DEVICE_LIMIT = 200  # characters of a device's name
PERIOD_LIMIT = 7 * 86_400  # seconds that one record may sum up

Item = dict[Any, Any]
NO_ITEM: Final[Item] = {}


def item(value: object) -> Item:
    """`value` if it is an object, else an empty one: for a look at what may be in it."""
    return value if type(value) is dict else NO_ITEM


def items(name: str, value: object, problems: list[str]) -> Iterable[Item]:
    """Return the objects in the list `value` (or the one, where a device leaves out the list); others are problems.

    None is an empty list: a section that was left out.
    """
    if value is None:
        return
    for number, each in enumerate(value if type(value) is list else [value], 1):
        if type(each) is not dict:
            problems.append(f"{name} {number} is {show(each)}: it must be an object with named values")
        elif TWICE in each:
            problems.append(
                f"{name} {number} says {show(each[TWICE])} twice, so nobody knows which one is meant"
            )
        else:
            yield each


def once(value: Item) -> Item:
    """`value`, unless it says a name twice. Raises Unreadable."""
    if TWICE in value:
        raise Unreadable(f"it says {show(value[TWICE])} twice, so nobody knows which one is meant")
    return value


def name(*values: object, limit: int = NAME_LIMIT) -> str:
    """Return the first of `values` that can name something (short printable text or a whole number); "" if none can."""
    for value in values:
        text = str(value) if type(value) is int else value
        if type(text) is str and 0 < len(text := text.strip()) <= limit and text.isprintable():
            return text
    return ""


def device(packet: Packet, *values: object) -> str:
    """Return the first of `values` that can name a device, else the topic. Raises Unreadable."""
    found = name(*values, packet.topic, limit=DEVICE_LIMIT)
    if not found:
        raise Unreadable("nothing in it says which device sent it, and the topic cannot be a device's name")
    return found


def serial(value: object) -> str:
    """Normalise a serial number that is a MAC address: `AC:CC:8E:F3:D9:2E` and `ACCC8EF3D92E` are `accc8ef3d92e`."""
    return name(value).replace(":", "").replace("-", "").lower()


def span(begins: datetime | None, ends: datetime | None) -> float:
    """Seconds from `begins` to `ends`, 0 if one is not known. Raises Unreadable if that can be no period."""
    if begins is None or ends is None:
        return 0.0
    seconds = (ends - begins).total_seconds()
    if not 0 <= seconds <= PERIOD_LIMIT:
        raise Unreadable(f"its period goes from {begins:%Y-%m-%d %H:%M:%S} to {ends:%Y-%m-%d %H:%M:%S} UTC")
    return seconds


def together(sheets: Sequence[Sheet], *, model: str = "", not_data: str = "") -> Decoded:
    """Join what several devices say in one message. `not_data` is said only if they say nothing."""
    readings = tuple(reading for sheet in sheets for reading in sheet.readings)
    problems = tuple(problem for sheet in sheets for problem in sheet.problems)
    return Decoded(
        readings=readings,
        statuses=tuple(status for sheet in sheets for status in sheet.statuses),
        problems=problems,
        model=model,
        not_data="" if readings or problems else not_data,
    )
