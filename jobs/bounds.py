"""No figure without an interval: what a presence sensor alone leaves open."""

from dataclasses import replace

import numpy as np

from besok.model.building import Building
from besok.model.occupancy import BASES, Estimate

_PRESENCE = BASES.index("presence")
ROOM = 10  # people whom a space may hold of which nobody has said how many


def bounded(building: Building, figures: Estimate) -> Estimate:
    """Return the figures, those without an interval with one.

    A sensor that knows only whether anybody is there leaves open how many: from one to as many as the space holds.
    Where it saw nobody, nobody is there; a share of a quarter of an hour is a share of that.
    """
    bare = (figures.basis == _PRESENCE) & (np.isnan(figures.lower) | np.isnan(figures.upper))
    if not bare.any():
        return figures
    room = np.array([ROOM if held is None else max(held, 1) for held in building.capacity], float)
    share = np.minimum(figures.people, 1)
    return replace(
        figures,
        lower=np.where(bare, share, figures.lower),
        upper=np.where(bare, np.maximum(share * room, figures.people), figures.upper),
    )
