"""The calendar years: counted, under way and to come, as one table for a meeting."""

from calendar import isleap
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from dash import html

from besok.model.outlook import ExpectedTotal, Outlook
from besok.model.views.closed_periods import ClosedPeriod
from besok.model.views.series import VisitPoint
from besok.text import formats
from besok.text.languages import _
from besok.text.narratives import rounded
from dashboard.components.chart import sheet
from dashboard.components.elements import csv_format, quiet, titled

ENOUGH: Final = 0.8  # share of a year's days that must have been observed for its sum to be told


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """The visits of a calendar year. `low` and `high` are the 80 % interval of what is expected of it, None once it is
    over; `observed` is the share of its past days that were observed. Unobserved days count as the mean of the others.
    """

    year: int
    visits: float
    low: float | None
    high: float | None
    observed: float
    source: str = ""
    reported: bool = False
    sampled: bool = False


def of(
    points: Sequence[VisitPoint], measure: str, outlook: Outlook, sampled: Collection[int] = ()
) -> list[Year]:
    """Return the years that were observed well enough, then those that the forecast reaches whole; some of them are
    `sampled`.
    """
    by_year: dict[int, list[float | None]] = {}
    sources: dict[int, dict[str, None]] = {}
    for point in points:
        if point.day <= outlook.origin:
            by_year.setdefault(point.day.year, []).append(point.visits(measure))
            if point.gross is not None:
                sources.setdefault(point.day.year, {})[point.source] = None
    totals = {t.first.year: t for t in outlook.totals if _ends_its_year(t, outlook)}
    years = [_year(year, by_year.get(year, []), totals.get(year)) for year in sorted({*by_year, *totals})]
    return [
        replace(year, source=_source([*sources.get(year.year, ())]), sampled=year.year in sampled)
        for year in years
        if year
    ]


def _source(sources: Sequence[str]) -> str:
    """Return what people brought the days of a year from, with the sensors where these counted some of them."""
    quoted = [_("“{source}”").format(source=formats.source(source)) for source in sources if source]
    return formats.several([*quoted, *([_("sensors")] if "" in sources else [])]) if quoted else ""


def reported(years: Sequence[Year], closed: Sequence[ClosedPeriod], measure: str) -> list[Year]:
    """Return the years with those that were reported as they were reported."""
    closed_years = {p.first.year: p for p in closed if (p.last - p.first).days > 31}

    def as_reported(year: Year) -> Year:
        period = closed_years.get(year.year)
        if period is None:
            return year
        return replace(year, visits=period.gross if measure == "gross" else period.net, reported=True)

    return [as_reported(year) for year in years]


def _ends_its_year(total: ExpectedTotal, outlook: Outlook) -> bool:
    """Tell whether it is all of a calendar year that was still to come when the forecast was made."""
    begins = total.first == date(total.first.year, 1, 1) or (total.first - outlook.origin).days == 1
    return begins and total.last == date(total.first.year, 12, 31)


def _year(year: int, counted: Sequence[float | None], rest: ExpectedTotal | None) -> Year | None:
    known = [v for v in counted if v is not None]
    days = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    if len(counted) + (rest.days if rest else 0) < days or len(known) < ENOUGH * len(counted):
        return None
    so_far = sum(known) / len(known) * len(counted) if known else 0.0
    observed = len(known) / len(counted) if counted else 1.0
    if rest is None:
        return Year(year=year, visits=so_far, low=None, high=None, observed=observed)
    return Year(
        year=year,
        visits=so_far + rest.mean,
        low=so_far + rest.low80,
        high=so_far + rest.high80,
        observed=observed,
    )


def section(site: str, years: Sequence[Year], this_year: int, baseline: float | None) -> list[Any]:
    """Return the table; nothing where no year can be told whole. `baseline` is what the visits are a multiple of."""
    if not years:
        return []
    multiple = [_("× baseline")] if baseline else []
    header = [_("Year"), _("Visits"), _("80 % prediction interval"), *multiple, _("How it is known")]
    rows = [_row(year, this_year, baseline) for year in years]
    csv = f"/api/v1/sites/{site}/forecast?format={csv_format()}&part=totals"
    file = html.A(_("Download the sums of the forecast as CSV"), href=csv, download="")
    title = _("Year by year")
    leap = [str(one.year) for one in years if isleap(one.year)]
    text = _("The baseline is {n} visits in 365 days; leap years have a day more: {years}.")
    note = (
        quiet(text.format(n=formats.number(baseline), years=formats.several(leap)))
        if baseline and leap
        else None
    )
    return [titled(title, sheet(header, rows, title, "scroll sheet years"), note, quiet(file))]


def _row(one: Year, this_year: int, baseline: float | None) -> list[str]:
    between, visits = "", formats.number(one.visits)
    if one.low is not None and one.high is not None:
        between = f"{formats.number(rounded(one.low))} – {formats.number(rounded(one.high))}"
        visits = formats.number(rounded(one.visits))
    multiple = [f"{formats.number(one.visits / baseline, 2)} ×"] if baseline else []
    return [str(one.year), visits, between, *multiple, _known(one, this_year)]


def _known(one: Year, this_year: int) -> str:
    """Return how the figure came about."""
    if one.low is not None:
        return _("counted so far, and forecast") if one.year == this_year else _("forecast")
    if one.reported:
        return _("reported")
    if one.sampled:
        return _("partly estimated from sample weeks")
    how = _("counted")
    if one.observed < 0.995:
        how = _("counted, {share} of its days").format(share=formats.percent(one.observed))
    return f"{how}: {one.source}" if one.source else how
