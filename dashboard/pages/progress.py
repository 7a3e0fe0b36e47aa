"""*Progress*: how many come, are we on the way to the target, and what made it so."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from dash import html

from besok import services
from besok.model import calendar
from besok.model.errors import NotFound
from besok.model.forecast import Outlook
from besok.model.site import Site, Text
from besok.model.views.live import SiteInfo
from besok.model.views.progress import Progress
from besok.store import effects, sites
from besok.store.database import Database
from besok.text import formats, narratives
from besok.text.languages import _, named
from dashboard.address import Address
from dashboard.components import answer, beside, breaks, forecast, gains, ledger, record, unaimed, years
from dashboard.components.attrs import data
from dashboard.components.banner import sandbox
from dashboard.figures.path import WHOLE_YEAR
from dashboard.pages import statistics, this_year

DAY = timedelta(days=1)
EVENTS = 12  # the newest ones that are shown


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """The answer on top, then what is to come, then this year against the path, then what was done and what it gave."""
    place = sites.load(db, site.site)
    counted = sites.counted(db, place)
    today = calendar.business_day(now, place)
    title = _("{site}: on the way").format(site=named(site.name))
    way, coming = _way(db, site.site, today), _outlook(db, site.site)
    if way is None or way.baseline_visits is None or today <= way.baseline_last:
        parts = _without_goal(db, place, counted, way, coming, title, now)
    else:
        parts = [
            *_on_the_way(db, site.site, counted, way, coming, title),
            *_ahead(db, place, way, coming, now),
        ]
        parts += [
            *_corrected(db, site.site, today, way.baseline_first),
            *this_year.sections(db, site.site, today, way.measure, way),
        ]
        parts += breaks.section(way, *_places(counted))
    parts += [
        *statistics.section(db, site, today),
        _ledger(db, site.site, today),
        *filter(None, [_programme(db, site.site, now)]),
        *([_record(db, site.site, today)] if coming else []),
        *_terms(db, site.site, today, way),
    ]
    shown = _("{site}, figures up to {day}. Besök, /progress/{id}")
    paper = shown.format(site=named(site.name), day=formats.day(today - DAY), id=site.site)
    top = [*([sandbox()] if site.sandbox else []), html.P(paper, className="printed")]
    return html.Div([*top, *parts], className="page", **data(title=title))


def _way(db: Database, site: str, today: date) -> Progress | None:
    try:
        return services.progress(db, site, today)
    except NotFound:
        return None


def _outlook(db: Database, site: str) -> Outlook | None:
    try:
        return services.outlook(db, site)
    except NotFound:
        return None


def _names(counted: Sequence[Site]) -> list[Text]:
    return [one.name for one in counted]


def _on_the_way(
    db: Database, site: str, counted: Sequence[Site], way: Progress, coming: Outlook | None, title: str
) -> list[Any]:
    weekdays = services.weekday_growth(db, site, way.today) if coming else {}
    return [answer.panel(way, title, coming, weekdays, _names(counted))]


def _without_goal(
    db: Database,
    place: Site,
    counted: Sequence[Site],
    way: Progress | None,
    coming: Outlook | None,
    title: str,
    now: datetime,
) -> list[Any]:
    """Nothing to hold the visits against: how many came and are to come, and how to say where they shall go."""
    today, name = calendar.business_day(now, place), named(place.name)
    known = services.so_far(db, place.id, today)
    if not known.days:
        before = (
            way if way and way.baseline_last < today else None
        )  # its baseline is over, and nobody was counted in it
        return [
            unaimed.no_baseline(before, name, title, _names(counted))
            if before
            else unaimed.no_visits(name, title)
        ]
    return [
        unaimed.so_far(known, title, coming, _names(counted)),
        unaimed.no_goal(place.id, name, way, today, known.first),
        *_ahead(db, place, None, coming, now),
        *_corrected(db, place.id, today),
        *this_year.sections(db, place.id, today, place.measure, None),
    ]


def _ahead(
    db: Database, place: Site, way: Progress | None, coming: Outlook | None, now: datetime
) -> list[Any]:
    """What is to come, or why it is not told yet."""
    today, site = calendar.business_day(now, place), place.id
    if coming is None:
        return [forecast.awaited(services.awaited(db, site, today, now))]
    begins = date(today.year - 2, 1, 1)
    first = min(way.baseline_first - WHOLE_YEAR * DAY, begins) if way else begins
    points = services.visits(db, site, first, today - DAY, "day", together=True)
    baseline = way.baseline_visits if way else None
    return [
        *forecast.way_ahead(site, way, place.measure, points, coming),
        *years.section(site, years.of(points, place.measure, coming), today.year, baseline),
        forecast.next_weeks(site, place.measure, points, coming),
    ]


def _corrected(db: Database, site: str, today: date, first: date | None = None) -> list[Any]:
    begins = min(first or today, date(today.year - 1, 1, 1))
    return beside.corrected_note(
        site, services.visits(db, site, begins, today, "month", together=True, today=today)
    )


def _ledger(db: Database, site: str, today: date) -> Any:
    spaces = {space.space: space.name for space in services.spaces(db, site)}
    found = services.actions(db, site, today)
    whole = {action.action: not action.spaces for action in found}
    kept = effects.action_effects(db, site)
    gave = {name: narratives.gave(effect, whole.get(name, True)) for name, effect in kept.items()}
    measured = {name for name, effect in kept.items() if effect.share is not None}
    return ledger.section(site, found, gave, measured, spaces)


def _places(counted: Sequence[Site]) -> tuple[dict[str, Text], dict[str, Text]]:
    """The doors of the sites that count, those of others than the first under "site/door", and the names of these."""
    own, *others = counted
    doors = {portal.id: portal.name for portal in own.portals}
    doors |= {f"{site.id}/{portal.id}": portal.name for site in others for portal in site.portals}
    return doors, {site.id: site.name for site in others}


def _programme(db: Database, site: str, now: datetime) -> Any:
    spaces = {space.space: space.name for space in services.spaces(db, site)}
    found = services.event_effects(db, site, now - WHOLE_YEAR * DAY, now)[:EVENTS]
    return gains.section(found, sites.load(db, site), spaces)


def _record(db: Database, site: str, today: date) -> Any:
    found = services.scored(db, site, today)
    return record.section(site, found, services.records(found))


def _terms(db: Database, site: str, today: date, way: Progress | None) -> list[Any]:
    known = services.so_far(db, site, today)
    aimed = way and way.baseline_visits is not None and way.baseline_last < today
    return [answer.terms(site, known, way if aimed else None)] if known.days else []
