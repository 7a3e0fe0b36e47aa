"""Sites edited in pages and by files: neither undoes the other unasked, and an edit recomputes what a file does."""

import re
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from psycopg.conninfo import make_conninfo

from besok.model import sitefile
from besok.model.access import LOCAL, Caller, Grant
from besok.model.errors import EditConflict, EditedInPages, NotAllowed
from besok.model.readings import Message
from besok.model.site import WEEKDAYS, OpeningHours, Sensor, Site, SiteFile, WeekHours
from besok.model.sitefile.edit import Edit, Part, mark, parts, values_of
from besok.services import access
from besok.services.places import get_sites
from besok.services.site_editing import change, create, next_step, steps
from besok.store import audit, roles, sites
from besok.store.database import Database
from besok.store.recounted import visits
from besok.store.write import Batch, write
from besok.text.languages import speaking
from cli.commands.sitefiles import as_sandbox
from cli.stack.demo import _applied
from collectors import pipeline
from dashboard.address import Address
from dashboard.components import guide
from dashboard.pages import site as site_page
from sensors_sim.world import World
from tests.databases import waiting
from tests.readings import passed
from tests.sitetext import door, sensor, site
from tests.small_sites import library
from tests.unit.on_the_way import texts

EXAMPLE = sitefile.parse((Path(__file__).parents[2] / "sites" / "helsingborg.toml").read_text())
LIBRARY = "stadsbiblioteket"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NEW = {"name": "Filialen", "kind": "library", "timezone": "Europe/Stockholm", "country": "SE"}


@pytest.fixture
def places(db: Database) -> tuple[Site, ...]:
    """The example, applied from its file."""
    sites.apply(db, EXAMPLE)
    return EXAMPLE.sites


def edit(db: Database, part: Part, name: str, **values: str) -> None:
    """Edit a part by its id, or without one the only part of its kind."""
    found = parts(sites.export(db), LIBRARY)[part]
    raw = next(one for one in found if one.get("id", "") == name or part == "site")
    whole = values_of(part, raw) | values
    change(db, Edit(site=LIBRARY, part=part, mark=mark(part, raw), values=whole), author="Kim", now=NOW)


@pytest.mark.usefixtures("database_url", "places")  # with a pool of connections
def test_an_edit_locks_doors_after_their_channels_as_writers_do(
    db: Database, wait_for: Callable[..., object]
) -> None:
    """In another order each waited for the other, and the edit or its preview ended as if the database were away."""
    library, park = EXAMPLE.sites
    wider = SiteFile(sites=(replace(library, portals=[replace(p, width_m=3) for p in library.portals]), park))
    applied = Thread(target=copy_context().run, args=(sites.apply, db, wider))
    with db.transaction() as conn:  # as a writer does
        conn.execute("select from channel order by channel_id for no key update")
        applied.start()
        wait_for(lambda: waiting(db))
        conn.execute("select from portal order by portal_id for no key update")
    applied.join()
    assert {portal.width_m for portal in sites.load(db, LIBRARY).portals} == {3}


@pytest.mark.usefixtures("database_url", "places")  # with a pool of connections
def test_what_arrives_during_an_edit_is_not_told_as_its_effect(
    db: Database, wait_for: Callable[..., object]
) -> None:
    """Also through a door of another site, which only the edited one's visits share."""
    library, park = EXAMPLE.sites
    (sensor,) = [s for s in library.sensors if s.portal == "park-entrance" and s.role == "primary"]
    late = Batch(
        readings=passed(
            library.external_id(sensor),
            datetime.now(UTC) - timedelta(days=2),
            1,
            8,
            channel=sensor.channel_key,
        )
    )
    larger = SiteFile(sites=(replace(park, capacity=4321),))
    lines: list[str] = []
    applied = Thread(target=copy_context().run, args=(lambda: lines.extend(sites.apply(db, larger)),))
    written = Thread(target=copy_context().run, args=(write, db, late))
    with db.transaction() as conn:
        conn.execute("select from site where slug = %s for no key update", [park.id])
        applied.start()
        wait_for(lambda: waiting(db))
        written.start()
        wait_for(lambda: not written.is_alive() or waiting(db) == 2)
    applied.join()
    written.join()
    assert [line for line in lines if "visits" in line] == []
    with db.transaction() as conn:
        assert [gross for gross, _ in visits(conn, [park.id])[park.id].values()] == [8]


