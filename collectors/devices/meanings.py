"""Possible meanings of a value by its names: the choices for a person, and its influence on other values."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from besok.model.errors import Unreadable
from besok.model.mapping_draft import Choice
from collectors.adapters.numbers import state
from collectors.devices import field_names
from collectors.devices.field_names import BARE, FIELDS, PEOPLE, WORDS, compact, words
from collectors.devices.format import text_of
from collectors.devices.leaves import Leaf

CHANNEL_LIMIT: Final = 60  # characters
Meaning = tuple[str, str]  # a metric, and what its mapping needs beside the path
_NUMBERS: Final = tuple(
    (row["says"].split(), tuple((metric, row.get("besides", "")) for metric in row["means"].split()))
    for row in field_names.DATA["numbers"]
)
_NEGATED: Final = 'with yes = ["false"] and no = ["true"]'
_OF_A_SHARE: Final = "with units = { people = 0.5 }, the people that one per cent is"
_KINDS: Final = WORDS["kinds"] | WORDS["strong"] | WORDS["counts"]


def is_aside(leaf: Leaf) -> bool:
    """Tell whether a leaf is a setting or a plan, or concerns something other than people."""
    last = words(leaf.names[-1].partition("since")[0])
    around = [word for name in leaf.names[:-1] for word in words(name)]
    return (
        any(word in WORDS["settings"] for word in last if not ("event" in last and word in ("type", "name")))
        or not WORDS["settings_around"].isdisjoint(around)
        or any(True for name in leaf.names for _ in field_names.telling("others", name))
    )


def is_climate(leaf: Leaf) -> bool:
    """Tell whether a leaf is of climate or a battery, with or without a unit."""
    names = {*map(compact, leaf.names)}
    return not names.isdisjoint(field_names.CLIMATE) or not names.isdisjoint(FIELDS["unitless"])


def is_plain(leaf: Leaf, *, placed: bool) -> bool:
    """Tell whether a leaf beside a qualified name is known not to change its meaning.

    What identifies or dates the message, a device's health when it is good, a kind that says people, a known place
    (any, once a person has placed the device), and what has a name of plain words.
    """
    name, text = leaf.name, text_of(leaf.value).lower()
    last = {*words(leaf.names[-1])}
    if name in FIELDS["false"] or name in FIELDS["true"]:
        return text in (("false", "no", "none", "ok") if name in FIELDS["false"] else ("true", "yes", "ok"))
    if name in FIELDS["unit"]:
        unit_words = {*words(text)}
        return bool(unit_words) and unit_words <= WORDS["strong"] | WORDS["counts"]
    if isinstance(leaf.value, bool | list) or "_".join(text.split()) in WORDS["faults"]:
        return False
    if name in FIELDS["kind"]:
        is_code = not isinstance(leaf.value, str) or text.isdecimal()
        return not is_code and all(w in _KINDS or w.isdecimal() for w in words(text))
    if any(True for _ in field_names.telling("not_now", text)):
        return False
    if name in FIELDS["line"] or name in FIELDS["place"]:
        is_name = name not in ("name", "label") or any(map(str.isalpha, text))
        return placed or (is_name and not field_names.unclear([text_of(leaf.value)]))
    if any(name in FIELDS[kind] for kind in ("device", "sub", "loose", "time")):
        return True
    plain = WORDS["plain"] | (WORDS["figures"] if leaf.is_number else frozenset())
    plain |= WORDS["strong"] if last & WORDS["limits"] else frozenset()
    if name not in FIELDS["plain"] and not all(word in plain or word.isdecimal() for word in last):
        return False
    is_free_text = not leaf.is_number and last.isdisjoint(WORDS["identifiers"])
    return not is_free_text or placed or not field_names.unclear([text])


def is_strange(leaf: Leaf) -> bool:
    """Tell whether a name is unknown, counts something unknown, or means free seats, which are no metric."""
    last = {*words(leaf.names[-1])}
    is_counted = last & WORDS["counts"] and any(len(word) > 3 for word in last - field_names.KNOWN)
    is_free = last & WORDS["places"] and last & WORDS["left"]
    return bool(is_counted or is_free) or field_names.KNOWN.isdisjoint(last)


def choices_of(leaf: Leaf) -> tuple[Meaning, ...]:
    """Return the metrics that a leaf could be, each with what else its mapping needs; none if not about people."""
    if leaf.value is None or isinstance(leaf.value, list | dict) or is_aside(leaf):
        return ()
    name_words = {*leaf.said}
    name_words = name_words - {"in"} | {"inuse"} if {"in", "use"} <= name_words else name_words
    if not leaf.is_number:
        return _of_a_word(leaf, name_words)
    if name_words & WORDS["percent"]:
        return (("people", _OF_A_SHARE),) if name_words & WORDS["strong"] else ()
    is_count = name_words & WORDS["counts"] and leaf.is_said_by(
        BARE | WORDS["doors"]
    )  # `count`, `total_2`, `door_count`
    if (leaf.is_bare or is_count) and not is_climate(leaf):
        name_words.add("people")
    return next((means for kinds, means in _NUMBERS if all(name_words & WORDS[kind] for kind in kinds)), ())


def _of_a_word(leaf: Leaf, named: set[str]) -> tuple[Meaning, ...]:
    """Return the possible metrics of a value that is yes or no, or a word."""
    text = text_of(leaf.value)
    texts, moves = {*words(text)}, WORDS["into"] | WORDS["out"]
    is_event = bool(named & WORDS["directions"]) and isinstance(leaf.value, str)
    if (is_event and texts & (moves | WORDS["ways"])) or (leaf.value is True and named & moves):
        only = f"with only = {{ {json.dumps(leaf.path)} = {json.dumps(text)} }}"
        return (("in", only), ("out", only))
    if leaf.is_bare and is_climate(leaf):
        return ()
    is_word = "_".join(text.lower().split()) in WORDS["states"] or (is_event and texts & WORDS["strong"])
    is_generic = is_event or all(w in ("state", "status", "value") or w.isdecimal() for w in named)
    told = is_word or state_of(leaf.value) in (0, 1)
    if (is_word and is_generic) or (told and (leaf.is_bare or named & (WORDS["strong"] | WORDS["places"]))):
        return (("occupied", _NEGATED if named & WORDS["vacant"] else ""),)
    return (("occupied", "with yes = [...] and no = [...], its words"),) if leaf.is_bare else ()


def state_of(value: object) -> float | None:
    """Return 1 or 0 for a word for yes or no, None for a word for nothing, -1 for any other value."""
    try:
        return state("", value)
    except Unreadable:
        return -1.0


def all_choices(leaves: Sequence[Leaf]) -> Iterator[Choice]:
    """Yield the choices of all leaves; choices that would share a channel get channel names."""
    first = Counter(choices_of(leaf)[0][0] for leaf in leaves)
    plain = PEOPLE | BARE | WORDS["states"]
    for leaf in leaves:
        options = choices_of(leaf)
        name = "_".join(word for word in leaf.said if word not in plain)  # `2` of in_2, `hall` of hall.people
        is_shared = first[options[0][0]] > 1 and not leaf.each
        part = f":{(name or leaf.name)[:CHANNEL_LIMIT]}" if is_shared else ""
        for metric, besides in options:
            path = "'1'" if "only" in besides else leaf.path  # each message is one person
            yield Choice(key=metric + part, path=path, besides=besides)
