"""People in a space over time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import plotly.graph_objects as go

from besok.model.views.series import OccupancyPoint
from besok.text import formats
from besok.text.languages import _
from dashboard.figures.style import BAND, BEFORE, LIMIT, NOW, chart

HEADROOM = 2.2  # the capacity is drawn if the chart need not be stretched more than this for it


def figure(
    points: Sequence[OccupancyPoint],
    before: Sequence[OccupancyPoint],
    *,
    shift: timedelta,
    capacity: int | None,
    zone: str,
    names: tuple[str, str],
    axis: str,
) -> go.Figure:
    """`points` as a line with its 80 % interval, `before` (moved by `shift`) dashed, the capacity as a limit.

    `names` are those of the two lines, `axis` that of what they count. Unknown points are gaps.
    """
    result = chart(axis)
    times = [local(p.start, zone) for p in points]
    _band(result, times, points)
    if before:
        moved = [local(p.start, zone) + shift for p in before]
        result.add_scatter(
            x=moved, y=[_whole(p.people) for p in before], name=names[1], mode="lines",
            line={"color": BEFORE, "width": 2, "dash": "dot"},
        )  # fmt: skip
    result.add_scatter(
        x=times, y=[_whole(p.people) for p in points], name=names[0], mode="lines", line={"color": NOW, "width": 2.5},
        customdata=[formats.interval(p.lower, p.upper) for p in points], hovertemplate="%{y:,.0f} %{customdata}",
    )  # fmt: skip
    _limit(result, points, before, capacity)
    return result


def local(t: datetime, zone: str) -> datetime:
    """Return the time on the wall: charts know no time zones."""
    return t.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _whole(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _band(result: go.Figure, times: Sequence[datetime], points: Sequence[OccupancyPoint]) -> None:
    """Return the interval as one outline for each stretch in which it is known; between them there is nothing."""
    xs: list[datetime | None] = []
    ys: list[float | None] = []
    for stretch in stretches(points):
        there = [(times[i], points[i].upper) for i in stretch]
        back = [(times[i], points[i].lower) for i in reversed(stretch)]
        xs += [*(x for x, _y in there + back), None]
        ys += [*(_whole(y) for _x, y in there + back), None]
    if xs:
        result.add_scatter(
            x=xs, y=ys, name=_("80 % interval"), mode="lines", line={"width": 0}, fill="toself", fillcolor=BAND,
            hoverinfo="skip",
        )  # fmt: skip


def stretches(points: Sequence[OccupancyPoint]) -> list[list[int]]:
    """Return the places of the points whose interval is known, neighbours together."""
    result: list[list[int]] = []
    for place, point in enumerate(points):
        if point.lower is None or point.upper is None:
            continue
        if result and result[-1][-1] == place - 1:
            result[-1].append(place)
        else:
            result.append([place])
    return result


def _limit(
    result: go.Figure,
    points: Sequence[OccupancyPoint],
    before: Sequence[OccupancyPoint],
    capacity: int | None,
) -> None:
    highest = max((p.upper or p.people or 0 for p in (*points, *before)), default=0)
    if not capacity or capacity > HEADROOM * max(highest, 1):
        return
    result.add_hline(
        y=capacity, line={"color": LIMIT, "width": 1.5, "dash": "dash"},
        annotation={"text": _("capacity {n}").format(n=capacity), "xanchor": "right", "yanchor": "bottom"},
    )  # fmt: skip
    result.update_yaxes(range=[0, max(capacity * 1.12, highest * 1.05)])
