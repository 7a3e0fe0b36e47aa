"""Across a break in the method: growth moves by no more than its stated error; no break is seen where there is none.

The same at length, over many more seeds: `python -m benchmarks.bridge`.
"""

import numpy as np
import pytest

from benchmarks.worlds.method_breaks import BEFORE, NOW, house, moved
from besok.analytics.bridge import (
    UNSEEN,
    DoorCounts,
    SensorChange,
    bridged,
    bridges,
    found,
    growth,
    unseen_at,
)
from besok.analytics.level_shift import changepoint, steps_at
from besok.model.arrays import Floats

SIZE = float(np.log(1.08))


def ratio(seed: int, days: int = 728, walk: float = 0.002) -> Floats:
    """The logarithm of a door beside the others: noise, wandering, a season; closed on Sundays."""
    rng, day = np.random.default_rng(seed), np.arange(days)
    series = rng.normal(0, 0.08, days) + np.cumsum(rng.normal(0, walk, days))
    series += 0.05 * np.sin(2 * np.pi * day / 365 + rng.uniform(0, 6))
    series[day % 7 == 6] = np.nan
    return series


def test_a_step_on_a_known_day_is_told_with_its_true_error() -> None:
    scores = []
    for seed in range(30):
        series, day = ratio(seed), int(np.random.default_rng(seed).integers(60, 660))
        series[day:] += SIZE
        (step,) = steps_at(series, [day])
        assert step is not None
        scores.append((step.size - SIZE) / step.se)
    assert 0.4 < float(np.sqrt(np.mean(np.square(scores)))) < 1.5


def test_several_steps_are_told_apart() -> None:
    series = ratio(3, walk=0.0)
    series[200:] += 0.3
    series[500:] -= 0.2
    first, second = steps_at(series, [200, 500])
    assert first and second
    assert (first.size, second.size) == (pytest.approx(0.3, abs=0.06), pytest.approx(-0.2, abs=0.06))


def test_steps_that_nobody_told_of_are_rarely_seen_where_there_are_none() -> None:
    gains = [told.gain for seed in range(25) if (told := changepoint(ratio(seed)))]
    assert len(gains) == 25 and sum(gain >= 8 for gain in gains) <= 1
    series = ratio(1, walk=0.0)
    series[300:] += 0.15
    told = changepoint(series)
    assert told and told.gain > 8 and abs(told.day - 300) <= 14 and told.size == pytest.approx(0.15, abs=0.04)


@pytest.mark.parametrize("days", [0, 20, 60])
def test_too_little_is_no_error(days: int) -> None:
    series = np.full(days, 0.1)
    assert steps_at(series, [days // 2])[0] is None or days == 60
    assert changepoint(series) is None
    assert steps_at(np.full(300, np.nan), [150]) == [None]
    assert steps_at(ratio(1)[:300], [3, 298]) == [None, None]


@pytest.mark.parametrize(("doors", "how"), [(1, "level"), (2, "level"), (2, "overlap"), (2, "unknown")])
def test_a_changed_counter_moves_growth_by_no_more_than_its_stated_error(doors: int, how: str) -> None:
    off, plain, errors = [], [], []
    for seed in range(4):
        told = moved(seed, doors, how)
        off.append(abs(told.growth.bridged - told.truth))
        plain.append(abs(told.growth.counted - told.truth))
        errors.append(told.growth.error)
    assert sum(o > e for o, e in zip(off, errors, strict=True)) == 0
    if how != "unknown":
        assert np.sqrt(np.mean(np.square(off))) < (1.0 if doors == 1 else 0.7) * np.sqrt(
            np.mean(np.square(plain))
        )
    assert max(errors) < 0.2


def test_side_by_side_tells_a_factor_sharply() -> None:
    rng = np.random.default_rng(1)
    old = rng.poisson(300, 20).astype(float)
    (bridge,) = bridges(house(1, 1), [SensorChange(day=400, door=0, old=tuple(old), new=tuple(old * 1.08))])
    assert (bridge.method, bridge.factor) == ("overlap", pytest.approx(1.08, abs=1e-9))
    assert 0 < bridge.se < 0.02
    (few,) = bridges(house(1, 1), [SensorChange(day=400, door=0, old=(300.0, 310.0), new=(320.0, 330.0))])
    assert few.method == "level"


def test_no_company_and_no_history_is_said_so() -> None:
    doors = DoorCounts(counts=np.full((40, 1), 100.0), beside=np.zeros((40, 0)), weekday=0)
    (bridge,) = bridges(doors, [SensorChange(day=20, door=0)])
    assert (bridge.method, bridge.factor) == ("none", 1.0)
    assert found(doors, []) == [] and unseen_at(doors, []) == [UNSEEN]


def test_both_doors_changed_at_once_do_not_vouch_for_each_other() -> None:
    doors = house(4, 2)
    doors.counts[400:] *= 1.08
    both = bridges(doors, [SensorChange(day=400, door=0), SensorChange(day=400, door=1)])
    assert [b.method for b in both] == ["level", "level"]
    assert min(b.se for b in both) > 0.02  # each alone or beside the park: it is not known well


def test_growth_without_breaks_is_the_growth_that_was_counted() -> None:
    counts = np.nan_to_num(house(5, 3).counts)
    told = growth(counts, [], NOW, BEFORE, [0.03] * 3)
    assert told and told.bridged == told.counted and told.error >= told.unseen > 0
    assert growth(np.zeros((728, 1)), [], NOW, BEFORE, [0.1]) is None
    assert (bridged(counts, []) == counts).all()
