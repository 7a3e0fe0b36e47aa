"""What to do about names that could mean several things: a sentence, and the lines of a mapping to choose from."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from collectors.adapters import hints
from collectors.adapters.hints import Choice
from collectors.adapters.leaves import Leaf
from collectors.adapters.vocabulary import CHOICES, SETTLED, Doubt, Means

SHOWN: Final = 6  # names in one sentence
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
    for each, group in groupby(sorted(open_, key=_each), key=_each):
        doubts = [*group]
        known = [(leaf, means) for leaf, means in measured if leaf.each == each]
        channel = doubts[0][0].part_path
        blocks.append(
            hints.mapping(topic, _choices(doubts, known), device=device, time=time, each=each, channel=channel)
        )
    return (
        f"{listed(names)} could mean {_either(list(meanings))}; counting starts when you choose one in the site file"
        f" ({hints.SEE}):\n" + "\n\n".join(blocks[:BLOCKS])
    )


def unsettled(measured: Measured, doubtful: Doubtful) -> Doubtful:
    """The doubts that matter beside what was measured."""
    return [(leaf, doubt) for leaf, doubt in doubtful if not _settled(leaf, doubt, measured)]


def unknown(topic: str, leaves: Sequence[Leaf], *, device: str = "", time: str = "") -> str:
    """What to do about numbers of which nobody knows what they are: a mapping for the first of them."""
    names = list(dict.fromkeys(leaf.said for leaf in leaves))
    first = leaves[0]
    about = "people" if type(first.value) in (int, float) else "presence"
    choices = [Choice(values={metric: first.path}, says=says) for metric, says in CHOICES[about]]
    lines = hints.mapping(topic, choices, device=device, time=time, each=first.each, channel=first.part_path)
    return f"nobody knows what {listed(names)} {'is' if len(names) == 1 else 'are'}: {hints.WRITE}:\n{lines}"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence."""
    shown = [*names[:SHOWN], f"{len(names) - SHOWN} more"] if len(names) > SHOWN else list(names)
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _either(meanings: Sequence[str]) -> str:
    return meanings[0] if len(meanings) == 1 else f"{', '.join(meanings[:-1])} or {meanings[-1]}"


def _settled(leaf: Leaf, doubt: Doubt, measured: Measured) -> bool:
    return any(
        means.metric in SETTLED[doubt.about]
        and other.value is not None
        and (other.part == leaf.part or doubt.about not in ("in", "out", "way"))
        for other, means in measured
    )


def _each(pair: tuple[Leaf, Doubt]) -> str:
    """The list of which a value is an item; "" for those that stand alone."""
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
        values = {_key(CHOICES[way][number][0], leaf): leaf.path for leaf, way in ways}
        found.append(Choice(values={**values, **also}, says=CHOICES["in"][number][1]))
    for about in dict.fromkeys(doubt.about for _, doubt in group if doubt.about not in ("in", "out")):
        leaves = [leaf for leaf, doubt in group if doubt.about == about]
        for metric, says in CHOICES[about]:
            found += [Choice(values={**values, **also}, says=says) for values in _apart(metric, leaves)]
    return found


def _apart(metric: str, leaves: Sequence[Leaf]) -> list[dict[str, str]]:
    """The leaves as values of `metric`: those of different lines together, two of one line apart."""
    found: list[dict[str, str]] = []
    for leaf in leaves:
        key = _key(metric, leaf)
        free = next((values for values in found if key not in values), None)
        if free is None:
            found.append({key: leaf.path})
        else:
            free[key] = leaf.path
    return found


def _key(metric: str, leaf: Leaf) -> str:
    """How a mapping names a metric, of a line if the name of the field told one."""
    return f"{metric}:{leaf.part}" if leaf.part and not leaf.each else metric


def _is_plain(leaf: Leaf, means: Means) -> bool:
    """Whether a mapping reads the value as it stands, without a unit to convert."""
    is_ready = leaf.value is not None and type(leaf.value) is not str
    return is_ready and not means.inverted and means.units.get(leaf.unit or means.unit, 1.0) == 1.0
