"""The spaces of a site in the order of the building: storeys, their rooms, and the rooms inside rooms."""

from collections.abc import Sequence
from dataclasses import dataclass

from besok.model.views.live import SpaceLive


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A storey with its rooms, each with the rooms inside it; `storey` is None for spaces that are on none."""

    storey: SpaceLive | None
    rooms: tuple[tuple[SpaceLive, tuple[SpaceLive, ...]], ...]


def groups(spaces: Sequence[SpaceLive]) -> tuple[Group, ...]:
    """`spaces` with the root first, as the board shows them."""
    root, *rest = spaces
    top = [s for s in rest if s.parent == root.space]
    loose = tuple((s, below(s, rest)) for s in top if s.kind != "storey")
    storeys = tuple(_storey(s, rest) for s in top if s.kind == "storey")
    return (*storeys, *([Group(storey=None, rooms=loose)] if loose else []))


def _storey(storey: SpaceLive, spaces: Sequence[SpaceLive]) -> Group:
    rooms = [s for s in spaces if s.parent == storey.space]
    return Group(storey=storey, rooms=tuple((s, below(s, spaces)) for s in rooms))


def below(space: SpaceLive, spaces: Sequence[SpaceLive]) -> tuple[SpaceLive, ...]:
    """Everything inside `space`, at any depth, in the order of the building."""
    found: list[SpaceLive] = []
    for inner in (s for s in spaces if s.parent == space.space):
        found += [inner, *below(inner, spaces)]
    return tuple(found)
