"""Limits that a payload must keep before anybody parses it, so that hostile ones cost next to nothing."""

import re
from typing import Final

BYTES_LIMIT: Final = 4_000_000  # no sensor sends more
VALUES_LIMIT: Final = 100_000  # keys and values: a day of events of a busy entrance has some thousand
DEPTH_LIMIT: Final = 50  # objects and lists within each other
_SIGNS: Final = (b",", b"{", b"[", b"<", b"=")  # a further value or element has one of them at least
_BRACKETS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[{\[]|[}\]]', re.DOTALL)


def problem(payload: bytes) -> str | None:
    """Say in a sentence why a payload is too large to be parsed, None if it is not. Linear, and seldom more than a look
    at its size."""
    if len(payload) > BYTES_LIMIT:
        size = f"{len(payload) / 1e6:.1f} MB"
        return f"the payload has {size}; no sensor sends more than {BYTES_LIMIT / 1e6:.0f} MB"
    if len(payload) > VALUES_LIMIT and sum(map(payload.count, _SIGNS)) > VALUES_LIMIT:
        return f"the payload holds more than {VALUES_LIMIT:,} values; let the device send them in several messages"
    if (
        len(payload) > DEPTH_LIMIT
        and payload.count(b"[") + payload.count(b"{") > DEPTH_LIMIT
        and _is_deep(payload)
    ):
        return f"the payload is nested more than {DEPTH_LIMIT} deep, which no measurement is"
    return None


def _is_deep(payload: bytes) -> bool:
    """Tell whether more objects and lists are open at once; what stands in quotation marks opens none."""
    depth = 0
    for sign in _BRACKETS.finditer(payload):
        opened = payload[sign.start()]
        if opened in b"{[":
            depth += 1
            if depth > DEPTH_LIMIT:
                return True
        elif opened in b"}]":
            depth -= 1
    return False
