"""Parameters of a site's doors and spaces, learnt from past days and stored between days as JSON."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from besok.analytics.occupancy.co2 import Co2Response
from besok.analytics.occupancy.dwell_time import DwellTimes
from besok.analytics.occupancy.evidence import SCALE_SD
from besok.model.arrays import Bools, Floats
from besok.model.building import Building

VERSION = 14  # of the parameters: those of another one are learnt again
QUARTERS = 96  # of a day by the clock
VARIANCE = 0.10  # of the error of in - out for each passage, where nothing is learnt
BIAS_SD = 0.037  # of a door's bias, where nothing is learnt
# Of a day before which none was seen: cautious, for whoever resets at night and clamps at zero is mostly right. Once
# it is over, how many did not come out again says more than caution.
FIRST_SD, FIRST_WIDTH = 0.02, 0.35
DAY_SD = 0.012  # of the bias of a day about that of its door
MISSED = 0.02  # share of passages that doors miss in both directions alike


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteParameters:
    """Parameters of a site before a day begins, learnt from `days` days.

    By portal: `bias`, the share of entries that its counter misses more than of exits (negative: of exits);
    `swapped` where directions are exchanged; `steady` where the hours of entries and exits are regular enough to
    detect an exchange; `turned` where they were exchanged when the last day ended; `heard` where there was any data;
    `usual_in` and `usual_out`, people in each quarter of the clock (quarters x portals).

    By space: `bias_sd`, the sd of a day's bias, and `widened`, the variance of each passage's error relative to the
    usual one; `scale`, the share of people that its counter of people inside shows, by headcounts, and `scale_sd`,
    its sd; `beginning`, the usual number inside when a day begins, and `beginning_se`, its standard error. `missed` is
    the share of passages missed in both directions; `dwell` has the dwell times, `air` the response of carbon dioxide.
    """

    days: int
    bias: Floats
    swapped: Bools
    steady: Bools
    turned: Bools
    heard: Bools
    usual_in: Floats
    usual_out: Floats
    bias_sd: Floats
    widened: Floats
    scale: Floats
    scale_sd: Floats
    beginning: Floats
    beginning_se: Floats
    missed: float
    dwell: DwellTimes
    air: Co2Response

    @classmethod
    def unknown(cls, spaces: int, portals: int, *, day_is_over: bool = False) -> "SiteParameters":
        """Return parameters without learning; less cautious if the day itself is known to its end."""
        return cls(
            days=0,
            bias=np.zeros(portals),
            swapped=np.zeros(portals, bool),
            steady=np.zeros(portals, bool),
            turned=np.zeros(portals, bool),
            heard=np.zeros(portals, bool),
            usual_in=np.zeros((QUARTERS, portals)),
            usual_out=np.zeros((QUARTERS, portals)),
            bias_sd=np.full(spaces, BIAS_SD if day_is_over else FIRST_SD),
            widened=np.full(spaces, 1.0 if day_is_over else FIRST_WIDTH),
            scale=np.ones(spaces),
            scale_sd=np.full(spaces, SCALE_SD),
            beginning=np.zeros(spaces),
            beginning_se=np.zeros(spaces),
            missed=MISSED,
            dwell=DwellTimes.unknown(spaces),
            air=Co2Response.unknown(spaces),
        )

    def of(self, building: Building, *, day_is_over: bool = False) -> "SiteParameters":
        """Return parameters for a building: unknown ones if these are for other portals or spaces."""
        spaces, portals = building.doors.shape
        fits = len(self.bias) == portals and len(self.bias_sd) == spaces
        if self.days and fits:
            return self
        nothing = self.unknown(spaces, portals, day_is_over=day_is_over)
        return replace(nothing, scale=self.scale, scale_sd=self.scale_sd) if fits else nothing

    def without(self, portals: Bools) -> "SiteParameters":
        """Return parameters without the usual flows of some portals, which are unused: their silence hides nobody."""
        if not self.days or not portals.any():
            return self
        entries, exits = (np.where(portals, 0.0, column) for column in (self.usual_in, self.usual_out))
        return replace(self, usual_in=entries, usual_out=exits)

    def to_json(self) -> str:
        """Write a JSON object that `from_json` reads."""
        return json.dumps(asdict(self), default=_listed)

    @classmethod
    def from_json(cls, text: str) -> "SiteParameters":
        """Read what `to_json` of the same VERSION wrote."""
        stored = json.loads(text)
        dwell, air = DwellTimes(**_arrays(stored.pop("dwell"))), Co2Response(**_arrays(stored.pop("air")))
        return cls(**_arrays(stored), dwell=dwell, air=air)


def _listed(array: Any) -> Any:
    """Convert an array to lists, with None for values that are not finite."""
    finite = np.asarray(np.isfinite(array), bool)
    listed = array.astype(object)
    listed[~finite] = None
    return listed.tolist()


def _arrays(stored: dict[str, Any]) -> dict[str, Any]:
    """Convert lists to arrays, None to infinity."""
    arrays = {name: np.array(value) for name, value in stored.items() if isinstance(value, list)}
    for name, array in arrays.items():
        if array.dtype == object:
            arrays[name] = np.nan_to_num(array.astype(float), nan=np.inf)
    return stored | arrays


NOTHING = SiteParameters.unknown(0, 0)
