"""The tab *Forecast*: this year, the weeks and years to come, how true forecasts were, and what was reported."""

from datetime import date, datetime
from typing import Any

from dash import html

from besok.model.errors import if_found
from besok.model.outlook import Outlook
from besok.model.site import Site
from besok.model.views.progress import Progress
from besok.model.views.series import VisitPoint
from besok.services.closed_periods import get_closed
from besok.services.forecast import get_awaited, get_outlook_on, get_records, get_scored
from besok.services.progress import get_so_far
from besok.store.database import Database
from besok.text import target_text
from dashboard.components import closed_periods, forecast_accuracy, forecast_charts, yearly_visits
from dashboard.components.elements import pair
from dashboard.pages.progress import national_statistics, this_year
from dashboard.pages.progress.target import points_of, target_of

SHOWN_YEARS = 5


def parts(db: Database, place: Site, title: str, today: date, now: datetime) -> list[Any]:
    """Return the weeks to come first."""
    so_far, progress = get_so_far(db, place.id, today), target_of(db, place, today)
    outlook = if_found(get_outlook_on, db, place.id, progress)
    first = min(date(today.year - 2, 1, 1), max(so_far.first or today, date(today.year - SHOWN_YEARS, 1, 1)))
    points = points_of(db, place, min(first, progress.baseline_first) if progress else first, today)
    return [
        html.H1(title),
        html.P(target_text.counted(place.measure), className="quiet"),
        forecast_charts.next_weeks(place.id, place.measure, points, outlook)
        if outlook
        else forecast_charts.awaited(get_awaited(db, place.id, today, now)),
        pair(
            this_year.so_far(place.id, today, place.measure, progress, points) if so_far.days else None,
            *(_years(db, place, progress, outlook, points, today) if outlook else ()),
        ),
        _accuracy(db, place.id, today) if outlook else None,
        *national_statistics.section(db, place, today),
        closed_periods.section(place.id, get_closed(db, place.id), place.measure, place.timezone),
    ]


def _years(
    db: Database, place: Site, goal: Progress | None, coming: Outlook, points: list[VisitPoint], today: date
) -> list[Any]:
    sampled = {year.year for year in goal.sampled} if goal else set()
    years = yearly_visits.of(points, place.measure, coming, sampled)
    if not place.also:
        years = yearly_visits.reported(years, get_closed(db, place.id), place.measure)
    return yearly_visits.section(place.id, years, today.year, goal.baseline_visits if goal else None)


def _accuracy(db: Database, site: str, today: date) -> Any:
    scored = get_scored(db, site, today)
    return forecast_accuracy.section(site, scored, get_records(scored))
