"""Suggestions for a misspelt name."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from besok.model import messages
from besok.model.messages import Translatable

MOST_NAMED: Final = 8  # names that can still be looked through


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """Return ` (did you mean "hall"?)` for the closest known name, "" if none is close."""
    close = _closest(wrong, known)
    return f' (did you mean "{close}"?)' if close else ""


def instead(wrong: str, known: Iterable[str], otherwise: Translatable = messages.NONE_THERE) -> Translatable:
    """Return what to name in place of a wrong name: the closest known, or the first few; `otherwise` without any."""
    others = sorted({name for name in known if name != wrong})
    if close := (others[0] if len(others) == 1 else _closest(wrong, others)):
        return messages.DID_YOU_MEAN(name=close)
    more = ", …" if len(others) > MOST_NAMED else ""
    return messages.NAME_ONE_OF(names=", ".join(others[:MOST_NAMED]) + more) if others else otherwise


def _closest(wrong: str, known: Iterable[str]) -> str | None:
    small = {name.casefold(): name for name in known}
    return next((small[one] for one in get_close_matches(wrong.casefold(), small, n=1)), None)
