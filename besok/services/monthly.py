"""The monthly report: a month of a site on one page, with the same texts for PDF, web page and mail."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial

from besok.files.pdf import Paper
from besok.model import calendar
from besok.model.errors import NotFound, if_found
from besok.model.site import Site
from besok.model.views.calendar import ActionInfo
from besok.model.views.progress import Progress
from besok.services.actions import get_actions
from besok.services.attention import get_coverage
from besok.services.calendar import get_event_effects, get_events
from besok.services.observed_days import share_of_whole, visit_days
from besok.services.papers import stored_or_made
from besok.services.progress import get_growth, get_progress
from besok.services.usage import get_space_usage
from besok.services.visits import get_visits
from besok.store import effects, results, sites
from besok.store.database import Database
from besok.text import monthly_text
from besok.text.languages import language, named
from besok.text.narratives import simulated

DAY = timedelta(days=1)


def last_month(place: Site, now: datetime) -> date:
    """Return the first day of the last month that is over at a site."""
    return (calendar.business_day(now, place).replace(day=1) - DAY).replace(day=1)


def get_monthly_report(db: Database, site: str, month: date, now: datetime, root: str) -> Paper:
    """Return the stored report of a month, or make it; its page is below `root`. Raises as `make_monthly_report`."""
    last = (month + 31 * DAY).replace(day=1) - DAY
    make = partial(make_monthly_report, db, site, month, now)
    return stored_or_made(db, site, results.MONTHLY, last, make, root)


def make_monthly_report(db: Database, site: str, month: date, now: datetime) -> Paper:
    """Return the report of the month that begins with `month`, in the language of the request.

    Raises NotFound where the month is not over, or nobody was counted in it.
    """
    place = sites.load(db, site)
    today, after = calendar.business_day(now, place), (month + 31 * DAY).replace(day=1)
    first, last = month, after - DAY
    if month.day != 1 or after > today:
        raise NotFound(
            f"{site}: the month {month:%Y-%m} is not over; the last one is {last_month(place, now):%Y-%m}"
        )
    days = get_visits(db, site, first, last)
    known = [visits for one in days if (visits := one.visits(place.measure)) is not None]
    if not known:
        raise NotFound(f"{site}: nobody was counted in {month:%Y-%m}")
    growth, progress = get_growth(db, site, after, len(days)), _target(db, site, after)
    start, end = calendar.day_bounds(first, place)[0], calendar.day_bounds(last, place)[1]
    actions = [one for one in get_actions(db, site, last) if _of(one, first, last)]
    open_days = [day for day in calendar.days_from(first, last) if calendar.open_intervals(day, place)]
    counted = visit_days(db, [place], last)
    exceptions = [one for one in place.opening.exceptions if one.first <= last and one.last >= first]
    return Paper(
        title=monthly_text.title(place.name, month),
        subtitle=monthly_text.dated(today),
        figures=monthly_text.figures(
            sum(known), place.measure, growth[0], progress, share_of_whole(counted, first, last)
        ),
        lead=[*simulated(place.sandbox), *monthly_text.lead(month, sum(known), growth, progress)],
        curve=None,
        sections=[
            monthly_text.rooms(get_space_usage(db, place, first, last, now=now), place.timezone),
            monthly_text.happened(
                actions,
                effects.action_effects(db, site),
                get_event_effects(db, site, start, end),
                len(get_events(db, site, start, end)),
                exceptions,
            ),
            monthly_text.quality(
                sum(share_of_whole(counted, day, day) > 0 for day in open_days),
                len(open_days),
                _worked(db, place, first, last, now),
            ),
        ],
        sources=monthly_text.sources(),
        language=language(),
    )


def _target(db: Database, site: str, after: date) -> Progress | None:
    """Return the progress of the site at the end of the month; None without a target."""
    return if_found(get_progress, db, site, after)


def _of(one: ActionInfo, first: date, last: date) -> bool:
    return any(day is not None and first <= day <= last for day in (one.asked, one.done_since, one.undone))


def _worked(db: Database, place: Site, first: date, last: date, now: datetime) -> Mapping[str, float]:
    """Return the mean uptime of the sensors, by the names of their places."""
    names = {id_: named(name) for id_, name in place.names.items()}
    shares: dict[str, list[float]] = {}
    for one in get_coverage(db, place.id, first, last, now=now):
        if one.coverage is not None:
            at = one.portal or one.space or ""
            shares.setdefault(names.get(at, at) or one.device, []).append(one.coverage)
    return {name: sum(values) / len(values) for name, values in shares.items()}
