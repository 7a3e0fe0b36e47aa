"""Opening hours given day by day, as special days of a site: repeating weeks, and days that differ from them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from besok.model.calendar import DAY, holiday, hours_text
from besok.model.site import WEEKDAYS, DayHours, OpeningException, OpeningHours, Text

WEEK: Final = timedelta(days=7)
NOTE: Final = Text(sv="Ur tidigare besökssiffror", en="From past counts")
Week = dict[int, str]  # weekday -> hours


def with_days(opening: OpeningHours, before: Mapping[date, str], after: Mapping[date, str]) -> OpeningHours:
    """Return opening hours in which the days `after` have their hours, in place of those that stood for `before`.

    What a person has changed of the latter stays as it is, and of several special days the last still goes before.
    """
    base, old, new = opening.exceptions, special_days(before, opening), special_days(after, opening)
    at = next((n for n, one in enumerate(base) if one in old), len(base))
    stated = (one for one in new if one in base or one not in old)
    return replace(opening, exceptions=(*base[:at], *stated, *(one for one in base[at:] if one not in old)))


def special_days(days: Mapping[date, str], opening: OpeningHours) -> tuple[OpeningException, ...]:
    """Return the special days that give days their hours; a day within weeks that repeat has those of its weekday.

    They depend on the calendar of `opening` and on nothing that is special already.
    """
    weeks = tuple(_repeating(days, opening))
    usual = replace(opening, exceptions=weeks)
    exceptional = [(day, hours) for day, hours in sorted(days.items()) if hours_text(day, usual) != hours]
    return (*weeks, *_stretches(exceptional))


def _repeating(days: Mapping[date, str], opening: OpeningHours) -> Iterator[OpeningException]:
    """Yield stretches of weeks with the same hours; a single week that differs is left to its days."""
    weeks: dict[date, Week] = {}
    for day in sorted(days):
        if holiday(day, opening) is None:
            weeks.setdefault(day - day.weekday() * DAY, {})[day.weekday()] = days[day]
    run: list[date] = []
    usual: Week = {}
    for monday, week in weeks.items():
        following = weeks.get(monday + WEEK)
        other = not _are_equal(week, usual) and following is not None and _are_equal(week, following)
        if run and (other or monday - run[-1] > WEEK):
            yield _stretch(run, usual, weeks)
            run, usual = [], {}
        if not run or _are_equal(week, usual):
            usual = week | usual
        run.append(monday)
    if run:
        yield _stretch(run, usual, weeks)


def _are_equal(one: Week, other: Week) -> bool:
    return all(other.get(day, hours) == hours for day, hours in one.items())


def _stretch(run: Sequence[date], usual: Week, weeks: Mapping[date, Week]) -> OpeningException:
    first, last = run[0] + min(weeks[run[0]]) * DAY, run[-1] + max(weeks[run[-1]]) * DAY
    by_day = DayHours(**{WEEKDAYS[day]: hours for day, hours in usual.items()})
    closed = {*usual.values()} == {"closed"} and len(usual) == len(WEEKDAYS)
    return OpeningException(first=first, last=last, hours="closed" if closed else by_day, note=NOTE)


def _stretches(exceptional: Sequence[tuple[date, str]]) -> Iterator[OpeningException]:
    """Yield days with the same hours that follow each other as one."""
    for (_, hours), run in groupby(enumerate(exceptional), key=lambda at: (at[1][0] - at[0] * DAY, at[1][1])):
        days = [day for _, (day, _) in run]
        yield OpeningException(first=days[0], last=days[-1], hours=hours, note=NOTE)
