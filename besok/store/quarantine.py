"""Quarantine: implausible readings do not count until a person decides about them.

Four causes, besok.model.readings.Withheld. A single reading is judged before it is written. Many small ones are judged
by their sum, when the quarter of an hour is recomputed: one in which more people passed than possible is withheld
entirely, since true and false readings in it cannot be told apart. Simulated readings never count among people
and pass.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from besok.model.metrics import METRICS, Kind
from besok.model.readings import Flag, Withheld
from besok.store import rollup
from besok.store.database import Connection, Database, array, sql
from besok.store.reading_rows import Row

AHEAD = timedelta(days=1)  # of the local clock: a reading of a later time is withheld
DAY_BEHIND = -AHEAD
QUARTER_S = rollup.BUCKET.total_seconds()
MOST_COVERED_S = (
    2 * QUARTER_S
)  # a channel may report the same time twice; more often, another sender uses its name
STRICT = 3  # next to quarters that are withheld no more counts than was usual, which is a third of the limit
STRICT_COVERED_S = 1.2 * QUARTER_S
LONGEST = timedelta(hours=2)  # after a longer silence the limit no longer grows with its length
SHORT = timedelta(microseconds=1)
_FLOWS = frozenset(m.code for m in METRICS.values() if m.kind is Kind.FLOW)
_SIMULATED, _AHEAD, _UNTIMED = (
    int(Flag.SIMULATED),
    int(Flag.CLOCK_AHEAD),
    int(Flag.NO_TIME | Flag.CLOCK_AHEAD),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a channel may send: readings no older than `late`, and so `most` in a quarter of an hour.

    `withheld` are the quarters in which nothing of it counts for now. Its readings of a time before `expired` are
    deleted, and nothing more of that time counts.
    """

    late: timedelta
    most: rollup.Most
    withheld: frozenset[datetime]
    expired: datetime | None


class Sifted(NamedTuple):
    """Readings that count, and withheld ones, each with its cause."""

    counted: list[Row]
    withheld: list[tuple[Row, Withheld]]


class _Delta(NamedTuple):
    metric: int
    time: datetime
    value: float
    period_s: float
    flags: int


def limits(conn: Connection, rows: Sequence[Row]) -> dict[int, Limits]:
    """Return the limits of the channels of rows."""
    times = [row.time for row in rows]
    first, last = min(times) - rollup.BUCKET, max(times) + rollup.BUCKET  # readings in the same quarters
    key = {"channels": list({row.channel for row in rows}), "first": first, "last": last}
    return {
        channel: Limits(
            late=late,
            most=_strict(people) if withheld else rollup.Most(people, MOST_COVERED_S),
            withheld=frozenset(withheld),
            expired=expired,
        )
        for channel, late, people, expired, withheld in conn.execute(sql("channel_limits"), key)
    }


def _strict(people: float) -> rollup.Most:
    return rollup.Most(people / STRICT, STRICT_COVERED_S)


def sift(rows: Iterable[Row], limits_by_channel: Mapping[int, Limits]) -> Sifted:
    """Separate the rows that count from those that are withheld.

    A clock that is ahead by a day or less costs nothing: the reading counts at its receipt. Of several with the same
    channel, metric and time the last one counts, as ever.
    """
    counted: dict[tuple[int, int, datetime], Row] = {}
    withheld: list[tuple[Row, Withheld]] = []
    for row in rows:
        limit = limits_by_channel[row.channel]
        delay = row.received - row.time
        if limit.expired and row.time - timedelta(seconds=row.period_s) < limit.expired:
            withheld.append((row, Withheld.LATE))
        elif row.flags & _SIMULATED:
            counted[row[:3]] = row
        elif delay > limit.late:
            withheld.append((row, Withheld.LATE))
        elif delay < DAY_BEHIND:
            withheld.append((row, Withheld.AHEAD))
        elif row.metric in _FLOWS and row.value > limit.most.people * max(1.0, row.period_s / QUARTER_S):
            withheld.append((row, Withheld.SIZE))
        elif limit.withheld and row.metric in _FLOWS and _quarter(row) in limit.withheld:
            withheld.append((row, Withheld.FLOOD))
        elif row.flags & _AHEAD:
            _count_at_receipt(row, counted)
        else:
            counted[row[:3]] = row
    return Sifted(list(counted.values()), withheld)


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


def put(conn: Connection, withheld: Sequence[tuple[Row, Withheld]]) -> int:
    """Store readings in quarantine; return how many are new."""
    columns = {name: array(getattr(row, name) for row, _ in withheld) for name in (*Row._fields[:7], "wraps")}
    causes = array(cause for _, cause in withheld)
    return conn.execute(sql("quarantine_put"), {**columns, "cause": causes}).rowcount


