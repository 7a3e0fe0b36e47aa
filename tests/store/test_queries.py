"""What the screens ask: sums, gaps that stay gaps, days of 23 and 25 hours, doors between two sites."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from besok.model import sitefile
from besok.model.errors import NotFound
from besok.model.readings import Message, Reading
from besok.model.views.devices import DeviceToday
from besok.services.condition import get_troubles
from besok.services.devices import (
    get_devices,
    get_devices_today,
    get_rejected,
    get_rejected_alike,
    get_silent_lines,
)
from besok.services.health import get_health
from besok.services.live import get_live
from besok.services.places import get_sites, get_spaces
from besok.services.progress import get_progress, get_so_far
from besok.services.series import get_flow_columns, get_flows, get_heatmap, get_occupancy
from besok.services.visits import get_visits
from besok.store import heartbeats, sites
from besok.store.database import Database
from besok.store.write import Batch, Incoming, Rejection, write
from besok.text.languages import speaking
from cli.terminal.devices import show_devices
from dashboard.address import Address
from dashboard.components import live_parts, sensor_table
from dashboard.pages import doors, sensors
from tests.databases import execute
from tests.readings import passed
from tests.sitetext import door, sensor, site, space
from tests.unit.on_the_way import texts

HERE = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 3, 4, 12, tzinfo=HERE)

TARGET = "[sites.target]\nbaseline_first = 2025-01-01\nbaseline_last = 2025-12-31\ndeadline = 2030-12-31\n"
SITES = "".join(
    (
        site(hours="08:00-20:00", more="capacity = 100"), TARGET, space("hall", ("Hall", "Hall"), "capacity = 40"),
        space("study", ("Läsrum", "Study")), door("front", ("Entré", "Front")),
        door("garden", ("Trädgårdsdörr", "Garden door"), outer="park/lawn"),
        door("study-door", ("Läsrumsdörr", "Study door"), "study", "hall", "counted = false"),
        sensor("front"), sensor("garden", more="swapped = true"),
        site("park", ("Parken", "Park"), kind="park"), space("lawn", ("Gräs", "Lawn")),
    )
)  # fmt: skip


@pytest.fixture
def placed(db: Database) -> Iterator[Database]:
    """A library and a park with a door between them."""
    sites.apply(db, sitefile.parse(SITES))
    yield db


def put(
    db: Database, device: str, when: datetime, people_in: float, people_out: float = 0, period_s: float = 60
) -> None:
    time = when.astimezone(UTC)
    write(db, Batch(readings=passed(f"lib/{device}", time, people_in, people_out, period_s=period_s)))


def test_sites_and_spaces_are_listed_root_first(placed: Database) -> None:
    assert [s.site for s in get_sites(placed)] == ["lib", "park"]
    assert [(s.space, s.parent) for s in get_spaces(placed, "lib")] == [
        ("lib", None),
        ("hall", "lib"),
        ("study", "lib"),
    ]


def test_what_does_not_exist_is_not_found(placed: Database) -> None:
    for ask in (
        lambda: get_spaces(placed, "nowhere"),
        lambda: get_live(placed, "nowhere", NOW),
        lambda: get_visits(placed, "nowhere", date(2026, 3, 1), date(2026, 3, 2)),
        lambda: get_flows(placed, "nowhere", NOW, NOW + timedelta(hours=1), "hour"),
        lambda: get_occupancy(placed, "lib", "attic", NOW, NOW + timedelta(hours=1), "hour"),
        lambda: get_progress(placed, "park", date(2026, 3, 4)),
    ):
        with pytest.raises(NotFound):
            ask()


def test_flows_by_quarter_keep_their_gaps(placed: Database) -> None:
    put(placed, "front", NOW + timedelta(minutes=1), 3, 1)
    put(placed, "front", NOW + timedelta(minutes=31), 2, 2, period_s=0)
    points = [
        p for p in get_flows(placed, "lib", NOW, NOW + timedelta(hours=1), "15min") if p.portal == "front"
    ]
    assert [(p.people_in, p.people_out) for p in points] == [(3, 1), (None, None), (2, 2), (None, None)]
    assert points[0].start == NOW
    assert points[0].coverage == pytest.approx(60 / 900)


def test_two_counters_at_a_door_add_up_and_share_its_coverage(db: Database) -> None:
    beside = sensor("beside", 'portal = "front"')
    doors = door("front", ("Entré", "Front")) + sensor("front") + beside
    sites.apply(db, sitefile.parse(site() + space("hall", ("Hall", "Hall")) + doors))
    put(db, "front", NOW + timedelta(minutes=5), 3, 1, period_s=300)
    put(db, "beside", NOW + timedelta(minutes=5), 2, 4, period_s=60)
    put(db, "beside", NOW + timedelta(minutes=65), 1, period_s=300)
    points = get_flows(db, "lib", NOW, NOW + timedelta(hours=3), "hour")
    assert [(p.people_in, p.people_out) for p in points] == [(5, 5), (1, 0), (None, None)]
    assert [p.coverage for p in points] == pytest.approx([180 / 3600, 300 / 3600, 0], abs=1e-6)


def test_flows_by_hour_and_day_add_up(placed: Database) -> None:
    for hour in range(4):
        put(placed, "front", NOW + timedelta(hours=hour, minutes=5), hour, 1)
    by_hour = [
        p for p in get_flows(placed, "lib", NOW, NOW + timedelta(hours=4), "hour") if p.portal == "front"
    ]
    assert [p.people_in for p in by_hour] == [0, 1, 2, 3]
    library = sites.load(placed, "lib")
    for end, step in ((4, "hour"), (24, "day"), (1, "day")):  # no day begins within an hour
        asked = (placed, library, NOW, NOW + timedelta(hours=end), step)
        columns = get_flow_columns(*asked)
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        assert rows == [asdict(point) for point in get_flows(*asked)]
    start = datetime(2026, 3, 1, 4, tzinfo=HERE)
    by_day = [
        p for p in get_flows(placed, "lib", start, start + timedelta(days=7), "day") if p.portal == "front"
    ]
    assert [p.people_in for p in by_day] == [None, None, None, 6, None, None, None]
    assert by_day[3].start == datetime(2026, 3, 4, 4, tzinfo=HERE)
    (week,) = [
        p for p in get_flows(placed, "lib", NOW, NOW + timedelta(days=1), "week") if p.portal == "front"
    ]
    assert week.people_in is None  # the day of NOW began before NOW, so it is not within the range


def test_a_door_between_two_sites_counts_for_both(placed: Database) -> None:
    put(placed, "garden", NOW, people_in=2, people_out=5)  # hung the wrong way round: swapped
    day = NOW.date()
    assert get_visits(placed, "lib", day, day)[0].gross == 5
    assert get_visits(placed, "park", day, day)[0].gross == 2
    (point,) = get_flows(placed, "park", NOW - timedelta(minutes=15), NOW, "15min")
    assert (point.portal, point.people_in, point.people_out) == ("lib/garden", 5, 2)


def test_visits_are_of_business_days_and_missing_is_not_zero(placed: Database) -> None:
    put(placed, "front", datetime(2026, 3, 5, 3, 59, tzinfo=HERE), 7)  # still the evening of the 4th
    put(placed, "front", datetime(2026, 3, 5, 4, 1, tzinfo=HERE), 0)
    points = get_visits(placed, "lib", date(2026, 3, 3), date(2026, 3, 5))
    assert [p.gross for p in points] == [None, 7, 0]
    assert points[0].coverage == 0
    assert points[1].coverage == pytest.approx(60 / 86400 / 2)  # one of two doors
    (march,) = get_visits(placed, "lib", date(2026, 3, 1), date(2026, 3, 31), "month")
    assert (march.day, march.gross) == (date(2026, 3, 1), 7)


def occupancy(db: Database, rows: list[tuple[str, datetime, float | None]]) -> None:
    with db.transaction() as conn:
        for space, bucket, people in rows:
            conn.execute(
                "insert into occupancy_bucket"
                " (space_id, bucket, people, lower, upper, raw, peak, peak_lower, peak_upper, basis, reason, final)"
                " select space_id, %(t)s, %(n)s, %(n)s - 2, %(n)s + 3, %(n)s, %(n)s + 1, %(n)s - 1, %(n)s + 4, 'doors',"
                " case when %(n)s < 20 then 'drift' end, %(n)s < 25 from space where slug = %(space)s",
                {"t": bucket, "n": people, "space": space},
            )


def test_occupancy_and_heatmap(placed: Database) -> None:
    rows = [("hall", NOW + timedelta(minutes=15 * k), 10.0 * k) for k in range(4)]
    occupancy(placed, [*rows, ("hall", NOW - timedelta(days=7), 20.0)])
    points = get_occupancy(placed, "lib", "hall", NOW, NOW + timedelta(hours=2), "hour")
    assert [(p.people, p.lower, p.upper, p.raw) for p in points] == [
        (15, 13, 18, 15),
        (None, None, None, None),
    ]
    assert [(p.peak, p.peak_lower, p.peak_upper) for p in points] == [(31, 29, 34), (None, None, None)]
    assert [(p.basis, p.reason, p.final) for p in points] == [("doors", "drift", False), (None, None, False)]
    (day,) = get_occupancy(placed, "lib", "hall", NOW - timedelta(hours=8), NOW, "day")
    assert (day.peak, day.peak_lower, day.lower, day.final) == (31, 29, 13, False)
    quarters = get_occupancy(placed, "lib", "hall", NOW, NOW + timedelta(hours=1), "15min")
    assert [p.final for p in quarters] == [True, True, True, False]
    (cell,) = get_heatmap(placed, "lib", "hall", date(2026, 2, 1), date(2026, 3, 31))
    assert (cell.weekday, cell.hour, cell.days) == (2, 12, 2)
    assert cell.people == pytest.approx((15 + 20) / 2)  # the mean of two days
    assert (cell.lower, cell.upper) == (pytest.approx(13.5), pytest.approx(22.5))  # eight days of ten


def in_the_hall(db: Database, minute: datetime) -> None:
    """A live figure of the hall."""
    execute(
        db,
        "insert into occupancy_minute (space_id, time, people, lower, upper, raw, basis)"
        " select space_id, %s, 30, 28, 33, 3, 'doors' from space where slug = 'hall'",
        (minute,),
    )


def test_live_tells_what_is_not_known(placed: Database) -> None:
    put(placed, "front", NOW - timedelta(minutes=1), 4, 1)
    put(placed, "garden", NOW - timedelta(minutes=1), 0)
    in_the_hall(placed, NOW - timedelta(minutes=1))
    live = get_live(placed, "lib", NOW)
    root, hall, study = live.spaces
    assert (root.people, root.reason, root.freshness) == (None, "no_data", "none")
    assert (hall.people, hall.lower, hall.upper, hall.level, hall.freshness) == (
        30,
        28,
        33,
        "moderate",
        "live",
    )
    assert (study.people, study.reason) == (None, "no_sensor")
    assert (live.visits_today, live.visits_last_week) == (4, None)
    assert (live.is_open, live.open_until) == (True, datetime(2026, 3, 4, 20, tzinfo=HERE))
    assert hall.time == NOW - timedelta(minutes=1)
    assert get_live(placed, "lib", NOW + timedelta(minutes=10)).spaces[1].freshness == "stale"
    at_night = get_live(placed, "lib", NOW + timedelta(hours=10))
    assert (at_night.is_open, at_night.open_until) == (False, None)
    assert at_night.opens_at == datetime(2026, 3, 5, 8, tzinfo=HERE)


def test_a_figure_is_as_old_as_its_estimate_however_lively_the_sensors_are(placed: Database) -> None:
    in_the_hall(placed, NOW - timedelta(minutes=6, seconds=1))  # the jobs have not worked since
    for device in ("front", "garden"):
        put(placed, device, NOW, 1)
    assert get_live(placed, "lib", NOW).spaces[1].freshness == "stale"
    in_the_hall(placed, NOW - timedelta(minutes=3, seconds=31))
    assert get_live(placed, "lib", NOW).spaces[1].freshness == "late"
    in_the_hall(placed, NOW - timedelta(minutes=1))
    assert get_live(placed, "lib", NOW).spaces[1].freshness == "live"


def test_a_sensor_that_sends_seldom_is_waited_for_longer(db: Database) -> None:
    slow = SITES.replace('device = "garden"', 'device = "garden"\ninterval_s = 600')
    sites.apply(db, sitefile.parse(slow))
    put(db, "front", NOW - timedelta(minutes=2), 4, 1)
    put(db, "garden", NOW - timedelta(minutes=15), 0)

    def hall(minutes: float) -> tuple[str, int]:
        """How fresh the hall is so much later, and of how busy a sensor that is said."""
        in_the_hall(db, NOW + timedelta(minutes=minutes))
        space = get_live(db, "lib", NOW + timedelta(minutes=minutes)).spaces[1]
        return space.freshness, space.interval_s

    assert hall(0) == ("live", 60)  # two missed messages are more than one and a half
    put(db, "front", NOW + timedelta(minutes=30), 1)
    assert hall(30) == ("late", 600)
    put(db, "front", NOW + timedelta(minutes=40), 1)
    assert hall(40) == ("stale", 600)
    devices = {d.device: d.freshness for d in get_devices(db, now=NOW)}
    assert devices == {"lib/front": "live", "lib/garden": "live"}


def test_a_silent_line_is_named_beside_the_state_of_its_sensor(db: Database) -> None:
    text = SITES.replace('device = "garden"', 'device = "front"\nchannel = "flow:2"')
    text = text.replace('id = "study"', 'id = "garden"').replace(
        '"study"', '"garden"'
    )  # a space of the same id
    sites.apply(db, sitefile.parse(text))
    in_the_hall(db, NOW - timedelta(minutes=1))

    def states(site: str = "lib") -> tuple[bool, str, str]:
        """Whether the card says that a sensor is offline, what *Sensors* shows of its state, and the device's own."""
        live = get_live(db, "lib", NOW).spaces[1]
        (device,) = get_devices(db, "lib", now=NOW)
        rows = sensor_table.rows([device], {}, "lib", {}, [], silent=get_silent_lines(db, site, NOW))
        shown = sensor_table.section(rows, "Europe/Stockholm", Address.parse("/sensors/lib", ""), NOW)
        said = texts(shown.children[0].children.children[1].children[0].children[1])
        return live_parts.is_offline(live), said, device.freshness

    with speaking("en"):
        put(db, "front", NOW - timedelta(minutes=1), 4, 1)
        assert states() == (False, "Online", "live"), "a line of which nothing is known yet is not silent"
        write(db, Batch(readings=passed("lib/front", NOW - timedelta(minutes=9), 1, channel="flow:2")))
        assert states() == (True, "Online no counts from Garden door since 11:51", "live")
        assert states("park")[1] == "Online", "a line counts where it hangs"
        page = texts(sensors.page(db, get_sites(db)[0], Address.parse("/sensors/lib", ""), NOW))
        assert "no sensor has been found to be faulty" not in page and "no counts from Garden door" in page
        assert "1 sensor: it is online." in page
        own = texts(doors.page(db, get_sites(db)[0], Address.parse("/doors/lib/garden", ""), NOW))
        assert "front · Online · no counts from Garden door since 11:51" in " ".join(own.split())
        execute(db, "update portal set used = '{}' where slug = 'garden'")
        assert states() == (False, "Online", "live"), "nobody is expected at a closed door"
    assert "sensor_offline" not in {one.kind for one in get_troubles(db, NOW)}, "the device sends"


