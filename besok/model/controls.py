"""Control characters: none in what is taken in, and made visible in what is printed."""

import re
from typing import Final

_REFUSED: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)  # all but tab, line feed, carriage return
_SPELT: Final = re.compile(
    rb"(?<!\\)(?:\\\\)*\\(?:[bf]|u00(?:0[0-8bcef]|1[0-9a-f]|7f|[89][0-9a-f]))", re.IGNORECASE
)
_SHOWN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")


def has_controls(text: str) -> bool:
    """Tell whether a text holds a control character that no text of people has."""
    return _REFUSED.search(text) is not None


def spells_controls(json: bytes) -> bool:
    """Tell whether a text in JSON holds one, as it is or written as an escape; so for JSON in UTF-16 and UTF-32."""
    return _SPELT.search(json) is not None or has_controls(json.decode("utf-8", "replace"))


def visible(text: str) -> str:
    r"""Return the text with control characters written out (`\x1b`), so that a terminal obeys none of them."""
    return _SHOWN.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
