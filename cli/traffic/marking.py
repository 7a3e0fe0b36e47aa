"""Messages of real devices become messages of simulated ones: marked, and in Besök's own topics of another site."""

from collections.abc import Iterator
from typing import Final

from cli.traffic import jsonspans
from cli.traffic.edits import edited
from cli.traffic.jsonspans import Span
from collectors.adapters.native import PREFIX
from collectors.decoding import SIMULATED

NATIVE: Final = "simulated"  # the word of Besök's own format
FOREIGN: Final = SIMULATED.decode().strip(chr(34))  # of all others


def native_site(topic: str) -> str:
    """Return the site of one of Besök's own topics, "" of any other topic."""
    return topic.removeprefix(PREFIX).partition("/")[0] if topic.startswith(PREFIX) else ""


def at_site(topic: str, site: str) -> str:
    """Return the same own topic at another site."""
    return f"{PREFIX}{site}/{topic.removeprefix(PREFIX).partition('/')[2]}"


def marked(topic: str, payload: bytes) -> bytes | None:
    """Return the payload with the word that its people are made up; None if it has no place for one.

    Place for one has a JSON object; in Besök's own format a list of them too, and a status needs none.
    """
    native = topic.startswith(PREFIX)
    if native and topic.endswith("/status"):
        return payload
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return None
    spans = jsonspans.scan(text)
    items = spans[0].inner if native and len(spans) == 1 and spans[0].kind == "list" else spans
    if not items or any(item.kind != "object" for item in items) or (not native and len(items) > 1):
        return None
    word = NATIVE if native else FOREIGN
    return edited(text, (edit for item in items for edit in _mark(text, item, word))).encode()


def _mark(text: str, item: Span, word: str) -> Iterator[tuple[int, int, str]]:
    said = [span for span in item.inner if span.name and span.name.read(text) == word]
    for span in said:
        yield span.start, span.end, "true"
    if not said:
        yield item.start + 1, item.start + 1, f'"{word}":true{"," if item.inner else ""}'
