"""Network servers whose uplinks are alike: one object with the device, the bytes, the port, the time and the number.

One row each in NETWORKS says where these are. Formats: AWS IoT Core for LoRaWAN, Actility ThingPark, LORIOT, Helium
console, Everynet, Kerlink Wanesy, Netmore, each as its documentation shows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.lorawan import frames
from collectors.adapters.lorawan.uplink import (
    At,
    Uplink,
    deveui,
    fields,
    first_time,
    from_base64,
    from_hex,
    member,
    number_identity,
    unambiguous,
    whole,
    words,
)
from collectors.adapters.packet import Packet

Path = tuple[str, ...]
NOWHERE: Final[Path] = ("",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The places of the parts of an uplink in the JSON of a network server; `encoding` is that of the bytes."""

    needs: tuple[Path, ...]  # all of these are there in every uplink, and together nowhere else
    device: Path
    payload: Path
    port: Path
    times: tuple[Path, ...]
    number: Path
    encoding: Callable[[object, str], bytes] = from_base64
    session: Path = NOWHERE
    decoded: Path = NOWHERE
    hints: tuple[Path, ...] = ()
    not_data: Callable[[dict[str, Any]], str] = lambda _body: ""


def _kerlink_bytes(value: object, name: str) -> bytes:
    """Hex, or base64 where somebody has chosen it: hex digits are what both could be, and hex it is then."""
    base64 = type(value) is str and (len(value) % 2 == 1 or not set(value) <= set("0123456789abcdefABCDEF"))
    return (from_base64 if base64 else from_hex)(value, name)


_AWS: Final = ("WirelessMetadata", "LoRaWAN")
_THINGPARK: Final = "DevEUI_uplink"

NETWORKS: Final = (
    Network(
        needs=(("PayloadData",), (*_AWS, "DevEui")),
        device=(*_AWS, "DevEui"),
        payload=("PayloadData",),
        port=(*_AWS, "FPort"),
        times=((*_AWS, "Timestamp"),),
        number=(*_AWS, "FCnt"),
        session=(*_AWS, "DevAddr"),
        decoded=("PayloadDecoded",),
    ),
    Network(
        needs=((_THINGPARK, "DevEUI"),),
        device=(_THINGPARK, "DevEUI"),
        payload=(_THINGPARK, "payload_hex"),
        encoding=from_hex,
        port=(_THINGPARK, "FPort"),
        times=((_THINGPARK, "Time"),),
        number=(_THINGPARK, "FCntUp"),
        session=(_THINGPARK, "DevAddr"),
        decoded=(_THINGPARK, "payload"),
        hints=(
            (_THINGPARK, "DriverCfg", "mod", "pId"),
            (_THINGPARK, "DriverCfg", "mod", "mId"),
            (_THINGPARK, "CustomerData", "name"),
        ),
    ),
    # The same frame may come twice, at once ("rx") and with all gateways ("gw"): with one time and one number.
    Network(
        needs=(("EUI",), ("cmd",), ("ts",)),
        device=("EUI",),
        payload=("data",),
        encoding=from_hex,
        port=("port",),
        times=(("ts",),),
        number=("fcnt",),
        decoded=("decoded",),
        not_data=lambda body: "" if body.get("cmd") in ("rx", "gw") else "a message that is no uplink",
    ),
    Network(
        needs=(("dev_eui",), ("payload",), ("reported_at",)),
        device=("dev_eui",),
        payload=("payload",),
        port=("port",),
        times=(("reported_at",),),
        number=("fcnt",),
        session=("devaddr",),
        decoded=("decoded", "payload"),
        hints=(("name",),),
        not_data=lambda body: "" if body.get("type", "uplink") == "uplink" else "a device joined the network",
    ),
    Network(
        needs=(("params", "counter_up"), ("meta", "device")),
        device=("meta", "device"),
        payload=("params", "payload"),
        port=("params", "port"),
        times=(("params", "rx_time"), ("meta", "time")),
        number=("params", "counter_up"),
        session=("meta", "device_addr"),
        not_data=lambda body: (
            "the same frame through another gateway" if member(body, "params", "duplicate") is True else ""
        ),
    ),
    Network(
        needs=(("devEui",), ("messageType",), ("fCntUp",)),
        device=("devEui",),
        payload=("payload",),
        encoding=from_hex,
        port=("fPort",),
        times=(("timestamp",),),
        number=("fCntUp",),
        hints=(("sensorType",),),
        not_data=lambda body: "" if body.get("messageType") == "payload" else "a message that is no uplink",
    ),
    Network(
        needs=(("endDevice", "devEui"), ("fCntUp",)),
        device=("endDevice", "devEui"),
        payload=("payload",),
        encoding=_kerlink_bytes,
        port=("fPort",),
        times=(("recvTime",),),
        number=("fCntUp",),
        session=("endDevice", "devAddr"),
        not_data=lambda body: "a frame whose bytes are encrypted" if body.get("encrypted") is True else "",
    ),
)
# What stands in the bytes of every such message, as a first look that costs little.
MARKS: Final = (b"evEui", b"evEUI", b"dev_eui", b'"EUI"', b"counter_up")
THINGPARK_OTHER: Final = (
    "DevEUI_downlink_Sent",
    "DevEUI_location",
    "DevEUI_notification",
    "DevEUI_multicast_summary",
)


def reads(packet: Packet) -> bool:
    """Tell whether this is an uplink of one of these networks, or ThingPark's word about a downlink or a place."""
    if not any(mark in packet.payload for mark in MARKS):
        return False
    body = _body(packet)
    return _network(body) is not None or any(name in body for name in THINGPARK_OTHER)


def _body(packet: Packet) -> dict[str, Any]:
    """Return the object of the message, also the only one of a list (Netmore); an empty one if there is none."""
    if packet.text[:1] != "[":
        return packet.object
    try:
        items = packet.json
    except Unreadable:
        return {}
    return items[0] if type(items) is list and len(items) == 1 and type(items[0]) is dict else {}


def decode(packet: Packet) -> Decoded:
    """Return the readings in an uplink."""
    body = unambiguous(_body(packet))
    network = _network(body)
    if network is None:
        return Decoded(not_data="the network tells of a downlink, a place or an event")
    other = network.not_data(body)
    if other:
        return Decoded(not_data=other)
    uplink = unwrap(network, body)
    return frames.read(uplink, packet)


def unwrap(network: Network, body: dict[str, Any]) -> Uplink:
    """Return the uplink in a message of `network`. Raises Unreadable."""
    device = deveui(member(body, *network.device))
    port = member(body, *network.port)
    if port is None:  # Fport in AWS' own example
        port = member(body, *network.port[:-1], network.port[-1].capitalize())
    return Uplink(
        device=device,
        payload=network.encoding(member(body, *network.payload), network.payload[-1]),
        fport=whole(port),
        fields=fields(member(body, *network.decoded)),
        time=first_time(*(member(body, *path) for path in network.times)),
        identity=number_identity(device, member(body, *network.session), member(body, *network.number)),
        hint=words(*(member(body, *path) for path in network.hints)),
        at=At(
            fields=".".join(("$", *network.decoded)),
            device=".".join(("$", *network.device)),
            time=".".join(("$", *network.times[0])),
        ),
    )


def _network(body: dict[str, Any]) -> Network | None:
    return next((n for n in NETWORKS if all(member(body, *path) is not None for path in n.needs)), None)
