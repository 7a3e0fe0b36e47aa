"""Decoding: the adapters in the order in which they are tried, and the checks of their results."""

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec.structs import replace

from besok.model.decode_context import NOTHING, DecodeContext
from besok.model.errors import Unreadable
from besok.model.readings import Decoded, Flag, Message
from besok.model.short_texts import cached_if_short
from collectors.adapters import bluetooth, mapping, native
from collectors.adapters.packet import MARK, Packet
from collectors.devices import registry, unknown
from collectors.limits import DEVICE_LIMIT, Budget
from collectors.lorawan import envelopes, senml
from collectors.lorawan.codecs import CODECS, Waiting

# A pure function; it returns None, cheaply, for a message of another kind, and raises nothing but Unreadable.
Adapter = Callable[[Packet], Decoded | None]

ADAPTERS: dict[str, Adapter] = {
    "mapping": mapping.decode,  # the site's own mappings come first
    "native": native.decode,
    "tts": envelopes.ADAPTERS["tts"],
    "bluetooth": bluetooth.decode,
    "table": registry.decode,  # devices that a model table knows
    **envelopes.ADAPTERS,  # after the tables, which know what else a network sends
    "senml": senml.decode,
    "mapping (only)": mapping.decode_left_out,
    "general": unknown.decode,  # the last: it asks about anything that is left
}

_QUOTED_MARK = f'"{MARK}"'.encode()  # few formats have their own
STRANGERS = "general"  # the adapter of unknown devices
NAMELESS = "the name of the device or of its line is too long, empty, or cannot be printed"
NOTHING_MEASURED = "a message in which nothing is measured"
MODEL_LIMIT = 100  # characters
IDENTITY_LIMIT = 400  # characters of a scope or a mark
REASON_LIMIT = 8_000  # characters of one problem; the longest ends with the choices for a dozen fields


def decode(message: Message, known: DecodeContext = NOTHING) -> Decoded:
    """Decode a message with the first adapter that reads it. What cannot be read is a problem, never an exception."""
    return CODECS.settled([begin(message, known)])[0]


def begin(message: Message, known: DecodeContext) -> Decoded:
    """Decode a message as far as it goes without a codec: of one that needs it a Waiting is returned."""
    packet = Packet(message, known)
    for name, adapter in ADAPTERS.items():
        if (decoded := _finished(packet, name, adapter, packet)) is not None:
            return decoded
    raise AssertionError("the last adapter takes anything")


def _finished(
    packet: Packet, name: str, decode: Callable[[Any], Decoded | None], given: object
) -> Decoded | None:
    """Return the decoded packet, or codec answer, fit to be stored; None if it is not for `decode`."""
    try:
        if given is not packet:  # the codec's answer, for which it has waited
            packet.budget = Budget()
        decoded = decode(given)
        if decoded is None:
            return None
        if isinstance(decoded, Waiting):
            return replace(decoded, resume=partial(_finished, packet, name, decoded.resume))
        if _QUOTED_MARK in packet.payload and packet.object.get(MARK) is True:
            readings = tuple(replace(r, flags=r.flags | Flag.SIMULATED) for r in decoded.readings)
            decoded = replace(decoded, readings=readings)
    except Unreadable as exc:
        decoded = Decoded(problems=(str(exc),))
    except Exception as exc:  # whatever a payload does to an adapter, other messages must be processed
        reason = f"the adapter {name} failed ({type(exc).__name__}: {exc}); please report this"
        decoded = Decoded(problems=(reason,))
    return _completed(decoded, name)


def _completed(decoded: Decoded, name: str) -> Decoded:
    """Add the name of the adapter, and remove what cannot be stored and shown, whatever the payload."""
    problems, identity = decoded.problems, decoded.identity
    readings = tuple([r for r in decoded.readings if _are_names(r.device, r.channel)])
    if len(readings) < len(decoded.readings):
        problems = (*problems, NAMELESS)
    if identity:
        scope, mark = (_printable(text, IDENTITY_LIMIT) for text in (identity.scope, identity.mark))
        identity = replace(identity, scope=scope, mark=mark)
    silent = not (readings or decoded.statuses or problems or decoded.not_data)
    return Decoded(
        adapter=decoded.adapter or name,
        readings=readings,
        statuses=decoded.statuses,
        problems=tuple(_printable(problem, REASON_LIMIT) for problem in problems) if problems else (),
        not_data=NOTHING_MEASURED if silent else _printable(decoded.not_data, REASON_LIMIT),
        model=_printable(decoded.model, MODEL_LIMIT),
        identity=identity,
    )


@cached_if_short(10_000)
def _are_names(device: str, channel: str) -> bool:
    is_short = 0 < len(device) <= DEVICE_LIMIT >= len(channel)
    return is_short and device.isprintable() and channel.isprintable()


def _printable(text: str, limit: int) -> str:
    """Return `text` without what no page or database can represent (lone surrogates, control characters)."""
    if len(text) > limit:
        text = f"{text[: limit - 1]}…"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
