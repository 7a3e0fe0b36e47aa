"""What last year's rows say besides the model: their level for the year to come, and what single days did.

A forecast that is drawn a part of the way towards "last year again" errs less by year (combining forecasts: Bates and
Granger 1969). The part is given: those that the past errors of each series ask for do worse (decision 043).
"""

import numpy as np
import pandas as pd

from besok.analytics.forecast.fit import Fitted, Posterior
from besok.analytics.forecast.level import QUARTER
from besok.model.arrays import Floats

AGAIN = 0.3  # of how far last year's months are from the model
AROUND = 29  # days to a month, about each


def again(found: Fitted, after: Posterior, n: int, which: np.ndarray) -> Floats:
    """Return what is to be added to the most likely logs of rows `which` after the first `n`.

    Last year's rows have this year's effects and steps. What of them differs from the model by month, more than such
    months usually do, comes the more the later it is; what single days differ, as far as it came again in the past.
    """
    rows, year = found.rows, 12 if found.rows.monthly else 364
    if n <= year:
        return np.zeros(len(which))
    every = np.arange(year, which[-1] + 1)
    like = np.where(every < n, every - year, n - year + (every - n) % year)
    effects = rows.columns @ after.mean[: len(rows.sd)]
    said = found.middle + found.matrix(after.knots, every) @ after.mean
    limit = 3 * found.sigma
    off = pd.Series(rows.logs[like] + effects[every] - effects[like] - said).clip(-limit, limit)
    past = off[: n - year]
    usual = past.sum() / (past.count() + 2 * year)
    around = 1 if rows.monthly else AROUND
    month = off.rolling(around, center=True, min_periods=around // 4 or 1).mean().fillna(usual)
    single = (off - month).fillna(0.0).to_numpy()
    came, before = np.nan_to_num(found.residual[year:n]).clip(-limit, limit), single[: n - year]
    share = max(float(before @ came) / (float(before @ before) + (year + 1) * found.sigma**2), 0.0)
    later = -np.expm1((rows.at[n - 1] - rows.at[which]) / QUARTER)
    return np.asarray(AGAIN * later * (month.to_numpy()[which - year] - usual) + share * single[which - year])
