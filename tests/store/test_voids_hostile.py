"""Voids across business days, resets and running totals, undone in any order, with data that comes in between."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from besok.model.errors import StoreRefused
from besok.store.database import Database
from tests.databases import execute
from tests.store.counted import after, buckets, put, reading, totals
from tests.store.test_voids import tables, undo, void

DAY = 24 * 60


@pytest.mark.parametrize("gap", [1, 60, DAY])
def test_a_void_over_the_end_of_a_business_day_and_a_reset(house: Database, gap: int) -> None:
    night = 14 * 60  # 03:00 of the next day at the site, before the day begins
    for n, value in enumerate((100, 110, 120, 3, 8, 12)):
        put(house, reading(night + n * gap, value))
    before = tables(house)
    number = void(house, after(night + gap), after(night + 4 * gap))
    assert all(not night + gap <= m < night + 3 * gap for m, b in buckets(house).items() if b[0])
    undo(house, number)
    assert tables(house) == before


STEP = st.tuples(st.integers(0, 50), st.integers(1, 25), st.sampled_from(["lib/front", "lib/back"]))


@pytest.fixture
def never_voided(house: Database) -> dict[str, list[tuple[Any, ...]]]:
    """What is computed from all that is said where nothing is ever voided."""
    say(house)
    put(house, *LATE)
    return tables(house)


def say(db: Database) -> None:
    execute(db, "truncate reading, flow_bucket, flow_day, level_bucket, voided_time cascade")
    put(db, *totals(*range(100, 120), *range(5, 25), device="front"))
    put(db, *totals(*range(0, 80, 2), device="back"))


LATE = [reading(n + 0.5, 1, "in", period_s=30, device="back") for n in range(5, 30)]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(spans=st.lists(STEP, min_size=1, max_size=4), random=st.randoms(use_true_random=False))
def test_whatever_comes_between_voids_the_end_is_as_if_none_had_been(
    house: Database,
    never_voided: dict[str, list[tuple[Any, ...]]],
    spans: list[tuple[int, int, str]],
    random: Any,
) -> None:
    """Late readings come while times are voided; once all is undone nothing tells that it was."""
    say(house)
    numbers = []
    for a, n, d in spans:
        with suppress(StoreRefused):  # it is voided already
            numbers.append(void(house, after(a), after(a + n), device=d))
    put(house, *LATE)
    random.shuffle(numbers)
    for number in numbers:
        undo(house, number)
    assert tables(house) == never_voided
