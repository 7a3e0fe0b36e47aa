"""Findings in the database: found from readings, acknowledged, resolved when the cause is gone, with their history."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from besok.model import sitefile
from besok.model.access import Caller, Grant
from besok.model.errors import NotFound, StoreRefused
from besok.model.readings import Reading
from besok.model.views.attention import FindingInfo
from besok.services import access, attention
from besok.services.attention import get_coverage, get_finding, get_findings
from besok.services.places import get_sites
from besok.services.series import get_flows
from besok.services.visits import get_visits
from besok.store import sandbox, sites
from besok.store.backfill import Run
from besok.store.database import Database
from besok.store.write import Batch, Incoming, write
from dashboard.address import Address
from dashboard.pages import sensors
from jobs import quality as job
from tests.commands import besok
from tests.databases import execute
from tests.readings import passed
from tests.sitetext import door, sensor, site, space

NOW = datetime(2026, 3, 26, 15, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
HOUSE = "".join(
    (
        site(hours="09:00-19:00", more="capacity = 300"), space("hall", ("Hall", "Hall")),
        door("front", ("Framsidan", "Front")), door("back", ("Baksidan", "Back")), sensor("front"), sensor("back"),
    )
)  # fmt: skip


def people(door: str, t: datetime) -> tuple[int, int]:
    """Who passes in the quarter that ends at `t`: out an hour later than in, and twice as many at the front."""
    hour = t.hour + t.minute / 60
    size = 2 if door == "front" else 1
    wave = (t.hour * 4 + t.minute // 15 + t.day * 5) % 3
    came = size * (4 + wave) if 8 < hour <= 17 else 0
    went = size * (4 + (wave + 1) % 3) if 9 < hour <= 18 else 0
    return came, went


def fill(db: Database, days: int, until: dict[str, datetime], now: datetime = NOW) -> None:
    """Readings of both doors for some days; each up to its own moment."""
    write(db, Batch(readings=readings(days, until, now)))


def readings(
    days: int, until: dict[str, datetime], now: datetime = NOW, *, turned: str = ""
) -> list[Incoming]:
    found = []
    for device in ("front", "back"):
        t = now - timedelta(days=days)
        while t <= until.get(device, now):
            came, went = people(device, t)
            both = (went, came) if device == turned else (came, went)
            found += passed(f"lib/{device}", t, *both, period_s=900)
            t += QUARTER
    return found


@pytest.fixture
def library(db: Database) -> Database:
    """A library with two doors."""
    sites.apply(db, sitefile.parse(HOUSE))
    return db


def test_before_the_first_check_nobody_is_said_to_be_well(db: Database) -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    sites.apply(
        db, sitefile.parse(site() + space("hall", ("Hall", "Hall")) + door("front", ("Entré", "Front")))
    )
    assert not attention.was_checked(db, "lib")
    assert job.check_due(db, now) == 1
    assert attention.was_checked(db, "lib")


def test_a_silent_door_is_found_acknowledged_and_resolved_by_itself(library: Database) -> None:
    silent_since = NOW - timedelta(hours=5)
    fill(library, 2, {"back": silent_since})
    assert job.is_due(library, NOW)
    assert job.check_due(library, NOW) == 1
    assert not job.is_due(library, NOW)
    (found,) = get_findings(library, "lib", now=NOW)
    assert (found.kind, found.device, found.portal, found.state) == ("silent", "back", "back", "open")
    assert found.sentence.en == "Back (back) has been offline since 26 March 11:00."
    assert found.sentence.sv == "Baksidan (back) har varit offline sedan 26 mars kl. 11:00."
    execute(library, "update finding set evidence = evidence || '{\"never\": 1}'")
    assert "Unassigned sensors" in get_findings(library, "lib", now=NOW)[0].advice.en
    with access.acting(Caller(kind="account", grants=(Grant(role="viewer"),))):
        assert "ask an administrator" in get_findings(library, "lib", now=NOW)[0].advice.en
    known = attention.acknowledge(library, found.id, "Kim", "New battery on Friday", NOW)
    assert (known.state, known.who, known.note) == ("acknowledged", "Kim", "New battery on Friday")
    later = NOW + timedelta(hours=1)
    fill(library, 1, {}, later)
    job.check_due(library, later)
    assert get_findings(library, "lib", now=later) == []
    (over,) = get_findings(library, "lib", now=later, resolved_for=timedelta(days=1))
    assert [h.event for h in over.history] == ["found", "acknowledged", "resolved"]
    assert over.resolved == later
    with pytest.raises(StoreRefused):
        attention.acknowledge(library, found.id, "Kim", "again", later)
    with pytest.raises(NotFound):
        attention.acknowledge(library, 4711, "Kim", "what?", later)


def test_findings_are_printed_as_json(database_url: str, library: Database) -> None:
    fill(library, 2, {"back": NOW - timedelta(hours=5)})
    job.check_due(library, NOW)
    printed = besok(database_url, "quality", "list", "--json").stdout
    (found,) = msgspec.json.decode(printed, type=list[FindingInfo])
    assert (found.kind, found.device, found.since) == ("silent", "back", NOW - timedelta(hours=5))


@pytest.mark.usefixtures("english")
def test_advice_names_unassigned_sensors_where_the_page_lists_them(library: Database) -> None:
    fill(library, 2, {"back": NOW - timedelta(hours=5)})
    job.check_due(library, NOW)
    execute(library, "update finding set evidence = evidence || '{\"never\": 1}'")
    (here,) = get_sites(library)
    for there in ("lib", "park", None):
        with access.acting(Caller(kind="account", grants=(Grant(role="technician", site=there),))):
            (found,) = get_findings(library, "lib", now=NOW)
            page = sensors.page(library, here, Address.parse("/sensors/lib", ""), NOW)
            listed = "id='strangers'" in str(page)
        assert listed == ("Unassigned sensors" in found.advice.en) == (there != "park")


def test_nobody_waits_for_the_sensor_of_a_closed_room(library: Database) -> None:
    fill(library, 2, {"back": NOW - timedelta(hours=5)})
    nook = space("nook", ("Vrå", "Nook"), "closed = [{ first = 2026-03-20 }]")
    sites.apply(library, sitefile.parse(HOUSE + nook + sensor("camera", 'space = "nook"')))
    job.check_due(library, NOW)
    assert [f.device for f in get_findings(library, "lib", now=NOW)] == ["back"]
    later = NOW + timedelta(days=1)
    job.check_due(library, later)  # then all of those that are waited for
    found = {f.device: f.sentence.en for f in get_findings(library, "lib", now=later)}
    assert found[""] == "All 2 sensors of the site have been offline since 26 March 16:00."


def test_what_still_holds_is_one_finding_and_goes_on(library: Database) -> None:
    fill(library, 2, {"back": NOW - timedelta(hours=5)})
    for hours in range(3):
        job.check_due(library, NOW + timedelta(hours=hours))
    found = get_findings(library, "lib", now=NOW + timedelta(days=1))
    assert {(f.kind, f.device) for f in found} == {("silent", "back"), ("silent", "")}  # then all of the site
    assert all(len(f.history) == 1 for f in found)


def test_a_blind_door_is_found_by_its_neighbour(library: Database) -> None:
    """It goes on reporting, and counts nobody."""
    blind_since = NOW - timedelta(hours=30)
    fill(library, 12, {"back": blind_since})
    t, batch = blind_since + QUARTER, []
    while t <= NOW:
        batch += passed("lib/back", t, 0, 0, period_s=900)
        t += QUARTER
    write(library, Batch(readings=batch))
    job.check_due(library, NOW)
    (found,) = get_findings(library, "lib", now=NOW)
    assert (found.kind, found.device) == ("blind", "back")
    assert found.since == blind_since


def test_a_silent_door_is_filled_in_and_marked_until_it_is_heard_after_all(library: Database) -> None:
    gone, back = NOW - timedelta(hours=7), NOW + timedelta(hours=6)
    today = NOW.date()
    fill(library, 30, {"back": gone}, back)
    job.check_due(library, back)
    (visits,) = get_visits(library, "lib", today, today)
    truth = sum(people(door, t)[0] for door in ("front", "back") for t in quarters(today))
    assert visits.gross == pytest.approx(truth, rel=0.03)
    assert 0 < visits.imputed < visits.gross / 3
    assert visits.coverage < 0.8  # an estimate covers nothing
    flows = get_flows(library, "lib", gone, back, "hour")
    assert sum(p.imputed for p in flows if p.portal == "front") == 0
    assert sum(p.imputed for p in flows if p.portal == "back") > 20
    fill(library, 1, {}, back)  # it had kept its counts, and sends them now
    (visits,) = get_visits(library, "lib", today, today)
    assert (visits.gross, visits.imputed) == (truth, 0)


def test_where_nothing_is_known_of_the_past_nothing_is_filled_in(library: Database) -> None:
    fill(library, 2, {"back": NOW - timedelta(hours=7)})
    job.check_due(library, NOW)
    (visits,) = get_visits(library, "lib", NOW.date(), NOW.date())
    assert visits.imputed == 0
    assert visits.coverage < 1


def quarters(day: date) -> list[datetime]:
    """The ends of the quarters of a day."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return [noon + n * QUARTER for n in range(-36, 40)]


