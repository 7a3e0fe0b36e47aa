"""The words of field names: which are of people, of things, of settings, of climate (qualified.toml has them)."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final

SHOWN: Final = 6  # names in one sentence
_FLAT: Final = re.compile(r"[^\W\d_]+|\d+")
_CAMEL: Final = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-ÖØ-Þ])(?=[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ])")


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters: `inTotal`, `in-total` and `IN_TOTAL` are in, total."""
    return tuple(word.lower() for word in _FLAT.findall(_CAMEL.sub(" ", name)))


@lru_cache(maxsize=8192)
def compact(name: str) -> str:
    """Return a name without what stands between its words."""
    return "".join(words(name))


_DATA: Final = tomllib.loads((files("collectors.devices") / "qualified.toml").read_text("utf-8"))
QUALIFIED: Final = {compact(name): metric for metric, names in _DATA["qualified"].items() for name in names}
_NAMES: Final = (
    *(names.split() for names in _DATA["fields"].values()),
    *_DATA["climate"].values(),
    *(entry["names"] for entry in _DATA["beside"].values()),
)
CLIMATE: Final = {compact(name): key for key, names in _DATA["climate"].items() for name in names}
BESIDE: Final = [
    ({*map(compact, entry["names"])}, metric, entry["units"]) for metric, entry in _DATA["beside"].items()
]
AIR: Final = frozenset[str]().union(
    *(names for names, metric, _ in BESIDE if not metric.startswith("battery"))
)
FIELDS: Final = {
    kind: {compact(name): rank for rank, name in enumerate(names.split())}
    for kind, names in _DATA["fields"].items()
}
WORDS: Final = {kind: frozenset(text.split()) for kind, text in _DATA["words"].items()}
WORDS["doors"] |= WORDS["strong"]
WORDS["door_stems"] |= WORDS["strong_stems"]
_STEMS: Final = {  # parts of words
    "things": WORDS["stems"],
    "outside": WORDS["outside_stems"],
    "doors": WORDS["door_stems"],
    "strong": WORDS["strong_stems"],
}
PEOPLE: Final = WORDS["strong"] | WORDS["into"] | WORDS["out"]
KNOWN: Final = frozenset(
    word
    for names in (*WORDS.values(), QUALIFIED, *_NAMES)
    for name in names
    for word in (name, *words(name))
    if len(word) > 1
)
BARE: Final = WORDS["companions"] | WORDS["counts"]


def telling(kind: str, text: str) -> Iterator[str]:
    """Yield the words of a kind that a text says, of things and of what is outdoors also by parts of words."""
    said = words(text)
    joined = compact(text)
    if len(said) > 1 and joined in WORDS[kind]:  # p-hus, e-bike
        yield joined
    yield from (word for word in said if word in WORDS[kind])
    stems = _STEMS.get(kind, frozenset())
    yield from (word for word in said if word not in WORDS[kind] and any(stem in word for stem in stems))


def is_foreign(unit: str) -> bool:
    """Tell whether a unit is none of counted people."""
    said = set(words(unit))
    return bool(unit) and not (said and said <= WORDS["strong"] | WORDS["counts"])


def is_of_persons(name: str) -> bool:
    """Tell whether a name is that of a list of persons."""
    return compact(name) in FIELDS["one_by_one"] or not WORDS["strong"].isdisjoint(words(name))


def is_climate(names: tuple[str, ...]) -> bool:
    """Tell whether names are of climate or a battery, with or without a unit."""
    return any(compact(n) in CLIMATE or any(compact(n) in beside for beside, *_ in BESIDE) for n in names)


def is_strange(name: str) -> bool:
    """Tell whether nobody knows what a name says, or counts, or it says how many seats are free, which no metric is."""
    said = {*words(name)}
    is_counted = bool(said & WORDS["counts"]) and any(len(word) > 3 for word in said - KNOWN)
    return is_counted or KNOWN.isdisjoint(said) or bool(said & WORDS["places"] and said & WORDS["left"])


def is_neutral(word: str) -> bool:
    """Tell whether a word of a topic says nothing of what is counted there, or names a door."""
    return word.isdecimal() or word in WORDS["neutral"] or any(True for _ in telling("doors", word))


def is_name(text: str) -> bool:
    """Tell whether a text names a measurement, as in the records of a list."""
    return compact(text) in QUALIFIED or is_climate((text,))


def is_a_state(text: str) -> bool:
    """Tell whether a text says how something is at the moment (`open`, `covered`), not what it is called."""
    return "_".join(text.lower().split()) in WORDS["faults"]


def listed(names: Sequence[str]) -> str:
    """Names in a sentence."""
    shown = [*names[:SHOWN], f"{len(names) - SHOWN} more"] if len(names) > SHOWN else list(names)
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
