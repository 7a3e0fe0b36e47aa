"""Bluetooth gateways: what sensors advertise, on `{base}/{gateway}/BTtoMQTT/{address}` (OpenMQTTGateway, Theengs) and
on `ruuvi/{gateway}/{tag}` (Ruuvi Gateway).

What a gateway has decoded itself is read by its table alone; bytes become fields by a layout first. A gateway hears
every Bluetooth device in reach, the phones of visitors among them: what is no known sensor is not data, and nothing of
it is kept.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.packet import Packet
from collectors.devices import registry
from collectors.lorawan import layout

_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){1,260}")
SERVICES: Final = {  # uuid -> layout and its name
    "fcd2": ("bthome", "BTHome"),
    "181c": ("bthome-1", "BTHome v1"),
    "fdcd": ("qingping", "Qingping"),
}
_RUUVI: Final = b"\xff\x99\x04"  # manufacturer data of a RuuviTag follow
_RADIO: Final = frozenset(  # what a gateway tells of a radio it hears
    """id name distance rssi txpower mac raw var int interval close speed idType rssi@1m rssiVar mfid uuid disc adr
    mac_type channel address addr bssid ssid rawData advData adv_data rawdata raw_data manufacturerdata servicedata
    servicedatauuid major minor tx_power txPower type timestamp ts time manufacturer vendor gw_mac gwts aoa coords
    first_seen last_seen""".split()  # noqa: SIM905 - many words
)
_WHO: Final = frozenset(("id", "mac", "address", "addr", "bssid"))


def decode(packet: Packet) -> Decoded | None:
    """Return the readings of one sensor in one advertisement, and nothing of a radio that is only heard.

    None if the message brings no bytes of an advertisement. Raises Unreadable.
    """
    fields = packet.object
    if packet.levels[0] == "ruuvi" and "data" in fields:
        name, kind, data = "ruuvi", "RuuviTag", _bytes(fields["data"]).partition(_RUUVI)[2]
    elif "BTtoMQTT" in packet.levels and "servicedata" in fields:
        uuid = str(fields.get("servicedatauuid")).lower().removeprefix("0x")
        (name, kind), data = SERVICES.get(uuid, ("", "")), _bytes(fields["servicedata"])
    elif not _is_range(packet):
        return None
    else:
        return Decoded(not_data="where somebody's phone or tag is heard; nothing of it is kept")
    if name and data and "type" not in fields:
        said, passed_over = layout.decode(name, 0, data)
        packet = packet.holding({**fields, "advert": {"kind": passed_over or kind, **said}})
    return registry.decode(packet) or Decoded()


def _bytes(value: object) -> bytes:
    """Return the bytes that a text of hexadecimal digits stands for; none if it is no such text."""
    return bytes.fromhex(value) if type(value) is str and _HEX.fullmatch(value) else b""


def _is_range(packet: Packet) -> bool:
    """Tell whether it tells that a radio is heard, or how far it is, and no more."""
    if _is_heard(packet.object) and "BTtoMQTT" not in packet.levels:
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
