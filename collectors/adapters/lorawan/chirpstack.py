"""ChirpStack v3 and v4: `application/{id}/device/{devEUI}/event/{event}`; v4 has `deviceInfo`, v3 all in one level."""

from collections.abc import Iterable
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded, Identity
from collectors.adapters.jsontext import parse
from collectors.adapters.lorawan import frames
from collectors.adapters.lorawan.uplink import (
    REPEAT_S,
    SOURCE,
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
from collectors.adapters.sheet import Sheet

NOT_DATA: Final = {
    "join": "a device joined the network",
    "ack": "a device confirmed a downlink, or did not",
    "txack": "a gateway sent a downlink",
    "error": "the network tells of an error",
    "log": "a line of the network's log",
    "location": "the network says where a device is",
    "integration": "a message of a service of the network",
    "down": "a downlink that somebody asks for",
}


def reads(packet: Packet) -> bool:
    """Tell whether this is ChirpStack's topic, or its JSON on another one."""
    if event(packet.levels):
        return True
    body = packet.object if b'"devE' in packet.payload else {}
    return member(body, "deviceInfo", "devEui") is not None or ("devEUI" in body and "applicationID" in body)


def decode(packet: Packet) -> Decoded:
    """Return the readings in an uplink and the battery of a status; everything else is not data."""
    body = packet.json
    if type(body) is not dict:
        raise Unreadable("the payload is not an object with named values")
    kind = event(packet.levels) or _kind(body)
    if kind in NOT_DATA:
        return Decoded(not_data=NOT_DATA[kind])
    if kind == "status":
        return _status(body)
    uplink = unwrap(unambiguous(body))
    return frames.read(uplink, packet)


def event(levels: list[str]) -> str:
    """Return the kind of event a topic names ("" if it names none): v4 and v3, and the older forms of both."""
    if levels[0] != "application" or len(levels) < 5 or levels[2] not in ("device", "node"):
        return ""
    name = levels[5] if levels[4] in ("event", "command") and len(levels) > 5 else levels[4]
    return {"rx": "up", "uplink": "up", "up": "up", "tx": "down"}.get(name, name if name in _EVENTS else "")


def unwrap(body: dict[str, Any]) -> Uplink:
    """Return the uplink in an uplink event. Raises Unreadable."""
    info = body.get("deviceInfo")
    device = deveui(member(info, "devEui") or body.get("devEUI"))
    gateways = list(members(body.get("rxInfo")))
    return Uplink(
        device=device,
        payload=from_base64(body.get("data") or body.get("payload"), "data"),
        fport=whole(body.get("fPort")),
        fields=_object(body),
        time=first_time(
            body.get("time"),
            body.get("publishedAt"),
            *(gateway.get(name) for name in ("nsTime", "gwTime", "time") for gateway in gateways),
        ),
        identity=_identity(device, body),
        hint=words(
            *_values(member(info, "tags") or body.get("tags")),
            member(info, "deviceProfileName") or body.get("deviceProfileName"),
            member(info, "deviceName") or body.get("deviceName"),
        ),
        at=At(
            fields="$.object" if body.get("object") is not None else "",
            device="$.deviceInfo.devEui" if info else "$.devEUI",
            time="$.time" if body.get("time") else "",
        ),
    )


_EVENTS: Final = {*NOT_DATA, "up", "status"}


def _kind(body: dict[str, Any]) -> str:
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


def _status(body: dict[str, Any]) -> Decoded:
    device = deveui(member(body.get("deviceInfo"), "devEui") or body.get("devEUI"))
    sheet = Sheet(SOURCE, device, time=first_time(body.get("time")))
    if not (body.get("externalPowerSource") is True or body.get("batteryLevelUnavailable") is True):
        sheet.note("battery_pct", body.get("batteryLevel"), said="batteryLevel")
    return sheet.decoded(
        not_data="the network tells how well it hears a device" if not sheet.readings else ""
    )


def _values(tags: object) -> Iterable[object]:
    return tags.values() if type(tags) is dict else ()


def _object(body: dict[str, Any]) -> Any:
    """Return what the network's decoder made of the bytes; v3 writes it as JSON within JSON."""
    found = body.get("object")
    if found is None and type(body.get("objectJSON")) is str:
        found = parse(body["objectJSON"].encode("utf-8", "replace"))
    return fields(found)


def _identity(device: str, body: dict[str, Any]) -> Identity | None:
    """Identify a frame by its number in the session; where the address is missing, by the network's own number."""
    found = frame_identity(device, body.get("devAddr"), whole(body.get("fCnt")))
    unique = body.get("deduplicationId") or body.get("deduplicationID")
    if found is None and type(unique) is str:
        return Identity(scope=f"{SOURCE}/{device}", mark=f"uplink:{unique}", window_s=REPEAT_S)
    return found
