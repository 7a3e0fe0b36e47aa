"""The words of names and texts: which mean people, things, settings or climate (qualified.toml)."""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Final

from besok.model.short_texts import cached_if_short

SHOWN: Final = 6  # names in one sentence
NAME_READ: Final = 1_000  # characters of a name
_LETTERS: Final = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae"})
_HEX: Final = re.compile("[0-9a-f]{8,}")
_MARK: Final = re.compile("[\u0300-\u036f]")  # above or below a letter
_NONE: Final = re.compile(r"(?!)")
_SIGNS: Final = re.compile(
    r"[^\w .-]|^\s*[.-]|[.-]\s*$"
)  # which may change what a name says: % € ! and a minus
_WORD: Final = re.compile(r"[^\W\d_]+|\d+|[\u2600-\u27bf\U0001f000-\U0001faff]")  # words, numbers, pictures
_CAMEL: Final = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-ÖØ-Þ])(?=[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ])")


@cached_if_short(8192)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters: `inTotal`, `in-total` and `IN_TOTAL` are in, total.

    Those of the first NAME_READ characters: nobody gives a longer name.
    """
    return tuple(map(str.lower, _WORD.findall(_CAMEL.sub(" ", name[:NAME_READ]))))


@cached_if_short(8192)
def compact(name: str) -> str:
    """Return a name in small letters without separators."""
    return "".join(words(name))


@cached_if_short(8192)
def _plain(text: str) -> str:
    """Return a text without accents, as platforms write names in ids: Schließfächer becomes Schliessfacher."""
    return _MARK.sub("", unicodedata.normalize("NFD", text.translate(_LETTERS)))


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((files("collectors.devices") / name).read_text("utf-8"))


DATA: Final = _load("qualified.toml")
_OTHERS: Final = _load("others.toml")
QUALIFIED, CLIMATE = (
    {compact(name): metric for metric, names in DATA[table].items() for name in names}
    for table in ("qualified", "climate")
)
FIELDS: Final = {
    kind: dict.fromkeys(map(compact, names.split()))
    for kind, names in (DATA["fields"] | _OTHERS["fields"]).items()
}
WORDS: Final = {
    kind: frozenset(word for given in text.split() for word in (given, _plain(given)))
    for kind, text in (DATA["words"] | _OTHERS["words"]).items()
}
_STEM: Final = dict[str, re.Pattern[str]]()
for kind, lists in _OTHERS["kinds"].items():
    WORDS[kind] = frozenset().union(*(WORDS[name] for name in lists.split()))
    stems = " ".join(_OTHERS["stems"].get(name, "") for name in lists.split())
    _STEM[kind] = re.compile("|".join(stems.split()))
VOUCHING: Final = WORDS["persons"] | WORDS["doors"]
LISTED: Final = VOUCHING | WORDS["strong"] | WORDS["buildings"] | WORDS["neutral"]
PEOPLE: Final = WORDS["strong"] | WORDS["into"] | WORDS["out"]
BARE: Final = WORDS["companions"] | WORDS["counts"]
_FIELD_NAMES: Final = " ".join(DATA["fields"].values()).split()
_TOLD: Final = (listed for kind, listed in WORDS.items() if kind != "near_air")
_SAID: Final = {*_FIELD_NAMES, *QUALIFIED}.union(*_TOLD, *map(words, [*_FIELD_NAMES, *CLIMATE]))
KNOWN: Final = frozenset(word for word in _SAID if len(word) > 1)


def is_qualified(name: str) -> bool:
    """Tell whether a name is a statement, with nothing but blanks, dots, dashes and underscores between its words."""
    return compact(name) in QUALIFIED and not _SIGNS.search(name)


def telling(kind: str, *texts: str) -> list[str]:
    """Return the words of a kind in texts, also words that only contain a stem of the kind, whatever the accents."""
    return [word for text in texts for word in _telling(kind, text)]


@cached_if_short(8192)
def _telling(kind: str, text: str) -> tuple[str, ...]:
    single, stem = words(text), _STEM.get(kind, _NONE)
    forms = zip(single, map(_plain, single), strict=True)
    hits = tuple(w for w, plain in forms if plain in WORDS[kind] or stem.search(f"{w} {plain}"))
    joined = "".join(word for word in single if not word.isdecimal())
    return (joined, *hits) if joined not in single and joined in WORDS[kind] else hits  # p-hus 2


def unclear(*texts: str) -> list[str]:
    """Return words of topics or places that may name what is counted: not listed ones, numbers and single letters."""
    names = (text for text in texts if len(text) > 1 or not text.isascii())
    found = dict.fromkeys(word for name in names for word in words(name))
    return [word for word in found if not (word.isdecimal() or word in LISTED)]


def named(*texts: str, letters: int = 3) -> list[str]:
    """Return the words of texts that may name a thing, which so few letters and a long hexadecimal code do not."""
    texts = tuple(text for text in texts if not _HEX.fullmatch(compact(text)))
    things = {*telling("others", *texts), *telling("outside", *texts)}
    return [
        word
        for word in unclear(*texts)
        if word in things or (len(word) > letters and word not in WORDS["sensed"])
    ]


def listed(names: Sequence[str]) -> str:
    """Join names for a sentence, at most SHOWN of them."""
    shown = [*names[:SHOWN], f"{len(names) - SHOWN} more"] if len(names) > SHOWN else list(names)
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
