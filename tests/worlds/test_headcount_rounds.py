"""Headcount rounds bring the error and the interval down as theory says: the update of a Kalman filter.

A headcount with the error R of an estimate with the error P leaves P R / (P + R), both as variances. Of the worlds and
seeds none was used to choose anything.
"""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.worlds import standard
from besok.analytics.occupancy import Headcount, learn, live, placed, smoothed
from besok.analytics.occupancy.headcounts import headcount_sd
from besok.model.arrays import Floats

WORLDS = ("miss-5", "biased-out", "double")
SEEDS = range(201, 204)
HISTORY = 4
HOURS = (12, 14, 16)
STEP_S = 600
COLUMNS = ("error", "width", "inside", "miscount")


@pytest.fixture(scope="module")
def judged() -> dict[str, Floats]:
    """Error, width of the interval, whether the truth lies in it, the error of the headcount: at each one, and half
    an hour later; with and without the headcounts of the day.
    """
    found: dict[str, list[list[float]]] = {}
    recipes = [replace(r, step_s=STEP_S) for r in standard.STANDARD if r.name in WORLDS]
    for number, (recipe, seed) in enumerate((r, s) for r in recipes for s in SEEDS):
        rng = np.random.default_rng([number, seed])
        world = standard.world(recipe, seed, HISTORY, 1)
        seen, real = world.seen[HISTORY], world.real[HISTORY][:, 0]
        learnt = learn(world.building, world.past[:HISTORY])
        steps = [int((hour - 4 + rng.uniform(0, 0.7)) * 3600) // STEP_S for hour in HOURS]
        sd = headcount_sd(real[steps])
        told = np.maximum(np.rint(real[steps] + rng.normal(size=len(steps)) * sd), 0)
        counts = [Headcount(at=s + 0.999, space=0, people=n) for s, n in zip(steps, told, strict=True)]
        people, error = placed(counts, world.building, seen.people_in, seen.people_out)
        walked = replace(seen, headcount=people, headcount_sd=error)
        for estimator in (live, smoothed):
            for name, day in (("without", seen), ("with", walked)):
                result = estimator(world.building, day, learnt)
                for when, later in (("at", 0), ("later", 1800 // STEP_S)):
                    rows = found.setdefault(f"{estimator.__name__} {name} {when}", [])
                    for step, miscount in zip(steps, sd, strict=True):
                        n = step + later
                        low, mean, high = (
                            float(c[n, 0]) for c in (result.lower, result.people, result.upper)
                        )
                        rows.append([mean - real[n], high - low, float(low <= real[n] <= high), miscount])
    return {key: np.array(rows) for key, rows in found.items()}


def rms(values: Floats) -> float:
    return float(np.sqrt((values**2).mean()))


def test_a_headcount_brings_the_error_down_as_theory_says(judged: dict[str, Floats]) -> None:
    before, after = judged["live without at"], judged["live with at"]
    first = np.arange(len(before)) % len(HOURS) == 0  # before it the two are the same estimate
    p, r = rms(before[first, 0]), rms(before[first, 3])
    theory = p * r / np.hypot(p, r)
    assert p > 1.5 * r  # there is something to learn
    assert rms(after[first, 0]) == pytest.approx(theory, rel=0.25)
    assert after[first, 1].mean() < 0.6 * before[first, 1].mean()


def test_what_is_learnt_lasts(judged: dict[str, Floats]) -> None:
    for estimator in ("live", "smoothed"):
        before, after = judged[f"{estimator} without later"], judged[f"{estimator} with later"]
        assert rms(after[:, 0]) < 0.8 * rms(before[:, 0]), estimator
        assert after[:, 1].mean() < 0.75 * before[:, 1].mean(), estimator


def test_the_intervals_stay_honest(judged: dict[str, Floats]) -> None:
    for key, rows in judged.items():
        assert 0.7 <= rows[:, 2].mean() <= 0.95, key
