"""The Things Stack v3 (The Things Network, The Things Industries): `v3/{application}@{tenant}/devices/{device}/...`."""

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
    frame_identity,
    from_base64,
    member,
    members,
    unambiguous,
    whole,
    words,
)
from collectors.adapters.packet import Packet

NOT_DATA: Final = {
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


def reads(packet: Packet) -> bool:
    """Tell whether this is The Things Stack's topic, or its JSON on another one."""
    if packet.topic.startswith("v3/") and "/devices/" in packet.topic:
        return True
    return b'"end_device_ids"' in packet.payload and "end_device_ids" in _body(packet.object)


def decode(packet: Packet) -> Decoded:
    """Return the readings in an uplink; everything else a device and its network tell each other is not data."""
    if packet.topic.startswith("v3/") and "down" in packet.levels[4:5]:
        return Decoded(not_data="a downlink, or what became of one")
    body = _body(packet.json)
    kind = next((name for name in NOT_DATA if name in body), "")
    if kind:
        return Decoded(not_data=NOT_DATA[kind])
    if type(body.get("uplink_message")) is not dict:
        raise Unreadable("it holds no uplink_message, so there is nothing of a device in it")
    if body.get("simulated") is True:
        return Decoded(not_data="an uplink that somebody simulates in the network's console")
    uplink = unwrap(unambiguous(body), "$" if body is packet.json else "$.data")
    return frames.read(uplink, packet)


def unwrap(body: dict[str, Any], path: str) -> Uplink:
    """Return the uplink in an ApplicationUp message, whose JSONPath is `path`. Raises Unreadable."""
    ids, message = body.get("end_device_ids"), unambiguous(body["uplink_message"])
    device = deveui(member(ids, "dev_eui"))
    session = message.get("session_key_id") or member(ids, "dev_addr")
    return Uplink(
        device=device,
        payload=from_base64(message.get("frm_payload"), "frm_payload"),
        fport=whole(message.get("f_port")),  # fields that are zero are left out
        fields=fields(message.get("decoded_payload")),
        time=first_time(
            body.get("received_at"),
            message.get("received_at"),
            member(message, "settings", "time"),
            *(gateway.get("time") for gateway in members(message.get("rx_metadata"))),
        ),
        identity=frame_identity(device, session, whole(message.get("f_cnt"))),
        hint=words(
            member(message, "version_ids", "brand_id"),
            member(message, "version_ids", "model_id"),
            member(ids, "device_id"),
        ),
        at=At(
            fields=f"{path}.uplink_message.decoded_payload",
            device=f"{path}.end_device_ids.dev_eui",
            time=f"{path}.received_at",
        ),
    )


def _body(value: object) -> dict[str, Any]:
    """Return the ApplicationUp message, also inside an event of the network's event stream."""
    if type(value) is not dict:
        return {}
    inner = value.get("data")
    return inner if type(inner) is dict and "end_device_ids" in inner else value
