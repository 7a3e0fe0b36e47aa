"""People through a door over time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import plotly.graph_objects as go

from besok.model.views.series import FlowPoint
from besok.text.languages import _
from dashboard.figures.occupancy import local
from dashboard.figures.style import BEFORE, GOAL, NOW, chart


def figure(
    points: Sequence[FlowPoint],
    before: Sequence[FlowPoint],
    *,
    shift: timedelta,
    zone: str,
    earlier: str,
    axis: str,
) -> go.Figure:
    """Return entries and exits as lines, the entries before (moved by `shift`) dotted; steps not observed are gaps.

    Entries that were not seen when they came have a ring.
    """
    result = chart(axis)
    imputed = [p for p in points if p.imputed >= 1 and p.people_in is not None]
    lines = (
        (
            [(local(p.start, zone) + shift, p.people_in) for p in before],
            earlier,
            {"color": BEFORE, "dash": "dot"},
        ),
        ([(local(p.start, zone), p.people_out) for p in points], _("exits"), {"color": GOAL, "dash": "dash"}),
        ([(local(p.start, zone), p.people_in) for p in points], _("entries"), {"color": NOW}),
    )
    for series, name, line in lines:
        if series:
            x, y = _axes(series)
            result.add_scatter(x=x, y=y, name=name, mode="lines", line={"width": 2.5, **line})
    if imputed:
        x, y = _axes([(local(p.start, zone), p.people_in) for p in imputed])
        mark = {"color": NOW, "symbol": "circle-open", "size": 9}
        result.add_scatter(
            x=x, y=y, name=_("with imputed ones"), mode="markers", marker=mark, hoverinfo="skip"
        )
    return result


def _axes(series: Sequence[tuple[datetime, float | None]]) -> tuple[list[datetime], list[float | None]]:
    return [t for t, _n in series], [n for _t, n in series]
