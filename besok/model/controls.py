"""Control characters: rejected in input, made visible in output."""

import re
from typing import Final

WORD: Final = r"^[^\x00-\x1f\x7f]*$"  # the pattern of a line of text
_REFUSED: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)  # all but tab, line feed, carriage return
_SPELT: Final = re.compile(
    rb"(?<!\\)(?:\\\\)*\\(?:[bf]|u00(?:0[0-8bcef]|1[0-9a-f]|7f|[89][0-9a-f]))", re.IGNORECASE
)
_SHOWN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")


def has_controls(text: str) -> bool:
    """Tell whether a text holds a control character that ordinary text never has."""
    return _REFUSED.search(text) is not None


def spells_controls(json: bytes) -> bool:
    """Tell whether a JSON text holds a control character, raw or escaped, in UTF-8, UTF-16 or UTF-32."""
    return _SPELT.search(json) is not None or has_controls(json.decode("utf-8", "replace"))


def visible(text: str) -> str:
    r"""Write out control characters (`\\x1b`), so that a terminal does not act on them."""
    return _SHOWN.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
