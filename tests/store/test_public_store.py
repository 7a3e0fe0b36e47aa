"""The public part: what it shows, and that nobody can be followed by it, though they can by the exact figures."""

import io
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
import segno
from fastapi import FastAPI
from pypdf import PdfReader
from starlette.testclient import TestClient

from api.app import create_app
from api.opendata import is_open
from besok.model import sitefile
from besok.model.scenario_sandbox import sandbox_id
from besok.model.settings import Settings
from besok.model.site import SiteFile
from besok.services.live import get_live
from besok.services.public import COARSE, SETTLED, coarse, get_public, get_public_sites
from besok.store import sites
from besok.store.database import Database
from besok.text.languages import PUBLIC_LANGUAGES
from dashboard.app import attach
from dashboard.public import page
from dashboard.public.page import context
from tests.databases import FreshUrl, execute
from tests.sitetext import door, sensor, site, space

NOW = datetime(2026, 11, 25, 13, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUSE = "".join(
    (
        site(hours="08:00-20:00"),
        space("hall", ("الصالة", "Hall"), "capacity = 120\n"),
        space("reading", ("القراءة", "Reading room"), 'parent = "hall"\nseats = 80\n'),
        space("study", ("الدراسة", "Study room"), 'parent = "hall"\nseats = 12\n'),
        door("front", ("Entré", "Front")),
        sensor("front"),
        *(
            door(f"to-{name}", ("باب", "Door"), name, "hall") + sensor(f"to-{name}")
            for name in ("reading", "study")
        ),
    )
)
ROOMS = {"reading": 80, "study": 12}


def fill(db: Database, minutes: dict[datetime, dict[str, float]]) -> None:
    """Write the people of each space at some minutes, as the jobs do."""
    with db.transaction() as conn:
        conn.execute("update device set interval_s = 60")
        conn.cursor().executemany(
            "insert into occupancy_minute (space_id, time, people, lower, upper, raw, basis)"
            " select space_id, %s, %s, %s, %s, %s, 'doors' from space where slug = %s"
            " on conflict (space_id, time) do update set people = excluded.people",
            [(time, *[n] * 4, name) for time, people in minutes.items() for name, n in people.items()],
        )
        conn.execute("update channel set last_time = %s, last_received = %s", (max(minutes), max(minutes)))


@pytest.fixture
def library(db: Database) -> Database:
    sites.apply(db, sitefile.parse(HOUSE))
    return db


def at(reading: float, study: float) -> dict[str, float]:
    """People of the rooms, and of the spaces around them with six more in the hall."""
    return {"reading": reading, "study": study, "hall": reading + study + 6, "lib": reading + study + 6}


def guesses(shown: dict[str, int | None]) -> set[int]:
    """Numbers of people in the study room that parent less sibling leaves, six of the hall being known."""
    hall, reading = shown["hall"], shown["reading"]
    return set() if hall is None or reading is None else {hall - reading - 6}


def test_parent_less_siblings_tells_the_exact_figures_and_not_the_public_ones(library: Database) -> None:
    hits = {"exact": 0, "public": 0}
    cases = [(reading, study) for reading in range(7, 60, 3) for study in (1, 2, 3, 4)]
    for n, (reading, study) in enumerate(cases):
        time = NOW.replace(minute=0) - n * 5 * MINUTE
        fill(library, {time: at(reading, study)})
        exact = {s.space: round(s.people or 0) for s in get_live(library, "lib", time).spaces}
        public = get_public(library, "lib", time + SETTLED)
        shown = {s.space: s.people for s in public.spaces} | {"hall": coarse(exact["hall"])}
        hits["exact"] += guesses(dict(exact)) == {study}
        hits["public"] += guesses(shown) == {study}
        by_space = {s.space: s for s in public.spaces}
        assert by_space["study"].people == 0 and by_space["study"].free == ROOMS["study"] - COARSE
        free = by_space["reading"].free
        assert free is not None and (ROOMS["reading"] - free) % COARSE == 0, (
            "capacity less free is coarse too"
        )
    assert hits["exact"] == len(cases)
    # fives guess one in five by chance: no better than saying "two" each time
    assert hits["public"] <= len(cases) * 0.25


def test_one_moment_less_another_tells_of_nobody(library: Database) -> None:
    start = NOW.replace(minute=0)
    minutes = {start + n * MINUTE: at(20 + n % 3, 2 + (n >= 3)) for n in range(11)}
    fill(library, minutes)
    live = [get_live(library, "lib", time).spaces for time in minutes]
    exact = [{s.space: s.people for s in spaces}["study"] for spaces in live]
    assert any(a != b for a, b in pairwise(exact)), "who enters the study room is seen in the exact figures"
    public = [get_public(library, "lib", time) for time in minutes]
    assert len({one.time for one in public}) == 3, "they change every five minutes only"
    assert {s.people for one in public for s in one.spaces if s.space == "study"} <= {0, None}


FORMS = ("json", "csv")
READ_BY_STAFF = ("live", "occupancy", "occupancy?step=hour", "flows", "visits")


def open_paths(server: FastAPI) -> list[str]:
    """Return whatever of the site anybody may ask for: data in each of its forms, and the pages."""
    pages = [
        "/free/lib",
        "/free/lib/widget",
        "/free/lib/poster.svg?space=study",
        "/free/lib/manifest.webmanifest",
    ]
    found = [path.replace("{site}", "lib") for path in server.openapi()["paths"]]
    data = [path for path in found if is_open({"type": "http", "method": "GET", "path": path})]
    assert len(data) >= 6
    return [*pages, *(f"{path}?format={form}" for path in data for form in FORMS), *data]


def answers(client: TestClient, paths: list[str]) -> dict[str, str]:
    return {path: client.get(path).text for path in paths}


def test_no_form_of_any_public_answer_differs_by_one_person(client: TestClient, library: Database) -> None:
    """One of the four in the study room leaves; whatever anybody may read, at any time around it, stays as it was."""
    assert isinstance(client.app, FastAPI)
    public = open_paths(client.app)
    staff = [f"/api/v1/sites/lib/{path}" for path in READ_BY_STAFF]
    told = []
    for study in (4, 3):
        execute(library, "delete from occupancy_minute")
        execute(library, "delete from occupancy_bucket")
        execute(library, "delete from flow_bucket")
        minutes = [NOW.replace(minute=0) - n * MINUTE for n in range(90)]
        fill(library, {time: at(21, study) for time in minutes})
        execute(
            library,
            "insert into occupancy_bucket (space_id, bucket, people, lower, upper, peak)"
            " select space_id, time_bucket('15 minutes', time), avg(people), avg(lower), avg(upper), max(people)"
            " from occupancy_minute group by 1, 2",
        )
        execute(
            library,
            "insert into flow_bucket select channel_id, %s, 0, %s, 900, 0, false from channel",
            (NOW.replace(minute=0), 4 - study),
        )
        told.append((answers(client, public), answers(client, staff)))
    (public_before, exact_before), (public_after, exact_after) = told
    assert [path for path in public if public_before[path] != public_after[path]] == []
    same = [path for path in staff if exact_before[path] == exact_after[path]]
    assert "/api/v1/sites/lib/live" not in same and "/api/v1/sites/lib/occupancy" not in same


def test_public_tables_tell_the_same_as_csv_and_as_json(only_asked: TestClient) -> None:
    for path in ("actions", "calendar", "events"):
        head = only_asked.get(f"/api/v1/sites/lib/{path}?format=csv").text.splitlines()[0].split(",")
        assert not {"people", "visits", "share", "a_year", "gave_sv", "entries"} & set(head), path


def test_a_room_for_one_is_left_out_and_a_taken_one_for_many_tells_of_nobody(
    library: Database,
) -> None:
    sensors = "".join(
        sensor(f"eye-{n}", at=f'space = "room-{n}"', more='model = "presence"') for n in (1, 4, 8)
    )
    rooms = "".join(
        space(f"room-{n}", ("غرفة", f"Room {n}"), f'parent = "hall"\ncapacity = {n}\n') for n in (1, 4, 8)
    )
    head, doors = HOUSE.split("[[sites.portals]]", 1)
    sites.apply(library, sitefile.parse(f"{head}{rooms}[[sites.portals]]{doors}{sensors}"))
    time = NOW.replace(minute=0)
    for people in (0, 1):
        fill(library, {time: at(20, 3) | {f"room-{n}": people for n in (1, 4, 8)}})
        execute(
            library,
            "update occupancy_minute set basis = 'presence' from space"
            " where space.space_id = occupancy_minute.space_id and slug like 'room-%'",
        )
        exact = {s.space: s.people for s in get_live(library, "lib", time).spaces}
        assert {exact[f"room-{n}"] for n in (1, 4, 8)} == {people}
        shown = {s.space: s for s in get_public(library, "lib", time + SETTLED).spaces}
        assert "room-1" not in shown and "room-4" not in shown
        assert (shown["room-8"].use, shown["room-8"].people) == ("taken" if people else "free", None)


@pytest.mark.parametrize(("hours", "hour"), [("08:00-20:00", 21), ("always", 23)])
def test_nothing_is_told_of_people_at_night(library: Database, hours: str, hour: int) -> None:
    sites.apply(library, sitefile.parse(HOUSE.replace("08:00-20:00", hours)))
    time = NOW.replace(hour=hour - 1, minute=0)  # in Stockholm an hour later
    fill(library, {time: at(30, 7)})
    assert {s.space: s.people for s in get_live(library, "lib", time).spaces}["study"] == 7
    public = get_public(library, "lib", time + SETTLED)
    assert {(s.people, s.free, s.use, s.level) for s in public.spaces} == {(None, None, None, "unknown")}
    assert public.level == "unknown"
    assert public.at_night is (hours == "always")
    assert not {one.hour for day in public.days for one in day.hours} & {23, 0, 1, 2, 3, 4, 5}


@pytest.mark.usefixtures("english")
def test_the_page_says_that_no_figures_are_shown_at_night(library: Database) -> None:
    sites.apply(library, sitefile.parse(HOUSE.replace("08:00-20:00", "always")))
    time = NOW.replace(hour=2, minute=0)
    fill(library, {time: at(30, 7)})
    shown = context(get_public(library, "lib", time + SETTLED), [])
    assert shown["updated"] == "No figures are shown at night, so that nobody can be recognised."
    assert {space["free"] for floor in shown["floors"] for space in floor["spaces"]} == {"Not shown at night"}


def expect_hours(db: Database, people: dict[int, float]) -> None:
    """Write the people of the whole site in hours (UTC) of today's weekday, in nine past weeks."""
    execute(
        db,
        "insert into occupancy_bucket (space_id, bucket, people, lower, upper)"
        " select space_id, hour.at - week * interval '7 days' + quarter * interval '15 minutes', hour.n, hour.n, hour.n"
        " from space, unnest(%s::timestamptz[], %s::float[]) as hour (at, n),"
        " generate_series(1, 9) week, generate_series(0, 3) quarter where slug = 'lib'",
        ([NOW.replace(hour=hour, minute=0) for hour in people], list(people.values())),
    )


@pytest.mark.usefixtures("english")
def test_the_next_open_hours_are_forecast_as_levels(library: Database, client: TestClient) -> None:
    sites.apply(library, sitefile.parse(HOUSE), now=NOW - timedelta(weeks=20))
    expect_hours(library, {14: 37.4, 15: 57.0, 16: 90.0, 17: 10.0, 13: 10.0})
    public = get_public(library, "lib", NOW)
    assert [(one.hour, one.level) for one in public.next_hours] == [
        (15, "calm"), (16, "calm"), (17, "moderate")
    ], "three whole hours from now on, by the clock there"  # fmt: skip
    words = context(public, [])["next_hours"]
    assert [f"{one['hours']} {one['busy']}" for one in words] == [
        "15–16 Calm",
        "16–17 Calm",
        "17–18 Moderate",
    ]
    assert client.get("/api/v1/sites/lib/free").json()["next_hours"][2] == {"hour": 17, "level": "moderate"}
    assert "Prognos för de närmaste timmarna" in client.get("/free/lib?lang=sv").text


@pytest.mark.usefixtures("english")
def test_the_quietest_hour_of_today_is_one_that_is_left(library: Database) -> None:
    sites.apply(library, sitefile.parse(HOUSE), now=NOW - timedelta(weeks=20))
    expect_hours(library, {hour: 10.0 * hour for hour in range(7, 19)})
    for hour, quietest in ((5, "08–09"), (8, "09–10"), (13, "14–15"), (19, ""), (22, "")):
        public = get_public(library, "lib", NOW.replace(hour=hour, minute=30))
        shown = context(public, [])
        assert shown["quietest"] == (f"Quietest hour left today: {quietest}" if quietest else ""), hour
        assert (public.days[0].quietest, shown["days"][0]["quietest"]) == (8, "08–09"), "of the whole day"
        assert len(public.days[0].hours) == 12


def test_no_hour_of_the_night_and_none_that_is_unknown_is_forecast(library: Database) -> None:
    house = sitefile.parse(HOUSE.replace("08:00-20:00", "always"))
    sites.apply(library, house, now=NOW - timedelta(weeks=20))
    times = [NOW.replace(hour=hour, minute=40) for hour in (20, 21, 22)]  # in Stockholm an hour later
    assert [get_public(library, "lib", time).next_hours for time in times] == [(), (), ()]
    expect_hours(library, {20: 30.0, 21: 30.0, 22: 30.0})
    shown = [[one.hour for one in get_public(library, "lib", time).next_hours] for time in times]
    assert shown == [[22], [], []]


def test_simulated_people_are_shown_at_night(library: Database) -> None:
    house = HOUSE.replace("08:00-20:00", "always").replace(
        'kind = "library"', 'kind = "library"\nsandbox = true', 1
    )
    sites.apply(library, sitefile.parse(house))
    time = NOW.replace(hour=2, minute=0)
    fill(library, {time: at(30, 7)})
    public = get_public(library, "lib", time + SETTLED)
    assert (public.at_night, {s.space: s.people for s in public.spaces}["reading"]) == (False, 30)


def test_who_looks_often_sees_no_figure_come(library: Database) -> None:
    start = NOW.replace(minute=0)
    fill(library, {start - 2 * MINUTE: at(7, 4)})
    before = get_public(library, "lib", start + MINUTE)
    fill(library, {start - MINUTE: at(7, 4), start: at(8, 5)})  # somebody enters the study room
    assert get_public(library, "lib", start + 1.9 * MINUTE) == before
    assert get_public(library, "lib", start + 2 * MINUTE) != before


@pytest.mark.usefixtures("english")
def test_an_empty_room_of_five_places_is_not_said_to_be_full(library: Database) -> None:
    sites.apply(
        library,
        sitefile.parse(HOUSE.replace("seats = 80", "seats = 5").replace("seats = 12", "capacity = 5")),
    )
    for people, told in ((0, {"Few people"}), (5, {"Probably no free seats", "Full"})):
        fill(library, {NOW.replace(minute=0): at(people, people)})
        (floor,) = context(get_public(library, "lib", NOW), [])["floors"]
        assert {space["free"] for space in floor["spaces"]} == told


def test_what_is_old_is_not_shown(library: Database) -> None:
    fill(library, {NOW.replace(minute=0): at(30, 3)})
    fresh = {s.space: s for s in get_public(library, "lib", NOW).spaces}
    assert (fresh["reading"].people, fresh["reading"].free, fresh["reading"].level) == (30, 50, "calm")
    late = get_public(library, "lib", NOW + timedelta(hours=1))
    assert {(s.people, s.free, s.level) for s in late.spaces} == {(None, None, "unknown")}


class Words(HTMLParser):
    """The visible text of a page, and what it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in ("script", "link", "img"):
            self.loads.append(found.get("src") or found.get("href") or "")

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.text.append(data.strip())


@contextmanager
def serving(database_url: str, public_url: str = "") -> Iterator[TestClient]:
    """The pages of a web service, by their own address or the one by which residents reach them."""
    settings = Settings(
        public_url=public_url,
        database_url=database_url,  # type: ignore[arg-type]
        contact="bibliotek@example.org",
        operator="المكتبة",
        embed_origins="https://city.example.org",
    )
    server: FastAPI = create_app(settings, lambda: NOW)
    attach(server, settings)
    with TestClient(server, base_url="http://localhost") as found:
        yield found


@pytest.fixture
def client(library: Database, database_url: str) -> Iterator[TestClient]:
    with serving(database_url) as found:
        yield found


@pytest.fixture(scope="module")
def only_asked(fresh_url: FreshUrl) -> Iterator[TestClient]:
    """The pages of the library, of which nothing was counted, for tests that write nothing."""
    with fresh_url() as url:
        with Database(url) as db:
            sites.apply(db, sitefile.parse(HOUSE))
        with serving(url) as found:
            yield found


def test_the_page_is_light_and_whole_without_scripts(client: TestClient, library: Database) -> None:
    fill(library, {NOW.replace(minute=0): at(30, 3)})
    answer = client.get("/free/lib?lang=sv")
    words = Words()
    words.feed(answer.text)
    assert "Ungefär 50 av 80 sittplatser lediga" in words.text, "|".join(words.text)
    assert "Fler än 7 av 12 sittplatser lediga" in words.text and "bibliotek@example.org" in words.text
    assert "set-cookie" not in answer.headers
    parts = [len(client.get(path).content) for path in words.loads]
    assert len(answer.content) + sum(parts) < 50_000
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    widget = client.get("/free/lib/widget?lang=sv")
    assert "frame-ancestors https://city.example.org" in widget.headers["content-security-policy"]
    assert "Ungefär 50 av 80" in widget.text
    hours = client.get("/free/lib/widget?lang=sv&part=today")
    assert "frame-ancestors https://city.example.org" in hours.headers["content-security-policy"]
    assert "När det är lugnt" in hours.text and "Ungefär 50 av 80" not in hours.text
    assert "När det är lugnt" not in client.get("/free/lib/widget?lang=sv&part=%3Cscript%3E").text
    offered = [text for text in words.text if text.startswith("<iframe")]
    assert [re.findall('src="(.*?)"', code) for code in offered] == [
        ["http://localhost/free/lib/widget"], ["http://localhost/free/lib/widget?part=today"]
    ]  # fmt: skip
    shown, below = answer.text.split("</main>")  # what is renewed, and what is not: it stays unfolded
    assert "<details" in below and "<details" not in shown
    assert client.get("/api/v1/sites/lib/free").json()["spaces"][0]["free"] == 50


@pytest.mark.parametrize(
    ("set_to", "told"), [({"operator": "The city"}, "The city"), ({}, "Ask the staff here.")]
)
def test_where_a_wrong_figure_is_reported_is_said_in_any_case(
    library: Database, database_url: str, set_to: dict[str, str], told: str
) -> None:
    server: FastAPI = create_app(Settings(database_url=database_url, **set_to), lambda: NOW)  # type: ignore[arg-type]
    attach(server, Settings(**set_to))  # type: ignore[arg-type]
    with TestClient(server, base_url="http://localhost") as client:
        page = client.get("/free/lib?lang=en").text
    assert f"Report a wrong figure: {told}\n" in re.sub("<.*?>", "", page)


CODE = "iframe|src|http|localhost|free|lib|widget|part|today|title|width|height"
KNOWN = re.compile(
    f"{CODE}|Bibblan|Svenska|English|WCAG|AA|Digg|axe|Chromium|Besök|bibliotek|example|org|www|digg|se|tdosanmalan"
)


def test_arabic_pages_hold_no_word_of_another_language(only_asked: TestClient) -> None:
    for path in ("lib", "lib/widget", "privacy", "accessibility", "nowhere"):
        answer = only_asked.get(f"/free/{path}", headers={"accept-language": "ar,en;q=0.5"})
        assert '<html lang="ar" dir="rtl">' in answer.text, path
        words = Words()
        words.feed(answer.text)
        found = {word for text in words.text for word in re.findall(r"[A-Za-zåäöÅÄÖ]{2,}", text)}
        assert [word for word in found if not KNOWN.fullmatch(word)] == [], path


def test_a_poster_that_leads_nowhere_says_what_to_set(only_asked: TestClient) -> None:
    for kind in ("svg", "pdf"):
        told = only_asked.get(f"/free/lib/poster.{kind}?lang=en")
        assert told.status_code == 409 and told.headers["content-type"].startswith("text/html")
        assert "BESOK_PUBLIC_URL" in told.text and "http://localhost" in told.text


@pytest.mark.usefixtures("library")
def test_posters_and_apps_of_each_site(database_url: str) -> None:
    with serving(database_url, public_url="https://besok.example.org/") as client:
        posters_and_apps(client)


def posters_and_apps(client: TestClient) -> None:
    poster = client.get("/free/lib/poster.svg?space=reading&lang=sv")
    assert (
        poster.headers["content-type"].startswith("image/svg+xml")
        and "besok.example.org/free/lib" in poster.text
    )
    assert 'id="space-reading"' in client.get("/free/lib").text, "where the code of the room leads"
    code = segno.make("https://besok.example.org/free/lib#space-reading", error="m", micro=False)
    assert sum(map(sum, code.matrix)) == sum(map(int, re.findall(r"\.5h(\d+)", poster.text)))
    for language, title in (
        ("sv", "Finns det en ledig plats?"),
        ("en", "Is there a free seat?"),
        ("ar", "Finns"),
    ):
        paper = client.get(f"/free/lib/poster.pdf?space=reading&lang={language}")
        (leaf,) = PdfReader(io.BytesIO(paper.content)).pages
        assert paper.headers["content-type"] == "application/pdf" and title in leaf.extract_text()
    for kind in ("svg", "pdf"):
        assert client.get(f"/free/lib/poster.{kind}?space=nowhere").status_code == 404
        hidden = client.get(f"/free/lib/poster.{kind}?space=hall")
        assert hidden.status_code == 404, "the public page shows only what has seats"
    app = client.get("/free/lib/manifest.webmanifest?lang=ar").json()
    assert (app["start_url"], app["lang"], app["dir"]) == ("/free/lib?lang=ar", "ar", "rtl")
    sizes = {icon["sizes"]: client.get(icon["src"]).content for icon in app["icons"]}
    for size in (192, 512):
        width, height = struct.unpack(
            ">II", sizes[f"{size}x{size}"][16:24]
        )  # of a PNG, behind its first mark
        assert (width, height) == (size, size)
    lost = client.get("/free/nowhere?lang=sv")
    assert lost.status_code == 404 and "<h1>Sidan finns inte</h1>" in lost.text
    assert client.get("/free", follow_redirects=False).headers["location"] == "/free/lib"
    wished = client.get("/free?lang=ar", follow_redirects=False).headers["location"]
    assert wished == "/free/lib?lang=ar"


def test_a_statement_leads_back_to_the_site_that_linked_to_it(only_asked: TestClient) -> None:
    for name in ("privacy", "accessibility"):
        assert f"/free/{name}?lang=ar&amp;site=lib" in only_asked.get("/free/lib?lang=ar").text
        statement = only_asked.get(f"/free/{name}?lang=ar&site=lib").text
        assert 'href="/free/lib?lang=ar"' in statement and 'href="?lang=sv&amp;site=lib"' in statement
        assert 'href="/free/?lang=ar"' in only_asked.get(f"/free/{name}?lang=ar&site=nowhere").text
    assert 'href="https://www.digg.se/tdosanmalan"' in only_asked.get("/free/accessibility?lang=sv").text


def test_each_language_has_its_notice_for_pages_that_are_not_kept(only_asked: TestClient) -> None:
    worker = only_asked.get("/free/worker.js").text
    assert re.findall('LANGUAGES = "([^"]*)"', worker) == [" ".join(PUBLIC_LANGUAGES)]


def test_residents_choose_among_several_sites(client: TestClient, library: Database) -> None:
    house = HOUSE.replace('kind = "library"', 'kind = "library"\ncapacity = 120', 1)
    sites.apply(library, sitefile.parse(house + site("park", ("الحديقة", "The park"), kind="park")))
    fill(library, {NOW.replace(minute=0): at(30, 3)})
    assert client.get("/free?lang=en", follow_redirects=False).headers["location"] == "/free/?lang=en"
    for language, room in (
        ("en", "Room for about 80 of 120"),
        ("sv", "Plats för ungefär 80 av 120"),
        ("ar", "80"),
    ):
        answer = client.get(f"/free/?lang={language}")
        words = Words()
        words.feed(answer.text)
        assert any(room in text for text in words.text), words.text
        assert [f'href="/free/{name}?lang={language}"' in answer.text for name in ("lib", "park")] == [
            True,
            True,
        ]
        parts = [len(client.get(path).content) for path in words.loads]
        assert len(answer.content) + sum(parts) < 50_000 and "set-cookie" not in answer.headers
        found = {word for text in words.text for word in re.findall(r"[A-Za-zåäöÅÄÖ]{2,}", text)}
        assert language != "ar" or [word for word in found if not KNOWN.fullmatch(word)] == []
    shown = client.get("/free/?lang=en").text
    assert "No figure right now" in shown, "the park has no sensor"
    assert "Report a wrong figure: <a" in shown


def listed(db: Database, file: str, time: datetime, people: dict[str, float] | None = None) -> dict[str, Any]:
    """The list of sites, in English, by what it says of each."""
    sites.apply(db, sitefile.parse(file))
    if people:
        fill(db, {time: people})
    settled, shown = get_public_sites(db, time + SETTLED)
    words = page.sites(shown, settled)
    said = {
        one["site"]: (one["free"], one["busy"], one["state"], one["simulated"] != "")
        for one in words["sites"]
    }
    return {**words, "sites": said}


@pytest.mark.usefixtures("english")
def test_the_list_tells_of_no_people_where_a_site_is_closed_or_at_night(db: Database) -> None:
    night = NOW.replace(hour=2, minute=0)
    closed = site("shut", hours="09:00-18:00")
    words = listed(db, closed, night)
    assert words["updated"] == "", "no figures, of no time"
    words = listed(db, HOUSE.replace("08:00-20:00", "always") + closed, night, at(30, 7))
    assert words["sites"] == {
        "lib": ("Not shown at night", "", "Always open", False),
        "shut": ("", "", "Closed, opens 09:00", False),
    }
    assert words["updated"] == "No figures are shown at night, so that nobody can be recognised."
    kept = "No connection. As of 25 Nov 03:00."  # of a page of the night, too
    assert words["offline"] == kept
    assert page.context(get_public(db, "lib", night + SETTLED), [])["offline"] == kept


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("hour", [6, 14, 20], ids=["closed", "no figure yet", "closed in the evening"])
def test_pages_that_show_no_figures_tell_no_time_of_them(db: Database, hour: int) -> None:
    time = NOW.replace(hour=hour, minute=0)
    assert listed(db, HOUSE, time, at(30, 7) if hour != 14 else None)["updated"] == ""
    assert context(get_public(db, "lib", time + SETTLED), [])["updated"] == ""


@pytest.mark.usefixtures("english")
def test_the_list_tells_which_sites_are_simulated_and_leaves_sandboxes_of_scenarios_out(db: Database) -> None:
    other = site("park", more="sandbox = true")
    (park,) = sitefile.parse(other).sites
    sites.apply(db, SiteFile(sites=(replace(park, id=sandbox_id("lib")),)))
    words = listed(db, HOUSE + other, NOW.replace(minute=0), at(30, 7))
    assert {name: simulated for name, (_f, _b, _s, simulated) in words["sites"].items()} == {
        "lib": False, "park": True,
    }  # fmt: skip
    assert words["updated"].startswith("Updated at 14:00, in round figures")
    assert words["offline"].endswith(" 14:00.")
    abroad = other.replace("Europe/Stockholm", "Europe/Helsinki")
    words = listed(db, HOUSE + abroad, NOW.replace(minute=0), at(30, 7))
    assert words["updated"].startswith("Updated at 13:00 UTC, in round figures")


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("capacity", "more"), [(4, 'model = "presence"'), (4, ""), (8, 'model = "presence"')]
)
def test_the_list_tells_nothing_of_people_that_the_page_of_the_site_does_not(
    db: Database, capacity: int, more: str
) -> None:
    booth = site("booth", more=f"capacity = {capacity}") + sensor("eye", at='space = "booth"', more=more)
    words = listed(db, booth, NOW.replace(minute=0), {"booth": 1})
    basis = "presence" if more else "people"
    execute(db, "update occupancy_minute set basis = %s", (basis,))
    words = listed(db, booth, NOW.replace(minute=0))
    assert words["sites"] == {"booth": ("", "", "Always open", False)}


def test_fifty_sites_are_a_light_page(client: TestClient, library: Database) -> None:
    more = "".join(
        site(f"branch-{n}", (f"Filialen {n}", f"Branch {n}"), more="sandbox = true") for n in range(49)
    )
    sites.apply(library, sitefile.parse(HOUSE + more))
    answer = client.get("/free/?lang=sv")
    words = Words()
    words.feed(answer.text)
    assert answer.text.count("<h2>") == 50
    assert len(answer.content) + sum(len(client.get(path).content) for path in words.loads) < 50_000


def test_an_installation_without_sites_says_so_to_residents_too(db: Database, database_url: str) -> None:
    server = create_app(Settings(database_url=database_url), lambda: NOW)  # type: ignore[arg-type]
    attach(server, Settings())
    with TestClient(server, base_url="http://localhost") as client:
        answer = client.get("/free?lang=sv")
    assert answer.status_code == 404 and "<h1>Ingen plats är upplagd ännu</h1>" in answer.text
