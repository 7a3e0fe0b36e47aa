"""Erasure of persons' names: the placeholder, and the search for a name in texts."""

import re
import unicodedata
from typing import Any, Final

ERASED: Final = "[erased]"  # in the database, whatever the language; screens say it in the reader's
SHORTEST: Final = 2  # letters of a name
_ESCAPED: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|[nrtbf])")  # letters and white space, by JSON
_AUTHOR: Final = re.compile(r"author|who|\w+_by")  # keys of JSON whose text is a name


class Name:
    """A person's name or initials, found as whole words, in whatever case and with whatever between its words.

    >>> Name("anna berg").within("Frågade Anna_Berg och Anna Bergman")
    'Frågade [erased] och Anna Bergman'
    """

    def __init__(self, name: str) -> None:
        """Raise ValueError for a name of fewer than two letters."""
        words = re.findall(r"[^\W_]+", _plain(name))
        if sum(len(word) for word in words) < SHORTEST:
            raise ValueError(f"“{name}” is too short: a name has {SHORTEST} letters or more")
        between = r"[\W_]{1,3}"
        self._pattern = re.compile(rf"(?<![^\W_]){between.join(words)}(?![^\W_])", re.IGNORECASE)

    def is_in(self, text: str) -> bool:
        """Tell whether a text holds the name, also where JSON has escaped its letters."""
        plain = _plain(text)
        if "\\" in plain:
            plain += " " + _plain(_ESCAPED.sub(lambda match: chr(int(match[1] or "20", 16)), plain))
        return self._pattern.search(plain) is not None

    def within(self, text: str) -> str:
        """Replace the name in a text; the text as it was where it does not hold it."""
        return self._pattern.sub(ERASED, _plain(text)) if self.is_in(text) else text

    def within_record(self, value: Any, key: str = "") -> Any:
        """Replace the name in all texts of a JSON value; authors that hold it as a whole."""
        if isinstance(value, dict):
            return {self.within(k): self.within_record(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [self.within_record(v, key) for v in value]
        if not isinstance(value, str) or not self.is_in(value):
            return value
        return ERASED if _AUTHOR.fullmatch(key) else self.within(value)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text)
