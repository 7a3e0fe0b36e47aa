"""The curve of a space over a period, with what it says in words."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from besok.model import calendar
from besok.model.site import Site
from besok.model.views.live import SpaceInfo
from besok.model.views.series import OccupancyPoint
from besok.text import formats
from besok.text.languages import _, named
from dashboard.components import live_parts, notices
from dashboard.components.chart import chart
from dashboard.components.elements import csv_format
from dashboard.figures import occupancy
from dashboard.ranges import Range

NOBODY = 0.5  # people, rounded


def chart_of(
    points: Sequence[OccupancyPoint],
    past: Sequence[OccupancyPoint],
    site: Site,
    space: SpaceInfo,
    period: Range,
) -> Any:
    """Return the chart with its sentence, table and file; a notice where nothing was measured."""
    if not any(p.people is not None for p in points):
        return notices.nothing(
            _("Nothing was measured here in this period"),
            _("Try a longer period, or look at Sensors for what is offline."),
        )
    points, past = (_in_open_hours(some, site, period) for some in (points, past))
    drawn = occupancy.figure(
        points,
        past,
        shift=period.shift,
        capacity=space.capacity,
        zone=site.timezone,
        names=names(period),
        axis=axis(period),
    )
    query = (
        f"space={space.space}&from={period.first}&to={period.last}&step={period.step}&format={csv_format()}"
    )
    return chart(
        drawn,
        label=_("People in {space}, {period}").format(space=named(space.name), period=said(period)),
        finding=finding(points, past, site, space, period),
        head=[_("Time"), _("People"), _("Between"), _("Peak"), _("Between"), _("Note")],
        rows=[_row(p, period, site.timezone) for p in points if p.people is not None],
        csv=f"/api/v1/sites/{site.id}/occupancy?{query}",
        name="history",
    )


def length(period: Range) -> timedelta:
    """Return how long a step is, on a day of 24 hours."""
    return {"15min": timedelta(minutes=15), "hour": timedelta(hours=1)}.get(period.step, timedelta(days=1))


def is_closed(start: datetime, site: Site, period: Range) -> bool:
    """Tell whether a site is closed for all of a step: where nobody passes or is in then, charts have a gap."""
    spans = calendar.open_intervals(calendar.business_day(start, site), site)
    return not any(a < start + length(period) and start < b for a, b in spans)


def _in_open_hours(points: Sequence[OccupancyPoint], site: Site, period: Range) -> list[OccupancyPoint]:
    """Return points with a gap where the site is closed and nobody is in."""
    return [
        replace(p, people=None, lower=None, upper=None)
        if (p.people or 0) < NOBODY and is_closed(p.start, site, period)
        else p
        for p in points
    ]


def names(period: Range) -> tuple[str, str]:
    """Return the names of the two lines."""
    known = {"today": _("Today"), "yesterday": _("Yesterday"), "7d": _("7 days"), "30d": _("30 days")}
    return known.get(period.name, said(period)), _("a week before") if period.days <= 7 else _(
        "the weeks before"
    )


def axis(period: Range) -> str:
    """Return what the line is: of longer steps the mean, which is less than the most at once."""
    known = {"hour": _("people, mean of the hour"), "day": _("people, mean of the day")}
    return known.get(period.step, _("people"))


def said(period: Range) -> str:
    """`25 nov. 2026` or `18 nov. 2026 – 25 nov. 2026`."""
    first, last = formats.day(period.first), formats.day(period.last)
    return first if period.first == period.last else f"{first} – {last}"


def finding(
    points: Sequence[OccupancyPoint],
    past: Sequence[OccupancyPoint],
    site: Site,
    space: SpaceInfo,
    period: Range,
) -> str:
    """Return what the chart shows, in a few sentences."""
    top = max((p for p in points if p.people is not None), key=lambda p: p.peak or p.people or 0)
    highest = top.peak if top.peak is not None else top.people
    at = when(top.start, period, site.timezone)
    n = formats.with_interval(highest, top.peak_lower, top.peak_upper)
    parts = [_("Peak: {n} people, {when}").format(n=n, when=at)]
    if space.capacity and highest is not None:
        parts.append(_("{share} of capacity").format(share=formats.percent(highest / space.capacity)))
    said = ", ".join(parts) + "." + _compared(points, past, site, period)
    return said + _preliminary(points, site.timezone)


def _preliminary(points: Sequence[OccupancyPoint], zone: str) -> str:
    """Return which figures may still change, and how far they go."""
    known = [p for p in points if p.people is not None]
    running = [p for p in known if not p.final]
    if not running:
        return ""
    last = formats.stamp(known[-1].start, zone)
    text = _("The last figure is of {time}; a day is recomputed once it is over.")
    return " " + text.format(time=last)


def _compared(
    points: Sequence[OccupancyPoint], past: Sequence[OccupancyPoint], site: Site, period: Range
) -> str:
    """Return how the two periods compare, over the steps that both know and in which both were open."""
    now, then = (
        {
            occupancy.local(p.start, site.timezone): p.people
            for p in some
            if p.people is not None and not is_closed(p.start, site, period)
        }
        for some in (points, past)
    )
    before = {start + period.shift: people for start, people in then.items()}
    return changed([(now[start], before[start]) for start in now.keys() & before.keys()], period)


def changed(pairs: Sequence[tuple[float, float]], period: Range) -> str:
    """Return how steps compare with those before, of which there are enough to say so."""
    before = sum(then for _now, then in pairs)
    if len(pairs) < 4 or before < len(pairs):
        return ""
    change = sum(now for now, _then in pairs) / before - 1
    text = _("{change} against the same hours before.")
    if period.step == "day":
        text = _("{change} against the same weekdays before.")
    return " " + text.format(change=formats.signed_percent(change))


def when(start: datetime, period: Range, zone: str) -> str:
    """`25 nov. 14:30`, `25 nov. 14:00–15:00` or `25 nov. 2026`, as long as the step is."""
    if period.step == "hour":
        return formats.span(start, start + timedelta(hours=1), zone)
    return formats.stamp(start, zone) if period.step == "15min" else formats.day(occupancy.local(start, zone))


def _row(p: OccupancyPoint, period: Range, zone: str) -> list[str]:
    numbers = [formats.number(p.people), _between(p.lower, p.upper), formats.number(p.peak)]
    return [when(p.start, period, zone), *numbers, _between(p.peak_lower, p.peak_upper), _note(p)]


def _between(lower: float | None, upper: float | None) -> str:
    return "" if lower is None or upper is None else "–".join(formats.bounds(lower, upper))


def _note(p: OccupancyPoint) -> str:
    """Return why the figure was corrected, and whether it may still change."""
    said = (live_parts.reasons().get(p.reason or "", ""), "" if p.final else _("preliminary"))
    return ", ".join(part for part in said if part)
