"""Envelopes: an uplink is taken out of the JSON of the network server that carried it (networks.toml)."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib.resources import files
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded, Identity, Reading
from collectors.adapters.jsontext import parse
from collectors.adapters.numbers import number
from collectors.adapters.packet import Packet
from collectors.lorawan.read import read
from collectors.lorawan.uplink import (
    REPEAT_S,
    SOURCE,
    At,
    Uplink,
    deveui,
    finder,
    first_time,
    from_base64,
    from_hex,
    getter,
    identity_of,
    unambiguous,
    whole,
    words,
)

Body = dict[str, Any]
UNIQUE: Final = getter("deduplicationId", "deduplicationID")
OTHERS: Final = "lorawan-networks"  # the adapter of networks that have no topic of their own


def _kerlink_bytes(value: object, name: str) -> bytes:
    """Hex, or base64 where somebody has chosen it: hex digits are what both could be, and hex it is then."""
    base64 = type(value) is str and (len(value) % 2 == 1 or not set(value) <= set("0123456789abcdefABCDEF"))
    return (from_base64 if base64 else from_hex)(value, name)


ENCODINGS: Final = {"base64": from_base64, "hex": from_hex, "hex or base64": _kerlink_bytes}


class Network:
    """A row of networks.toml, its paths prepared."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        def paths(name: str) -> Sequence[str]:
            found: Sequence[str] = row.get(name, ())
            return found

        self.adapter, self.inside = row.get("adapter", OTHERS), paths("inside")
        self.envelope = frozenset(paths("envelope"))
        self.marks = [f'"{needed[-1].rpartition(".")[2]}"'.encode() for needed in row["needs"]]
        self._needs = [[getter(path, empty="") for path in needed] for needed in row["needs"]]
        self._other, self._unless, self._not_data = (
            row.get("other"),
            row.get("unless"),
            row.get("no_uplink", ""),
        )
        self._device, self._payload, self._port, self._number, self._session, self._normalized = (
            getter(*paths(name)) for name in ("device", "payload", "port", "number", "session", "normalized")
        )
        self._times = finder(*paths("times"))
        self._fields = [(path, getter(path)) for path in paths("fields")]
        self._model, self._names = [*map(getter, paths("model"))], [finder(path) for path in paths("names")]
        self._bytes = partial(
            ENCODINGS[row.get("encoding", "base64")], name="".join(paths("payload")[:1]).rpartition(".")[2]
        )
        self._zero_left_out = row.get("zero_left_out", False)
        self._questioned = paths("device"), paths("times")

    def is_of(self, body: Body) -> bool:
        """Tell whether a message is of this network."""
        return any(all(get(body) is not None for get in needed) for needed in self._needs)

    def no_uplink(self, body: Body, packet: Packet) -> Decoded | None:
        """Return what a message is that is no uplink. Raises Unreadable."""
        if self._other:
            return OTHER[self._other](body, packet)
        if not self._unless:
            return _no_data(self._not_data)
        value = getter(self._unless["path"])(body)
        return _no_data("" if value is None or value in self._unless["is"] else self._unless["says"])

    def unwrap(self, body: Body, at: str = "$") -> Uplink:
        """Return the uplink in a message, whose JSONPath is `at`. Raises Unreadable."""
        device = deveui(self._device(body))
        found, where = self._decoded(body)
        return Uplink(
            device=device,
            payload=self._bytes(self._payload(body)),
            fport=whole(self._port(body)),
            fields=found,
            normalized=self._normalized(body),
            time=first_time(self._times(body)),
            identity=self._identity(device, body),
            models=self._models(body),
            at=partial(self._at, body, at, where),
        )

    def _at(self, body: Body, at: str, where: str) -> At:
        device, time = (
            f"{at}.{next((path for path in paths if next(finder(path)(body), None) is not None), paths[0])}"
            for paths in self._questioned
        )
        return At(fields=where and at + where, device=device, time=time)

    def _models(self, body: Body) -> tuple[str, ...]:
        if said := words(get(body) for get in self._model):
            return (said,)
        return tuple(name for find in self._names if (name := words(find(body))))

    def _decoded(self, body: Body) -> tuple[Any, str]:
        """Return the decoded fields and where they are; JSON within JSON is reached by no path."""
        for path, get in self._fields:
            value = get(body)
            if is_text := path.endswith("JSON") and type(value) is str:
                value = parse(value.encode("utf-8", "replace"))
            if value or value == 0:
                return value, "" if is_text else f".{path}"
        if not self.envelope:
            return None, ""
        return {name: value for name, value in body.items() if name not in self.envelope} or None, ""

    def _identity(self, device: str, body: Body) -> Identity | None:
        """Identify a frame by its number in the session, or else by the network's own name for it."""
        session = self._session(body)
        if not session and type(unique := UNIQUE(body)) is str:
            return Identity(scope=f"{SOURCE}/{device}", mark=f"uplink:{unique}", window_s=REPEAT_S)
        return identity_of(device, session, self._number(body), zero_left_out=self._zero_left_out)


