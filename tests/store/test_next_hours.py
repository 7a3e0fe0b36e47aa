"""The next hours of a site: the range of the same hour in past weeks, and nothing where too few of them are known."""

from datetime import UTC, datetime, timedelta

from besok.model import sitefile
from besok.model.views.series import ExpectedHour
from besok.services.next_hours import LEAST, WEEKS, get_next_hours
from besok.store import sites
from besok.store.database import Database
from tests.databases import execute
from tests.sitetext import site, space

NOW = datetime(2026, 8, 26, 11, 40, tzinfo=UTC)  # 13.40 by the clock there
WEEK, QUARTER = timedelta(weeks=1), timedelta(minutes=15)
HOUSE = site(hours="08:00-16:00") + space("hall", ("Hall", "Hall"))


def people(db: Database, hour: datetime, weeks: dict[int, list[float | None]], name: str = "hall") -> None:
    """Write the occupancy of the quarters of an hour, by how many weeks ago."""
    for week, quarters in weeks.items():
        for n, number in enumerate(quarters):
            execute(
                db,
                "insert into occupancy_bucket (space_id, bucket, people, lower, upper)"
                " select space_id, %s, %s, %s, %s from space where slug = %s",
                (hour - week * WEEK + n * QUARTER, number, number, number, name),
            )


def test_an_hour_is_expected_as_it_was_in_past_weeks(db: Database) -> None:
    sites.apply(db, sitefile.parse(HOUSE), now=NOW - 20 * WEEK)
    place = sites.load(db, "lib")
    two, three = (datetime(2026, 8, 26, hour, tzinfo=UTC) for hour in (12, 13))
    people(
        db,
        two,
        {week: [10.0 * week, 10.0 * week + 4, 10.0 * week, 10.0 * week] for week in range(1, WEEKS + 1)},
    )
    people(db, two, {WEEKS + 1: [500.0] * 4})  # too long ago
    people(db, three, {week: [7.0] * 4 for week in range(1, LEAST)} | {LEAST: [7.0, None, 7.0, 7.0]})
    found = get_next_hours(db, place, NOW)
    assert found == {
        "lib": [],
        "hall": [ExpectedHour(space="hall", start=two, people=51.0, lower=11.0, upper=91.0, weeks=WEEKS)],
    }
    people(db, three, {LEAST + 1: [1.0] * 4})
    assert [hour.start for hour in get_next_hours(db, place, NOW)["hall"]] == [two, three]


def test_the_hour_by_the_clock_counts_across_a_change_of_time(db: Database) -> None:
    sites.apply(db, sitefile.parse(HOUSE), now=NOW - 40 * WEEK)
    now = datetime(2026, 10, 28, 12, 40, tzinfo=UTC)  # three days after summer time
    people(db, datetime(2026, 10, 28, 12, tzinfo=UTC), {week: [5.0] * 4 for week in range(1, WEEKS + 1)})
    (hour,) = get_next_hours(db, sites.load(db, "lib"), now)["hall"]
    assert (hour.start, hour.people) == (datetime(2026, 10, 28, 13, tzinfo=UTC), 5.0)


def test_closed_hours_are_neither_told_nor_taken_for_quiet_ones(db: Database) -> None:
    shut = '[[sites.opening.exceptions]]\nfirst = 2026-06-20\nlast = 2026-08-01\nhours = "closed"\n'
    shut += 'note = { sv = "Ombyggnad", en = "Building works" }\n'
    sites.apply(
        db, sitefile.parse(HOUSE.replace("[[sites.spaces]]", f"{shut}[[sites.spaces]]")), now=NOW - 20 * WEEK
    )
    people(db, datetime(2026, 8, 26, 12, tzinfo=UTC), {week: [0.0] * 4 for week in range(1, WEEKS + 1)})
    place = sites.load(db, "lib")
    assert get_next_hours(db, place, NOW + timedelta(hours=3)) == {}  # it closes before an hour is over
    assert get_next_hours(db, place, NOW) == {"lib": [], "hall": []}  # three weeks of nine were open
