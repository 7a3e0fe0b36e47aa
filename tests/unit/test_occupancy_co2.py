"""What the air of a room tells of its people: learnt from past days, believed as far as it proved to be true."""

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from besok.analytics.occupancy import DayObservations, Filter, SiteParameters, learn, live, smoothed
from besok.analytics.occupancy.co2 import Co2Response
from besok.model.arrays import Floats
from besok.model.building import Building
from besok.model.occupancy import Estimate

ROOM = Building.of((None,), ((None, 0),))
HALL_AND_ROOM = Building.of((None, 0), ((None, 0), (0, 1)))
VOLUME_M3, FRESH_M3_MIN, OUTDOOR, BREATH_M3_MIN = 300.0, 9.0, 420.0, 0.000312
SLOPE = VOLUME_M3 / (BREATH_M3_MIN * 1e6)  # people for each ppm a minute
LEVEL = FRESH_M3_MIN / (BREATH_M3_MIN * 1e6)


def air(people: Floats, rng: np.random.Generator, noise: float = 5.0, fresh: float = FRESH_M3_MIN) -> Floats:
    """Carbon dioxide at the end of each minute in a well-mixed room that begins with fresh air."""
    ppm, found = OUTDOOR, []
    for inside in people:
        ppm += (1e6 * BREATH_M3_MIN * inside - fresh * (ppm - OUTDOOR)) / VOLUME_M3
        found.append(ppm)
    return np.rint(found + noise * rng.standard_normal(len(people)))


def day(
    seed: int, miss_out: float = 0.0, minutes: int = 10, fresh: float = FRESH_M3_MIN
) -> tuple[DayObservations, Floats]:
    """A day of a reading room: what its door and its air say in each step, and who is really there."""
    rng = np.random.default_rng(seed)
    comes = (300 + 500 * rng.beta(1.5, 1.7, 150)).astype(int)
    goes = np.minimum(comes + 5 + rng.exponential(90, 150), 900 + rng.uniform(0, 10, 150)).astype(int)
    came, went = (np.bincount(t, minlength=1440).astype(float) for t in (comes, goes))
    real = np.cumsum(came - went)
    told = rng.binomial(went.astype(int), 1 - miss_out).astype(float)
    ppm = air(real - (came - went) / 2, rng, fresh=fresh).reshape(-1, minutes).mean(1)
    counts = (c.reshape(-1, minutes).sum(1)[:, None] for c in (came, told))
    return DayObservations.of(*counts, 1, co2=ppm[:, None], step_minutes=minutes), real[
        minutes - 1 :: minutes
    ]


PAST = [day(seed, miss_out=0.04 * (seed % 3), minutes=15)[0] for seed in range(9)]
LEARNT = learn(ROOM, PAST)
TODAY, REAL = day(104, miss_out=0.2)


def unheard(seen: DayObservations) -> DayObservations:
    return replace(seen, co2=np.full_like(seen.co2, np.nan))


def error(estimate: Estimate, real: Floats) -> float:
    return float(np.sqrt(np.mean((estimate.people[:, 0] - real) ** 2)))


def test_past_days_teach_how_the_air_answers_to_people() -> None:
    exact = [day(seed, minutes=15)[0] for seed in range(6)]
    found = learn(ROOM, exact).air
    slope, level, base, still, share, lasts, most = (getattr(found, f.name)[0] for f in fields(found))
    assert_allclose([slope, level, base], [SLOPE, LEVEL, OUTDOOR], rtol=0.06)
    assert still < 2
    assert 0 < share < 0.2
    assert lasts >= 60
    assert 30 < most < 90


def test_shorter_steps_teach_the_same() -> None:
    shorter = learn(ROOM, [day(seed, 0.04 * (seed % 3))[0] for seed in range(9)]).air
    for name in ("slope", "level", "base"):
        assert_allclose(getattr(shorter, name), getattr(LEARNT.air, name), rtol=0.05)


def test_air_keeps_a_drifting_door_in_place() -> None:
    drifts = live(ROOM, unheard(TODAY), LEARNT)
    assert error(live(ROOM, TODAY, LEARNT), REAL) < 0.93 * error(drifts, REAL)


