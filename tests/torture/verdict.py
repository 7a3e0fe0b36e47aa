"""Database and truth, reading by reading; then buckets and days, counted from the truth in plain Python."""

import contextlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg

from tests.torture.world import GARBLED, REJECTED, Device, Fact, Kind, Letter

BUCKET = timedelta(minutes=15)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONE, DAY_START = ZoneInfo("Europe/Stockholm"), timedelta(hours=4)
DELTAS, TOTALS = {"in": 0, "out": 1}, {"in_total": 0, "out_total": 1}

Row = tuple[
    str, str, str, str, float, datetime, datetime
]  # source, device, channel, metric, value, time, received
Sums = dict[tuple[str, datetime], list[float]]  # by device and bucket or day: in, out


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which the database and the truth differ. `letter` is whose reading it is, as far as that is known."""

    what: str  # lost, doubled, wrong, invented, bucket, day
    said: str
    device: str
    kind: Kind | None = None
    letter: Letter | None = None
    received: tuple[datetime, ...] = ()  # of doubled ones, when each came


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the database holds; buckets and days by device."""

    rows: Sequence[Row]
    buckets: Sums
    days: Sums


def fetch(url: str, doors: Iterable[tuple[str, Device]]) -> Stored:
    """Everything that is compared."""
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            "select d.source, d.external_id, c.key, m.name, r.value, r.time, r.received"
            " from (select channel_id, metric, value, time, received from reading union all"  # or kept in quarantine:
            " select channel_id, metric, value, time, received from quarantine) r"  # too many for any door
            " join channel c using (channel_id) join device d using (device_id) join metric m on m.code = r.metric"
        ).fetchall()
        rows += [_rejected(*row) for row in conn.execute("select topic, payload, received from rejected")]
        buckets = conn.execute(
            "select d.external_id, f.bucket, f.people_in, f.people_out from flow_bucket f"
            " join channel c using (channel_id) join device d using (device_id)"
        ).fetchall()
        days = conn.execute(
            "select p.slug, f.day, f.people_in, f.people_out from flow_day f join portal p using (portal_id)"
        ).fetchall()
    by_door = {door: device.name for door, device in doors}
    return Stored(
        rows=rows,
        buckets={(name, time): [people_in, people_out] for name, time, people_in, people_out in buckets},
        days={
            (by_door[slug], datetime(day.year, day.month, day.day, tzinfo=UTC)): [people_in, people_out]
            for slug, day, people_in, people_out in days
        },
    )


def _rejected(topic: str, payload: bytes, received: datetime) -> Row:
    """What was rejected, as a reading. What should have been read has a value that nobody sent."""
    with contextlib.suppress(ValueError, LookupError, TypeError):
        value = float(json.loads(payload)[GARBLED])
        return (REJECTED, "/".join(topic.split("/")[2:4]), "", "", value, received, received)
    return (REJECTED, topic, payload.decode(errors="replace"), "", 0.0, received, received)


def compare(letters: Sequence[Letter], stored: Stored) -> list[Fault]:
    """Every difference between what the broker acknowledged and what the database holds."""
    return [*_readings(letters, stored.rows), *_sums(letters, stored)]


def _readings(letters: Sequence[Letter], rows: Sequence[Row]) -> Iterator[Fault]:
    timed = {
        (f.source, f.device, f.channel, f.metric, f.time): (f, letter)
        for letter in letters
        for f in letter.facts
        if letter.kind is Kind.TIMED
    }
    untimed: dict[tuple[str, str, str, str, float], list[tuple[Fact, Letter]]] = defaultdict(list)
    for letter in letters:
        for f in letter.facts:
            if letter.kind is not Kind.TIMED:
                untimed[f.source, f.device, f.channel, f.metric, f.value].append((f, letter))
    found: dict[tuple[str, str, str, str, float], list[Row]] = defaultdict(list)
    seen = set()
    for row in rows:
        known = timed.get((*row[:4], row[5]))
        if known is None:
            found[row[:5]].append(row)
        else:
            seen.add((*row[:4], row[5]))
            if known[0].value != row[4]:
                said = f"{_name(known[0])} is {row[4]:g}, sent was {known[0].value:g}"
                yield Fault(what="wrong", said=said, device=row[1], kind=Kind.TIMED, letter=known[1])
    for key, (fact, letter) in timed.items():
        if key not in seen and letter.safe:
            yield Fault(what="lost", said=_name(fact), device=fact.device, kind=Kind.TIMED, letter=letter)
    yield from _untimed(untimed, found)


