"""Running totals in files of counts: told from counts by their course, and turned into the counts between readings."""

from typing import Final

import pandas as pd

from besok.files.repeated_lines import comes_twice, repeated
from besok.files.values import Times
from besok.model.errors import CountFileError
from besok.model.plurals import many

WEEK: Final = 7  # days
LEAST_RISES: Final = 8  # of fewer a rising morning may consist
BEGUN_AGAIN: Final = 0.2  # of the reading before: below it a counter was reset
RISES_A_RESET: Final = 5  # at least
RISES_A_FALL: Final = 20  # at least, of falls that are no reset
RESETS_OF_TOTALS: Final = (
    2  # at least, in counts of weeks or months: a library that grows may only rise, and close once
)
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
    readings = pd.DataFrame({"number": numbers, "at": times.utc()[numbers.index], "door": door})
    readings = _in_order(readings.dropna(subset="number"), comes_twice(times))
    if totals:
        if told := repeated(times, readings["door"].sort_index()):
            raise CountFileError(
                f"{name}: {told}; name the column that tells the doors apart by --door-column, or remove all but one "
                "reading of each time"
            )
        parts = [_differences(group) for _, group in readings.groupby("door")]
        counts: pd.Series = pd.concat([*parts, numbers.iloc[:0]]).reindex(numbers.index)
        return counts
    nth = readings.groupby(["door", "at"]).cumcount()  # doors whose name no column has
    for (label, _), group in readings.groupby(["door", nth]):
        if evidence := _evidence(group["number"], days=_days_between(group["at"]).median()):
            where = f"{column} (door {label})" if label else column
            raise CountFileError(
                f"{name}: the numbers of {where} look like the running total of a counter: {evidence}. "
                "Give --totals to count the differences, or --counts if each number is the people of its own time"
            )
    return numbers


def _in_order(readings: pd.DataFrame, comes_twice: pd.Series) -> pd.DataFrame:
    """Return readings in the order of time without those that only repeat another, in which an hour may come twice."""
    if readings["at"].iloc[:1].gt(readings["at"].iloc[-1:].to_numpy()).any():
        readings = readings[::-1]  # the latest was first
    readings = readings[~readings.duplicated() | comes_twice[readings.index]]
    nth = readings.groupby(["door", "at"]).cumcount().where(comes_twice[readings.index], 0)
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
    return counts.mask(_lack_one_before(readings["at"]) | (counts > LEAP * typical))


def _lack_one_before(at: pd.Series) -> pd.Series:
    """Tell which readings come later than usual after the one before.

    Usual is the time between readings of their hour or, for the first of a day, of their weekday: a library may close
    at noon or over the weekend. Where readings are of days, or of any moment, it is a day at least.
    """
    gaps, first = _days_between(at), at.dt.date != at.dt.date.shift()
    usual = gaps.groupby([first, at.dt.day_of_week.where(first, at.dt.hour)]).transform("median")
    regular = gaps.between(usual / GAP, usual * GAP).mean() > REGULAR
    by_day = gaps.median() > DAYTIME
    lacking: pd.Series = gaps > GAP * usual.clip(lower=0.0 if regular and not by_day else 1.0)
    return lacking
