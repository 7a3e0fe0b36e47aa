"""The words of field names: which mean people, things, settings or climate (listed in qualified.toml)."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final

SHOWN: Final = 6  # names in one sentence
LATIN_END: Final = "\u0250"
_FLAT: Final = re.compile(r"[^\W\d_]+|\d+|[\u2600-\u27bf\U0001f000-\U0001faff]")  # words, numbers, pictures
_CAMEL: Final = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-ÖØ-Þ])(?=[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ])")


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters: `inTotal`, `in-total` and `IN_TOTAL` are in, total."""
    return tuple(word.lower() for word in _FLAT.findall(_CAMEL.sub(" ", name)))


def plain_letters(text: str) -> str:
    """Return a text without accents, as platforms write names in ids: Schließfächer becomes Schliessfacher."""
    bare = text.replace("ß", "ss").replace("ø", "o").replace("æ", "ae")
    return "".join(c for c in unicodedata.normalize("NFD", bare) if not unicodedata.combining(c))


@lru_cache(maxsize=8192)
def compact(name: str) -> str:
    """Return a name in small letters without separators."""
    return "".join(words(name))


DATA, _NAMES = (
    tomllib.loads((files("collectors.devices") / name).read_text("utf-8"))
    for name in ("qualified.toml", "subjects.toml")
)
SUBJECTS: Final = {kind: text.split() for kind, text in _NAMES.items()}
QUALIFIED: Final = {compact(name): metric for metric, names in DATA["qualified"].items() for name in names}
CLIMATE: Final = {compact(name): metric for metric, names in DATA["climate"].items() for name in names}
FIELDS: Final = {
    kind: {compact(name): rank for rank, name in enumerate(names.split())}
    for kind, names in DATA["fields"].items()
}
WORDS: Final = {kind: frozenset(text.split()) for kind, text in DATA["words"].items()}
_STEMS: Final = {kind: text.split() for kind, text in DATA["stems"].items()}
# Words that mean no person on a platform mean none elsewhere.
WORDS["others"] |= {word for thing in SUBJECTS["things"] for word in (thing, plain_letters(thing))}
_STEMS["others"] += SUBJECTS["stems"]
PEOPLE: Final = WORDS["strong"] | WORDS["into"] | WORDS["out"]
BARE: Final = WORDS["companions"] | WORDS["counts"]
KNOWN: Final = frozenset(
    word
    for names in (
        *WORDS.values(),
        QUALIFIED,
        *DATA["climate"].values(),
        *map(str.split, DATA["fields"].values()),
    )
    for name in names
    for word in (name, *words(name))
    if len(word) > 1
)


def telling(kind: str, text: str) -> Iterator[str]:
    """Yield the words of a kind in a text, also words that only contain a stem of the kind."""
    text_words = words(text)
    joined = compact(text)
    if len(text_words) > 1 and joined in WORDS[kind]:  # p-hus, e-bike
        yield joined
    stems = _STEMS.get(kind, ())
    yield from (word for word in text_words if word in WORDS[kind] or any(stem in word for stem in stems))


def unclear(texts: Sequence[str]) -> list[str]:
    """Return words of topics, places and the like that may name what is counted: all but known ones.

    A door does not: a boiler has one, and a beehive an entrance. A building has meters of all kinds, but where its door
    is named.
    """
    unqualified = [text for text in texts if compact(text) not in QUALIFIED]
    candidates = [word for text in unqualified for word in (*telling("others", text), *words(text))]
    wholes = () if any(True for text in unqualified for _ in telling("doors", text)) else WORDS["wholes"]
    return list(dict.fromkeys(word for word in candidates if word in wholes or not _is_neutral(word)))


def _is_neutral(word: str) -> bool:
    if word in WORDS["others"]:
        return False
    is_known = (
        word in WORDS["neutral"] or word in WORDS["strong"] or any(True for _ in telling("doors", word))
    )
    is_short = len(word) < 3 and max(word) < LATIN_END  # in other scripts one sign is a word
    return is_known or word.isdecimal() or is_short


def listed(names: Sequence[str]) -> str:
    """Join names for a sentence, at most SHOWN of them."""
    shown = [*names[:SHOWN], f"{len(names) - SHOWN} more"] if len(names) > SHOWN else list(names)
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
