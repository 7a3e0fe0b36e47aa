"""The annual figure of a site with all that it rests on; and the same once more from the raw readings."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from besok.analytics import annual as year_of
from besok.analytics.annual import Quarters, Rules, Year
from besok.analytics.bucket_rebuild import QUARTER, Buckets, Readings, rebuild
from besok.analytics.visits import DOOR_BIAS
from besok.model import calendar
from besok.model.arrays import Bools, Floats, Ints
from besok.model.errors import NotFound
from besok.model.site import Site, VisitDefinition
from besok.store.database import Database, sql
from besok.store.sites import load

DAY = timedelta(days=1)
AT_ONCE = 42 * 96  # quarters whose readings are held at once: a year of minutes would be a gigabyte
EVERYONE = VisitDefinition(first=date.min)  # version 0: who states nothing counts everyone


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A counted portal that leads into the site; `sign` +1 where going in is entering it. `until` is the last day that
    counts where it is counted no more."""

    portal_id: int
    name: str
    sign: int
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A channel at a door, and what it sent in the time."""

    portal_id: int
    channel_id: int
    source: str
    device: str
    channel: str
    model: str
    role: Any
    swapped: bool
    sandbox: bool
    placed: datetime | None
    ended: datetime | None
    wraps: int
    has_totals: bool
    readings: int
    first: datetime | None
    last: datetime | None
    odd_clock: int
    earlier: bool

    def holds(self, begins: datetime, quarters: int) -> slice:
        """The quarters from `begins` on in which it hung there."""
        return slice(_quarter(self.placed, begins, 0), _quarter(self.ended, begins, quarters))

    def counted(self, begins: datetime, quarters: int) -> slice:
        """Those in which it should have counted.

        Where nobody said since when it hangs there, it is since it was first heard: a sensor that took another's place
        would else be missed at the door for all the time before.
        """
        if self.placed or self.earlier:
            return self.holds(begins, quarters)
        return slice(_quarter(self.first, begins, quarters), _quarter(self.ended, begins, quarters))


def _quarter(t: datetime | None, begins: datetime, otherwise: int) -> int:
    """The number of the first quarter that begins at `t` or later, from 0 on."""
    return otherwise if t is None else max(-((begins - t) // timedelta(minutes=15)), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A correction that was accepted."""

    portal_id: int
    channels: list[int]
    factor_in: float
    factor_out: float
    first: datetime | None
    last: datetime | None
    decided: datetime
    author: str
    reason: str
    undone: datetime | None
    error_in: float | None  # standard error of the factor, as a share of it
    error_out: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Quarters x doors, in the directions of the portals; NaN where nothing is known."""

    people_in: Floats
    people_out: Floats
    covered_s: Floats
    imputed: Floats
    corrected_in: Floats
    corrected_out: Floats


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a year's figure is made on: the days and the doors, who hung there, which definition held."""

    site: Site
    first: date
    last: date
    doors: list[Door]
    sensors: list[Placed]
    corrections: list[Correction]

    @cached_property
    def days(self) -> list[date]:
        """Every business day."""
        return [self.first + n * DAY for n in range((self.last - self.first).days + 1)]

    @cached_property
    def begins(self) -> datetime:
        """When the first business day begins."""
        return calendar.day_bounds(self.first, self.site)[0]

    @cached_property
    def ends(self) -> datetime:
        """When the last business day ends."""
        return calendar.day_bounds(self.last, self.site)[1]

    @cached_property
    def quarters(self) -> int:
        """How many quarters of an hour they have."""
        return (self.ends - self.begins) // timedelta(minutes=15)

    @cached_property
    def day_of(self) -> tuple[Ints, Ints]:
        """Of each quarter, the number of its day, and its place within that."""
        starts = [
            (calendar.day_bounds(d, self.site)[0] - self.begins) // timedelta(minutes=15) for d in self.days
        ]
        number = np.arange(self.quarters)
        day = np.searchsorted(starts, number, side="right") - 1
        return day.astype(np.int64), (number - np.array(starts)[day]).astype(np.int64)

    @cached_property
    def in_force(self) -> list[VisitDefinition]:
        """The definition of each day."""
        known = sorted(self.site.visits, key=lambda d: d.first)
        return [next((d for d in reversed(known) if d.first <= day), EVERYONE) for day in self.days]

    def kinds(self) -> list[tuple[object, ...] | None]:
        """What makes days alike: the weekday (holidays: their own) and for how long it is open; None: closed."""
        return [self._kind(day) for day in self.days]

    def _kind(self, day: date) -> tuple[object, ...] | None:
        hours = sum(((b - a) for a, b in calendar.open_intervals(day, self.site)), timedelta())
        if not hours:
            return None
        return (
            "holiday" if calendar.holiday(day, self.site.opening) else day.weekday(),
            hours // timedelta(minutes=30),
        )

    def rules(self) -> Rules:
        """Which doors count on which day, and what is taken off."""
        shape = (len(self.days), len(self.doors))
        counts, share, per_day = np.zeros(shape, dtype=np.bool_), np.zeros(shape), np.zeros(len(self.days))
        names = [door.name for door in self.doors]
        for n, definition in enumerate(self.in_force):
            counts[n] = [
                (not definition.portals or door.name in definition.portals)
                and (door.until is None or self.days[n] <= door.until)
                for door in self.doors
            ]
            per_day[n] = sum(d.per_day for d in definition.deductions)
            share[n] = [
                sum(d.share for d in definition.deductions if not d.portals or x in d.portals) for x in names
            ]
        return Rules(counts=counts, share=share, per_day=per_day)

    def bias(self) -> Floats:
        """Days x doors: by which share a door's counter may be off; what people counted beside it, where they did."""
        out = np.full((len(self.days), len(self.doors)), DOOR_BIAS)
        for c in self.corrections:
            n = next(n for n, door in enumerate(self.doors) if door.portal_id == c.portal_id)
            known = c.error_in if self.doors[n].sign == 1 else c.error_out
            if c.undone is None and known is not None:
                first = calendar.business_day(c.first, self.site) if c.first else self.first
                last = calendar.business_day(c.last, self.site) if c.last else self.last
                out[max((first - self.first).days, 0) : max((last - self.first).days + 1, 0), n] = known
        return out


