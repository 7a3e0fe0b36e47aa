"""SenML packs (RFC 8428) in JSON: a list of records with base fields, as KPN Things and others send them.

A record may be a LoRaWAN frame that nobody has decoded (`payload` in hex and `port`), or a measurement whose unit says
what it is (the table senml/pack.toml). It is code because base fields are added to those of each record.
"""

import re
from typing import Any, Final

from msgspec.structs import replace

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.numbers import number
from collectors.adapters.packet import Packet
from collectors.adapters.times import instant
from collectors.devices import reader, registry, subjects, unknown
from collectors.lorawan.envelopes import deveui, from_text, whole_number
from collectors.lorawan.read import SOURCE, Uplink, read

VALUES: Final = ("v", "vs", "vb", "vd", "s")
RELATIVE: Final = 2**28  # seconds: a time below is one before (or after) now, RFC 8428 section 4.5.3
TABLE: Final = "SenML pack"
_DEVEUI = re.compile(r"urn:dev:(?:deveui|eui64|eui)[:_]([0-9a-f-]{13,23})", re.IGNORECASE)


def decode(packet: Packet) -> Decoded | None:
    """Return the readings in a pack; None if this is no list whose first record names a device. Raises Unreadable."""
    data, pack = packet.payload, packet.value
    if b'"bn"' not in data or data[:1] not in (b"[", b" ", b"\n") or type(pack) is not list:
        return None
    records = [record for record in pack if type(record) is dict]
    if not records or records[0] is not pack[0] or type(records[0].get("bn")) is not str:
        return None
    named = (record for record in packet.budget.each(records) if type(record.get("n")) is str)
    values = {record["n"]: _value(record) for record in named}
    frame = _DEVEUI.match(records[0]["bn"])
    if frame and "payload" in values:
        uplink = Uplink(
            device=deveui(frame[1]),
            payload=from_text(values["payload"], "payload", "hex"),
            fport=whole_number(values.get("port")),
            time=instant(_time(records[0], records[0].get("bt")), name="bt"),
        )
        return read(uplink, packet)
    entry = registry.by_model(TABLE)
    resolved = [*packet.budget.each(_resolved(records))]
    names = [f"{r['device']} {r['name']}" for r in resolved if "battery" not in str(r["name"]).lower()]
    pack = packet.holding(resolved, device=deveui(frame[1]) if frame else "")
    decoded = reader.read_fitting(entry.messages, pack) if entry else Decoded()
    decoded = subjects.of_people(decoded, packet, [*packet.levels, *names], values)
    decoded = unknown.Candidates(packet).asking(decoded, ())
    if decoded == Decoded():
        shown = ", ".join(sorted(name for name in values if name.isprintable())[:8])
        raise Unreadable(f"no unit in it tells what is measured ({shown}): write a mapping for what counts")
    if frame:
        decoded = replace(decoded, readings=tuple(replace(r, source=SOURCE) for r in decoded.readings))
    return decoded


def _resolved(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return name, value, unit and time of each record, with the base fields applied. Raises Unreadable."""
    resolved = []
    base: dict[str, Any] = {}
    for record in records:
        base |= {key: record[key] for key in ("bn", "bt", "bu", "bv") if key in record}
        value = _value(record)
        if type(value) in (int, float) and type(base.get("bv")) in (int, float):
            value = (number("bv", base["bv"]) or 0) + (number("v", value) or 0)
        device = str(base["bn"]).removeprefix("urn:dev:").strip(":/ ")
        fields = {"name": record.get("n"), "value": value, "unit": record.get("u", base.get("bu"))}
        resolved.append({"resolved": True, "device": device, "time": _time(record, base.get("bt"))} | fields)
    return resolved


def _value(record: dict[str, Any]) -> Any:
    return next((record[key] for key in VALUES if record.get(key) is not None), None)


def _time(record: dict[str, Any], base: Any) -> float | None:
    """Add base time and the record's own; a small sum is relative to now, for which the receipt stands in."""
    seconds = (number("bt", base) or 0) + (number("t", record.get("t")) or 0)
    return seconds if abs(seconds) >= RELATIVE else None