def withhold(
    conn: Connection, quarters: Iterable[rollup.Quarter], limits_by_channel: Mapping[int, Limits]
) -> list[rollup.Range]:
    """Quarantine the readings of quarters in which more people passed than possible.

    Returns the ranges of time in which figures change. Neighbouring quarters are judged strictly, since false readings
    do not end with the quarter.
    """
    ranges: list[rollup.Range] = []
    for channel, bucket in quarters:
        most = limits_by_channel[channel].most
        key = _key(channel, bucket)
        (released,) = conn.execute(sql("quarter_released"), key).fetchone() or (False,)
        if released:
            continue
        ranges += _withhold_totals(conn, key, most.people)
        if changed := _withhold_deltas(conn, key, most):
            ranges += changed
            for step in (-rollup.BUCKET, rollup.BUCKET):
                ranges += _withhold_neighbours(conn, channel, bucket, step, most.people)
    return ranges


def _key(channel: int, bucket: datetime) -> dict[str, Any]:
    return {"channel": channel, "first": bucket, "last": bucket + rollup.BUCKET}


def _withhold_neighbours(
    conn: Connection, channel: int, bucket: datetime, step: timedelta, people: float
) -> list[rollup.Range]:
    ranges: list[rollup.Range] = []
    while changed := _withhold_deltas(conn, _key(channel, bucket := bucket + step), _strict(people)):
        ranges += changed
    return ranges


def _withhold_deltas(conn: Connection, key: dict[str, Any], most: rollup.Most) -> list[rollup.Range]:
    """Withhold the readings that end in a quarter or extend through it, if their people or time are too many."""
    deltas = list(map(_Delta._make, conn.execute(sql("quarter_deltas"), key)))
    allowed = most.people
    if any(d.flags & _UNTIMED for d in deltas):  # saved messages arrive together, at their receipt
        (before,) = conn.execute(sql("heard_before"), key).fetchone() or (None,)
        if before:
            allowed *= max(1.0, (key["last"] - before).total_seconds() / QUARTER_S)
    shares = [_share(d, key["first"], key["last"]) for d in deltas]
    for metric in {d.metric for d in deltas}:
        parts = [(d, share) for d, share in zip(deltas, shares, strict=True) if d.metric == metric]
        passed = sum(d.value * share for d, share in parts)
        covered_s = sum(d.period_s * share for d, share in parts if not d.flags & _UNTIMED)
        if passed > allowed or covered_s > most.covered_s:
            withheld = [(d.metric, d.time) for d in deltas if d.period_s > QUARTER_S or d.time <= key["last"]]
            return _take(conn, key, Withheld.FLOOD, withheld) if withheld else []
    return []


def _share(delta: _Delta, first: datetime, last: datetime) -> float:
    """Return the share of a reading's period between two times."""
    if not delta.period_s:
        return 1.0
    begins = delta.time - timedelta(seconds=delta.period_s)
    return (min(delta.time, last) - max(begins, first)).total_seconds() / delta.period_s


def _withhold_totals(conn: Connection, key: dict[str, Any], people: float) -> list[rollup.Range]:
    """Withhold impossible running totals: those that do not fit between the previous and the next one."""
    ranges: list[rollup.Range] = []
    for metric in sorted(rollup.TOTALS):
        totals = conn.execute(sql("quarter_totals"), {**key, "metric": metric}).fetchall()
        wrong: list[tuple[int, datetime]] = []
        while outliers := _outliers(totals, people):
            wrong += [(metric, time) for time, _ in totals[outliers]]
            del totals[outliers]
        if wrong:
            ranges += _take(conn, key, Withheld.SIZE, wrong)
    return ranges


def _outliers(totals: Sequence[tuple[datetime, float]], people: float) -> slice | None:
    """Return the positions of the first impossible totals; None if all are possible.

    Where the one after a jump continues an earlier one, those in between are wrong; else it is itself.
    """
    for position, (a, b) in enumerate(pairwise(totals)):
        if _can_pass(a, b, people):
            continue
        for earlier in range(position - 1, -1, -1):
            before = totals[earlier]
            if b[1] >= before[1] and _can_pass(before, b, people):
                return slice(earlier + 1, position + 1)
        return slice(position + 1, position + 2)
    return None


def _can_pass(a: tuple[datetime, float], b: tuple[datetime, float], people: float) -> bool:
    """Tell whether as many people can have passed between two totals.

    One that fell has begun again at zero, or, if it fell by less than half, its clock was set back (people_since).
    """
    passed = b[1] - a[1] if b[1] >= a[1] else b[1] if b[1] * 2 <= a[1] else 0.0
    return passed <= people * max(1.0, min(b[0] - a[0], LONGEST).total_seconds() / QUARTER_S)


def _take(
    conn: Connection, key: dict[str, Any], cause: Withheld, readings: Sequence[tuple[int, datetime]]
) -> list[rollup.Range]:
    metrics, times = map(list, zip(*readings, strict=True))
    params = {**key, "cause": cause, "metric": metrics, "time": times}
    return rollup.ranges(conn, "quarantine_take", params)


def learn(db: Database, now: datetime) -> None:
    """Learn the usual flow of each channel up to now, from which its limits follow."""
    db.run("learn_quarters", {"now": now, "channels": None})