def test_a_sensor_placed_from_a_later_day_on_is_awaited_not_offline(
    db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    later = datetime.now(HERE).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=3)
    planned = SITES.replace('device = "garden"', f'device = "garden"\nfirst = {later.date()}')
    sites.apply(db, sitefile.parse(planned))
    now = datetime.now(UTC)
    put(db, "front", now, 1)
    front, garden = get_devices(db, "lib", now=now)
    assert (front.awaited, front.is_offline, front.freshness) == (None, False, "live")
    assert garden.awaited and garden.awaited.astimezone(HERE).date() == later.date()
    assert not garden.is_offline and "sensor_offline" not in {one.kind for one in get_troubles(db, now)}
    with speaking("en"):
        assert sensors.summary([front, garden]) == "2 sensors: 1 starts later."
        assert live_parts.device_state(garden, "Europe/Stockholm").startswith("Placed from ")
    show_devices([garden])
    assert f"placed from {garden.awaited.astimezone(UTC):%Y-%m-%d %H:%MZ}" in capsys.readouterr().out


def test_visits_so_far_need_no_target(placed: Database) -> None:
    known = get_so_far(placed, "park", date(2026, 2, 1))
    assert (known.days, known.first, known.visits, known.growth) == (0, None, None, None)


def test_devices_are_listed_placed_or_not(placed: Database) -> None:
    put(placed, "front", NOW, 1)
    put(placed, "stranger", NOW, 1)
    devices = {d.device: d for d in get_devices(placed, now=NOW)}
    assert devices["lib/front"].placements[0].portal == "front"
    assert devices["lib/stranger"].placements == ()
    assert devices["lib/garden"].freshness == "none"
    assert {d.device for d in get_devices(placed, "lib", now=NOW)} == {"lib/front", "lib/garden"}