@pytest.mark.usefixtures("database_url")  # with a pool of connections
def test_an_edit_locks_the_sensors_of_a_site_that_it_first_shares_a_door_with(
    db: Database, wait_for: Callable[..., object]
) -> None:
    park = site("park", kind="park") + door("gate", ("Grind", "Gate"), inner="park") + sensor("gate")
    house = site() + door("front", ("Entré", "Front"), inner="lib") + sensor("front")
    sites.apply(db, sitefile.parse(house + park))
    both = sitefile.parse(house.replace("outside", "park/park") + park)
    shared = SiteFile(sites=both.sites[:1])
    late = Batch(readings=passed("park/gate", datetime.now(UTC) - timedelta(days=2), 1, 8))
    applied = Thread(target=copy_context().run, args=(sites.apply, db, shared))
    written = Thread(target=copy_context().run, args=(write, db, late))
    with db.transaction() as conn:
        conn.execute("select from site where slug = 'lib' for no key update")
        applied.start()
        wait_for(lambda: waiting(db))
        written.start()
        wait_for(lambda: not written.is_alive() or waiting(db) == 2)
        assert written.is_alive()
    applied.join()
    written.join()


@pytest.mark.usefixtures("places")
def test_a_file_does_not_undo_what_was_edited_in_pages(db: Database) -> None:
    assert sites.apply(db, EXAMPLE) == [], "nothing was edited"
    edit(db, "spaces", "cafe", capacity="70")
    with pytest.raises(EditedInPages) as refused:
        sites.apply(db, EXAMPLE, dry_run=True)
    assert "stadsbiblioteket: spaces cafe capacity: 70 → 60" in str(refused.value)
    taken_in = sites.export(db)  # the file with the edit, and something of its own
    assert sitefile.parse(sitefile.dump(taken_in)) == taken_in
    library, park = taken_in.sites
    assert sites.apply(db, SiteFile(sites=(replace(library, capacity=700), park)))
    assert sites.apply(db, EXAMPLE, dry_run=True), "the file of then is the file's own matter again"
    edit(db, "spaces", "cafe", capacity="80")
    assert sites.apply(db, EXAMPLE, overwrite=True)
    assert {s.capacity for s in sites.load(db, LIBRARY).spaces if s.id == "cafe"} == {60}
    assert sites.apply(db, EXAMPLE) == []


@pytest.mark.usefixtures("places")
def test_a_sensor_that_was_placed_in_pages_outlives_a_file_that_does_not_know_it(db: Database) -> None:
    values = {"device": "new-1", "channel": "flow:1", "portal": "hall-door"}
    change(db, Edit(site=LIBRARY, part="sensors", values=values), author="Kim", now=NOW)
    with pytest.raises(EditedInPages, match="new-1"):
        sites.apply(db, EXAMPLE)
    assert any(s.device == "new-1" for s in sites.load(db, LIBRARY).sensors)
    (noted,) = [e for e in audit.entries(db, site=LIBRARY, limit=5) if "new-1" in e.detail]
    assert noted.action == "site.apply" and noted.detail.startswith("Kim: ")


@pytest.mark.usefixtures("places")
def test_of_two_who_edit_the_same_the_second_is_told(db: Database) -> None:
    (raw,) = parts(sites.export(db), LIBRARY)["site"]
    wanted = Edit(
        site=LIBRARY, part="site", mark=mark("site", raw), values=values_of("site", raw) | {"capacity": "1"}
    )
    before = sites.load(db, LIBRARY)
    change(db, wanted, author="Kim", now=NOW, dry_run=True)
    assert sites.load(db, LIBRARY) == before
    change(db, wanted, author="Kim", now=NOW)
    with pytest.raises(EditConflict):
        change(db, wanted, author="Robin", now=NOW)
    assert sites.load(db, LIBRARY) == replace(before, capacity=1)


@pytest.mark.usefixtures("places")
def test_a_new_site_leaves_the_others_as_they_are_and_their_order(db: Database) -> None:
    before = sites.load_all(db)
    name = create(db, NEW, author="Kim", now=NOW)
    assert [site.id for site in sites.load_all(db)] == [*(site.id for site in before), name]
    assert sites.load_all(db)[:2] == before
    assert sites.apply(db, EXAMPLE) == [], "a file that does not name it"
    edit(db, "site", "", capacity="650")
    assert [site.id for site in sites.load_all(db)] == [*(site.id for site in before), name]


def test_a_door_that_was_turned_since_a_day_recounts_what_the_file_would(
    db: Database, places: tuple[Site, ...]
) -> None:
    library = places[0]
    sensor = next(s for s in library.sensors if s.portal == "town-entrance")
    for day in range(1, 5):
        write(db, Batch(readings=passed(library.external_id(sensor), NOW - timedelta(days=day), 10, 4)))
    first = (NOW - timedelta(days=2)).date()
    values = {
        "device": sensor.device,
        "portal": sensor.portal,
        "channel": "flow:1",
        "swapped": "true",
        "first": str(first),
    }
    raw = next(one for one in parts(sites.export(db), LIBRARY)["sensors"] if one["device"] == sensor.device)
    wanted = Edit(site=LIBRARY, part="sensors", mark=mark("sensors", raw), values=values)
    effect = change(db, wanted, author="Kim", now=NOW, dry_run=True)
    turned = replace(sensor, swapped=True, first=first)
    file = replace(library, sensors=tuple(turned if s is sensor else s for s in library.sensors))
    lines = sites.apply(db, SiteFile(sites=(file, places[1])), dry_run=True, now=NOW)
    shown = f"change, {effect.first} to {effect.last}: {effect.before:,.0f} -> {effect.after:,.0f}"
    assert any(shown in line for line in lines), (shown, lines)
    assert effect == change(db, wanted, author="Kim", now=NOW)


