"""Closed months and years: their reported figures, and revisions by late data or corrections."""

import importlib.metadata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from besok.model import calendar
from besok.model.errors import BesokError
from besok.model.site import Site
from besok.model.views.annual import AnnualReport
from besok.model.views.closed_periods import ClosedPeriod, Revision, RevisionReason
from besok.model.views.series import VisitPoint, VisitStep
from besok.services.annual import compute_annual, get_annual_report
from besok.services.observed_days import share_of_whole, visit_days
from besok.services.visits import get_visits
from besok.store import closed_periods as store
from besok.store.closed_periods import KeptPeriod
from besok.store.database import Database
from besok.store.sites import load

DAY = timedelta(days=1)
Days = dict[date, tuple[float, float]]
SAME = 0.5  # visits: less is rounding


def period_of(text: str) -> tuple[date, date]:
    """Return the first and the last day of "2025" or "2025-03". Raises BesokError."""
    year, _, month = text.partition("-")
    try:
        first = date(int(year), int(month or 1), 1)
    except ValueError:
        raise BesokError(f'"{text}" is neither a year nor a month; write 2025, or 2025-03') from None
    if not month:
        return first, date(first.year, 12, 31)
    return first, (first + 31 * DAY).replace(day=1) - DAY


def close_period(
    db: Database, site: str, first: date, last: date, *, author: str, reason: str = "", now: datetime
) -> ClosedPeriod:
    """Close a month or a year with its figure as it is now, and its evidence.

    Raises BesokError for one that is not over or of which nothing is known, StoreRefused where it is closed already
    and no `reason` is given: with one, the present figure takes its place and the former stays.
    """
    place = load(db, site)
    if last >= calendar.business_day(now, place):
        raise BesokError(f"{last} is not over yet: close the period once it is")
    days = _days(db, place, first, last)
    if not days:
        raise BesokError(f"no visits of {site} are known from {first} to {last}: there is no figure to close")
    report = _annual(db, place, first, last, now)
    period = ClosedPeriod(
        id=0,
        site=site,
        first=first,
        last=last,
        closed=now,
        author=author,
        reason=reason,
        version=importlib.metadata.version("besok"),
        gross=sum(gross for gross, _ in days.values()),
        net=sum(net for _, net in days.values()),
        besok01=report.besok01 if report else None,
        coverage=share_of_whole(visit_days(db, [place], last), first, last),
        ended=None,
        ended_by=None,
        ended_why=None,
    )
    at = store.sensors(db, site, *_bounds(place, first, last))
    return replace(
        period, id=store.close(db, period, {day: gross for day, (gross, _) in days.items()}, at, report)
    )


def get_closed(db: Database, site: str, *, ended: bool = False) -> list[ClosedPeriod]:
    """Return the closed periods of a site, the last first, each with its revision, if any."""
    place, periods = load(db, site), store.kept(db, site, ended=ended)
    if not periods:
        return []
    days = _days(db, place, min(one.first for one in periods), max(one.last for one in periods))
    return [
        one.view() if one.ended else replace(one.view(), revision=_revision(db, place, one, days))
        for one in periods
    ]


def with_closed(
    db: Database, site: str, step: VisitStep, points: Sequence[VisitPoint], first: date, last: date
) -> list[VisitPoint]:
    """Return the points of months or years between two days, closed ones with their reported figure.

    What it would be now is added where that differs.
    """
    if step not in ("month", "year"):
        return list(points)
    periods = store.kept(db, site)
    known = {(one.first, one.last): one for one in periods if first <= one.first and one.last <= last}
    form = "%Y" if step == "year" else "%Y-%m"
    return [_closed_point(point, known.get(period_of(f"{point.day:{form}}"))) for point in points]


def get_reported(db: Database, site: str, year: int, today: date, *, verify: bool = False) -> AnnualReport:
    """Return the annual report: of a closed year as it was when it was closed, with what it would be now.

    `verify` makes the present figure once more from the readings. Raises NotFound.
    """
    first, last = period_of(f"{year:04}")
    report = store.report(db, site, first, last)
    checked = compute_annual(db, site, year, today, verify=True) if verify else None
    if report is None:
        return checked or get_annual_report(db, site, year, today)
    period = next(one for one in store.kept(db, site) if (one.first, one.last) == (first, last))
    place = load(db, site)
    revision = _revision(db, place, period, _days(db, place, first, last))
    closed = replace(period.view(), revision=revision)
    return replace(report, verification=checked.verification if checked else None, closed=closed)


def _closed_point(point: VisitPoint, period: KeptPeriod | None) -> VisitPoint:
    if period is None:
        return point
    differs = point.gross is None or abs(point.gross - period.gross) >= SAME
    return replace(
        point,
        gross=period.gross,
        net=period.net,
        coverage=period.coverage,
        closed=True,
        revised_gross=point.gross if differs else None,
        revised_net=point.net if differs else None,
    )


def _bounds(place: Site, first: date, last: date) -> tuple[datetime, datetime]:
    return calendar.day_bounds(first, place)[0], calendar.day_bounds(last, place)[1]


def _days(db: Database, place: Site, first: date, last: date) -> Days:
    """Return gross and net visits of the known days, whose sums are those of months and years."""
    points = get_visits(db, place, first, last, "day")
    return {p.day: (p.gross, p.net) for p in points if p.gross is not None and p.net is not None}


def _annual(db: Database, place: Site, first: date, last: date, now: datetime) -> AnnualReport | None:
    """Return the annual report if the period is a year."""
    if (first.month, first.day, last.month, last.day) != (1, 1, 12, 31):
        return None
    return get_annual_report(db, place.id, first.year, calendar.business_day(now, place))


def _revision(db: Database, place: Site, period: KeptPeriod, known: Days) -> Revision | None:
    """Return what the figure of a closed period would be now, of days that are `known`; None where it is the same."""
    days = {day: visits for day, visits in known.items() if period.first <= day <= period.last}
    now = {day: gross for day, (gross, _) in days.items()}
    changed = {
        day: now.get(day, 0.0) - period.days.get(day, 0.0)
        for day in sorted(now.keys() | period.days.keys())
        if abs(now.get(day, 0.0) - period.days.get(day, 0.0)) >= SAME or (day in now) != (day in period.days)
    }
    gross, net = sum(now.values()), sum(net for _, net in days.values())
    if abs(gross - period.gross) < SAME and abs(net - period.net) < SAME and not changed:
        return None
    begins, ends = _bounds(place, period.first, period.last)
    reasons = store.reasons(db, place.id, period.first, period.last, begins, ends, period.closed)
    if tuple(store.sensors(db, place.id, begins, ends)) != period.sensors:
        reasons.append(RevisionReason(kind="sensors", at=None))
    version = importlib.metadata.version("besok")
    if not reasons or version != period.version:
        reasons.append(RevisionReason(kind="program", at=None, text=f"{period.version} -> {version}"))
    report = _annual(db, place, period.first, period.last, _over(place, period)) if days else None
    return Revision(
        gross=gross if days else None,
        net=net if days else None,
        besok01=report.besok01 if report else None,
        days=changed,
        reasons=tuple(reasons),
    )


def _over(place: Site, period: KeptPeriod) -> datetime:
    """Return a moment at which the period is over."""
    return calendar.day_bounds(period.last + DAY, place)[0]
