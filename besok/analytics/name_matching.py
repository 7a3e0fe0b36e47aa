"""The words in the names of sensors and places, and how well two of them agree."""

import re
import unicodedata
from functools import lru_cache

SAME, SYNONYM, PART = 1.0, 0.9, 0.6  # how well two words agree
LEAST = 4  # letters, fewest for the beginning or end of a compound to match

# Words of buildings that mean the same, so that an English device finds a Swedish place; without accents.
_MEANINGS = (
    "entrance entre entry ingang entren",
    "door dorr dorren doors dorrar",
    "gate grind grinden",
    "stairs stair trappa trappan staircase",
    "lift hiss hissen elevator",
    "main huvud front",
    "north norra norr nord",
    "south sodra soder syd",
    "east ostra oster ost",
    "west vastra vaster vast",
    "cafe kafe kafeet kafeteria cafeteria",
    "children childrens barn barnens barnen kids",
    "reading las lasning study",
    "room rum rummet",
    "meeting grupp mote group motes",
    "hall sal salen horsal auditorium",
    "floor plan vaning vaningen storey",
    "toilet toalett wc restroom",
    "newspaper newspapers tidning tidningar",
    "park parken",
    "up upp upper ovre",
    "down ner nedre lower",
    "studio studios studion studiorna",
    "stage scen scenen",
    "library bibliotek biblioteket",
)
# Words that tell of no place
_SMALL = re.compile("an?|at|av|de[nt]|ett?|en|for|i|in|o[fn]|pa|the|till|to|vid")
_LEVELS = frozenset(  # of topics, from networks and programs
    word
    for line in (
        "app application applications data device devices downlink event events flow level people sensor sensors set",
        "stat state status tele telemetry topic up uplink uplinks zigbee2mqtt",
    )
    for word in line.split()
)
_MEANING = {word: line.split()[0] for line in _MEANINGS for word in line.split()}
_TOKEN = re.compile(r"[a-z]+|\d+")
_HEX = re.compile(r"(?<![0-9a-z])(?=[0-9a-f]*\d)[0-9a-f]{8,}(?![0-9a-z])")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def words(text: str) -> tuple[str, ...]:
    """Return the words of a name without accents and device addresses, numbers apart: `Läsesal2` -> lasesal, 2."""
    split = _CAMEL.sub(" ", text)
    plain = unicodedata.normalize("NFKD", split).encode("ascii", "ignore").decode().lower().replace("'", "")
    tokens = (token.lstrip("0") or "0" for token in _TOKEN.findall(_HEX.sub(" ", plain)))
    return tuple(token for token in tokens if not _SMALL.fullmatch(token))


def telling(topic: str) -> str:
    """Return a topic without the levels that come from networks and programs."""
    return "/".join(level for level in topic.split("/") if level.lower() not in _LEVELS)


def meaning(word: str) -> str:
    """Return the representative of a group of synonyms."""
    return _MEANING.get(word, word)


@lru_cache(maxsize=10_000)
def agree(word: str, other: str) -> float:
    """Return how well two words agree, 0 to 1: equal, of one meaning, or one the beginning or the end of the other."""
    if word == other:
        return SAME
    if meaning(word) == meaning(other) and word.isalpha():
        return SYNONYM
    short, long = sorted((word, other), key=len)
    if len(short) >= LEAST and short.isalpha() and (long.startswith(short) or long.endswith(short)):
        return PART
    return 0.0
