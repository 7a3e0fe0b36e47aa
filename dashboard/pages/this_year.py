"""The parts of *Progress* about the year under way: its visits so far, and month by month."""

from datetime import date, timedelta
from typing import Any, Final

from dash import html

from core.views import Progress, VisitPoint
from dashboard.components import answer, notices
from dashboard.components.chart import chart
from dashboard.figures import path
from dashboard.figures import progress as figures
from dashboard.i18n import _, formats
from store import queries
from store.database import Database

DAY = timedelta(days=1)
WHOLE: Final = 0.95  # share of a month that must have been observed for it to be compared


def sections(db: Database, site: str, today: date, measure: str, way: Progress | None) -> list[Any]:
    """The year against the one before, and against the path where there is one; the months beside those of the
    baseline, or of the year before."""
    return [_year(db, site, today, measure, way), _months(db, site, today, measure, way)]


def _year(db: Database, site: str, today: date, measure: str, way: Progress | None) -> Any:
    first, end = date(today.year, 1, 1), date(today.year, 12, 31)
    this = queries.visits(db, site, first, today - DAY, "day", together=True)
    last = queries.visits(db, site, first - path.YEAR, end - path.YEAR, "day", together=True)
    now = path.cumulative(this, measure)
    before = [(d + path.YEAR, v) for d, v in path.cumulative(last, measure)]
    if not any(v is not None for _d, v in now):
        return notices.nothing(
            _("No visits have been counted this year yet"), _("The curve begins with the first day.")
        )
    days = [first + DAY * n for n in range((end - first).days + 1)]
    goal = _path(db, site, way, days) if way and today <= way.deadline else []
    years = (today.year, today.year - 1)
    return html.Section([html.H2(_("This year so far")), _year_chart(site, now, before, goal, years)])


def _path(db: Database, site: str, way: Progress, days: list[date]) -> figures.Series:
    base = queries.visits(db, site, way.baseline_first, way.baseline_last, "day", together=True)
    known = {p.day: v for p in base if (v := path.visits_of(p, way.measure)) is not None}
    return path.expected(way, known, days)


def _year_chart(
    site: str, now: figures.Series, before: figures.Series, goal: figures.Series, years: tuple[int, int]
) -> Any:
    ends = [(d, v) for d, v in now if d.day == 1 or d == now[-1][0]]
    then, asked = dict(before), dict(goal)
    label = _("Visits so far this year, last year and on the path") if goal else _("Visits so far this year and last")
    return chart(
        figures.this_year(now, before, goal, years),
        label=label,
        finding=_sentence(now[-1], then.get(now[-1][0]), asked.get(now[-1][0]), years),
        head=[_("Day"), str(years[0]), str(years[1]), *([_("the path")] if goal else [])],
        rows=[
            [formats.day(d), *(formats.number(v) for v in (v, then.get(d), *([asked.get(d)] if goal else [])))]
            for d, v in ends
        ],
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


def _months(db: Database, site: str, today: date, measure: str, way: Progress | None) -> Any:
    year = today.year
    begins, ends = (way.baseline_first, way.baseline_last) if way else (date(year - 1, 1, 1), date(year - 1, 12, 31))
    now = queries.visits(db, site, date(year, 1, 1), today - DAY, "month", together=True)
    base = queries.visits(db, site, begins, ends, "month", together=True)
    mine, theirs = by_month(now, measure), by_month(base, measure)
    whole = by_month([p for p in base if p.coverage >= WHOLE], measure)
    names = (str(year), _("baseline {year}").format(year=begins.year) if way else str(year - 1))
    wide = formats.months("wide")
    gaps = [wide[p.day.month - 1] for p in now if p.coverage < WHOLE and p.gross is not None]
    left_out = [wide[n] for n in range(today.month - 1) if theirs[n] is not None and whole[n] is None]
    return html.Section(
        [
            html.H2(_("Month by month")),
            chart(
                figures.months(mine, theirs, names, today.month),
                label=_("Visits by month beside the baseline") if way else _("Visits by month beside last year"),
                finding=answer.month_finding(mine, whole, today.month, names[1], gaps, left_out),
                head=[_("Month"), *names, _("Change"), _("Observed")],
                rows=answer.month_rows(mine, theirs, {p.day.month: p for p in now}),
                csv=_file(site, begins, today - DAY, "month"),
                name="months",
            ),
        ]
    )


def by_month(points: list[VisitPoint], measure: str) -> list[float | None]:
    """Visits of January to December; None where nothing was observed."""
    known = {p.day.month: path.visits_of(p, measure) for p in points}
    return [known.get(month) for month in range(1, 13)]
