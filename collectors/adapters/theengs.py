"""OpenMQTTGateway and Theengs Gateway: service data of Bluetooth sensors on `{base}/{gateway}/BTtoMQTT/{address}`.

What the gateway has decoded itself is read by the table alone; service data become named fields for it first. A gateway
hears every Bluetooth device in reach, the phones of visitors among them: what is no known sensor is not data, and
nothing of it is kept.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters import bthome
from collectors.adapters.packet import Packet
from collectors.devices import registry

_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){1,100}")
_RADIO: Final = frozenset(  # what a gateway tells of a radio it hears
    """id name distance rssi txpower mac raw var int interval close speed idType rssi@1m rssiVar mfid uuid disc adr
    mac_type channel address addr bssid ssid rawData advData adv_data rawdata raw_data manufacturerdata servicedata
    servicedatauuid major minor tx_power txPower type timestamp ts time manufacturer vendor gw_mac gwts aoa coords
    first_seen last_seen""".split()  # noqa: SIM905 - many words
)
_WHO: Final = frozenset(("id", "mac", "address", "addr", "bssid"))


def reads(packet: Packet) -> bool:
    """Tell whether a message brings service data of a gateway, or on any topic no more than that a radio is heard."""
    return ("BTtoMQTT" in packet.levels and "servicedata" in packet.object) or _is_range(packet)


def decode(packet: Packet) -> Decoded:
    """Return the readings of one sensor in one advertisement. Raises Unreadable."""
    if "BTtoMQTT" not in packet.levels:
        return Decoded(not_data="where somebody's phone or tag is heard; nothing of it is kept")
    fields = packet.object
    uuid, data = fields.get("servicedatauuid"), fields.get("servicedata")
    if "type" not in fields and type(uuid) is str and type(data) is str and _HEX.fullmatch(data):
        advert = bthome.decode(uuid.lower().removeprefix("0x"), bytes.fromhex(data))
        packet = packet.holding({**fields, "advert": advert})
    return registry.decode(packet)


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
