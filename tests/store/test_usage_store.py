"""Stays, turnover and peaks from what the tables hold: by business day, by open hours, in the doors' directions."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import psycopg
import pytest
from counted import HOUSE, NOON, put, reading

from besok.model import sitefile
from besok.model.calendar import opened_hours
from besok.model.errors import NotFound
from besok.services.series import get_heatmap
from besok.services.usage import get_space_usage, get_together
from besok.store import sites
from besok.store.database import Database
from besok.text import monthly_text
from besok.text.languages import speaking
from dashboard.components import space_usage
from jobs.usage import is_due, sum_up
from tests.databases import execute

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


WEEKS = 5
LAST = DAY.date() + timedelta(days=7 * WEEKS - 1)
ENDS = DAY + timedelta(days=7 * WEEKS, hours=-1)  # clocks are put forward on the way
AFTERWARDS = ENDS + timedelta(hours=2)


@pytest.fixture
def busy(db: Database) -> Database:
    """Weeks of chance: people through both doors, figures of spaces with gaps, days on which nothing was heard."""
    sites.apply(db, sitefile.parse(ROOMS), now=DAY - timedelta(days=1))
    with db.transaction() as conn, psycopg.ClientCursor(conn) as cur:
        cur.execute(CHANCE, {"first": DAY, "last": ENDS})
    execute(db, "delete from dirty_day")
    return db


CHANCE = """
select setseed(0.5);
insert into channel (device_id, key) select device_id, 'flow:1' from device on conflict do nothing;
insert into flow_bucket (channel_id, bucket, people_in, people_out, covered_s, imputed)
select channel_id, t, floor(9 * random()), floor(9 * random()), 900, 0
from generate_series(%(first)s::timestamptz, %(last)s::timestamptz - interval '1 second', interval '15 minutes') t
cross join channel where extract(day from t)::int %% 9 <> 4 and random() < 0.99;
insert into occupancy_bucket (space_id, bucket, people, lower, upper, peak, peak_lower, peak_upper, basis, final)
select space_id, t, n, n * 0.9, n * 1.1, n + 3, n, n + 5, case when random() < 0.5 then 'doors' else 'people' end, true
from generate_series(%(first)s::timestamptz, %(last)s::timestamptz - interval '1 second', interval '15 minutes') t
cross join space cross join lateral (select floor(20 * random()) as n) one
where extract(day from t)::int %% 9 <> 5 and random() < 0.97;
"""


def _summed_up(db: Database) -> set[date]:
    return {day for (day,) in execute(db, "select day from usage_day")}


def _asked(chance: Random) -> dict[str, Any]:
    first, last = sorted(DAY.date() + timedelta(days=chance.randrange(-9, 7 * WEEKS + 9)) for _ in range(2))
    return {"first": first, "last": last, "space": chance.choice((None, "lib", "hall", "attic"))}


def test_days_that_are_summed_up_tell_what_their_quarters_tell(busy: Database) -> None:
    chance = Random(20)
    ranges = [_asked(chance) for _ in range(12)]
    of_quarters = [get_space_usage(busy, "lib", **asked, now=AFTERWARDS) for asked in ranges]
    assert is_due(busy, AFTERWARDS)
    sum_up(busy, AFTERWARDS)
    assert len(_summed_up(busy)) == 7 * WEEKS and not is_due(busy, AFTERWARDS)
    execute(busy, "truncate flow_bucket, occupancy_bucket")
    for asked, answer in zip(ranges, of_quarters, strict=True):
        assert get_space_usage(busy, "lib", **asked, now=AFTERWARDS) == answer, asked


def test_a_day_that_changes_is_summed_up_again_and_no_other(busy: Database) -> None:
    sum_up(busy, AFTERWARDS)
    changed = LAST - timedelta(days=3)
    before = _versions(busy)
    late = (datetime.combine(changed, time(12), UTC) - NOON) / timedelta(minutes=1)
    put(busy, reading(late, 500, "in", period_s=60))
    assert _summed_up(busy) == {day for _, day in before} - {changed}
    (hall,) = get_space_usage(busy, "lib", changed, changed, now=AFTERWARDS, space="hall")
    assert hall.usage.came and hall.usage.came.value > 500, "of its quarters meanwhile"
    assert not is_due(busy, AFTERWARDS), "it is to be estimated first"
    execute(busy, "delete from dirty_day")
    sum_up(busy, AFTERWARDS)
    after = _versions(busy)
    assert {day for (room, day), place in after.items() if before[room, day] != place} == {changed}


def _versions(db: Database) -> dict[tuple[int, date], str]:
    """Return where the row of each space and day is: a row that is written again is elsewhere."""
    rows = execute(db, "select space_id, day, ctid::text from usage_day")
    return {(space_id, day): place for space_id, day, place in rows}


def test_a_presence_sensor_tells_how_long_and_not_how_many(house: Database) -> None:
    """A room that was occupied for half an hour of eight, beside one whose doors are counted."""
    execute(
        house,
        "update occupancy_bucket o set basis = 'presence', people = least(people, 0.5), lower = least(people, 0.5),"
        " upper = least(people, 0.5) from space z where z.space_id = o.space_id and z.slug = 'attic'",
        (),
    )
    found = {one.space: one for one in get_space_usage(house, "lib", DAY.date(), DAY.date(), now=NEXT)}
    assert {name: one.by_presence for name, one in found.items()} == {
        "lib": False,
        "hall": False,
        "attic": True,
    }
    with speaking("en"):
        _title, rooms = monthly_text.rooms(list(found.values()), "Europe/Stockholm")
        assert "Attic: occupied in 6\u00a0% of the open hours." in rooms
        shown = str(space_usage.section(found["attic"], "Europe/Stockholm"))
        assert "Time occupied" in shown and "Peak" not in shown


def test_closed_hours_are_no_part_of_the_usual_week(house: Database) -> None:
    day, open_hours = DAY.date(), {(0, hour) for hour in range(10, 18)}
    cells = get_heatmap(house, "lib", "hall", day, day)
    assert {(cell.weekday, cell.hour) for cell in cells} == open_hours
    assert opened_hours(day, day, sites.load(house, "lib")) == open_hours
    execute(house, "update occupancy_bucket set people = 5 where bucket = %s", (DAY,))
    late = {(cell.weekday, cell.hour) for cell in get_heatmap(house, "lib", "hall", day, day)}
    assert late == open_hours | {(0, 4)}  # who is in all the same is told
