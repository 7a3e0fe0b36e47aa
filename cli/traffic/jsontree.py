"""JSON as it is written: numbers keep their digits, and a name may come twice in an object."""

import json
from typing import Any


class Number(str):
    """The digits of a number."""


class Pairs(list[tuple[str, Any]]):
    """An object."""


def read(text: str) -> Any:
    """Return the value. Raises ValueError for what is no JSON, RecursionError for what is nested without end."""
    return json.loads(
        text.removeprefix("\ufeff"), object_pairs_hook=Pairs, parse_int=Number, parse_float=Number
    )


def write(value: Any) -> str:
    """Return the text of a value."""
    if isinstance(value, Number):
        return value
    if isinstance(value, Pairs):
        return f"{{{','.join(f'{_text(name)}:{write(inner)}' for name, inner in value)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(write, value))}]"
    return _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
