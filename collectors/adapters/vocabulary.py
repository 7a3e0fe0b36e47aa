"""The meaning of field names: a strict vocabulary for devices that no adapter knows.

A name becomes a measurement only if its meaning is beyond doubt. `in` alone is not: it may be the people since the last
message or those since the counter was hung up, and whoever guesses wrong counts wrong for years. Such names are a
Doubt, which says what the name could mean; the caretaker chooses. Names of settings and of the device's own health are
ignored, all others are unknown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, Literal

from collectors.adapters import wordlists


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """A name beyond doubt. `part` is the line or region it names; `nothing` and `units` as in numbers.number."""

    metric: str
    part: str = ""
    nothing: tuple[float, ...] = ()
    units: Mapping[str, float] = field(default_factory=dict)
    unit: str = ""  # if the name says it: `temperature_f`
    inverted: bool = False  # `vacant: true` is occupied: no
    either: str = (
        ""  # what it could be instead: "people", "motion", those of a "period", a "battery" in volts
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A name that counts something, in one of several ways."""

    about: Literal["in", "out", "way", "people", "occupancy", "motion", "presence"]
    part: str = ""


# "aside" is a statistic or a setting that speaks of people: of interest only if nothing else in the message is.
Verdict = Means | Doubt | Literal["ignored", "aside", "unknown"]

# What each doubt could be: the metric, and what to say beside it.
CHOICES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "in": (("in", "people since the last message"), ("in_total", "a running total")),
    "out": (("out", "people since the last message"), ("out_total", "a running total")),
    "way": (
        ("in", "going in, since the last message"),
        ("out", "going out, since the last message"),
        ("in_total", "going in, a running total"),
        ("out_total", "going out, a running total"),
    ),
    "people": (
        ("people", "people present"),
        ("passages", "people who passed since the last message"),
        ("passages_total", "people who passed, a running total"),
    ),
    "occupancy": (("people", "people present (if it is not per cent)"),),
    "presence": (("occupied", "whether somebody is there"),),
    "motion": (
        ("motions", "movements since the last message"),
        ("motions_total", "movements, a running total"),
    ),
}

# Which readings make a doubt of the same message (and part) of no account.
SETTLED: Final[Mapping[str, frozenset[str]]] = {
    "in": frozenset(("in", "in_total")),
    "out": frozenset(("out", "out_total")),
    "way": frozenset(("in", "in_total", "out", "out_total")),
    "people": frozenset(("people", "in", "in_total", "out", "out_total", "passages", "passages_total")),
    "occupancy": frozenset(("people",)),
    "presence": frozenset(("occupied", "people")),
    "motion": frozenset(("occupied", "people", "motions", "motions_total")),
}

PERSONS: Final = dict.fromkeys(
    (
        "people",
        "persons",
        "person",
        "occupants",
        "occupant",
        "occ",
        "pax",
        "count",
        "counts",
        "pers",
        "ppl",
        "personen",
        "visitors",
        "visits",
        "passages",
        "humans",
        "events",
        "#",
        "1",
        "c62",
        "st",
    ),
    1.0,
)
_PERCENT: Final = {"%": 1.0, "percent": 1.0, "pct": 1.0, "%rh": 1.0, "rh": 1.0, "% rh": 1.0, "r.h.": 1.0}
_LOST: Final = (-999.0, -9999.0, 32767.0, -32768.0, 65535.0, 2147483647.0, 4294967295.0)  # empty registers


def _same(names: str, means: Means) -> dict[str, Means]:
    return dict.fromkeys(names.split(), means)


_TEMPERATURE = Means(
    metric="temperature_c",
    nothing=(*_LOST, -127.0, 3276.7, -3276.8, 327.67, -327.68),
    units=dict.fromkeys(("c", "°c", "℃", "celsius", "degc", "cel", "deg c", "degrees celsius"), 1.0),
)
FAHRENHEIT: Final = frozenset(("f", "°f", "℉", "fahrenheit", "degf", "deg f", "degrees fahrenheit"))
_BATTERY_V = {"v": 1.0, "volt": 1.0, "volts": 1.0, "mv": 0.001, "millivolt": 0.001, "millivolts": 0.001}

