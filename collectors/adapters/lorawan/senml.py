"""SenML packs (RFC 8428) in JSON: a list of records with base fields, as KPN Things and others send them.

A record may be a LoRaWAN frame that nobody has decoded (`payload` in hex and `port`), or a measurement by name.
"""

import re
from datetime import datetime
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters import objects
from collectors.adapters.fields import DEVICE_LIMIT
from collectors.adapters.lorawan import decoded
from collectors.adapters.objects import Found
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.adapters.times import instant
from collectors.lorawan.read import read
from collectors.lorawan.uplink import SOURCE, Uplink, deveui, from_hex, whole

NAMED: Final = "senml"  # source of devices that are known by their base name alone
VALUES: Final = ("v", "vs", "vb", "vd", "s")
RELATIVE: Final = 2**28  # seconds: a time below is one before (or after) now, RFC 8428 section 4.5.3
_DEVEUI = re.compile(r"urn:dev:(?:deveui|eui64|eui)[:_]([0-9a-f-]{13,23})", re.IGNORECASE)


def reads(packet: Packet) -> bool:
    """Tell whether this is a list whose first record names a device and whose records have values."""
    if b'"bn"' not in packet.payload or packet.payload[:1] not in (b"[", b" ", b"\n"):
        return False
    try:
        pack = packet.json
    except Unreadable:
        return False
    return type(pack) is list and bool(pack) and type(pack[0]) is dict and type(pack[0].get("bn")) is str


def decode(packet: Packet) -> Decoded:
    """Return the readings in a pack: of the frame that it holds, or of its records by their names."""
    records = [record for record in packet.json if type(record) is dict]
    name = records[0]["bn"]
    values = {record["n"]: _value(record) for record in records if type(record.get("n")) is str}
    frame = _DEVEUI.match(name)
    if frame and "payload" in values:
        device = deveui(frame[1])
        time = _time(records[0], records[0].get("bt"))
        uplink = Uplink(
            device=device,
            payload=from_hex(values["payload"], "payload"),
            fport=whole(values.get("port")),
            time=time,
        )
        return read(uplink, packet)
    return _named(packet, records, name, deveui(frame[1]) if frame else "")


def _named(packet: Packet, records: list[dict[str, Any]], name: str, device: str) -> Decoded:
    source = SOURCE if device else NAMED
    sheet = Sheet(source, device or name.removeprefix("urn:dev:").strip(":/ "))
    if not sheet.device or len(sheet.device) > DEVICE_LIMIT or not sheet.device.isprintable():
        raise Unreadable("its base name (bn) cannot be a device's name")
    base: dict[str, Any] = {}
    found: dict[datetime | None, Found] = {}  # what belongs to one time belongs together
    for number, record in enumerate(records):
        base |= {key: record[key] for key in ("bt", "bu", "bv") if key in record}
        try:
            look = objects.look(_as_object(base, record), at=f"$[{number}]")
            all_ = found.setdefault(_time(record, base.get("bt")), Found())
            all_.measured += look.measured
            all_.doubtful += look.doubtful
        except Unreadable as exc:
            sheet.problems.append(str(exc))
    for sheet.time, all_ in found.items():
        objects.write(sheet, all_, topic=packet.topic, device_path="$[0].bn", time_path="$[0].bt")
    if not sheet.problems and not any(all_.understood for all_ in found.values()):
        said = decoded.names({n: None for record in records if type(n := record.get("n")) is str})
        sheet.problems.append(f"it holds {said}: nothing that is known here; map the fields in the site file")
    idle = not sheet.readings and not sheet.problems
    return sheet.decoded(not_data="it says that nothing was measured" if idle else "")


def _as_object(base: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """Name, value and unit of a record by the names that objects of this kind have everywhere else."""
    value, unit = _value(record), record.get("u", base.get("bu"))
    if type(value) in (int, float) and type(base.get("bv")) in (int, float):
        value = _sum(base["bv"], value, "its value (bv, v)")
    return {"n": record.get("n"), "v": value, "u": "%" if unit == "%EL" else unit}


def _value(record: dict[str, Any]) -> Any:
    return next((record[key] for key in VALUES if record.get(key) is not None), None)


def _time(record: dict[str, Any], base: Any) -> datetime | None:
    """Add base time and the record's own; a small sum is relative to now, for which the receipt stands in."""
    own = record.get("t")
    if any(type(part) not in (int, float, type(None)) for part in (base, own)):
        raise Unreadable("its time (bt, t) is not a number of seconds")
    seconds: Any = _sum(base or 0, own or 0, "its time (bt, t)")
    return instant(seconds, name="bt") if abs(seconds) >= RELATIVE else None


def _sum(base: float, own: float, what: str) -> float:
    try:
        return base + own
    except OverflowError:  # a whole number of hundreds of digits, and one with a point
        raise Unreadable(f"{what} is too large a number") from None
