"""The calendar around a series: public holidays, and holidays, school holidays and closed days from one's own files."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from besok.analytics.forecast import Calendar, calendar
from besok.analytics.forecast.daykinds import named_by_date
from besok.files.counts import read_spans
from besok.model.calendar import days_from
from besok.model.errors import CountFileError
from cli.standalone.series import AHEAD_DAYS, LONGEST, Series


def read_holidays(path: Path | None) -> dict[date, str]:
    """Read own holidays from a file `date,name`. Where there are no names, years are matched by date."""
    if path is None:
        return {}
    spans = read_spans(path)
    names = dict(zip(spans["first"].dt.date, spans["name"], strict=True))
    return names | named_by_date([day for day, name in names.items() if not name])


def read_days(path: Path | None) -> frozenset[date]:
    """Read days from a file with the column date, or with first and last (`date,last`), both within."""
    if path is None:
        return frozenset()
    days: set[date] = set()
    spans = read_spans(path)
    for line, first, last in zip(spans.index, spans["first"].dt.date, spans["last"].dt.date, strict=True):
        if not 0 <= (last - first).days <= LONGEST:
            raise CountFileError(f"line {line}: {first} to {last} is not a time; the last day comes first")
        days.update(days_from(first, last))
    return frozenset(days)


def calendar_of(
    series: Series,
    country: str,
    holidays: Path | None,
    school: Path | None,
    closed: Path | None,
    outdoors: bool = False,
) -> Calendar:
    """Return the calendar from the first day of the series to the furthest that can be forecast."""
    place, _, part = country.upper().partition("-")
    try:
        days = calendar(
            min(series.visits),
            min(max(series.visits), date(9900, 1, 1)) + timedelta(days=AHEAD_DAYS),
            country=place,
            subdivision=part,
            holidays=read_holidays(holidays),
            school=read_days(school),
            closed=read_days(closed),
        )
        return replace(days, outdoors=outdoors)
    except NotImplementedError:
        raise CountFileError(
            f"the holidays of {country} are not known; write the code of a country, such as SE, or of a part of one, "
            "such as GB-SCT, or give the days in a file (--holidays)"
        ) from None