def test_what_devices_have_sent_today(placed: Database) -> None:
    put(placed, "front", NOW - timedelta(days=1), 50)
    put(placed, "front", NOW, 4, 1)
    put(placed, "front", NOW + timedelta(minutes=30), 3, 1)
    put(placed, "garden", NOW, 2, 5)  # it hangs the other way round
    for hours, metric, value in ((-30, "battery_pct", 81), (-3, "battery_pct", 80), (-3, "battery_v", 3.6)):
        time = (NOW + timedelta(hours=hours)).astimezone(UTC)
        reading = Reading(
            source="native", device="lib/front", channel="battery:1", metric=metric, value=value, time=time
        )
        write(placed, Batch(readings=[Incoming(reading=reading, received=time)]))
    morning, later = NOW.replace(hour=4), NOW + timedelta(hours=1)
    assert get_devices_today(placed, "lib", morning, later) == {
        "lib/front": DeviceToday(device="lib/front", entries=7, battery_pct=80, battery_v=3.6),
        "lib/garden": DeviceToday(device="lib/garden", entries=5),
    }
    tomorrow = get_devices_today(placed, "lib", morning + timedelta(days=1), later + timedelta(days=1))
    assert tomorrow["lib/front"].entries is None, "what was not received is not zero"


def test_a_device_at_doors_of_two_sites_counts_at_each_what_is_of_it(db: Database) -> None:
    places = []
    for number, of in enumerate(("lib", "museum"), 1):
        more = f'source = "lorawan"\nchannel = "flow:{number}"'
        hall, front = space("hall", ("Hall", "Hall")), door("front", ("Entré", "Front"))
        places += [site(of), hall, front, sensor("both", 'portal = "front"', more)]
    sites.apply(db, sitefile.parse("".join(places)))
    for channel, people in (("flow:1", 4), ("flow:2", 30)):
        about = {"source": "lorawan", "device": "both", "channel": channel, "metric": "in", "time": NOW}
        reading = Reading(**about, value=people, period_s=60)  # type: ignore[arg-type]
        write(db, Batch(readings=[Incoming(reading=reading, received=NOW)]))
    since, until = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    entries = [get_devices_today(db, of, since, until)["both"].entries for of in ("lib", "museum")]
    assert entries == [4, 30]


