"""Retention: what is older than its setting goes, every figure stays, and no day without readings becomes wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from typer.testing import Result

from besok.model.errors import SettingsError, StoreRefused
from besok.model.personal import ERASED
from besok.model.readings import Flag, Message, Reading, Withheld
from besok.model.settings import Settings, load
from besok.services.annual import compute_annual
from besok.services.calibration import get_calibration
from besok.store import audit, rollup, voids
from besok.store.database import Database
from besok.store.quarantine_decisions import Chosen, decide, groups, undo
from besok.store.retention import KINDS, expire_readings
from besok.store.write import Batch, Incoming, Rejection, Written, write
from jobs import retention as nightly
from tests.databases import FreshUrl, execute
from tests.store.counted import build

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
CUT = datetime(2026, 3, 5, tzinfo=UTC)  # readings before it go
QUARTER = timedelta(minutes=15)
Table = list[tuple[Any, ...]]


def said(
    time: datetime,
    value: float,
    metric: str = "in",
    *,
    device: str = "front",
    period_s: float = 900,
    flags: Flag = Flag.NONE,
) -> Incoming:
    period_s = period_s if metric in ("in", "out") else 0
    reading = Reading(
        source="native", device=f"lib/{device}", channel="flow:1", metric=metric, value=value, time=time,
        period_s=period_s, flags=flags,
    )  # fmt: skip
    return Incoming(reading=reading, received=time + timedelta(seconds=5))


@pytest.fixture
def house(db: Database) -> Database:
    """A door with deltas and one with running totals, eight hours a day, from Monday to Saturday."""
    build(db)
    hours = [START + timedelta(days=day) + n * QUARTER for day in range(6) for n in range(1, 33)]
    write(db, Batch(readings=[said(t, 2) for t in hours]))
    write(db, Batch(readings=[said(t, 3.0 * n, "in_total", device="back") for n, t in enumerate(hours)]))
    return db


def settle(db: Database) -> None:
    """As the jobs leave it when every day is estimated."""
    execute(db, "delete from dirty_day")


def figures(db: Database) -> tuple[Table, Table]:
    """Every day, and every quarter of an hour."""
    days = execute(db, "select * from flow_day order by portal_id, day")
    return days, execute(db, "select * from flow_bucket order by channel_id, bucket")


def times(db: Database, device: str = "front") -> list[datetime]:
    found = execute(
        db,
        "select time from reading join channel using (channel_id) join device using (device_id)"
        " where external_id = %s order by time",
        (f"lib/{device}",),
    )
    return [row[0] for row in found]


@pytest.fixture
def expired(house: Database) -> Database:
    settle(house)
    expire_readings(house, CUT + timedelta(hours=7))
    return house


def test_readings_go_and_every_figure_stays(house: Database) -> None:
    before = figures(house)
    settle(house)
    expire_readings(house, CUT + timedelta(hours=7))  # whole days only
    assert min(times(house)) == CUT + timedelta(hours=8, minutes=15)
    kept = times(house, "back")
    assert kept[:2] == [CUT - timedelta(hours=8), CUT + timedelta(hours=8, minutes=15)], (
        "the last total stays"
    )
    assert figures(house) == before
    expire_readings(house, CUT)
    assert (figures(house), times(house, "back")) == (before, kept), "again changes nothing"


def recompute_all(db: Database) -> None:
    with db.transaction() as conn:
        channels = [row[0] for row in conn.execute("select channel_id from channel")]
        span = START - timedelta(days=9), NOW
        rollup.recompute_ranges(conn, [rollup.Range(c, *span) for c in channels])
        for (site_id,) in conn.execute("select site_id from site").fetchall():
            rollup.rebuild_days(conn, site_id)


def test_no_recomputation_turns_a_day_without_readings_into_zero(expired: Database) -> None:
    before = figures(expired)
    recompute_all(expired)
    assert figures(expired) == before
    write(expired, Batch(readings=[said(CUT + timedelta(hours=8), 5)]))  # of the first day that is kept
    after = figures(expired)
    assert [row for row in after[0] if row[2] < CUT.date()] == [
        row for row in before[0] if row[2] < CUT.date()
    ]
    assert sum(row[3] for row in after[0]) == sum(row[3] for row in before[0]) + 5


def test_what_comes_late_of_that_time_is_withheld_and_cannot_be_released(expired: Database) -> None:
    before = figures(expired)
    late = [
        said(START + timedelta(minutes=15), 9),  # instead of one that was there
        said(START + timedelta(hours=14), 9),  # of a time of which nothing was
        said(CUT + timedelta(minutes=5), 9),  # that began before
        said(START + timedelta(hours=14), 9_999, "in_total", device="back"),
        said(START + timedelta(hours=14), 9, "out", flags=Flag.SIMULATED),
    ]
    assert write(expired, Batch(readings=late)) == Written(withheld=5)
    assert figures(expired) == before
    assert {group.cause for group in groups(expired, "lib")} == {Withheld.LATE}
    with pytest.raises(StoreRefused, match="lib/front from before 2026-03-05 are deleted"):
        decide(expired, "released", Chosen(device="lib/front"), author="Kim", now=NOW)
    assert figures(expired) == before
    decide(expired, "dropped", Chosen(device="lib/front"), author="Kim", now=NOW)


def test_parts_without_readings_are_dropped_and_made_again_when_needed(house: Database) -> None:
    long_ago = START - timedelta(days=90)
    write(house, Batch(readings=[said(long_ago + n * QUARTER, 1) for n in range(4)]))
    before = figures(house)
    nightly.order(house, NOW)
    assert len(parts(house)) == 2, "both have readings"
    settle(house)
    expire_readings(house, CUT)
    nightly.order(house, NOW)
    (part,) = parts(house)
    assert part <= CUT - timedelta(days=1), "the one with the days that are kept"
    assert (figures(house), min(times(house)).date()) == (before, CUT.date())
    new = said(long_ago, 1, device="new")  # it was never heard before, so nothing of that time is deleted
    write(house, Batch(readings=[new]))
    nightly.order(house, NOW)
    assert times(house, "new") == [long_ago]


def test_a_part_that_somebody_reads_is_dropped_another_night(fresh_url: FreshUrl) -> None:
    with fresh_url() as url, Database(url) as db, psycopg.connect(url) as reader:
        build(db)
        write(db, Batch(readings=[said(START + n * QUARTER, 1) for n in range(4)]))
        execute(db, "delete from reading")
        reader.execute("select count(*) from reading")
        nightly.order(db, NOW)
        assert len(parts(db)) == 1
        reader.rollback()
        nightly.order(db, NOW)
        assert parts(db) == []


def parts(db: Database) -> list[datetime]:
    """When each part of the table of readings begins."""
    query = (
        "select range_start from timescaledb_information.chunks where hypertable_name = 'reading' order by 1"
    )
    return [begin for (begin,) in execute(db, query)]


def test_corrections_of_that_time_are_refused_with_the_reason(house: Database) -> None:
    front = voids.find(house, "lib/front")
    number = voids.add(house, front, START, START + timedelta(hours=1), reason="x", author="Kim", now=NOW)
    flood = [said(START + timedelta(hours=9), 9_000, period_s=60)]
    assert write(house, Batch(readings=flood)).withheld == 1
    decision, _ = decide(house, "released", Chosen(device="lib/front"), author="Kim", now=NOW)
    settle(house)
    expire_readings(house, CUT)
    before = figures(house)
    gone = "are deleted \\(BESOK_READINGS_DAYS\\)"
    refused: list[Callable[[], object]] = [
        lambda: voids.add(house, front, START, CUT + timedelta(days=1), reason="x", author="Kim", now=NOW),
        lambda: voids.undo(house, number, reason="x", author="Kim", now=NOW),
        lambda: undo(house, decision, author="Kim", now=NOW),
    ]
    for attempt in refused:
        with pytest.raises(StoreRefused, match=gone):
            attempt()
        assert figures(house) == before
    later = voids.add(house, front, CUT, CUT + timedelta(days=1), reason="x", author="Kim", now=NOW)
    assert [row for row in figures(house)[0] if row[2] < CUT.date()] == [
        row for row in before[0] if row[2] < CUT.date()
    ]
    voids.undo(house, later, reason="x", author="Kim", now=NOW)
    assert figures(house) == before


def test_days_that_are_not_estimated_yet_keep_their_readings(house: Database) -> None:
    first = min(times(house))
    expire_readings(house, NOW)
    assert min(times(house)) == first, "every day waits to be estimated"
    settle(house)
    execute(house, "insert into dirty_day select site_id, '2026-03-04' from site")
    expire_readings(house, NOW)
    assert min(times(house)).date() == (CUT - timedelta(days=1)).date()
    settle(house)
    # minutes are estimated from readings
    execute(
        house,
        "insert into occupancy_minute (space_id, time) select min(space_id), '2026-03-06 10:00+00' from space",
    )
    expire_readings(house, NOW)
    assert min(times(house)).date() == (CUT + timedelta(days=1)).date()


def test_the_year_is_reported_as_before_and_cannot_be_verified(house: Database) -> None:
    today = NOW.date()
    before = compute_annual(house, "lib", 2026, today)
    settle(house)
    expire_readings(house, CUT)
    after = compute_annual(house, "lib", 2026, today)
    told = [replace(r, doors=tuple(replace(d, sensors=()) for d in r.doors)) for r in (before, after)]
    assert told[0] == told[1], "all but what the sensors sent is as it was"
    (first, *_), (was, *_) = ([s for d in r.doors for s in d.sensors] for r in (after, before))
    assert (first.readings, was.readings, first.expired, was.expired) == (3 * 32, 6 * 32, CUT, None)
    assert first.first is not None and first.first < CUT, "its quarters tell when it began"
    with pytest.raises(StoreRefused, match="lib from before 2026-03-05 are deleted"):
        compute_annual(house, "lib", 2026, today, verify=True)


def test_a_validation_count_of_that_time_says_nothing_of_the_sensor(house: Database) -> None:
    execute(house, "update device set interval_s = 900")
    execute(
        house,
        "insert into manual_count (count_id, portal_id, counted_by, begins, ends, clock_ahead_s, received, digest)"
        " select gen_random_uuid(), portal_id, 'Kim', t, t + interval '1 hour', 0, t, 'd' from portal,"
        " unnest(%s::timestamptz[]) t where slug = 'front'",
        ([START + timedelta(hours=2), START + timedelta(days=4, hours=2)],),
    )
    settle(house)
    expire_readings(house, CUT)
    found = get_calibration(house, "lib", NOW).counts
    assert [c.compared.problem for c in found] == [None, "expired"]
    assert [c.used for c in found] == [True, False]


def test_a_device_that_never_sent_before_may_send_of_any_time(expired: Database) -> None:
    assert write(expired, Batch(readings=[said(START, 4, device="new")])) == Written(readings=1)
    assert [row[2] for row in figures(expired)[1]].count(4) == 1


def test_each_kind_goes_when_its_setting_says(house: Database) -> None:
    execute(
        house,
        "insert into headcount (headcount_id, space_id, time, people, counted_by, entered_at, digest)"
        " select gen_random_uuid(), space_id, now(), 4, 'Kim', t, 'd' from space,"
        " unnest(array[%s::timestamptz, %s]) t where slug = 'hall'",
        (NOW - timedelta(days=400), NOW - timedelta(days=300)),
    )
    execute(
        house,
        "insert into audit (at, actor, action, subject) values (%s, 'Kim', 'count', 'x')",
        (NOW - timedelta(days=400),),
    )
    for age in (91, 89):
        message = Message(topic=str(age), payload=b"", received=NOW - timedelta(days=age))
        write(house, Batch(rejections=[Rejection(message=message, reason="no")]))
    kept = Settings(author_months=12, audit_days=30 * 13)
    for kind in KINDS:
        if before := kind.before(kept, NOW):
            assert kind.held(house, before)[0] <= 1
            kind.delete(house, before)
            assert kind.held(house, before)[0] == 0
    assert execute(house, "select topic from rejected") == [("89",)]
    assert sorted(execute(house, "select counted_by from headcount")) == [("Kim",), (ERASED,)]
    assert [e for e in audit.entries(house, limit=9) if e.actor == "Kim"] == []
    assert len(times(house)) == 6 * 32, "readings are kept unless somebody decides otherwise"


def test_nobody_deletes_the_audit_of_the_last_year(house: Database) -> None:
    kept = len(audit.entries(house, limit=99))
    execute(house, "select delete_audit(now() + interval '1 day')")
    assert len(audit.entries(house, limit=99)) == kept > 0


@pytest.mark.parametrize(
    "name", ["MINUTE_DAYS", "REJECTED_DAYS", "READINGS_DAYS", "COMPRESS_DAYS", "AUTHOR_MONTHS", "AUDIT_DAYS"]
)
def test_less_than_nothing_is_not_taken_for_all(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"BESOK_{name}", "-1")
    with pytest.raises(SettingsError, match=f"BESOK_{name}: .*write 0 for no limit"):
        load()


def test_months_are_bounded_by_what_a_date_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BESOK_AUTHOR_MONTHS", "1201")
    with pytest.raises(SettingsError, match="BESOK_AUTHOR_MONTHS"):
        load()
    monkeypatch.setenv("BESOK_AUTHOR_MONTHS", "1200")
    assert all((before := kind.before(load(), NOW)) is None or before <= NOW for kind in KINDS)


@pytest.mark.parametrize(("name", "days"), [("READINGS", "30"), ("AUDIT", "364")])
def test_too_short_a_time_is_refused(name: str, days: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"BESOK_{name}_DAYS", days)
    with pytest.raises(SettingsError, match=f"BESOK_{name}_DAYS.*0 to keep them for ever"):
        load()


def test_readings_cannot_go_before_the_minutes_made_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BESOK_READINGS_DAYS", "100")
    for days in ("0", "100"):
        monkeypatch.setenv("BESOK_MINUTE_DAYS", days)
        with pytest.raises(SettingsError, match=r"BESOK_READINGS_DAYS.*shorten BESOK_MINUTE_DAYS"):
            load()


def test_the_command_and_the_nightly_job_do_the_same(
    house: Database, command: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(house)
    monkeypatch.setenv("BESOK_READINGS_DAYS", "100")
    shown = command("privacy", "retention", "--dry-run")
    assert shown.exit_code == 0, shown.output
    assert "single readings (BESOK_READINGS_DAYS): 384 rows from before" in shown.output
    assert (
        "the first of 2026-03-02" in shown.output
        and "the audit (BESOK_AUDIT_DAYS): kept for ever" in shown.output
    )
    asked = command("privacy", "retention")
    assert asked.exit_code == 1 and "--yes" in str(asked.exception), (
        "it deletes nothing that nobody confirmed"
    )
    assert len(times(house)) == 6 * 32
    nightly.run(house, datetime(2027, 1, 1, 1, tzinfo=UTC))
    assert (times(house), len(times(house, "back"))) == ([], 1)
    assert command("privacy", "retention", "--yes").exit_code == 0


def test_it_is_done_once_a_night(house: Database) -> None:
    midnight = NOW.replace(hour=0)
    assert sum(nightly.is_due(house, midnight + timedelta(hours=n)) for n in range(24)) == 1
