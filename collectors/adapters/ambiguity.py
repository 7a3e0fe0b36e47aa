"""Advice on names that could mean several things: a sentence, and the lines of a mapping to choose from."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from collectors.adapters import hints
from collectors.adapters.hints import Choice
from collectors.adapters.json_flatten import Leaf
from collectors.adapters.vocabulary import CHOICES, SETTLED, Doubt, Means

SHOWN: Final = 6  # names in one sentence
_SHARES: Final = frozenset(("%", "percent", "percentage", "pct", "prozent", "procent", "ratio"))
_NO_MEASURES: Final = frozenset(
    ("id", "hwid", "idx", "ty", "n", "type", "version", "port", "source", "station", "nvalue")
)
_CHOSEN: Final = re.compile(r"== '(.*)'\]$")
BLOCKS: Final = 4  # mappings in one reason, one for each line or region

Measured = Sequence[tuple[Leaf, Means]]
Doubtful = Sequence[tuple[Leaf, Doubt]]


def told(measured: Measured, doubtful: Doubtful, *, topic: str, device: str = "", time: str = "") -> str:
    """One problem for all the names in doubt; "" if what was measured leaves none of them of any account."""
    open_ = unsettled(measured, doubtful)
    if not open_:
        return ""
    names = list(dict.fromkeys(leaf.said for leaf, _ in open_))
    meanings = dict.fromkeys(says for _, doubt in open_ for _, says in CHOICES[doubt.about])
    blocks = []
    for number, (each, group) in enumerate(groupby(sorted(open_, key=_each), key=_each), start=1):
        doubts = [*group]
        known = [(leaf, means) for leaf, means in measured if leaf.each == each]
        blocks.append(
            _mapping(topic, _choices(doubts, known), doubts[0][0], device=device, time=time, number=number)
        )
    return (
        f"{listed(names)} could mean {_either(list(meanings))}; counting starts when you choose one in the site file"
        f" ({hints.SEE}):\n" + "\n\n".join(blocks[:BLOCKS])
    )


def _mapping(
    topic: str, choices: Sequence[Choice], leaf: Leaf, *, device: str, time: str, number: int = 1
) -> str:
    """Return the lines of a mapping that reads `leaf` and what stands beside it."""
    return hints.mapping(
        topic,
        choices,
        device=device,
        time=leaf.time_path or time,
        start=leaf.start_path,
        each=leaf.each,
        channel=leaf.part_path,
        suffix=_suffix(leaf, number),
    )


def _suffix(leaf: Leaf, number: int) -> str:
    """Return what tells this mapping from the others of its message: what it chooses among items, or its number."""
    chosen = _CHOSEN.search(leaf.each)
    return hints.name(chosen[1]) if chosen else str(number) if number > 1 else ""


def unsettled(measured: Measured, doubtful: Doubtful) -> Doubtful:
    """Return the doubts that matter beside what was measured."""
    return [(leaf, doubt) for leaf, doubt in doubtful if not _settled(leaf, doubt, measured)]


def unknown(topic: str, leaves: Sequence[Leaf], *, device: str = "", time: str = "") -> str:
    """Say what to do about numbers that nobody knows: a mapping for the first of them."""
    names = list(dict.fromkeys(leaf.said for leaf in leaves))
    first = max(leaves, key=_likely)
    if is_share(first):
        return _share(topic, first, device=device, time=time)
    about = "people" if _likely(first) == 2 else "presence"
    choices = [Choice(values={metric: first.path}, says=says) for metric, says in CHOICES[about]]
    lines = _mapping(topic, choices, first, device=device, time=time)
    return f"nobody knows what {listed(names)} {'is' if len(names) == 1 else 'are'}: {hints.WRITE}:\n{lines}"


def _likely(leaf: Leaf) -> int:
    """Rank a value nobody knows: a number is a measurement rather than yes or no, a text or a list."""
    if leaf.own[-1:] and leaf.own[-1] in _NO_MEASURES:
        return 0
    if type(leaf.value) is str:
        return 2 if leaf.value.strip().isdecimal() else 0
    return 2 if type(leaf.value) in (int, float) else int(type(leaf.value) is bool)


def is_share(leaf: Leaf) -> bool:
    """Tell whether a value is in per cent."""
    return leaf.unit in _SHARES or not _SHARES.isdisjoint(leaf.words)


def _share(topic: str, leaf: Leaf, *, device: str, time: str) -> str:
    """Say what to do about a place that tells how full it is, and not of how many people."""
    choice = Choice(values={"people": leaf.path}, says="people present, if 0.5 people are 1 per cent")
    before, values, after = _mapping(topic, [choice], leaf, device=device, time=time).partition("values = ")
    return (
        f"{leaf.said} is a share of a capacity, and how many people that is stands nowhere: {hints.WRITE}, with the"
        f" people that one per cent is:\n{before}units = {{ people = 0.5 }}\n{values}{after}"
    )


def listed(names: Sequence[str]) -> str:
    """Names in a sentence."""
    shown = [*names[:SHOWN], f"{len(names) - SHOWN} more"] if len(names) > SHOWN else list(names)
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _either(meanings: Sequence[str]) -> str:
    return meanings[0] if len(meanings) == 1 else f"{', '.join(meanings[:-1])} or {meanings[-1]}"


def _settled(leaf: Leaf, doubt: Doubt, measured: Measured) -> bool:
    told = {means.metric for _, means in measured}
    one_way = told.isdisjoint(("in", "in_total")) != told.isdisjoint(("out", "out_total"))
    if doubt.about == "people" and one_way and told.isdisjoint(("people", "passages", "passages_total")):
        return False  # it may be the other way
    return any(
        means.metric in SETTLED[doubt.about]
        and other.value is not None
        and (other.part == leaf.part or doubt.about not in ("in", "out", "way"))
        for other, means in measured
    )


def _each(pair: tuple[Leaf, Doubt]) -> str:
    """Return the list of which a value is an item; "" for those that stand alone."""
    return pair[0].each


def _choices(group: Doubtful, known: Measured) -> list[Choice]:
    """One choice for each way to read the names: both directions together, all others for themselves.

    What is known goes with each of them, since a mapping reads the whole message.
    """
    also = {
        _key(means.metric, leaf): leaf.path
        for leaf, means in known
        if leaf.value is not None and _is_plain(leaf, means)
    }
    ways = [(leaf, doubt.about) for leaf, doubt in group if doubt.about in ("in", "out")]
    found = []
    for number in range(2) if ways else ():
        told = _apart([(_key(CHOICES[way][number][0], leaf), leaf.path) for leaf, way in ways])
        found += [Choice(values={**values, **also}, says=CHOICES["in"][number][1]) for values in told]
    for about in dict.fromkeys(doubt.about for _, doubt in group if doubt.about not in ("in", "out")):
        leaves = [leaf for leaf, doubt in group if doubt.about == about]
        for metric, says in CHOICES[about]:
            told = _apart([(_key(metric, leaf), leaf.path) for leaf in leaves])
            found += [Choice(values={**values, **also}, says=says) for values in told]
    return found


def _apart(named: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Values and their paths: those of different lines and directions together, two of one and the same apart."""
    found: list[dict[str, str]] = []
    for key, path in dict.fromkeys(named):
        free = next((values for values in found if key not in values), None)
        if free is None:
            found.append({key: path})
        else:
            free[key] = path
    return found


def _key(metric: str, leaf: Leaf) -> str:
    """Tell how a mapping names a metric, of a line if the name of the field told one."""
    return f"{metric}:{leaf.part}" if leaf.part and not leaf.part_path else metric


def _is_plain(leaf: Leaf, means: Means) -> bool:
    """Tell whether a mapping reads the value as it stands, without a unit to convert."""
    is_ready = leaf.value is not None and type(leaf.value) is not str
    return is_ready and not means.inverted and means.units.get(leaf.unit or means.unit, 1.0) == 1.0
