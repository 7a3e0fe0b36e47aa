"""Running totals in files of counts: recognised by their course, and turned into the counts between readings."""

from typing import Final

import pandas as pd

from besok.files.repeated_lines import may_change_clock, repeated
from besok.files.values import Times
from besok.model.errors import CountFileError
from besok.model.plurals import many

WEEK: Final = 7  # days
LEAST_RISES: Final = 8  # of fewer a rising morning may consist
BEGUN_AGAIN: Final = 0.2  # of the reading before: below it a counter was reset
RISES_A_RESET: Final = 5  # at least
RISES_A_FALL: Final = 20  # at least, of falls that are no reset
# At least, in counts of weeks or months: those of a library that grows may only rise, and fall where it was closed
RESETS_OF_TOTALS: Final = 2
GAP: Final = 1.2  # times the usual time between readings, above which one is lacking
REGULAR: Final = 0.75  # of the times between readings, which are usual ones
LEAP: Final = 30  # times the third quartile of counts, above which a difference is none
DAYTIME: Final = 0.6  # days, the longest time between readings of one day
QUIET: Final = 10  # people: that quartile, at least


def as_counts(
    numbers: pd.Series, times: Times, door: pd.Series, *, column: str, name: str, totals: bool | None
) -> pd.Series:
    """Return the counts of a column of the file `name`: its numbers, or their differences door by door (`totals`).

    Raises CountFileError where numbers look like running totals and `totals` is None, which says neither.
    """
    if totals is False:
        return numbers
    readings = _in_order(_moments(times, door).assign(number=numbers))
    known = readings.dropna(subset="number")
    if totals:
        if note := repeated(times, known["door"].sort_index()):
            raise CountFileError(
                f"{name}: {note}; name the column that tells the doors apart by --door-column, or remove all but one "
                "reading of each time"
            )
        parts = [_differences(_spread(group)) for _, group in readings.groupby("door")]
        counts: pd.Series = pd.concat([*parts, numbers.iloc[:0]]).reindex(numbers.index)
        return counts
    nth = known.groupby(["door", "at"]).cumcount()  # doors whose name no column has
    for (label, _), group in known.groupby(["door", nth]):
        if evidence := _evidence(group["number"], days=_days_between(group["at"]).median()):
            where = f"{column} (door {label})" if label else column
            raise CountFileError(
                f"{name}: the numbers of {where} look like the running total of a counter: {evidence}. "
                "Give --totals to count the differences, or --counts if each number is the people of its own time"
            )
    return numbers


def with_lacking(times: Times, door: pd.Series) -> tuple[Times, pd.Series, str]:
    """Add lines without readings where regular ones of a door lack for less than a day; say where, "" if none do."""
    added = []
    for _, group in _moments(times, door).groupby("door"):
        lines = group.sort_values("at").drop_duplicates("at")
        gaps, usual = _gaps(lines)
        step = gaps.median()
        short = _lack_one_before(lines) & (gaps < 1) & (usual <= GAP * step)
        lacking = (gaps[short] / step).round().astype(int) - 1
        new = pd.DataFrame({"line": lacking.index.repeat(lacking)})
        steps = new.groupby("line").cumcount(ascending=False) + 1
        back = pd.to_timedelta(steps * step, unit="D").dt.round("s")
        added.append(new.assign(wall=new["line"].map(times.wall) - back))
    new = pd.concat(added, ignore_index=True)
    if new.empty:
        return times, door, ""
    new.index += times.wall.index.max() + 1
    first, last = new["wall"][new["line"] == new["line"].iloc[0]].iloc[[0, -1]]
    others = new["line"].nunique() - 1
    more = f" and {many(others, 'more time')}" if others else ""
    offsets = pd.concat([times.offset_s, new["line"].map(times.offset_s)])
    filled = Times(wall=pd.concat([times.wall, new["wall"]]), offset_s=offsets, unit=times.unit)
    note = f"readings are missing from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}{more}"
    spread = "where the counter went on, what it counted is spread evenly"
    return filled, pd.concat([door, new["line"].map(door)]), f"{note}; {spread}"


