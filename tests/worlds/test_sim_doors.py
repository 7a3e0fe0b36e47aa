"""What the estimator makes of doors that tell the wrong thing: each fault costs much more when its handling is off.

The worlds are standard ones, counted by ten minutes and for few days.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.worlds import standard
from besok.analytics.occupancy import NOTHING, dwell_time, filter, smooth, swapped_doors
from besok.analytics.occupancy import passages as doors
from cli.simulation import judge
from cli.simulation.judge import live, smoothed
from cli.simulation.judged_world import JudgedWorld
from cli.simulation.occupancy_accuracy import Figures


def house(name: str, seed: int) -> JudgedWorld:
    """Ten days to learn from, and two to be judged."""
    recipe = next(r for r in standard.STANDARD if r.name == name)
    return standard.world(replace(recipe, step_s=600), seed, 10, 2)


def error(world: JudgedWorld, estimator: Callable[[JudgedWorld], Figures]) -> float:
    """The root of the mean squared error, in people."""
    real = np.concatenate(world.real[world.judged :])
    return float(np.sqrt(np.mean((estimator(world).people - real) ** 2)))


@pytest.mark.parametrize("estimator", [live, smoothed])
def test_a_door_that_hangs_the_wrong_way_round_is_turned_back(
    estimator: Callable[[JudgedWorld], Figures], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dwell_time, "DAYS", 1e9)  # how long people stay holds the figure too,
    # so does nobody's being left over,
    monkeypatch.setattr(smooth, "_unsettled", lambda doors, _inputs: doors.bias_sd)
    monkeypatch.setattr(filter, "VACANT_MINUTES", 1e9)  # and the night
    world = house("swapped", 3)
    known = error(world, estimator)
    monkeypatch.setattr(swapped_doors, "SURE", 1e9)
    assert known < 0.7 * error(world, estimator)


@pytest.mark.parametrize(
    ("name", "seed", "estimator"),
    [("dead-half-day", 2, smoothed), ("dead-week", 3, live)],
)
def test_who_usually_passes_a_dead_door_is_put_in(
    name: str, seed: int, estimator: Callable[[JudgedWorld], Figures], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = house(name, seed)
    known = error(world, estimator)
    monkeypatch.setattr(doors, "SILENT_PEOPLE", 1e9)
    assert known < 0.7 * error(world, estimator)


@pytest.mark.parametrize(("name", "seed"), [("biased-out", 3), ("exit", 1)])
def test_what_a_door_usually_misses_is_taken_out(
    name: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half blind one way, or a way out that nobody counts: earlier days tell."""
    world = house(name, seed)
    known = error(world, live)
    monkeypatch.setattr(judge, "_learnt", lambda world, day: NOTHING)
    assert known < 0.5 * error(world, live)
