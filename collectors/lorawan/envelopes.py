"""Envelopes: uplinks extracted from the JSON of the network server that carried them (networks.toml)."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.resources import files
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded, Identity
from collectors.adapters.jsontext import parse
from collectors.adapters.packet import Packet
from collectors.lorawan.read import read
from collectors.lorawan.uplink import (
    REPEAT_S,
    SOURCE,
    Uplink,
    deveui,
    finder,
    first_time,
    from_base64,
    from_hex,
    getter,
    identity_of,
    unambiguous,
    whole_number,
    words,
)

Body = dict[str, Any]
UNIQUE: Final = getter("deduplicationId", "deduplicationID")
SEVERAL: Final = "several uplinks in one message: let the network, or what collects them, send each by itself"
OTHERS: Final = "lorawan-networks"  # the adapter of networks without their own topic


def _kerlink_bytes(value: object, name: str) -> bytes:
    """Decode hex, or base64 where it is configured; text that could be both is hex."""
    base64 = type(value) is str and (len(value) % 2 == 1 or not set(value) <= set("0123456789abcdefABCDEF"))
    return (from_base64 if base64 else from_hex)(value, name)


ENCODINGS: Final = {"base64": from_base64, "hex": from_hex, "hex or base64": _kerlink_bytes}


class Network:
    """A row of networks.toml, its paths prepared."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        def paths(name: str) -> Sequence[str]:
            values: Sequence[str] = row.get(name, ())
            return values

        self.adapter, self.inside = row.get("adapter", OTHERS), paths("inside")
        self.envelope = frozenset(paths("envelope"))
        self.marks = [f'"{needed[-1].rpartition(".")[2]}"'.encode() for needed in row["needs"]]
        self._needs = [[getter(path, empty="") for path in needed] for needed in row["needs"]]
        self.below = row.get("below", "")
        self._made_up = getter(row.get("made_up", ""))
        self._device, self._payload, self._port, self._number, self._session, self._normalized = (
            getter(*paths(name)) for name in ("device", "payload", "port", "number", "session", "normalized")
        )
        self._times = finder(*paths("times"))
        self._fields = [(path.endswith("JSON"), getter(path)) for path in paths("fields")]
        self._model, self._names = [*map(getter, paths("model"))], [finder(path) for path in paths("names")]
        self._bytes = partial(
            ENCODINGS[row.get("encoding", "base64")], name="".join(paths("payload")[:1]).rpartition(".")[2]
        )
        self._zero_left_out = row.get("zero_left_out", False)

    def is_of(self, body: Body) -> bool:
        """Tell whether a message is of this network."""
        is_like = any(None not in [get(body) for get in needed] for needed in self._needs)
        return is_like and self._made_up(body) is not True

    def unwrap(self, body: Body) -> Uplink:
        """Return the uplink in a message. Raises Unreadable."""
        device = deveui(self._device(body))
        return Uplink(
            device=device,
            payload=self._bytes(self._payload(body)),
            fport=whole_number(self._port(body)),
            fields=self._decoded(body),
            normalized=self._normalized(body),
            time=first_time(self._times(body)),
            identity=self._identity(device, body),
            models=partial(self._models, body),
        )

    def _models(self, body: Body) -> tuple[str, ...]:
        if stated := words(get(body) for get in self._model):
            return (stated,)
        return tuple(name for find in self._names if (name := words(find(body))))

    def _decoded(self, body: Body) -> Any:
        """Return the decoded fields; None if there are none."""
        for is_json, get in self._fields:
            value = get(body)
            if is_json and type(value) is str:
                value = parse(value.encode("utf-8", "replace"))
            if value or value == 0:
                return value
        if not self.envelope:
            return None
        return {name: value for name, value in body.items() if name not in self.envelope} or None

    def _identity(self, device: str, body: Body) -> Identity | None:
        """Identify a frame by its number in the session, or else by the network's id for it."""
        session = self._session(body)
        if not session and type(unique := UNIQUE(body)) is str:
            return Identity(scope=f"{SOURCE}/{device}", mark=f"uplink:{unique}", window_s=REPEAT_S)
        return identity_of(device, session, self._number(body), zero_left_out=self._zero_left_out)


_DATA: Final = tomllib.loads((files("collectors.lorawan") / "networks.toml").read_text("utf-8"))
NETWORKS: Final = tuple(Network(row) for row in _DATA["networks"])


class Envelopes:
    """The networks of one adapter."""

    def __init__(self, adapter: str) -> None:
        self.adapter = adapter
        self._networks = [network for network in NETWORKS if network.adapter == adapter]
        self._marks = [mark for network in self._networks for mark in network.marks]

    def decode(self, packet: Packet) -> Decoded | None:
        """Return the readings in an uplink; None if it is of none of these networks. Raises Unreadable."""
        match = self._network_of(packet) if any(mark in packet.payload for mark in self._marks) else None
        if match is None:
            return None
        network, body = match
        for part in (body, *body.values()):
            if type(part) is dict:
                unambiguous(part)
        return read(network.unwrap(body), packet)

    def _network_of(self, packet: Packet) -> tuple[Network, Body] | None:
        """Return the network of a message, and the object of the uplink; None if it is of no network.

        Raises Unreadable for several uplinks.
        """
        document = packet.value
        items = document if type(document) is list else [document]
        match = next((match for item in items[:2] if (match := self._match(item, packet.topic))), None)
        if match and len(items) > 1:  # Netmore writes one into a list
            raise Unreadable(SEVERAL)
        return match

    def _match(self, document: Any, topic: str) -> tuple[Network, Body] | None:
        if type(document) is not dict:
            return None
        for network in self._networks:
            for name in ("", *network.inside):
                body = document.get(name) if name else document
                if type(body) is dict and topic.startswith(network.below) and network.is_of(body):
                    return network, body
        return None


TTS, *OTHER_NETWORKS = (Envelopes(adapter) for adapter in dict.fromkeys(one.adapter for one in NETWORKS))