def test_deductions_tell_which_net_visits_change_and_a_file_does_not_undo_them(
    db: Database, places: tuple[Site, ...]
) -> None:
    library = places[0]
    sensor = next(s for s in library.sensors if s.portal == "town-entrance")
    write(db, Batch(readings=passed(library.external_id(sensor), NOW - timedelta(days=1), 10, 4)))
    since = str(library.visits[0].first)
    raw = next(one for one in parts(sites.export(db), LIBRARY)["deductions"] if one["kind"] == "through")
    more = values_of("deductions", raw) | {"share": "0.5"}
    wanted = Edit(site=LIBRARY, part="deductions", mark=mark("deductions", raw), values=more)
    effect = change(db, wanted, author="Kim", now=NOW, dry_run=True)
    assert (
        effect.days == 1 and effect.before > effect.after == change(db, wanted, author="Kim", now=NOW).after
    )
    with pytest.raises(EditedInPages, match="deductions through share"):
        sites.apply(db, EXAMPLE, dry_run=True)
    gone = Edit(
        site=LIBRARY, part="visits", mark=mark("visits", parts(sites.export(db), LIBRARY)["visits"][0])
    )
    change(db, gone, author="Kim", now=NOW)
    assert since not in {str(one.first) for one in sites.load(db, LIBRARY).visits}


def test_the_web_service_may_edit_with_its_own_role(database_url: str, db: Database) -> None:
    roles.let_sign_in(database_url, {"besok_web": "a password of the test"})
    with Database(make_conninfo(database_url, user="besok_web", password="a password of the test")) as own:
        name = create(own, NEW, author="Kim", now=NOW)
        for part, values in [
            ("spaces", {"name": "Sal", "capacity": "40"}),
            ("portals", {"name": "Entré", "outer": "outside", "inner": "sal"}),
            ("sensors", {"device": "d-1", "channel": "flow:1", "portal": "entre"}),
            ("closures", {"space": "sal", "first": "2026-12-01"}),
            ("visits", {"first": "2026-01-01", "portals": "entre"}),
            ("deductions", {"of": "2026-01-01", "kind": "staff", "per_day": "3"}),
            (
                "target",
                {"baseline_first": "2026-01-01", "baseline_last": "2026-12-31", "deadline": "2031-12-31"},
            ),
        ]:
            change(own, Edit(site=name, part=part, values=values), author="Kim", now=NOW)  # type: ignore[arg-type]
    site = sites.load(db, name)
    assert site.sensors == (Sensor(device="d-1", portal="entre"),)
    assert [(one.portals, one.per_day) for one in site.visits] == [(("entre",), 3)]
    done = steps(site, imported=False)
    assert next_step(done) == "hours" and done["target"] and not done["past"]
    assert site.target and site.target.deadline == date(2031, 12, 31)


def test_a_demo_that_starts_again_keeps_what_was_edited(database_url: str, db: Database) -> None:
    shown = as_sandbox(EXAMPLE)
    _applied(database_url, shown)
    edit(db, "spaces", "cafe", capacity="70")
    _applied(database_url, shown)
    _applied(database_url, shown)
    library = sites.load(db, LIBRARY)
    assert {s.capacity for s in library.spaces if s.id == "cafe"} == {70}
    assert library.sensors == shown.sites[0].sensors


def test_a_demo_that_starts_again_leaves_real_places_alone(database_url: str, db: Database) -> None:
    """Neither is opened for the demo; of its own places it opens those that are still simulated, once each."""
    shown = as_sandbox(EXAMPLE)
    _applied(database_url, shown)
    own = shown.sites[0]

    def edited(stored: SiteFile) -> SiteFile:
        closed = OpeningHours(tables=(WeekHours(**dict.fromkeys((*WEEKDAYS, "on_holiday"), "closed")),))
        return SiteFile(sites=tuple(replace(s, opening=closed, sandbox=s.id == own.id) for s in stored.sites))

    sites.edit(db, edited, author="Kim", now=NOW)
    create(db, NEW, author="Kim", now=NOW)
    before = {site.id: site for site in sites.load_all(db)}
    for _ in range(2):
        simulated = _applied(database_url, shown)
        assert [site.id for site in simulated.sites] == [own.id]
    assert World(simulated).ground.sites == simulated.sites, "the door to the real park leads outside"
    after = {site.id: site for site in sites.load_all(db)}
    assert after.keys() == before.keys() and len(after) == 3
    assert {name for name, site in after.items() if site != before[name]} == {own.id}
    days = [e.first for e in after[own.id].opening.exceptions]
    assert days and sorted(set(days)) == days, "each day once"


