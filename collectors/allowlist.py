"""What redaction keeps: the words and keys of allowlist.toml, the units of the catalogue, the words of model tables."""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from besok.model.metrics import METRICS
from besok.model.units import UNITS
from collectors.devices.format import Format
from collectors.devices.table import tables


def _sets(section: str) -> dict[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in _TABLE[section].items()}


_TABLE = tomllib.loads(files("collectors").joinpath("allowlist.toml").read_text("utf-8"))
_UNITS = {unit.casefold() for unit in (*UNITS, *(metric.unit for metric in METRICS.values())) if unit}
KEYS: Final = _sets("keys")
LISTS: Final = _sets("words")
UNIT_WORDS: Final = LISTS["units"] | _UNITS
WORDS: Final = UNIT_WORDS.union(*LISTS.values())
PROSE: Final = WORDS | _sets("prose")["words"]


@cache
def table_texts() -> frozenset[str]:
    """Return the texts that model tables name, in small letters: models, levels of topics, types and states."""
    found: set[str] = set()
    for table in tables():
        found.update((table.vendor, table.model, *table.also, *table.names))
        found.update(text for form in table.messages for text in _texts(form))
    return frozenset(map(str.casefold, found))


def _texts(form: Format) -> Iterator[str]:
    yield from form.topic.split("/")
    for condition in form.asked:
        yield from condition.texts
    for state in form.unless:
        yield from state.is_ | state.is_not
    for value in form.values:
        yield from value.yes | value.no | value.invalid