_DATA: Final = tomllib.loads((files("collectors.lorawan") / "networks.toml").read_text("utf-8"))
TTS_OTHER: Final[dict[str, str]] = _DATA["others"]["tts"]
CHIRPSTACK_OTHER: Final[dict[str, str]] = _DATA["others"]["chirpstack"]
NETWORKS: Final = tuple(Network(row) for row in _DATA["networks"])


class Envelopes:
    """The networks of one adapter.

    `topic` tells from the topic alone that a message is for it, that it is not, or (None) that it must be looked at.
    """

    def __init__(self, adapter: str, topic: Callable[[Packet], bool | None] = lambda _packet: None) -> None:
        self._topic = topic
        self._networks = [network for network in NETWORKS if network.adapter == adapter]
        self._marks = [mark for network in self._networks for mark in network.marks]

    def reads(self, packet: Packet) -> bool:
        """Tell whether a message is of one of these networks. Never raises."""
        said = self._topic(packet)
        if said is not None:
            return said
        return any(mark in packet.payload for mark in self._marks) and any(self._found(packet))

    def decode(self, packet: Packet) -> Decoded:
        """Return the readings in an uplink. Raises Unreadable."""
        network, body, at = next(self._found(packet), (self._networks[0], _body(packet), "$"))
        other = network.no_uplink(body, packet)
        if other is not None:
            return other
        if not body:
            _ = packet.json  # raises what is wrong with it
            raise Unreadable("the payload is not an object with named values")
        return read(network.unwrap(unambiguous(body), at), packet)

    def _found(self, packet: Packet) -> Iterator[tuple[Network, Body, str]]:
        whole_body = _body(packet)
        for network in self._networks:
            for name in ("", *network.inside):
                body = whole_body.get(name) if name else whole_body
                if type(body) is dict and network.is_of(body):
                    yield network, body, f"$.{name}" if name else "$"


def _body(packet: Packet) -> Body:
    """Return the object of the message, also the only one of a list (Netmore); an empty one if there is none."""
    value = packet.value
    if type(value) is list and len(value) == 1:
        value = value[0]
    return value if type(value) is dict else {}


def _no_data(text: str) -> Decoded | None:
    return Decoded(not_data=text) if text else None


# v3/{application}@{tenant}/devices/{device}/...


def _tts_topic(packet: Packet) -> bool | None:
    return True if packet.topic.startswith("v3/") and "/devices/" in packet.topic else None


