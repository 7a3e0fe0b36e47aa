"""A first day on which counting begins while people are inside."""

from dataclasses import replace

import numpy as np
import pytest
from occupied import NAN, ROOM, library

from besok.analytics.occupancy import DayObservations, live, smoothed
from besok.model.arrays import Floats

SEEDS = range(3)


def begun_at(hour: int, seed: int) -> tuple[DayObservations, Floats, slice]:
    """The library counted from an hour on; who is really there; the steps from then until it closes."""
    day, real = library(seed, 0.04, 0.04)
    first = (hour - 4) * 60
    late = np.arange(len(day))[:, None] < first
    entries, exits = (np.where(late, NAN, way) for way in (day.people_in, day.people_out))
    return replace(day, people_in=entries, people_out=exits), real, slice(first, 13 * 60)


@pytest.mark.parametrize("hour", range(10, 17))
def test_who_was_in_is_known_once_the_day_is_over(hour: int) -> None:
    for seed in SEEDS:
        day, real, counted = begun_at(hour, seed)
        result = smoothed(ROOM, day)
        off = np.abs(result.people[counted, 0] - real[counted])
        assert off.mean() < 0.2 * real[counted].mean()
        before = np.arange(len(day)) < counted.start
        assert np.isnan(result.people[before, 0]).all()


@pytest.mark.parametrize("hour", range(10, 17))
def test_until_then_the_interval_says_that_nobody_knows(hour: int) -> None:
    for seed in SEEDS:
        day, real, counted = begun_at(hour, seed)
        soon = slice(counted.start + 20, counted.start + 60)
        result = live(ROOM, day)
        assert (result.upper[soon, 0] >= real[soon]).mean() > 0.8
        assert (result.lower[soon, 0] <= real[soon]).mean() > 0.8
        part = live(ROOM, day[: soon.start])
        assert np.array_equal(part.upper, result.upper[: soon.start], equal_nan=True)


def test_a_counter_that_only_sends_passages_has_missed_nobody() -> None:
    for seed in SEEDS:
        day, real = library(seed, 0.04, 0.04)
        silent = (day.people_in + day.people_out) == 0
        entries, exits = (np.where(silent, NAN, way) for way in (day.people_in, day.people_out))
        late = replace(day, people_in=entries, people_out=exits)
        off = np.abs(smoothed(ROOM, late).people[:, 0] - smoothed(ROOM, day).people[:, 0])
        assert np.nanmax(off) < 0.1 * real.max()
