"""What redaction keeps: the words and keys of allowlist.toml, and the units of the catalogue."""

import tomllib
from importlib.resources import files
from typing import Final

from besok.model.metrics import METRICS
from besok.model.units import UNITS


def _sets(section: str) -> dict[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in _TABLE[section].items()}


_TABLE = tomllib.loads(files("collectors").joinpath("allowlist.toml").read_text("utf-8"))
_UNITS = {unit.casefold() for unit in (*UNITS, *(metric.unit for metric in METRICS.values())) if unit}
KEYS: Final = _sets("keys")
LISTS: Final = _sets("words")
WORDS: Final = frozenset(_UNITS).union(*LISTS.values())
PROSE: Final = WORDS | _sets("prose")["words"]
