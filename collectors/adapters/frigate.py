"""Frigate NVR: people counted in the picture of a camera or a zone, `frigate/{camera or zone}/person`.

A zone lies in the pictures of one or several cameras, so a zone's people are the cameras' people again: each is a
device of its own, and whoever places them chooses one or the other. Format: the Frigate documentation, "MQTT".
Pictures, faces, plates and events are not data and nothing of them is kept.
"""

from typing import Final

from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters.jsontext import show
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

SOURCE: Final = "frigate"


def reads(packet: Packet) -> bool:
    """Topics below `frigate`, or one that begins so (a second recorder)."""
    return packet.levels[0].startswith("frigate")


def decode(packet: Packet) -> Decoded:
    """People or motion of one camera or zone. Everything else Frigate says is not data."""
    levels = packet.levels
    base = levels[0]
    if len(levels) != 3 or levels[2] not in ("person", "motion"):
        return Decoded(not_data="a picture, an event, a setting or something other than people")
    sheet = Sheet(SOURCE, levels[1] if base == "frigate" else f"{base}/{levels[1]}")
    if levels[2] == "person":
        _people(packet, sheet)
    else:
        sheet.note("occupied", packet.text, said="motion")
    return sheet.decoded(
        not_data="" if sheet.readings or sheet.problems else "it says that nothing was measured"
    )


def _people(packet: Packet, sheet: Sheet) -> None:
    if not packet.text.isdecimal():
        raise Unreadable(f"person is {show(packet.text)}: it must be the number of people in the picture")
    sheet.note("people", packet.text, said="person")
