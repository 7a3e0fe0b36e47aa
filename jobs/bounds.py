"""Intervals for estimates from presence sensors alone."""

from dataclasses import replace

import numpy as np

from besok.model.building import Building
from besok.model.occupancy import BASES, Estimate

_PRESENCE = BASES.index("presence")
ROOM = 10  # people whom a space may hold of which nobody has said how many


def bounded(building: Building, figures: Estimate) -> Estimate:
    """Return the figures with an interval for those without one.

    A sensor that knows only whether anybody is there leaves open how many: from one to as many as the space holds.
    Where it saw nobody, nobody is there; a share of a quarter of an hour is a share of that.
    """
    bare = (figures.basis == _PRESENCE) & (np.isnan(figures.lower) | np.isnan(figures.upper))
    if not bare.any():
        return figures
    room = np.array([ROOM if capacity is None else max(capacity, 1) for capacity in building.capacity], float)
    share = np.minimum(figures.people, 1)
    return replace(
        figures,
        lower=np.where(bare, share, figures.lower),
        upper=np.where(bare, np.maximum(share * room, figures.people), figures.upper),
    )
