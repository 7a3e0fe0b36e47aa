"""Quarters of hours made anew from raw readings, apart from the database: the proof that its figures are its readings'.

The rules are those of besok/store/sql/rollup_flow.sql and besok/store/always/functions.sql, written a second time and
differently (a channel at once, in arrays), so that a slip in one of them shows. Times are microseconds since 1970.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from besok.model.arrays import Bools, Floats, Ints

SECOND = 1_000_000
QUARTER = 900 * SECOND
DAY = 86_400 * SECOND
IN, OUT, PASSAGES = 1, 2, 5
TOTALS = {3: IN, 4: OUT, 6: PASSAGES}  # the metric of a running total, and what its differences are
SIMULATED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """All flow readings of a channel in order of time, with those just before and after the time asked for."""

    metric: Ints
    time: Ints
    value: Floats
    period: Ints
    flags: Ints
    received: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Buckets:
    """The quarters from a first one on. Where `there` is False nothing is known, and the figures are 0."""

    there: Bools
    people_in: Floats
    people_out: Floats
    covered_s: Floats
    imputed: Floats
    simulated: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segments:
    """Times in which so many passed, all of one direction and one kind (totals or not)."""

    begins: Ints
    ends: Ints
    people: Floats
    gap: Bools
    simulated: Bools


def rebuild(readings: Readings, *, wraps: int, has_totals: bool, first: int, quarters: int) -> Buckets:
    """The `quarters` quarters from the one that begins at `first` (a multiple of 15 minutes)."""
    chosen = _nothing(quarters)
    for total, passages in (
        (False, True),
        (False, False),
        (True, True),
        (True, False),
    ):  # the later goes before
        if total and not has_totals:
            continue
        found = _kind(readings, wraps, total, passages, first, quarters)
        chosen = _over(chosen, found)
    return chosen


def _nothing(quarters: int) -> Buckets:
    zero, no = np.zeros(quarters), np.zeros(quarters, dtype=np.bool_)
    return Buckets(there=no, people_in=zero, people_out=zero, covered_s=zero, imputed=zero, simulated=no)


def _over(under: Buckets, upper: Buckets) -> Buckets:
    pick = upper.there
    return Buckets(
        there=under.there | pick,
        people_in=np.where(pick, upper.people_in, under.people_in),
        people_out=np.where(pick, upper.people_out, under.people_out),
        covered_s=np.where(pick, upper.covered_s, under.covered_s),
        imputed=np.where(pick, upper.imputed, under.imputed),
        simulated=np.where(pick, upper.simulated, under.simulated),
    )


def _kind(readings: Readings, wraps: int, total: bool, passages: bool, first: int, quarters: int) -> Buckets:
    sums = {direction: np.zeros(quarters) for direction in (IN, OUT)}
    covered, imputed = np.zeros(quarters), np.zeros(quarters)
    there, simulated = np.zeros(quarters, dtype=np.bool_), np.zeros(quarters, dtype=np.bool_)
    for direction in (PASSAGES,) if passages else (IN, OUT):
        segments = _differences(readings, wraps, direction) if total else _deltas(readings, direction)
        seconds = np.zeros(quarters)
        for at, people, length, gap, made in _shares(segments, first, quarters):
            for way in (IN, OUT) if passages else (direction,):
                np.add.at(sums[way], at, people / 2 if passages else people)
            np.add.at(seconds, at, np.where(gap, 0.0, length / SECOND))
            np.add.at(imputed, at, np.where(gap, people, 0.0))
            there[at] = True
            simulated[at[made]] = True
        covered = np.maximum(covered, seconds)
    return Buckets(
        there=there,
        people_in=np.maximum(sums[IN], 0),
        people_out=np.maximum(sums[OUT], 0),
        covered_s=np.minimum(covered, 900),
        imputed=imputed,
        simulated=simulated,
    )


def _deltas(readings: Readings, direction: int) -> _Segments:
    use = readings.metric == direction
    return _Segments(
        begins=(readings.time - readings.period)[use],
        ends=readings.time[use],
        people=readings.value[use],
        gap=np.zeros(int(use.sum()), dtype=np.bool_),
        simulated=(readings.flags[use] & SIMULATED) != 0,
    )


def _differences(readings: Readings, wraps: int, direction: int) -> _Segments:
    metric = next(m for m, d in TOTALS.items() if d == direction)
    use = readings.metric == metric
    time, value, received, flags = (
        readings.time[use],
        readings.value[use],
        readings.received[use],
        readings.flags[use],
    )
    was, now, before, after = value[:-1], value[1:], time[:-1], time[1:]
    people = _between(was, now, wraps, before, received[:-1], after, received[1:])
    told = ~np.isnan(people)
    return _Segments(
        begins=before[told],
        ends=after[told],
        people=people[told],
        gap=(after - before)[told] > QUARTER,
        simulated=((flags[:-1] | flags[1:])[told] & SIMULATED) != 0,
    )


def _between(
    was: Floats,
    now: Floats,
    wraps: int,
    before: Ints,
    before_received: Ints,
    after: Ints,
    after_received: Ints,
) -> Floats:
    """How many passed between two totals, NaN if they cannot tell."""
    apart = after - before
    jump = (apart > DAY) & (after - after_received > DAY) & (before - before_received <= DAY)
    set_back = (now < was) & (now > was / 2) & (after_received < before_received)
    people = np.where(
        set_back, np.where(apart <= QUARTER, now - was, np.nan), _since(was, now, wraps, apart / SECOND)
    )
    return np.where((apart > 400 * DAY) | jump, np.nan, people)


def _since(was: Floats, now: Floats, wraps: int, seconds: Floats) -> Floats:
    """What a total that begins again tells: it wrapped, it came back with an older state, or it was reset."""
    turned = wraps - was + now
    wrapped = (
        (was < wraps)
        & (was >= wraps * 0.75)
        & (now < wraps * 0.25)
        & (turned <= np.maximum(100, 3 * seconds))
    )
    older = (now * 2 > was) & (now > 3 * seconds)
    fallen = np.where(wrapped, turned, np.where(older, 0.0, now))
    return np.where(now >= was, now - was, fallen)


def _shares(
    segments: _Segments, first: int, quarters: int
) -> Iterator[tuple[Ints, Floats, Floats, Bools, Bools]]:
    """Quarter, people, microseconds, gap, simulated: first of segments within a quarter, then parts of others."""
    at = segments.begins // QUARTER
    ends_with = (at + 1) * QUARTER
    whole = (segments.ends < ends_with) | ((segments.ends == ends_with) & (segments.ends > segments.begins))
    length = (segments.ends - segments.begins).astype(np.float64)
    yield _within(at[whole], segments.people[whole], length[whole], segments.gap[whole], segments.simulated[whole],
                  first, quarters)  # fmt: skip
    parts = ~whole
    number = (segments.ends[parts] - 1) // QUARTER - at[parts] + 1
    which = np.repeat(np.flatnonzero(parts), number)
    if not len(which):
        return
    offset = np.arange(len(which)) - np.repeat(np.cumsum(number) - number, number)
    bucket = at[which] + offset
    begins, long = segments.begins[which], length[which]
    before = np.maximum(0.0, (bucket * QUARTER - begins) / long)
    upto = np.minimum(1.0, ((bucket + 1) * QUARTER - begins) / long)
    people = np.rint(segments.people[which] * upto) - np.rint(segments.people[which] * before)
    yield _within(
        bucket,
        people,
        (upto - before) * long,
        segments.gap[which],
        segments.simulated[which],
        first,
        quarters,
    )


def _within(
    bucket: Ints, people: Floats, length: Floats, gap: Bools, simulated: Bools, first: int, quarters: int
) -> tuple[Ints, Floats, Floats, Bools, Bools]:
    at = bucket - first // QUARTER
    use = (at >= 0) & (at < quarters)
    return at[use], people[use], length[use], gap[use], simulated[use]
