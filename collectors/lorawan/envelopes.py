"""Envelopes: uplinks extracted from the JSON of the network server that carried them (networks.toml)."""

import binascii
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property, partial
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec

from besok.model.errors import Unreadable
from besok.model.json_path import NOWHERE, Path, Place
from besok.model.readings import Decoded, Identity
from besok.model.short_texts import cached_if_short
from collectors.adapters.jsontext import parse, show
from collectors.adapters.packet import Packet
from collectors.adapters.times import instant
from collectors.devices.field_names import NAME_READ
from collectors.devices.format import Paths, made, one, paths, present_at
from collectors.lorawan.read import SOURCE, Uplink, read

REPEAT_S: Final = 30 * 86_400.0  # seconds within which a frame counter of one session names one frame
# Seconds, where a network does not name the session: a device that restarts begins at zero
NUMBER_S: Final = 3600.0
UNIQUE: Final = paths(["$.deduplicationId", "$.deduplicationID"])
_HEX: Final = re.compile(r"[0-9a-fA-F]+")
SEVERAL: Final = "several uplinks in one message: let the network, or what collects them, send each by itself"
PAYLOAD_LIMIT: Final = 512  # bytes; the radio carries 242
ENCODINGS: Final[dict[str, tuple[Callable[[str], bytes], str]]] = {
    "base64": (partial(binascii.a2b_base64, strict_mode=True), "base64"),
    "hex": (bytes.fromhex, "hexadecimal digits"),
}


class Network(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True, dict=True):
    """A row of networks.toml."""

    needs: list[Paths]
    device: Paths
    payload: Paths
    port: Paths
    times: Paths
    number: Paths
    session: Paths = Paths()
    fields: Paths = Paths()
    normalized: Paths = Paths()
    model: Paths = Paths()
    names: Paths = Paths()
    made_up: Paths = Paths()
    adapter: str = "lorawan-networks"  # of networks without their own topic
    inside: list[str] = []
    below: str = ""
    envelope: frozenset[str] = frozenset()
    encoding: Literal["base64", "hex", "hex or base64"] = "base64"
    zero_left_out: bool = False

    @cached_property
    def signs(self) -> list[tuple[bytes, Paths]]:
        """Pairs of what the text of a message contains and the paths that must then lead somewhere."""
        return [(f'"{(needed[-1].names or ("",))[-1]}"'.encode(), needed) for needed in self.needs]

    def place_in(self, packet: Packet) -> Place | None:
        """Return the place of an uplink of this network in a message; None if the message is of another kind."""
        for mark, needed in self.signs if packet.topic.startswith(self.below) else ():
            for body in self._objects(packet.value) if mark in packet.payload else ():
                place = Place(body, body, None, packet.levels, packet.topic, (), {})
                if all(present_at(p, place) for p in needed) and self.made_up.value(place) is not True:
                    return place
        return None

    def _objects(self, value: Any) -> Iterator[Any]:
        """Yield the objects that may be an uplink."""
        for item in value[:2] if type(value) is list else [value]:  # Netmore writes one into a list
            if type(item) is dict:
                yield from (item, *filter(lambda inner: type(inner) is dict, map(item.get, self.inside)))

    def unwrap(self, place: Place) -> Uplink:
        """Return the uplink in a message. Raises Unreadable."""
        device, frame = deveui(self.device.value(place)), self.payload.value(place)
        encoding = self.encoding
        if encoding == "hex or base64":  # text that could be both is hex
            is_hex = type(frame) is str and len(frame) % 2 == 0 and _HEX.fullmatch(frame)
            encoding = "hex" if is_hex else "base64"
        return Uplink(
            device=device,
            payload=from_text(frame, (self.payload[0].names or ("",))[-1], encoding),
            fport=whole_number(self.port.value(place)),
            fields=self._decoded(place),
            normalized=self.normalized.value(place),
            time=self._time(place),
            identity=self._identity(device, place),
            names=partial(self._called, place),
        )

    def _time(self, place: Place) -> datetime | None:
        """Return the first time that there is; what cannot be read as one is skipped."""
        for value in (value for path in self.times for value in present_at(path, place)):
            with suppress(Unreadable):
                if time := instant(value):
                    return time
        return None

    def _called(self, place: Place) -> tuple[str, tuple[str, ...]]:
        """Return the stated model and the names that people gave. Raises Unreadable."""
        return _text(self.model, place), tuple(filter(None, (_text((path,), place) for path in self.names)))

    def _decoded(self, place: Place) -> Any:
        for path in self.fields:
            value = one(path, place)
            if type(value) is str and value and path.text.endswith("JSON"):
                value = parse(value.encode("utf-8", "replace"))
            if value not in (None, NOWHERE, "", {}, []):
                return value
        if not self.envelope:
            return None
        return {name: inner for name, inner in place.message.items() if name not in self.envelope} or None

    def _identity(self, device: str, place: Place) -> Identity | None:
        """Identify a frame by its number in the session (a key id, the device's address), or by the network's own id.

        A network that leaves a zero out is believed only where it tells the session.
        """
        scope, session = f"{SOURCE}/{device}", self.session.value(place)
        number = whole_number(self.number.value(place), -1)
        if type(session) is str and session and (number >= 0 or self.zero_left_out):
            is_hex = _HEX.fullmatch(session)  # an address; in key ids, base64, the case matters
            mark = f"fcnt:{session.lower() if is_hex else session}:{max(number, 0)}"
            return Identity(scope=scope, mark=mark, window_s=REPEAT_S)
        if not session and type(unique := UNIQUE.value(place)) is str:
            return Identity(scope=scope, mark=f"uplink:{unique}", window_s=REPEAT_S)
        return Identity(scope=scope, mark=f"fcnt:0:{number}", window_s=NUMBER_S) if number >= 0 else None


