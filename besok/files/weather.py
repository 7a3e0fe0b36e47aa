"""The weather of past days from a file: a plain CSV, or what SMHI's open data gives (CSV archive, JSON of months).

Of SMHI's parameters the daily ones (2: mean temperature, 5: precipitation) and the hourly ones (1, 7) are read; hours
become days where at least 18 of them are there. SMHI's own day of a value is its "Representativt dygn" (`ref`).
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from math import fsum
from typing import Any, Final

from besok.model.calendar_entries import Weather
from besok.model.errors import CalendarFileError
from besok.model.plurals import many

HOURS = 18  # of a day, from which hourly values are enough
_TEMPERATURE, _PRECIPITATION = "temperature_c", "precipitation_mm"
_LIMITS: Final = {_TEMPERATURE: (-70.0, 60.0), _PRECIPITATION: (0.0, 1000.0)}
_NAMES: Final = {  # what a column is called in plain files
    "day": ("date", "day", "datum", "dag"),
    _TEMPERATURE: ("temperature_c", "temperature", "temp", "lufttemperatur", "temperatur"),
    _PRECIPITATION: (
        "precipitation_mm",
        "precipitation",
        "rain",
        "rain_mm",
        "nederbördsmängd",
        "nederbörd",
        "regn",
    ),
}
_PARAMETERS: Final = {"1": _TEMPERATURE, "2": _TEMPERATURE, "5": _PRECIPITATION, "7": _PRECIPITATION}
_NOTHING: Final = ("", "-", "na", "n/a", "nan", "null")


def parse(text: str) -> dict[date, Weather]:
    """Return the weather by day. Raises CalendarFileError with the line that cannot be read."""
    text = text.lstrip("\ufeff")
    if text.lstrip().startswith("{"):
        return _smhi_json(text)
    lines = text.splitlines()
    heads = [n for n, line in enumerate(lines) if _is_smhi(line)]
    found = _smhi_csv(lines, heads[0]) if heads else _plain(lines)
    if not found:
        raise CalendarFileError("there is no weather in this file")
    return found


def _is_smhi(line: str) -> bool:
    return line.startswith(("Från Datum Tid (UTC);", "Datum;Tid (UTC);"))


def _smhi_csv(lines: Sequence[str], head: int) -> dict[date, Weather]:
    """Return the archive: some blocks about the station, then a line of column names and the values under it."""
    columns = [name.strip().lower() for name in lines[head].split(";")]
    daily = columns[0].startswith("från")
    place = 3 if daily else 2
    kind = _kind(columns[place] if len(columns) > place else "")
    values: dict[date, list[float]] = defaultdict(list)
    for number, line in enumerate(lines[head + 1 :], start=head + 2):
        cells = line.split(";")
        if len(cells) > place and (value := _number(cells[place], kind, number)) is not None:
            values[_day(cells[2] if daily else cells[0], number)].append(value)
    return _days(values, kind, 1 if daily else HOURS)


def _kind(name: str) -> str:
    for kind in (_TEMPERATURE, _PRECIPITATION):
        if name in _NAMES[kind]:
            return kind
    raise CalendarFileError(f"“{name}” is not read; temperature (parameter 2) and precipitation (5) are")


def _smhi_json(text: str) -> dict[date, Weather]:
    try:
        told = json.loads(text)
        kind = _PARAMETERS.get(str(told["parameter"]["key"]))
        rows = [(row.get("ref"), row.get("date"), row["value"]) for row in told["value"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise CalendarFileError(
            "this is JSON, but not as SMHI's open data gives it (parameter, value)"
        ) from exc
    if kind is None:
        raise CalendarFileError(
            f"parameter {told['parameter']['key']} is not read; 1, 2 (temperature), 5 and 7 are"
        )
    values: dict[date, list[float]] = defaultdict(list)
    for number, (ref, moment, value) in enumerate(rows, start=1):
        if (known := _number(str(value), kind, number)) is not None:
            values[_day(str(ref), number) if ref else _of_moment(moment, number)].append(known)
    return _days(values, kind, 1 if any(ref for ref, *_ in rows) else HOURS)


def _of_moment(milliseconds: Any, number: int) -> date:
    try:
        return datetime.fromtimestamp(float(milliseconds) / 1000, UTC).date()
    except (TypeError, ValueError, OverflowError, OSError) as exc:
        raise CalendarFileError(
            f"value {number}: {str(milliseconds)[:40]!r} is no time in milliseconds"
        ) from exc


def _days(values: Mapping[date, Sequence[float]], kind: str, enough: int) -> dict[date, Weather]:
    sums = kind == _PRECIPITATION
    complete = {
        day: fsum(told) / (1 if sums else len(told)) for day, told in values.items() if len(told) >= enough
    }
    return {day: Weather(**{kind: round(value, 2)}) for day, value in sorted(complete.items())}


def _plain(lines: Sequence[str]) -> dict[date, Weather]:
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise CalendarFileError("the file is empty; its first line names the columns: date,temperature_c")
    delimiter = max(";,\t", key=lines[first].count)
    places = _places(next(csv.reader([lines[first]], delimiter=delimiter)))
    if "day" not in places or len(places) == 1:
        raise CalendarFileError("the first line must name the columns: date,temperature_c,precipitation_mm")
    return dict(sorted(_rows(lines, first, delimiter, places)))


def _places(heads: Iterable[str]) -> dict[str, int]:
    names = [head.strip().lower().replace(" ", "_") for head in heads]
    return {
        kind: names.index(name) for kind, known in _NAMES.items() for name in reversed(known) if name in names
    }


def _rows(
    lines: Sequence[str], first: int, delimiter: str, places: Mapping[str, int]
) -> Iterator[tuple[date, Weather]]:
    for number, line in enumerate(lines[first + 1 :], start=first + 2):
        if not line.strip():
            continue
        cells = next(csv.reader([line], delimiter=delimiter))
        if len(cells) <= max(places.values()):
            raise CalendarFileError(f"line {number}: {many(len(cells), 'column')}; the first line has more")
        told = {kind: _number(cells[place], kind, number) for kind, place in places.items() if kind != "day"}
        yield _day(cells[places["day"]], number), Weather(**told)


def _day(text: str, number: int) -> date:
    try:
        return date.fromisoformat(text.strip()[:10].replace("/", "-"))
    except ValueError:
        raise CalendarFileError(f"line {number}: {text.strip()[:40]!r} is no day; write 2026-11-25") from None


def _number(text: str, kind: str, number: int) -> float | None:
    words = text.strip()
    if words.lower() in _NOTHING:
        return None
    try:
        value = float(words.replace(",", "."))
    except ValueError:
        raise CalendarFileError(f"line {number}: {words[:40]!r} is no number") from None
    low, high = _LIMITS[kind]
    if not low <= value <= high:
        raise CalendarFileError(
            f"line {number}: {words[:40]} cannot be; {kind} lies between {low:g} and {high:g}"
        )
    return value
