"""Opening hours in a site file: one table or several, each from a day on, with exceptions below any of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import holidays

from besok.model import tomlfile
from besok.model.calendar import WEEKDAYS, parse_hours
from besok.model.site import OpeningException, WeekHours
from besok.model.tomlfile import Parts, Path, Problem, Raw

Tables = Sequence[tuple[Path, WeekHours]]
Exceptions = Sequence[tuple[Path, OpeningException]]
_HOLIDAYS = "on_holiday"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section(WeekHours):
    """A section as it is written."""

    exceptions: tuple[OpeningException, ...] = ()


def opening_parts(site: Raw, path: Path, parts: Parts) -> tuple[Tables, Exceptions]:
    """Read the tables and exceptions of a site, each with its path."""
    tables: list[tuple[Path, WeekHours]] = []
    exceptions: list[tuple[Path, OpeningException]] = []
    if "opening" not in site:
        parts.problems.append(((*path, "opening"), "is missing; add it"))
    for at, raw in _sections(site, path):
        plain = {key: value for key, value in raw.items() if key != "exceptions"}
        if (table := parts.one(WeekHours, plain, at)) is not None:
            tables.append((at, table))
        exceptions += parts.several(OpeningException, raw, at, "exceptions", "sites.opening.exceptions")
    return tables, exceptions


def unknown_opening_keys(site: Raw, path: Path) -> Iterator[Problem]:
    """Yield the keys that opening hours do not know."""
    for at, raw in _sections(site, path):
        yield from tomlfile.unknown_keys(_Section, raw, at)


def _sections(site: Raw, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the sections of opening hours with their paths, every weekday by itself."""
    raw, at = site.get("opening"), (*path, "opening")
    for where, item in (
        [((*at, n), one) for n, one in enumerate(raw)] if isinstance(raw, list) else [(at, raw)]
    ):
        if isinstance(item, dict):
            exceptions = item.get("exceptions")
            by_day = _by_day(item)
            if isinstance(exceptions, list):
                by_day["exceptions"] = [_exception(e) if isinstance(e, dict) else e for e in exceptions]
            yield where, by_day


def _exception(raw: Raw) -> Raw:
    hours = raw.get("hours")
    return {**raw, "hours": _by_day(hours)} if isinstance(hours, dict) else raw


def _by_day(raw: Raw) -> dict[str, Any]:
    """Return hours with "monday-friday" written out; a weekday that is named by itself goes before."""
    written_out: dict[str, Any] = {}
    for key, value in raw.items():
        first, _, last = key.partition("-")
        if first in WEEKDAYS and last in WEEKDAYS:
            start, length = WEEKDAYS.index(first), (WEEKDAYS.index(last) - WEEKDAYS.index(first)) % 7 + 1
            written_out |= {WEEKDAYS[(start + n) % 7]: value for n in range(length)}
    return written_out | {
        k: v for k, v in raw.items() if k.partition("-")[0] not in WEEKDAYS or k in WEEKDAYS
    }


def check_opening(tables: Tables, exceptions: Exceptions, day_start: time) -> Iterator[Problem]:
    """Yield what is wrong with the opening hours of a site."""
    for at, text in _texts(tables, exceptions):
        try:
            parse_hours(text, day_start)
        except ValueError as exc:
            yield at, str(exc)
    seen: set[date | None] = set()
    for at, table in tables:
        if table.first in seen:
            yield (*at, "first"), f"two tables of hours {_begin(table.first)}; give one another first day"
        seen.add(table.first)
        if table.country and table.country not in holidays.list_supported_countries(include_aliases=False):
            reason = f'the public holidays of "{table.country}" are not known; write a country code such as "SE", or ""'
            yield (*at, "country"), reason
    for at, exception in exceptions:
        if exception.last < exception.first:
            yield (*at, "last"), "the exception ends before it begins; exchange the two dates"


def _begin(first: date | None) -> str:
    return f"begin on {first}" if first else "have no first day"


def _texts(tables: Tables, exceptions: Exceptions) -> Iterator[tuple[Path, str]]:
    for at, table in tables:
        yield from (((*at, day), getattr(table, day)) for day in (*WEEKDAYS, _HOLIDAYS))
    for at, exception in exceptions:
        if isinstance(exception.hours, str):
            yield (*at, "hours"), exception.hours
            continue
        by_day = ((day, getattr(exception.hours, day)) for day in (*WEEKDAYS, _HOLIDAYS))
        yield from (((*at, "hours", day), text) for day, text in by_day if text)
