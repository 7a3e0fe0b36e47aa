"""The curves of spaces over periods, with findings in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Any, TypeVar
from urllib.parse import urlencode

from dash import html

from besok.model import calendar
from besok.model.site import Site
from besok.model.views.calendar import CalendarDay
from besok.model.views.live import SpaceInfo
from besok.model.views.series import FlowPoint, OccupancyPoint
from besok.services.series import SpaceDays
from besok.text import formats
from besok.text.languages import _
from dashboard.components import live_parts, notices
from dashboard.components.chart import Cell, chart
from dashboard.components.elements import csv_format
from dashboard.figures import occupancy, strips
from dashboard.figures.occupancy import Line, local
from dashboard.figures.style import SERIES
from dashboard.ranges import Range

Point = TypeVar("Point", OccupancyPoint, FlowPoint)
NOBODY = 0.5  # people, rounded
FEWEST = 4  # steps known in both periods, to compare them
FULL_SHARE = 0.995  # a share above it is all


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A space over its days: its name where several are shown, and its points."""

    days: SpaceDays
    space: SpaceInfo
    name: str
    points: Sequence[OccupancyPoint]


def chart_of(
    series: Sequence[Series],
    period: Range,
    before: Range | None,
    now: datetime,
    days: Sequence[CalendarDay],
    happened: Mapping[date, str],
    *,
    weather: bool,
    day: str,
) -> Any:
    """Return the chart with its sentences, table and file; a notice where nothing of the first series was measured.

    The series of the period come first, then those of the period before in the same order. `day` is the address of one
    of its days.
    """
    first = series[0]
    if not any(p.people is not None for p in first.points):
        return nothing_measured(first.days.site, period, now)
    places = [one for one in series if one.days.first == period.first]
    lines = [_line(n, one, len(places), period, before) for n, one in enumerate(series)]
    site = first.days.site
    graph = occupancy.figure(
        lines,
        capacity=first.space.capacity if len(places) == 1 else None,
        axis=axis(period),
        unmeasured=unmeasured(first.points, site, period, now),
    )
    if weather:
        strips.add_weather(graph, days)
    strips.add_days(graph, happened)
    earlier = series[len(places) :]
    text = [finding(one, past, period, before, now) for one, past in zip_longest(places, earlier)]
    if len(places) > 1:
        text = [f"{one.name}. {words}" for one, words in zip(places, text, strict=True)]
    text[-1] += _preliminary(first.points, site.timezone)
    spaces = formats.several([one.name for one in places])
    return chart(
        graph,
        label=_("People in {space}, {period}").format(space=spaces, period=period_text(period)),
        finding=text[0] if len(text) == 1 else html.Ul([html.Li(words) for words in text]),
        head=[_("Time"), *(line.name for line in lines), _("Peak"), _("Note")],
        rows=_rows(lines, period, site),
        csv=_address(places, period, before if earlier else None),
        name="history",
        day=day,
    )


def nothing_measured(site: Site, period: Range, now: datetime) -> Any:
    """Return the notice shown in place of a chart: that the site was not open until now, or that nothing is known."""
    opens = _opens(site, period)
    if opens and opens < now:
        return notices.nothing(
            _("Nothing was measured here in this period"),
            _("Try a longer period, or look at Sensors for what is offline."),
        )
    if opens:
        return notices.nothing(_("Not open yet"), _("The opening hours of this period have not begun."))
    return notices.nothing(
        _("Closed in this period"), _("There are no opening hours on these days. Choose others.")
    )


def _line(number: int, one: Series, places: int, period: Range, before: Range | None) -> Line:
    """Return a series as a line: one place has the names of the periods, several their own."""
    earlier = before if number >= places else None
    when = names(period, earlier)
    name = when if places == 1 else f"{one.name}, {when}" if earlier else one.name
    return Line(
        name=name,
        points=_in_open_hours(one.points, one.days.site, period),
        zone=one.days.site.timezone,
        colour=SERIES[number % places],
        shift=period.first - earlier.first if earlier else timedelta(),
    )


