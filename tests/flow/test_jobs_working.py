"""The worker running: readings in, occupancy out; late data, restarts, two workers, a lost database."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import psycopg
import pytest
from servers import working

from besok.analytics.occupancy import NOTHING
from besok.model import calendar
from besok.model.readings import Reading
from besok.model.site import Site
from besok.model.sitefile import parse
from besok.services.condition import get_troubles
from besok.store import occupancy, sites
from besok.store.backfill import Run
from besok.store.database import Database
from besok.store.heartbeats import beats
from besok.store.write import Batch, Incoming, write
from jobs import work
from jobs.inbox import Changes
from jobs.metrics import State
from tests.at_work import on, running, taking_turns
from tests.patience import wait_for
from tests.sitetext import door, sensor, site, space

# The business day begins twelve hours away, so that these tests never meet its boundary.
DAY_START = (datetime.now(ZoneInfo("Europe/Stockholm")).hour + 12) % 24

HOUSE = "".join(
    (
        site("house", ("Huset", "The house"), more=f'day_start = "{DAY_START:02}:00"'),
        space("lobby", ("Foajé", "Lobby")), space("room", ("Rum", "Room")), space("nook", ("Vrå", "Nook")),
        door("entrance", ("Entré", "Entrance"), "lobby"), door("door", ("Dörr", "Door"), "room", "lobby"),
        sensor("entrance"), sensor("door", more="swapped = true"), sensor("nook", 'space = "nook"'),
    )
)  # fmt: skip


@pytest.fixture
def house(db: Database) -> Site:
    site_file = parse(HOUSE)
    sites.apply(db, site_file)
    return site_file.sites[0]


def put(
    db: Database,
    time: datetime,
    metric: str,
    value: float,
    device: str = "entrance",
    period_s: float = 60,
    place: str = "house",
) -> None:
    channel = "level:1" if device == "nook" else "flow:1"
    flow = metric in ("in", "out")
    reading = Reading(
        source="native", device=f"{place}/{device}", channel=channel, metric=metric, value=value, time=time,
        period_s=period_s if flow else 0,
    )  # fmt: skip
    write(db, Batch(readings=[Incoming(reading=reading, received=time)]))


def now_people(url: str) -> dict[str, float]:
    """Who was counted in and out of each space in the last minute's figure; where no door leads in, who was seen."""
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            "select distinct on (slug) slug, coalesce(raw, people) from occupancy_minute join space using (space_id)"
            " where people is not null order by slug, time desc"
        ).fetchall()
    return dict(rows)


def quarters(url: str, space: str = "house") -> dict[datetime, float]:
    """Who was counted in and out of a space, on the mean of each quarter."""
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            "select bucket, raw from occupancy_bucket join space using (space_id) where slug = %s order by 1",
            (space,),
        ).fetchall()
    return dict(rows)


def test_a_reading_becomes_occupancy_and_again_when_the_site_changes(
    db: Database, database_url: str, house: Site
) -> None:
    now = datetime.now(UTC)
    put(db, now - timedelta(minutes=1), "out", 0, "door")  # beside a door that never sent there is no figure
    with working(database_url):
        put(db, now, "in", 5)
        wait_for(lambda: now_people(database_url) == {"house": 5, "lobby": 5, "room": 0})
        put(db, now, "out", 2, "door")  # its sensor hangs the wrong way round
        wait_for(lambda: now_people(database_url) == {"house": 5, "lobby": 3, "room": 2})
        put(db, now, "occupied", 1, "nook")
        wait_for(lambda: now_people(database_url).get("nook", 0) > 0.5)
        put(db, now, "in", 7)  # a correction
        wait_for(lambda: now_people(database_url).items() >= {"house": 7, "lobby": 5, "room": 2}.items())
        (beat,) = wait_for(lambda: beats(db))  # type: ignore[misc]
        assert beat.name == "jobs"
        sites.apply(
            db, parse(HOUSE.replace('outer = "lobby"\ninner = "room"', 'outer = "room"\ninner = "lobby"'))
        )
        wait_for(lambda: now_people(database_url).items() >= {"house": 7, "lobby": 9, "room": -2}.items())