def test_how_much_each_channel_worked_is_told_by_day(library: Database) -> None:
    fill(library, 3, {"back": NOW - timedelta(hours=7)})
    told = get_coverage(library, "lib", NOW.date() - timedelta(days=1), NOW.date(), now=NOW)
    worked = {(c.device, c.day): c.coverage for c in told}
    assert worked["front", NOW.date()] == worked["back", NOW.date() - timedelta(days=1)] == 1
    assert worked["back", NOW.date()] == pytest.approx(5 / 12)  # since 04:00, until 09:00 of 16:00 local time
    (before, _) = get_coverage(library, "lib", *[NOW.date() - timedelta(days=7)] * 2, now=NOW)
    assert before.coverage is None, "before its first reading no sensor was without work"


def test_no_sensor_was_without_work_on_a_day_whose_history_is_still_to_be_written(library: Database) -> None:
    begun = NOW - timedelta(days=9)
    write(library, Batch(readings=passed("lib/front", begun, 3)))
    yesterday = [NOW.date() - timedelta(days=1)] * 2

    def worked() -> set[float | None]:
        return {
            one.coverage for one in get_coverage(library, "lib", *yesterday, now=NOW) if one.portal == "front"
        }

    assert worked() == {0.0}, "it sent before"
    run = Run(digest="a", sites=["lib"])
    run.advance(library, begun.date())
    assert worked() == {None}
    run.finish(library)
    assert worked() == {0.0}


