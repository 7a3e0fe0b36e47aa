"""Suggestions for a misspelt name."""

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """Return ` (did you mean "hall"?)` for the closest known name, "" if none is close."""
    close = get_close_matches(wrong, list(known), n=1)
    return f' (did you mean "{close[0]}"?)' if close else ""
