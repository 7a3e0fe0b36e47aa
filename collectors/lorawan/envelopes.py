"""Network servers: where in their JSON the device, the bytes, the port, the time, the number and the fields are.

One row each in the families below. Formats: The Things Stack v3 and v2, ChirpStack v4 and v3, Milesight gateways with
a network server of their own, AWS IoT Core for LoRaWAN, Actility ThingPark, LORIOT, Helium console, Everynet, Kerlink
Wanesy, Netmore, each as its documentation shows. A path is names with dots between them; "*" is every item of a list.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded, Identity
from collectors.adapters.jsontext import parse
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.lorawan.read import read
from collectors.lorawan.uplink import (
    REPEAT_S,
    SOURCE,
    At,
    Uplink,
    deveui,
    fields,
    first_at,
    first_time,
    from_base64,
    from_hex,
    identity_of,
    unambiguous,
    values_at,
    whole,
    words,
)

Body = dict[str, Any]
Paths = tuple[str, ...]


def _nothing_else(_body: Body, _packet: Packet) -> Decoded | None:
    """Every message of the network is an uplink."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The places of the parts of an uplink in the JSON of a network server; of several paths the first counts.

    `model` is what the network says of the device's model; only where it says nothing are the `names` looked at.
    `other` tells what a message is that is no uplink. `envelope` names what is around fields that lie beside it.
    """

    needs: Paths  # all of these are there in every message, and together nowhere else
    device: Paths = ()
    payload: Paths = ()
    port: Paths = ()
    times: Paths = ()
    number: Paths = ()
    encoding: Callable[[object, str], bytes] = from_base64
    session: Paths = ()
    fields: Paths = ()
    normalized: Paths = ()
    model: Paths = ()
    names: Paths = ()
    zero_left_out: bool = False  # a number or a port of zero is not written
    other: Callable[[Body, Packet], Decoded | None] = _nothing_else
    envelope: frozenset[str] = frozenset()

    def unwrap(self, body: Body, at: str = "$") -> Uplink:
        """Return the uplink in a message, whose JSONPath is `at`. Raises Unreadable."""
        device = deveui(first_at(body, self.device))
        found, where = self._fields(body)
        times = [time for path in self.times for time in values_at(body, path)]
        model = words(*(value for path in self.model for value in values_at(body, path)))
        names = (words(*values_at(body, path)) for path in self.names)
        return Uplink(
            device=device,
            payload=self.encoding(first_at(body, self.payload), self.payload[0].rpartition(".")[2]),
            fport=whole(first_at(body, self.port)),
            fields=found,
            normalized=first_at(body, self.normalized),
            time=first_time(*times),
            identity=self._identity(device, body),
            models=(model,) if model else tuple(name for name in names if name),
            at=At(
                fields=where and at + where,
                device=f"{at}.{_there(body, self.device)}",
                time=f"{at}.{_there(body, self.times)}" if self.times else "",
            ),
        )

    def _fields(self, body: Body) -> tuple[Any, str]:
        """Return the decoded fields and where they are; JSON within JSON is reached by no path."""
        for path in self.fields:
            for value in values_at(body, path):
                is_text = path.endswith("JSON") and type(value) is str
                found = fields(parse(value.encode("utf-8", "replace")) if is_text else value)
                if found is not None:
                    return found, "" if is_text else f".{path}"
        if self.envelope:
            return fields({name: value for name, value in body.items() if name not in self.envelope}), ""
        return None, f".{self.fields[0]}" if self.fields else ""

    def _identity(self, device: str, body: Body) -> Identity | None:
        """Identify a frame by its number in the session, or else by the network's own name for it."""
        number, session = first_at(body, self.number), first_at(body, self.session)
        unique = first_at(body, ("deduplicationId", "deduplicationID"))
        if type(unique) is str and not session:
            return Identity(scope=f"{SOURCE}/{device}", mark=f"uplink:{unique}", window_s=REPEAT_S)
        return identity_of(device, session, number, zero_left_out=self.zero_left_out)


