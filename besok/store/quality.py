"""What the detectors of faulty sensors read, and what becomes of their findings.

All functions work inside the caller's transaction. A finding is open until somebody acknowledges it, and either way
until its cause is gone; each step is a line of its history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from besok.analytics.quality.sensor_series import STEP, Counter, Gauge, House, Seen
from besok.analytics.quality.site_layout import house
from besok.model import calendar
from besok.model.arrays import Bools, Floats
from besok.model.findings import Finding, Kind
from besok.model.site import Site
from besok.store.database import sql

Connection = psycopg.Connection[Any]

DAYS: Final = 42  # business days that are looked at
STEP_S: Final = 900
# How long a finding that is not made any more stands on: what rests on days does not end within an hour.
LASTING: Final[Mapping[Kind, timedelta]] = {
    "silent": timedelta(0),
    "stuck": timedelta(0),
    "blind": timedelta(0),
}
LASTS: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A site as it was seen, and the channel of each counter, then of each gauge (None if it was never registered)."""

    house: House
    seen: Seen
    channels: tuple[int | None, ...]
    swapped: tuple[bool, ...]  # of the counters
    spread: Floats  # of the people of each step and counter, those spread over a gap between two totals

    def channel(self, finding: Finding) -> int | None:
        """The channel that a finding is about; None for the whole site."""
        sensors: list[Counter | Gauge] = [*self.house.counters, *self.house.gauges]
        named = zip(sensors, self.channels, strict=True)
        return next((c for s, c in named if (s.device, s.channel) == (finding.device, finding.channel)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Channel:
    source: str
    device: str
    channel: str
    channel_id: int
    heard: datetime | None
    portal_id: int | None
    space_id: int | None
    swapped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    finding_id: int
    kind: Kind
    channel_id: int | None
    since: datetime
    seen: datetime


def due(conn: Connection, before: datetime) -> list[str]:
    """The sites whose sensors were not looked at since a moment."""
    return [slug for (slug,) in conn.execute(sql("quality_due"), {"before": before})]


def claim(conn: Connection, site: str, now: datetime, before: datetime) -> int | None:
    """The id of the site, whose sensors are looked at from now on; None if somebody else does or has done so."""
    row = conn.execute(sql("quality_claim"), {"site": site, "now": now, "before": before}).fetchone()
    return row[0] if row else None


def look(conn: Connection, site: Site, sites: Sequence[Site], now: datetime, days: int = DAYS) -> Look:
    """The last business days of a site, by the sensors that hang there now."""
    built, sources, swapped = house(site, sites)
    with conn.cursor(row_factory=class_row(_Channel)) as cur:
        known = {(r.source, r.device, r.channel): r for r in cur.execute(sql("quality_channels"))}
    rows = [known.get(source) for source in sources]
    dates, times, day = _steps(site, now, days)
    channels = tuple(r.channel_id if r else None for r in rows)
    counters = len(built.counters)
    flows = _flows(conn, channels[:counters], times)
    turned = np.array(swapped, bool)
    low, high = _levels(conn, channels[counters:], times)
    zone = ZoneInfo(site.timezone)
    local = [t.astimezone(zone) for t in times]
    seen = Seen(
        now=now,
        times=times,
        dates=dates,
        day=day,
        slot=np.array([t.hour * 4 + t.minute // 15 for t in local]),
        open=_open(site, dates, times),
        people_in=np.where(turned, flows[1], flows[0]),
        people_out=np.where(turned, flows[0], flows[1]),
        covered=flows[2],
        low=low,
        high=high,
        heard=tuple(r.heard if r else None for r in rows),
        healthy=_healthy(conn, channels[:counters], times, now),
    )
    return Look(house=built, seen=seen, channels=channels, swapped=swapped, spread=np.nan_to_num(flows[3]))


def _steps(site: Site, now: datetime, days: int) -> tuple[tuple[date, ...], tuple[datetime, ...], Any]:
    """The business days, the quarters that are over (one at least), and the number of the day of each."""
    today = calendar.business_day(now, site)
    dates = [today - timedelta(days=n) for n in reversed(range(days))]
    times: list[datetime] = []
    day: list[int] = []
    for number, d in enumerate(dates):
        start, end = calendar.day_bounds(d, site)
        count = (min(end, now) - start) // STEP
        times += [start + n * STEP for n in range(count)]
        day += [number] * count
    return tuple(dates[: day[-1] + 1]), tuple(t.astimezone(UTC) for t in times), np.array(day)


def _open(site: Site, dates: Sequence[date], times: Sequence[datetime]) -> Bools:
    spans = [span for d in dates for span in calendar.open_intervals(d, site)]
    seconds = np.array([t.timestamp() for t in times])
    found = np.zeros(len(times), bool)
    for start, until in spans:
        first, last = np.searchsorted(seconds, [start.timestamp() - STEP_S + 1, until.timestamp()])
        found[first:last] = True
    return found


def _flows(
    conn: Connection, channels: Sequence[int | None], times: Sequence[datetime]
) -> tuple[Floats, Floats, Floats, Floats]:
    """People in and out, the share of the step that was covered, people spread over a gap; NaN: nothing was said."""
    grids = tuple(np.full((len(times), len(channels)), np.nan) for _ in range(4))
    for row in _arrays(conn, "quality_flows", channels, times):
        for column in (n for n, c in enumerate(channels) if c == row[0]):
            steps = np.array(row[1])
            for grid, values in zip(grids, row[2:], strict=True):
                grid[steps, column] = values
    people_in, people_out, covered, spread = grids
    return people_in, people_out, np.nan_to_num(covered) / STEP_S, spread


def _levels(
    conn: Connection, channels: Sequence[int | None], times: Sequence[datetime]
) -> tuple[Floats, Floats]:
    low, high = (np.full((len(times), len(channels)), np.nan) for _ in range(2))
    for row in _arrays(conn, "quality_levels", channels, times):
        for column in (n for n, c in enumerate(channels) if c == row[0]):
            steps = np.array(row[1])
            low[steps, column], high[steps, column] = row[2], row[3]
    return low, high


def _arrays(
    conn: Connection, query: str, channels: Sequence[int | None], times: Sequence[datetime]
) -> list[Any]:
    params = {
        "channels": [c for c in channels if c is not None],
        "begins": times[0],
        "ends": times[-1] + STEP,
    }
    return conn.execute(sql(query), params, binary=True).fetchall()


def _healthy(
    conn: Connection, channels: Sequence[int | None], times: Sequence[datetime], now: datetime
) -> Bools:
    healthy = np.ones((len(times), len(channels)), bool)
    params = {"channels": [c for c in channels if c is not None], "begins": times[0], "now": now}
    for channel_id, since, until in conn.execute(sql("finding_spans"), params):
        first, last = ((moment - times[0]) // STEP for moment in (since, until))
        for column in (n for n, c in enumerate(channels) if c == channel_id):
            healthy[max(first, 0) : max(last + 1, 0), column] = False
    return healthy


def acknowledge(conn: Connection, number: int, who: str, why: str, now: datetime) -> bool:
    """Somebody has seen a finding and says what is done about it; False if it is resolved or there is none."""
    params = {"finding_id": number, "who": who, "note": why, "now": now}
    return conn.execute(sql("finding_acknowledge"), params).rowcount > 0


def note(conn: Connection, site_id: int, seen: Look, findings: Sequence[Finding], now: datetime) -> None:
    """Note what is wrong at a site now: what is new begins, what holds goes on, what is gone ends."""
    with conn.cursor(row_factory=class_row(_Standing)) as cur:
        standing = {
            (r.kind, r.channel_id): r
            for r in cur.execute(sql("finding_standing"), {"site_id": site_id}).fetchall()
        }
    present = {(f.kind, seen.channel(f)): f for f in findings}
    for (kind, channel_id), f in present.items():
        said = {"evidence": Jsonb(dict(f.evidence)), "odds": f.odds, "now": now}
        before = standing.get((kind, channel_id))
        if before:
            conn.execute(sql("finding_again"), {"finding_id": before.finding_id, **said})
        else:
            params = {"site_id": site_id, "kind": kind, "channel_id": channel_id, "since": f.since, **said}
            conn.execute(sql("finding_insert"), params)
    if ("silent", None) in present:
        return  # nothing is heard of the whole site: that says of no sensor that it is well again
    gone = [r.finding_id for key, r in standing.items() if key not in present and _over(r, present, now)]
    if gone:
        conn.execute(sql("finding_resolve"), {"ids": gone, "now": now})


def _over(row: _Standing, present: Mapping[tuple[Kind, int | None], Finding], now: datetime) -> bool:
    """Whether a finding that is not made now has ended: at once, after a day, or as its sensor has another trouble."""
    other = row.channel_id is not None and any(channel == row.channel_id for _, channel in present)
    return other or now - row.seen >= LASTING.get(row.kind, LASTS)
