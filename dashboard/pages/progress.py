"""*Progress*: are we on the way to the target?"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from dash import html

from core import sentences
from core.analytics import calendar
from core.errors import NotFound
from core.outlook import Outlook
from core.site import Site, Text
from core.views import Progress, SiteInfo, VisitPoint
from dashboard.address import Address
from dashboard.components import answer, beside, breaks, gains, ledger, notices, outlook
from dashboard.components.attrs import data
from dashboard.components.banner import sandbox
from dashboard.components.chart import chart
from dashboard.figures import path
from dashboard.figures import progress as figures
from dashboard.i18n import _, formats, named
from store import effects, queries, sites
from store.database import Database

DAY = timedelta(days=1)
SHOWN = 365  # days of the running year
EVENTS = 12  # the newest ones that are shown


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """The answer on top, then this year against the path, then the months."""
    place = sites.load(db, site.site)
    counted = sites.counted(db, place)
    names = [one.name for one in counted]
    today = calendar.business_day(now, place)
    title = _("{site}: on the way").format(site=named(site.name))
    try:
        way = queries.progress(db, site.site, today)
    except NotFound:
        return answer.no_target(named(site.name), title)
    parts: list[Any] = [sandbox()] if site.sandbox else []
    if way.baseline_visits is None:
        parts.append(answer.no_baseline(way, named(site.name), title, names))
    else:
        coming = _outlook(db, site.site)
        weekdays = queries.weekday_growth(db, site.site, today) if coming else {}
        parts += [
            answer.panel(way, title, coming, weekdays, names),
            *(_ahead(db, site.site, way, coming) if coming else [_no_outlook()]),
            *_corrected(db, site.site, way),
            _year(db, site.site, way),
            _months(db, site.site, way),
            *breaks.section(way, *_places(counted)),
            _ledger(db, site.site, today),
            *filter(None, [_programme(db, site.site, now)]),
            *([_record(db, site.site, today)] if coming else []),
            answer.terms(way),
        ]
    return html.Div(parts, className="page", **data(title=title))


def _outlook(db: Database, site: str) -> Outlook | None:
    try:
        return queries.outlook(db, site)
    except NotFound:
        return None


def _no_outlook() -> Any:
    return notices.nothing(
        _("No forecast yet"),
        _("It needs three weeks of counted visits; once they are there, it appears here within the hour."),
    )


def _ahead(db: Database, site: str, way: Progress, coming: Outlook) -> list[Any]:
    first = min(way.baseline_first, way.today - SHOWN * DAY)
    points = queries.visits(db, site, first - SHOWN * DAY, way.today - DAY, "day", together=True)
    return [outlook.way_ahead(site, way, points, coming), outlook.next_weeks(site, way, points, coming)]


def _corrected(db: Database, site: str, way: Progress) -> list[Any]:
    first = min(way.baseline_first, way.today - SHOWN * DAY)
    return beside.corrected_note(site, queries.visits(db, site, first, way.today, "month", together=True))


def _ledger(db: Database, site: str, today: date) -> Any:
    spaces = {space.space: space.name for space in queries.spaces(db, site)}
    found = queries.actions(db, site, today)
    whole = {action.action: not action.spaces for action in found}
    gave = {name: sentences.gave(effect, whole.get(name, True)) for name, effect in effects.kept(db, site).items()}
    return ledger.section(found, gave, spaces)


def _places(counted: Sequence[Site]) -> tuple[dict[str, Text], dict[str, Text]]:
    """The doors of the sites that count, those of others than the first under "site/door", and the names of these."""
    own, *others = counted
    doors = {portal.id: portal.name for portal in own.portals}
    doors |= {f"{site.id}/{portal.id}": portal.name for site in others for portal in site.portals}
    return doors, {site.id: site.name for site in others}


def _programme(db: Database, site: str, now: datetime) -> Any:
    spaces = {space.space: space.name for space in queries.spaces(db, site)}
    found = queries.event_effects(db, site, now - timedelta(days=SHOWN), now)[:EVENTS]
    return gains.section(found, sites.load(db, site), spaces)


def _record(db: Database, site: str, today: date) -> Any:
    found = queries.scored(db, site, today)
    return outlook.record(site, found, queries.records(found))


def _year(db: Database, site: str, way: Progress) -> Any:
    first = date(way.today.year, 1, 1)
    this = queries.visits(db, site, first, way.today - DAY, "day", together=True)
    last = queries.visits(db, site, first - path.YEAR, date(way.today.year, 12, 31) - path.YEAR, "day", together=True)
    base = queries.visits(db, site, way.baseline_first, way.baseline_last, "day", together=True)
    known = {p.day: v for p in base if (v := path.visits_of(p, way.measure)) is not None}
    days = [first + DAY * n for n in range((date(way.today.year, 12, 31) - first).days + 1)]
    now = path.cumulative(this, way.measure)
    before = [(d + path.YEAR, v) for d, v in path.cumulative(last, way.measure)]
    goal = path.expected(way, known, days)
    if not any(v is not None for _d, v in now):
        return notices.nothing(
            _("No visits have been counted this year yet"), _("The curve begins with the first day.")
        )
    years = (way.today.year, way.today.year - 1)
    return html.Section([html.H2(_("This year so far")), _year_chart(site, now, before, goal, years)])


def _year_chart(
    site: str, now: figures.Series, before: figures.Series, goal: figures.Series, years: tuple[int, int]
) -> Any:
    ends = [(d, v) for d, v in now if d.day == 1 or d == now[-1][0]]
    then, asked = dict(before), dict(goal)
    return chart(
        figures.this_year(now, before, goal, years),
        label=_("Visits so far this year, last year and on the path"),
        finding=_sentence(now[-1], then.get(now[-1][0]), asked.get(now[-1][0]), years),
        head=[_("Day"), str(years[0]), str(years[1]), _("the path")],
        rows=[[formats.day(d), *(formats.number(v) for v in (v, then.get(d), asked.get(d)))] for d, v in ends],
        csv=_file(site, date(years[0], 1, 1), now[-1][0], "day"),
        name="year",
    )


def _file(site: str, first: date, last: date, step: str) -> str:
    """Where the visits that count for the target are had as a file."""
    return f"/api/v1/sites/{site}/visits?from={first}&to={last}&step={step}&together=true&format=csv"


def _sentence(now: tuple[date, float | None], before: float | None, goal: float | None, years: tuple[int, int]) -> str:
    """`Until 24 Nov: 371,204 visits, 4 % more than … and 9 % behind the path.`"""
    said = _("Until {day}: {n} visits").format(day=formats.day(now[0]), n=formats.number(now[1]))
    if now[1] and before:
        said += ", " + _("{change} against {year}").format(
            change=formats.signed_percent(now[1] / before - 1), year=years[1]
        )
    if now[1] and goal:
        said += ", " + _("{change} against the path").format(change=formats.signed_percent(now[1] / goal - 1))
    return said + "."


def _months(db: Database, site: str, way: Progress) -> Any:
    year, base_year = way.today.year, way.baseline_first.year
    now = queries.visits(db, site, date(year, 1, 1), way.today - DAY, "month", together=True)
    base = queries.visits(db, site, way.baseline_first, way.baseline_last, "month", together=True)
    mine, theirs = by_month(now, way.measure), by_month(base, way.measure)
    names = (str(year), _("baseline {year}").format(year=base_year))
    gaps = [formats.months("wide")[p.day.month - 1] for p in now if p.coverage < 0.95 and p.gross is not None]
    return html.Section(
        [
            html.H2(_("Month by month")),
            chart(
                figures.months(mine, theirs, names, way.today.month),
                label=_("Visits by month beside the baseline"),
                finding=answer.month_finding(mine, theirs, way.today.month, gaps),
                head=[_("Month"), *names, _("Change"), _("Observed")],
                rows=answer.month_rows(mine, theirs, {p.day.month: p for p in now}),
                csv=_file(site, way.baseline_first, way.today - DAY, "month"),
                name="months",
            ),
        ]
    )


def by_month(points: list[VisitPoint], measure: str) -> list[float | None]:
    """Visits of January to December; None where nothing was observed."""
    known = {p.day.month: path.visits_of(p, measure) for p in points}
    return [known.get(month) for month in range(1, 13)]
