"""An empty installation becomes a counting site by HTTP alone, and then tells what one made by a file tells."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from servers import await_days, working

from besok.model import sitefile
from besok.model.sitefile.edit import mark, parts
from besok.store import sites
from besok.store.database import Database
from besok.store.write import Batch, write
from tests.at_work import on, serving
from tests.databases import FreshUrl
from tests.patience import ANSWER_S
from tests.readings import passed
from tests.sitetext import door, sensor, site, space

V1 = "/api/v1"
NOW = datetime.now(UTC).replace(second=0, microsecond=0)
NEW = {
    "id": "library",
    "name.sv": "Biblioteket",
    "name.en": "Library",
    "kind": "library",
    "timezone": "Europe/Stockholm",
    "country": "SE",
}
WEEK = {"monday": "9–20", "tuesday": "9–20", "wednesday": "9–20", "thursday": "9–20", "friday": "9–18",
        "saturday": "stängt", "sunday": "closed", "on_holiday": "closed", "country": "SE"}  # fmt: skip
PARTS = [
    ("spaces", {"name": "Floor", "kind": "storey", "storey": "0", "capacity": "200"}),
    ("spaces", {"name": "Hall", "parent": "floor", "capacity": "50", "seats": "40"}),
    ("portals", {"name": "Front", "outer": "outside", "inner": "floor"}),
    ("portals", {"name": "Hall door", "outer": "floor", "inner": "hall", "width_m": "0.9"}),
    ("exceptions", {"first": "2026-12-23", "last": "2026-12-23", "hours": "9–15", "note": "Dan före dan"}),
    ("sensors", {"device": "front-1", "channel": "flow:1", "portal": "front"}),
    ("sensors", {"device": "hall-1", "channel": "flow:1", "portal": "hall-door"}),
    ("target", {"baseline_first": "2025-01-01", "baseline_last": "2025-12-31", "deadline": "2030-12-31"}),
]  # fmt: skip
HOURS = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday"), "09:00-20:00") | {
    "friday": "09:00-18:00", "saturday": "closed", "sunday": "closed", "country": "SE",
}  # fmt: skip
DATED = """[[sites.opening.exceptions]]
first = 2026-12-23
last = 2026-12-23
hours = "09:00-15:00"
note = "Dan före dan"
[sites.target]
baseline_first = 2025-01-01
baseline_last = 2025-12-31
deadline = 2030-12-31
"""
FILE = "".join(
    (
        site("library", ("Biblioteket", "Library"), HOURS), DATED,
        space("floor", ("Floor", "Floor"), 'kind = "storey"\nstorey = 0\ncapacity = 200'),
        space("hall", ("Hall", "Hall"), 'parent = "floor"\ncapacity = 50\nseats = 40'),
        door("front", ("Front", "Front"), "floor"),
        door("hall-door", ("Hall door", "Hall door"), "hall", "floor", "width_m = 0.9"),
        sensor("front-1", 'portal = "front"'), sensor("hall-1", 'portal = "hall-door"'),
    )
)  # fmt: skip


@contextmanager
def asking(url: str) -> Iterator[httpx2.Client]:
    """A client of a web service that reads a database, whose sensors sent before any site was there."""
    told = []
    for time in (NOW - timedelta(minutes=n) for n in range(60, 50 * 60, 10)):
        told += [*passed("library/front-1", time, 3, 2), *passed("library/hall-1", time, 1)]
    with Database(url) as db:
        write(db, Batch(readings=told))
    with serving(on(url)) as address, httpx2.Client(base_url=address, timeout=ANSWER_S) as client:
        yield client


def figures(ask: httpx2.Client, url: str) -> dict[str, object]:
    """What the two must tell alike, once the jobs have worked off all days."""
    with working(url):
        await_days(url)
    days = {"from": str((NOW - timedelta(days=4)).date()), "to": str(NOW.date())}
    hours = {"from": (NOW - timedelta(days=2)).isoformat(), "to": NOW.isoformat(), "step": "hour"}
    library = f"{V1}/sites/library"
    return {
        "spaces": ask.get(f"{library}/spaces").json(),
        "portals": ask.get(f"{library}/portals").json(),
        "calendar": ask.get(f"{library}/calendar", params=days).json(),
        "visits": ask.get(f"{library}/visits", params=days).json(),
        "flows": ask.get(f"{library}/flows", params=hours).json(),
        "file": ask.get(f"{V1}/site-file").text,
    }


def made_by_http(ask: httpx2.Client) -> None:
    """Describe the library as the pages do."""
    made = ask.post(f"{V1}/sites", json={"who": "Kim", "values": NEW})
    assert (made.status_code, made.json()) == (201, {"site": "library"}), made.text
    for part, values in PARTS:
        body = {"who": "Kim", "values": values}
        seen = ask.post(f"{V1}/sites/library/parts/{part}/preview", json=body)
        kept = ask.put(f"{V1}/sites/library/parts/{part}", json=body)
        assert (seen.status_code, kept.status_code) == (200, 200), (part, seen.text, kept.text)
        assert seen.json() == kept.json()
    hours = ask.get(f"{V1}/site-file").text
    assert 'monday = "always"' in hours, "its hours are not told yet"
    marked = marks(hours)
    kept = ask.put(f"{V1}/sites/library/parts/hours", json={"who": "Kim", "mark": marked, "values": WEEK})
    assert kept.status_code == 200, kept.text
    again = ask.put(f"{V1}/sites/library/parts/hours", json={"who": "Robin", "mark": marked, "values": WEEK})
    assert again.status_code == 409 and "Somebody else" in again.json()["error"]


def marks(text: str) -> str:
    """The mark of the hours in a site file, as a page has it."""
    (table,) = parts(sitefile.parse(text), "library")["hours"]
    return mark("hours", table)


def test_a_site_made_by_http_tells_what_one_of_a_file_tells(fresh_url: FreshUrl) -> None:
    with fresh_url() as by_http, asking(by_http) as ask:
        made_by_http(ask)
        told = figures(ask, by_http)
    with fresh_url() as by_file, asking(by_file) as ask:
        with Database(by_file) as db:
            sites.apply(db, sitefile.parse(FILE))
        assert told == figures(ask, by_file)
    assert any(day["gross"] for day in told["visits"]), told["visits"]  # type: ignore[attr-defined]


def test_what_cannot_be_is_told_at_its_field_in_the_readers_language(
    quiet: httpx2.Client, subtests: pytest.Subtests
) -> None:
    known = f"{V1}/sites/stadsbiblioteket/parts"
    cases = [
        ("spaces", {"name": "Loft", "capacity": "many"}, 422, "capacity"),
        ("spaces", {"name": "Loft", "unheard": "x"}, 422, "unheard"),
        ("spaces", {"name": "x" * 1501}, 422, "1500 characters"),
        ("spaces", {"a" * 40: "x"}, 422, "match pattern"),
        ("spaces", {f"k{n}": "x" for n in range(41)}, 422, "at most 40"),
        ("spaces", {"name": "Lo\x07ft"}, 422, "control"),
        ("mappings", {"name": "x"}, 422, "part"),
    ]
    for part, values, status, told in cases:
        with subtests.test(part=part, told=told):
            answer = quiet.put(f"{known}/{part}", json={"who": "Kim", "values": values})
            assert answer.status_code == status, answer.text
            assert told in answer.text, answer.text
    body = {"who": "Kim", "values": {"name": "Loft", "capacity": "många"}}
    said = quiet.put(f"{known}/spaces", json=body, headers={"Accept-Language": "sv"}).json()
    assert said["fields"] == {"capacity": "Skriv ett heltal från 1, eller lämna tomt."}
    assert quiet.put(f"{known}/spaces", json={**body, "mark": "0" * 18}).status_code == 409
    assert quiet.put(f"{known}/spaces", json={"values": {"name": "Loft"}}).status_code == 422, (
        "nobody says who"
    )
    assert quiet.put(f"{V1}/sites/nowhere/parts/spaces", json=body).status_code == 404
