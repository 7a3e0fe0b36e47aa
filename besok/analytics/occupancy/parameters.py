"""What past days of a site taught: plain numbers that are kept between days as JSON."""

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from besok.analytics.occupancy.co2 import Air
from besok.analytics.occupancy.dwell_time import Usual
from besok.analytics.occupancy.observations import Seen
from besok.model.arrays import Bools, Floats
from besok.model.building import Building

VERSION = 4  # of what is learnt: another one is learnt again
QUARTERS = 96  # of a day by the clock
VARIANCE = 0.10  # of the error of in - out for each passage, where nothing is learnt
BIAS_SD = 0.037  # of a door's bias, where nothing is learnt
# Of a day before which none was seen: cautious, for whoever resets at night and clamps at zero is mostly right. Once
# it is over, how many did not come out again says more than caution.
FIRST_SD, FIRST_WIDTH = 0.02, 0.35
DAY_SD = 0.012  # of the bias of a day about that of its door
MISSED = 0.02  # share of passages that doors miss in both directions alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What is known of a site before a day begins; `days` tells from how many days it was learnt.

    By portal: `bias_busy` and `bias_quiet`, the share of those who come in that its counter misses more than of those
    who leave (negative: the other way), in busy and in quiet times; `busy` in which quarters of the clock that is
    (quarters x portals); `swapped` where in is out; `steady` where the hours in which people come and go are so sure
    that they tell when in and out are exchanged; `turned` on how many days they were;
    `usual_in` and `usual_out`, who passes in each quarter of the clock.

    By space: `bias_sd`, how far a day's bias may be from that, and `variance`, how much wider than usual the error of
    each passage is. `closed` are the quarters of the clock in which nobody ever passes; `missed` is the share of
    passages missed in both directions. `stays`, `times`, `wide` and `lasts` tell how long people stay (see
    Usual; `lasts` is 0 where that is not known), `air` how the air answers to people (the rows of Air).
    """

    days: int = 0
    whole: bool = False  # nothing was learnt before, but the day itself is known to its end
    bias_busy: tuple[float, ...] = ()
    bias_quiet: tuple[float, ...] = ()
    busy: tuple[tuple[bool, ...], ...] = ()
    swapped: tuple[bool, ...] = ()
    steady: tuple[bool, ...] = ()
    turned: tuple[int, ...] = ()
    usual_in: tuple[tuple[float, ...], ...] = ()
    usual_out: tuple[tuple[float, ...], ...] = ()
    bias_sd: tuple[float, ...] = ()
    variance: tuple[float, ...] = ()
    closed: tuple[bool, ...] = ()
    missed: float = MISSED
    stays: tuple[tuple[float, ...], ...] = ()
    times: tuple[tuple[float, ...], ...] = ()
    wide: tuple[tuple[float, ...], ...] = ()
    lasts: tuple[float, ...] = ()
    air: tuple[tuple[float, ...], ...] = ()

    def to_json(self) -> str:
        """As a JSON object that `from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Learnt":
        """Read what `to_json` of the same VERSION wrote."""
        said: dict[str, Any] = json.loads(text)
        return cls(**{name: _tuples(value) for name, value in said.items()})

    def of(self, building: Building) -> "Doors":
        """As arrays for this building. What was learnt of a building with other portals or spaces is of no use."""
        spaces, portals = building.doors.shape
        fits = self.days > 0 and len(self.bias_busy) == portals and len(self.bias_sd) == spaces
        return _doors(self) if fits else _nothing(spaces, portals, whole=self.whole)


def _tuples(value: Any) -> Any:
    """Lists of JSON as tuples."""
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What was learnt, as arrays."""

    bias_busy: Floats
    bias_quiet: Floats
    busy: Bools  # quarters x portals
    swapped: Bools
    steady: Bools
    turned: NDArray[np.int64]
    usual_in: Floats
    usual_out: Floats
    bias_sd: Floats
    widened: Floats
    closed: Bools
    missed: float
    usual: Usual
    first: bool  # nothing was learnt yet
    air: Air

    def bias_at(self, seen: Seen) -> Floats:
        """The bias of each portal (steps x portals), as busy as it usually is at that time."""
        return np.where(self.busy[seen.clock // 15], self.bias_busy, self.bias_quiet)


def _doors(learnt: Learnt) -> Doors:
    return Doors(
        bias_busy=np.array(learnt.bias_busy, float),
        bias_quiet=np.array(learnt.bias_quiet, float),
        busy=np.array(learnt.busy, bool).reshape(QUARTERS, -1),
        swapped=np.array(learnt.swapped, bool),
        steady=np.array(learnt.steady, bool),
        turned=np.resize(np.array(learnt.turned, np.int64), len(learnt.steady)),
        usual_in=np.array(learnt.usual_in, float).reshape(QUARTERS, -1),
        usual_out=np.array(learnt.usual_out, float).reshape(QUARTERS, -1),
        bias_sd=np.array(learnt.bias_sd, float),
        widened=np.array(learnt.variance, float),
        closed=np.array(learnt.closed, bool),
        missed=learnt.missed,
        usual=_usual(learnt),
        first=False,
        air=Air.of(learnt.air, len(learnt.bias_sd)),
    )


def _usual(learnt: Learnt) -> Usual:
    spaces = len(learnt.bias_sd)
    if len(learnt.lasts) != spaces:
        return Usual.nothing(spaces)
    stays, times, wide, lasts = (
        np.array(kept, float) for kept in (learnt.stays, learnt.times, learnt.wide, learnt.lasts)
    )
    return Usual(stays=stays, times=times, wide=wide, lasts=np.where(lasts > 0, lasts, np.inf))


def _nothing(spaces: int, portals: int, *, whole: bool) -> Doors:
    none: NDArray[np.float64] = np.zeros(portals)
    return Doors(
        bias_busy=none,
        bias_quiet=none,
        busy=np.zeros((QUARTERS, portals), bool),
        swapped=np.zeros(portals, bool),
        steady=np.zeros(portals, bool),
        turned=np.zeros(portals, np.int64),
        usual_in=np.zeros((QUARTERS, portals)),
        usual_out=np.zeros((QUARTERS, portals)),
        bias_sd=np.full(spaces, BIAS_SD if whole else FIRST_SD),
        widened=np.full(spaces, 1.0 if whole else FIRST_WIDTH),
        closed=np.zeros(QUARTERS, bool),
        missed=MISSED,
        usual=Usual.nothing(spaces),
        first=True,
        air=Air.nothing(spaces),
    )


NOTHING = Learnt()
NOTHING_BEFORE = Learnt(whole=True)