def test_readings_of_long_periods_and_totals_count_too(db: Database, database_url: str, house: Site) -> None:
    begins, _ = calendar.day_bounds(calendar.business_day(datetime.now(UTC), house), house)
    put(db, begins + timedelta(seconds=600), "in", 20, period_s=600)
    put(db, begins, "in_total", 100, "door")
    put(db, begins + timedelta(seconds=300), "out_total", 50, "door")
    put(db, begins + timedelta(seconds=300), "in_total", 101, "door")
    put(db, begins + timedelta(seconds=310), "out_total", 54, "door")
    with working(database_url):
        wait_for(lambda: quarters(database_url))
    with psycopg.connect(database_url) as conn:
        rows = conn.execute(
            "select slug, array_agg(raw order by time) from occupancy_minute join space using (space_id)"
            " where time < %s group by 1",
            (begins + timedelta(minutes=10),),
        ).fetchall()
    minutes = dict(rows)
    assert minutes["house"][:10] == [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]
    assert minutes["room"][-1] == 3  # swapped: 4 went in, 1 went out


def test_a_day_ends_where_the_next_begins_and_late_data_changes_it(
    db: Database, database_url: str, house: Site
) -> None:
    yesterday = calendar.business_day(datetime.now(UTC), house) - timedelta(days=1)
    begins, _ = calendar.day_bounds(yesterday, house)
    noon = begins + timedelta(hours=8)
    put(db, noon + timedelta(minutes=15), "in", 6, period_s=900)
    with working(database_url):
        wait_for(lambda: quarters(database_url).get(noon) == 3)
        wait_for(lambda: quarters(database_url).get(noon + timedelta(minutes=15)) == 6)
        put(db, noon + timedelta(minutes=15), "out", 4, period_s=900)  # late
        wait_for(lambda: quarters(database_url).get(noon) == 1)
        assert max(quarters(database_url)) == noon + timedelta(hours=1)  # silent since: not known, not zero


def test_a_restart_loses_nothing(db: Database, database_url: str, house: Site) -> None:
    now = datetime.now(UTC)
    with working(database_url):
        put(db, now, "in", 5)
        wait_for(lambda: now_people(database_url).get("house") == 5)
    put(db, now, "out", 1)  # while nobody works
    long_ago = now - timedelta(days=400)
    put(db, long_ago, "in", 9)
    with working(database_url):
        wait_for(lambda: now_people(database_url).get("house") == 4)
        wait_for(lambda: 9 in quarters(database_url).values())


def test_a_second_worker_takes_over(
    db: Database, database_url: str, house: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "CLAIM_EVERY", timedelta(seconds=0.2))
    now = datetime.now(UTC)
    with working(database_url):
        with working(database_url):
            put(db, now, "in", 5)
            wait_for(lambda: now_people(database_url).get("house") == 5)
        put(db, now, "in", 6)
        wait_for(lambda: now_people(database_url).get("house") == 6)


def test_a_lost_connection_heals(db: Database, database_url: str, house: Site) -> None:
    now = datetime.now(UTC)
    with working(database_url):
        put(db, now, "in", 5)
        wait_for(lambda: now_people(database_url).get("house") == 5)
        with psycopg.connect(database_url, autocommit=True) as conn:
            conn.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and usename = current_user and pid <> pg_backend_pid()"
            )
        wait_for(lambda: _written(db, now))
        wait_for(lambda: now_people(database_url).get("house") == 8)


def _written(db: Database, now: datetime) -> bool:
    try:
        put(db, now, "in", 8)
    except Exception:  # its own connection was ended too
        return False
    return True


