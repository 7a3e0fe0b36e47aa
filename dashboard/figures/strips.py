"""Strips above a chart, on its time axis: what was on each day, and its weather."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

import plotly.graph_objects as go

from besok.model.views.calendar import CalendarDay
from besok.text import formats
from dashboard.figures.style import BEFORE, GOAL, NOW

APART = 0.04  # between a strip and what is below it, as a share of the chart
NOON = time(12)


def add_days(result: go.Figure, texts: Mapping[date, str]) -> None:
    """Add a sign to each day with one of the `texts`, shown on hover."""
    if not texts:
        return
    result.add_scatter(
        x=[datetime.combine(day, NOON) for day in texts], y=[0] * len(texts), text=list(texts.values()),
        yaxis=_strip(result, 2, 0.09, visible=False, range=[-1, 1]), mode="markers", showlegend=False, cliponaxis=False,
        hovertemplate="%{text}<extra></extra>", marker={"symbol": "diamond", "color": GOAL, "size": 11},
    )  # fmt: skip


def add_weather(result: go.Figure, days: Sequence[CalendarDay]) -> None:
    """Add the mean temperature of each day, with a larger dot the more rain or snow fell."""
    known = [(day, day.temperature_c) for day in days if day.temperature_c is not None]
    rain = [day.precipitation_mm or 0 for day, _t in known]
    result.add_scatter(
        x=[datetime.combine(day.day, NOON) for day, _t in known], y=[t for _day, t in known],
        yaxis=_strip(result, 3, 0.26, title={"text": "°C", "font": {"size": 13}, "standoff": 10}, nticks=3),
        text=[
            f"{formats.number(t, 1)} °C, {formats.number(mm, 1)} mm"
            for (_day, t), mm in zip(known, rain, strict=True)
        ],
        hovertemplate="%{text}<extra></extra>", mode="lines+markers", showlegend=False, cliponaxis=False,
        line={"color": BEFORE, "width": 2}, marker={"color": NOW, "size": [4 + 4 * mm**0.5 for mm in rain]},
    )  # fmt: skip


def _strip(result: go.Figure, number: int, share: float, **axis: object) -> str:
    """Make room for a strip that takes a share of the chart, above the main part; the name of its axis."""
    top = (result.layout.yaxis.domain or (0, 1))[1]
    result.layout.yaxis.domain = [0, top - share]
    result.layout[f"yaxis{number}"] = {
        "domain": [top - share + APART, top], "anchor": "x", "zeroline": False, "showgrid": False, "fixedrange": True,
        "automargin": True, **axis,
    }  # fmt: skip
    return f"y{number}"