def _spread(readings: pd.DataFrame) -> pd.DataFrame:
    """Fill in readings of a door that lack for less than a day, each as much above the one before."""
    number, known = readings["number"], readings["number"].notna()
    at = readings["at"].where(known)
    short = (at.bfill() - at.ffill() < pd.Timedelta(days=1)) & (number.bfill() >= number.ffill())
    return readings.assign(number=number.interpolate().round().where(known | short)).dropna(subset="number")


def _moments(times: Times, door: pd.Series) -> pd.DataFrame:
    frame = pd.DataFrame({"at": times.utc(), "may_change_clock": may_change_clock(times)})
    return frame.loc[door.index].assign(door=door)


def _in_order(readings: pd.DataFrame) -> pd.DataFrame:
    """Return readings in the order of time without those that only repeat another, in which an hour may come twice."""
    if readings["at"].iloc[:1].gt(readings["at"].iloc[-1:].to_numpy()).any():
        readings = readings[::-1]  # the latest was first
    readings = readings[~readings.duplicated() | readings["may_change_clock"]]
    nth = readings.groupby(["door", "at"]).cumcount().where(readings["may_change_clock"], 0)
    order = pd.DataFrame({"hour": readings["at"].dt.floor("h"), "nth": nth, "at": readings["at"]})
    return readings.loc[order.sort_values(["hour", "nth", "at"], kind="stable").index]


def _evidence(readings: pd.Series, *, days: float) -> str:
    """Say what makes readings, in the order of time and `days` apart, a running total; "" if nothing does.

    Counts of days may grow with a fall now and then; those of weeks or months may only rise.
    """
    before = readings.shift()
    rises, falls = int((readings > before).sum()), int((readings < before).sum())
    resets = int(((readings < before) & (readings < BEGUN_AGAIN * before)).sum())
    others = falls - resets
    if rises < max(LEAST_RISES, RISES_A_RESET * resets + RISES_A_FALL * others):
        return ""
    if (days >= 1 and others) or (days >= WEEK and resets < RESETS_OF_TOTALS):
        return ""
    first, last = f"{readings.iloc[0]:,.0f}", f"{readings.iloc[-1]:,.0f}"
    but = f"fall only {'once' if falls == 1 else many(falls, 'time')}" if falls else "never fall"
    return f"from {first} to {last} they rise {many(rises, 'time')} and {but}"


def _days_between(at: pd.Series) -> pd.Series:
    days: pd.Series = at.diff().dt.total_seconds() / 86_400
    return days


def _differences(readings: pd.DataFrame) -> pd.Series:
    """Return the people between each reading of a counter and the one before; NaN where that is not known.

    A counter that begins again has counted its reading. Readings that lack one before hold more than their own time.
    """
    number = readings["number"]
    counts: pd.Series = number.diff()
    counts = counts.mask(counts < 0, number.where(number < BEGUN_AGAIN * number.shift()))
    typical = max(float(counts[counts > 0].quantile(0.75, interpolation="lower")), QUIET)
    return counts.mask(_lack_one_before(readings) | (counts > LEAP * typical))


def _lack_one_before(readings: pd.DataFrame) -> pd.Series:
    """Tell which readings come later than usual after the one before.

    Usual is the time between readings of their hour or, for the first of a day, of their weekday: a library may close
    at noon or over the weekend. Where readings are of days, or of any moment, it is a day at least.
    """
    gaps, usual = _gaps(readings)
    regular = gaps.between(usual / GAP, usual * GAP).mean() > REGULAR
    by_day = gaps.median() > DAYTIME
    lacking: pd.Series = gaps > GAP * usual.clip(lower=0.0 if regular and not by_day else 1.0)
    return lacking


def _gaps(readings: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the days between each reading of a door and the one before, and the usual ones.

    Where clocks may change, an hour less than it seems: it never came.
    """
    at = readings["at"]
    gaps, first = _days_between(at), at.dt.date != at.dt.date.shift()
    usual = gaps.groupby([first, at.dt.day_of_week.where(first, at.dt.hour)]).transform("median")
    return gaps - readings["may_change_clock"] / 24, usual
