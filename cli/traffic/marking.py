"""Messages of real devices become messages of simulated ones: marked, and in Besök's own topics of another site."""

from typing import Final

from cli.traffic import jsontree
from cli.traffic.jsontree import Pairs
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
        value = jsontree.read(payload.decode())
    except (ValueError, RecursionError):
        return None
    items = [value] if isinstance(value, Pairs) or not native else value
    if not isinstance(items, list) or not items or not all(isinstance(item, Pairs) for item in items):
        return None
    word = NATIVE if native else FOREIGN
    for item in items:
        item[:] = [(word, True), *((name, inner) for name, inner in item if name != word)]
    return jsontree.write(value).encode()
