"""Charts of the way to the target."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from besok.text import formats
from besok.text.languages import _
from dashboard.figures.style import BEFORE, GOAL, NOW, chart

Series = Sequence[tuple[date, float | None]]
FEW_DAYS = 92  # with fewer the axis names days, not months


def this_year(now: Series, before: Series, path: Series, years: tuple[int, int]) -> go.Figure:
    """Visits so far this year, last year and on the path. `before` is moved to this year's days."""
    result = chart(_("visits so far"))
    lines = (
        (before, str(years[1]), {"color": BEFORE, "width": 2, "dash": "dot"}),
        (path, _("target trajectory"), {"color": GOAL, "width": 2.5, "dash": "dash"}),
        (now, str(years[0]), {"color": NOW, "width": 3.5}),
    )
    known = [one for one in lines if any(value is not None for _day, value in one[0])]
    for series, name, line in known:
        result.add_scatter(
            x=[day for day, _v in series], y=[v for _d, v in series], name=name, mode="lines", line=line
        )
    if any(len(series) > FEW_DAYS for series, *_rest in known):
        result.update_xaxes(tickformat="%b", dtick="M1")
    return result


def months(
    now: Sequence[float | None], base: Sequence[float | None], years: tuple[str, str], running: int
) -> go.Figure:
    """Visits by month beside the same months of the baseline; month number `running` (1-12) is not over yet."""
    result = chart(_("visits"))
    names = formats.months()
    shape = ["/" if month == running else "" for month in range(1, 13)]
    if any(value is not None for value in base):
        result.add_bar(x=names, y=list(base), name=years[1], marker={"color": "rgba(139,130,114,0.55)"})
    result.add_bar(
        x=names, y=list(now), name=years[0],
        marker={"color": NOW, "pattern": {"shape": shape, "fgcolor": "#ffffff", "fillmode": "overlay", "size": 7}},
    )  # fmt: skip
    return result