def ground(db: Database, site: str, year: int, today: date) -> Ground:
    """The days of a year that are over by business day `today`, with doors and sensors. Raises NotFound."""
    place = load(db, site)
    first, last = date(year, 1, 1), min(date(year, 12, 31), today - DAY)
    if last < first:
        raise NotFound(f"no business day of {year} is over yet; name an earlier year")
    doors = db.fetch("annual_doors", Door, site=site)
    if not doors:
        raise NotFound(f"{site} has no counted door that leads into it; its visits cannot be counted")
    begins, ends = calendar.day_bounds(first, place)[0], calendar.day_bounds(last, place)[1]
    keys = {"portals": [door.portal_id for door in doors], "begins": begins, "ends": ends}
    return Ground(
        site=place,
        first=first,
        last=last,
        doors=doors,
        sensors=db.fetch("annual_sensors", Placed, **keys),
        corrections=db.fetch("annual_corrections", Correction, **keys),
    )


def stored(db: Database, on: Ground) -> Grid:
    """The quarters as the database has them."""
    return _grid(db, on, "annual_quarters")


def filled(db: Database, on: Ground) -> float:
    """Visits estimated for quarters in which a door was silent: in the days that are shown, not in what was counted."""
    day, _ = on.day_of
    return float(np.nansum(_entries(on, _grid(db, on, "annual_filled")) * on.rules().counts[day]))


def _grid(db: Database, on: Ground, query: str) -> Grid:
    keys = {"portals": [door.portal_id for door in on.doors], "begins": on.begins, "ends": on.ends}
    with db.transaction() as conn:
        rows = np.array(conn.execute(sql(query), keys).fetchall(), dtype=np.float64).reshape(-1, 8)
    place = {door.portal_id: n for n, door in enumerate(on.doors)}
    column = np.array([place[int(p)] for p in rows[:, 0]], dtype=np.int64)
    grids = [np.full((on.quarters, len(on.doors)), np.nan) for _ in range(6)]
    for grid, values in zip(grids, rows[:, 2:].T, strict=True):
        grid[rows[:, 1].astype(np.int64), column] = values
    return Grid(
        people_in=grids[0],
        people_out=grids[1],
        covered_s=grids[2],
        imputed=grids[3],
        corrected_in=grids[4],
        corrected_out=grids[5],
    )


