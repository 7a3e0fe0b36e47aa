"""Steps of the level are found where they are, and not where one day is odd."""

import numpy as np
import pytest

from besok.analytics.forecast.fit import USUAL
from besok.analytics.forecast.level import YEAR, knots
from besok.analytics.forecast.shifts import shifts
from besok.model.arrays import Floats

SPREAD = 0.15


def found(rest: Floats, spacing: float = 7.0, apart: float = 1.0) -> Floats:
    at = np.arange(len(rest)) * apart
    return shifts(rest, at, knots(float(at[-1]), spacing), SPREAD, USUAL).at


def noise(rows: int) -> Floats:
    return SPREAD * np.random.default_rng(5).standard_normal(rows)


@pytest.mark.parametrize("rows", range(394, 401))
def test_a_slip_of_the_counter_on_the_last_day_is_no_step(rows: int) -> None:
    """Whether or not a week begins on that day."""
    rest = noise(rows)
    rest[-1] += np.log(100)
    assert not len(found(rest))


def test_what_stays_for_weeks_is_a_step_also_where_a_week_or_a_month_has_one_row() -> None:
    for rows, spacing, apart in ((400, 7.0, 1.0), (200, 7.0, 7.0), (60, YEAR / 12, YEAR / 12)):
        rest = noise(rows)
        rest[rows - rows // 4 :] += 1.5
        assert found(rest, spacing, apart) == pytest.approx([(rows - rows // 4) * apart], abs=1.01 * spacing)
