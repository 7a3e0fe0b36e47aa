"""Devices that no adapter knows, read by the `[[sites.mappings]]` of the site file (docs/reference/mappings.md)."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from paho.mqtt.client import topic_matches_sub

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.jsontext import show
from collectors.adapters.packet import Packet
from collectors.devices.format import Format, of_mapping
from collectors.devices.reader import LEAVES_SHOWN, TOMBSTONE, read, read_fitting, shown

CODEC: Final = "codec"  # the name under which mappings find the decoded fields of a frame, and
DEVICE: Final = "codec_device"  # its devEUI
WORD_LIMIT = 200  # characters of a payload that is a bare word


def decode(packet: Packet) -> Decoded | None:
    """Decode with the mappings whose `only` is for the message; None if there is none."""
    forms = [form for form in _for_topic(packet, of_codec=False) if form.when.are_of(packet.whole)]
    if not forms:
        return None
    if not packet.payload:
        return Decoded(not_data=TOMBSTONE)
    _check(packet)
    decoded = read(forms, packet)
    if decoded == Decoded():
        raise Unreadable(_nothing(packet, forms))
    return decoded


def decode_fields(packet: Packet) -> Decoded | None:
    """Decode a message to which the fields of a frame have been added; None if no mapping is for them."""
    decoded = read_fitting(_for_topic(packet, of_codec=True), packet)
    return None if decoded == Decoded() else decoded


def decode_left_out(packet: Packet) -> Decoded | None:
    """Take a message that the `only` of no mapping is for as no measurement; None if its topic has no mapping."""
    names = ", ".join(form.name for form in _for_topic(packet, of_codec=False))
    if not names:
        return None
    if not packet.payload:
        return Decoded(not_data=TOMBSTONE)
    _check(packet)
    return Decoded(not_data=f"a message that the site file leaves out (only, of the mapping {names})"[:300])


_matches = lru_cache(maxsize=10_000)(topic_matches_sub)


def _for_topic(packet: Packet, *, of_codec: bool) -> Sequence[Format]:
    """Return the mappings of a topic as formats: of messages, or of frames to which decoded fields have been added."""
    known, key = packet.known, "mappings of codecs" if of_codec else "mappings"
    if key not in known.compiled:
        forms = map(of_mapping, known.mappings)
        known.compiled[key] = [form for form in forms if _is_of_codec(form) == of_codec]
    return [form for form in known.compiled[key] if _matches(form.topic, packet.topic)]


def _is_of_codec(form: Format) -> bool:
    values = (path for value in form.values for path in value.paths)
    paths = (*form.each, *values, *(condition.path for condition in form.asked))
    return any(path.text.startswith(f"$.{CODEC}") for path in paths)


def _check(packet: Packet) -> None:
    """Raise Unreadable for a payload that is neither a document nor a bare word (`ON`)."""
    word = packet.text
    if not 0 < len(word) <= WORD_LIMIT or not word.isprintable() or word[0] in '{["':
        packet.json  # noqa: B018 - raises with the reason why it is none


def _nothing(packet: Packet, forms: Sequence[Format]) -> str:
    paths = list(dict.fromkeys(path.text for form in forms for value in form.values for path in value.paths))
    return (
        f"the mapping {show(forms[0].name)} finds nothing: {', '.join(paths[:LEAVES_SHOWN])} "
        f"lead{'s' * (len(paths) == 1)} nowhere in this message, which has {shown(packet)};"
        " correct the paths, or say with only = { ... } which messages are measurements"
    )
