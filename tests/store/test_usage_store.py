"""Stays, turnover and peaks from what the tables hold: by business day, by open hours, in the doors' directions."""

from datetime import UTC, datetime, timedelta

import pytest
from counted import HOUSE, put, reading

from besok.model import sitefile
from besok.model.errors import NotFound
from besok.services.usage import get_space_usage, get_together
from besok.store import sites
from besok.store.database import Database

DAY = datetime(2026, 3, 2, 3, tzinfo=UTC)  # 04:00 there
NEXT = DAY + timedelta(days=1)
ROOMS = HOUSE.replace(
    'name = { sv = "Hall", en = "Hall" }',
    'name = { sv = "Hall", en = "Hall" }\ncapacity = 50\nseats = 20\n'
    '[[sites.spaces]]\nid = "attic"\nname = { sv = "Vind", en = "Attic" }\ncapacity = 30',
).replace('monday = "always"', 'monday = "10:00-18:00"')


@pytest.fixture
def house(db: Database) -> Database:
    """A Monday on which 100 come by the front at 12 and leave by the back at 13, and who was inside each quarter."""
    sites.apply(db, sitefile.parse(ROOMS))
    noon = 0.0  # minutes after noon in UTC, an hour later there
    for device in ("front", "back"):
        covered = [reading(15 * n + 15 - 540, 0, "in", period_s=900, device=device) for n in range(96)]
        put(db, *covered)
    put(db, reading(noon + 15, 100, "in", period_s=900))
    put(db, reading(noon + 75, 98, "in", period_s=900, device="back"))  # hung the wrong way round
    rows = [
        (slug, DAY + timedelta(minutes=15 * n), *_inside(slug, n))
        for slug in ("lib", "hall", "attic")
        for n in range(96)
    ]
    with db.transaction() as conn:
        conn.cursor().executemany(
            "insert into occupancy_bucket (space_id, bucket, people, lower, upper, peak, peak_lower, peak_upper, basis)"
            " select space_id, %s, %s, %s, %s, %s, %s, %s, 'doors' from space where slug = %s",
            [
                (bucket, people, lower, upper, peak, lower, upper, slug)
                for slug, bucket, people, lower, upper, peak in rows
            ],
        )
    return db


def _inside(slug: str, quarter: int) -> tuple[float, float, float, float]:
    """People, interval and peak: four quarters from noon on in the hall; the attic is full when the hall is not."""
    people = (
        100.0
        if slug != "attic" and 36 <= quarter < 40
        else 25.0
        if slug == "attic" and 44 <= quarter < 48
        else 0.0
    )
    return people, 0.9 * people, 1.1 * people, people * 1.2


def test_a_day_of_a_space(house: Database) -> None:
    (hall,) = get_space_usage(house, "lib", DAY.date(), DAY.date(), now=NEXT, space="hall")
    found = hall.usage
    assert (hall.seats, hall.capacity, found.stay_days, found.stay_method) == (20, 50, 1, "doors")
    assert found.stay_minutes and found.stay_minutes.value == pytest.approx(60)
    assert (found.open_hours, found.coverage, found.flow_coverage) == (8, 1, 1)
    assert found.people and found.people.value == pytest.approx(100 / 8)
    assert found.people.lower < 12.5 < found.people.upper
    assert found.came and found.came.value == 100
    assert found.per_seat_hour and found.per_seat_hour.value == pytest.approx(100 / 20 / 8)
    assert found.seats_taken and found.seats_taken.value == pytest.approx(100 / 8 / 20)
    assert found.peak and (found.peak.value, found.peak.lower) == (pytest.approx(120), pytest.approx(90))
    assert found.peak_at == DAY + timedelta(hours=9)
    assert found.utilisation_peak and found.utilisation_peak.value == pytest.approx(120 / 50)


def test_spaces_without_doors_and_days_to_come(house: Database) -> None:
    every = {s.space: s.usage for s in get_space_usage(house, "lib", DAY.date(), NEXT.date(), now=NEXT)}
    assert list(every) == ["lib", "hall", "attic"]
    assert every["attic"].stay_reason == "no_flows" and every["attic"].peak
    assert every["lib"].stay_minutes == every["hall"].stay_minutes
    assert (
        every["lib"].seats_taken == every["hall"].seats_taken
    )  # the only seats of the house are in the hall
    assert every["hall"].last == DAY.date()  # the next has not begun
    assert get_space_usage(house, "lib", NEXT.date(), NEXT.date(), now=NEXT) == []
    with pytest.raises(NotFound):
        get_space_usage(house, "lib", DAY.date(), DAY.date(), now=NEXT, space="cellar")


def test_a_day_under_way_tells_no_stay_but_how_full_it_was(house: Database) -> None:
    now = DAY + timedelta(hours=9)  # noon
    (hall,) = get_space_usage(house, "lib", DAY.date(), DAY.date(), now=now, space="hall")
    assert (hall.usage.stay_reason, hall.usage.open_hours, hall.usage.coverage) == ("running", 3, 1)


def test_spaces_together_have_the_peak_of_their_sum(house: Database) -> None:
    found = get_together(house, "lib", ["hall", "attic"], DAY.date(), DAY.date(), now=NEXT)
    assert (found.peak, found.peak_at, found.capacity, found.coverage) == (
        100,
        DAY + timedelta(hours=9),
        80,
        1,
    )
    assert found.utilisation_peak == pytest.approx(100 / 80)
    with pytest.raises(ValueError, match="lies in lib"):
        get_together(house, "lib", ["lib", "hall"], DAY.date(), DAY.date(), now=NEXT)
    with pytest.raises(NotFound):
        get_together(house, "lib", ["cellar"], DAY.date(), DAY.date(), now=NEXT)
