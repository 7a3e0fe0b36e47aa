"""Inputs of a day, step by step, for the filter and the smoother."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np

from besok.analytics.occupancy.co2 import Co2Estimator
from besok.analytics.occupancy.dwell_time import LASTS_MINUTES, Entries, width
from besok.analytics.occupancy.evidence import (
    CLOSED_FIRST,
    CLOSED_GRACE,
    CLOSED_LATER,
    CLOSED_MINUTE,
    NIGHT_MINUTE,
    NIGHT_MINUTES,
)
from besok.analytics.occupancy.headcounts import HeadcountInputs, HeadcountMemory
from besok.analytics.occupancy.levels import LevelScale, StuckLevels
from besok.analytics.occupancy.observations import DayObservations
from besok.analytics.occupancy.parameters import SiteParameters
from besok.analytics.occupancy.passages import Silence, SpacePassages, passages
from besok.analytics.occupancy.swapped_doors import SwapDetector
from besok.analytics.occupancy.transition import StepInputs
from besok.analytics.runs import run_sums
from besok.model.arrays import Bools, Floats
from besok.model.building import Building

UNSURE = 0.7  # standard deviation of the share missed both ways, as a multiple of it: see decision 055
LEAST_USE = 1.0  # people a day assumed to pass an unknown door
# Minutes of silence from which a site's first day has begun in the middle; mean stay of who was in when counts began
LATE_MINUTES, LINGER_MINUTES = 30.0, 150.0
PACE_MINUTES = 15.0, 60.0  # whose exits tell how many, at least and at most
NIGHT = float(np.log(NIGHT_MINUTE) / np.log(CLOSED_MINUTE))  # weight of a still minute of the night


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Some steps of a day, steps x spaces. `raw` is in - out since the day began.

    `still` are minutes of closed hours without any movement, `people` accepted counts inside, `stuck` where one is
    rejected, `closed` where the site is closed, `eventful` where there is any news. `began` is the step in
    which counts began in the middle of a site's first day, `lingering` how many whom nobody counted may still be in.
    """

    passages: SpacePassages
    raw: Floats
    still: Floats
    people: Floats
    occupied: Floats
    usual: Floats  # 3 x steps x spaces, see StepInputs
    air: Floats  # 3 x steps x spaces
    headcounts: HeadcountInputs
    unseen: Floats  # by space, see transition.unseen_sd
    beginning_se: Floats  # by space, of how many are in when any day begins
    began: Bools
    lingering: Floats
    scale_sd: Floats
    stuck: Bools
    closed: Bools
    eventful: Bools

    def news(self, steps: slice, minutes: float) -> StepInputs:
        """Return the inputs of some steps of so many minutes as one."""
        passed, counts = self.passages, self.headcounts
        people_in, people_out = passed.people_in[steps], passed.people_out[steps]
        variance = passed.variance[steps]
        net = np.cumsum(people_in - people_out, axis=0)
        rows = np.arange(len(net))[:, None]
        since = rows > (rows * ~np.isnan(counts.people[steps])).max(0)  # the last headcount
        headcount = _last(counts.people[steps]) + ((people_in - people_out) * since).sum(0)
        return StepInputs(
            minutes=minutes * len(net),
            passing=minutes * len(net),
            people_in=people_in.sum(0),
            people_out=people_out.sum(0),
            variance=variance.sum(0),
            lowest=net.min(0) - net[-1],
            still=self.still[steps].sum(0),
            people=_last(self.people[steps]),
            occupied=_last(self.occupied[steps]),
            usual=self.usual[:, steps][:, -1],
            air=self.air[:, steps][:, -1],
            headcount=np.maximum(headcount, 0),
            headcount_sd=np.sqrt(_last(counts.sd[steps]) ** 2 + (variance * since).sum(0)),
            reference=counts.before[steps.start],
            unseen=self.unseen,
            scale_sd=self.scale_sd[steps][-1],
        )


Part = TypeVar("Part", Inputs, SpacePassages, HeadcountInputs)