def test_a_sensor_that_speaks_when_something_changes_has_worked_in_between(db: Database) -> None:
    sites.apply(db, sitefile.parse(HOUSE + """
[[sites.sensors]]
device = "presence"
space = "hall"
[[sites.sensors]]
device = "air"
space = "hall"
"""))  # fmt: skip
    midnight = datetime(2026, 3, 25, 3, tzinfo=UTC)  # the business day begins at 04:00 of local time
    hourly = [midnight + timedelta(hours=n) for n in range(-1, 25)]
    gone = [t for t in hourly if not 6 < (t - midnight) / timedelta(hours=1) < 12]
    words = [("presence", "occupied", t) for t in gone] + [("air", "co2_ppm", t) for t in hourly]
    write(db, Batch(readings=[
        Incoming(
            reading=Reading(source="native", device=f"lib/{device}", channel="level:1", metric=metric, value=1, time=t),
            received=t,
        )
        for device, metric, t in words
    ]))  # fmt: skip
    day = date(2026, 3, 25)
    worked = {c.device: c.coverage for c in get_coverage(db, "lib", day, day, now=NOW) if c.space}
    assert worked == {
        "air": 1,
        "presence": pytest.approx(19 / 24),
    }  # of six silent hours the first word held one


def test_an_emptied_sandbox_has_no_findings_and_no_estimates(db: Database) -> None:
    sites.apply(db, sitefile.parse(HOUSE.replace("capacity = 300", "capacity = 300\nsandbox = true")))
    back = NOW + timedelta(hours=6)
    fill(db, 15, {"back": NOW - timedelta(hours=7)}, back)
    job.check_due(db, back)
    assert get_findings(db, "lib", now=back) != []
    sandbox.empty(db, "lib", back)
    assert get_findings(db, "lib", now=back, resolved_for=timedelta(days=9)) == []
    assert job.is_due(db, back)
    left = execute(db, "select (select count(*) from imputed_flow), (select count(*) from finding_history)")
    assert left == [(0, 0)]


def test_a_finding_whose_cause_was_changed_is_watched_and_never_advises_to_undo_it(library: Database) -> None:
    write(library, Batch(readings=readings(20, {}, turned="back")))
    job.check_due(library, NOW)
    (found,) = [f for f in get_findings(library, "lib", now=NOW) if f.kind == "swapped"]
    assert "under Edit site, Sensors" in found.advice.en and found.fixed is None
    fixed = HOUSE.replace('portal = "back"\n', 'portal = "back"\nswapped = true\n')
    sites.apply(library, sitefile.parse(fixed), now=NOW)
    for checked in (NOW, NOW + timedelta(hours=1)):
        job.check_due(library, checked)
        (found,) = [f for f in get_findings(library, "lib", now=checked) if f.kind == "swapped"]
        assert found.fixed is not None
        assert found.advice.en.startswith("Fixed") and "watching" in found.advice.en
        assert "swapped = true" not in found.advice.en + found.advice.sv
        assert [h.event for h in found.history] == ["found", "changed"]
    sites.apply(library, sitefile.parse(fixed), now=NOW)
    again = get_finding(library, found.id)
    assert again and len(again.history) == 2, "applying the same changes nothing"
