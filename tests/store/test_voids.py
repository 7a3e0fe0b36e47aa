"""Times that a person voids: kept, not counted and not measured, until it is undone; late data and corrections too."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from counted import NOON, after, buckets, days, people, put, reading, totals
from msgspec import structs
from typer.testing import Result

from besok.model.errors import BesokError, NotFound, StoreRefused
from besok.services.voids import time_span
from besok.store import voids
from besok.store.database import Database
from tests.databases import execute
from tests.patience import ANSWER_S

LATER = NOON + timedelta(days=1)


def void(
    db: Database, first: datetime, last: datetime, device: str = "lib/front", above: float | None = None
) -> int:
    found = voids.find(db, device)
    return voids.add(db, found, first, last, above, reason="a test message", author="Kim", now=LATER)


def undo(db: Database, number: int) -> None:
    voids.undo(db, number, reason="it was real", author="Robin", now=LATER)


def tables(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that is computed from readings, and which of these are flagged."""
    queries = {
        "reading": "select channel_id, metric, time, value, flags from reading order by 1, 2, 3",
        "flow": "select * from flow_bucket order by 1, 2",
        "level": "select * from level_bucket order by 1, 2, 3",
        "day": "select * from flow_day order by 1, 2, 3",
    }
    return {name: execute(db, query) for name, query in queries.items()}


def minutes(db: Database, first: int, last: int, value: float = 1, device: str = "front") -> None:
    put(db, *[reading(n, value, "in", period_s=60, device=device) for n in range(first + 1, last + 1)])


def test_a_test_message_goes_and_the_day_is_as_if_it_had_never_come(house: Database) -> None:
    minutes(house, 0, 30)
    right = tables(house)
    put(house, reading(10.5, 1_234, "in", period_s=0))
    assert days(house)["front", "2026-03-02"][0] == 1_264
    number = void(house, after(10), after(11), above=1000)
    found = tables(house)
    assert [found[t] for t in ("flow", "day")] == [right[t] for t in ("flow", "day")]
    assert len(found["reading"]) == len(right["reading"]) + 1, "it is kept"
    (said,) = voids.listing(house, "lib")
    assert (said.id, said.readings, said.people, said.reason, said.author, said.undone) == (
        number, 1, 1_234, "a test message", "Kim", None,
    )  # fmt: skip
    undo(house, number)
    assert days(house)["front", "2026-03-02"][0] == 1_264
    assert voids.listing(house)[0].undone_by == "Robin"


def test_a_voided_time_is_not_measured(house: Database) -> None:
    minutes(house, 0, 30)
    void(house, NOON, after(15))
    assert buckets(house) == {15: (15, 0, 900, 0)}
    void(house, NOON, after(60))
    assert buckets(house) == {}
    assert days(house) == {}, "a day of which nothing is left is missing, not zero"


def test_what_is_voided_already_is_not_voided_again(house: Database) -> None:
    minutes(house, 0, 30)
    numbers = [void(house, NOON, after(15)), void(house, after(15), after(20), above=3)]
    device = voids.find(house, "lib/front")
    for first, last, above in ((0, 15, None), (5, 10, 7), (2, 20, 3), (2, 20, 4)):
        with pytest.raises(StoreRefused, match=r"all that this would void .* nothing remains to void there"):
            void(house, after(first), after(last), above=above)
        with pytest.raises(StoreRefused):
            voids.affected(house, device, after(first), after(last), above)
    for first, last, above in ((14, 16, None), (16, 20, 2), (16, 20, None)):
        numbers.append(void(house, after(first), after(last), above=above))
    for number in numbers:
        undo(house, number)
    void(house, after(5), after(10))
    assert len(voids.listing(house)) == 6


def test_undone_is_as_before_whatever_was_voided_and_in_whatever_order(house: Database) -> None:
    minutes(house, 0, 40)
    put(house, *totals(*range(100, 150), device="back"), reading(120, 90, "in", period_s=7200))
    before = tables(house)
    numbers = [
        void(house, after(5), after(20)),
        void(house, after(10), after(35)),
        void(house, after(3), after(9), device="lib/back"),
        void(house, after(7), after(60), device="lib/back"),
    ]
    for n in (1, 3, 0, 2):
        undo(house, numbers[n])
    assert tables(house) == before


def test_what_comes_late_of_a_voided_time_does_not_count(house: Database) -> None:
    minutes(house, 0, 15)
    number = void(house, after(15), after(30))
    minutes(house, 15, 40)
    put(house, reading(20, 7, "in", period_s=60))
    assert people(buckets(house)) == (25, 0)
    undo(house, number)
    assert people(buckets(house)) == (46, 0)


