"""The places of the values of a JSON text, also of a broken one: to change some and leave the rest as it is.

Nothing is refused: what breaks off ends with the text, names and values may be in single quotes or in none, and a
number stays as it was written.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

_TOKEN = re.compile(
    r""" (?P<text>  "(?:[^"\\]|\\.)*(?:"|\\?\Z) | '(?:[^'\\\n]|\\.)*' )
       | (?P<mark>  [{}\[\]:,] )
       | (?P<bare>  [^\s{}\[\]:,"]+ )""",
    re.X | re.S,
)

Kind = Literal["object", "list", "text", "bare"]


@dataclass(slots=True, eq=False)
class Span:
    """A value from `start` up to `end`, the name it has in its object, and what it holds if it is one or a list."""

    kind: Kind
    start: int
    end: int
    name: "Span | None" = None
    inner: list["Span"] = field(default_factory=list)

    def read(self, text: str) -> str:
        """Return the text it says, without its quotes."""
        raw = text[self.start : self.end]
        if self.kind != "text":
            return raw
        try:
            return str(json.loads(raw, strict=False))
        except ValueError:
            return raw.strip(raw[0])

    def leaves(self) -> Iterator["Span"]:
        """Yield the values in it that hold no others."""
        waiting = [self]
        while waiting:
            span = waiting.pop()
            waiting += span.inner
            if span.kind in ("text", "bare"):
                yield span


def scan(text: str) -> list[Span]:
    """Return the values of a text, usually one."""
    return _Scanner().run(text)


class _Scanner:
    def __init__(self) -> None:
        self._open = [Span("list", 0, 0)]
        self._name: Span | None = None  # of the value that is to come
        self._last: Span | None = None  # the value before this mark, which may turn out to be a name
        self._joined = False  # a bare value goes on after a colon, as in 12:30

    def run(self, text: str) -> list[Span]:
        for token in _TOKEN.finditer(text):
            start, end = token.span()
            if token["mark"]:
                self._mark(token["mark"], start, end)
            else:
                self._value("text" if token["text"] else "bare", start, end)
        if self._name:
            self._open[-1].inner.append(self._name)
        for span in self._open[1:]:
            span.end = len(text)
        return self._open[0].inner

    def _mark(self, mark: str, start: int, end: int) -> None:
        last, self._last = self._last, None
        if mark == ":" and last and not last.name and last.kind in ("text", "bare"):
            self._open[-1].inner.pop()
            self._name = last
        elif mark == ":" and last:
            last.kind, last.end, self._last, self._joined = "bare", end, last, True
        elif mark in "{[":
            span = Span("object" if mark == "{" else "list", start, end, self._name)
            self._open[-1].inner.append(span)
            self._open.append(span)
            self._name = None
        else:
            self._name = None
            if mark in "}]" and len(self._open) > 1:
                self._open.pop().end = end

    def _value(self, kind: Kind, start: int, end: int) -> None:
        last = self._last
        if last and (self._joined or last.kind == kind == "bare"):
            last.end, self._joined = end, False
            return
        self._last = Span(kind, start, end, self._name)
        self._open[-1].inner.append(self._last)
        self._name, self._joined = None, False
