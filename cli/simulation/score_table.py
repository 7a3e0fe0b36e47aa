"""The scores of many worlds as a table: by world, and averaged over worlds."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from cli.simulation.judged_world import SITE

YARDSTICK: Final = "clamp-and-reset"  # what `beside` compares with: what most counting systems do
AVERAGE: Final = "average"
SPACES: Final = "spaces"
FIGURES: Final = ["known", "people", "rmse", "relative", "beside", "bias", "coverage"]
ALERTS: Final = ["full", "missed", "said", "false"]
LINE: Final = ["world", "of", "estimator"]
HEADS: Final = (*LINE, *FIGURES, "missed", "false")


def lines(verdicts: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return a line for each world, its site or its spaces, and estimator; last the averages of the worlds.

    A line is the mean over its seeds, and of the spaces over those of which every estimator knows something, to be
    fair. `beside` is its error as a share of that of YARDSTICK; on the average the mean of these shares. The average
    has no people and no `rmse`, for worlds are of different size; its `bias` is the mean of the worlds' without their
    signs, as a share of the people. Alerts are those of all together.
    """
    every = pd.DataFrame(verdicts).reindex(
        columns=["world", "space", "estimator", "mean_people", *FIGURES, *ALERTS]
    )
    every["people"] = every.pop("mean_people")
    every["of"] = np.where(every["space"] == SITE, SITE, SPACES)
    for name in LINE:  # in the order in which they come
        every[name] = pd.Categorical(every[name], every[name].unique())
    unknown = every["rmse"].isna().groupby([every["world"], every["space"]], observed=True).transform("any")
    worlds = _together(every[~unknown], LINE)
    yard = worlds[worlds["estimator"] == YARDSTICK].set_index(LINE[:2])["rmse"].rename("yard")
    yard = worlds.join(yard.where(yard > 0), on=LINE[:2])["yard"]
    worlds["beside"] = worlds["rmse"] / yard
    people = worlds["people"].where(worlds["people"] > 0)
    averages = _together(
        worlds.assign(people=np.nan, rmse=np.nan, bias=worlds["bias"].abs() / people), LINE[1:]
    )
    table = pd.concat([worlds.astype({"world": str}), averages.assign(world=AVERAGE)], ignore_index=True)
    return table[[*LINE, *FIGURES, *ALERTS]]


def _together(figures: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return the means of figures and the sums of alerts, grouped by some columns."""
    groups = figures.groupby(by, observed=True)
    return groups[FIGURES].mean().join(groups[ALERTS].sum(min_count=1)).reset_index()


def cells(line: Any) -> tuple[str, ...]:
    """Return a line as texts, under HEADS."""
    bias = percent(line.bias, ".1f") if line.world == AVERAGE else plain(line.bias, "+.1f")
    return (
        line.world, line.of, line.estimator, percent(line.known), plain(line.people), plain(line.rmse, ".2f"),
        percent(line.relative, ".1f"), plain(line.beside, ".2f"), bias, percent(line.coverage),
        percent(line.missed / line.full if line.full > 0 else np.nan),
        percent(line.false / line.said if line.said > 0 else np.nan),
    )  # fmt: skip


def percent(value: float, form: str = ".0f") -> str:
    """Return a share in percent; a dash where there is none."""
    return "-" if np.isnan(value) else f"{100 * value:{form}} %"


def plain(value: float, form: str = ".1f") -> str:
    """Return a number; a dash where there is none."""
    return "-" if np.isnan(value) else f"{value:{form}}"
