"""Suggestions for a misspelt name."""

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """` (did you mean "hall"?)` where something known comes close, else nothing."""
    close = get_close_matches(wrong, list(known), n=1)
    return f' (did you mean "{close[0]}"?)' if close else ""
