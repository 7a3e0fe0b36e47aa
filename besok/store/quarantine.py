"""Quarantine: readings that cannot be believed as they are do not count, until a person decides about them.

Four causes, besok.model.readings.Withheld. A single reading is judged before it is written. Many small ones are judged
by what they come to, when the quarter of an hour is recomputed: one in which more people passed than can is withheld as
a whole, since nobody can tell the true readings in it from the false ones. What is simulated never counts among people
and is let through.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from besok.model.metrics import METRICS, Kind
from besok.model.readings import Flag, Withheld
from besok.store import rollup
from besok.store.database import Database, array, sql, text_array
from besok.store.reading_rows import Row

AHEAD = timedelta(days=1)  # of our clock: a reading that tells of a later time is withheld
DAY_BEHIND = -AHEAD
QUARTER_S = rollup.BUCKET.total_seconds()
TWICE = 2  # a channel that tells twice of the same seconds repeats itself; more often, somebody else speaks for it
LONGEST = timedelta(hours=2)  # after a longer silence the limit no longer grows with its length
SHORT = timedelta(microseconds=1)
_Connection = psycopg.Connection[Any]
_FLOWS = frozenset(m.code for m in METRICS.values() if m.kind is Kind.FLOW)
_SIMULATED, _AHEAD, _UNTIMED = (
    int(Flag.SIMULATED),
    int(Flag.CLOCK_AHEAD),
    int(Flag.NO_TIME | Flag.CLOCK_AHEAD),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a channel may send: readings no older than `late`, `people` in a quarter of an hour, in either direction.

    `withheld` are the quarters in which nothing of it counts for now.
    """

    late: timedelta
    people: float
    withheld: frozenset[datetime]


class Sifted(NamedTuple):
    """Readings that count, and those that are withheld, each with the cause."""

    counted: list[Row]
    held: list[tuple[Row, Withheld]]


class _Delta(NamedTuple):
    metric: int
    time: datetime
    value: float
    period_s: float
    flags: int


def limits(conn: _Connection, rows: Sequence[Row]) -> dict[int, Limits]:
    """Return the limits of the channels of rows."""
    times = [row.time for row in rows]
    key = {"channels": list({row.channel for row in rows}), "first": min(times), "last": max(times)}
    return {
        channel: Limits(late=late, people=people, withheld=frozenset(withheld))
        for channel, late, people, withheld in conn.execute(sql("channel_limits"), key)
    }


def sift(rows: Iterable[Row], known: Mapping[int, Limits]) -> Sifted:
    """Tell apart what counts and what is withheld.

    A clock that is ahead by a day or less costs nothing: the reading counts at its receipt. Of several with the same
    channel, metric and time the last one counts, as ever.
    """
    counted: dict[tuple[int, int, datetime], Row] = {}
    held: list[tuple[Row, Withheld]] = []
    for row in rows:
        channel = known[row.channel]
        delay = row.received - row.time
        if row.flags & _SIMULATED:
            counted[row[:3]] = row
        elif delay > channel.late:
            held.append((row, Withheld.LATE))
        elif delay < DAY_BEHIND:
            held.append((row, Withheld.AHEAD))
        elif row.metric in _FLOWS and row.value > channel.people * max(1.0, row.period_s / QUARTER_S):
            held.append((row, Withheld.SIZE))
        elif channel.withheld and row.metric in _FLOWS and _quarter(row) in channel.withheld:
            held.append((row, Withheld.FLOOD))
        elif row.flags & _AHEAD:
            _count_at_receipt(row, counted)
        else:
            counted[row[:3]] = row
    return Sifted(list(counted.values()), held)


def _quarter(row: Row) -> datetime:
    """Return the quarter of an hour that a reading ends in."""
    return rollup.floor(row.time - SHORT if row.period_s > 0 else row.time)


def _count_at_receipt(row: Row, counted: dict[tuple[int, int, datetime], Row]) -> None:
    """Count a reading of a clock that is ahead; several of one message have the same receipt, and add up."""
    row = row._replace(time=row.received)
    same = counted.get(row[:3])
    if same and row.metric in _FLOWS:
        row = row._replace(value=same.value + row.value, period_s=max(same.period_s, row.period_s))
    counted[row[:3]] = row


def put(conn: _Connection, held: Sequence[tuple[Row, Withheld]]) -> int:
    """Keep readings in quarantine; returns how many were not there before."""
    columns = {name: array(getattr(row, name) for row, _ in held) for name in (*Row._fields[:7], "wraps")}
    causes = text_array(cause for _, cause in held)
    return conn.execute(sql("quarantine_put"), {**columns, "cause": causes}).rowcount


