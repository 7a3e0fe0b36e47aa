"""Replace some places of a text and leave all else to the byte."""

from collections.abc import Iterable


def edited(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """Return `text` with other words from start to end of each edit."""
    parts: list[str] = []
    at = 0
    for start, end, new in sorted(edits):
        parts += text[at:start], new
        at = end
    return "".join((*parts, text[at:]))