def recomputed(db: Database, on: Ground) -> tuple[Grid, int]:
    """The same from nothing but readings, placements and corrections; and how many readings it was."""
    shape = (on.quarters, len(on.doors))
    grids = {name: np.full(shape, np.nan) for name in ("people_in", "people_out", "covered_s", "imputed")}
    corrected = {name: np.full(shape, np.nan) for name in ("corrected_in", "corrected_out")}
    place = {door.portal_id: n for n, door in enumerate(on.doors)}
    number = 0
    primary = [p for p in on.sensors if p.role == "primary"]
    for channel in sorted({p.channel_id for p in primary}):
        hung = [p for p in primary if p.channel_id == channel]
        made, readings = _rebuilt(db, hung[0], on)
        number += readings
        for placed in hung:
            use = np.zeros(on.quarters, dtype=np.bool_)
            use[placed.holds(on.begins, on.quarters)] = True
            use &= made.there & (placed.sandbox | ~made.simulated)
            people = (
                (made.people_out, made.people_in) if placed.swapped else (made.people_in, made.people_out)
            )
            more = _corrections(on, placed, people)
            values = (people[0] + more[0], people[1] + more[1], made.covered_s, made.imputed)
            for grid, value in zip((*grids.values(), *corrected.values()), (*values, *more), strict=True):
                cell = grid[use, place[placed.portal_id]]
                grid[use, place[placed.portal_id]] = np.where(np.isnan(cell), 0, cell) + value[use]
    return Grid(**grids, **corrected), number


def _rebuilt(db: Database, who: Placed, on: Ground) -> tuple[Buckets, int]:
    """All quarters of a channel, some weeks at a time, and how many readings they were made from."""
    parts, number = [], 0
    for start in range(0, on.quarters, AT_ONCE):
        many = min(AT_ONCE, on.quarters - start)
        begins = on.begins + start * timedelta(minutes=15)
        first = int(begins.timestamp()) * 1_000_000
        told = _readings(db, who.channel_id, begins, begins + many * timedelta(minutes=15))
        number += int(((told.time >= first) & (told.time < first + many * QUARTER)).sum())
        parts.append(rebuild(told, wraps=who.wraps, has_totals=who.has_totals, first=first, quarters=many))
    whole = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Buckets)}
    return Buckets(**whole), number


def _readings(db: Database, channel: int, begins: datetime, ends: datetime) -> Readings:
    keys = {"channel": channel, "begins": begins, "ends": ends}
    with db.transaction() as conn:
        rows = conn.execute(sql("annual_readings"), keys).fetchall()
    columns: Sequence[Any] = list(zip(*rows, strict=True)) if rows else [()] * 6
    metric, time, period, flags, received = (np.array(columns[n], dtype=np.int64) for n in (0, 1, 3, 4, 5))
    value = np.array(columns[2], dtype=np.float64)
    return Readings(metric=metric, time=time, value=value, period=period, flags=flags, received=received)


def _corrections(on: Ground, placed: Placed, people: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """What the corrections in force add to the people through a placement's portal, in and out."""
    start = int(on.begins.timestamp()) * 1_000_000
    factors = np.ones((2, on.quarters))
    for c in on.corrections:
        if c.undone is None and c.portal_id == placed.portal_id and placed.channel_id in c.channels:
            times = start + np.arange(on.quarters) * QUARTER
            held = np.ones(on.quarters, dtype=np.bool_)
            if c.first:
                held &= times >= c.first.timestamp() * 1_000_000
            if c.last:
                held &= times < c.last.timestamp() * 1_000_000
            factors[:, held] = [[c.factor_in], [c.factor_out]]
    return people[0] * (factors[0] - 1), people[1] * (factors[1] - 1)


def reckoned(on: Ground, grid: Grid) -> Year:
    """The year's figure from its quarters."""
    day, place = on.day_of
    entries = _entries(on, grid)
    known = np.nan_to_num(grid.covered_s) / (900 * np.maximum(_channels(on), 1))
    quarters = Quarters(
        day=day,
        place=place,
        entries=entries,
        passages=np.where(_half(on), entries / 2, entries),
        known=np.where(np.nan_to_num(grid.imputed) > 0, 1.0, np.minimum(known, 1.0)),
    )
    return year_of.reckon(quarters, on.kinds(), on.rules(), on.bias())


def _entries(on: Ground, grid: Grid) -> Floats:
    """Visits by quarter and door, as the definition of the day counts them."""
    went_in = [grid.people_in[:, n] if d.sign == 1 else grid.people_out[:, n] for n, d in enumerate(on.doors)]
    entries: Floats = np.where(_half(on), (grid.people_in + grid.people_out) / 2, np.stack(went_in, axis=1))
    return entries


def _half(on: Ground) -> Bools:
    """Of each quarter, whether its day counts half of all who pass; a column."""
    return np.array([d.method == "half" for d in on.in_force], dtype=np.bool_)[on.day_of[0]][:, None]


def _channels(on: Ground) -> Floats:
    """How many sensors should have counted at each door in each quarter."""
    number = np.zeros((on.quarters, len(on.doors)))
    place = {door.portal_id: n for n, door in enumerate(on.doors)}
    for placed in on.sensors:
        if placed.role == "primary":
            number[placed.counted(on.begins, on.quarters), place[placed.portal_id]] += 1
    return number
