"""People in spaces over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import plotly.graph_objects as go

from besok.model.views.series import OccupancyPoint
from besok.text import formats
from besok.text.languages import _
from dashboard.figures.style import FEW, LIMIT, chart, faded, mark_unmeasured, name_lines

OPAQUE = 0.3  # of an interval; of several, which may lie upon one another, less each
HEADROOM = 2.2  # the capacity is drawn if the chart need not be stretched more than this for it
IMPUTED = "silent_door"  # the reason of a figure that rests on passages nobody saw


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A series as a line, drawn `shift` later than it was: an earlier period is dotted, without its interval."""

    name: str
    points: Sequence[OccupancyPoint]
    zone: str
    colour: str
    shift: timedelta = timedelta()

    def at(self, point: OccupancyPoint) -> datetime:
        """Return where a point stands on the time axis."""
        return local(point.start, self.zone) + self.shift


def figure(
    lines: Sequence[Line],
    *,
    capacity: int | None,
    axis: str,
    unmeasured: Sequence[tuple[datetime, datetime]] = (),
) -> go.Figure:
    """Return the lines with their 80 % intervals, and the capacity as a limit; `axis` is the name of what they count.

    Unknown points are gaps, those of the stretches `unmeasured` shaded; imputed ones have a ring.
    """
    result = chart(axis)
    mark_unmeasured(result, unmeasured)
    sure = [line for line in lines if not line.shift]
    for line in sure:
        _band(result, line, OPAQUE / len(sure) ** 0.5, in_legend=line is sure[0])
    for line in reversed(lines):
        known = [_rounded(p.people) for p in line.points]
        result.add_scatter(
            x=[line.at(p) for p in line.points], y=known, name=line.name, mode="lines",
            line={"color": line.colour, **({"width": 2, "dash": "dot"} if line.shift else {"width": 2.5})},
            customdata=[formats.interval(p.lower, p.upper) for p in line.points],
            hovertemplate="%{y:,.0f} %{customdata}",
        )  # fmt: skip
    imputed = [
        (line, p) for line in lines for p in line.points if p.reason == IMPUTED and p.people is not None
    ]
    if imputed:
        result.add_scatter(
            x=[line.at(p) for line, p in imputed], y=[_rounded(p.people) for _line, p in imputed], mode="markers",
            name=_("with imputed passages"), hoverinfo="skip",
            marker={"color": [line.colour for line, _p in imputed], "symbol": "circle-open", "size": 7},
        )  # fmt: skip
    _limit(result, [p for line in lines for p in line.points], capacity)
    return name_lines(result)


def local(t: datetime, zone: str) -> datetime:
    """Return the time on the wall: charts know no time zones."""
    return t.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _band(result: go.Figure, line: Line, share: float, *, in_legend: bool) -> None:
    """Return the interval as one outline for each stretch in which it is known; between them there is nothing."""
    xs: list[datetime | None] = []
    ys: list[float | None] = []
    for stretch in stretches(line.points):
        upper = [(line.at(line.points[i]), line.points[i].upper) for i in stretch]
        lower = [(line.at(line.points[i]), line.points[i].lower) for i in reversed(stretch)]
        xs += [*(x for x, _y in upper + lower), None]
        ys += [*(_rounded(y) for _x, y in upper + lower), None]
    if xs:
        result.add_scatter(
            x=xs, y=ys, name=_("80 % interval"), mode="lines", line={"width": 0}, fill="toself",
            fillcolor=faded(line.colour, share), hoverinfo="skip", showlegend=in_legend,
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


def _limit(result: go.Figure, points: Sequence[OccupancyPoint], capacity: int | None) -> None:
    highest = max((p.upper or p.people or 0 for p in points), default=0)
    if not capacity or capacity > HEADROOM * max(highest, 1):
        return
    result.add_hline(
        y=capacity, line={"color": LIMIT, "width": 1.5, "dash": "dash"},
        annotation={"text": _("capacity {n}").format(n=capacity), "xanchor": "right", "yanchor": "bottom"},
    )  # fmt: skip
    result.update_yaxes(range=[0, max(capacity * 1.12, highest * 1.05, FEW)])
