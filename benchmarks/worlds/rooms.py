"""Real truth made into counts: who was in a room, by anybody's file, and what a counter over its door would have said.

The truth gives only the net change of each step. Beside it come pairs of people who change places within a step, as
many as `pairs` a person and hour. Then a counter errs, in its own way for each seed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np
import pandas as pd
from numpy.random import Generator

from benchmarks.worlds.counters import Counter, counted
from benchmarks.worlds.people import Passages, in_order
from besok.analytics.occupancy import DayObservations
from besok.files.counts import read_columns
from besok.model.arrays import Bools, Floats
from besok.model.building import Building
from besok.model.errors import CountFileError
from cli.simulation.judged_world import JudgedWorld

SHORTEST: Final = timedelta(minutes=1)  # of a step
LONGEST: Final = timedelta(hours=2)
PATIENCE: Final = timedelta(hours=1)  # for so long a value is taken to hold
LARGEST_ROOM: Final = 10_000  # people
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a room's truth is made into counts. `closed` is a stretch of the local clock, None if it is not known."""

    reset: time = time(4)
    closed: tuple[time, time] | None = None
    capacity: int | None = None
    miss: float = 0.04  # share of passages a counter misses, about
    pairs: float = 0.3  # a person and hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """People in a room by step: `times` is when each step ends. NaN where the file is silent for long."""

    times: tuple[datetime, ...]
    step: timedelta
    people: Floats


def worlds(path: Path, way: Way, seed: int) -> list[JudgedWorld]:
    """Return a world for each room of a file of `time,people`, or of `time,room,people`. Raises CountFileError."""
    times, frame = read_columns(path, numbers=("people",), texts=("room",))
    return of_frame(frame.assign(at=times.utc(), room=frame.get("room", "")), way, seed)


def of_frame(frame: pd.DataFrame, way: Way, seed: int) -> list[JudgedWorld]:
    """Return a world for each room of a frame of at, room and people. Raises CountFileError."""
    told = frame[frame["people"].notna()]
    if told.empty:
        raise CountFileError("nobody is told of: the column people is empty")
    if (many := told["people"] > LARGEST_ROOM).any():
        raise CountFileError(
            f"line {many.idxmax()}: {told['people'].max():.0f} people are in no room; more than {LARGEST_ROOM}"
        )
    return [
        world(
            str(name) or "room",
            truth(zip(map(pd.Timestamp.to_pydatetime, room["at"]), room["people"], strict=True)),
            way,
            seed,
        )
        for name, room in told.groupby("room", sort=False)
    ]


def truth(said: Iterable[tuple[datetime, float]]) -> Truth:
    """People by even steps, as often as the file usually tells; a value holds until the next one, or for an hour."""
    ordered = dict(sorted(said))
    moments, values = list(ordered), np.array(list(ordered.values()), float)
    if len(moments) < 2:
        raise CountFileError("one moment is not a course of a day: write time,people for many")
    usual = timedelta(seconds=median((b - a).total_seconds() for a, b in pairwise(moments)))
    step = min(max(timedelta(minutes=round(usual / SHORTEST)), SHORTEST), LONGEST)
    first, last = moments[0], moments[-1]
    steps = (last - first) // step + 1
    ages = np.array([(m - first) / step for m in moments])
    latest = np.searchsorted(ages, np.arange(steps) + 1e-9, side="right") - 1
    fresh = np.arange(steps) - ages[latest] <= max(PATIENCE / step, 1)
    people = np.where(fresh, np.rint(values[latest]), np.nan)
    return Truth(times=tuple(first + n * step for n in range(steps)), step=step, people=people)


def world(name: str, real: Truth, way: Way, seed: int) -> JudgedWorld:
    """Return a room with one door through its days; a third of them, at most a week, are there to be learnt from."""
    rng = np.random.default_rng([seed, *name.encode()])
    counter = drawn(way.miss, rng)
    days = _days(real, way.reset)
    known = [n for n, day in enumerate(days) if (~np.isnan(real.people[day])).any()]
    days = [days[n] for n in known]
    held = np.nan_to_num(_filled_forward(real.people))
    seen = tuple(_counted_day(real, held, day, way, counter, rng) for day in days)
    about = (
        f"real: {real.times[0]:%Y-%m-%d} to {real.times[-1]:%Y-%m-%d}, each {real.step / SHORTEST:.0f} min"
    )
    return JudgedWorld(
        name=name,
        about=about,
        spaces=("site",),
        building=Building.of([None], [(None, 0)], [way.capacity]),
        seen=seen,
        past=seen,
        received=(None,) * len(days),
        real=tuple(real.people[day][:, None] for day in days),
        judged=min(7, len(days) // 3),
    )


def drawn(miss: float, rng: Generator) -> Counter:
    """Draw a counter that misses about this share, not quite the same in both directions, and errs as many do."""
    moods = np.exp(0.35 * rng.standard_normal(2))
    return Counter(
        miss_in=miss * moods[0], miss_out=miss * moods[1], double=0.005, turned=0.005, crowd=miss / 4
    )


def _days(real: Truth, reset: time) -> list[slice]:
    """Return the business days as slices of the steps. A step belongs to the day in which it ends."""
    since = timedelta(hours=reset.hour, minutes=reset.minute)
    dates = [(moment - since).date() for moment in real.times]
    days, start = [], 0
    for _, steps in groupby(dates):
        stop = start + len(list(steps))
        days.append(slice(start, stop))
        start = stop
    return days


def _filled_forward(people: Floats) -> Floats:
    """Return the last known value where there is none."""
    last = np.maximum.accumulate(np.where(np.isnan(people), 0, np.arange(len(people))))
    return people[last]


def _counted_day(
    real: Truth, held: Floats, day: slice, way: Way, counter: Counter, rng: Generator
) -> DayObservations:
    """Count a day as the counter does a day."""
    before = held[day.start - 1] if day.start else held[0]
    step_s = round(real.step.total_seconds())
    walked = passages(np.concatenate([[before], held[day]]), step_s, way.pairs, rng)
    steps = day.stop - day.start
    counts = counted(walked, [counter], (), 0, steps, step_s, rng)
    begins = [moment - real.step for moment in real.times[day]]
    return DayObservations.of(
        counts.people_in,
        counts.people_out,
        1,
        open=_open(begins, way.closed),
        clock=np.array([60 * b.hour + b.minute for b in begins], np.int64),
        step_minutes=step_s / 60,
    )


def passages(people: Floats, step_s: int, pairs: float, rng: Generator) -> Passages:
    """Passages that lead from each number of people to the next, with pairs who change places beside them."""
    change = np.diff(people)
    both = rng.poisson(pairs * np.minimum(people[:-1], people[1:]) * step_s / 3600)
    came = (np.maximum(change, 0) + both).astype(np.int64)
    went = (np.maximum(-change, 0) + both).astype(np.int64)
    step = np.concatenate([np.repeat(np.arange(len(change)), n) for n in (came, went)])
    time = (step + rng.random(len(step))) * step_s
    return in_order(time, np.zeros(len(step), np.int64), np.arange(len(step)) < came.sum())


def _open(begins: Sequence[datetime], closed: tuple[time, time] | None) -> Bools | None:
    if closed is None:
        return None
    shuts, opens = closed
    clock = [b.time() for b in begins]
    if shuts <= opens:
        return np.array([not shuts <= t < opens for t in clock])
    return np.array([opens <= t < shuts for t in clock])
