"""Chart of scenarios: how many people are in each space at most, beside today, as a share of its capacity."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from besok.text.languages import _
from dashboard.figures.style import BEFORE, LIMIT, SERIES, chart

PATTERNS = ("", "/", "x", ".")  # tell scenarios apart as the colours do


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """One world: its peak in each space as percent of the capacity, with the ends of its 80 % interval.

    `today`: of the world as it is, on the days of the scenarios that follow it.
    """

    name: str
    today: bool
    mid: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def peaks(spaces: Sequence[str], worlds: Sequence[Bars]) -> go.Figure:
    """Return the bars of each space in each world, and a line at its capacity."""
    figure = chart(_("% of the capacity"))
    scenarios = 0
    for bars in worlds:
        _add(figure, spaces, bars, BEFORE if bars.today else SERIES[scenarios], PATTERNS[scenarios])
        scenarios += not bars.today
    figure.add_hline(y=100, line={"color": LIMIT, "width": 2, "dash": "dash"})
    figure.update_layout(barmode="group", bargap=0.3, hovermode="x unified")
    figure.update_xaxes(automargin=True)
    return figure


def _add(figure: go.Figure, spaces: Sequence[str], bars: Bars, colour: str, pattern: str) -> None:
    figure.add_bar(
        x=list(spaces), y=list(bars.mid), name=bars.name,
        marker={"color": colour, "pattern": {"shape": pattern, "fgcolor": "#ffffff", "fillmode": "overlay", "size": 7}},
        error_y={"type": "data", "symmetric": False, "thickness": 1.5, "color": BEFORE,
                 "array": [h - m for m, h in zip(bars.mid, bars.high, strict=True)],
                 "arrayminus": [m - lo for m, lo in zip(bars.mid, bars.low, strict=True)]},

    )  # fmt: skip
