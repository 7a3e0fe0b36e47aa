"""The parts of the page *Progress* that look ahead: the odds, the way, the coming years and weeks."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from dash import html

from besok.model.forecast import LEAST_DAYS, Expected, Outlook
from besok.model.views.forecast import Awaited
from besok.model.views.progress import Progress
from besok.model.views.series import VisitPoint
from besok.text import formats, narratives
from besok.text.languages import _, plural
from dashboard.components import files, notices
from dashboard.components.attrs import data
from dashboard.components.chart import chart
from dashboard.figures import forecast as figures
from dashboard.figures import path
from dashboard.figures.progress import Series

SHOWN_WEEKS: Final = 8  # of days to come
SHOWN_BEFORE: Final = 4  # weeks of days that were
WEEK: Final = 7
FOUR_WEEKS: Final = 28  # days
RENEWED_S: Final = 10  # between two looks whether the forecast has come
NOBODY: Final = 0.5  # visits: a day on which no more can come is closed
DAY = timedelta(days=1)


def odds(coming: Outlook, way: Progress) -> Any:
    """The big figure: how likely the goal is."""
    if coming.odds is None:
        return html.Div()
    about = _("the odds of {factor} × by {day}").format(
        factor=formats.number(way.factor, 1), day=formats.day(way.deadline)
    )
    return html.Div(
        [
            html.P(narratives.odds_short(coming.odds), className="number"),
            html.P(about, className="where"),
        ]
    )


def said(
    coming: Outlook,
    factor: float = 1.0,
    weekdays: Mapping[int, float] | None = None,
    growth: float | None = None,
) -> Any:
    """What the forecast says in plain words; of a target only where it knows of one. `growth` stands beside it."""
    lines = narratives.of(coming, factor, weekdays, growth)
    return html.Ul([html.Li(line) for line in lines], className="said")


def awaited(why: Awaited) -> Any:
    """Why there is no forecast yet, and when there will be; the page looks for it by itself."""
    if not why.at_work:
        return notices.nothing(
            _("No forecast yet"), _("The service that makes it is not at work: besok work starts it.")
        )
    if why.coming_in:
        text = plural(
            "Older visits are coming in, {n} day so far. It is made as soon as they are all there.",
            "Older visits are coming in, {n} days so far. It is made as soon as they are all there.",
            why.days,
        )
        return _coming(_("No forecast yet"), text.format(n=formats.number(why.days)))
    if why.days < LEAST_DAYS:
        text = plural(
            "It needs {all} days of counted visits, and there is {n}. It comes in the night after the last of them.",
            "It needs {all} days of counted visits, and there are {n}. It comes in the night after the last of them.",
            why.days,
        )
        return notices.nothing(_("No forecast yet"), text.format(all=LEAST_DAYS, n=why.days))
    text = _(
        "It is made from {n} days of visits, which takes a minute or two. This page shows it as soon as it is there."
    )
    return _coming(_("The first forecast is being made"), text.format(n=formats.number(why.days)))


def _coming(title: str, text: str) -> Any:
    return html.Div(
        notices.nothing(title, text), **data(renew=str(RENEWED_S), renewed=_("The forecast is there."))
    )


def way_ahead(
    site: str, way: Progress | None, measure: str, points: Sequence[VisitPoint], coming: Outlook
) -> list[Any]:
    """The running year: counted, expected, and the path if there is one; nothing where no year is known of yet."""
    counted = [(d, v) for n, (d, v) in enumerate(figures.running_year(points, measure)) if n % WEEK == 0]
    counted = counted[next((n for n, (_d, v) in enumerate(counted) if v is not None), len(counted)) :]
    if not coming.years:
        return []
    path_line, goal = ([], None) if way is None else (_path_line(way), way.goal_visits)
    found = narratives.landing(coming) or next(
        (narratives.total(t) for t in coming.totals if t.days == 365), None
    )
    rows = [
        [formats.day(p.day), formats.number(p.mean), formats.number(p.low80), formats.number(p.high80)]
        for p in coming.years[:: max(1, len(coming.years) // 24)]
    ]
    label = _("Visits in 365 days: counted, expected with intervals, and the path to the goal")
    return [
        html.Section(
            [
                html.H2(_("The way to the goal") if goal else _("Visits in 365 days")),
                chart(
                    figures.way(counted, coming.years, path_line, goal),
                    label=label if goal else _("Visits in 365 days: counted, and expected with intervals"),
                    finding=found or "",
                    head=[_("365 days up to"), _("expected"), _("low (80 %)"), _("high (80 %)")],
                    rows=rows,
                    csv=f"/api/v1/sites/{site}/forecast?format={files.form()}&part=years",
                    name="way",
                ),
            ]
        )
    ]


def _path_line(way: Progress) -> Series:
    """The path once a month from the end of the baseline to the deadline."""
    if way.baseline_visits is None:
        return []
    days = [
        way.baseline_last + n * 30 * DAY for n in range((way.deadline - way.baseline_last).days // 30 + 1)
    ]
    return [(day, way.baseline_visits * path.multiple(way, day)) for day in [*days, way.deadline]]


def next_weeks(site: str, measure: str, points: Sequence[VisitPoint], coming: Outlook) -> Any:
    """The coming days with their intervals."""
    days = coming.days[: SHOWN_WEEKS * WEEK]
    counted = [(p.day, path.visits_of(p, measure)) for p in points[-SHOWN_BEFORE * WEEK :]]
    four = next((t for t in coming.totals if t.days == FOUR_WEEKS), None)
    return html.Section(
        [
            html.H2(_("The next eight weeks")),
            html.P(
                _("From the visits up to {day}.").format(day=formats.day(coming.origin)), className="quiet"
            ),
            chart(
                figures.weeks(counted, days),
                label=_("Visits a day: counted, and expected with intervals"),
                finding=" ".join(filter(None, [narratives.total(four) if four else "", closed(days)])),
                head=[_("Day"), _("expected"), _("low (80 %)"), _("high (80 %)")],
                rows=[
                    [formats.day_short(p.day), *(formats.number(v) for v in (p.mean, p.low80, p.high80))]
                    for p in days
                ],
                csv=f"/api/v1/sites/{site}/forecast?format={files.form()}",
                name="weeks",
            ),
        ]
    )


def closed(days: Sequence[Expected]) -> str:
    """Why the curve falls to nothing: the closed days among `days`, but for weekdays that always are."""
    shut = [one.day for one in days if one.high95 < NOBODY]
    weekly = {day.weekday() for day in shut} - {one.day.weekday() for one in days if one.high95 >= NOBODY}
    stretches: list[list[date]] = []
    for day in (day for day in shut if day.weekday() not in weekly):
        if stretches and day - stretches[-1][-1] == DAY:
            stretches[-1].append(day)
        else:
            stretches.append([day])
    told = [
        formats.day_short(first)
        if first == last
        else f"{formats.day_short(first)} – {formats.day_short(last)}"
        for first, last in ((stretch[0], stretch[-1]) for stretch in stretches)
    ]
    said = formats.several(told).rstrip(".")  # a month may end with one: 6 jan.
    return _("Closed: {days}.").format(days=said) if told else ""
