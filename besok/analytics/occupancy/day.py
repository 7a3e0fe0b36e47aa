"""What a day brought, step by step, as the filter and the smoother take it in."""

from dataclasses import dataclass

import numpy as np

from besok.analytics.occupancy.co2 import Breath
from besok.analytics.occupancy.dwell_time import Came, width
from besok.analytics.occupancy.evidence import (
    CLOSED_FIRST,
    CLOSED_GRACE,
    CLOSED_LATER,
    CLOSED_MINUTE,
    NIGHT_MINUTE,
    NIGHT_MINUTES,
)
from besok.analytics.occupancy.levels import Still
from besok.analytics.occupancy.observations import Seen
from besok.analytics.occupancy.parameters import Learnt
from besok.analytics.occupancy.passages import Passages, Silence, passages
from besok.analytics.occupancy.swapped_doors import AGAIN, SURE, Turned
from besok.analytics.occupancy.transition import News
from besok.model.arrays import Bools, Floats
from besok.model.building import Building

NIGHT = float(np.log(NIGHT_MINUTE) / np.log(CLOSED_MINUTE))  # what a still minute of the night weighs


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Some steps of a day, steps x spaces. `raw` is in - out since the day began.

    `still` are minutes of closed hours in which nothing moves any more, `people` counts inside that are believed,
    `stuck` where one is not, `closed` the steps in which the site is closed, `eventful` those that bring anything.
    """

    passages: Passages
    raw: Floats
    still: Floats
    people: Floats
    occupied: Floats
    usual: Floats
    usual_sd: Floats
    lasts: Floats
    air: Floats  # 3 x steps x spaces
    missed: float
    stuck: Bools
    closed: Bools
    eventful: Bools

    def news(self, step: int, minutes: float, passing: float, still: Floats) -> News:
        """What one step of `passing` minutes brought, at the end of `minutes` of which the earlier ones were quiet."""
        return News(
            minutes=minutes,
            passing=passing,
            people_in=self.passages.people_in[step],
            people_out=self.passages.people_out[step],
            variance=self.passages.variance[step],
            lowest=np.zeros(self.raw.shape[1]),
            still=still,
            people=self.people[step],
            occupied=self.occupied[step],
            usual=self.usual[step],
            usual_sd=self.usual_sd[step],
            lasts=self.lasts,
            air=self.air[:, step],
        )


class Day:
    """What has to be remembered of earlier steps to understand the next ones."""

    def __init__(self, building: Building, learnt: Learnt) -> None:
        spaces, portals = building.doors.shape
        self._building, self._learnt = building, learnt
        self._doors = learnt.of(building)
        self._silence = Silence(portals, spaces)
        self._turned = Turned(np.where(self._doors.turned > 0, AGAIN, SURE))
        self._begins: int | None = None  # the minute of the clock
        self._levels = Still(spaces)
        self._came = Came(spaces)
        self._breath = Breath(self._doors.air)
        self._raw = np.zeros(spaces)
        self._inside = np.full(2 * spaces, np.nan)  # what was seen there last
        self._quiet = np.zeros(spaces)  # minutes since anybody passed

    def copy(self) -> "Day":
        """The same memory, to go on with differently."""
        other = object.__new__(Day)
        other.__dict__.update(self.__dict__)
        other._silence, other._levels = self._silence.copy(), self._levels.copy()
        other._turned, other._came = self._turned.copy(), self._came.copy()
        other._breath = self._breath.copy()
        return other

    def take(self, seen: Seen) -> Inputs:
        """The next steps."""
        found = passages(self._building, seen, self._learnt, self._silence, self._turned)
        raw = self._raw + np.cumsum(found.raw, axis=0)
        stuck = self._levels.stuck(seen.people, found.passed)
        usually = self._doors.closed[seen.clock // 15]
        closed = usually if seen.open is None else ~seen.open
        night = self._night(seen) if seen.open is None else ~seen.open
        still = self._still(found.passed, closed, night, seen.step_minutes)
        people = np.where(stuck, np.nan, seen.people)
        inside = np.hstack([people, seen.occupied])
        changed = _differ(inside, np.vstack([self._inside, inside[:-1]]))
        happened = np.hstack([found.passed + found.variance > 0, changed])
        usual, usual_sd = self._usual(found.people_in, seen)
        if len(seen):
            self._raw, self._inside = raw[-1], inside[-1]
        return Inputs(
            passages=found,
            raw=raw,
            still=still,
            people=people,
            occupied=seen.occupied,
            usual=usual,
            usual_sd=usual_sd,
            lasts=self._doors.usual.lasts,
            air=self._air(found, seen),
            missed=self._doors.missed,
            stuck=stuck,
            closed=closed,
            eventful=np.asarray(happened.any(1), bool),
        )

    def _usual(self, people_in: Floats, seen: Seen) -> tuple[Floats, Floats]:
        """How many are usually in when so many came, and the standard deviation of that; NaN where it is not known."""
        usual = self._doors.usual
        if not usual.known:
            nothing = np.full(people_in.shape, np.nan)
            return nothing, nothing
        factor, wide = usual.at(np.asarray(seen.clock + seen.step_minutes, float))
        people = factor * self._came.follow(people_in, seen.step_minutes, usual)
        return np.where(np.isfinite(usual.lasts), people, np.nan), width(people, wide)

    def _air(self, found: Passages, seen: Seen) -> Floats:
        """How many are in by the air (see Breath)."""
        net, bias_sd = found.people_in - found.people_out, self._doors.bias_sd
        return self._breath.follow(seen.co2, net, found.passed, found.variance, bias_sd, seen.step_minutes)

    def _night(self, seen: Seen) -> Bools:
        """The steps in the last hours before the day ends, when nearly everybody has gone."""
        if self._begins is None and len(seen):
            self._begins = int(seen.clock[0])
        return np.asarray(((self._begins or 0) - seen.clock - 1) % 1440 < NIGHT_MINUTES, bool)

    def _still(self, passed: Floats, closed: Bools, night: Bools, minutes: float) -> Floats:
        """The minutes of each step that count as still: closed, and long enough after the last passage."""
        still = np.zeros(passed.shape)
        for step in range(len(passed)):
            self._quiet = np.where(passed[step] > 0, 0, self._quiet + minutes)
            if closed[step]:
                still[step] = _weighted(self._quiet) - _weighted(self._quiet - minutes)
            elif night[step]:
                still[step] = NIGHT * np.clip(self._quiet - CLOSED_GRACE, 0, minutes)
        return still


def _weighted(quiet: Floats) -> Floats:
    """What so many minutes without passages in closed hours weigh, in first minutes."""
    past = np.maximum(quiet - CLOSED_GRACE, 0)
    later = np.log(CLOSED_LATER) / np.log(CLOSED_MINUTE)
    return np.asarray(np.minimum(past, CLOSED_FIRST) + later * np.maximum(past - CLOSED_FIRST, 0))


def _differ(one: Floats, other: Floats) -> Bools:
    return np.asarray((one != other) & ~(np.isnan(one) & np.isnan(other)), bool)
