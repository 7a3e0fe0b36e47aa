"""Lines of a file of counts that have the same time: several doors, or lines that were written twice."""

from typing import Final

import pandas as pd

from besok.files.values import Times
from besok.model.plurals import many

MOST: Final = 0.5  # of the times, above which lines of one time are doors and no mistakes
LISTED: Final = 5  # times
SET_BACK: Final = (3, 4, 9, 10, 11)  # months in which clocks are


def most_repeat(at: pd.Series, door: pd.Series) -> bool:
    """Tell whether most times have several lines of one door."""
    sizes = pd.DataFrame({"at": at, "door": door}).value_counts()
    return bool((sizes > 1).mean() > MOST)


def may_change_clock(times: Times) -> pd.Series:
    """Tell at which times clocks may change: an hour comes twice or never where the offset is not told."""
    wall = times.wall
    set_back = (wall.dt.day_of_week == 6) & (wall.dt.hour < 4) & wall.dt.month.isin(SET_BACK)
    may: pd.Series = set_back & times.offset_s.isna() & _by_clock(wall)
    return may


def _by_clock(wall: pd.Series) -> bool:
    return bool((wall != wall.dt.normalize()).any())


def repeated(times: Times, door: pd.Series) -> str:
    """Say which lines of a door have the same time, but for the hour that comes twice in autumn; "" if none have."""
    wall, lines = times.wall[door.index], pd.DataFrame({"at": times.utc()[door.index], "door": door})
    again = lines.duplicated(keep=False)
    if most_repeat(lines["at"], lines["door"]):
        first = lines[again].iloc[0]
        some = lines.index[(lines == first).all(axis=1)][:2]
        return f"most times have several lines, such as lines {some[0]} and {some[1]}"
    again &= ~may_change_clock(times)[door.index]
    written = "%Y-%m-%d %H:%M" if _by_clock(times.wall) else "%Y-%m-%d"
    groups = [group.index for _, group in lines[again].groupby(["at", "door"])]
    listed = [f"{_numbers(group)} ({wall[group[0]]:{written}})" for group in groups[:LISTED]]
    more = f" and at {many(len(groups) - LISTED, 'more time')}" if len(groups) > LISTED else ""
    return f"lines have the same time: {', '.join(listed)}{more}" if listed else ""


def _numbers(lines: pd.Index) -> str:
    """Return the numbers of the first two lines, and how many more there are."""
    first, second, *others = lines
    return f"{first}, {second} and {len(others):,} more" if others else f"{first} and {second}"
