"""Growth a year, and where there is none to tell."""

import pytest

from core.analytics.growth import growth_a_year


def test_growth_a_year() -> None:
    assert growth_a_year(100, 121, 2) == pytest.approx(0.1) and growth_a_year(100, 0, 2) == -1
    for last, then, years in ((None, 1, 1), (0, 1, 1), (1, None, 1), (1, 2, 0), (1, 2, -1), (30, 1e7, 1 / 365)):
        assert growth_a_year(last, then, years) is None
