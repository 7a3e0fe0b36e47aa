"""Simulated futures, with their fan and totals."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from besok.analytics.forecast.history import Step
from besok.model.arrays import Floats
from besok.model.outlook import ExpectedTotal

BOUNDS = (0.10, 0.90, 0.025, 0.975)  # of the 80 % and the 95 % interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Simulated futures: `visits` is rows x paths, never negative, never NaN; `days` are the first days of the rows.

    A path keeps the correlation of days (a level that is too high stays so), so that its sums have the correct spread.
    """

    days: tuple[date, ...]
    visits: Floats
    step: Step = "D"

    def head(self, n: int) -> "Paths":
        """Return the first `n` rows."""
        return replace(self, days=self.days[:n], visits=self.visits[:n])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan:
    """The spread of the paths by day: each an array as long as `days`."""

    days: tuple[date, ...]
    mean: Floats
    low80: Floats
    high80: Floats
    low95: Floats
    high95: Floats


def fan(paths: Paths) -> Fan:
    """Mean and intervals for every day."""
    mean, low80, high80, low95, high95 = spread(paths.visits)
    return Fan(days=paths.days, mean=mean, low80=low80, high80=high80, low95=low95, high95=high95)


def total(paths: Paths, first: date, last: date) -> ExpectedTotal:
    """Return the visits from `first` to `last`, both inclusive, of the days that the paths contain."""
    inside = np.array([first <= day <= last for day in paths.days], dtype=np.bool_)
    mean, low80, high80, low95, high95 = spread(paths.visits[inside].sum(axis=0)).tolist()
    return ExpectedTotal(
        first=first, last=last, mean=mean, low80=low80, high80=high80, low95=low95, high95=high95
    )


def spread(futures: Floats) -> Floats:
    """Return the mean and the bounds of the intervals, over the last axis.

    The mean is limited to the 80 % interval against a few extreme futures.
    """
    bounds = np.quantile(futures, BOUNDS, axis=-1)
    return np.stack([np.clip(futures.mean(axis=-1), bounds[0], bounds[1]), *bounds])
