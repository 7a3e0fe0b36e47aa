"""Futures by several accounts of the past: of each as many as it is likely, each whole, in no order."""

from typing import Any, cast

import numpy as np
import pytest

from besok.analytics.forecast.fit import Hypothesis
from besok.analytics.forecast.simulate import shared
from besok.model.arrays import Floats

ROWS = 5


def drawn(odds: tuple[float, ...], paths: int) -> Floats:
    """Futures that are the number of their account throughout."""
    accounts = [Hypothesis(odds=share, fitted=cast("Any", n)) for n, share in enumerate(odds)]
    rng = np.random.default_rng(3)
    return shared(
        accounts, paths, lambda fitted, many: np.full((ROWS, many), float(cast("Any", fitted))), rng
    )


@pytest.mark.parametrize("paths", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("odds", [(1.0,), (0.6, 0.25, 0.15), (1 / 3, 1 / 3, 1 / 3), (1 - 1e-9, 1e-9)])
def test_so_many_paths_as_asked_for_and_of_each_account_its_share(
    odds: tuple[float, ...], paths: int
) -> None:
    found = drawn(odds, paths)
    assert found.shape == (ROWS, paths)
    shares = [(found[0] == n).mean() for n in range(len(odds))]
    assert shares == pytest.approx(odds, abs=1 / paths)


def test_a_future_stays_whole_and_its_place_tells_nothing() -> None:
    found = drawn((0.5, 0.5), 400)
    assert (found == found[0]).all()
    assert 60 < found[0, :200].sum() < 140
