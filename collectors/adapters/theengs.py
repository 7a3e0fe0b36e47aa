"""OpenMQTTGateway and Theengs Gateway: Bluetooth sensors on `{base}/{gateway}/BTtoMQTT/{address}`.

A gateway hears every Bluetooth device in reach, the phones of visitors among them. Only what is a sensor beyond doubt
is read: an advertisement that the gateway decoded to a measurement, or service data of a sensor format. Everything
else, distances and signal strengths above all, is not data, and nothing of it is kept.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded, Identity
from collectors.adapters import bthome
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

SOURCE: Final = "theengs"
PACKET_WINDOW_S: Final = 60.0  # a packet number of eight bits comes round again
_SENSORS: Final = {"THB", "THBX", "CTMO", "AIR", "PLANT", "THBM", "AQI"}  # kinds that measure rooms
_FIELDS: Final = (
    ("motion", "occupied"),
    ("pres", "occupied"),
    ("presence", "occupied"),
    ("occupancy", "occupied"),
    ("tempc", "temperature_c"),
    ("hum", "humidity_pct"),
    ("co2", "co2_ppm"),
    ("lux", "light_lux"),
    ("noise", "sound_db"),
    ("batt", "battery_pct"),
    ("volt", "battery_v"),
)
_ADDRESS: Final = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]?){5}[0-9A-Fa-f]{2}")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){1,100}")
_ENCRYPTED: Final = "an encrypted advertisement: give the gateway the sensor's key"
_PHONE: Final = (
    "a Bluetooth device that is not a known sensor; it may be somebody's phone, and nothing of it is kept"
)
_RADIO: Final = frozenset(  # what a gateway tells of a radio it hears
    """id name distance rssi txpower mac raw var int interval close speed idType rssi@1m rssiVar mfid uuid disc adr
    mac_type channel address addr bssid ssid rawData advData adv_data rawdata raw_data manufacturerdata servicedata
    servicedatauuid major minor tx_power txPower type timestamp ts time manufacturer vendor gw_mac gwts aoa coords
    first_seen last_seen""".split()  # noqa: SIM905 - many words
)
_WHO: Final = frozenset(("id", "mac", "address", "addr", "bssid"))
_ROOM: Final = frozenset(metric for _, metric in _FIELDS) - {"battery_pct", "battery_v"}


def reads(packet: Packet) -> bool:
    """Topics of gateways, those that tell how far a phone is, and a distance with nothing else on any topic."""
    levels = packet.levels
    return "BTtoMQTT" in levels or levels[-1] in ("SYStoMQTT", "IRtoMQTT") or _is_range(packet)


def decode(packet: Packet) -> Decoded:
    """Return the readings of one sensor in one advertisement."""
    if "BTtoMQTT" not in packet.levels and _is_range(packet):
        return Decoded(not_data="where somebody's phone or tag is heard; nothing of it is kept")
    if "BTtoMQTT" not in packet.levels:
        return Decoded(not_data="what the gateway says of itself")
    fields = packet.object
    device = _address(packet, fields)
    if device and _is_decoded(fields):
        return _decoded(Sheet(SOURCE, device), fields)
    return _advert(device, fields)


def _is_range(packet: Packet) -> bool:
    """Tell whether it tells that a radio is heard, or how far it is, and no more."""
    if packet.levels[0] == "espresense" or _is_heard(packet.object):
        return True
    if packet.payload[:1] != b"[" or b"rssi" not in packet.payload:
        return False
    try:
        items = packet.json
    except Unreadable:
        return False
    return bool(items) and all(type(item) is dict and _is_heard(item) for item in items)


def _is_heard(fields: Mapping[str, Any]) -> bool:
    """Tell an address with a distance or a signal strength from a sensor of rooms."""
    is_radio = "distance" in fields or "rssi" in fields
    return is_radio and not _WHO.isdisjoint(fields) and _RADIO.issuperset(fields)


def _address(packet: Packet, fields: Mapping[str, Any]) -> str:
    """Return the address of the sensor in lower-case hex, from the message or the topic; "" if neither tells it."""
    for said in (fields.get("mac"), fields.get("id"), packet.levels[-1]):
        if type(said) is str and _ADDRESS.fullmatch(said):
            return re.sub("[:-]", "", said).lower()
    return ""


def _is_decoded(fields: Mapping[str, Any]) -> bool:
    """Tell whether the gateway knew the sensor and read it. Older ones do not tell its kind, only its model."""
    read = {metric for name, metric in _FIELDS if fields.get(name) is not None}
    if "type" in fields:
        return type(fields["type"]) is str and fields["type"] in _SENSORS and bool(read)
    return "model_id" in fields and not read.isdisjoint(_ROOM)


def _decoded(sheet: Sheet, fields: Mapping[str, Any]) -> Decoded:
    if fields.get("encr") or "cipher" in fields:
        return Decoded(not_data=_ENCRYPTED)
    for name, metric in _FIELDS:
        if name != "pres" or type(fields.get(name)) is bool:  # else it is the pressure of the air
            sheet.note(metric, fields.get(name), said=name)
    packet = fields.get("packet")
    model = " ".join(str(fields[name]) for name in ("brand", "model_id") if type(fields.get(name)) is str)
    return _told(sheet, packet if type(packet) is int else None, model)


def _advert(device: str, fields: Mapping[str, Any]) -> Decoded:
    """Service data that the gateway passed on as they were."""
    uuid, data = fields.get("servicedatauuid"), fields.get("servicedata")
    if type(uuid) is not str or type(data) is not str or not _HEX.fullmatch(data):
        return Decoded(not_data=_PHONE)
    advert = bthome.decode(uuid.lower().removeprefix("0x"), bytes.fromhex(data))
    if advert is None or not (device or advert.address):
        return Decoded(not_data=_PHONE)
    if advert.kind == "encrypted":
        return Decoded(not_data=_ENCRYPTED)
    sheet = Sheet(SOURCE, device or advert.address)
    for metric, value in advert.values:
        sheet.note(metric, value)
    for value in advert.counts:
        sheet.problems.append(f"it counts something (now {value:g}), and an advertisement does not say what")
    return _told(sheet, advert.packet, advert.kind)


def _told(sheet: Sheet, packet: int | None, model: str) -> Decoded:
    if not sheet.readings and not sheet.problems:
        return Decoded(not_data="a sensor that says nothing about people or the air of a room")
    identity = None
    if packet is not None:
        scope = f"{SOURCE}/{sheet.device}"
        identity = Identity(scope=scope, mark=f"packet:{packet}", window_s=PACKET_WINDOW_S)
    return sheet.decoded(identity=identity, model=model)