def _there(body: Body, paths: Paths) -> str:
    """Return the first path that leads somewhere, else the first."""
    return next((path for path in paths if values_at(body, path)), paths[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Network servers that one adapter reads.

    `marks` stand in every message, as a first look that costs little. `topic` tells from the topic alone that a message
    is for this adapter, that it is not, or (None) that the message must be looked at. Below the names `inside` ("" is
    the top) the message is looked for.
    """

    networks: tuple[Network, ...]
    marks: tuple[bytes, ...]
    topic: Callable[[Packet], bool | None] = field(default=lambda _packet: None)
    inside: tuple[str, ...] = ("",)

    def reads(self, packet: Packet) -> bool:
        """Tell whether a message is of one of these networks. Never raises."""
        said = self.topic(packet)
        if said is not None:
            return said
        return any(mark in packet.payload for mark in self.marks) and any(self._found(packet))

    def decode(self, packet: Packet) -> Decoded:
        """Return the readings in an uplink. Raises Unreadable."""
        whole_body = _body(packet)
        network, body, at = next(self._found(packet), (self.networks[0], whole_body, "$"))
        other = network.other(body, packet)
        if other is not None:
            return other
        if not body:
            _ = packet.json  # raises what is wrong with it
            raise Unreadable("the payload is not an object with named values")
        return read(network.unwrap(unambiguous(body), at), packet)

    def _found(self, packet: Packet) -> Iterator[tuple[Network, Body, str]]:
        whole_body = _body(packet)
        for name in self.inside:
            body = whole_body.get(name) if name else whole_body
            for network in self.networks:
                if type(body) is dict and all(values_at(body, path) for path in network.needs):
                    yield network, body, f"$.{name}" if name else "$"


def _body(packet: Packet) -> Body:
    """Return the object of the message, also the only one of a list (Netmore); an empty one if there is none."""
    value = packet.value
    if type(value) is list and len(value) == 1:
        value = value[0]
    return value if type(value) is dict else {}


def _no_data(text: str) -> Decoded | None:
    return Decoded(not_data=text) if text else None


# The Things Stack v3 (The Things Network, The Things Industries): v3/{application}@{tenant}/devices/{device}/...
TTS_OTHER: Final = {
    "join_accept": "a device joined the network",
    "downlink_ack": "a device confirmed a downlink",
    "downlink_nack": "a device did not confirm a downlink",
    "downlink_sent": "a downlink was sent",
    "downlink_failed": "a downlink could not be sent",
    "downlink_queued": "a downlink was queued",
    "downlink_queue_invalidated": "the queue of downlinks was emptied",
    "location_solved": "the network says where a device is",
    "service_data": "a message of a service of the network",
    "uplink_normalized": "the same uplink comes whole on .../up",
    "downlinks": "a downlink that somebody asks for",
}


def _tts_topic(packet: Packet) -> bool | None:
    return True if packet.topic.startswith("v3/") and "/devices/" in packet.topic else None


def _tts_other(body: Body, packet: Packet) -> Decoded | None:
    if packet.topic.startswith("v3/") and "down" in packet.levels[4:5]:
        return _no_data("a downlink, or what became of one")
    kind = next((name for name in TTS_OTHER if name in body), "")
    if kind:
        return _no_data(TTS_OTHER[kind])
    _ = packet.json
    if type(body.get("uplink_message")) is not dict:
        raise Unreadable("it holds no uplink_message, so there is nothing of a device in it")
    unambiguous(body["uplink_message"])
    return _no_data(
        "an uplink that somebody simulates in the network's console" * (body.get("simulated") is True)
    )


TTS: Final = Family(
    marks=(b'"end_device_ids"',),
    topic=_tts_topic,
    inside=("", "data"),  # an event of the network's event stream
    networks=(
        Network(
            needs=("end_device_ids",),
            device=("end_device_ids.dev_eui",),
            payload=("uplink_message.frm_payload",),
            port=("uplink_message.f_port",),
            times=(
                "received_at",
                "uplink_message.received_at",
                "uplink_message.settings.time",
                "uplink_message.rx_metadata.*.time",
            ),
            number=("uplink_message.f_cnt",),
            session=("uplink_message.session_key_id", "end_device_ids.dev_addr"),
            fields=("uplink_message.decoded_payload",),
            normalized=("uplink_message.normalized_payload",),
            model=("uplink_message.version_ids.brand_id", "uplink_message.version_ids.model_id"),
            names=("end_device_ids.device_id",),
            zero_left_out=True,
            other=_tts_other,
        ),
    ),
)

# ChirpStack: application/{id}/device/{devEUI}/event/{event}; v4 has deviceInfo, v3 all in one level.
CHIRPSTACK_OTHER: Final = {
    "join": "a device joined the network",
    "ack": "a device confirmed a downlink, or did not",
    "txack": "a gateway sent a downlink",
    "error": "the network tells of an error",
    "log": "a line of the network's log",
    "location": "the network says where a device is",
    "integration": "a message of a service of the network",
    "down": "a downlink that somebody asks for",
}
EVENTS: Final = {*CHIRPSTACK_OTHER, "up", "status"}


def _event(levels: list[str]) -> str:
    """Return the kind of event a topic names ("" if it names none): v4 and v3, and the older forms of both."""
    if levels[0] != "application" or len(levels) < 5 or levels[2] not in ("device", "node"):
        return ""
    name = levels[5] if levels[4] in ("event", "command") and len(levels) > 5 else levels[4]
    return {"rx": "up", "uplink": "up", "up": "up", "tx": "down"}.get(name, name if name in EVENTS else "")


def _kind(body: Body) -> str:
    """Return the kind of event by what it holds, where the topic does not say it."""
    if any(name in body for name in ("data", "fPort", "object", "objectJSON", "payload")):
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
    device = deveui(first_at(body, ("deviceInfo.devEui", "devEUI")))
    sheet = Sheet(SOURCE, device, time=first_time(body.get("time")))
    if not (body.get("externalPowerSource") is True or body.get("batteryLevelUnavailable") is True):
        sheet.note("battery_pct", body.get("batteryLevel"), said="batteryLevel")
    return sheet.decoded(not_data="" if sheet.readings else "the network tells how well it hears a device")


def _chirpstack(prefix: str, device: str, *needs: str) -> Network:
    return Network(
        needs=needs,
        device=(f"{prefix}{device}",),
        payload=("data", "payload"),
        port=("fPort",),
        times=("time", "publishedAt", "rxInfo.*.nsTime", "rxInfo.*.gwTime", "rxInfo.*.time"),
        number=("fCnt",),
        session=("devAddr",),
        fields=("object", "objectJSON"),
        names=(f"{prefix}deviceProfileName", f"{prefix}tags.*", f"{prefix}deviceName"),
        zero_left_out=True,
        other=_chirpstack_other,
    )


CHIRPSTACK: Final = Family(
    marks=(b'"devE',),
    topic=lambda packet: True if _event(packet.levels) else None,
    networks=(
        _chirpstack("deviceInfo.", "devEui", "deviceInfo.devEui"),
        _chirpstack("", "devEUI", "devEUI", "applicationID"),
        _chirpstack("", "devEUI", "devEUI"),
    ),
)


# Milesight gateways (UG56, UG65, UG67) with their own network server: JSON of one level on a topic of one's choice.
# With the gateway's payload codec switched on the decoded fields lie in `object`, or beside those of the envelope.
GATEWAY_ENVELOPE: Final = frozenset(
    {
        *("applicationID", "applicationName", "cellularIP", "data", "devEUI", "deviceName", "devAddr", "adr"),
        *("object", "fCnt", "fPort", "gatewayTime", "metadata", "rxInfo", "time", "txInfo", "timestamp"),
        *("confirmed", "gatewayIP"),
    }
)


def _gateway_other(body: Body, _packet: Packet) -> Decoded | None:
    bare = not body.get("data") and not body.get("object") and body.keys() <= GATEWAY_ENVELOPE
    return _no_data(CHIRPSTACK_OTHER["join"] * bare)


def _gateway(*needs: str) -> Network:
    return Network(
        needs=needs,
        device=("devEUI",),
        payload=("data",),
        port=("fPort",),
        times=("time", "gatewayTime", "rxInfo.*.time"),
        number=("fCnt",),
        session=("devAddr",),
        fields=("object",),
        names=("deviceName",),
        other=_gateway_other,
        envelope=GATEWAY_ENVELOPE,
    )


MILESIGHT_GATEWAY: Final = Family(
    marks=(b'"devEUI"',),
    topic=lambda packet: False if packet.topic.startswith("application/") else None,
    networks=(_gateway("devEUI", "applicationID"), _gateway("devEUI", "gatewayTime")),
)


# The Things Network v2, which some installations still imitate: {application}/devices/{device}/up.
def _ttn2_topic(packet: Packet) -> bool | None:
    levels = packet.levels
    if len(levels) < 5 or levels[1] != "devices":
        return None
    events = ("activations", "create", "update", "delete", "down", "up")
    return True if levels[3] == "up" or (levels[3] == "events" and levels[4] in events) else None


def _ttn2_other(body: Body, _packet: Packet) -> Decoded | None:
    told = "the same values come whole on .../up, or the network tells of an event"
    return _no_data(told * ("hardware_serial" not in body))


TTN2: Final = Family(
    marks=(b'"hardware_serial"',),
    topic=_ttn2_topic,
    networks=(
        Network(
            needs=("hardware_serial",),
            device=("hardware_serial",),
            payload=("payload_raw",),
            port=("port",),
            times=("metadata.time", "metadata.gateways.*.time"),
            number=("counter",),  # a retry (is_retry) has that of the first try
            fields=("payload_fields",),
            names=("dev_id",),
            other=_ttn2_other,
        ),
    ),
)


def _unless(path: str, good: tuple[object, ...], told: str) -> Callable[[Body, Packet], Decoded | None]:
    """Return what tells that a message is no uplink: what stands at `path` is none of `good`."""
    return lambda body, _packet: _no_data(told * (first_at(body, (path,)) not in good))


def _kerlink_bytes(value: object, name: str) -> bytes:
    """Hex, or base64 where somebody has chosen it: hex digits are what both could be, and hex it is then."""
    base64 = type(value) is str and (len(value) % 2 == 1 or not set(value) <= set("0123456789abcdefABCDEF"))
    return (from_base64 if base64 else from_hex)(value, name)


def _thingpark_other(_body: Body, _packet: Packet) -> Decoded | None:
    return _no_data("the network tells of a downlink, a place or an event")


_AWS: Final = "WirelessMetadata.LoRaWAN"
_THINGPARK: Final = "DevEUI_uplink"
THINGPARK_OTHER: Final = ("downlink_Sent", "location", "notification", "multicast_summary")

OTHERS: Final = Family(
    marks=(b"evEui", b"evEUI", b"dev_eui", b'"EUI"', b"counter_up"),
    networks=(
        Network(
            needs=("PayloadData", f"{_AWS}.DevEui"),
            device=(f"{_AWS}.DevEui",),
            payload=("PayloadData",),
            port=(f"{_AWS}.FPort", f"{_AWS}.Fport"),  # the latter in AWS' own example
            times=(f"{_AWS}.Timestamp",),
            number=(f"{_AWS}.FCnt",),
            session=(f"{_AWS}.DevAddr",),
            fields=("PayloadDecoded",),
        ),
        Network(
            needs=(f"{_THINGPARK}.DevEUI",),
            device=(f"{_THINGPARK}.DevEUI",),
            payload=(f"{_THINGPARK}.payload_hex",),
            encoding=from_hex,
            port=(f"{_THINGPARK}.FPort",),
            times=(f"{_THINGPARK}.Time",),
            number=(f"{_THINGPARK}.FCntUp",),
            session=(f"{_THINGPARK}.DevAddr",),
            fields=(f"{_THINGPARK}.payload",),
            model=(f"{_THINGPARK}.DriverCfg.mod.pId", f"{_THINGPARK}.DriverCfg.mod.mId"),
            names=(f"{_THINGPARK}.CustomerData.name",),
        ),
        *(Network(needs=(f"DevEUI_{name}",), other=_thingpark_other) for name in THINGPARK_OTHER),
        # LORIOT. The same frame may come twice, at once ("rx") and with all gateways ("gw"): one time and one number.
        Network(
            needs=("EUI", "cmd", "ts"),
            device=("EUI",),
            payload=("data",),
            encoding=from_hex,
            port=("port",),
            times=("ts",),
            number=("fcnt",),
            fields=("decoded",),
            other=_unless("cmd", ("rx", "gw"), "a message that is no uplink"),
        ),
        # Helium console
        Network(
            needs=("dev_eui", "payload", "reported_at"),
            device=("dev_eui",),
            payload=("payload",),
            port=("port",),
            times=("reported_at",),
            number=("fcnt",),
            session=("devaddr",),
            fields=("decoded.payload",),
            names=("name",),
            other=_unless("type", ("uplink", None), "a device joined the network"),
        ),
        # Everynet
        Network(
            needs=("params.counter_up", "meta.device"),
            device=("meta.device",),
            payload=("params.payload",),
            port=("params.port",),
            times=("params.rx_time", "meta.time"),
            number=("params.counter_up",),
            session=("meta.device_addr",),
            other=_unless("params.duplicate", (False, None), "the same frame through another gateway"),
        ),
        # Netmore
        Network(
            needs=("devEui", "messageType", "fCntUp"),
            device=("devEui",),
            payload=("payload",),
            encoding=from_hex,
            port=("fPort",),
            times=("timestamp",),
            number=("fCntUp",),
            names=("sensorType",),
            other=_unless("messageType", ("payload",), "a message that is no uplink"),
        ),
        # Kerlink Wanesy
        Network(
            needs=("endDevice.devEui", "fCntUp"),
            device=("endDevice.devEui",),
            payload=("payload",),
            encoding=_kerlink_bytes,
            port=("fPort",),
            times=("recvTime",),
            number=("fCntUp",),
            session=("endDevice.devAddr",),
            other=_unless("encrypted", (False, None), "a frame whose bytes are encrypted"),
        ),
    ),
)
