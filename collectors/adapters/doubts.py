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
    blocks = [
        hints.mapping(topic, _choices([*group]), device=device, time=time, each=each, channel=channel)
        for (each, channel), group in groupby(sorted(open_, key=_place), key=_place)
    ]
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


def _place(pair: tuple[Leaf, Doubt]) -> tuple[str, str]:
    """Where the mapping finds its items and their lines: in a list, or in names such as `line_2_in`."""
    leaf = pair[0]
    return leaf.each, leaf.part_path if leaf.each else (f"'{leaf.part}'" if leaf.part else "")


def _choices(group: Doubtful) -> list[Choice]:
    """One choice for each way to read the names of one line: both directions together, all others for themselves."""
    ways = {doubt.about: leaf.path for leaf, doubt in reversed(group) if doubt.about in ("in", "out")}
    found = []
    for number in range(2) if ways else ():
        values = {CHOICES[way][number][0]: path for way, path in sorted(ways.items())}
        found.append(Choice(values=values, says=CHOICES["in"][number][1]))
    for leaf, doubt in group:
        if doubt.about not in ("in", "out"):
            found += [Choice(values={metric: leaf.path}, says=says) for metric, says in CHOICES[doubt.about]]
    return found