def side_by_side(days: Sequence[Part], spaces: Sequence[Bools]) -> Part:
    """Return the inputs of several days as those of one with the `spaces` of each day side by side."""
    together: dict[str, Any] = {}
    for part in fields(days[0]):
        values = [getattr(day, part.name) for day in days]
        if isinstance(values[0], np.ndarray):
            here = [value[..., some] for value, some in zip(values, spaces, strict=True)]
            together[part.name] = np.concatenate(here, axis=-1)
        else:
            together[part.name] = side_by_side(values, spaces)
    return replace(days[0], **together)


def _last(values: Floats) -> Floats:
    """Return the last known value of each column."""
    if len(values) == 1:
        return np.asarray(values[0])
    known = ~np.isnan(values)
    last = len(values) - 1 - known[::-1].argmax(0)
    return np.asarray(values[last, np.arange(values.shape[1])])


class DayInputs:
    """Conversion of observations to inputs, with the memory of earlier steps."""

    def __init__(self, building: Building, doors: SiteParameters, *, over: bool = False) -> None:
        spaces, portals = building.doors.shape
        self._over = over  # the day is complete
        self._building, self._doors = building, doors
        self._silence = Silence(portals, spaces)
        self._turned = SwapDetector(self._doors.turned & self._doors.steady, building.doors.astype(float))
        self._begins: int | None = None  # the minute of the clock
        self._levels = StuckLevels(spaces)
        self._scale = LevelScale(self._doors.scale, self._doors.scale_sd)
        self._headcounts = HeadcountMemory(building)
        self._came = Entries(spaces)
        self._co2 = Co2Estimator(self._doors.air)
        self._raw = np.zeros(spaces)
        self._inside = np.full((2, spaces), np.nan)  # last observations there
        self._quiet = np.zeros(spaces)  # minutes since anybody passed
        self._before, self._since, self._left = np.zeros(
            (3, spaces)
        )  # minutes until and since counts began; exits

    def take(self, seen: DayObservations) -> Inputs:
        """Return the inputs of the next steps."""
        passed = passages(self._building, seen, self._doors, self._silence, self._turned, over=self._over)
        raw = self._raw + np.cumsum(passed.raw, axis=0)
        stuck = self._levels.stuck(seen.people, passed.passed)
        closed = np.zeros(len(seen), bool) if seen.open is None else ~seen.open
        night = self._night(seen) if seen.open is None else ~seen.open
        people = np.where(stuck, np.nan, seen.people)
        people, scale_sd = self._scale.follow(people, seen.headcount, seen.headcount_sd, seen.step_minutes)
        headcounts = self._headcounts.follow(
            (seen.headcount, seen.headcount_sd),
            passed.people_in - passed.people_out,
            passed.passed,
            passed.counted,
            seen.step_minutes,
        )
        began, lingering = self._begun(passed, closed, seen.step_minutes)
        still = self._still_minutes(passed.passed, closed, night, headcounts.people, seen.step_minutes)
        inside = np.stack([people, seen.occupied], axis=1)
        changed = _differ(inside, np.concatenate([self._inside[None], inside[:-1]])).any(1)
        happened = (passed.passed + passed.variance > 0) | changed | ~np.isnan(headcounts.people)
        if len(seen):
            self._raw, self._inside = raw[-1], inside[-1]
        return Inputs(
            passages=passed,
            raw=raw,
            still=still,
            people=people,
            occupied=seen.occupied,
            usual=self._usual(passed.people_in, seen),
            air=self._air(passed, seen),
            headcounts=headcounts,
            unseen=self._unseen(seen.checked_sd),
            beginning_se=self._doors.beginning_se,
            began=began,
            lingering=lingering,
            scale_sd=scale_sd,
            stuck=stuck,
            closed=np.broadcast_to(closed[:, None], raw.shape),
            eventful=np.asarray(happened, bool),
        )

    def _begun(self, passed: SpacePassages, closed: Bools, minutes: float) -> tuple[Bools, Floats]:
        """Return where counts begin in the middle of a site's first day; and, as long as it is not over, the most who
        may still be in of those who were: by the pace of exits at first, as if their mean stay were LINGER_MINUTES.
        """
        began = np.logical_or.accumulate(np.vstack([self._since > 0, passed.counted]))
        before = self._before + minutes * np.cumsum(~began[1:] & ~closed[:, None], axis=0)
        since = self._since + minutes * np.cumsum(began[1:], axis=0)
        left = self._left + np.cumsum(passed.people_out * (since <= PACE_MINUTES[1]), axis=0)
        if len(since):
            self._before, self._since, self._left = before[-1], since[-1], left[-1]
        late = began[1:] & (before > LATE_MINUTES) & (self._doors.days == 0)
        pace = left / np.clip(since, *PACE_MINUTES)
        most = LINGER_MINUTES * pace * np.exp(-since / LINGER_MINUTES)
        return late & ~began[:-1], np.where(late, most, 0)

    def _usual(self, people_in: Floats, seen: DayObservations) -> Floats:
        """Return the usual number inside after these entries (see StepInputs); NaN where unknown."""
        usual = self._doors.dwell
        if not usual.known:
            return np.full((3, *people_in.shape), np.nan)
        factor, wide = usual.at(np.asarray(seen.clock + seen.step_minutes, float))
        people = factor * self._came.follow(people_in, seen.step_minutes, usual)
        known = np.where(np.isfinite(wide), people, np.nan)
        return np.stack([known, width(people, wide), np.full(people.shape, LASTS_MINUTES)])

    def _air(self, passed: SpacePassages, seen: DayObservations) -> Floats:
        """Return the people inside by the air (see Co2Estimator)."""
        net, bias_sd = passed.people_in - passed.people_out, self._doors.bias_sd
        return self._co2.follow(seen.co2, net, passed.passed, passed.variance, bias_sd, seen.step_minutes)

    def _night(self, seen: DayObservations) -> Bools:
        """Return the steps in the last hours before the day ends, when nearly everybody has left."""
        if self._begins is None and len(seen):
            self._begins = int(seen.clock[0])
        return np.asarray(((self._begins or 0) - seen.clock - 1) % 1440 < NIGHT_MINUTES, bool)

    def _unseen(self, checked_sd: Floats) -> Floats:
        """Return by space the standard deviation of the share of people missed in both directions.

        Of validated doors it is what the validation counts leave open, of others a guess; errors are fully correlated.
        """
        guess = UNSURE * self._doors.missed
        crossing = np.abs(self._building.doors).astype(float)
        if np.isnan(checked_sd).all():
            return np.full(len(crossing), guess)
        by_door = np.where(np.isnan(checked_sd), guess, checked_sd)
        used = (self._doors.usual_in + self._doors.usual_out).sum(0) + LEAST_USE
        weight = crossing * used
        total = weight.sum(1)
        return np.where(total > 0, weight @ by_door / np.where(total > 0, total, 1), guess)

    def _still_minutes(
        self, passed: Floats, closed: Bools, night: Bools, headcount: Floats, minutes: float
    ) -> Floats:
        """Return the minutes of each step that count as still: closed, and long enough after the last passage."""
        moved = (passed > 0) | (headcount > 0)
        quiet = run_sums(~moved, np.full(passed.shape, minutes), self._quiet)
        self._quiet = np.vstack([self._quiet, quiet])[-1]
        shut = _weighted(quiet) - _weighted(quiet - minutes)
        late = NIGHT * np.clip(quiet - CLOSED_GRACE, 0, minutes)
        return np.where(closed[:, None], shut, np.where(night[:, None], late, 0))


def _weighted(quiet: Floats) -> Floats:
    """Return the weight of so many minutes without passages in closed hours, in first minutes."""
    past = np.maximum(quiet - CLOSED_GRACE, 0)
    later = np.log(CLOSED_LATER) / np.log(CLOSED_MINUTE)
    return np.asarray(np.minimum(past, CLOSED_FIRST) + later * np.maximum(past - CLOSED_FIRST, 0))


def _differ(one: Floats, other: Floats) -> Bools:
    return np.asarray((one != other) & ~(np.isnan(one) & np.isnan(other)), bool)