def _tts_other(body: Body, packet: Packet) -> Decoded | None:
    if packet.topic.startswith("v3/") and "down" in packet.levels[4:5]:
        return _no_data("a downlink, or what became of one")
    for name in TTS_OTHER.keys() & body.keys():
        return _no_data(TTS_OTHER[name])
    _ = packet.json
    if type(body.get("uplink_message")) is not dict:
        raise Unreadable("it holds no uplink_message, so there is nothing of a device in it")
    unambiguous(body["uplink_message"])
    simulated = body.get("simulated") is True
    return _no_data("an uplink that somebody simulates in the network's console") if simulated else None


# application/{id}/device/{devEUI}/event/{event}, and the older forms of it
EVENTS: Final = {name: name for name in (*CHIRPSTACK_OTHER, "up", "status")} | {
    "rx": "up",
    "uplink": "up",
    "tx": "down",
}
CHIRPSTACK_DEVICE: Final = getter("deviceInfo.devEui", "devEUI")


def _event(levels: list[str]) -> str:
    """Return the kind of event a topic names, "" if it names none."""
    if levels[0] != "application" or len(levels) < 5 or levels[2] not in ("device", "node"):
        return ""
    name = levels[5] if levels[4] in ("event", "command") and len(levels) > 5 else levels[4]
    return EVENTS.get(name, "")


def _kind(body: Body) -> str:
    """Return the kind of event by what it holds, where the topic does not say it."""
    if not body.keys().isdisjoint(("data", "fPort", "object", "objectJSON", "payload")):
        return "up"
    if "margin" in body:
        return "status"
    if "acknowledged" in body:
        return "ack"
    if "error" in body or "level" in body:
        return "error"
    return "up" if "fCnt" in body else "join"


def _chirpstack_other(body: Body, packet: Packet) -> Decoded | None:
    """Return the battery of a status; every other event is not data."""
    if type(packet.json) is not dict:
        raise Unreadable("the payload is not an object with named values")
    kind = _event(packet.levels) or _kind(body)
    if kind != "status":
        return _no_data(CHIRPSTACK_OTHER.get(kind, ""))
    device, time = deveui(CHIRPSTACK_DEVICE(body)), first_time((body.get("time"),))
    is_powered = body.get("externalPowerSource") is True or body.get("batteryLevelUnavailable") is True
    level = None if is_powered else number("batteryLevel", body.get("batteryLevel"))
    if level is None:
        return Decoded(not_data="the network tells how well it hears a device")
    battery = Reading(
        source=SOURCE, device=device, channel="level:1", metric="battery_pct", value=level, time=time
    )
    return Decoded(readings=(battery,))


def _gateway_other(body: Body, _packet: Packet) -> Decoded | None:
    envelope = next(network.envelope for network in NETWORKS if network.adapter == "milesight-gateway")
    bare = not body.get("data") and not body.get("object") and body.keys() <= envelope
    return _no_data(CHIRPSTACK_OTHER["join"]) if bare else None


# {application}/devices/{device}/up
def _ttn2_topic(packet: Packet) -> bool | None:
    levels = packet.levels
    if len(levels) < 5 or levels[1] != "devices":
        return None
    events = ("activations", "create", "update", "delete", "down", "up")
    return True if levels[3] == "up" or (levels[3] == "events" and levels[4] in events) else None


def _ttn2_other(body: Body, _packet: Packet) -> Decoded | None:
    told = "the same values come whole on .../up, or the network tells of an event"
    return _no_data(told) if "hardware_serial" not in body else None


OTHER: Final = {
    "tts": _tts_other,
    "chirpstack": _chirpstack_other,
    "gateway": _gateway_other,
    "ttn2": _ttn2_other,
}

TTS: Final = Envelopes("tts", _tts_topic)
CHIRPSTACK: Final = Envelopes("chirpstack", lambda packet: True if _event(packet.levels) else None)
TTN2: Final = Envelopes("ttn2", _ttn2_topic)
MILESIGHT_GATEWAY: Final = Envelopes(
    "milesight-gateway", lambda packet: False if packet.topic.startswith("application/") else None
)
BY_SHAPE: Final = Envelopes(OTHERS)
