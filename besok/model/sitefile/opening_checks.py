"""Checks of opening hours in a site file: valid hours, distinct first days, known holiday calendars."""

from collections.abc import Iterator
from datetime import date

import holidays

from besok.model.calendar import parse_hours
from besok.model.site import WEEKDAYS, Site
from besok.model.tomlfile import Path, Problem

_DAYS = (*WEEKDAYS, "on_holiday")


def check(path: Path, site: Site) -> Iterator[Problem]:
    """Yield the problems of a site's opening hours."""
    for at, text in _texts((*path, "opening"), site):
        try:
            parse_hours(text, site.day_start)
        except ValueError as exc:
            yield at, str(exc)
    seen: set[date | None] = set()
    for n, table in enumerate(site.opening.tables):
        at = (*path, "opening", "tables", n)
        if table.first in seen:
            begin = f"begin on {table.first}" if table.first else "have no first day"
            yield (*at, "first"), f"two tables of hours {begin}; give one another first day"
        seen.add(table.first)
        if table.country and table.country not in holidays.list_supported_countries(include_aliases=False):
            reason = f'the public holidays of "{table.country}" are not known; write a country code such as "SE", or ""'
            yield (*at, "country"), reason
    for n, exception in enumerate(site.opening.exceptions):
        if exception.last < exception.first:
            reason = "the exception ends before it begins; exchange the two dates"
            yield (*path, "opening", "exceptions", n, "last"), reason


def _texts(path: Path, site: Site) -> Iterator[tuple[Path, str]]:
    for n, table in enumerate(site.opening.tables):
        yield from (((*path, "tables", n, day), getattr(table, day)) for day in _DAYS)
    for n, exception in enumerate(site.opening.exceptions):
        at, hours = (*path, "exceptions", n, "hours"), exception.hours
        if isinstance(hours, str):
            yield at, hours
        else:
            yield from (((*at, day), text) for day in _DAYS if (text := getattr(hours, day)))
