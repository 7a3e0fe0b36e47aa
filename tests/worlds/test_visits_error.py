"""The stated error of visits holds what the simulator knows, over many worlds whose counters miss people."""

import pytest

from benchmarks.visits import STEPS, simulate, small

SEEDS = range(3000, 3024)
DAYS = 56  # four weeks and more tell the variance of a passage


@pytest.mark.parametrize("doors", [1, 2])
def test_the_interval_of_a_day_and_of_a_month_holds_at_its_rate(doors: int) -> None:
    worlds = [world for seed in SEEDS for world in simulate(small(doors, 120), seed, DAYS)]
    for step in ("day", "month"):
        held = [sum(found) / len(found) for found in (world.holds(STEPS[step]) for world in worlds)]
        assert 0.66 < sum(held) / len(held) < 0.94  # 0.72 to 0.88, and one standard error of so few worlds
