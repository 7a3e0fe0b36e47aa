from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from besok.model import calendar
from besok.model.site import OpeningException, Site, SiteFile
from cli.commands.sitefiles import as_sandbox
from cli.stack.demo import NOTE, open_for_demo
from tests.small_sites import house, week

HOURS = week("08:00-20:00", saturday="10:00-16:00", sunday="closed", country="SE")
LIBRARY = house(HOURS, "library")
PARK = replace(LIBRARY, id="park", kind="park", opening=week("always"))


def opened(now: datetime, site: Site = LIBRARY, known: tuple[Site, ...] = ()) -> Site:
    return open_for_demo(SiteFile(sites=(site,)), known, now).sites[0]


def local(text: str) -> datetime:
    """A November moment in Stockholm, which is one hour ahead of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=1)


def test_a_site_that_stays_open_is_left_alone():
    assert opened(local("2026-11-25 12:00")) == LIBRARY
    assert opened(local("2026-11-25 01:00"), PARK) == PARK


def test_hours_are_extended_when_closing_is_near():
    site = opened(local("2026-11-25 18:30"))
    (exception,) = site.opening.exceptions
    assert (exception.first, exception.last, exception.hours, exception.note) == (
        date(2026, 11, 25), date(2026, 11, 25), "08:00-26:30", NOTE,
    )  # fmt: skip


def test_before_opening_the_day_begins_an_hour_ago():
    site = opened(local("2026-11-25 06:15"))
    assert [e.hours for e in site.opening.exceptions] == ["05:15-20:00"]


def test_at_night_both_business_days_are_opened():
    site = opened(local("2026-11-25 03:30"))
    assert [(e.first.day, e.hours) for e in site.opening.exceptions] == [
        (24, "08:00-20:00, 26:30-28:00"),
        (25, "04:00-20:00"),
    ]


def test_a_closed_day_is_opened():
    site = opened(local("2026-11-22 12:00"))  # a Sunday
    assert [e.hours for e in site.opening.exceptions] == ["11:00-20:00"]


def test_open_at_any_hour_and_for_two_hours_more():
    for hours_after_midnight in range(48):
        now = datetime(2026, 3, 28, tzinfo=UTC) + timedelta(hours=hours_after_midnight)  # summer time begins
        site = opened(now)
        assert calendar.is_open(now, site), now
        assert calendar.open_until(now, site) - now >= timedelta(hours=2), now


def test_the_openings_of_earlier_demos_are_kept_for_a_while():
    first = opened(local("2026-11-25 22:00"))
    second = opened(local("2026-11-27 12:00"), known=(first,))
    assert [e.first.day for e in second.opening.exceptions] == [25, 26]
    much_later = opened(local("2026-12-27 12:00"), known=(second,))
    assert not any(e.first.month == 11 for e in much_later.opening.exceptions)


def test_starting_twice_in_a_night_widens_the_opening():
    first = opened(local("2026-11-25 19:00"))
    second = opened(local("2026-11-26 01:30"), known=(first,))
    assert [e.hours for e in first.opening.exceptions] == ["08:00-27:00"]
    assert {e.first.day: e.hours for e in second.opening.exceptions} == {25: "08:00-28:00", 26: "04:00-20:00"}


def test_the_sites_own_exceptions_stay():
    own = OpeningException(first=date(2026, 11, 25), last=date(2026, 11, 25), hours="closed")
    site = replace(LIBRARY, opening=replace(HOURS, exceptions=(own,)))
    assert opened(local("2026-11-25 12:00"), site).opening.exceptions[0] == own


def test_the_demo_marks_its_sites_as_sandboxes():
    assert all(site.sandbox for site in as_sandbox(SiteFile(sites=(LIBRARY, PARK))).sites)
