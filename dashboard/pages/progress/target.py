"""The tab *Target*: how many visits there are, and whether they are on the way to the target."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from besok.model.errors import if_found
from besok.model.outlook import Outlook
from besok.model.site import Site, Text
from besok.model.views.progress import Progress, SoFar
from besok.model.views.series import VisitPoint
from besok.services.forecast import get_awaited, get_outlook_on, get_weekday_growth
from besok.services.levers import get_levers
from besok.services.monthly import last_month
from besok.services.progress import get_progress, get_so_far
from besok.services.visits import get_visits
from besok.store import sites
from besok.store.database import Database
from besok.text.languages import named
from dashboard.components import (
    forecast_charts,
    levers,
    method_breaks,
    no_target,
    target_summary,
    validation_counts,
)
from dashboard.components.elements import pair
from dashboard.figures.target_trajectory import WHOLE_YEAR
from dashboard.pages.progress import this_year

DAY = timedelta(days=1)


class _Standing(NamedTuple):
    """The sites whose visits count, what came of them so far, their way to the target, and what is to come."""

    counted: Sequence[Site]
    so_far: SoFar
    target: Progress | None  # None without one
    outlook: Outlook | None  # None without a forecast

    @property
    def aimed(self) -> Progress | None:
        """The way to the target, once its baseline is over and known."""
        target = self.target
        return (
            target
            if target and target.baseline_visits is not None and target.today > target.baseline_last
            else None
        )


def parts(db: Database, place: Site, title: str, today: date, now: datetime) -> list[Any]:
    """Return the answer first, then the trajectory, the months, what would bring more, and what the figures are."""
    standing = _standing(db, place, today)
    shown = _answer(db, place, standing, title, today, now)
    if standing.so_far.uncounted or not standing.so_far.days:
        return shown
    so_far, outlook, aimed = standing.so_far, standing.outlook, standing.aimed
    begins = aimed.baseline_first if aimed else today
    return [
        *shown,
        pair(
            *(_trajectory(db, place, aimed, outlook, so_far.first or today, today) if outlook else ()),
            this_year.months(db, place.id, today, place.measure, aimed),
        ),
        _corrected(db, place.id, today, begins),
        *(method_breaks.section(aimed, *_doors(standing.counted)) if aimed else ()),
        levers.section(get_levers(db, place.id, today)),
        target_summary.terms(place.id, so_far, aimed),
    ]


def answer(db: Database, place: Site, title: str, today: date, now: datetime) -> list[Any]:
    """Return the parts that tell whether the visits are on the way to the target."""
    return _answer(db, place, _standing(db, place, today), title, today, now)


def _standing(db: Database, place: Site, today: date) -> _Standing:
    target = target_of(db, place, today)
    return _Standing(
        counted=sites.counted(db, place),
        so_far=get_so_far(db, place.id, today),
        target=target,
        outlook=if_found(get_outlook_on, db, place.id, target),
    )


def _answer(
    db: Database, place: Site, standing: _Standing, title: str, today: date, now: datetime
) -> list[Any]:
    counted, so_far, target, outlook = standing
    if so_far.uncounted:
        names = [named(one.name) for one in counted if one.id in so_far.uncounted]
        return [no_target.uncounted(named(place.name), names, title)]
    if not so_far.days:
        return [_nothing(target, place, title, today, [one.name for one in counted])]
    aimed = standing.aimed
    return [
        *(
            _aimed(db, place, counted, aimed, so_far, outlook, title)
            if aimed
            else _without(db, place, counted, target, so_far, outlook, title, now)
        ),
        target_summary.papers(
            place.id, last_month(place, now), council=aimed is not None and aimed.standing is not None
        ),
        None if outlook else forecast_charts.awaited(get_awaited(db, place.id, today, now)),
    ]


def target_of(db: Database, place: Site, today: date) -> Progress | None:
    """Return where a site is on the way to its target; None without one."""
    return if_found(get_progress, db, place.id, today)


def points_of(db: Database, place: Site, first: date, today: date) -> list[VisitPoint]:
    """Return the visits of all days from `first` up to yesterday, of all sites that the target counts."""
    return get_visits(db, place.id, first, today - DAY, "day", together=True)


def _nothing(target: Progress | None, place: Site, title: str, today: date, names: Sequence[Text]) -> Any:
    """Return that nobody was counted yet, or not in a baseline that is over."""
    if target and target.baseline_last < today:
        return no_target.no_baseline(target, place, title, names)
    return no_target.no_visits(place, title)


def _aimed(
    db: Database,
    place: Site,
    counted: Sequence[Site],
    target: Progress,
    so_far: SoFar,
    outlook: Outlook | None,
    title: str,
) -> list[Any]:
    names = [one.name for one in counted]
    if target.last_365 is None:
        return [target_summary.too_few_days(so_far, title, names)]
    weekdays = get_weekday_growth(db, place.id, target.today) if outlook else {}
    return [target_summary.panel(target, title, outlook, weekdays, names)]


def _without(
    db: Database,
    place: Site,
    counted: Sequence[Site],
    target: Progress | None,
    so_far: SoFar,
    outlook: Outlook | None,
    title: str,
    now: datetime,
) -> list[Any]:
    """Return what is known where no target can be compared with, and advice; none while a baseline comes in."""
    is_importing = target and not outlook and get_awaited(db, place.id, so_far.today, now).coming_in
    return [
        target_summary.without_target(so_far, title, outlook, [one.name for one in counted]),
        None if is_importing else no_target.advice(place.id, target, so_far.today),
    ]


def _trajectory(
    db: Database, place: Site, target: Progress | None, outlook: Outlook, since: date, today: date
) -> list[Any]:
    """Return the visits of 365 days, counted and forecast, since the baseline or for five years."""
    first = (target.baseline_first if target else max(since, date(today.year - 5, 1, 1))) - WHOLE_YEAR * DAY
    return forecast_charts.running_year(
        place.id, target, place.measure, points_of(db, place, first, today), outlook
    )


def _corrected(db: Database, site: str, today: date, first: date) -> Any:
    begins = min(first, date(today.year - 1, 1, 1))
    points = get_visits(db, site, begins, today, "month", together=True, today=today)
    return validation_counts.corrected_note(site, points)


def _doors(counted: Sequence[Site]) -> tuple[dict[str, Text], dict[str, Text]]:
    """Return the doors of the sites that count, those of others under "site/door", and the names of these sites."""
    first, *others = counted
    doors = {portal.id: portal.name for portal in first.portals}
    doors |= {f"{site.id}/{portal.id}": portal.name for site in others for portal in site.portals}
    return doors, {site.id: site.name for site in others}
