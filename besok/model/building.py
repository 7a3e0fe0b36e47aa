"""A site as a graph for counting: spaces, the portals between them, and the nesting of spaces."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from besok.model.arrays import Floats

Incidence = NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """Spaces and portals by index; space 0 is the site itself.

    `parents` gives each space's parent (None for the site), `doors` is spaces x portals (see `incidence`), `capacity`
    how many people a space holds, None where nobody has said.
    """

    parents: tuple[int | None, ...]
    doors: Incidence
    capacity: tuple[int | None, ...]

    @classmethod
    def of(
        cls,
        parents: Sequence[int | None],
        ends: Sequence[tuple[int | None, int | None]],
        capacity: Sequence[int | None] = (),
        uncounted: Sequence[tuple[int | None, int | None]] = (),
    ) -> "Building":
        """Return a building from the parent of each space and the outer and inner space of each portal (None for
        outside).

        A space that an `uncounted` passage connects with another one of the site has no door here: its counters cannot
        tell who is in it. A door to the outside that nobody counts, as an emergency exit, leaves all as it is.
        """
        doors = incidence(parents, ends)
        passages = [(outer, inner) for outer, inner in uncounted if outer is not None and inner is not None]
        doors[incidence(parents, passages).any(axis=1)] = 0
        return cls(
            parents=tuple(parents),
            doors=doors,
            capacity=tuple(capacity) or (None,) * len(parents),
        )

    def parts(self, space: int) -> list[int]:
        """Return the spaces that lie directly in a space."""
        return [n for n, parent in enumerate(self.parents) if parent == space]

    def is_sum(self, space: int) -> bool:
        """Tell whether a space's occupancy is the sum of its parts: every counted portal into it leads to a part."""
        parts = self.parts(space)
        if not parts:
            return False
        ends = self.doors[space] - self.doors[parts].sum(axis=0)  # of the space's own floor
        return not ends.any()

    def from_leaves(self) -> list[int]:
        """Return the spaces in order of depth, each after the spaces within it."""
        return sorted(range(len(self.parents)), key=self._depth, reverse=True)

    def _depth(self, space: int) -> int:
        parent = self.parents[space]
        return 0 if parent is None else 1 + self._depth(parent)


def through(doors: Incidence, people_in: Floats, people_out: Floats) -> tuple[Floats, Floats]:
    """Return entries and exits by space (steps x spaces) from entries and exits by portal (steps x portals)."""
    into, out_of = (doors.T > 0).astype(float), (doors.T < 0).astype(float)
    return people_in @ into + people_out @ out_of, people_out @ into + people_in @ out_of


def incidence(parents: Sequence[int | None], ends: Sequence[tuple[int | None, int | None]]) -> Incidence:
    """Spaces x portals: 1 where going in through the portal enters the space or its parts, -1 where it leaves, else 0.

    `parents` gives each space's parent by index (None for the site itself), `ends` each portal's outer and inner space
    (None for outside). A passage from a storey's lobby to its rooms stays within the storey.
    """
    inside = np.zeros(
        (len(parents), len(parents) + 1), np.int8
    )  # [a, b]: b is a or lies in it; the last b is outside
    for space in range(len(parents)):
        around: int | None = space
        while around is not None:
            inside[around, space] = 1
            around = parents[around]
    outer = [len(parents) if end is None else end for end, _ in ends]
    inner = [len(parents) if end is None else end for _, end in ends]
    return inside[:, inner] - inside[:, outer]
