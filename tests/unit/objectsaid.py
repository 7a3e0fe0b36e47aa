"""What is read of the fields of an object, as the tests of them ask it."""

import json
from datetime import UTC, datetime
from typing import Any

from besok.model.readings import Message
from collectors.adapters import objects
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet

NOW = datetime(2026, 11, 25, 8, 15, 2, tzinfo=UTC)
TIME = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)


def noted(fields: Any, *, topic: str = "acme/door1") -> Sheet:
    sheet = Sheet("mqtt", "d")
    packet = Packet(Message(topic=topic, payload=json.dumps(fields).encode(), received=NOW))
    objects.note(sheet, packet.object, packet=packet)
    return sheet


def values(fields: Any) -> dict[str, float]:
    """Channel and metric of each reading; there may be no problems."""
    sheet = noted(fields)
    assert not sheet.problems
    return {f"{r.channel} {r.metric}": r.value for r in sheet.readings}


def problem(fields: Any) -> str:
    sheet = noted(fields)
    assert not sheet.readings
    (told,) = sheet.problems
    return told
