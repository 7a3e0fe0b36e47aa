"""The parts of the page *Progress* that look ahead: the running year, and the coming weeks."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from dash import html

from besok.model.outlook import LEAST_DAYS, Expected, Outlook
from besok.model.views.forecast import Awaited
from besok.model.views.progress import Progress
from besok.model.views.series import VisitPoint
from besok.services import visits
from besok.text import formats, narratives
from besok.text.languages import _, plural
from dashboard.components import notices
from dashboard.components.chart import chart
from dashboard.components.elements import csv_format, data, present, quiet, titled
from dashboard.figures import forecast as figures

SHOWN_WEEKS: Final = 8  # of days to come
SHOWN_BEFORE: Final = 4  # weeks of past days
WEEK: Final = 7
RENEWED_S: Final = 10  # between two checks for the forecast
NOBODY: Final = 0.5  # visits: a day on which no more can come is closed
DAY = timedelta(days=1)


def awaited(why: Awaited) -> Any:
    """Return why there is no forecast yet, and when there will be; the page polls for it."""
    n, title = formats.number(why.days), _("No forecast yet")
    if not why.at_work:
        return notices.nothing(
            title, _("The service that makes it is not running; whoever runs Besök can start it.")
        )
    if why.coming_in:
        text = plural(
            "Older visits are being loaded, {n} day so far. It is made as soon as they are all in.",
            "Older visits are being loaded, {n} days so far. It is made as soon as they are all in.",
            why.days,
        )
    elif why.days < LEAST_DAYS:
        text = plural(
            "It needs {all} days of counted visits, and there is {n}. It appears the night after the last of them.",
            "It needs {all} days of counted visits, and there are {n}. It appears the night after the last of them.",
            why.days,
        )
        return notices.nothing(title, text.format(all=LEAST_DAYS, n=why.days))
    else:
        title = _("The first forecast is being made")
        text = _(
            "It is made from {n} days of visits, which takes a minute or two. This page shows it as soon as it is "
            "there."
        )
    notice = notices.nothing(title, text.format(n=n))
    return html.Div(notice, **data(renew=str(RENEWED_S), renewed=_("The forecast is ready.")))


def running_year(
    site: str, progress: Progress | None, measure: str, points: Sequence[VisitPoint], coming: Outlook
) -> list[Any]:
    """Return the visits of 365 days: counted, forecast, and the target trajectory if there is one."""
    if not coming.years:
        return []
    counted = [(d, v) for n, (d, v) in enumerate(visits.running_year(points, measure)) if n % WEEK == 0]
    counted = counted[next((n for n, (_d, v) in enumerate(counted) if v is not None), len(counted)) :]
    line, target = ([], None) if progress is None else (progress.trajectory(), progress.goal_visits)
    year = next((t for t in coming.totals if t.days == 365), None)
    title, label = _("Visits in 365 days"), _("Visits in 365 days: counted, and forecast with intervals")
    if target:
        title = _("Target trajectory")
        label = _("Visits in 365 days: counted, forecast with intervals, and the target trajectory")
    graph = chart(
        figures.running(counted, coming.years, line, target),
        label=label,
        finding=narratives.landing(coming) or (narratives.total(year) if year else ""),
        head=[_("365 days up to"), *_interval_header()],
        rows=[[formats.day(p.day), *_interval(p)] for p in coming.years[:: max(1, len(coming.years) // 24)]],
        csv=f"/api/v1/sites/{site}/forecast?format={csv_format()}&part=years",
        name="way",
        embed=_rests_on(points, measure, coming),
    )
    return [titled(title, graph)]


def _interval_header() -> list[str]:
    return [_("forecast"), _("low (80 %)"), _("high (80 %)")]


def _interval(p: Expected) -> list[str]:
    return [formats.number(v) for v in (p.mean, p.low80, p.high80)]


def next_weeks(site: str, measure: str, points: Sequence[VisitPoint], outlook: Outlook) -> Any:
    """Return the coming days with their intervals."""
    days = outlook.days[: SHOWN_WEEKS * WEEK]
    counted = [(p.day, p.visits(measure)) for p in points[-SHOWN_BEFORE * WEEK :]]
    four = next((t for t in outlook.totals if t.days == narratives.FOUR_WEEKS), None)
    graph = chart(
        figures.weeks(counted, days),
        label=_("Visits a day: counted, and forecast with intervals"),
        finding=" ".join(present(narratives.total(four) if four else "", closed(days))),
        head=[_("Day"), *_interval_header()],
        rows=[[formats.day_short(p.day), *_interval(p)] for p in days],
        csv=f"/api/v1/sites/{site}/forecast?format={csv_format()}",
        name="weeks",
        embed=_rests_on(points, measure, outlook),
    )
    origin = _("From the visits up to {day}.").format(day=formats.day(_rests_on(points, measure, outlook)))
    return titled(_("The next eight weeks"), quiet(origin), graph)


def _rests_on(points: Sequence[VisitPoint], measure: str, outlook: Outlook) -> date:
    """Return the last day whose visits a forecast knows."""
    last = max((p.day for p in points if p.visits(measure) is not None), default=outlook.origin)
    return min(last, outlook.origin)


def closed(days: Sequence[Expected]) -> str:
    """Return why the curve falls to zero: the closed days among `days`, but for weekdays that always are."""
    shut = [one.day for one in days if one.high95 < NOBODY]
    weekly = {day.weekday() for day in shut} - {one.day.weekday() for one in days if one.high95 >= NOBODY}
    stretches: list[list[date]] = []
    for day in (day for day in shut if day.weekday() not in weekly):
        if stretches and day - stretches[-1][-1] == DAY:
            stretches[-1].append(day)
        else:
            stretches.append([day])
    texts = [
        formats.day_short(first)
        if first == last
        else f"{formats.day_short(first)} – {formats.day_short(last)}"
        for first, last in ((stretch[0], stretch[-1]) for stretch in stretches)
    ]
    listed = formats.several(texts).rstrip(".")  # a month may end with one: 6 jan.
    return _("Closed: {days}.").format(days=listed) if texts else ""