def _untimed(
    known: dict[tuple[str, str, str, str, float], list[tuple[Fact, Letter]]],
    found: dict[tuple[str, str, str, str, float], list[Row]],
) -> Iterator[Fault]:
    """Readings known by nothing but their value must be there as often as they were sent: alike ones are counted."""
    for key in known.keys() | found.keys():
        stories, rows = known.get(key, []), found.get(key, [])
        if not stories:
            for row in rows:
                said = f"{row[1]} {row[2]} {row[3]} {row[4]:g} at {row[5]}, which nobody sent"
                yield Fault(what="invented", said=said, device=row[1])
            continue
        fact, letter = stories[0]
        sure = sum(letter.safe for _, letter in stories)
        what = "lost" if len(rows) < sure else "doubled"
        for _ in range(max(sure - len(rows), len(rows) - len(stories))):
            yield Fault(
                what=what,
                said=_name(fact),
                device=fact.device,
                kind=letter.kind,
                letter=letter if len(stories) == 1 else None,
                received=tuple(sorted(row[6] for row in rows)) if len(stories) == 1 else (),
            )


def _name(fact: Fact) -> str:
    when = f" at {fact.time:%Y-%m-%d %H:%M:%S.%f}" if fact.time else ""
    return f"{fact.device} {fact.channel} {fact.metric} {fact.value:g}{when}"


def _sums(letters: Sequence[Letter], stored: Stored) -> Iterator[Fault]:
    """Buckets and days against the truth; where a reading is missing, against what is there (that is told already)."""
    timed = {
        (f.device, f.metric, f.time): f.value
        for letter in letters
        if letter.kind is Kind.TIMED
        for f in letter.facts
    }
    there = {(row[1], row[3], row[5]): row[4] for row in stored.rows if row[0] != REJECTED}
    missing = timed.keys() - there.keys()
    facts = {
        key: timed.get(key, value) for key, value in there.items()
    }  # a wrong value shows in its bucket too
    gaps = {device for device, metric, _ in missing if metric in TOTALS} | _gaps(letters, stored.rows)
    buckets = flows(facts)
    yield from _differing("bucket", buckets, stored.buckets, leave_out=gaps)
    yield from _differing("day", days(stored.buckets), stored.days, leave_out=set())


def _gaps(letters: Sequence[Letter], rows: Sequence[Row]) -> set[str]:
    """Devices whose totals are known by their values, and some of them are missing."""
    there = {(row[1], row[3], row[4]) for row in rows}
    return {
        f.device
        for letter in letters
        for f in letter.facts
        if letter.kind is not Kind.TIMED and f.metric in TOTALS and (f.device, f.metric, f.value) not in there
    }


def flows(facts: dict[tuple[str, str, datetime], float]) -> Sums:
    """People in and out by device and quarter. Minutes end on the minute, so none reaches over two quarters."""
    sums: Sums = defaultdict(lambda: [0.0, 0.0])
    last: dict[tuple[str, str], float] = {}
    for (device, metric, time), value in sorted(facts.items()):
        if metric in TOTALS:
            before = last.get((device, metric))
            last[device, metric] = value
            if before is not None:
                sums[device, _floor(time - timedelta(microseconds=1))][TOTALS[metric]] += value - before
        else:
            minute = "delta" in device
            sums[device, _floor(time - timedelta(microseconds=minute))][DELTAS[metric]] += value
    return sums


def days(buckets: Sums) -> Sums:
    sums: Sums = defaultdict(lambda: [0.0, 0.0])
    for (device, time), people in buckets.items():
        local = (time.astimezone(ZONE).replace(tzinfo=None) - DAY_START).date()
        day = sums[device, datetime(local.year, local.month, local.day, tzinfo=UTC)]
        day[0] += people[0]
        day[1] += people[1]
    return sums


def _differing(what: str, truth: Sums, stored: Sums, leave_out: set[str]) -> Iterator[Fault]:
    for device, time in sorted(truth.keys() | stored.keys()):
        right, there = truth.get((device, time), [0, 0]), stored.get((device, time), [0, 0])
        if device not in leave_out and right != there:
            said = f"{device} {what} {time:%Y-%m-%d %H:%M}: in, out are {there}, must be {right}"
            yield Fault(what=what, said=said, device=device)


def _floor(time: datetime) -> datetime:
    return EPOCH + (time - EPOCH) // BUCKET * BUCKET
