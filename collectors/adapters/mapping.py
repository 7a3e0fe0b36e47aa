"""Devices that no adapter knows, read by the `[[sites.mappings]]` of the site file (docs/reference/mappings.md)."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar

from paho.mqtt.client import topic_matches_sub

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from besok.model.site import PayloadMapping
from collectors.adapters.jsontext import show
from collectors.adapters.packet import Packet
from collectors.devices.finding import Body, is_so
from collectors.devices.format import Format, of_mapping
from collectors.devices.reader import LEAVES_SHOWN, TOMBSTONE, read, shown

T = TypeVar("T")
CODEC: Final = "codec"  # the name under which mappings find the decoded fields of a frame, and
DEVICE: Final = "codec_device"  # its devEUI
WORD_LIMIT = 200  # characters of a payload that is a bare word


def decode(packet: Packet) -> Decoded | None:
    """Decode with the mappings that fit; of two that say the same of a line the first one counts.

    None if no mapping is for the topic, or its `only` not for the message.
    """
    mappings = [mapping for mapping in _for_topic(packet) if _is_like(packet, mapping)]
    if not mappings:
        return None
    if not packet.payload:
        return Decoded(not_data=TOMBSTONE)
    message = _message(packet)
    forms = [_compiled(Same(mapping)) for mapping in mappings]
    decoded = read(forms, Body(value=message, packet=packet))
    if decoded == Decoded():
        raise Unreadable(_nothing(packet, message, mappings))
    return decoded


def decode_fields(body: Body) -> Decoded | None:
    """Decode a message to which the fields of a frame have been added; None if no mapping is for them."""
    mappings = (m for m in body.packet.known.mappings if _matches(m.topic, body.packet.topic))
    forms = [_compiled(Same(m)) for m in mappings if _is_of_codec(Same(m))]
    decoded = read([form for form in forms if is_so(form.when, body)], body)
    return None if decoded == Decoded() else decoded


def decode_left_out(packet: Packet) -> Decoded | None:
    """Decode a message that no mapping's `only` is for: no measurement, as the site file says.

    None if there is no mapping for the topic. Asked after the adapters that know their devices.
    """
    names = ", ".join(mapping.name for mapping in _for_topic(packet))
    if not names:
        return None
    if not packet.payload:
        return Decoded(not_data=TOMBSTONE)
    _message(packet)
    return Decoded(not_data=f"a message that the site file leaves out (only, of the mapping {names})"[:300])


_matches = lru_cache(maxsize=10_000)(topic_matches_sub)


def _for_topic(packet: Packet) -> Iterator[PayloadMapping]:
    mappings = (mapping for mapping in packet.known.mappings if _matches(mapping.topic, packet.topic))
    return (mapping for mapping in mappings if not _is_of_codec(Same(mapping)))


class Same(Generic[T]):
    """A cache key that compares by object identity, not by value."""

    __slots__ = ("it",)

    def __init__(self, it: T) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.it is self.it


@lru_cache(maxsize=1024)
def _is_of_codec(same: Same[PayloadMapping]) -> bool:
    """Tell whether a mapping reads frames to which decoded fields have been added."""
    mapping = same.it
    return any(path.startswith(f"$.{CODEC}") for path in (mapping.each, *mapping.values.values()))


@lru_cache(maxsize=1024)
def _compiled(same: Same[PayloadMapping]) -> Format:
    return of_mapping(same.it)


def _message(packet: Packet) -> Any:
    """Return the JSON of the payload; a payload that is a bare word (`ON`) is that word. Raises Unreadable."""
    word = packet.text
    is_word = 0 < len(word) <= WORD_LIMIT and word.isprintable() and word[0] not in '{["'
    return packet.value if is_word else packet.json


def _is_like(packet: Packet, mapping: PayloadMapping) -> bool:
    """Tell whether the message meets the conditions of `only`; those on its items are checked later. Never raises."""
    try:
        form = _compiled(Same(mapping))
        return not form.when or is_so(form.when, Body(value=_message(packet), packet=packet))
    except Unreadable:
        return False


def _nothing(packet: Packet, message: Any, mappings: Sequence[PayloadMapping]) -> str:
    paths = list(dict.fromkeys(path for mapping in mappings for path in mapping.values.values()))
    return (
        f"the mapping {show(mappings[0].name)} finds nothing: {', '.join(paths[:LEAVES_SHOWN])} "
        f"lead{'s' * (len(paths) == 1)} nowhere in this message, which has {shown(packet, message)};"
        " correct the paths, or say with only = { ... } which messages are measurements"
    )