def test_a_day_that_is_over_is_known_better_by_its_air() -> None:
    today, real = day(102, miss_out=0.2)
    assert error(smoothed(ROOM, today, LEARNT), real) < 0.93 * error(
        smoothed(ROOM, unheard(today), LEARNT), real
    )


def test_the_order_of_days_does_not_matter_and_what_is_learnt_can_be_kept() -> None:
    other = learn(ROOM, PAST[::-1]).air
    for field in fields(other):
        assert_allclose(getattr(other, field.name), getattr(LEARNT.air, field.name), rtol=1e-6)
    assert SiteParameters.from_json(LEARNT.to_json()).to_json() == LEARNT.to_json()


def test_the_future_changes_nothing_and_steps_may_come_one_by_one() -> None:
    whole = live(ROOM, TODAY, LEARNT)
    follows = Filter(ROOM, LEARNT)
    for start, stop in ((0, 60), (60, 61), (61, 62), (62, 90)):
        checkpoint, steps = follows.copy(), slice(start, stop)
        first = follows.step(TODAY[steps])
        assert_array_equal(first.people, whole.people[steps])
        assert_array_equal(checkpoint.step(TODAY[steps]).people, first.people)


def test_without_readings_all_is_as_if_nothing_were_learnt_of_air() -> None:
    for estimate in (live, smoothed):
        known = estimate(ROOM, unheard(TODAY), LEARNT)
        assert_array_equal(
            known.people, estimate(ROOM, unheard(TODAY), replace(LEARNT, air=Co2Response.unknown(1))).people
        )
    assert not learn(ROOM, [unheard(seen) for seen in PAST]).air.known.any()
    assert not learn(ROOM, PAST[:2]).air.known.any()  # too few


def test_a_space_with_air_does_not_touch_those_without() -> None:
    nobody = np.zeros((96, 1))
    past = [
        replace(s, people_in=np.hstack([s.people_in, nobody]), people_out=np.hstack([s.people_out, nobody]),
                co2=np.hstack([s.co2, np.nan * nobody]), people=np.full((96, 2), np.nan),
                occupied=np.full((96, 2), np.nan))
        for s in PAST
    ]  # fmt: skip
    air = learn(HALL_AND_ROOM, past).air
    for field in fields(air):
        assert getattr(air, field.name)[0] == pytest.approx(getattr(LEARNT.air, field.name)[0], rel=1e-3)
    assert air.known.tolist() == [True, False]


def test_air_that_does_not_answer_to_people_is_not_used() -> None:
    rng = np.random.default_rng(3)
    outdoors = [replace(s, co2=420 + np.cumsum(rng.normal(0, 5, (96, 1)), axis=0)) for s in PAST]
    assert not learn(ROOM, outdoors).air.known.any()


MINUTE = 10 * np.arange(144)[:, None]
FAULTS: dict[str, Callable[[Floats], Floats]] = {
    "stuck": lambda ppm: np.where(MINUTE < 420, ppm, ppm[42]),
    "jumping": lambda ppm: ppm + 400 * (MINUTE // 40 % 3 == 1),
    "recalibrated in the night": lambda ppm: ppm + 100,
    "recalibrated by day": lambda ppm: ppm + 100 * (MINUTE > 500),
    "another unit": lambda ppm: ppm / 10_000,
    "tenfold": lambda ppm: ppm * 10,
    "silent for hours": lambda ppm: np.where((MINUTE // 100) % 3 == 1, np.nan, ppm),
    "nothing but zeros": lambda ppm: 0 * ppm,
}


WELL, WELL_REAL = day(101, miss_out=0.05)
WITHOUT = error(live(ROOM, unheard(WELL), LEARNT), WELL_REAL)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_sensor_that_fails_does_little_harm(fault: str) -> None:
    broken = replace(WELL, co2=FAULTS[fault](WELL.co2))
    assert error(live(ROOM, broken, LEARNT), WELL_REAL) < 1.1 * WITHOUT


def test_an_open_window_is_doubted() -> None:
    aired, _ = day(101, miss_out=0.05, fresh=3 * FRESH_M3_MIN)
    assert error(live(ROOM, aired, LEARNT), WELL_REAL) < 1.25 * WITHOUT