EXACT: Final[Mapping[str, Means]] = {
    **_same(wordlists.PEOPLE, Means(metric="people", nothing=(-1.0, *_LOST), units=PERSONS)),
    **_same(
        wordlists.COUNTED, Means(metric="people", nothing=(-1.0, *_LOST), units=PERSONS, either="period")
    ),
    **_same(wordlists.OCCUPIED, Means(metric="occupied")),
    "occupancy": Means(metric="occupied", either="people", units=PERSONS),
    **_same(wordlists.MOTION, Means(metric="occupied", either="motion")),
    **_same(wordlists.VACANT, Means(metric="occupied", inverted=True)),
    **_same(wordlists.TEMPERATURE, _TEMPERATURE),
    **_same(wordlists.TEMPERATURE_F, replace(_TEMPERATURE, unit="f")),
    **_same(wordlists.HUMIDITY, Means(metric="humidity_pct", nothing=(255.0, -1.0, *_LOST), units=_PERCENT)),
    **_same(wordlists.CO2, Means(metric="co2_ppm", nothing=(-1.0, *_LOST), units={"ppm": 1.0})),
    **_same(
        wordlists.LIGHT, Means(metric="light_lux", nothing=(-1.0, *_LOST), units={"lx": 1.0, "lux": 1.0})
    ),
    **_same(
        wordlists.SOUND,
        Means(metric="sound_db", nothing=(255.0, -1.0, *_LOST), units={"db": 1.0, "dba": 1.0, "db(a)": 1.0}),
    ),
    **_same(
        wordlists.BATTERY,
        Means(metric="battery_pct", nothing=(255.0, -1.0, *_LOST), units=_PERCENT, either="battery"),
    ),
    **_same(wordlists.BATTERY_V, Means(metric="battery_v", nothing=(-1.0, *_LOST), units=_BATTERY_V)),
    **_same(
        wordlists.BATTERY_MV, Means(metric="battery_v", nothing=(0.0, *_LOST), units=_BATTERY_V, unit="mv")
    ),
    "intotal": Means(metric="in_total"),
    "outtotal": Means(metric="out_total"),
    "passagestotal": Means(metric="passages_total"),
    "motionstotal": Means(metric="motions_total"),
}
_IN, _OUT = frozenset(wordlists.IN.split()), frozenset(wordlists.OUT.split())
_TOTAL, _PERIOD = frozenset(wordlists.TOTAL.split()), frozenset(wordlists.PERIOD.split())
_NOUNS = frozenset(wordlists.NOUNS.split())
_FILLERS = _NOUNS.union(wordlists.FILLERS.split())
_PERSONS = frozenset(
    ("people", "person", "persons", "human", "humans", "visitor", "visitors", "occupants", "devices")
)
_VAGUE = frozenset(wordlists.VAGUE.split())
_MANY = _NOUNS.union(wordlists.MANY.split())
_MOTIONS = frozenset(wordlists.MOTIONS.split())
_MOVES = frozenset(("pir", "motion", "motions", "movement", "movements", "move", "moves"))
_WAYS, _PLAIN_WAYS = frozenset(wordlists.WAYS.split()), frozenset(wordlists.PLAIN_WAYS.split())
_FOREIGN_IN, _FOREIGN_OUT = frozenset(wordlists.FOREIGN_IN.split()), frozenset(wordlists.FOREIGN_OUT.split())
_THINGS = frozenset(wordlists.THINGS.split())
_SOME = frozenset(
    (*wordlists.SOME.split(), "male", "female", "adult", "adults", "child", "children", "staff")
)
_ELSE = _THINGS.union(wordlists.ELSE.split(), wordlists.SOME.split())
_RESETS = frozenset(("reset", "restart", "reboot", "boot"))  # since when it counts, or how often that was
_CONDITIONS = frozenset(wordlists.CONDITIONS.split())
_SETTINGS, _HEALTH = frozenset(wordlists.SETTINGS.split()), frozenset(wordlists.HEALTH.split())
_PARTS = frozenset(wordlists.PARTS.split())
_RUN_ON = _IN | _OUT | _TOTAL | _PERIOD | _FILLERS | frozenset(("daily", "today"))
_PASSED = _WAYS.difference(("left", "right")).union(
    ("enter", "entered", "entering", "entry", "exit", "exited", "exiting", "leave", "leaving", "crossed", "crossing",
     "linecrossing", "linecross")
)  # fmt: skip
LONGEST_EVENT: Final = 40  # characters
_TOKEN = re.compile(r"co2|pm\d+|[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-zåäöéèß0-9])(?=[A-ZÅÄÖ])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name, in lower case: `peopleCount`, `people_count` and `People-Count` are the same."""
    found = _TOKEN.findall(_CAMEL.sub("_", name[:200]).lower())
    return tuple(word for token in found for word in (_run_on(token) or (token,)))


@lru_cache(maxsize=8192)
def compact(name: str) -> str:
    """Return the words of a name without what stands between them."""
    return "".join(words(name))


@lru_cache(maxsize=8192)
def judge(said: tuple[str, ...]) -> Verdict:
    """Judge what a name of these words means. A line or region is taken from it (`line_2_total_in`)."""
    found = _means(said)
    if isinstance(found, Means):
        return found
    part, rest = _part(said)
    if part:
        inner = _means(rest)
        if isinstance(inner, Means | Doubt):
            return replace(inner, part=part)
    if (
        len(said) > 1
        and said[-1].isdecimal()
        and len(said[-1]) <= 2
        and isinstance(inner := _means(said[:-1]), Means)
    ):
        return replace(inner, part=said[-1])  # temperature_2
    return found


def _means(said: tuple[str, ...]) -> Verdict:
    bare = said[1:] if len(said) > 1 and said[0] in ("is", "has") else said
    if means := EXACT.get("".join(bare)):
        return means
    each = frozenset(bare)
    if bare == ("detected",):
        return Doubt(about="presence")
    if (each - _RESETS if "since" in each else each) & _ELSE:
        return "aside" if each & _PERSONS or (each & _SOME and each & (_IN | _OUT | _MANY)) else "ignored"
    return _passing(bare, each) or _moving(bare, each) or _counting(each)


def _passing(said: tuple[str, ...], each: frozenset[str]) -> Means | Doubt | None:
    """People going in or out: a delta or a total if the name says which, a doubt if it does not."""
    ins, outs = each & _IN, each & _OUT
    if not each - _FILLERS - _TOTAL - _PERIOD - _IN - _OUT and bool(ins) != bool(outs):
        way: Literal["in", "out"] = "in" if ins else "out"
        total, delta = each & _TOTAL, each & _PERIOD
        if bool(total) == bool(delta) or in_all(said):
            return Doubt(about=way)
        return Means(metric=f"{way}_total" if total else way, nothing=_LOST[-1:])
    if not each - _FILLERS - _TOTAL - _PERIOD - _IN - _OUT - _VAGUE and bool(ins) != bool(outs):
        return Doubt(about="in" if ins else "out")
    if each & _WAYS and (each & _MANY or (len(said) == 1 and each & _PLAIN_WAYS)):
        return Doubt(about="way")
    return None


def in_all(said: tuple[str, ...]) -> bool:
    """Tell whether the words could be read as "people in total"."""
    return len(said) > 2 and said[-2:] == ("in", "total") and said[-3] in _NOUNS


def _moving(said: tuple[str, ...], each: frozenset[str]) -> Means | Doubt | None:
    bare = "".join(word for word in said if word not in _TOTAL | _PERIOD)
    if bare not in _MOTIONS:
        triggered = each & _MOVES and each & _MANY and not each & _PERSONS
        return Doubt(about="motion") if triggered and not each & _SETTINGS else None
    total, delta = each & _TOTAL, each & _PERIOD
    if bool(total) == bool(delta):
        return Doubt(about="motion")
    return Means(metric="motions_total" if total else "motions")


def _counting(each: frozenset[str]) -> Verdict:
    """Return a doubt if the words speak of people or of counting; settings and health are ignored."""
    if each & _SETTINGS - _PARTS or (each & _SETTINGS and not each & _MANY):
        return "aside" if each & (_MANY | _TOTAL) else "ignored"
    if each & (_FOREIGN_IN | _FOREIGN_OUT):
        return Doubt(about="in" if each & _FOREIGN_IN else "out")
    if each & _MANY or (each <= _TOTAL and each):
        directed = bool(each & _IN) != bool(each & _OUT)
        if directed:
            return Doubt(about="in" if each & _IN else "out")
        return Doubt(about="occupancy" if "occupancy" in each else "people")
    return "ignored" if each & _HEALTH else "unknown"


def _part(said: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the line or region within a name, and the rest of it."""
    for at in range(len(said) - 1 if len(said) > 2 else 0):
        if said[at] in _PARTS and _numbers(said[at + 1]):
            return said[at + 1], said[:at] + said[at + 2 :]
    return "", said


def is_place(name: str) -> bool:
    """Tell whether a name around others can be a line, a zone or a sensor: `A`, `north`; not `in` or `today`."""
    said = words(name)
    return (
        bool(said)
        and judge(said) == "unknown"
        and not frozenset(said) & (_IN | _OUT | _TOTAL | _PERIOD | _VAGUE)
    )


def is_other_kind(text: str) -> bool:
    """Tell whether a text names what is no person, and nothing else: "car", "Fahrrad"."""
    said = frozenset(words(text))
    return bool(said) and said <= _THINGS


def is_some(name: str) -> bool:
    """Tell whether a name tells of some of the people, by who they are: `male`, `adults`."""
    return not _SOME.isdisjoint(words(name))


def is_aside(said: tuple[str, ...]) -> bool:
    """Tell whether words speak of settings, of things, or of some of the people: what stands under them is no count."""
    return not (_SETTINGS | _THINGS | _SOME).isdisjoint(said)


def is_passing(text: str) -> bool:
    """Tell whether a text tells that somebody passed: "entry", "person_exited", "forward"."""
    said = frozenset(words(text))
    return (
        len(text) <= LONGEST_EVENT and not said.isdisjoint(_PASSED) and said.isdisjoint(_THINGS | _SETTINGS)
    )


def is_climate(verdict: Verdict) -> bool:
    """Tell whether a name is that of the air, the light or the battery, which have units of their own."""
    return isinstance(verdict, Means) and bool(verdict.units) and verdict.units is not PERSONS


def is_label(text: str) -> bool:
    """Tell whether a text can be the name of a line or a room; not one that says how it is: "open", "occupied"."""
    said = words(text)
    return 0 < len(text.strip()) <= 60 and bool(said) and not frozenset(said) & _CONDITIONS


def _numbers(word: str) -> bool:
    return word.isdecimal() or (len(word) == 1 and word.isalpha())


@lru_cache(maxsize=8192)
def _run_on(token: str) -> tuple[str, ...]:
    """Return the words of `totalcounterin`; nothing if it is not made of at least two words that are known here."""
    if token in _RUN_ON or token in EXACT or not 4 <= len(token) <= 40:
        return ()
    return _cut(token)


def _cut(rest: str) -> tuple[str, ...]:
    for length in range(len(rest), 1, -1):
        if rest[:length] in _RUN_ON:
            if length == len(rest):
                return (rest,)
            if tail := _cut(rest[length:]):
                return (rest[:length], *tail)
    return ()