def test_rejected_messages_read_as_text_or_hex(db: Database) -> None:
    payloads = [b"{oops", b"\xff\x00", "å".encode() * 3000]
    reasons = [
        Rejection(message=Message(topic="t", payload=p, received=NOW), reason="cannot be read")
        for p in payloads
    ]
    write(db, Batch(rejections=reasons))
    long, raw, text = get_rejected(db)
    assert (text.payload, text.encoding, text.size) == ("{oops", "text", 5)
    assert (raw.payload, raw.encoding) == ("ff00", "hex")
    assert (long.encoding, long.size) == ("text", 6000)
    assert get_rejected(db, limit=1, before_id=raw.id)[0].id == text.id


def test_rejected_messages_of_one_topic_and_class_are_one_and_do_not_hide_the_others(db: Database) -> None:
    sent = [
        ("quiet", "cannot be read"),
        *(("noisy", f"cannot be read: {n}") for n in range(30)),
        ("noisy", '[[sites.mappings]]\n# values.in = "$.in"  # people'),
    ]
    rejections = [
        Rejection(message=Message(topic=t, payload=b"%d" % n, received=NOW), reason=why)
        for n, (t, why) in enumerate(sent)
    ]
    write(db, Batch(rejections=rejections))
    asked, noisy, quiet = get_rejected_alike(db, 3)
    assert (noisy.topic, noisy.count, noisy.payload, noisy.asks) == ("noisy", 30, "30", False)
    assert (asked.topic, asked.count, asked.asks) == ("noisy", 1, True)
    assert (quiet.topic, quiet.count) == ("quiet", 1)