def _address(places: Sequence[Series], period: Range, before: Range | None) -> str:
    """Return the address of the numbers of all series."""
    home = places[0].days.site.id
    others = [
        one.days.space if one.days.site.id == home else f"{one.days.site.id}/{one.days.space}"
        for one in places[1:]
    ]
    query = [("space", places[0].days.space), *(("with", name) for name in others)]
    query += [("from", str(period.first)), ("to", str(period.last))]
    query += [("against", str(before.first))] if before else []
    query += [("step", period.step), ("format", csv_format())]
    return f"/api/v1/sites/{home}/occupancy/compared?{urlencode(query, safe='/')}"


def _opens(site: Site, period: Range) -> datetime | None:
    """Return when a site first opens in a period; None where it is closed throughout."""
    days = calendar.days_from(period.first, period.last)
    return next((start for day in days for start, _end in calendar.open_intervals(day, site)), None)


def length(period: Range) -> timedelta:
    """Return how long a step is, on a day of 24 hours."""
    return {"15min": timedelta(minutes=15), "hour": timedelta(hours=1)}.get(period.step, timedelta(days=1))


def is_closed(start: datetime, site: Site, period: Range) -> bool:
    """Tell whether a site is closed for all of a step: charts have a gap if nobody passes or is in then."""
    spans = calendar.open_intervals(calendar.business_day(start, site), site)
    return not any(a < start + length(period) and start < b for a, b in spans)


def open_steps(points: Sequence[Point], site: Site, period: Range, now: datetime) -> list[Point]:
    """Return the steps that are over in which a site was open."""
    return [p for p in points if p.start + length(period) <= now and not is_closed(p.start, site, period)]


def unmeasured(
    points: Sequence[Point], site: Site, period: Range, now: datetime
) -> list[tuple[datetime, datetime]]:
    """Return the stretches of open hours in which nothing was measured, in local time."""
    spans: list[tuple[datetime, datetime]] = []
    for p in open_steps(points, site, period, now):
        if (p.people_in if isinstance(p, FlowPoint) else p.people) is None:
            begins = local(p.start, site.timezone)
            if spans and spans[-1][1] == begins:
                begins = spans.pop()[0]
            spans.append((begins, local(p.start + length(period), site.timezone)))
    return spans


def _in_open_hours(points: Sequence[OccupancyPoint], site: Site, period: Range) -> list[OccupancyPoint]:
    """Return points with a gap where the site is closed and nobody is in."""
    return [
        replace(p, people=None, lower=None, upper=None, peak=None)
        if (p.people or 0) < NOBODY and is_closed(p.start, site, period)
        else p
        for p in points
    ]


def names(period: Range, before: Range | None = None) -> str:
    """Return the name of the period, or of the one before it."""
    if before is None:
        known = {"today": _("Today"), "yesterday": _("Yesterday"), "7d": _("7 days"), "30d": _("30 days")}
        return known.get(period.name, period_text(period))
    return period_text(before)


def axis(period: Range) -> str:
    """Return the axis title: for longer steps the mean, which is less than the peak."""
    known = {"hour": _("people, mean of the hour"), "day": _("people, mean of the day")}
    return known.get(period.step, _("people"))


def period_text(period: Range) -> str:
    """`25 nov. 2026` or `18–25 nov. 2026`."""
    return formats.days(period.first, period.last)


def finding(one: Series, past: Series | None, period: Range, before: Range | None, now: datetime) -> str:
    """Return the finding of a space's curve, in a few sentences."""
    known = [p for p in one.points if p.people is not None]
    if not known:
        opens = _opens(one.days.site, period)
        if opens and opens < now:
            return _("Nothing was measured here in this period") + "."
        return (_("Not open yet") if opens else _("Closed in this period")) + "."
    top = max(known, key=lambda p: p.peak or p.people or 0)
    highest = top.peak if top.peak is not None else top.people
    zone = one.days.site.timezone
    n = formats.with_interval(highest, top.peak_lower, top.peak_upper)
    parts = [_("Peak: {n} people, {when}").format(n=n, when=when(top.start, period, zone))]
    if one.space.capacity and highest is not None:
        parts.append(_("{share} of capacity").format(share=formats.percent(highest / one.space.capacity)))
    text = ", ".join(parts) + "."
    if past and before:
        text += _compared(one, past, period, before)
    steps = open_steps(one.points, one.days.site, period, now)
    return text + measured([p.people is not None for p in steps])


