"""Which column of a stranger's file is which, and times and dates that stand in several of them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final

from besok.files import months

DATES = ("date", "datum", "day", "dag")  # where the day of a time may stand by itself,
CLOCKS = ("time", "tid", "hour", "timme", "klockslag", "kl")  # beside its hour
CLOCK = re.compile(r"(\d{1,2})((?::\d\d){0,2})(\s*[ap]\.?m\.?)?", re.IGNORECASE)
QUARTERS = frozenset({"quarter", "kvartal"})
YEARS, MONTHS, DAYS = ("year", "år"), ("month", "månad"), ("day", "dag")  # of a date in two or three columns
WEEKS = ("week", "vecka", "iso_week", "isoweek", "year_week", "yearweek", "år_vecka", "årvecka", "år-vecka")
BESIDE = ("weekday", "veckodag", "dow", "day_of_week", *QUARTERS, "minute", "minut")
TOLD_BY = frozenset(
    {"date", "datum", "time", "tid", "datetime", "timestamp", "start"}
)  # hour_start_local, Date_Time
YEAR, NUMBER = re.compile(r"\d{4}"), re.compile(r"\d{1,2}")
QUARTER = re.compile(r"\D{0,8}([1-4])(?:st|nd|rd|th)?\.?")
YEAR_AND_WEEK = re.compile(r"(\d{4})[ ./-]?(\d\d?)")  # beneath the name of weeks: elsewhere 2026-05 is May,
WEEK_AND_YEAR = re.compile(r"(\d\d?)[ ./-](\d{4})")  # and 5/2026 too

# What a column is called elsewhere, in the order in which names are preferred.
ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "time": (
        "time",
        "datetime",
        "timestamp",
        "date_time",
        "start",
        "interval_start",
        "tid",
        "date",
        "datum",
        "day",
        "dag",
    ),
    "date": (
        "date",
        "day",
        "month",
        "time",
        "datetime",
        "timestamp",
        "start",
        "datum",
        "dag",
        "månad",
        "tid",
        *WEEKS,
        "first",
        "from",
        "från",
        "ds",
        "year",
        "år",
    ),
    "in": ("in", "people_in", "entries", "entered", "entry", "ingång"),
    "out": ("out", "people_out", "exits", "exited", "exit", "ut", "utgång"),
    "door": ("door", "portal", "gate", "line", "sensor", "dörr"),
    "count": (
        "count",
        "counts",
        "visits",
        "visitors",
        "people",
        "value",
        "in",
        "besök",
        "besökare",
        "antal_besök",
        "antal",
        "entries",
        "people_in",
        "y",
        "total",
        "totalt",
        "summa",
    ),
    "visits": (
        "visits",
        "visitors",
        "count",
        "counts",
        "value",
        "total",
        "totalt",
        "summa",
        "besök",
        "besökare",
        "antal_besök",
        "antal_besökare",
        "antal",
        "footfall",
        "entries",
        "net",
        "in",
        "people_in",
        "y",
    ),
    "last": ("last", "to", "end", "till"),
    "people": ("people", "occupancy", "occupants", "count"),
}


def places(heads: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    """Where each wanted column stands; a column serves once, and its own name goes before others."""
    names = [plain(head) for head in heads]
    found: dict[str, int] = {column: names.index(column) for column in wanted if column in names}
    for column in wanted:
        free = (
            names.index(n)
            for n in ALSO.get(column, ())
            if n in names and names.index(n) not in found.values()
        )
        worded = (n for n, name in enumerate(names) if column in ("time", "date") and _tells_by_a_word(name))
        if column not in found and (place := next(chain(free, worded), None)) is not None:
            found[column] = place
    return {column: found[column] for column in wanted if column in found}


def tells_time(head: str) -> bool:
    """Whether a column of this name holds times, or parts of them."""
    times = (*ALSO["time"], *ALSO["date"], *ALSO["last"], *DATES, *CLOCKS, *YEARS, *MONTHS, *DAYS, *BESIDE)
    return plain(head) in times


def _tells_by_a_word(name: str) -> bool:
    """Whether a column may hold times, by one word of its name."""
    return not TOLD_BY.isdisjoint(re.split(r"[\W_]+", name))


def matched(heads: Sequence[str], wanted: Sequence[str]) -> int:
    """How many of the wanted columns are there."""
    return len(places(heads, wanted))


def in_parts(column: str, heads: Sequence[str], place: int) -> bool:
    """Whether a time or a date may stand in several columns, of which that at `place` is one."""
    names, here = {plain(head) for head in heads}, plain(heads[place])
    if column == "time":
        return here in DATES + CLOCKS and bool(names & set(DATES) and names & set(CLOCKS))
    return here in WEEKS or (
        here in YEARS + MONTHS + DAYS and bool(names & set(YEARS) and names & {*MONTHS, *QUARTERS})
    )


def whole(column: str, heads: Sequence[str], fields: Sequence[str], place: int) -> str | None:
    """A time whose day and hour, or a date whose year, month and day, or year and week, are columns of their own.

    None where none is; `place` is that of the column by which it goes.
    """
    told = dict(zip(map(plain, heads), map(str.strip, fields), strict=False))

    def of(names: Iterable[str], form: re.Pattern[str]) -> re.Match[str] | None:
        return next((form.fullmatch(told[name]) for name in names if name in told), None)

    if column == "time":
        day, clock = of(DATES, re.compile(".+")), of(CLOCKS, CLOCK)
        return f"{day[0]} {clock[1]:0>2}{clock[2] or ':00'}{clock[3] or ''}" if day and clock else None
    year, day, month = (
        of(YEARS, YEAR),
        of(DAYS, NUMBER),
        _month(next((told[n] for n in MONTHS if n in told), "")),
    )
    if (here := plain(heads[place])) in WEEKS:
        if both := YEAR_AND_WEEK.fullmatch(told[here]):
            return f"{both[1]}-W{both[2]}"
        if both := WEEK_AND_YEAR.fullmatch(told[here]):
            return f"{both[2]}-W{both[1]}"
        week = re.fullmatch(r"\D{0,6}(\d\d?)", told[here])
        return f"{year[0]}-W{week[1]}" if year and week else None
    if year and here in YEARS and (quarter := of(QUARTERS, QUARTER)):
        return f"{year[0]} Q{quarter[1]}"  # which is refused for what it is
    if not year or not month or (not day and any(name in told for name in DAYS)):
        return None
    return f"{year[0]}-{month:02}" + (f"-{day[0]:0>2}" if day else "")


def _month(text: str) -> int | None:
    """The month in a column of months, as a number or a name."""
    return int(text) if NUMBER.fullmatch(text) else months.named(text)


def plain(head: str) -> str:
    """The name of a column as names are compared."""
    return head.strip().strip("\ufeff").lower().replace(" ", "_")