def test_people_in_a_voided_time_are_not_in_the_difference_of_totals(house: Database) -> None:
    put(house, *totals(*range(100, 130)))
    void(house, after(5), after(10))
    assert people(buckets(house)) == (4 + 19, 0), "104 to 110 was not measured"


def test_a_bad_total_goes_and_its_neighbours_tell_who_passed(house: Database) -> None:
    put(house, *totals(*range(100, 130)))
    right = buckets(house)
    put(house, reading(10.5, 1_234))
    assert people(buckets(house))[0] > 1000
    void(house, after(10.25), after(10.75))
    assert buckets(house) == right


def test_a_time_between_two_totals_is_not_measured(house: Database) -> None:
    put(house, reading(0, 100), reading(10, 110), reading(20, 115), reading(30, 118))
    void(house, after(12), after(14))
    assert people(buckets(house)) == (13, 0)


def test_levels_go_too(house: Database) -> None:
    room = [structs.replace(reading(n, 5, "people"), channel="level:1", device="lib/room") for n in (1, 20)]
    put(house, *room)
    number = void(house, NOON, after(15), device="lib/room")
    assert len(tables(house)["level"]) == 1
    undo(house, number)
    assert len(tables(house)["level"]) == 2


def test_past_days_are_estimated_again_and_listeners_are_told(house: Database, database_url: str) -> None:
    minutes(house, 0, 15)
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("delete from dirty_day")
        conn.execute("listen readings")
        void(house, NOON, after(15))
        assert conn.execute("select day::text from dirty_day").fetchall() == [("2026-03-02",)]
        (told,) = conn.notifies(timeout=ANSWER_S, stop_after=1)
    assert '"site": "lib"' in told.payload


def test_unknown_devices_and_numbers_are_told(house: Database) -> None:
    with pytest.raises(NotFound, match="besok device list"):
        voids.find(house, "lib/nobody")
    with pytest.raises(NotFound, match="besok readings list"):
        undo(house, 4711)
    number = void(house, NOON, after(15))
    undo(house, number)
    with pytest.raises(StoreRefused, match="undone before"):
        undo(house, number)


def test_times_are_by_the_clock_of_the_site(house: Database) -> None:
    front = voids.find(house, "lib/front")
    day = datetime(2026, 3, 2, 3, tzinfo=UTC)
    assert time_span(house, front, "2026-03-02", "2026-03-02") == (day, day + timedelta(days=1))
    assert time_span(house, front, "2026-03-02T13:00", "2026-03-02 13:15") == (NOON, after(15))
    assert time_span(house, front, "2026-03-02T12:00Z", "2026-03-02T12:15+00:00") == (NOON, after(15))
    with pytest.raises(BesokError, match="is not a time"):
        time_span(house, front, "yesterday", "2026-03-02")
    with pytest.raises(BesokError, match="write a year from 1900 to 2199"):
        time_span(house, front, "2026-03-02", "9999-12-31")
    with pytest.raises(BesokError, match="ends before it begins"):
        time_span(house, front, "2026-03-02", "2026-03-01")


def test_the_command_tells_what_goes_and_how_it_comes_back(
    house: Database, command: Callable[..., Result]
) -> None:
    minutes(house, 0, 15, value=2)
    span = ["lib/front", "2026-03-02T13:00", "2026-03-02T13:15", "--reason", "installers", "--by", "Kim"]
    refused = command("readings", "void", *span)
    assert refused.exit_code == 1
    assert "15 readings" in refused.output and "30 people" in refused.output
    assert people(buckets(house)) == (30, 0)
    done = command("readings", "void", *span, "--yes")
    assert done.exit_code == 0, done.output
    assert buckets(house) == {}
    assert "installers  Kim" in command("readings", "list", "lib").output
    number = str(voids.listing(house)[0].id)
    assert command("readings", "undo", number, "--reason", "no, visitors").exit_code == 0
    assert people(buckets(house)) == (30, 0)
    assert "no, visitors" in command("readings", "list").output


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("2126-03-02", "2126-03-02"), "is in the future"),
        (("2026-03-02", "2026-03-02", "--above", "-1"), "--above -1 is not possible"),
        (("2026-03-02", "2026-03-02", "--above", "nan"), "--above nan is not possible"),
    ],
)
def test_the_command_refuses_what_voids_nothing_that_was_sent(
    house: Database, command: Callable[..., Result], more: tuple[str, ...], told: str
) -> None:
    minutes(house, 0, 15)
    refused = command("readings", "void", "lib/front", *more, "--reason", "a test", "--yes")
    assert told in str(refused.exception)
    assert voids.listing(house) == []


def test_voids_of_a_site_that_nobody_knows_are_not_listed(
    house: Database, command: Callable[..., Result]
) -> None:
    assert "Nothing was voided." in command("readings", "list", "lib").output
    assert isinstance(command("readings", "list", "NOWHERE").exception, NotFound)
