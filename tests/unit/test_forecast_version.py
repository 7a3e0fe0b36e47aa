"""The version of the forecast's method is raised when its numbers change."""

from datetime import date, timedelta

import numpy as np
import pytest

from besok.analytics.forecast import calendar, forecast, history, total
from besok.analytics.forecast.version import REFERENCE, VERSION

FIRST = date(2023, 1, 2)


def test_the_version_is_raised_when_forecasts_change() -> None:
    t = np.arange(700)
    week = np.array([1.0, 1.1, 1.05, 1.1, 1.3, 0.8, 0.0])[t % 7]
    visits = np.round(400 * week * (1 + 0.2 * np.sin(2 * np.pi * t / 365.25)) * (1 + 0.1 * np.sin(1.7 * t)))
    days = [FIRST + timedelta(days=int(n)) for n in t]
    past = history({day: n for day, n in zip(days, visits.tolist(), strict=True) if day.weekday() < 6})
    known = calendar(days[0], days[-1] + timedelta(days=400), country="SE")
    made = forecast(past, 365, known, rng=np.random.default_rng(1), paths=500)
    first = made.days[0]
    sums = [(n, total(made, first, first + timedelta(days=n - 1))) for n in (28, 90, 365)]
    found = {n: (s.mean, s.low80, s.high80, s.low95, s.high95) for n, s in sums}
    same = REFERENCE.keys() == found.keys() and all(
        REFERENCE[n] == pytest.approx(found[n], rel=2e-3) for n in found
    )
    rounded = {n: tuple(round(x) for x in row) for n, row in found.items()}
    assert same, f"forecasts changed: raise VERSION ({VERSION}) and set REFERENCE to {rounded}"
