"""Opening hours that are known day by day become stretches of weeks and special days, and say of each day the same."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from besok.model.calendar import DAY, hours_text
from besok.model.site import OpeningException, OpeningHours, WeekHours
from besok.model.stated_hours import special_days, with_days
from besok.text.languages import speaking
from besok.text.opening_text import special

WEEK = WeekHours(
    monday="09:00-20:00", tuesday="09:00-20:00", wednesday="09:00-20:00", thursday="09:00-20:00",
    friday="09:00-18:00", saturday="10:00-15:00", sunday="closed", country="SE",
)  # fmt: skip
OPENING = OpeningHours(tables=(WEEK,))
FIRST = date(2018, 1, 1)  # a Monday
THEN = (*["10:00-19:00"] * 4, "10:00-17:00", "11:00-15:00", "closed")


def stated(first: date, last: date, week: tuple[str, ...] = THEN) -> dict[date, str]:
    return {(day := first + n * DAY): week[day.weekday()] for n in range((last - first).days + 1)}


def test_weeks_that_repeat_are_one_line_and_days_that_differ_their_own() -> None:
    days = stated(FIRST, date(2019, 12, 31))
    later = dict.fromkeys(range(4), "08:00-20:00")
    days |= {day: later[day.weekday()] for day in days if day >= date(2019, 9, 2) and day.weekday() in later}
    closed = (date(2018, 5, 10), date(2018, 12, 24), date(2018, 12, 25), date(2018, 12, 26))
    days |= dict.fromkeys(closed, "closed")  # Ascension Day and Christmas, as the table has public holidays
    days |= dict.fromkeys((date(2018, 7, 10) + n * DAY for n in range(3)), "closed")  # the floor
    found = special_days(days, OPENING)
    with speaking("en"):
        said = [(one.first, one.last, special(one.hours)) for one in found]
    assert said[:2] == [
        (FIRST + DAY, date(2019, 9, 1), "Mon–Thu 10:00–19:00, Fri 10:00–17:00, Sat 11:00–15:00, Sun closed"),
        (date(2019, 9, 2), date(2019, 12, 30),
         "Mon–Thu 08:00–20:00, Fri 10:00–17:00, Sat 11:00–15:00, Sun closed"),
    ]  # fmt: skip
    assert (date(2018, 7, 10), date(2018, 7, 12), "closed") in said
    assert not any(first in closed for first, _, _ in said), "closed on holidays as ever"
    assert all(hours_text(day, replace(OPENING, exceptions=found)) == hours for day, hours in days.items())
    assert hours_text(date(2020, 1, 7), replace(OPENING, exceptions=found)) == "09:00-20:00"


def test_what_is_not_known_stays_as_it_is() -> None:
    days = {day: h for day, h in stated(FIRST, FIRST + 30 * DAY).items() if day.weekday() < 5}
    days |= stated(FIRST + 100 * DAY, FIRST + 106 * DAY)
    found = replace(OPENING, exceptions=special_days(days, OPENING))
    assert hours_text(FIRST + 12 * DAY, found) == WEEK.saturday
    assert hours_text(FIRST + 59 * DAY, found) == "09:00-20:00", "between two files"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.integers(0, 60).map(lambda n: FIRST + timedelta(days=n)),
            st.sampled_from(["closed", "10:00-19:00", "12:00-16:00"]), min_size=1, max_size=60,
        ),
        min_size=1, max_size=3,
    ),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_any_days_in_parts_and_taken_back(parts: list[dict[date, str]], rng: object) -> None:
    own = (
        OpeningException(first=FIRST + 5 * DAY, last=FIRST + 9 * DAY, hours="closed"),
        OpeningException(first=date(2020, 1, 1), last=date(2020, 1, 1), hours="12:00-14:00"),
    )
    begin = now = replace(OPENING, exceptions=own)
    told: dict[date, str] = {}
    for part in parts:
        now = with_days(now, told, told | part)
        told |= part
        assert all(hours_text(day, now) == hours for day, hours in told.items())
    assert now == with_days(begin, {}, told), "in parts as at once"
    assert with_days(now, told, {}) == begin


def test_what_a_person_changed_or_added_later_stays() -> None:
    days = stated(FIRST + 7 * DAY, FIRST + 27 * DAY) | {FIRST + 15 * DAY: "closed"}
    first, last = with_days(OPENING, {}, days).exceptions
    changed = replace(last, hours="13:00-14:00")
    party = OpeningException(first=FIRST + 20 * DAY, last=FIRST + 20 * DAY, hours="20:00-24:00")
    edited = replace(OPENING, exceptions=(first, changed, party))
    more = with_days(edited, days, days | stated(date(2018, 3, 5), date(2018, 4, 1)))
    assert hours_text(FIRST + 15 * DAY, more) == "13:00-14:00"
    assert hours_text(FIRST + 20 * DAY, more) == "20:00-24:00"
    assert with_days(more, days | stated(date(2018, 3, 5), date(2018, 4, 1)), {}).exceptions == (
        changed,
        party,
    )


@pytest.mark.parametrize("every", [2, 3])
def test_every_other_week_is_a_list_of_days_and_no_more(every: int) -> None:
    days = stated(FIRST, FIRST + 363 * DAY)
    days |= {day: "closed" for day in days if day.weekday() == 5 and (day - FIRST).days // 7 % every == 0}
    found = special_days(days, OPENING)
    assert len(found) <= 52 and all(
        hours_text(day, replace(OPENING, exceptions=found)) == hours for day, hours in days.items()
    )
