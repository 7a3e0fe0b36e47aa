"""Style of every chart. Text, grid and lines take their colours from `assets/besok.css`, for light and dark alike."""

import textwrap
from collections.abc import Sequence
from datetime import date, datetime
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
NAME_WIDE, NAME_HIGH = 13, 0.085  # of the name of a line: characters, and a row of it as a share of the chart
CHARACTER_PX: Final = 7.2
AT_THE_END: Final = 0.8  # of the time axis: names of lines that end later need room beside it

CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "showSendToCloud": False,  # plotly.js offers to upload the data to a company otherwise
    "responsive": True,
    "modeBarButtonsToRemove": [
        "select2d",
        "lasso2d",
        "autoScale2d",
        "zoomIn2d",
        "zoomOut2d",
        "toggleSpikelines",
    ],
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
    """Write the name of each line at its end, in place of the legend; names that would meet stand one above another."""
    lines = [one for one in result.data if one.mode == "lines" and not one.fill and one.name]
    for line in lines:
        line.update(showlegend=False)
    ends = {
        n: end
        for n, one in enumerate(lines)
        if (
            end := next(
                ((x, y) for x, y in zip(one.x[::-1], one.y[::-1], strict=True) if y is not None), None
            )
        )
    }
    if not ends:
        return result
    axis = result.layout.yaxis
    times = sorted((x for one in lines for x in (*one.x[:1], *one.x[-1:])), key=_day)
    late = _day(times[0]) + AT_THE_END * (_day(times[-1]) - _day(times[0]))
    if late > _day(times[0]):
        result.update_xaxes(range=[times[0], times[-1]])  # or names would stretch it, most of all on a phone
    top = axis.range[1] if axis.range else max(y for one in lines for y in one.y if y is not None)
    rows = {n: textwrap.wrap(lines[n].name, NAME_WIDE) for n in ends}
    floor = 0.0
    for n, (x, y) in sorted(ends.items(), key=lambda one: one[1][1]):
        half = NAME_HIGH * top * len(rows[n]) / 2
        middle = max(y, floor + half)
        floor = middle + half
        sign = f'<span style="color:{lines[n].line.color}">{"···" if lines[n].line.dash else "━"}</span> '
        result.add_annotation(
            x=x, y=middle, text=sign + "<br>".join(rows[n]), showarrow=False, xanchor="left", align="left",
            font={"size": 13}, xshift=4,
        )  # fmt: skip
    wide = [len(row) + 3 for n, (x, _y) in ends.items() if _day(x) >= late for row in rows[n]]
    if wide:
        result.update_layout(margin={"r": 14 + round(CHARACTER_PX * max(wide))})
    if floor > top:
        axis.range = [0, floor]
    return result


def _day(x: date | datetime) -> float:
    """Return where a moment, or the beginning of a day, lies on the time axis."""
    return x.toordinal() + (x.hour / 24 if isinstance(x, datetime) else 0)
