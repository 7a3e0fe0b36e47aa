"""Visits over time, with the definition in force and their standard error."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from besok.analytics.visits import counting_error, variance_per_passage
from besok.model.site import Site
from besok.model.views.like import like
from besok.model.views.series import VisitPoint, VisitStep
from besok.services.imported_days import VisitDay
from besok.services.observed_days import imports_up_to, share_of_whole, visit_days
from besok.services.series import INTERVALS
from besok.store.database import Database
from besok.store.sites import counted, site_of

DAY = timedelta(days=1)
YEAR = 365  # days
ENOUGH = 0.8  # share of a year's days that must have been observed for its sum to be told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point(VisitPoint):
    """A step with the inputs of its standard error; `passages` is None where nothing was observed."""

    passages: float | None
    unchecked: float
    squares: float
    checked: float


def get_visits(
    db: Database,
    site: Site | str,
    first: date,
    last: date,
    step: VisitStep = "day",
    *,
    together: bool = False,
    today: date = date.max,
) -> list[VisitPoint]:
    """Return visits of a site from business day `first` to `last`, both included, by day, week, month, quarter or year.

    `together`: of all sites that count for its target, on the days on which each of them is known whole, and with
    what has come so far on `today`, the business day that is not over; the last ones asked for are over without it.
    """
    place = site_of(db, site)
    sites = counted(db, place) if together else (place,)
    known = visit_days(db, sites, min(last, today - DAY))
    left_out = [day.day for day in known if day.source or (together and not day.whole)]
    points = db.fetch(
        "visits",
        _Point,
        sites=[one.id for one in sites],
        unit=step,
        step=INTERVALS[step],
        first=first,
        last=last,
        today=today,
        left_out=left_out,
    )
    variance = passage_variance(db, [one.id for one in sites], last)
    steps: dict[date, list[VisitDay]] = defaultdict(list)
    for day in known:
        if day.source and first <= day.day <= last:
            steps[_begin(day.day, step)].append(day)
    shares = {day.day for days_of_step in steps.values() for day in days_of_step if day.imputed}
    totals = [imports_up_to(db, one, min(last, today - DAY)) for one in sites] if shares else []
    views = []
    for point, ends in zip(points, [*(p.day for p in points[1:]), last + DAY], strict=True):
        days_of_step = steps.get(point.day, [])
        unknown = sum(one.variance({day.day for day in days_of_step} & shares) for one in totals)
        view = _view(point, days_of_step, unknown, variance)
        over = max(point.day, first), min(ends, today) - DAY
        if over[0] <= over[1] and (step != "day" or days_of_step):
            view = replace(view, coverage=share_of_whole(known, *over))
        views.append(view)
    return views


def _begin(day: date, step: VisitStep) -> date:
    """Return the first day of the step that contains a day."""
    if step == "week":
        return day - day.weekday() * DAY
    if step == "month":
        return day.replace(day=1)
    if step == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1) if step == "year" else day


def passage_variance(db: Database, sites: Sequence[str], last: date) -> float:
    """Return the variance of the counting error per passage, from the balance of in and out in the year to `last`."""
    ((variance,),) = db.rows("balance_variance", sites=list(sites), last=last)
    return variance_per_passage(variance)


def _view(point: _Point, imports: Sequence[VisitDay], unknown: float, passage_variance: float) -> VisitPoint:
    """Return a step: the counts of the sensors, and imported days, which count as a door without validation.

    `unknown` is the variance of these days, where they are shares of totals.
    """
    gross, net, imputed = (sum(getattr(day, name) for day in imports) for name in ("gross", "net", "imputed"))
    seen = point.passages is not None or bool(imports)
    error = counting_error(
        (point.passages or 0.0) + gross,
        point.unchecked + gross,
        point.squares + gross**2,
        checked=point.checked + unknown,
        passage_variance=passage_variance,
    )
    return like(
        VisitPoint,
        point,
        gross=(point.gross or 0.0) + gross if seen else point.gross,
        net=(point.net or 0.0) + net if seen else point.net,
        imputed=point.imputed + imputed,
        se=error if seen else None,
        source=" + ".join(dict.fromkeys(day.source for day in imports)),
    )


def running_year(points: Sequence[VisitPoint], measure: str) -> list[tuple[date, float | None]]:
    """Visits of the 365 days up to each day; days without an observation count as the mean of those with one.

    None where less than four days of five were observed. Example: 365 days of 10 visits are 3,650.
    """
    values = [point.visits(measure) for point in points]
    result: list[tuple[date, float | None]] = []
    total, known = 0.0, 0
    for n, value in enumerate(values):
        total, known = total + (value or 0.0), known + (value is not None)
        if n >= YEAR:
            leaving = values[n - YEAR]
            total, known = total - (leaving or 0.0), known - (leaving is not None)
        result.append((points[n].day, total / known * YEAR if known >= ENOUGH * YEAR else None))
    return result
