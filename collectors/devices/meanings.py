"""The meanings that a value may have by its names, for a person to choose from."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from besok.model.errors import Unreadable
from besok.model.mapping_draft import Choice
from collectors.adapters.numbers import state
from collectors.devices import field_names
from collectors.devices.field_names import BARE, CLIMATE, FIELDS, PEOPLE, WORDS, compact, telling, words
from collectors.devices.format import text_of
from collectors.devices.leaves import Leaf, is_number
from collectors.limits import CHANNEL_LIMIT

Meaning = tuple[str, str]  # a metric, and what its mapping needs beside the path
_NUMBERS: Final = tuple(
    (row["says"].split(), tuple((metric, row.get("besides", "")) for metric in row["means"].split()))
    for row in field_names.DATA["numbers"]
)
_NEGATED: Final = 'with yes = ["false"] and no = ["true"]'
_OF_A_SHARE: Final = "with units = { people = 0.5 }, the people that one per cent is"


def is_aside(leaf: Leaf) -> bool:
    """Tell whether a leaf is a setting or a plan, or concerns something other than people."""
    last, around = {*words(leaf.names[-1])}, {*leaf.around}
    settings = WORDS["settings"] - WORDS["of_events"] if "event" in last else WORDS["settings"]
    return bool(last & settings or around & WORDS["settings_around"] or telling("others", *leaf.names))


def is_climate(leaf: Leaf) -> bool:
    """Tell whether a leaf is of climate or a battery, with or without a unit."""
    return any(compact(name) in CLIMATE or compact(name) in FIELDS["unitless"] for name in leaf.names)


def choices_of(leaf: Leaf) -> tuple[Meaning, ...]:
    """Return the metrics that a leaf could be, each with what else its mapping needs; none if not about people."""
    if leaf.value is None or isinstance(leaf.value, list | dict) or is_aside(leaf):
        return ()
    named = {*leaf.said}
    named = named - {"in"} | {"inuse"} if {"in", "use"} <= named else named
    if not is_number(leaf.value):
        return _of_a_word(leaf, named)
    if named & WORDS["percent"]:
        return (("people", _OF_A_SHARE),) if named & WORDS["strong"] else ()
    # `total_2`, `door_count`
    is_count = named & WORDS["counts"] and leaf.is_said_by(BARE | WORDS["doors"] | WORDS["buildings"])
    if (leaf.is_bare or is_count) and not is_climate(leaf):
        named.add("people")
    return next((means for kinds, means in _NUMBERS if all(named & WORDS[kind] for kind in kinds)), ())


def _of_a_word(leaf: Leaf, named: set[str]) -> tuple[Meaning, ...]:
    """Return the possible metrics of a value that is yes or no, or a word."""
    text = text_of(leaf.value)
    texts, moves = {*words(text)}, WORDS["into"] | WORDS["out"]
    is_event = bool(named & WORDS["directions"]) and isinstance(leaf.value, str)
    if (is_event and texts & (moves | WORDS["ways"])) or (leaf.value is True and named & moves):
        only = f"with only.{json.dumps(leaf.path)} = {json.dumps(text)}"
        return (("in", only), ("out", only))
    is_state = "_".join(text.lower().split()) in WORDS["states"] or bool(is_event and texts & WORDS["strong"])
    is_generic = is_event or all(word in WORDS["described"] or word.isdecimal() for word in named)
    about_people = named & (WORDS["strong"] | WORDS["places"]) or (leaf.is_bare and not is_climate(leaf))
    if (is_state and is_generic) or (about_people and (is_state or state_of(leaf.value) in (0, 1))):
        return (("occupied", _NEGATED if named & WORDS["vacant"] else ""),)
    is_word = leaf.is_bare and not is_climate(leaf)
    return (("occupied", "with yes = [...] and no = [...], its words"),) if is_word else ()


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
