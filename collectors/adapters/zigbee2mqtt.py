"""Zigbee2MQTT: what a Zigbee device said last, as one JSON object on `zigbee2mqtt/{friendly name}`.

The bridge publishes the whole cached state whenever any part of it changes, so an `occupancy: true` that comes again is
a state and not another movement. Format: the Zigbee2MQTT documentation, "MQTT topics and messages".
"""

from collections.abc import Mapping
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters import objects
from collectors.adapters.numbers import state
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.adapters.vocabulary import words

SOURCE: Final = "zigbee2mqtt"
BASE: Final = "zigbee2mqtt"
_PRESENCE: Final = ("occupancy", "presence")
_OF_THE_DEVICE: Final = {
    "update",
    "device",
    "last_seen",
    "linkquality",
    "action",
    "color",
    "state",
    "voltage",
}
_NOT_PEOPLE: Final = "nothing about people or the air of a room"


def reads(packet: Packet) -> bool:
    """Topics below `zigbee2mqtt`, or one that begins so (a second bridge); elsewhere by the radio's link quality."""
    return packet.levels[0].startswith(BASE) or "linkquality" in packet.object


def decode(packet: Packet) -> Decoded:
    """Presence and climate of one device. A settings message, and what the bridge says of itself, is not data."""
    ours = packet.levels[0].startswith(BASE)
    name = packet.levels[1:] if ours else packet.levels
    if not packet.payload.strip() or packet.text == "null":
        return Decoded(not_data="a tombstone: somebody deletes what the broker had kept")
    if ours and (not name or name[0] == "bridge"):
        return Decoded(not_data="what the bridge says of itself")
    if len(name) > 1 and {"set", "get"} & set(name[1:]):
        return Decoded(not_data="an order to a device")
    if len(name) > 1 and name[-1] == "availability":
        return _availability(packet, name[:-1])
    value = packet.json
    if type(value) is dict:
        return _device(packet, Sheet(SOURCE, _named(packet, name)), value)
    return _attribute(packet, name, value)


def _named(packet: Packet, name: list[str]) -> str:
    """Return the friendly name, which may hold slashes; with its bridge if that is not the usual one."""
    other = packet.levels[0] != BASE and packet.levels[0].startswith(BASE)
    return "/".join((packet.levels[0], *name) if other else name)


def _availability(packet: Packet, name: list[str]) -> Decoded:
    word = packet.object.get("state", packet.text)
    if word not in ("online", "offline"):
        raise Unreadable('the availability must be online, offline or {"state": "online"}')
    sheet = Sheet(SOURCE, _named(packet, name))
    sheet.online(word == "online")
    return sheet.decoded()


def _device(packet: Packet, sheet: Sheet, fields: Mapping[str, Any]) -> Decoded:
    sheet.time = packet.instant(fields.get("last_seen"), name="last_seen")
    objects.note(sheet, {"occupied": _presence(sheet, fields), **_measurements(fields)}, packet=packet)
    device = fields.get("device")
    model = device.get("model") if type(device) is dict else None
    idle = "" if sheet.readings or sheet.problems else _NOT_PEOPLE
    return sheet.decoded(model=model if type(model) is str else "", not_data=idle)


def _presence(sheet: Sheet, fields: Mapping[str, Any]) -> float | None:
    """Somebody is there if either of the two words for it says so; null is neither yes nor no."""
    found = []
    for name in _PRESENCE:
        try:
            found.append(state(name, fields.get(name)))
        except Unreadable as exc:
            sheet.problems.append(str(exc))
    return max((there for there in found if there is not None), default=None)


def _measurements(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is left for the general vocabulary: without the radio's and the bridge's own, and without raw light.

    The voltage is that of the battery, in millivolts, where the device has one.
    """
    raw = {"illuminance"} if "illuminance_lux" in fields else set()
    left_out = {*_PRESENCE, *_OF_THE_DEVICE, *raw}
    found = {
        name: value
        for name, value in fields.items()
        if name not in left_out and not str(name).endswith("_state")
    }
    return {**found, "battery_voltage": fields.get("voltage")} if "battery" in fields else found


def _attribute(packet: Packet, name: list[str], value: Any) -> Decoded:
    """Return a single attribute on a topic of its own (`output: attribute`)."""
    sheet = Sheet(SOURCE, _named(packet, name[:-1] or name))
    if len(name) < 2 or not objects.note_value(
        sheet, words(name[-1]), value, topic=packet.topic, name=name[-1], path="$"
    ):
        return Decoded(not_data=_NOT_PEOPLE)
    return sheet.decoded(
        not_data="" if sheet.readings or sheet.problems else "it says that nothing was measured"
    )
