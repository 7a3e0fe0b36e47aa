"""People through a door over time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import plotly.graph_objects as go

from besok.model.views.series import FlowPoint
from besok.text.languages import _
from dashboard.figures.occupancy import local
from dashboard.figures.style import BEFORE, GOAL, NOW, chart, mark_unmeasured, name_lines


def figure(
    points: Sequence[FlowPoint],
    before: Sequence[FlowPoint],
    *,
    shift: timedelta,
    zone: str,
    earlier: str,
    axis: str,
    unmeasured: Sequence[tuple[datetime, datetime]] = (),
) -> go.Figure:
    """Return entries and exits as lines, the entries before (moved by `shift`) dotted; steps not observed are gaps,
    those of the stretches `unmeasured` shaded.

    Entries that were not seen when they came have a ring.
    """
    result = chart(axis)
    mark_unmeasured(result, unmeasured)
    imputed = [p for p in points if p.imputed >= 1 and p.people_in is not None]
    still = timedelta()
    lines: tuple[tuple[Sequence[FlowPoint], timedelta, str, str, dict[str, str]], ...] = (
        (before, shift, "people_in", earlier, {"color": BEFORE, "dash": "dot"}),
        (points, still, "people_out", _("exits"), {"color": GOAL, "dash": "dash"}),
        (points, still, "people_in", _("entries"), {"color": NOW}),
        (imputed, still, "people_in", _("with imputed ones"), {}),
    )
    for series, moved, value, name, line in lines:
        if series:
            result.add_scatter(
                x=[local(p.start, zone) + moved for p in series],
                y=[getattr(p, value) for p in series],
                name=name,
                mode="lines" if line else "markers",
                line={"width": 2.5, **line},
                marker={"color": NOW, "symbol": "circle-open", "size": 9},
            )
    return name_lines(result)
