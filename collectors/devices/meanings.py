"""What a value may mean by its names: read where they say so for certain, else the choices that a person has."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from besok.model.errors import Unreadable
from besok.model.json_path import Path, compiled
from besok.model.mapping_draft import Choice
from collectors.adapters.numbers import measured, state
from collectors.devices import field_names
from collectors.devices.field_names import BARE, CLIMATE, FIELDS, PEOPLE, QUALIFIED, WORDS, compact, words
from collectors.devices.format import Paths, Value, Words, paths, text_of
from collectors.devices.leaves import Leaf, is_number, is_plain_count

CHANNEL_LIMIT: Final = 60  # characters
_NO_PEOPLE: Final = Words(("32767", "65535", "2147483647", "4294967295"))
_NO_TOTAL: Final = Words(("2147483647", "4294967295"))
_PLAIN_FIELDS: Final = ("plain", "device", "sub", "loose", "time", "line", "place", "unit")
_PLAIN_KINDS: Final = WORDS["plain_kinds"] | WORDS["strong"] | WORDS["counts"]


def is_aside(leaf: Leaf) -> bool:
    """Tell whether a leaf is a setting or a plan, of a part of the people, or of what is no person."""
    own = words(leaf.names[-1].partition("since")[0])
    around = [word for name in leaf.names[:-1] for word in words(name)]
    return (
        any(word in WORDS["settings"] for word in own if not ("event" in own and word in ("type", "name")))
        or not WORDS["settings_around"].isdisjoint(around)
        or not WORDS["some"].isdisjoint(leaf.said)
        or any(True for name in leaf.names for _ in field_names.telling("things", name))
    )


def is_plain(leaf: Leaf) -> bool:
    """Tell whether a leaf beside a qualified name is known to change nothing of what that says.

    What identifies or dates the message, climate, the device's health when it is good, and a kind that says people.
    """
    own = words(leaf.names[-1])
    text = text_of(leaf.value).lower() if isinstance(leaf.value, str | bool) else ""
    if field_names.is_a_state(text):
        return False
    if leaf.name in FIELDS["unit"] and not field_names.is_climate(leaf.names):
        return not field_names.is_foreign(text)
    if not WORDS["true_is_fault"].isdisjoint(own):
        return text in ("false", "no", "none", "ok")
    if leaf.name in FIELDS["false_is_fault"]:
        return text in ("true", "yes", "ok")
    if leaf.value is True and not field_names.is_climate(leaf.names[:1]) and "battery" not in own:
        return False
    if leaf.name in FIELDS["kind"]:
        return isinstance(leaf.value, str) and all(w in _PLAIN_KINDS or w.isdecimal() for w in words(text))
    if leaf.name in FIELDS["named"] and (text in QUALIFIED or field_names.is_name(text)):
        return True
    if any(leaf.name in FIELDS[kind] for kind in _PLAIN_FIELDS) or field_names.is_climate(leaf.names):
        return True
    plain = WORDS["plain"] if WORDS["limits"].isdisjoint(own) else WORDS["plain"] | WORDS["strong"]
    return all(w in plain or w.isdecimal() for w in own)


def climate_of(leaf: Leaf) -> Value | None:
    """Return how a climate or battery value is read, if its unit is told by its name, beside or behind it."""
    if isinstance(leaf.value, bool):
        return None
    metric, _, unit = CLIMATE.get(leaf.name, "").partition(" ")
    if metric:
        return Value(metric=metric, path=paths(leaf.path), said=leaf.shown, unit=unit or 1.0)
    for names, metric, units in field_names.BESIDE:
        try:
            number, behind = measured(leaf.shown, leaf.value) if leaf.name in names else (None, "")
        except Unreadable:
            return None
        if number is not None and (told := (behind or leaf.unit).strip().lower()) in units:
            at = Path(leaf.path, "constant", constant=repr(number)) if behind else compiled(leaf.path)
            return Value(metric=metric, path=Paths([at]), said=leaf.shown, unit=units[told])
    return None


def qualified_value(leaf: Leaf, channel: str) -> Value:
    """Return how a qualified name is read; the highest value of two or four bytes says that nothing was measured."""
    metric = QUALIFIED[leaf.name]
    invalid = _NO_TOTAL if metric.endswith("_total") else _NO_PEOPLE
    return Value(metric=metric, channel=channel, path=paths(leaf.path), said=leaf.shown, invalid=invalid)


def is_settled(leaf: Leaf, metrics: Iterable[str]) -> bool:
    """Tell whether what was read says the same people."""
    if not is_number(leaf.value):
        return False
    said, known = set(leaf.said), set(metrics)
    has_in, has_out = known & {"in", "in_total"}, known & {"out", "out_total"}
    if said & WORDS["into"] or said & WORDS["out"]:
        return bool(has_in) >= bool(said & WORDS["into"]) and bool(has_out) >= bool(said & WORDS["out"])
    if not said <= BARE or said.isdisjoint(WORDS["counts"]):
        return False
    return bool((has_in and has_out) or known & {"passages_total", "people"})


_WAYS_TO_COUNT: Final = ("people", "in", "out", "passages", "in_total", "out_total", "passages_total")
_NEGATED: Final = 'with yes = ["false"] and no = ["true"]'
_OF_A_SHARE: Final = "with units = { people = 0.5 }, the people that one per cent is"


def choices_of(leaf: Leaf) -> tuple[tuple[str, str], ...]:
    """Return the metrics that a leaf could be, each with what its mapping needs beside it; none if not about people."""
    if leaf.value is None or isinstance(leaf.value, list | dict) or is_aside(leaf):
        return ()
    said = {*leaf.said}
    said = said - {"in"} | {"inuse"} if {"in", "use"} <= said else said
    is_share = bool(said & WORDS["percent"]) or leaf.unit in WORDS["percent"]
    if not is_number(leaf.value):
        return _of_a_word(leaf, said)
    if is_share or (field_names.is_foreign(leaf.unit.lower()) and leaf.name not in QUALIFIED):
        return (("people", _OF_A_SHARE),) if is_share and said & WORDS["strong"] else ()
    if said & WORDS["motion"]:
        metrics: tuple[str, ...] = ("occupied", "motions", "motions_total")
    elif said & WORDS["vacant"]:
        return (("occupied", 'with yes = ["0"] and no = ["1"]'),)
    elif said & WORDS["presence"]:
        metrics = ("occupied", "people")
    elif (into := said & WORDS["into"]) and said & WORDS["out"]:
        metrics = ("passages", "passages_total", "people")
    elif into or said & WORDS["out"]:
        way = "in" if into else "out"
        metrics = (way, f"{way}_total", *(["people"] if said & WORDS["strong"] else []))
    elif said & WORDS["strong"] or (said & WORDS["counts"] and is_plain_count(leaf)):
        metrics = _WAYS_TO_COUNT
    elif said & WORDS["ways"] and all(w in BARE | WORDS["ways"] or w.isdecimal() for w in said):
        metrics = ("in", "out", "in_total", "out_total")
    else:
        metrics = _WAYS_TO_COUNT if leaf.is_bare and not field_names.is_climate(leaf.names) else ()
    return tuple((metric, "") for metric in metrics)


def _of_a_word(leaf: Leaf, said: set[str]) -> tuple[tuple[str, str], ...]:
    """Return what a value can be that is yes or no, or a word."""
    text = str(leaf.value).strip() if isinstance(leaf.value, str) else text_of(leaf.value)
    told, text_low = set(words(text)), text.lower()
    ways = [way for way in ("into", "out") if told & WORDS[way]]
    is_event = bool(said & WORDS["directions"]) and isinstance(leaf.value, str)
    only = f"with only = {{ {json.dumps(leaf.path)} = {json.dumps(text)} }}"
    if is_event and len(ways) == 1 and told <= PEOPLE | BARE:
        return (("in" if ways == ["into"] else "out", only),)
    if (is_event and told & WORDS["ways"]) or (leaf.value is True and said & (WORDS["into"] | WORDS["out"])):
        return (("in", only), ("out", only))
    is_state = "_".join(text_low.split()) in WORDS["states"] or (is_event and bool(told & WORDS["strong"]))
    is_generic = is_event or all(w in ("state", "status", "value") or w.isdecimal() for w in said)
    if leaf.is_bare and field_names.is_climate(leaf.names):
        return ()
    if said & (WORDS["strong"] | WORDS["places"]) or (is_state and is_generic) or leaf.is_bare:
        if is_state or state_of(leaf.value) in (0, 1):
            return (("occupied", _NEGATED if said & WORDS["vacant"] else ""),)
        return (("occupied", "with yes = [...] and no = [...], its words"),) if leaf.is_bare else ()
    return ()


def state_of(value: object) -> float | None:
    """Return 1 or 0 for a word for yes or no, None for a word for nothing, -1 for any other value."""
    try:
        return state("", value)
    except Unreadable:
        return -1.0


def all_choices(leaves: Sequence[Leaf]) -> Iterator[Choice]:
    """Yield the choices of all leaves; those that would be of one channel get names of their own."""
    first = Counter(choices_of(leaf)[0][0] for leaf in leaves)
    for leaf in leaves:
        options = choices_of(leaf)
        part = _part(leaf) if first[options[0][0]] > 1 and not leaf.each else ""
        for metric, besides in options:
            path = "'1'" if "only" in besides else leaf.path  # each message is one person
            yield Choice(key=f"{metric}:{part}" if part else metric, path=path, besides=besides)


def known_choice(value: Value) -> Choice:
    """Return what is read already, as a mapping would: it reads the whole message."""
    key = f"{value.metric}:{value.channel}" if value.channel not in ("", "1") else value.metric
    return Choice(key=key, path=value.paths[0].text)


def _part(leaf: Leaf) -> str:
    """Return what tells a leaf from others that say the same: `2` of in_2, `hall` of hall.people."""
    plain = PEOPLE | BARE | WORDS["states"]
    rest = [word for word in leaf.said if word not in plain]
    return ("_".join(rest) or compact(leaf.names[-1]))[:CHANNEL_LIMIT]
