"""Envelopes: uplinks extracted from the JSON of the network server that carried them (networks.toml)."""

import tomllib
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec

from besok.model.errors import Unreadable
from besok.model.json_path import NOWHERE, Place
from besok.model.readings import Decoded, Identity
from collectors.adapters.jsontext import parse
from collectors.adapters.packet import Packet
from collectors.devices.finding import Body, one, value_at
from collectors.devices.format import Paths, made, paths
from collectors.lorawan.read import read
from collectors.lorawan.uplink import (
    REPEAT_S,
    SOURCE,
    Uplink,
    deveui,
    first_time,
    from_base64,
    from_hex,
    identity_of,
    whole_number,
)

UNIQUE: Final = paths(["$.deduplicationId", "$.deduplicationID"])
SEVERAL: Final = "several uplinks in one message: let the network, or what collects them, send each by itself"


def _kerlink_bytes(value: object, name: str) -> bytes:
    """Decode hex, or base64 where it is configured; text that could be both is hex."""
    base64 = type(value) is str and (len(value) % 2 == 1 or not set(value) <= set("0123456789abcdefABCDEF"))
    return (from_base64 if base64 else from_hex)(value, name)


ENCODINGS: Final = {"base64": from_base64, "hex": from_hex, "hex or base64": _kerlink_bytes}


class Network(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
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

    @property
    def marks(self) -> list[bytes]:
        """What the text of a message contains."""
        return [f'"{(needed[-1].names or ("",))[-1]}"'.encode() for needed in self.needs]

    def is_of(self, place: Place) -> bool:
        is_like = any(all(one(p, place) not in (NOWHERE, None) for p in needed) for needed in self.needs)
        return is_like and value_at(self.made_up, place) is not True

    def unwrap(self, place: Place) -> Uplink:
        """Return the uplink in a message. Raises Unreadable."""
        device = deveui(value_at(self.device, place))
        name = (self.payload[0].names or ("",))[-1]
        return Uplink(
            device=device,
            payload=ENCODINGS[self.encoding](value_at(self.payload, place), name),
            fport=whole_number(value_at(self.port, place)),
            fields=self._decoded(place),
            normalized=value_at(self.normalized, place),
            time=first_time(match.value for path in self.times for match in path.find(place)),
            identity=self._identity(device, place),
            models=partial(self._models, place),
        )

    def _models(self, place: Place) -> tuple[str, ...]:
        stated = " ".join(_texts(self.model, place))
        return (
            (stated,) if stated else tuple(filter(None, (" ".join(_texts((p,), place)) for p in self.names)))
        )

    def _decoded(self, place: Place) -> Any:
        for path in self.fields:
            value = value_at((path,), place)
            if type(value) is str and path.text.endswith("JSON"):
                value = parse(value.encode("utf-8", "replace"))
            if value not in (None, {}, []):
                return value
        if not self.envelope:
            return None
        return {name: inner for name, inner in place.message.items() if name not in self.envelope} or None

    def _identity(self, device: str, place: Place) -> Identity | None:
        """Identify a frame by its number in the session, or else by the network's id for it."""
        session = value_at(self.session, place)
        if not session and type(unique := value_at(UNIQUE, place)) is str:
            return Identity(scope=f"{SOURCE}/{device}", mark=f"uplink:{unique}", window_s=REPEAT_S)
        return identity_of(device, session, value_at(self.number, place), zero_left_out=self.zero_left_out)


def _texts(paths: Paths | tuple[Any], place: Place) -> Iterator[str]:
    matches = (match.value for path in paths for match in path.find(place))
    return (value for value in matches if type(value) is str and value)


class Envelopes:
    """The networks of one adapter."""

    def __init__(self, adapter: str) -> None:
        self.adapter = adapter
        self._networks = [network for network in NETWORKS if network.adapter == adapter]
        self._marks = [mark for network in self._networks for mark in network.marks]

    def decode(self, packet: Packet) -> Decoded | None:
        """Return the readings in an uplink; None if it is of none of these networks. Raises Unreadable."""
        if not any(mark in packet.payload for mark in self._marks):
            return None
        document = packet.value
        items = document if type(document) is list else [document]  # Netmore writes one into a list
        for network, place in self._places(items[:2], packet):
            if network.is_of(place):
                if len(items) > 1:
                    raise Unreadable(SEVERAL)
                return read(network.unwrap(place), packet)
        return None

    def _places(self, items: Sequence[Any], packet: Packet) -> Iterator[tuple[Network, Place]]:
        """Yield the networks of a topic, each with every object that may be an uplink of it."""
        for item in items:
            for network in self._networks:
                for name in ("", *network.inside):
                    body = item.get(name) if name and type(item) is dict else item
                    if type(body) is dict and packet.topic.startswith(network.below):
                        yield network, Body(body, packet).whole


_DATA: Final = tomllib.loads((files("collectors.lorawan") / "networks.toml").read_text("utf-8"))
NETWORKS: Final = msgspec.convert(_DATA["networks"], list[Network], dec_hook=made)
TTS, *OTHER_NETWORKS = (
    Envelopes(adapter) for adapter in dict.fromkeys(network.adapter for network in NETWORKS)
)
