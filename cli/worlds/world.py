"""A world to be judged by: a building through some business days, what was heard of it, and who was really there."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from besok.analytics.occupancy import Seen
from besok.model.arrays import Floats, Ints
from besok.model.building import Building


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Days before the day number `judged` are there to be learnt from; the others are judged.

    They are learnt from as `past` holds them, which may be coarser than `seen`. `real` is who was there at the end of
    each step, steps x spaces, day by day as `seen`; NaN where that is not known. `heard` is for each day the step in
    which each count was received, steps x portals; None if each came at once.
    """

    name: str
    about: str
    spaces: tuple[str, ...]  # the site first
    building: Building
    seen: tuple[Seen, ...]
    past: tuple[Seen, ...]
    heard: tuple[Ints | None, ...]
    real: tuple[Floats, ...]
    judged: int


def parts(seen: Seen, heard: Ints | None) -> list[tuple[slice, Seen]]:
    """The day as it was known from time to time: some steps, and all that had been heard of it by then.

    Where all counts came at once there is one part, the whole day.
    """
    if heard is None:
        return [(slice(0, len(seen)), seen)]
    own = np.arange(len(seen))[:, None]
    news = np.unique(heard[(heard > own) & (heard < len(seen))])
    bounds = [0, *(int(step) for step in news if step), len(seen)]
    found = []
    for start, stop in pairwise(bounds):
        here = heard <= np.maximum(own, start)
        then = replace(
            seen,
            people_in=np.where(here, seen.people_in, np.nan),
            people_out=np.where(here, seen.people_out, np.nan),
        )
        found.append((slice(start, stop), then[:stop]))
    return found


def unchanged(before: Seen, after: Seen) -> int:
    """For how many steps from the first on the same has been heard."""
    steps = len(before)
    news = np.isnan(before.people_in) & ~np.isnan(after.people_in[:steps])
    return int(np.argmax(news.any(axis=1))) if news.any() else steps


def as_it_came(counts: Floats, heard: Ints | None) -> Floats:
    """Counts by the step in which they were received, for who adds up what comes; what comes after the day is lost."""
    if heard is None:
        return counts
    found = np.zeros_like(counts)
    columns = np.broadcast_to(np.arange(counts.shape[1]), counts.shape)
    inside = heard < len(counts)
    np.add.at(found, (heard[inside], columns[inside]), np.nan_to_num(counts)[inside])
    return found
