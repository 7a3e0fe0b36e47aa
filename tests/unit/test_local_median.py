"""The usual visits around a day: the median of the days near it on which anybody came."""

from statistics import median

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from besok.analytics.forecast.closures import local_median

COUNTS = st.sampled_from([np.nan, -1.0, 0.0, 1.0, 2.0, 2.0, 7.5, 300.0])


@given(st.lists(COUNTS, max_size=40), st.integers(0, 6))
def test_it_is_that_of_the_positive_values_near(visits: list[float], around: int) -> None:
    near = [visits[max(n - around, 0) : n + around + 1] for n in range(len(visits))]
    positive = [[one for one in some if one > 0] for some in near]
    expected = [median(some) if some else np.nan for some in positive]
    np.testing.assert_array_equal(local_median(np.array(visits, float), around), np.array(expected, float))