@pytest.mark.parametrize("unloadable", [False, True], ids=["it can be loaded", "not even loaded"])
def test_a_site_that_cannot_be_estimated_does_not_hold_up_the_others(
    db: Database, database_url: str, house: Site, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch, unloadable: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(work, "REST", timedelta(hours=1))  # it fails once, however long this takes
    dated = sensor("entrance", more="since = 2026-01-01") if unloadable else sensor("entrance")
    sites.apply(db, parse(HOUSE.replace('id = "house"', 'id = "ruin"').replace(sensor("entrance"), dated)))
    with psycopg.connect(database_url) as conn:
        conn.execute("update site set timezone = 'Nowhere/Land' where slug = 'ruin'")

    def failing() -> set[str]:
        troubles = get_troubles(db, datetime.now(UTC))
        return {one.name for one in troubles if one.kind == "job_failed"}

    with working(database_url):
        put(db, datetime.now(UTC), "in", 5)
        wait_for(lambda: now_people(database_url).get("house") == 5)
        wait_for(lambda: "estimate occupancy/ruin" in failing())
        if not unloadable:  # else whatever loads all sites may fail
            assert failing() <= {"estimate occupancy/ruin", "check the sensors", "make monthly reports"}
    told = [r.message for r in caplog.records if r.__dict__.get("action") == "site_failed"]
    assert told == ["ruin cannot be estimated; it is tried again in a minute"]


def test_a_turn_that_fails_is_said_and_tried_again(
    db: Database, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(database_url) as conn:
        conn.execute("alter table job_run drop constraint job_run_outcome_check")
        conn.execute("insert into job_run (duty, started, ended, outcome) values ('a', now(), now(), 'odd')")
    state = State()
    with running("jobs", partial(work.run, state=state), on(database_url)):
        wait_for(lambda: state.failures > 1)
        assert "Invalid enum value 'odd'" in str(state.problem(datetime.now(UTC)))
        with psycopg.connect(database_url) as conn:
            conn.execute("delete from job_run")
        wait_for(lambda: state.problem(datetime.now(UTC)) is None)
    (told,) = [r.message for r in caplog.records if r.__dict__.get("action") == "part_failed"]
    assert "Traceback" in told


def test_the_past_of_each_site_comes_in_its_turn(db: Database, database_url: str, house: Site) -> None:
    sites.apply(db, parse(HOUSE.replace('id = "house"', 'id = "annex"')))
    now = datetime.now(UTC)
    for days in range(100, 1300, 100):
        for place in ("house", "annex"):
            put(db, now - timedelta(days=days), "in", 5, place=place)

    def begun() -> set[str]:
        return {place for place in ("house", "annex") if quarters(database_url, place)}

    with taking_turns(db, database_url) as worker:
        worker.turn(Changes(), now)
        worker.turn(Changes(), now)
        assert worker.busy
    assert begun() == {"house", "annex"}


def finals(url: str) -> dict[tuple[str, bool], int]:
    """How many figures the house has by minute and by quarter: of days that are over (True) and that go on."""
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            "select 'minute', final, count(*)::int from occupancy_minute join space using (space_id)"
            " where slug = 'house' group by 2 union all"
            " select 'quarter', final, count(*)::int from occupancy_bucket join space using (space_id)"
            " where slug = 'house' group by 2"
        ).fetchall()
    return {(row[0], row[1]): row[2] for row in rows}


def test_a_day_is_computed_again_whole_when_it_is_over_also_if_nobody_worked_then(
    db: Database, database_url: str, house: Site
) -> None:
    day = calendar.business_day(datetime.now(UTC), house) - timedelta(days=3)
    ends = calendar.day_bounds(day, house)[1]
    put(db, ends - timedelta(minutes=30), "in", 5)
    with psycopg.connect(database_url) as conn:
        conn.execute("delete from dirty_day")  # as if they had come while the day went on

    def at(*times: datetime) -> None:
        """A worker that works at these times and is gone then."""
        with taking_turns(db, database_url) as worker:
            for now in times:
                worker.turn(Changes(), now)

    at(ends - timedelta(minutes=20))
    assert finals(database_url) == {("minute", False): 12, ("quarter", False): 2}
    at(ends - timedelta(minutes=1), ends + timedelta(seconds=1))
    assert finals(database_url) == {("minute", True): 31, ("quarter", True): 3}
    with psycopg.connect(database_url) as conn:
        conn.execute("update occupancy_bucket set final = false, raw = 77")
    at(ends + timedelta(days=2))
    assert finals(database_url) == {("minute", True): 31, ("quarter", True): 3}
    assert set(quarters(database_url).values()) != {77}


@pytest.mark.parametrize(("device", "metric"), [("entrance", "in"), ("nook", "people")])
def test_a_day_on_which_nobody_worked_is_computed_once_somebody_does(
    db: Database, database_url: str, house: Site, device: str, metric: str
) -> None:
    day = calendar.business_day(datetime.now(UTC), house) - timedelta(days=3)
    noon = calendar.day_bounds(day, house)[0] + timedelta(hours=8)
    put(db, noon, metric, 5, device)
    with psycopg.connect(database_url) as conn:
        conn.execute("delete from dirty_day")  # as if it had come while the day went on
    for days in (1, 2):
        with taking_turns(db, database_url) as worker:
            worker.turn(Changes(), noon + timedelta(days=days))
        with psycopg.connect(database_url) as conn:
            found = conn.execute("select count(*) from occupancy_bucket where final").fetchall()
            assert found[0][0], "no figure of the day"


def test_a_day_of_which_only_the_air_is_known_is_not_estimated_again_and_again(
    db: Database, database_url: str, house: Site
) -> None:
    day = calendar.business_day(datetime.now(UTC), house)
    begins = calendar.day_bounds(day, house)[0]
    put(db, begins - timedelta(days=2), "co2_ppm", 600, "nook")
    with db.transaction() as conn:
        conn.execute("delete from dirty_day")
        (site_id,) = conn.execute("select site_id from site").fetchone() or (0,)
        occupancy.mark_unfinished(conn, site_id, begins)
        assert conn.execute("select count(*) from dirty_day").fetchone() == (0,)


def test_a_clock_that_was_ahead_is_forgotten_when_it_is_put_right(
    db: Database, database_url: str, house: Site, caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime.now(UTC)
    put(db, now - timedelta(minutes=30), "in", 5)
    with taking_turns(db, database_url) as worker:
        for minutes in (0, 30 * 60, 0, 1, 2):
            moment = now + timedelta(minutes=minutes)
            worker.turn(Changes(), moment)
            while worker.busy:
                worker.turn(Changes(), moment)
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]
    (beat,) = beats(db)
    assert beat.heard < now + timedelta(minutes=3)
    with psycopg.connect(database_url) as conn:
        found = conn.execute(
            "select count(*) from occupancy_minute where time > %s", (now + timedelta(minutes=2),)
        )
        assert found.fetchone() == (0,)


def test_a_day_that_is_over_for_the_database_alone_goes_on(
    db: Database, database_url: str, house: Site
) -> None:
    """Where the worker's clock is behind: else what the worker estimates next would be there already."""
    day = calendar.business_day(datetime.now(UTC), house) - timedelta(days=3)
    ends = calendar.day_bounds(day, house)[1]
    put(db, ends - timedelta(minutes=30), "in", 5)  # marks the day
    with taking_turns(db, database_url) as worker:
        worker.turn(Changes(), ends - timedelta(minutes=20))
        worker.turn(Changes(), ends - timedelta(minutes=10))
        assert ("minute", True) not in finals(database_url)
        worker.turn(Changes(), ends + timedelta(seconds=1))
        worker.turn(Changes(), ends + timedelta(seconds=2))
    assert finals(database_url).keys() == {("minute", True), ("quarter", True)}


def test_the_past_of_a_site_waits_until_its_history_is_written(
    db: Database, database_url: str, house: Site
) -> None:
    now = datetime.now(UTC)
    put(db, now - timedelta(days=1), "in", 5)
    run = Run(digest="history", sites=["house"])
    run.advance(db, now.date())
    with taking_turns(db, database_url) as worker:
        worker.turn(Changes(), now)
        assert not worker.busy
        run.finish(db)
        worker.turn(Changes(), now + work.CLAIM_EVERY)
        assert worker.busy


def test_yesterday_is_read_again_when_it_is_estimated(db: Database, database_url: str, house: Site) -> None:
    """Who began to write before it was over marks nothing, and may be done when the next day has begun."""
    now = datetime.now(UTC)
    yesterday = calendar.business_day(now, house) - timedelta(days=1)
    put(db, calendar.day_bounds(yesterday, house)[0] + timedelta(hours=8), "in", 5)
    with taking_turns(db, database_url) as worker:
        worker._claim(now)
        worker._live(Changes(), now)  # it learns from yesterday
        with psycopg.connect(database_url) as conn:
            conn.execute("update flow_bucket set people_in = people_in + 2")
        assert worker._work_off_one(now)
    assert max(quarters(database_url).values()) == 7


def test_what_late_data_teaches_changes_the_day_under_way_soon_but_not_at_once(
    db: Database, database_url: str, house: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    put(db, now - timedelta(days=1), "in", 5)
    put(db, now, "in", 5)
    with taking_turns(db, database_url) as worker:

        def learnt() -> str:
            return worker._today["house"].learnt.to_json()

        worker.turn(Changes(), now)
        while worker.busy:
            worker.turn(Changes(), now)
        before = learnt()
        monkeypatch.setattr("jobs.learn.learn", lambda *_: replace(NOTHING, days=7))
        put(db, now - timedelta(days=1), "in", 25)  # late
        worker.turn(Changes(), now + timedelta(seconds=1))
        worker.turn(Changes(), now + timedelta(seconds=2))
        assert learnt() == before
        worker.turn(
            Changes(), now + timedelta(hours=1)
        )  # however long the first learning took on this machine
        assert learnt() == replace(NOTHING, days=7).to_json()
