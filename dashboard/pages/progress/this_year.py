"""The parts of *Progress* about the year under way: its visits so far, and month by month."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from besok.model.views.progress import Progress
from besok.model.views.series import VisitPoint
from besok.services.closed_periods import with_closed
from besok.services.visits import get_visits
from besok.store.database import Database
from besok.text import formats
from besok.text.languages import _, plural
from dashboard.components import monthly_visits, notices
from dashboard.components.chart import chart
from dashboard.components.elements import csv_format, titled
from dashboard.figures import progress as figures
from dashboard.figures import target_trajectory as trajectory

DAY = timedelta(days=1)
MISSING: Final = 0.02  # share of the days of a sum that may be missing for it to be compared
ENOUGH: Final = 0.95  # share of a month that must have been observed for it to be compared


def so_far(site: str, today: date, measure: str, aim: Progress | None, points: Sequence[VisitPoint]) -> Any:
    """Return the year against the one before, and against the trajectory where there is one; `points` are days."""
    first, end = date(today.year, 1, 1), date(today.year, 12, 31)
    this = [p for p in points if first <= p.day]
    last = [p for p in points if first - trajectory.YEAR <= p.day <= end - trajectory.YEAR]
    known = [p.day for p in this if p.visits(measure) is not None]
    if not known:
        return notices.nothing(
            _("No visits have been counted this year yet"), _("The curve begins with the first day.")
        )
    begins = known[
        0
    ]  # what is beside the curve begins with it, or a new counter would be behind from its first day on
    now = trajectory.cumulative([p for p in this if p.day >= begins], measure)
    before = [
        (d + trajectory.YEAR, v)
        for d, v in trajectory.cumulative([p for p in last if p.day + trajectory.YEAR >= begins], measure)
    ]
    days = [begins + DAY * n for n in range((end - begins).days + 1)]
    goal = _path(aim, days, points) if aim and today <= aim.deadline else []
    text = _sentence(now, dict(_comparable(last, now, measure, before)), dict(goal), len(now) - len(known))
    return titled(_("This year so far"), _year_chart(site, now, before, goal, text))


def _comparable(
    last: Sequence[VisitPoint], now: figures.Series, measure: str, before: figures.Series
) -> figures.Series:
    """Return the sums of last year, but where too many of its days up to now were not counted whole: they look like
    fewer.
    """
    full = [p.visits(measure) is not None for p in last if now[0][0] <= p.day + trajectory.YEAR <= now[-1][0]]
    return before if full.count(False) <= MISSING * len(full) else []


def _path(progress: Progress, days: list[date], points: Sequence[VisitPoint]) -> figures.Series:
    base = [p for p in points if progress.baseline_first <= p.day <= progress.baseline_last]
    known = {p.day: v for p in base if (v := p.visits(progress.measure)) is not None}
    return trajectory.expected(progress, known, days)


def _year_chart(
    site: str, now: figures.Series, before: figures.Series, goal: figures.Series, finding: str
) -> Any:
    year, others = now[-1][0].year, [dict(before), *([dict(goal)] if goal else [])]
    label, columns = _("Visits so far this year and last"), [str(year), str(year - 1)]
    if goal:
        label = _("Visits so far this year, last year and on the target trajectory")
        columns.append(_("target trajectory"))
    ends = [(d, v) for d, v in now if d.day == 1 or d == now[-1][0]]
    return chart(
        figures.this_year(now, before, goal, (year, year - 1)),
        label=label,
        finding=finding,
        head=[_("Day"), *columns],
        rows=[
            [formats.day(d), *map(formats.number, [v, *(line.get(d) for line in others)])] for d, v in ends
        ],
        csv=_file(site, date(year, 1, 1), now[-1][0], "day"),
        name="year",
        embed=now[-1][0],
    )


def _file(site: str, first: date, last: date, step: str) -> str:
    """Return where the visits that count for the target are had as a file."""
    return (
        f"/api/v1/sites/{site}/visits?from={first}&to={last}&step={step}&together=true&format={csv_format()}"
    )


def _sentence(
    now: figures.Series, before: Mapping[date, float | None], goal: Mapping[date, float | None], missing: int
) -> str:
    """Return `Until 24 Nov: 371,204 visits, +4 % against … and −9 % against …`.

    With days `missing` it is not compared: they are not in the sum, and would look like fewer visits.
    """
    (first, _value), (day, visits) = now[0], now[-1]
    count = round(visits or 0)
    if (first.month, first.day) == (1, 1):
        line = plural("Until {day}: {n} visit", "Until {day}: {n} visits", count)
    else:
        line = plural("From {first} until {day}: {n} visit", "From {first} until {day}: {n} visits", count)
    line = line.format(first=formats.day(first), day=formats.day(day), n=formats.number(visits))
    if missing > MISSING * len(now):
        text = plural(
            "{n} day was not counted completely and is missing from it, so it is not compared",
            "{n} days were not counted completely and are missing from it, so it is not compared",
            missing,
        )
        return f"{line}. {text.format(n=missing)}."
    against = (
        (before.get(day), _("{change} against {year}")),
        (goal.get(day), _("{change} against the target trajectory")),
    )
    changes = [
        text.format(change=formats.signed_percent(visits / other - 1), year=day.year - 1)
        for other, text in against
        if visits and other
    ]
    return ", ".join([line, *changes]) + "."


def months(db: Database, site: str, today: date, measure: str, way: Progress | None) -> Any:
    """Return the months beside those of the baseline, or of the year before."""
    year = today.year
    begins, ends = (
        (way.baseline_first, way.baseline_last) if way else (date(year - 1, 1, 1), date(year - 1, 12, 31))
    )
    now = get_visits(db, site, date(year, 1, 1), today - DAY, "month", together=True)
    base = get_visits(db, site, begins, ends, "month", together=True)
    if not (way and way.also):
        now = with_closed(db, site, "month", now, date(year, 1, 1), today - DAY)
        base = with_closed(db, site, "month", base, begins, ends)
    mine, theirs = monthly_visits.by_month(now, measure), monthly_visits.by_month(base, measure)
    complete = monthly_visits.by_month(
        [p for p in base if p.coverage >= ENOUGH and monthly_visits.lies_within(p.day, begins, ends)], measure
    )
    finished = monthly_visits.by_month(
        [p for p in now if p.coverage >= ENOUGH and p.day.month < today.month], measure
    )
    period = str(begins.year) if begins.year == ends.year else f"{begins.year}–{ends.year}"
    names = (str(year), _("baseline {year}").format(year=period) if way else period)
    wide = formats.months("wide")
    gaps = [wide[p.day.month - 1] for p in now if p.coverage < ENOUGH and p.gross is not None]
    counted = [p for p in now if p.gross is not None]
    latest = (max((p.day for p in counted), default=today) + 31 * DAY).replace(day=1) - DAY
    unseen = [wide[p.day.month - 1] for p in now if p.gross is None and counted and p.day > counted[0].day]
    left_out = [wide[n] for n in range(today.month - 1) if theirs[n] is not None and complete[n] is None]
    graph = chart(
        figures.months(mine, theirs, names, today.month),
        label=_("Visits by month beside the baseline") if way else _("Visits by month beside last year"),
        finding=monthly_visits.finding(finished, complete, today.month, names[1], gaps, unseen, left_out),
        head=[_("Month"), *names, _("Change"), _("Data coverage")],
        rows=monthly_visits.rows(mine, theirs, complete, finished, {p.day.month: p for p in now}),
        csv=_file(site, begins, today - DAY, "month"),
        name="months",
        embed=min(latest, today - DAY),
    )
    return titled(_("Month by month"), graph)
