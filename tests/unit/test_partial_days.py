"""No verdict about a door from a day on which it was counted in part, at whatever hour it began."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.worlds.faulty_sensors import case, small
from besok.analytics.occupancy import NOTHING, DayObservations, SiteParameters, learn, live
from besok.analytics.quality.detect import detect
from besok.analytics.quality.sensor_series import SensorHistory
from besok.model.arrays import Bools, Floats
from besok.model.building import Building
from cli.simulation.watched import cut
from tests.unit.occupied import NAN, library

Day = tuple[DayObservations, Floats]  # what the doors counted, and who was inside
HOURS = (5, 9, 10, 15, 21)  # before, at and after opening and closing
STEPS_AN_HOUR = 4
HOUSE = Building.of((None,), [(None, 0)] * 3)


def house(seed: int, doors: int = 3) -> Day:
    """Return the library of the tests with several doors, each with its share of entries and of exits."""
    seen, real = library(seed, 0.02, 0.05, minutes=15)
    return by_doors(seen.people_in[:, 0], seen.people_out[:, 0], doors, seed), real


def by_doors(came: Floats, went: Floats, doors: int, seed: int) -> DayObservations:
    rng = np.random.default_rng([seed, doors])
    shares = rng.dirichlet([4] * doors, 2)
    into, out = (
        rng.multinomial(n.astype(int), own).astype(np.float64)
        for n, own in zip((came, went), shares, strict=True)
    )
    return DayObservations.of(into, out, 1, step_minutes=15)


def begun(day: DayObservations, hour: int, doors: slice = slice(None)) -> DayObservations:
    """Return a day of which some doors were not heard before `hour`."""
    heard = np.ones(day.people_in.shape, bool)
    heard[: (hour - 4) * STEPS_AN_HOUR, doors] = False
    return only(day, heard)


def clamped(day: DayObservations, real: Floats, hour: int = 4) -> float:
    """Return the error of in - out that begins at nobody and is never below, from `hour` on."""
    inside, wrong = 0.0, []
    for net in np.nan_to_num(day.people_in).sum(1) - np.nan_to_num(day.people_out).sum(1):
        inside = max(inside + net, 0)
        wrong.append(inside)
    first = (hour - 4) * STEPS_AN_HOUR
    return float(np.sqrt(np.mean((np.array(wrong) - real)[first:] ** 2)))


def estimated(day: DayObservations, real: Floats, known: SiteParameters, hour: int = 4) -> float:
    first = (hour - 4) * STEPS_AN_HOUR
    people = live(HOUSE, day, known).people[first:, 0]
    return float(np.sqrt(np.mean((people - real[first:]) ** 2)))


@pytest.mark.parametrize("hour", HOURS)
def test_a_file_that_begins_at_any_hour_turns_no_door(hour: int) -> None:
    """The first day and the days after it are estimated no worse than by clamp and reset."""
    days = [house(seed) for seed in range(60, 64)]
    file = [begun(days[0][0], hour), *(day for day, _ in days[1:])]
    errors = [estimated(file[0], days[0][1], NOTHING, hour)]
    rival = [clamped(file[0], days[0][1], hour)]
    for n in (1, 2, 3):
        learnt = learn(HOUSE, file[:n])
        assert not learnt.swapped.any() and not learnt.turned.any()
        errors.append(estimated(*days[n], learnt))
        rival.append(clamped(*days[n]))
    assert np.sqrt(np.mean(np.square(errors))) <= 1.02 * np.sqrt(np.mean(np.square(rival)))


@pytest.mark.parametrize("hour", HOURS)
def test_a_door_added_at_any_hour_turns_no_door(hour: int) -> None:
    """Two doors are counted for three days, the third from `hour` of the fourth on."""
    days = [house(seed)[0] for seed in range(70, 75)]
    site = [begun(day, 28, slice(2, 3)) for day in days[:3]] + [begun(days[3], hour, slice(2, 3))]
    site.append(days[4])
    for n in (4, 5) if hour < 18 else (5,):  # the fourth day alone says nothing once the library is closed
        learnt = learn(HOUSE, site[:n])
        assert not learnt.swapped.any() and not learnt.turned.any()


@pytest.mark.parametrize("hour", HOURS)
def test_a_file_that_ends_at_any_hour_turns_no_door(hour: int) -> None:
    days = [house(seed)[0] for seed in range(80, 82)]
    for file in (days[:1], days):
        ended = [*file[:-1], file[-1][: (hour - 4) * STEPS_AN_HOUR]]
        assert not learn(HOUSE, ended).swapped.any()


def test_doors_that_tell_only_when_somebody_passes_are_judged_by_the_days_beside() -> None:
    days = [quiet(house(seed)[0]) for seed in range(90, 94)]
    assert not learn(HOUSE, [begun(days[0], 13), *days[1:]]).swapped.any()
    wrong = [swapped(day, 0) for day in days]
    assert learn(HOUSE, wrong).swapped.tolist() == [True, False, False]


def test_days_whose_steps_begin_off_the_quarter_are_whole() -> None:
    """Whoever stamps a quarter of an hour 10:05 has counted from one end of the day to the other all the same."""
    days = [replace(day, clock=day.clock + 5) for day, _ in (house(seed) for seed in range(60, 64))]
    assert learn(HOUSE, days).days == len(days)


def quiet(day: DayObservations) -> DayObservations:
    """Return a day whose doors say nothing while nobody passes."""
    return only(day, day.people_in + day.people_out > 0)


def only(day: DayObservations, heard: Bools) -> DayObservations:
    people_in, people_out = (np.where(heard, way, NAN) for way in (day.people_in, day.people_out))
    return replace(day, people_in=people_in, people_out=people_out)


def swapped(day: DayObservations, door: int) -> DayObservations:
    mine = np.arange(day.people_in.shape[1]) == door
    return replace(
        day,
        people_in=np.where(mine, day.people_out, day.people_in),
        people_out=np.where(mine, day.people_in, day.people_out),
    )


@pytest.mark.parametrize("hour", HOURS)
def test_a_door_that_is_heard_from_opening_to_closing_is_counted_whole(hour: int) -> None:
    day = begun(swapped(house(100)[0], 0), hour)
    opened = replace(day, open=(day.clock >= 9 * 60) & (day.clock < 18 * 60))
    assert learn(HOUSE, [opened]).swapped.any() == (hour <= 9)


@pytest.mark.parametrize("hour", (9, 15))
def test_real_rooms_that_begin_at_any_hour_turn_no_door(hour: int, rooms: list[Day]) -> None:
    """Two rooms of a university (SDU OU44), entered by three doors each."""
    for first, second in zip(rooms[::2], rooms[1::2], strict=True):
        file = [begun(first[0], hour), second[0]]
        for n in (1, 2):
            learnt = learn(HOUSE, file[:n])
            assert not learnt.swapped.any() and not learnt.turned.any()
        knowing, unknowing = (estimated(*second, known) for known in (learn(HOUSE, file[:1]), NOTHING))
        assert knowing <= max(1.02 * clamped(*second), unknowing)


@pytest.fixture(scope="module")
def rooms(shared: Path) -> list[Day]:
    """Return twelve busy days of the two rooms, by quarter; who came and went is the change of who was there."""
    table: dict[tuple[str, str], list[float]] = {}
    with (shared / "data/sdu_rooms/rooms_1min.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            table.setdefault((row["room"], row["day_id"]), []).append(float(row["occupants"] or 0))
    found: list[Day] = []
    for n, people in enumerate(table.values()):
        inside = np.array(people)[: 24 * 60]
        if len(inside) < 24 * 60 or inside.max() < 15:
            continue
        inside = np.concatenate([inside[240:], np.full(240, inside[-1])])
        change = np.diff(inside, prepend=0).reshape(-1, 15)
        came, went = np.maximum(change, 0).sum(1), np.maximum(-change, 0).sum(1)
        found.append((by_doors(came, went, 3, n), inside[14::15]))
    return found[: len(found) // 2 * 2][:12]


@pytest.mark.parametrize("hour", (0, 9, 15, 21))
def test_sensors_of_a_site_that_begins_at_any_hour_are_left_in_peace(hour: int) -> None:
    """Neither swapped, failing nor unbalanced: all sensors mounted at `hour`, and one of them days later."""
    sound = case(small(2, 3), 0, 5)
    for late in (slice(None), slice(0, 1)):
        step = hour * STEPS_AN_HOUR + (0 if late == slice(None) else 10 * 96)
        seen = mounted(sound.seen, step, late)
        for day in (2, 4, 8, 12, 14, 20):
            found = detect(sound.house, cut(seen, day * 96 - 20))
            assert {f.kind for f in found} <= {"silent"}  # until it is mounted


def mounted(seen: SensorHistory, step: int, counters: slice) -> SensorHistory:
    """Return what counters say that were mounted at a step."""
    people_in, people_out, covered = seen.people_in.copy(), seen.people_out.copy(), seen.covered.copy()
    people_in[:step, counters] = people_out[:step, counters] = NAN
    covered[:step, counters] = 0
    return replace(seen, people_in=people_in, people_out=people_out, covered=covered)
