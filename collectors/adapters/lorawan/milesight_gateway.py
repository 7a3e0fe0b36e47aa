"""Milesight gateways (UG56, UG65, UG67) with their own network server: JSON of one level on a topic of one's choice.

The bytes are in `data`; with the gateway's payload codec switched on the decoded fields lie in `object`, or beside the
fields of the envelope.
"""

from typing import Any, Final

from besok.model.readings import Decoded
from collectors.adapters.lorawan import chirpstack, frames
from collectors.adapters.lorawan.uplink import (
    At,
    Uplink,
    deveui,
    fields,
    first_time,
    from_base64,
    members,
    number_identity,
    unambiguous,
    whole,
    words,
)
from collectors.adapters.packet import Packet

ENVELOPE: Final = {
    *(
        "applicationID",
        "applicationName",
        "cellularIP",
        "data",
        "devEUI",
        "deviceName",
        "devAddr",
        "adr",
        "object",
    ),
    *(
        "fCnt",
        "fPort",
        "gatewayTime",
        "metadata",
        "rxInfo",
        "time",
        "txInfo",
        "timestamp",
        "confirmed",
        "gatewayIP",
    ),
}


def reads(packet: Packet) -> bool:
    """Tell whether this has the fields that these gateways send, and not ChirpStack's topic."""
    if b'"devEUI"' not in packet.payload or packet.topic.startswith("application/"):
        return False
    body = packet.object
    return (
        "devEUI" in body and ("applicationID" in body or "gatewayTime" in body) and "deviceInfo" not in body
    )


def decode(packet: Packet) -> Decoded:
    """Return the readings in an uplink."""
    body = unambiguous(packet.object)
    uplink = unwrap(body)
    if not uplink.payload and uplink.fields is None:
        return Decoded(not_data=chirpstack.NOT_DATA["join"])
    return frames.read(uplink, packet)


def unwrap(body: dict[str, Any]) -> Uplink:
    """Return the uplink in a gateway's message. Raises Unreadable."""
    device = deveui(body.get("devEUI"))
    beside = {name: value for name, value in body.items() if name not in ENVELOPE}
    return Uplink(
        device=device,
        payload=from_base64(body.get("data"), "data"),
        fport=whole(body.get("fPort")),
        fields=fields(body.get("object")) or fields(beside),
        time=first_time(
            body.get("time"), body.get("gatewayTime"), *(gw.get("time") for gw in members(body.get("rxInfo")))
        ),
        identity=number_identity(device, body.get("devAddr"), body.get("fCnt")),
        hint=words(body.get("deviceName")),
        at=At(fields="$.object" if body.get("object") else "$", device="$.devEUI", time="$.time"),
    )
