"""The weather of past days from a file: a plain CSV, or SMHI's open data (CSV archive, JSON of months).

Of SMHI's parameters the daily ones (2: mean temperature, 5: precipitation) and the hourly ones (1, 7) are read; hours
become days where at least 18 of them are there. SMHI's own day of a value is its "Representativt dygn" (`ref`).
"""

import json
from datetime import date
from typing import Final

import pandas as pd

from besok.files.tables import find, listed, read_frame
from besok.files.values import MISSING
from besok.files.visit_counts.periods import parse_times
from besok.model.calendar_entries import Weather
from besok.model.errors import CalendarFileError, CountFileError

HOURS = 18  # of a day, from which hourly values are enough
TEMPERATURE, PRECIPITATION = "temperature_c", "precipitation_mm"
LIMITS: Final = {TEMPERATURE: (-70.0, 60.0), PRECIPITATION: (0.0, 1000.0)}
DAYS: Final = ("representativt_dygn", "date", "day", "datum", "dag")
CLOCK: Final = ("tid_(utc)",)  # next to the day in SMHI's hourly values
NAMES: Final = {  # names of columns in files
    TEMPERATURE: (TEMPERATURE, "temperature", "temp", "lufttemperatur", "temperatur"),
    PRECIPITATION: (
        PRECIPITATION,
        "precipitation",
        "rain",
        "rain_mm",
        "nederbördsmängd",
        "nederbörd",
        "regn",
    ),
}
PARAMETERS: Final = {"1": TEMPERATURE, "2": TEMPERATURE, "5": PRECIPITATION, "7": PRECIPITATION}


def parse(text: str) -> dict[date, Weather]:
    """Return the weather by day. Raises CalendarFileError with the unreadable line."""
    text = text.lstrip("\ufeff")
    try:
        frame, hourly = _smhi_json(text) if text.lstrip().startswith("{") else _table(text)
        days = parse_times(frame["day"]).wall.dt.date
    except CountFileError as exc:
        raise CalendarFileError(str(exc)) from exc
    values = pd.DataFrame({kind: _numbers(frame[kind], kind) for kind in NAMES if kind in frame}).groupby(
        days
    )
    enough = values.count() >= (HOURS if hourly else 1)
    weather = values.agg({kind: "mean" if kind == TEMPERATURE else "sum" for kind in NAMES if kind in frame})
    weather = weather.where(enough).dropna(how="all").round(2).sort_index()
    if weather.empty:
        raise CalendarFileError("there is no weather in this file")
    return {
        day: Weather(**{str(kind): value for kind, value in row.items() if value == value})
        for day, row in zip(weather.index, weather.to_dict("records"), strict=True)
    }


def _table(text: str) -> tuple[pd.DataFrame, bool]:
    """Return the columns day and one for each kind of weather, and whether the lines are hours."""
    frame = read_frame(text, "the file")
    day = find(frame.columns, DAYS)
    columns = {kind: column for kind, names in NAMES.items() if (column := find(frame.columns, names))}
    if not day or not columns:
        raise CalendarFileError(
            f"the first line must name the columns: date,temperature_c,precipitation_mm; not "
            f"{listed(list(frame.columns))} (of SMHI, temperature is parameter 2 and precipitation 5)"
        )
    cells = {"day": frame[day]} | {kind: frame[column] for kind, column in columns.items()}
    return pd.DataFrame(cells), find(frame.columns, CLOCK) is not None


def _smhi_json(text: str) -> tuple[pd.DataFrame, bool]:
    try:
        document = json.loads(text)
        kind = PARAMETERS.get(str(document["parameter"]["key"]))
        if kind is None:
            key = document["parameter"]["key"]
            raise CalendarFileError(f"parameter {key} is not read; 1, 2 (temperature), 5 and 7 are")
        rows = pd.DataFrame(document["value"])
        daily = "ref" in rows
        days = rows["ref"] if daily else pd.to_datetime(rows["date"], unit="ms").dt.strftime("%Y-%m-%d")
        return pd.DataFrame({"day": days, kind: rows["value"].astype(str)}), not daily
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as exc:
        raise CalendarFileError(
            "this is JSON, but not as SMHI's open data gives it (parameter, value)"
        ) from exc


def _numbers(texts: pd.Series, kind: str) -> pd.Series:
    words = texts.str.strip().str.replace(",", ".", regex=False)
    words = words.mask(words.str.lower().isin(MISSING))
    numbers = pd.to_numeric(words, errors="coerce")
    low, high = LIMITS[kind]
    for wrong, why in (
        (numbers.isna() & words.notna(), "is not a number"),
        (
            numbers.notna() & ~numbers.between(low, high),
            f"cannot be; {kind} lies between {low:g} and {high:g}",
        ),
    ):
        if wrong.any():
            raise CalendarFileError(f"line {wrong.idxmax()}: {texts[wrong].iloc[0][:40]!r} {why}")
    return numbers