def test_a_demo_never_makes_a_real_place_a_simulated_one(database_url: str, db: Database) -> None:
    """Also not after its file was applied for real, which leaves nothing edited."""
    shown = as_sandbox(EXAMPLE)
    library, park = shown.sites
    _applied(database_url, shown)
    sites.apply(db, SiteFile(sites=(replace(library, sandbox=False),)))
    assert [site.id for site in _applied(database_url, shown).sites] == [park.id]
    sites.apply(db, EXAMPLE)
    assert not _applied(database_url, shown).sites
    assert not any(site.sandbox for site in sites.load_all(db))


@pytest.mark.usefixtures("places")
def test_each_step_shows_what_there_is_in_both_languages_and_the_forms_of_what_is_open(
    db: Database, subtests: pytest.Subtests
) -> None:
    closed = {"space": "cafe", "first": "2026-12-01"}
    change(db, Edit(site=LIBRARY, part="closures", values=closed), author="Kim", now=NOW)
    later = dict.fromkeys((*WEEKDAYS, "on_holiday"), "closed") | {"first": "2027-01-01"}
    change(db, Edit(site=LIBRARY, part="hours", values=later), author="Kim", now=NOW)
    told = {
        "sv": {"site": "Stadsbiblioteket", "spaces": "Läsesal", "doors": "Kafédörr", "hours": "Kulturnatt",
               "sensors": "camera-reading-room", "past": "Importera", "target": "Ta bort målet"},
        "en": {"doors": "Café door"},
    }  # fmt: skip
    library, park = get_sites(db)
    with access.acting(LOCAL):
        for language, steps_ in told.items():
            for step, text in steps_.items():
                with subtests.test(language=language, step=step), speaking(language):
                    address = Address(page="admin/site", site=LIBRARY, space=step)
                    shown = str(site_page.page(db, library, address, NOW))
                    parts = re.findall(r"data-opens='([^']+)'", shown)
                    opened = replace(address, query=(("open", " ".join(parts)),))
                    forms = str(site_page.page(db, library, opened, NOW)).count("Form(") - shown.count(
                        "Form("
                    )
                    assert text in shown and forms == 2 * len(parts)
                    assert bool(parts) is (step not in ("site", "past"))
        assert "Stadsparken" in str(site_page.page(db, library, Address(page="admin/site"), NOW))
        assert guide.banner(db, LIBRARY) is None, "figures can be seen"
        name = create(db, NEW, author="Kim", now=NOW)
        assert f"/admin/site/{name}/spaces" in str(guide.banner(db, name))
    viewer = Caller(kind="account", name="Robin", grants=(Grant(role="viewer"),))
    with access.acting(viewer):
        assert guide.banner(db, name) is None
        with pytest.raises(NotAllowed):
            site_page.page(db, park, Address(page="admin/site", site=park.site), NOW)
        with pytest.raises(NotAllowed):
            site_page.page(db, park, Address(page="admin/site"), NOW)


def test_an_empty_installation_leads_administrators_and_tells_others_whom_to_ask(db: Database) -> None:
    with access.acting(LOCAL):
        assert "POST /api/v1/sites" in str(guide.begin(db, Address(page=""), NOW))
    with access.acting(Caller(kind="account", name="Robin", grants=(Grant(role="manager"),))):
        said = str(guide.begin(db, Address(page=""), NOW))
    assert "administratör" in said and "POST" not in said


def test_before_any_site_unknown_devices_are_shown_with_their_messages_and_answered_later(
    db: Database,
) -> None:
    sent = (("acme/hall/door", b'{"in": 3, "out": 2}'), ("besok/v1/lib/door/flow", b'{"in": "many"}'))
    for topic, payload in sent:
        write(db, pipeline.decode([Message(topic=topic, payload=payload, received=NOW)]))
    with access.acting(LOCAL), speaking("en"):
        said = texts(guide.begin(db, Address(page=""), NOW))
        assert '"in": 3' in said and "Rejected messages" in said and "Say what it means" not in said
        assert "Create the site first" in said
        sites.apply(db, library("lib"))
        shown = guide.new_site(db, Address(page="admin/site"), NOW)
        assert "/admin/site/lib/sensors" in str([str(part) for part in shown])