def deveui(value: object) -> str:
    """Return a devEUI as 16 lower-case hex digits; lost leading zeros are restored. Raises Unreadable.

    Understood are hex digits in any case, with `-`, `:` or blanks between them or `eui-` before, and base64.
    """
    digits = _deveui(value) if type(value) is str else ""
    if not digits:
        raise Unreadable(f"the devEUI is {show(value)}: it must have 16 hexadecimal digits")
    return digits


@cached_if_short(8192)
def _deveui(value: str) -> str:
    text = re.sub(r"[-:\s]", "", value.strip().lower().removeprefix("eui-").removeprefix("0x"))
    if re.fullmatch("[0-9a-f]+", text) and 12 < len(text) <= 16:
        return text.zfill(16)
    is_base64 = re.fullmatch("[A-Za-z0-9+/]{11}=", value) is not None
    return binascii.a2b_base64(value).hex() if is_base64 else ""


def from_text(value: Any, name: str, encoding: str) -> bytes:
    """Decode the bytes of a frame from "base64" or "hex"; empty if it is missing. Raises Unreadable."""
    if value is None or value == "":
        return b""
    decode, form = ENCODINGS[encoding]
    try:
        raw = decode(value.strip())
    except (AttributeError, ValueError) as exc:
        raise Unreadable(f"{name} is {show(value)}: it must be bytes in {form}") from exc
    if len(raw) > PAYLOAD_LIMIT:
        raise Unreadable(f"{name} has {len(raw)} bytes: the radio carries 242")
    return raw


def whole_number(value: object, otherwise: int = 0) -> int:
    """Return `value` if it is a whole number, also as text; else `otherwise`. Networks leave a zero out."""
    if type(value) is int:
        return value
    if type(value) is str and value.strip().isdecimal() and len(value) < 12:
        return int(value)
    return otherwise


def _text(paths: Sequence[Path], place: Place) -> str:
    """Return the texts at paths as one. Raises Unreadable for one that is longer than anybody reads."""
    values = [value for path in paths for value in present_at(path, place)]
    text = " ".join([value for value in values if type(value) is str and value])
    if len(text) > NAME_READ:
        raise Unreadable(
            f"the names and tags that the network gives the device have {len(text):,} characters, of which Besök reads"
            f" {NAME_READ:,}: shorten them there"
        )
    return text


def _decode(networks: Sequence[Network], packet: Packet) -> Decoded | None:
    """Return the readings in an uplink; None if it is of none of these networks. Raises Unreadable."""
    for network in networks:
        if (place := network.place_in(packet)) is not None:
            if type(packet.value) is list and len(packet.value) > 1:
                raise Unreadable(SEVERAL)
            return read(network.unwrap(place), packet)
    return None


_DATA: Final = tomllib.loads((files("collectors.lorawan") / "networks.toml").read_text("utf-8"))
NETWORKS: Final = msgspec.convert(_DATA["networks"], list[Network], dec_hook=made)
ADAPTERS: Final = {
    adapter: partial(_decode, [network for network in NETWORKS if network.adapter == adapter])
    for adapter in dict.fromkeys(network.adapter for network in NETWORKS)
}
