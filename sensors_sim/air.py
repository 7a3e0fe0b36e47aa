"""Carbon dioxide in a room: it follows the people with a lag, by a first-order model of one well-mixed room.

    V dC/dt = G n - Q (C - outdoor)

with the volume V (m3), the generation G of a person, n people, and the outdoor air Q (m3/s). Generation: 0.0052 L/s of
CO2, an adult sitting or standing quietly (A. Persily and L. de Jonge, "Carbon dioxide generation rates for building
occupants", Indoor Air 27, 2017). Ventilation: 7 L/s for each person the room is made for and 0.7 L/s for each square
metre (EN 16798-1, category II, low-polluting building). Outdoor air: 420 ppm.

A room of 100 m2 for 30 people, full: 420 + 0.0052 x 30 / (0.21 + 0.07) x 1000 = 977 ppm in the end, and 63 % of the way
there after 300 m3 / 0.28 m3/s = 18 minutes.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from besok.model.arrays import Ints
from besok.model.site import Space

OUTDOOR_PPM: Final = 420
PERSON_L_S: Final = 0.0052  # of carbon dioxide breathed out
FRESH_PERSON_L_S: Final = 7.0
FRESH_AREA_L_S: Final = 0.7  # for each square metre
HEIGHT_M: Final = 3.0
AREA_PERSON_M2: Final = 3.0  # where the site file does not say the area
CAPACITY: Final = 30  # where it says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The properties of a space that determine its air."""

    volume_m3: float
    fresh_l_s: float


def room(space: Space | None, capacity: int | None) -> Room:
    """Return the room of a space; the root space of a site has that site's capacity."""
    people = (space.capacity or space.seats if space else capacity) or CAPACITY
    area = (space.area_m2 if space else None) or people * AREA_PERSON_M2
    return Room(volume_m3=area * HEIGHT_M, fresh_l_s=people * FRESH_PERSON_L_S + area * FRESH_AREA_L_S)


def co2(where: Room, times: Ints, people: NDArray[np.int32]) -> Ints:
    """Return ppm in whole numbers at `times` (milliseconds), beginning with fresh air, with so many people then.

    Steps are implicit (Euler's), so that any length of them is stable, and every machine rounds them the same.
    """
    steps_s = np.diff(times, prepend=times[:1]) / 1000
    renewed = (where.fresh_l_s / 1000 / where.volume_m3) * steps_s  # room volumes in each step
    present = (people + np.concatenate([people[:1], people[:-1]])) / 2  # in the mean, since the last time
    added = (PERSON_L_S * 1000 / where.volume_m3) * steps_s * present  # ppm
    above = 0.0
    excess = np.zeros(len(times), dtype=np.int64)
    for n, (share, ppm) in enumerate(zip(renewed.tolist(), added.tolist(), strict=True)):
        above = (above + ppm) / (1 + share)
        excess[n] = round(above)
    return excess + OUTDOOR_PPM