def measured(shares: Sequence[float]) -> str:
    """Return a sentence on the measured share of steps; "" where all were measured."""
    share = sum(shares) / max(len(shares), 1)
    if not shares or share >= FULL_SHARE:
        return ""
    return " " + _("{share} of the time was measured.").format(share=formats.percent(share))


def _preliminary(points: Sequence[OccupancyPoint], zone: str) -> str:
    """Return a sentence on the figures that may still change, and until when."""
    known = [p for p in points if p.people is not None]
    if all(p.final for p in known):
        return ""
    last = formats.stamp(known[-1].start, zone)
    text = _("The last figure is from {time}; a day is recomputed once it is over.")
    return " " + text.format(time=last)


def _compared(one: Series, past: Series, period: Range, before: Range) -> str:
    """Return the change between two periods, over steps that are known and open in both."""
    now, then = (
        {
            local(p.start, some.days.site.timezone): p.people
            for p in some.points
            if p.people is not None and not is_closed(p.start, some.days.site, period)
        }
        for some in (one, past)
    )
    earlier = {start + (period.first - before.first): people for start, people in then.items()}
    return changed([(now[start], earlier[start]) for start in now.keys() & earlier.keys()], period, before)


def changed(pairs: Sequence[tuple[float, float]], period: Range, before: Range) -> str:
    """Return the change of steps against earlier ones, if there are enough of them."""
    sum_before = sum(then for _now, then in pairs)
    if len(pairs) < FEWEST or sum_before < len(pairs):
        return ""
    change = sum(now for now, _then in pairs) / sum_before - 1
    text = _("{change} against the same hours of {period}.")
    if period.step == "day":
        text = _("{change} against {period}, day by day.")
    return " " + text.format(change=formats.signed_percent(change), period=period_text(before))


def dated(start: datetime, period: Range, site: Site) -> Cell:
    """Return when a step is, and of which business day where there are several."""
    text = when(start, period, site.timezone)
    day = local(start, site.timezone).date() if period.step == "day" else calendar.business_day(start, site)
    return (text, f"{day:%F}") if period.days > 1 else text


def when(start: datetime, period: Range, zone: str) -> str:
    """`25 nov. 14:30`, `25 nov. 14:00–15:00` or `25 nov. 2026`, as long as the step is."""
    if period.step == "hour":
        return formats.span(start, start + timedelta(hours=1), zone)
    return formats.stamp(start, zone) if period.step == "15min" else formats.day(local(start, zone))


def _rows(lines: Sequence[Line], period: Range, site: Site) -> list[list[Cell]]:
    """Return a row for each step with a known value: each line, and the peak and a note of the first."""
    first = lines[0]
    others = [{line.at(p): p for p in line.points} for line in lines[1:]]
    rows: list[list[Cell]] = []
    for p in first.points:
        same_time = [other.get(first.at(p)) for other in others]
        if p.people is not None or any(one and one.people is not None for one in same_time):
            people = [
                formats.with_interval(one.people, one.lower, one.upper) if one else ""
                for one in (p, *same_time)
            ]
            peak = formats.with_interval(p.peak, p.peak_lower, p.peak_upper)
            rows.append([dated(p.start, period, site), *people, peak, _note(p)])
    return rows


def _note(p: OccupancyPoint) -> str:
    """Return why the figure was corrected, and whether it may still change."""
    notes = (live_parts.reasons().get(p.reason or "", ""), "" if p.final else _("preliminary"))
    return ", ".join(part for part in notes if part)
