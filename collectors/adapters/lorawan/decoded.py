"""The output of a network server's own decoder: fields by whatever names (vocabulary.py says what they mean)."""

import re
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters import objects
from collectors.adapters.jsontext import show
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

# Milesight's decoders call the people in a region so; elsewhere a "count" may as well be of those who passed.
_REGION: Final = re.compile(r"region_(\d+)_count")


TOTALS: Final = {"in": "in_total", "out": "out_total", "passages": "passages_total"}


def read(uplink: Uplink, packet: Packet) -> Decoded:
    """Read the fields of a frame of a model that no table knows, by their names."""
    sheet = uplink.sheet()
    try:
        note(sheet, uplink, packet)
    except Unreadable as exc:
        sheet.problems.append(str(exc))
    totals = {(r.channel, r.metric, r.time) for r in sheet.readings if r.metric in TOTALS.values()}
    sheet.readings[:] = [r for r in sheet.readings if (r.channel, TOTALS.get(r.metric), r.time) not in totals]
    idle = not sheet.readings and not sheet.problems
    return sheet.decoded(identity=uplink.identity, not_data="a frame that measures nothing" if idle else "")


def note(sheet: Sheet, uplink: Uplink, packet: Packet) -> None:
    """Note the fields that are measurements; if none is one, that is a problem. Raises Unreadable."""
    if type(uplink.fields) is not dict:
        raise Unreadable(
            f"the network server's decoder gives {show(uplink.fields)}: it must give fields with names"
        )
    fields = {
        _REGION.sub(r"region_\1_people", name) if type(name) is str else name: value
        for name, value in uplink.fields.items()
    }
    at = uplink.at
    known = objects.note(
        sheet,
        fields,
        packet=packet,
        at=at.fields or "$",
        device_path=at.device,
        time_path=at.time if at.fields else "",
    )
    if not at.fields:  # no mapping reaches JSON within JSON
        sheet.problems[:] = [problem.partition(":\n")[0] for problem in sheet.problems]
    if not known and not sheet.problems:
        sheet.problems.append(
            f"the network server's decoder gives {names(fields)}: nothing that is known here;"
            " say the device's model in the site file, or map the fields in it"
        )


def names(fields: dict[Any, Any]) -> str:
    """Return the names of the fields, as they may stand in a sentence."""
    found = [name for name in fields if type(name) is str]
    return show(", ".join(found), 80) if found else "nothing with a name"