def test_health_knows_silent_services(db: Database) -> None:
    assert get_health(db, NOW).ok
    heartbeats.beat(db, "jobs", NOW - timedelta(minutes=5), {"sites": 2})
    unwell = get_health(db, NOW)
    assert not unwell.ok
    assert unwell.services[0].detail == {"sites": 2}
    assert unwell.schema_current and unwell.edition


def test_a_heartbeat_is_written_now_and_then_and_at_once_when_the_state_changes(db: Database) -> None:
    heartbeat, written = heartbeats.Heartbeat("collector"), []
    for seconds, connected in ((0, True), (10, True), (29, False), (40, False), (59, False), (-3600, False)):
        heartbeat.beat(db, NOW + timedelta(seconds=seconds), {"at": seconds}, connected)
        (last,) = heartbeats.beats(db)
        written.append(last.detail["at"])
    assert written == [0, 0, 29, 29, 59, -3600]


def test_a_collector_that_got_another_name_is_missed_for_a_week(db: Database) -> None:
    for name, days in (("old", 6), ("older", 8), ("new", 0), ("jobs", 8)):
        heartbeats.beat(db, name, NOW - timedelta(days=days), {})
    health = get_health(db, NOW)
    assert [(s.name, s.ok) for s in health.services] == [("jobs", False), ("new", True), ("old", False)]
    assert not health.ok
