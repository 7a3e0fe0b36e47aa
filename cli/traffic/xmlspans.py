"""The places of the texts and attributes of an XML document, also of a broken one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TAG = re.compile(r"<(/?)([\w.:-]{1,200})((?:\s+[\w.:-]{1,200}\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(/?)>")
_ATTRIBUTE = re.compile(r"([\w.:-]{1,200})\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
DEEPEST = 100  # names of surrounding elements that are told


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A text from `start` up to `end`: that of the element or attribute `name`, which lies within those `around`.

    Chunks with the same `parent` lie in the same element.
    """

    name: str
    around: tuple[str, ...]
    parent: int
    start: int
    end: int


def scan(text: str) -> list[Chunk]:
    """All texts and attributes, in order; nothing if there is no element."""
    return list(_chunks(text))


def _chunks(text: str) -> Iterator[Chunk]:
    names: list[str] = []
    numbers = [0]  # of the elements that are open
    count = at = 0
    for tag in _TAG.finditer(text):
        yield from _text(names, numbers, at, tag.start())
        at = tag.end()
        name = tag[2].rpartition(":")[2]
        if tag[1]:
            if name in names:
                while names.pop() != name:
                    numbers.pop()
                numbers.pop()
            continue
        count += 1
        names.append(name)
        numbers.append(count)
        for a in _ATTRIBUTE.finditer(text, tag.start(3), tag.end(3)):
            start, end = a.span(2) if a[2] is not None else a.span(3)
            around = tuple(names[-DEEPEST:])
            yield Chunk(name=a[1].rpartition(":")[2], around=around, parent=count, start=start, end=end)
        if tag[4]:
            names.pop()
            numbers.pop()
    if names:
        yield from _text(names, numbers, at, len(text))


def _text(names: list[str], numbers: list[int], start: int, end: int) -> Iterator[Chunk]:
    if names and start < end:
        around = tuple(names[-DEEPEST - 1 : -1])
        yield Chunk(name=names[-1], around=around, parent=numbers[-2], start=start, end=end)
