"""Charts of what is to be expected, with how sure that is, and of what came of earlier forecasts."""

from collections.abc import Sequence

import plotly.graph_objects as go

from besok.model.outlook import Expected
from besok.model.views.forecast import Scored
from besok.text import formats
from besok.text.languages import _
from dashboard.figures.progress import Series
from dashboard.figures.style import BAND, DESK, GOAL, LIMIT, NOW, chart

WIDE = "rgba(61,116,216,0.14)"  # the 95 % interval, behind that of 80 %
BAR_MS = 14 * 86_400_000  # the width of a forecast's bar; two of them shall not fill the chart


def running(counted: Series, years: Sequence[Expected], goal: Series, target: float | None) -> go.Figure:
    """Return the running year, counted and forecast, beside the target trajectory."""
    result = chart(_("visits in 365 days"))
    _fan(result, years)
    lines = (
        (goal, _("target trajectory"), {"color": GOAL, "width": 2.5, "dash": "dash"}),
        ([(p.day, p.mean) for p in years], _("forecast"), {"color": NOW, "width": 2.5, "dash": "dot"}),
        (counted, _("counted"), {"color": NOW, "width": 3.5}),
    )
    for series, name, line in lines:
        if series:
            result.add_scatter(
                x=[d for d, _v in series], y=[v for _d, v in series], name=name, mode="lines", line=line
            )
    if target:
        result.add_hline(
            y=target, line={"color": LIMIT, "width": 1.5, "dash": "dash"},
            annotation={"text": _("target"), "xanchor": "right", "yanchor": "bottom"},
        )  # fmt: skip
    return result


def weeks(counted: Series, days: Sequence[Expected]) -> go.Figure:
    """Return the last days as they were counted, and the coming ones with their intervals."""
    result = chart(_("visits a day"))
    _fan(result, days)
    expected = [(p.day, p.mean) for p in days]
    for series, name, line in (
        (expected, _("forecast"), {"color": NOW, "width": 2.5, "dash": "dot"}),
        (counted, _("counted"), {"color": NOW, "width": 3}),
    ):
        result.add_scatter(
            x=[d for d, _v in series], y=[v for _d, v in series], name=name, mode="lines", line=line
        )
    return result


def record(scored: Sequence[Scored]) -> go.Figure:
    """Each judged forecast of one length: its 80 % interval as a bar, what came as a mark in or beside it."""
    result = chart(_("visits"))
    days = [s.origin for s in scored]
    result.add_bar(
        x=days, y=[s.high80 - s.low80 for s in scored], base=[s.low80 for s in scored],
        name=_("80 % prediction interval"), width=BAR_MS, marker={"color": BAND}, hoverinfo="skip",
    )  # fmt: skip
    for covered, name, colour, symbol in (
        (True, _("in the interval"), NOW, "circle"),
        (False, _("outside"), LIMIT, "x"),
    ):
        chosen = [s for s in scored if s.held is covered]
        result.add_scatter(
            x=[s.origin for s in chosen], y=[s.truth for s in chosen], name=name, mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 11},
        )  # fmt: skip
    return result


def _fan(result: go.Figure, points: Sequence[Expected]) -> None:
    """Both intervals, the wider one behind, which a phone leaves out: four edges that follow the weekdays are a tangle
    there. The sentence below a chart says what they are, the legend has no room.

    Their edges are drawn: a surface as light as the wider one is hardly seen in the dark.
    """
    bands = (
        ("low95", "high95", WIDE, formats.percent(0.95)),
        ("low80", "high80", BAND, formats.percent(0.80)),
    )
    for low, high, colour, name in bands:
        if points:
            result.add_scatter(
                x=[p.day for p in points] + [p.day for p in reversed(points)],
                y=[getattr(p, high) for p in points] + [getattr(p, low) for p in reversed(points)],
                name=name, mode="lines", line={"width": 1, "color": NOW}, fill="toself", fillcolor=colour,
                hoverinfo="skip", meta=DESK if colour == WIDE else None,
            )  # fmt: skip
