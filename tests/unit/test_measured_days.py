"""Which days were counted at some of the doors only."""

from collections.abc import Collection
from datetime import date, timedelta

from besok.analytics.coverage import DoorDay, WatchedDoor, WatchedMonth, unobserved_days

FIRST = date(2026, 3, 2)
FRONT, BACK, CELLAR = 1, 2, 3
WHOLE = (80_000.0, 0.0)  # seconds watched, people put in


def door(
    people: float, first: date = FIRST, until: date = date.max, shortest_s: float = 79_000
) -> WatchedDoor:
    month = WatchedMonth(days=20, watched_s=80_000, shortest_s=shortest_s)
    return WatchedDoor(first=first, hung=[(date.min, until)], people=people, months={date(2026, 3, 1): month})


HOUSE = {FRONT: door(600), BACK: door(400), CELLAR: door(10)}


def out(
    told: dict[int, tuple[float, float]],
    doors: dict[int, WatchedDoor] = HOUSE,
    counting: Collection[int] = (FRONT, BACK, CELLAR),
    *,
    closed: bool = False,
    day: date = FIRST,
) -> bool:
    rows = [
        DoorDay(door=n, day=day, covered_s=covered, imputed=put, heard=covered > 0 or not put)
        for n, (covered, put) in told.items()
    ]
    return list(unobserved_days(doors, rows, lambda _: counting, lambda _: closed)) == [day]


def test_a_day_without_a_door_is_no_quiet_day() -> None:
    assert not out({FRONT: WHOLE, BACK: WHOLE, CELLAR: WHOLE})
    assert out({FRONT: WHOLE, CELLAR: WHOLE})
    assert out({FRONT: WHOLE, CELLAR: WHOLE, BACK: (30_000, 0)})
    assert not out({FRONT: WHOLE, CELLAR: WHOLE, BACK: (60_000, 0)})


def test_a_door_through_which_hardly_anybody_comes_may_be_silent() -> None:
    assert not out({FRONT: WHOLE, BACK: WHOLE})


def test_what_was_filled_in_is_there_and_a_few_people_are_not_that() -> None:
    silent = {FRONT: WHOLE, CELLAR: WHOLE}
    assert not out({**silent, BACK: (0, 380)})
    assert out({**silent, BACK: (0, 5)})


def test_nobody_is_missed_at_a_closed_house() -> None:
    assert not out({FRONT: WHOLE}, closed=True)


def test_a_door_is_looked_for_from_when_it_was_first_heard_until_its_sensor_is_taken_down() -> None:
    only = {FRONT: WHOLE}
    assert not out(only, {FRONT: door(600), BACK: door(400, first=FIRST + timedelta(days=1))})
    assert not out(only, {FRONT: door(600), BACK: door(400, until=FIRST - timedelta(days=1))})
    assert out(only, {FRONT: door(600), BACK: door(400, until=FIRST)})
    assert not out(only, counting=(FRONT,))


def test_whole_days_of_an_older_counter_do_not_make_the_hours_of_its_successor_too_few() -> None:
    whole, half = (
        WatchedMonth(days=28, watched_s=watched, shortest_s=watched) for watched in (86_400, 43_200)
    )
    changed = {date(2026, 2, 1): whole, date(2026, 3, 1): half}
    one = {
        FRONT: WatchedDoor(first=date(2026, 2, 1), hung=[(date.min, date.max)], people=500, months=changed)
    }
    for day, seconds in (
        (date(2026, 2, 20), 86_400),
        (date(2026, 3, 1), 43_200),
        (date(2026, 3, 20), 43_200),
    ):
        assert not out({FRONT: (seconds, 0)}, one, (FRONT,), day=day)
    assert out({FRONT: (20_000, 0)}, one, (FRONT,), day=date(2026, 3, 20))


def test_a_door_that_is_watched_now_long_now_short_was_observed_if_it_was_heard() -> None:
    park = {FRONT: door(600, shortest_s=30_000), BACK: door(400)}  # speaks when somebody passes
    quiet = (9_000.0, 0.0)
    assert not out({FRONT: quiet, BACK: WHOLE}, park)
    assert out({FRONT: WHOLE, BACK: quiet}, park), "the other one does not"
    assert out({BACK: WHOLE}, park) and out({FRONT: (0, 20), BACK: WHOLE}, park)
    assert not out({FRONT: (0, 500), BACK: WHOLE}, park)


def test_who_is_counted_without_a_time_is_counted() -> None:
    timeless = WatchedMonth(days=20, watched_s=0, shortest_s=0)
    one = {
        FRONT: WatchedDoor(
            first=FIRST, hung=[(date.min, date.max)], people=500, months={date(2026, 3, 1): timeless}
        ),
        BACK: door(400),
    }
    assert not out({FRONT: (0, 0), BACK: WHOLE}, one)
    assert out({BACK: WHOLE}, one)
