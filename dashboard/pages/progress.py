"""*Progress*: how many visits there are, whether they are on the way to the target, and what made it so."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from dash import html

from besok.model import calendar
from besok.model.errors import NotFound
from besok.model.forecast import Outlook
from besok.model.site import Site, Text
from besok.model.views.live import SiteInfo
from besok.model.views.progress import Progress, SoFar
from besok.model.views.series import VisitPoint
from besok.services.actions import get_actions
from besok.services.calendar import get_event_effects
from besok.services.closed_periods import get_closed
from besok.services.forecast import get_awaited, get_outlook, get_records, get_scored, get_weekday_growth
from besok.services.levers import get_levers
from besok.services.places import get_spaces
from besok.services.progress import get_progress, get_so_far
from besok.services.visits import get_visits
from besok.store import effects, sites
from besok.store.database import Database
from besok.text import formats, narratives
from besok.text.languages import _, named
from dashboard.address import Address
from dashboard.components import (
    closed_periods,
    forecast_accuracy,
    forecast_charts,
    ledger,
    levers,
    method_breaks,
    no_target,
    notices,
    programme_effects,
    target_summary,
    validation_counts,
    yearly_visits,
)
from dashboard.components.elements import data, present
from dashboard.figures.target_trajectory import WHOLE_YEAR
from dashboard.pages import national_statistics, this_year

DAY = timedelta(days=1)
T = TypeVar("T")
EVENTS = 12  # the newest ones that are shown


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """Return the summary, then what is to come, then this year, then what was done and its effect."""
    place = sites.load(db, site.site)
    counted, today = sites.counted(db, place), calendar.business_day(now, place)
    title = _("{site}: progress").format(site=named(site.name))
    way = _if_found(lambda: get_progress(db, site.site, today))
    coming = _if_found(lambda: get_outlook(db, site.site))
    known = get_so_far(db, site.site, today)
    spaces = {space.space: space.name for space in get_spaces(db, site.site)}
    points = _points(db, site.site, today, way, known.first)
    aimed = way if way and way.baseline_visits is not None and today > way.baseline_last else None
    if known.uncounted:
        names = [named(one.name) for one in counted if one.id in known.uncounted]
        parts = [no_target.uncounted(named(place.name), names, title)]
    elif aimed:
        parts = _towards_target(db, place, counted, aimed, known, coming, points, title, now)
    elif known.days:
        coming_in = not coming and get_awaited(db, site.site, today, now).coming_in
        parts = [
            target_summary.without_target(known, title, coming, [one.name for one in counted]),
            None  # a baseline that is still coming in needs no advice
            if way and coming_in
            else no_target.advice(place.id, named(place.name), way, today, known.first),
            *_ahead(db, place, None, coming, points, now),
            *_corrected(db, place.id, today, today),
            *this_year.sections(db, place.id, today, place.measure, None, points),
        ]
    elif way and way.baseline_last < today:  # the baseline is over, and nobody was counted in it
        parts = [no_target.no_baseline(way, named(place.name), title, [one.name for one in counted])]
    else:
        parts = [no_target.no_visits(named(place.name), title)]
    shown = _("{site}, figures up to {day}. Besök, /progress/{id}")
    paper = shown.format(site=named(site.name), day=formats.day(today - DAY), id=site.site)
    return html.Div(
        present(
            *notices.simulated(site.sandbox),
            html.P(paper, className="printed"),
            *parts,
            *national_statistics.section(db, site, today),
            closed_periods.section(site.site, get_closed(db, site.site), place.measure, site.timezone),
            levers.section(get_levers(db, site.site, today)),
            _ledger(db, site.site, today, spaces),
            _programme(db, place, now, spaces),
            _accuracy(db, site.site, today) if coming else None,
            target_summary.terms(site.site, known, aimed) if known.days else None,
        ),
        className="page",
        **data(title=title),
    )


def _if_found(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except NotFound:
        return None


def _towards_target(
    db: Database,
    place: Site,
    counted: Sequence[Site],
    way: Progress,
    known: SoFar,
    coming: Outlook | None,
    points: list[VisitPoint],
    title: str,
    now: datetime,
) -> list[Any]:
    weekdays = get_weekday_growth(db, place.id, way.today) if coming else {}
    names = [one.name for one in counted]
    return [
        target_summary.panel(way, title, coming, weekdays, names)
        if way.last_365 is not None
        else no_target.too_little_known(known, title, names),
        *_ahead(db, place, way, coming, points, now),
        *_corrected(db, place.id, way.today, way.baseline_first),
        *this_year.sections(db, place.id, way.today, way.measure, way, points),
        *method_breaks.section(way, *_doors(counted)),
    ]


def _points(
    db: Database, site: str, today: date, way: Progress | None, known: date | None
) -> list[VisitPoint]:
    """Return the visits of all days that the page shows: five years where they are `known`."""
    begins = min(date(today.year - 2, 1, 1), max(known or today, date(today.year - 5, 1, 1)))
    first = min(way.baseline_first - WHOLE_YEAR * DAY, begins) if way else begins
    return get_visits(db, site, first, today - DAY, "day", together=True)


def _ahead(
    db: Database,
    place: Site,
    way: Progress | None,
    coming: Outlook | None,
    points: list[VisitPoint],
    now: datetime,
) -> list[Any]:
    """Return what is to come, or why it is not told yet."""
    today, site, measure = calendar.business_day(now, place), place.id, place.measure
    if coming is None:
        return [forecast_charts.awaited(get_awaited(db, site, today, now))]
    years = yearly_visits.of(points, measure, coming)
    if not place.also:
        years = yearly_visits.reported(years, get_closed(db, site), measure)
    return [
        *forecast_charts.running_year(site, way, measure, points, coming),
        *yearly_visits.section(site, years, today.year, way.baseline_visits if way else None),
        forecast_charts.next_weeks(site, measure, points, coming),
    ]


def _corrected(db: Database, site: str, today: date, first: date) -> list[Any]:
    begins = min(first, date(today.year - 1, 1, 1))
    points = get_visits(db, site, begins, today, "month", together=True, today=today)
    return validation_counts.corrected_note(site, points)


def _ledger(db: Database, site: str, today: date, spaces: dict[str, Text]) -> Any:
    found = get_actions(db, site, today)
    whole = {action.action: not action.spaces for action in found}
    kept = effects.action_effects(db, site)
    gave = {name: narratives.gave(effect, whole.get(name, True)) for name, effect in kept.items()}
    measured = {name for name, effect in kept.items() if effect.share is not None}
    return ledger.section(site, found, gave, measured, spaces)


def _doors(counted: Sequence[Site]) -> tuple[dict[str, Text], dict[str, Text]]:
    """Return the doors of the sites that count, those of others under "site/door", and the names of these sites."""
    own, *others = counted
    doors = {portal.id: portal.name for portal in own.portals}
    doors |= {f"{site.id}/{portal.id}": portal.name for site in others for portal in site.portals}
    return doors, {site.id: site.name for site in others}


def _programme(db: Database, place: Site, now: datetime, spaces: dict[str, Text]) -> Any:
    found = get_event_effects(db, place.id, now - WHOLE_YEAR * DAY, now)[:EVENTS]
    return programme_effects.section(found, place, spaces)


def _accuracy(db: Database, site: str, today: date) -> Any:
    found = get_scored(db, site, today)
    return forecast_accuracy.section(site, found, get_records(found))
