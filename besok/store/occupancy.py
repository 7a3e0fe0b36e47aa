"""Input and output of the occupancy estimate: flows and levels by step of a business day in, figures per space out.

All functions work inside the caller's transaction. Arrays have a row per step and a column per portal, channel or
space.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from besok.model.arrays import Bools, BySteps, Floats
from besok.model.building import Building
from besok.model.calendar import Span
from besok.model.occupancy import BASES, REASONS, Estimate
from besok.store.database import Connection, Database, sql

MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)
Codes = NDArray[np.int8]
Tidying = Literal["order_part", "compress_part", "drop_empty_part"]
DECIMALS = {True: 2, False: 1}  # of figures that are final, and of those that change all day
UNCOUNTED_SD = 0.08  # of the accuracy of a direction without a validation count, as a share
_TYPES = {
    statement: ("int4", "timestamptz", *values * ("float4",), "text", "text", "bool")
    for statement, values in (("minute_copy", 4), ("quarter_copy", 7))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Layout of a site, for counting. Columns are indexes into these; the site itself is space 0.

    `level_space` and `level_interval_s` are the space that each level channel observes and its reporting interval.
    """

    site_id: int
    spaces: tuple[int, ...]
    portals: tuple[int, ...]
    building: Building
    level_channels: tuple[int, ...]
    level_space: tuple[int, ...]
    level_interval_s: tuple[int, ...]
    used: Mapping[int, Sequence[Span]] = field(default_factory=dict)  # by portal (its column), if not always
    sensed: Mapping[int, Sequence[Span]] = field(default_factory=dict)  # by portal: when a sensor should send

    def unused(self, begins: datetime) -> Bools:
        """Return by portal whether it is unused on the business day that begins at a moment."""
        off = np.zeros(len(self.portals), bool)
        for portal, spans in self.used.items():
            off[portal] = not any((a is None or a <= begins) and (b is None or begins < b) for a, b in spans)
        return off

    def awaited(self, begins: datetime, step: timedelta, steps: int) -> Bools:
        """Return in which steps since a moment a sensor at each portal should send: steps x portals."""
        expected = np.zeros((steps, len(self.portals)), bool)
        for portal, spans in self.sensed.items():
            for a, b in spans:
                first, last = (t and max(-((begins - t) // step), 0) for t in (a, b))
                expected[first:last, portal] = True
        return expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows(BySteps):
    """People through the portals by step; NaN where nothing was received."""

    people_in: Floats
    people_out: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels(BySteps):
    """Values of level channels by step; NaN where nothing was received.

    People with their peak, presence (0-1) and carbon dioxide in ppm (None if not requested).
    """

    people: Floats
    peak: Floats
    occupied: Floats
    co2: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarters(BySteps):
    """Figures per 15 minutes and space, NaN where not known; each with its 80 % interval.

    `basis` and `reason` are codes of the estimate: the commonest of the quarter.
    """

    people: Floats
    lower: Floats
    upper: Floats
    raw: Floats
    peak: Floats
    peak_lower: Floats
    peak_upper: Floats
    basis: Codes
    reason: Codes

    @classmethod
    def unknown(cls, steps: int, spaces: int) -> "Quarters":
        """Return figures that are all unknown, to be filled in."""
        nothing = (np.full((steps, spaces), np.nan) for _ in range(7))
        codes = (np.zeros((steps, spaces), np.int8) for _ in range(2))
        return cls(**dict(zip((column.name for column in fields(cls)), (*nothing, *codes), strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDoor:
    """Correction of a portal's counts (by index) in force from `begins` until `ends` (None: since ever, still).

    `sd` is the remaining standard deviation after the validation counts, as a share of the people who pass.
    """

    portal: int
    begins: datetime | None
    ends: datetime | None
    sd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleCounts:
    """Counts by people at a site in a span of time: headcounts (moment, space by index, people), and checked doors."""

    headcounts: tuple[tuple[datetime, int, int], ...] = ()
    checked: tuple[CheckedDoor, ...] = ()

    def checked_sd(self, portals: int, begins: datetime, ends: datetime) -> Floats:
        """Return by portal the remaining sd of the corrections in force in a part of the span; NaN without one."""
        sds = np.full(portals, np.nan)
        for door in self.checked:
            if (door.begins is None or door.begins < ends) and (door.ends is None or door.ends > begins):
                sds[door.portal] = np.fmax(sds[door.portal], door.sd)
        return sds


def site_ids(conn: Connection) -> dict[str, int]:
    """Return the id of each site by its slug."""
    return {slug: site_id for site_id, slug in conn.execute(sql("occupancy_sites"))}


def layout(conn: Connection, site_id: int) -> Layout:
    """Return the layout of a site now, including ended spaces and portals, which have a history."""
    key = {"site_id": site_id}
    spaces = conn.execute(sql("occupancy_spaces"), key).fetchall()
    portals = conn.execute(sql("occupancy_portals"), key).fetchall()
    levels = conn.execute(sql("occupancy_levels"), key).fetchall()
    index: dict[int | None, int] = {row[0]: n for n, row in enumerate(spaces)}
    column = {row[0]: n for n, row in enumerate(portals)}
    used: dict[int, list[Span]] = {}
    for portal, begins, ends in conn.execute(sql("occupancy_used"), key):
        used.setdefault(column[portal], []).extend([(begins, ends)] if begins or ends else [])
    sensed: dict[int, list[Span]] = {}
    for portal, begins, ends in conn.execute(sql("occupancy_sensed"), key):
        sensed.setdefault(column[portal], []).append((begins, ends))
    return Layout(
        site_id=site_id,
        spaces=tuple(row[0] for row in spaces),
        portals=tuple(row[0] for row in portals),
        building=Building.of(
            [index.get(row[1]) for row in spaces],
            [(index.get(o), index.get(i)) for _, o, i in portals],
            [row[2] for row in spaces],
            [(index[o], index[i]) for o, i in conn.execute(sql("occupancy_uncounted"), key)],
        ),
        level_channels=tuple(row[0] for row in levels),
        level_space=tuple(index[row[1]] for row in levels),
        level_interval_s=tuple(row[2] for row in levels),
        used=used,
        sensed=sensed,
    )


def minute_flows(conn: Connection, plan: Layout, begins: datetime, since: datetime, ends: datetime) -> Flows:
    """Read flows by minute of the business day `begins` - `ends`, from the minute `since` on; NaN before it."""
    params = {"portals": list(plan.portals), "begins": begins, "since": since, "ends": ends}
    people_in, people_out = _packed(conn, "minute_flows", params, (ends - begins) // MINUTE, plan.portals, 2)
    return Flows(people_in=people_in, people_out=people_out)


def minute_levels(
    conn: Connection, plan: Layout, begins: datetime, since: datetime, ends: datetime
) -> Levels:
    """Read levels by minute of the business day, from the minute `since` on; NaN before it."""
    params = {"channels": list(plan.level_channels), "begins": begins, "since": since, "ends": ends}
    steps = (ends - begins) // MINUTE
    people, occupied, co2 = _packed(conn, "minute_levels", params, steps, plan.level_channels, 3)
    return Levels(people=people, peak=people, occupied=occupied, co2=co2)


def quarter_flows(conn: Connection, plan: Layout, begins: datetime, ends: datetime) -> Flows:
    """Flows by quarter of an hour, any number of days."""
    params = {"portals": list(plan.portals), "begins": begins, "ends": ends}
    steps = (ends - begins) // QUARTER
    people_in, people_out = _packed(conn, "quarter_flows", params, steps, plan.portals, 2)
    return Flows(people_in=people_in, people_out=people_out)


def quarter_levels(conn: Connection, plan: Layout, begins: datetime, ends: datetime) -> Levels:
    """Level readings by quarter of an hour, any number of days."""
    params = {"channels": list(plan.level_channels), "begins": begins, "ends": ends}
    steps = (ends - begins) // QUARTER
    people, peak, occupied, co2 = _packed(conn, "quarter_levels", params, steps, plan.level_channels, 4)
    return Levels(people=people, peak=peak, occupied=occupied, co2=co2)


def people_counts(conn: Connection, plan: Layout, begins: datetime, ends: datetime) -> PeopleCounts:
    """Return the headcounts of a span of time, and the doors whose counts are corrected in it."""
    span = {"begins": begins, "ends": ends}
    spaces = {space: n for n, space in enumerate(plan.spaces)}
    portals = {portal: n for n, portal in enumerate(plan.portals)}
    counts = conn.execute(sql("headcounts_used"), {"spaces": list(plan.spaces), **span})
    checked = conn.execute(sql("checked_doors"), {"portals": list(plan.portals), **span})
    return PeopleCounts(
        headcounts=tuple((time, spaces[space], people) for space, time, people in counts),
        checked=tuple(
            CheckedDoor(portal=portals[portal], begins=first, ends=last, sd=_correction_sd(evidence))
            for portal, first, last, evidence in checked
        ),
    )


def _correction_sd(evidence: dict[str, Any]) -> float:
    """Return the standard deviation of the accuracy behind a correction, of the less certain direction."""
    accuracies = [evidence[direction] for direction in ("in", "out")]
    shares = [k["sd"] / k["accuracy"] if k["accuracy"] and k["sd"] else UNCOUNTED_SD for k in accuracies]
    return float(min(max(shares), UNCOUNTED_SD))


def _packed(
    conn: Connection, query: str, params: dict[str, object], steps: int, keys: Sequence[int], columns: int
) -> list[Floats]:
    """Unpack rows (step int4, key int4, values float8, no nulls) that the query packs into one: steps x keys each.

    For a hundred thousand rows ten times as fast as fetching them.
    """
    with conn.cursor(binary=True) as cur:
        (raw,) = cur.execute(sql(query), params).fetchone() or (b"",)
    names = [f"value{n}" for n in range(columns)]
    rows = np.frombuffer(raw or b"", [("step", ">i4"), ("key", ">i4"), *((name, ">f8") for name in names)])
    rows = rows[(rows["step"] >= 0) & (rows["step"] < steps)]
    found, rank = np.unique(rows["key"], return_inverse=True)
    index = {key: n for n, key in enumerate(keys)}
    column = np.array([index[key] for key in found.tolist()], np.int64)[rank] if len(found) else rank
    grids = [np.full((steps, len(keys)), np.nan) for _ in names]
    for name, grid in zip(names, grids, strict=True):
        grid[rows["step"], column] = rows[name]
    return grids


def write_minutes(
    conn: Connection, plan: Layout, begins: datetime, ends: datetime, figures: Estimate, *, final: bool
) -> None:
    """Replace the minute figures between two moments; `final`: the day is over and all its data was used."""
    conn.execute(sql("minute_delete"), {"spaces": list(plan.spaces), "begins": begins, "ends": ends})
    shown = ~np.isnan(figures.people)
    _copy(conn, "minute_copy", _rows(plan, begins, MINUTE, shown, figures, final=final), final=final)


Figures = TypeVar("Figures", Estimate, Quarters)


def write_changes(
    conn: Connection, plan: Layout, begins: datetime, figures: Figures, before: Figures
) -> int | None:
    """Write the figures of a day under way that differ from those `before`, which are stored.

    Both are steps from `begins` on. Returns the first one with a difference.
    """
    minutes = isinstance(figures, Estimate)
    step = MINUTE if minutes else QUARTER
    take, change, copy = (
        ("minute_take", "minute_change", "minute_copy")
        if minutes
        else ("quarter_take", "quarter_change", "quarter_copy")
    )
    names: list[str] = [column.name for column in fields(figures)]
    both = min(len(before.people), len(figures.people))
    shown, changed = ~np.isnan(figures.people), np.ones(figures.people.shape, bool)
    same = (_same(getattr(figures, column)[:both], getattr(before, column)[:both]) for column in names)
    changed[:both] = ~np.logical_and.reduce(list(same))
    stored = np.zeros(figures.people.shape, bool)
    stored[:both] = ~np.isnan(before.people[:both])
    for statement, cells in ((take, stored & ~shown), (change, stored & shown & changed)):
        if rows := list(_rows(plan, begins, step, cells, figures, final=False)):
            columns = dict(zip(("spaces", "times", *names), map(list, zip(*rows, strict=True)), strict=True))
            span = {"first": min(columns["times"]), "last": max(columns["times"])}
            conn.execute(sql(statement), {**columns, **span})
    _copy(conn, copy, _rows(plan, begins, step, shown & ~stored, figures, final=False), final=False)
    return int(changed.any(axis=1).argmax()) if changed.any() else None


def _same(one: NDArray[Any], other: NDArray[Any]) -> Bools:
    """Tell in which cells two columns are the same as they are stored."""
    same: Bools = np.isclose(
        one.round(DECIMALS[False]), other.round(DECIMALS[False]), rtol=0, atol=0, equal_nan=True
    )
    return same


def write_quarters(
    conn: Connection,
    plan: Layout,
    begins: datetime,
    figures: Quarters,
    replaced: Sequence[tuple[datetime, datetime]],
    *,
    final: bool,
) -> None:
    """Replace the 15-minute figures of the spans `replaced` by those of `figures`, whose first step is at `begins`."""
    starts, ends = [r[0] for r in replaced], [r[1] for r in replaced]
    span = {"begins": starts, "ends": ends, "first": min(starts), "last": max(ends)}
    conn.execute(sql("quarter_delete"), {"spaces": list(plan.spaces), **span})
    shown = np.zeros(figures.people.shape, bool)
    for start, end in replaced:
        shown[(start - begins) // QUARTER : (end - begins) // QUARTER] = True
    shown &= ~np.isnan(figures.people)
    _copy(conn, "quarter_copy", _rows(plan, begins, QUARTER, shown, figures, final=final), final=final)


def _copy(conn: Connection, statement: str, rows: Iterator[tuple[Any, ...]], *, final: bool) -> None:
    """Copy rows of figures."""
    with conn.cursor() as cur, cur.copy(sql(statement)) as copy:
        copy.set_types(_TYPES[statement])
        for row in rows:
            copy.write_row((*row, final))


def _rows(
    plan: Layout,
    begins: datetime,
    step: timedelta,
    shown: Bools,
    figures: Estimate | Quarters,
    *,
    final: bool,
) -> Iterator[tuple[Any, ...]]:
    """Return space, time, values, basis and reason of each cell that is shown; NaN becomes null."""
    steps, spaces = np.nonzero(shown)
    times = [begins + n * step for n in range(len(shown))]
    *names, _, _ = (column.name for column in fields(figures))
    values = (_nullable(getattr(figures, name)[shown].round(DECIMALS[final])) for name in names)
    return zip(
        (plan.spaces[n] for n in spaces.tolist()),
        (times[n] for n in steps.tolist()),
        *values,
        (BASES[n] for n in figures.basis[shown].tolist()),
        (REASONS[n] for n in figures.reason[shown].tolist()),
        strict=True,
    )


def _nullable(values: Floats) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]


def take_dirty(
    conn: Connection, site_id: int, reach_days: int, *, before: date = date.max
) -> dict[date, int]:
    """Take days before a day to be estimated again, newest first: those among the newest `reach_days` with any,
    which begin on a Monday if they are a week or more. With each its mark, see `dirty_marks`.

    A day that is over by the database's clock may not be by the worker's.
    """
    rows = conn.execute(sql("dirty_take"), {"site_id": site_id, "reach": reach_days, "before": before})
    return dict(sorted(rows, reverse=True))


def dirty_marks(conn: Connection, site_id: int, first: date, last: date) -> dict[date, int]:
    """Return the days to be estimated again, each with its mark: a number that changes when it is marked once more."""
    return dict(
        conn.execute(sql("dirty_marks"), {"site_id": site_id, "first": first, "last": last}).fetchall()
    )


def dirty_days(conn: Connection) -> int:
    """Return how many days of all sites wait for a new estimate."""
    row = conn.execute(sql("dirty_count")).fetchone()
    return int(row[0]) if row else 0


def mark_unfinished(conn: Connection, site_id: int, before: datetime) -> None:
    """Mark the business days before a moment whose figures were computed during the day."""
    conn.execute(sql("unfinished_days"), {"site_id": site_id, "before": before})


def days_with_minutes(
    conn: Connection, plan: Layout, days: Sequence[date], spans: Sequence[tuple[datetime, datetime]]
) -> set[date]:
    """Return those of the days for which minute figures of the site are stored."""
    span = {"begins": [s[0] for s in spans], "ends": [s[1] for s in spans]}
    rows = conn.execute(sql("minutes_of_days"), {"space_id": plan.spaces[0], "days": list(days), **span})
    return {day for (day,) in rows}


def drop_minutes(conn: Connection, older_than: datetime) -> None:
    """Drop minute figures older than a moment, by whole chunks; the 15-minute figures stay."""
    conn.execute(sql("minute_drop"), {"older_than": older_than})


def tidy_part(db: Database, how: Tidying, over_before: datetime) -> bool:
    """Order, compress or drop one part that ended before a moment; False if there is none left to tidy.

    The part is locked meanwhile.
    """
    ((part,),) = db.rows(how, over_before=over_before)
    return part is not None


def notify(conn: Connection, site: str) -> None:
    """Notify listeners that the figures of a site are new."""
    conn.execute(sql("notify"), {"channel": "occupancy", "payload": site})
