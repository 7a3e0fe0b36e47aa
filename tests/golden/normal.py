"""Write values so that two runs give the same text: keys sorted, floats rounded, what names this run left out."""

import json
import re
from typing import Any

DIGITS = 6  # significant ones of a float; the last bits depend on the processor
LONG_NUMBER = re.compile(r"-?\b\d+\.\d{4,}(?:e-?\d+)?\b")
VOLATILE = {"edition", "disk_free", "disk_size"}  # keys whose values are of this installation or machine


def pretty(value: Any) -> str:
    """Return `value` as indented JSON."""
    return json.dumps(rounded(value), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def rounded(value: Any) -> Any:
    """Return `value` (of JSON) with each float rounded and each volatile value replaced."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") + 0.0  # no negative zero
    if isinstance(value, dict):
        return {
            key: "..." if key in VOLATILE and not isinstance(inner, dict | list) else rounded(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [rounded(inner) for inner in value]
    return value


def plain(text: str) -> str:
    """Return a text or CSV with its long numbers rounded, ending with a line break."""
    text = LONG_NUMBER.sub(lambda found: str(rounded(float(found[0]))), text.replace("\r\n", "\n"))
    return text if text.endswith("\n") else text + "\n"
