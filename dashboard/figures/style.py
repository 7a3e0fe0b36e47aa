"""Style of every chart. Text, grid and lines take their colours from `assets/besok.css`, for light and dark alike."""

import textwrap
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import plotly.graph_objects as go

from besok.text.languages import _, language

# Readable on paper and on ink: each has at least 3:1 against both backgrounds.
NOW = "#3d74d8"
BEFORE = "#8b8272"
GOAL = "#c57a12"
LIMIT = "#d2473f"
BAND = "rgba(61,116,216,0.30)"
SERIES = (NOW, GOAL, "#2b8557", "#8a5bc4")  # what is compared: up to four
NAME_WIDE, NAME_HIGH = 16, 0.1  # of the name of a line: characters, and a row of it as a share of the chart
CHARACTER_PX: Final = 7.2
NAMED: Final = "line"  # tells `shell.js` which lines, and which texts, are named at the ends of lines
DESK: Final = "desk"  # tells `shell.js` what a phone leaves out
FEW: Final = 5  # the least top of an axis, with a tick at each person
SIGNS: Final = {None: "━", "dot": "···", "dash": "╌╌"}

CONFIG: dict[str, Any] = {
    "displayModeBar": False,  # what can be taken along stands below the chart
    "responsive": True,
}


def config() -> Any:
    """Return the configuration of every chart, in the reader's language."""
    return {**CONFIG, "locale": "en-GB" if language() == "en" else "sv"}


def chart(y_title: str) -> go.Figure:
    """Return an empty chart of the house."""
    figure = go.Figure()
    figure.update_layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "Inter, system-ui, sans-serif", "size": 14},
        margin={"l": 12, "r": 14, "t": 8, "b": 46},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 13}},
        hovermode="x unified",
        hoverlabel={"bgcolor": "#182030", "bordercolor": "#182030", "font": {"color": "#ffffff"}},
        separators="., " if language() == "en" else ", ",
        barcornerradius=3,
        bargap=0.25,
        dragmode=False,
    )
    figure.update_xaxes(showgrid=False, zeroline=False, ticks="", fixedrange=True)
    figure.update_xaxes(ticklabelstandoff=7)  # or the first label runs into the zero of the other axis
    figure.update_yaxes(title={"text": y_title, "font": {"size": 13}, "standoff": 10}, automargin=True)
    figure.update_yaxes(rangemode="tozero", zeroline=False, nticks=6)
    figure.update_yaxes(fixedrange=True, separatethousands=True, tickformat=",.0f")
    figure.update_yaxes(autorangeoptions={"include": FEW})  # or whole numbers are written at halves
    return figure


def faded(colour: str, share: float) -> str:
    """Return a colour "#rrggbb" of which one sees what is behind it."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


def mark_unmeasured(result: go.Figure, stretches: Sequence[tuple[datetime, datetime]]) -> None:
    """Shade stretches of time in which nothing was measured."""
    for n, (start, end) in enumerate(stretches):
        result.add_shape(
            type="rect", x0=start, x1=end, yref="y domain", y0=0, y1=1, layer="below", line={"width": 0},
            fillcolor=faded(BEFORE, 0.25), name=_("not measured"), showlegend=n == 0,
        )  # fmt: skip


def name_lines(result: go.Figure) -> go.Figure:
    """Write the names of the lines in place of the legend: each at the edge of the chart at the height of its last
    point, but never one upon another. On a narrow screen `shell.js` makes them a legend again.
    """
    lines = [one for one in result.data if one.mode == "lines" and not one.fill and one.name]
    top = result.layout.yaxis.range[1] if result.layout.yaxis.range else 0
    top = max(top or _highest(result), FEW)
    floor, widest = 0.0, 0
    for line in sorted(lines, key=_last):
        line.update(showlegend=False, meta=NAMED)
        if not any(y is not None for y in line.y):
            continue
        rows = textwrap.wrap(line.name, NAME_WIDE, break_long_words=False)
        half = NAME_HIGH * top * len(rows) / 2
        middle = max(_last(line), floor + half)
        floor, widest = middle + half, max(widest, *(len(row) for row in rows))
        sign = f'<span style="color:{line.line.color}">{SIGNS[line.line.dash]}</span> '
        result.add_annotation(
            x=1, xref="paper", y=middle, text=sign + "<br>".join(rows), showarrow=False, xanchor="left",
            align="left", font={"size": 13}, name=NAMED,
        )  # fmt: skip
    if widest:
        result.update_layout(margin={"r": 14 + round(CHARACTER_PX * (widest + 3))})
    if floor > top:
        result.layout.yaxis.range = [0, floor]
    return result


def _highest(result: go.Figure) -> float:
    """Return the highest figure of all that is drawn, intervals too."""
    drawn = (y for one in result.data if one.y is not None for y in one.y if y is not None)
    return max(drawn, default=0.0)


def _last(line: go.Scatter) -> float:
    """Return the last figure of a line."""
    return next((y for y in reversed(line.y) if y is not None), 0.0)
