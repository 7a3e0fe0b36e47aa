"""Strips above a chart, on its time axis: what happened then, and the weather."""

from collections.abc import Sequence
from datetime import datetime, time

import plotly.graph_objects as go

from besok.model.views.calendar import Occasion, WeatherDay
from besok.text import formats
from dashboard.figures.occupancy import local
from dashboard.figures.style import BEFORE, GOAL, LIMIT, NOW, SERIES

SIGNS = {  # of the kinds of occasions: as text, as plotly calls it, and its colour
    "event": ("◆", "diamond", GOAL),
    "hours": ("✖", "x", LIMIT),
    "holiday": ("■", "square", BEFORE),
    "school": ("▲", "triangle-up", BEFORE),
    "action": ("★", "star", SERIES[2]),
}
APART = 0.04  # between a strip and what is below it, as a share of the chart
NOON = time(12)


def add_occasions(result: go.Figure, found: Sequence[Occasion], said: Sequence[str], zone: str) -> None:
    """Add occasions, each a sign where it begins and a line as long as it lasts; `said` are their words."""
    if not found:
        return
    axis = _strip(result, 2, 0.09, visible=False, range=[-1, 1])
    for kind, (_sign, symbol, colour) in SIGNS.items():
        own = [(one, words) for one, words in zip(found, said, strict=True) if one.kind == kind]
        if own:
            result.add_scatter(
                x=[x for one, _w in own for x in (local(one.start, zone), local(one.end, zone), None)],
                y=[0, 0, None] * len(own), text=[text for _one, words in own for text in (words, words, None)],
                yaxis=axis, mode="lines+markers", hovertemplate="%{text}<extra></extra>", showlegend=False,
                marker={"symbol": symbol, "color": colour, "size": [11, 0, 0] * len(own), "opacity": 1},
                line={"color": colour, "width": 3},
            )  # fmt: skip


def add_weather(result: go.Figure, found: Sequence[WeatherDay]) -> None:
    """Add the mean temperature of each day, with a larger dot the more rain or snow fell."""
    known = [day for day in found if day.temperature_c is not None]
    if not known:
        return
    axis = _strip(result, 3, 0.26, title={"text": "°C", "font": {"size": 13}, "standoff": 10}, nticks=3)
    result.add_scatter(
        x=[datetime.combine(day.day, NOON) for day in known], y=[day.temperature_c for day in known], yaxis=axis,
        mode="lines+markers", text=[weather(day) for day in known], hovertemplate="%{text}<extra></extra>",
        line={"color": BEFORE, "width": 2}, showlegend=False,
        marker={"color": NOW, "opacity": 1, "size": [4 + 4 * (day.precipitation_mm or 0) ** 0.5 for day in known]},
    )  # fmt: skip


def weather(day: WeatherDay) -> str:
    """`25 Nov 2026: 4.5 °C, 3.2 mm`."""
    parts = [
        f"{formats.number(value, 1)} {unit}"
        for value, unit in ((day.temperature_c, "°C"), (day.precipitation_mm, "mm"))
        if value is not None
    ]
    return f"{formats.day(day.day)}: {', '.join(parts)}"


def _strip(result: go.Figure, number: int, share: float, **axis: object) -> str:
    """Make room for a strip that takes a share of the chart, above the main part; the name of its axis."""
    top = (result.layout.yaxis.domain or (0, 1))[1]
    result.layout.yaxis.domain = [0, top - share]
    result.layout[f"yaxis{number}"] = {
        "domain": [top - share + APART, top], "anchor": "x", "zeroline": False, "showgrid": False, "fixedrange": True,
        "automargin": True, **axis,
    }  # fmt: skip
    return f"y{number}"
