"""Input of the detectors: the layout of a site's sensors, and what they sent by quarter of an hour.

Arrays have a row per step of 15 minutes and a column per counter or gauge. NaN means "no data".
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np

from besok.model.arrays import Bools, Floats, Ints

STEP = timedelta(minutes=15)
STEPS_A_HOUR = 4
WORKED = 0.5  # the share of a step that must be covered for its count to be accepted
COMPLETE = 0.95  # the share of a day's steps in which the counter must have worked
# Steps after closing and before opening in which staff and cleaners are about
QUIET_AFTER, QUIET_BEFORE = 6, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutRoom:
    """A space; `parent` is the number of the space around it, None for the site itself, which is the first."""

    id: str
    parent: int | None
    capacity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutDoor:
    """A portal that touches the site. Its ends are numbers of rooms; None is outside, or another site.

    `counted` means that a sensor hangs there, `expected` that one should.
    """

    id: str
    outer: int | None
    inner: int | None
    counted: bool = True
    expected: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterChannel:
    """A channel that counts people through a door; `own` unless its sensor belongs to the neighbouring site."""

    device: str
    channel: str
    door: int
    interval_s: int = 60
    own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChannel:
    """A channel that looks into a room, people or presence."""

    device: str
    channel: str
    room: int
    interval_s: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorLayout:
    """A site as its sensors watch it."""

    site: str
    rooms: tuple[LayoutRoom, ...]
    doors: tuple[LayoutDoor, ...]
    counters: tuple[CounterChannel, ...]
    gauges: tuple[LevelChannel, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SensorHistory:
    """Some weeks of a site up to `now`, in full business days of steps; the last day may be under way.

    `people_in` and `people_out` are in the door's own direction. `covered` is the share of a step in which the counter
    is known to have worked. `low` and `high` are the least and the most that a gauge showed (presence is 0 or 1).
    `heard` is when each counter, then each gauge, last sent; the numbers of those in closed rooms, for which nobody
    waits, are `out_of_use`. `healthy` is False where a counter is known to have been
    faulty before: its data of that time are not a reference.
    """

    now: datetime
    times: tuple[datetime, ...]  # of the beginning of each step
    dates: tuple[date, ...]  # the business days
    day: Ints  # number of the business day of each step
    slot: Ints  # quarter of the local day of each step, 0 to 95
    open: Bools
    people_in: Floats
    people_out: Floats
    covered: Floats
    low: Floats
    high: Floats
    heard: tuple[datetime | None, ...]
    healthy: Bools
    out_of_use: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.times)

    @cached_property
    def passed(self) -> Floats:
        """People either way; NaN where the counter is not known to have worked."""
        return np.where(self.works, self.people_in + self.people_out, np.nan)

    @cached_property
    def tells(self) -> Bools:
        """Counters whose readings state their period; of the others silence cannot be distinguished from quiet."""
        known = ~np.isnan(self.people_in)
        with_period = (np.nan_to_num(self.covered) > 0).sum(axis=0)
        return np.asarray(with_period > 0.2 * np.maximum(known.sum(axis=0), 1), bool)

    @cached_property
    def works(self) -> Bools:
        """Steps x counters whose count is accepted."""
        known = ~np.isnan(self.people_in)
        return np.asarray(known & ((np.nan_to_num(self.covered) >= WORKED) | ~self.tells), bool)

    @cached_property
    def whole_days(self) -> Bools:
        """The business days that are over."""
        over = np.bincount(self.day, minlength=len(self.dates)) >= 23 * STEPS_A_HOUR - 1
        over[-1] &= self.now >= self.times[-1] + STEP
        return over

    @cached_property
    def closed(self) -> Bools:
        """The steps in which nobody should be about: well after closing and well before opening."""
        about = self.open.copy()
        for n in range(1, QUIET_AFTER + 1):
            about[n:] |= self.open[:-n]
        for n in range(1, QUIET_BEFORE + 1):
            about[:-n] |= self.open[n:]
        return ~about

    @property
    def fixed(self) -> Bools:
        """Steps x counters in which the counter was faulty, and has been healthy since."""
        healthy_later = np.maximum.accumulate(self.healthy[::-1], axis=0)[::-1]
        return np.asarray(~self.healthy & healthy_later, bool)

    def by_day(self, values: Floats) -> Floats:
        """Return the sum of the values (steps x anything) by business day; NaN counts as nothing."""
        return np.asarray(np.add.reduceat(np.nan_to_num(values), self.begins, axis=0), np.float64)

    @cached_property
    def begins(self) -> Ints:
        """The step with which each business day begins."""
        return np.searchsorted(self.day, np.arange(len(self.dates)))

    def complete(self, bad: Bools) -> Bools:
        """Return days x counters: past days on which it worked nearly all the time, without any `bad` step."""
        worked, spoilt = (self.by_day(steps.astype(np.float64)) for steps in (self.works, bad))
        length = np.bincount(self.day, minlength=len(self.dates))[:, None]
        whole = (worked >= COMPLETE * length) & self.whole_days[:, None]
        return np.asarray(whole & (spoilt == 0), bool)

    def healthy_days(self) -> Bools:
        """Return days x counters: days without any known fault."""
        return np.asarray(self.by_day((~self.healthy).astype(np.float64)) == 0, bool)

    def step_of(self, moment: datetime) -> int:
        """Return the number of the step that contains a moment; negative before the first."""
        return int((moment - self.times[0]) // STEP)
