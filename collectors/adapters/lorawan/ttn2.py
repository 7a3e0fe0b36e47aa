"""The Things Network v2, which some installations still imitate: `{application}/devices/{device}/up`."""

from typing import Any, Final

from besok.model.readings import Decoded
from collectors.adapters.lorawan import frames
from collectors.adapters.lorawan.uplink import (
    At,
    Uplink,
    deveui,
    fields,
    first_time,
    from_base64,
    member,
    members,
    number_identity,
    unambiguous,
    whole,
    words,
)
from collectors.adapters.packet import Packet

EVENTS: Final = ("activations", "create", "update", "delete", "down", "up")


def reads(packet: Packet) -> bool:
    """Tell whether this has an uplink's fields, or lies on a topic beside that of the uplinks."""
    if b'"hardware_serial"' in packet.payload and "hardware_serial" in packet.object:
        return True
    levels = packet.levels
    if len(levels) < 5 or levels[1] != "devices":
        return False
    return levels[3] == "up" or (levels[3] == "events" and levels[4] in EVENTS)


def decode(packet: Packet) -> Decoded:
    """Return the readings in an uplink. Its fields also come one by one on topics below it: those are not data."""
    body = packet.object
    if "hardware_serial" not in body:
        return Decoded(not_data="the same values come whole on .../up, or the network tells of an event")
    uplink = unwrap(unambiguous(body))
    return frames.read(uplink, packet)


def unwrap(body: dict[str, Any]) -> Uplink:
    """Return the uplink in a message. Raises Unreadable."""
    device = deveui(body["hardware_serial"])
    return Uplink(
        device=device,
        payload=from_base64(body.get("payload_raw"), "payload_raw"),
        fport=whole(body.get("port")),
        fields=fields(body.get("payload_fields")),
        time=first_time(
            member(body, "metadata", "time"),
            *(gateway.get("time") for gateway in members(member(body, "metadata", "gateways"))),
        ),
        # A retry (is_retry) has the number of the first try.
        identity=number_identity(device, None, whole(body.get("counter"))),
        hint=words(body.get("dev_id")),
        at=At(fields="$.payload_fields", device="$.hardware_serial", time="$.metadata.time"),
    )