def withhold(
    conn: _Connection, quarters: Iterable[rollup.Quarter], known: Mapping[int, Limits]
) -> list[rollup.Range]:
    """Take the readings of quarters in which more people passed than can into quarantine.

    Returns the ranges of time in which figures change by that.
    """
    ranges: list[rollup.Range] = []
    for channel, first in quarters:
        last = first + rollup.BUCKET
        key = {"channel": channel, "first": first, "last": last}
        (released,) = conn.execute(sql("quarter_released"), key).fetchone() or (False,)
        if not released:
            ranges += _withhold_deltas(conn, key, known[channel].people)
            ranges += _withhold_totals(conn, key, known[channel].people)
    return ranges


def _withhold_deltas(conn: _Connection, key: dict[str, Any], people: float) -> list[rollup.Range]:
    deltas = list(map(_Delta._make, conn.execute(sql("quarter_deltas"), key)))
    allowed = people
    if any(d.flags & _UNTIMED for d in deltas):  # what a device has saved comes at once, at its receipt
        (before,) = conn.execute(sql("heard_before"), key).fetchone() or (None,)
        if before:
            allowed *= max(1.0, (key["last"] - before).total_seconds() / QUARTER_S)
    inside = [(d, _share(d, key["first"], key["last"])) for d in deltas]
    for metric in {d.metric for d in deltas}:
        mine = [(d, share) for d, share in inside if d.metric == metric]
        passed = sum(d.value * share for d, share in mine)
        told_s = sum(d.period_s * share for d, share in mine if not d.flags & _UNTIMED)
        if passed > allowed or told_s > TWICE * QUARTER_S:
            return _take(conn, key, Withheld.FLOOD, [(d.metric, d.time) for d in deltas])
    return []


def _share(delta: _Delta, first: datetime, last: datetime) -> float:
    """Return the share of a reading's time that lies between two times."""
    if not delta.period_s:
        return 1.0
    begins = delta.time - timedelta(seconds=delta.period_s)
    return (min(delta.time, last) - max(begins, first)).total_seconds() / delta.period_s


def _withhold_totals(conn: _Connection, key: dict[str, Any], people: float) -> list[rollup.Range]:
    """Withhold running totals that cannot be: those that do not fit between the ones before and after them."""
    found: list[rollup.Range] = []
    for metric in sorted(rollup.TOTALS):
        totals = conn.execute(sql("quarter_totals"), {**key, "metric": metric}).fetchall()
        wrong: list[tuple[int, datetime]] = []
        while (outlier := _outlier(totals, people)) is not None:
            wrong.append((metric, totals.pop(outlier)[0]))
        if wrong:
            found += _take(conn, key, Withheld.SIZE, wrong)
    return found


def _outlier(totals: Sequence[tuple[datetime, float]], people: float) -> int | None:
    """Return the place of the first total that cannot be; None if all can.

    Where the one after a jump fits to the one before it, the one in between is wrong; else the later one of the two.
    """
    for place, (a, b) in enumerate(pairwise(totals)):
        if _can_pass(a, b, people):
            continue
        before = totals[place - 1] if place else None
        fits = before is not None and b[1] >= before[1] and _can_pass(before, b, people)
        return place if fits else place + 1
    return None


def _can_pass(a: tuple[datetime, float], b: tuple[datetime, float], people: float) -> bool:
    """Tell whether as many people can have passed between two totals.

    One that fell has begun again at zero, or, if it fell by less than half, its clock was set back (people_since).
    """
    passed = b[1] - a[1] if b[1] >= a[1] else b[1] if b[1] * 2 <= a[1] else 0.0
    return passed <= people * max(1.0, min(b[0] - a[0], LONGEST).total_seconds() / QUARTER_S)


def _take(
    conn: _Connection, key: dict[str, Any], cause: Withheld, readings: Sequence[tuple[int, datetime]]
) -> list[rollup.Range]:
    metrics, times = map(list, zip(*readings, strict=True))
    params = {**key, "cause": cause, "metric": metrics, "time": times}
    with conn.cursor(row_factory=class_row(rollup.Range)) as cur:
        return cur.execute(sql("quarantine_take"), params).fetchall()


def learn(db: Database, now: datetime) -> None:
    """Note what was usual at each channel until now, from which follows what is too much."""
    db.run("learn_quarters", {"now": now, "channels": None})
