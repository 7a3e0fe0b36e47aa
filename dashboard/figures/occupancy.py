"""People in a space over time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import plotly.graph_objects as go

from core.views import OccupancyPoint
from dashboard.figures.style import BAND, BEFORE, LIMIT, NOW, chart
from dashboard.i18n import _

HEADROOM = 2.2  # the capacity is drawn if the chart need not be stretched more than this for it


def figure(
    points: Sequence[OccupancyPoint],
    before: Sequence[OccupancyPoint],
    *,
    shift: timedelta,
    capacity: int | None,
    zone: str,
    names: tuple[str, str],
) -> go.Figure:
    """`points` as a line with its 80 % interval, `before` (moved by `shift`) dashed, the capacity as a limit.

    `names` are those of the two lines. Unknown points are gaps.
    """
    result = chart(_("people"))
    times = [local(p.start, zone) for p in points]
    _band(result, times, points)
    if before:
        moved = [local(p.start, zone) + shift for p in before]
        result.add_scatter(
            x=moved, y=[_whole(p.people) for p in before], name=names[1], mode="lines",
            line={"color": BEFORE, "width": 2, "dash": "dot"},
        )  # fmt: skip
    result.add_scatter(
        x=times, y=[_whole(p.people) for p in points], name=names[0], mode="lines", line={"color": NOW, "width": 2.5}
    )
    _limit(result, points, before, capacity)
    return result


def local(t: datetime, zone: str) -> datetime:
    """The time on the wall: charts know no time zones."""
    return t.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _whole(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _band(result: go.Figure, times: list[datetime], points: Sequence[OccupancyPoint]) -> None:
    if not any(p.lower is not None for p in points):
        return
    shared = {"x": times, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    result.add_scatter(y=[_whole(p.lower) for p in points], showlegend=False, **shared)
    result.add_scatter(
        y=[_whole(p.upper) for p in points], name=_("8 times of 10"), fill="tonexty", fillcolor=BAND, **shared
    )


def _limit(
    result: go.Figure, points: Sequence[OccupancyPoint], before: Sequence[OccupancyPoint], capacity: int | None
) -> None:
    highest = max((p.upper or p.people or 0 for p in (*points, *before)), default=0)
    if not capacity or capacity > HEADROOM * max(highest, 1):
        return
    result.add_hline(
        y=capacity, line={"color": LIMIT, "width": 1.5, "dash": "dash"},
        annotation={"text": _("capacity {n}").format(n=capacity), "xanchor": "right", "yanchor": "bottom"},
    )  # fmt: skip
    result.update_yaxes(range=[0, max(capacity * 1.12, highest * 1.05)])
