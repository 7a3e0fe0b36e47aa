"""Limits on a message before it is parsed, and on the time for reading it."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import Final, TypeVar

from besok.model.errors import Unreadable

BYTES_LIMIT: Final = 4_000_000  # more than any sensor sends
VALUES_LIMIT: Final = 100_000  # keys and values: a day of events of a busy entrance has some thousand
DEPTH_LIMIT: Final = 50  # objects and lists within each other
TOPIC_LIMIT: Final = 1_000  # characters
DEVICE_LIMIT: Final = 200  # characters of the name of a device
CHANNEL_LIMIT: Final = 60  # characters of the name of a line or region
TIME_LIMIT_S: Final = 0.4  # of the processor for one message; a day's items take some hundredths
_SIGNS: Final = (b",", b"{", b"[", b"<", b"=")  # a further value or element has one of them at least
_QUOTED: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_BRACKETS: Final = bytes({*range(256)} - {*b"{[]}"})
Item = TypeVar("Item")


class Budget:
    """The time that reading one message may take, from now on."""

    def __init__(self, clock: Callable[[], float] = time.thread_time) -> None:
        self._clock = clock  # gives seconds
        self._until = clock() + TIME_LIMIT_S

    def check(self) -> None:
        """Raise Unreadable once the time is up."""
        if self._clock() > self._until:
            raise Unreadable(
                f"reading it takes more than {TIME_LIMIT_S:g} s, and none of it is stored; let the device send it in"
                " several messages"
            )

    def each(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items as long as there is time. Raises Unreadable."""
        for item in items:
            self.check()
            yield item


def problem(payload: bytes, topic: str = "") -> str | None:
    """Return a sentence why a message is too large to be parsed, None if it is not. Takes linear time."""
    if len(topic) > TOPIC_LIMIT:
        return f"the topic has {len(topic)} characters; no sensor has more than {TOPIC_LIMIT:,}"
    if len(payload) > BYTES_LIMIT:
        return f"the payload has {len(payload) / 1e6:.1f} MB; no sensor sends more than {BYTES_LIMIT / 1e6:.0f} MB"
    if len(payload) > VALUES_LIMIT and sum(map(payload.count, _SIGNS)) > VALUES_LIMIT:
        return f"the payload holds more than {VALUES_LIMIT:,} values; let the device send them in several messages"
    if payload.count(b"[") + payload.count(b"{") > DEPTH_LIMIT and _is_deep(payload):
        return f"the payload is nested more than {DEPTH_LIMIT} deep, which no measurement is"
    return None


def _is_deep(payload: bytes) -> bool:
    """Tell whether more objects and lists are open at once; brackets in quotation marks do not count."""
    brackets = _QUOTED.sub(b"", payload).translate(None, _NO_BRACKETS)
    return max(accumulate(1 if sign in b"{[" else -1 for sign in brackets), default=0) > DEPTH_LIMIT
