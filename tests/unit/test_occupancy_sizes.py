"""Past days by quarter of an hour: most spaces need a small grid, and get nearly the figures of a full one."""

import numpy as np
import pytest

from besok.analytics.occupancy import NOTHING, DayObservations, SiteParameters, learn, smoothed, smoothed_days
from besok.analytics.occupancy.smooth import _prepared, _size_needed
from besok.model.arrays import Floats
from besok.model.building import Building

HALL = Building.of((None,), ((None, 0),))
STEPS = 96  # quarters
DAYS, LEARNT = 4, 10


def history(seed: int, an_hour: float, missed: float) -> list[tuple[DayObservations, Floats]]:
    """Days of people who stay for half an hour, by counters that each miss about such a share of them."""
    rng = np.random.default_rng(seed)
    minute = np.arange(1440)
    coming = np.where(np.abs(minute - 600) < 360, np.sin((minute - 240) / 720 * np.pi), 0) * an_hour / 60
    days = []
    for _ in range(LEARNT + DAYS):
        came = rng.poisson(coming)
        leaves = np.repeat(minute, came) + 1 + rng.exponential(30, came.sum()).astype(int)
        went = np.bincount(leaves.clip(max=1100), minlength=1440)
        shares = np.clip(rng.normal(missed, missed / 4, 2), 0, 1)
        ways = [rng.binomial(n, 1 - share) for n, share in zip((came, went), shares, strict=True)]
        came_in, went_out = (way.reshape(STEPS, -1).sum(1)[:, None].astype(float) for way in ways)
        inside = np.cumsum(came - went)[14::15].astype(float)
        days.append((DayObservations.of(came_in, went_out, 1, step_minutes=15), inside))
    return days


def needed(seen: DayObservations, learnt: SiteParameters) -> int:
    """Return which size the hall's day needs."""
    return int(_size_needed(_prepared(HALL, seen, learnt, over=True))[0])


@pytest.mark.parametrize(("an_hour", "missed", "size"), [(40, 0.03, 1), (1500, 0.08, 0)])
def test_the_size_that_a_day_needs_gives_nearly_the_figures_of_a_full_grid(
    an_hour: float, missed: float, size: int
) -> None:
    days = history(3, an_hour, missed)
    learnt = learn(HALL, [seen for seen, _ in days[:LEARNT]])
    judged = [(seen, learnt) for seen, _ in days[LEARNT:]]
    assert [needed(*day) for day in judged] == [size] * DAYS
    for chosen, day in zip(smoothed_days(HALL, judged), judged, strict=True):
        full = smoothed(HALL, *day)
        for name in ("people", "lower", "upper"):
            off = np.abs(getattr(chosen, name) - getattr(full, name))
            assert off.mean() < 0.01 * full.people.max(), name


def test_a_busy_hall_of_which_nothing_is_learnt_needs_a_full_grid() -> None:
    seen, real = history(5, 2000, 0.0)[0]
    assert needed(seen, NOTHING) == 0
    [found] = smoothed_days(HALL, [(seen, NOTHING)])
    assert np.abs(found.people[:, 0] - real).mean() < 0.03 * real.mean()
