"""A simulated library with its park, with two years behind it, as it stands at one moment: NOW."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import psycopg
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from api.sign_in.middleware import WhoAsks
from besok.files.ical import Occurrence
from besok.model.decode_context import decode_context_of
from besok.model.readings import Message
from besok.model.settings import Settings
from besok.model.sitefile import parse
from besok.store import calendars, sites
from besok.store.claims import Claims
from besok.store.database import Database
from besok.store.write import write
from besok.text.languages import LANG
from collectors.pipeline import decode
from dashboard.address import Address
from dashboard.app import attach
from dashboard.router import screen
from jobs import forecast, results, work
from jobs.background import load
from jobs.inbox import Changes
from jobs.schedule import DUTIES, Clock
from sensors_sim.backfill import messages

SITE_FILE = Path(__file__).parent / "site.toml"
NOW = datetime(2026, 3, 4, 14, 10, 20, tzinfo=UTC)
TODAY = date(2026, 3, 4)
FIRST, READ_FROM = (
    date(2024, 1, 1),
    date(2026, 1, 19),
)  # days are counts before the second, and readings from it on
ORIGINS = (date(2025, 9, 30), date(2025, 12, 31))  # of the library's forecasts made afterwards
MUTE, MUTE_FROM = "count-yard", datetime(2026, 3, 2, 11, tzinfo=UTC)  # a sensor that falls silent
SEED = 3
DAY = timedelta(days=1)
VISITS = {("lib", "main"): 140, ("lib", "yard"): 60, ("park", "gate"): 45}  # a usual day of each door
CLOSED = (date(2025, 7, 14), date(2025, 7, 20))
COUNT = "0b4a4f5e-0000-4000-8000-000000000001"
STRANGE = [
    (
        "besok/v1/lib/lost-and-found/flow",
        b'{"time": "2026-03-04T13:00:00Z", "period_s": 60, "in": 2, "out": 1}',
    ),
    ("acme/door", b"neither this nor that"),
    ("besok/v1/lib/count-main/flow", b'{"in": "many"}'),
    ("besok/v1/lib/count-main/status", b"online"),
]


def settings(url: str) -> Settings:
    """The settings of every service."""
    return Settings(database_url=url, database_pool=4)  # type: ignore[arg-type]


def build(url: str, read_from: date = READ_FROM) -> None:
    """Fill a migrated database with all that was measured, learnt and written down until NOW."""
    site_file = parse(SITE_FILE.read_text("utf-8"))
    with Database(url) as db:
        sites.apply(db, site_file)
        calendars.import_events(db, "lib", "programme", list(_events()), now=NOW)
        _old_days(url, read_from)
        for lot in messages(site_file, read_from, NOW, seed=SEED):
            write(db, decode([m for m in lot if MUTE not in m.topic or m.received < MUTE_FROM]))
        for topic, payload in STRANGE:
            write(
                db,
                decode(
                    [Message(topic=topic, payload=payload, received=NOW - DAY / 24)],
                    decode_context_of(site_file.sites),
                ),
            )
    write_down(url)
    with Database(url) as db:
        _work(db, url)


def _events() -> Iterator[tuple[Occurrence, str]]:
    """Yield two reading evenings, and the space they are in."""
    for n in (1, 3):
        start = datetime(2026, 1, 15, 16, tzinfo=UTC) + n * 14 * DAY
        end = start + timedelta(hours=2)
        found = Occurrence(
            uid=f"e{n}", title="Läsecirkel", place="Hallen", start=start, end=end, all_day=False
        )
        yield found, "hall"


def _old_days(url: str, end: date) -> None:
    """Write the days before `end` as counts by door and day."""
    rng = np.random.default_rng(SEED)
    rows = []
    for (site, door), usual in VISITS.items():
        for day in (FIRST + n * DAY for n in range((end - FIRST).days)):
            season = 1 + 0.25 * np.cos(2 * np.pi * (day.timetuple().tm_yday - 15) / 365) * (
                1 if site == "lib" else -1
            )
            growth = 1.06 ** ((day - FIRST).days / 365)
            open_ = 0 if site == "lib" and CLOSED[0] <= day <= CLOSED[1] else 1
            people = int(rng.poisson(usual * season * growth * (0.6 if day.weekday() > 4 else 1) * open_))
            rows.append((day, people, people, site, door))
    with psycopg.connect(url) as conn:
        conn.cursor().executemany(
            "insert into flow_day (site_id, portal_id, day, people_in, people_out, covered_s, imputed)"
            " select site_id, portal_id, %s, %s, %s, 86400, 0 from portal p join site s using (site_id)"
            " where s.slug = %s and p.slug = %s",
            rows,
        )


def write_down(url: str) -> None:
    """Send, through the API, what people write down: a count beside a sensor, and two actions."""
    begins = datetime(2026, 2, 25, 10, tzinfo=UTC)
    taps = [
        {"time": _iso(begins + n * timedelta(minutes=2)), "direction": "in", "people": 1 + n % 2}
        for n in range(30)
    ]
    times = {"begins": _iso(begins), "ends": _iso(begins + DAY / 24), "sent": _iso(begins + DAY / 24)}
    count = {"portal": "main", "counted_by": "Kim", "taps": taps, **times}
    asked = [
        {
            "who": "Kim",
            "title_sv": "Fler stolar",
            "title_en": "More chairs",
            "asked": "2025-05-02",
            "spaces": ["reading"],
        },
        {"who": "Kim", "title_sv": "Söndagsöppet", "title_en": "Open on Sundays", "asked": "2025-08-01"},
    ]
    became = {
        "who": "Kim",
        "answer_sv": "Klart",
        "answer_en": "Done",
        "answered": "2025-09-01",
        "done_since": "2025-10-01",
    }
    with web(url) as client:
        made = [client.post("/api/v1/sites/lib/actions", json=body) for body in asked]
        name = made[1].json()["action"]
        answers = [*made, client.patch(f"/api/v1/sites/lib/actions/{name}", json=became)]
        answers.append(client.put(f"/api/v1/sites/lib/counts/{COUNT}", json=count))
        assert all(answer.is_success for answer in answers), [answer.text for answer in answers]


def _iso(time: datetime) -> str:
    return time.isoformat()


def _work(db: Database, url: str) -> None:
    """Do all that jobs would have done by NOW."""
    # How many days are worked on together would else follow the speed of the machine.
    with patch.object(work, "REACH_DAYS", (16, 16)), Claims(url) as claims:
        worker = work.Worker(db, claims, settings(url))
        worker._clock = Clock(())  # its duties are done below, in this process
        worker.turn(Changes(everything=True), NOW)
        while worker.busy:
            worker.turn(Changes(), NOW)
        worker.end()
    for origin in ORIGINS:
        forecast.make(db, sites.load(db, "lib"), origin, NOW)
    for duty in DUTIES:
        if not isinstance(duty.run, str):
            duty.run(db, NOW)
        elif duty.run != "jobs.forecast:make_past":  # 24 of each site take long
            load(duty.run)(db, NOW)
    results.compute_missing(db, NOW)  # what a finding of the checks has deleted


@contextmanager
def web(url: str) -> Iterator[TestClient]:
    """A client of the API and the screens, whose clock stands at NOW."""
    server: FastAPI = create_app(settings(url), lambda: NOW)
    attach(server, settings(url))
    server.add_middleware(WhoAsks, gate=server.state.gate, clock=server.state.clock)
    told: dict[str, Any] = {"headers": {"accept-language": "en"}, "client": ("127.0.0.1", 50_000)}
    with TestClient(server, base_url="http://localhost", **told) as client:
        yield client


def page(db: Database, path: str, search: str, language: str) -> str:
    """Return a screen's text, its navigation first."""
    token = LANG.set(language)
    try:
        content, navigation = screen(db, Address.parse(path, search), NOW)
        return "\n".join([*lines_of(navigation), *lines_of(content)])
    finally:
        LANG.reset(token)


SPOKEN = ("title", "label", "placeholder", "alt", "aria-label", "href")


def lines_of(part: Any) -> Iterator[str]:
    """Yield all text of a tree of components in order, with what is spoken, linked or drawn."""
    if isinstance(part, list | tuple):
        for child in part:
            yield from lines_of(child)
    elif hasattr(part, "to_plotly_json"):
        known = part.to_plotly_json()["props"]
        yield from (
            f"[{name}] {known[name]}" for name in SPOKEN if isinstance(known.get(name), str) and known[name]
        )
        if known.get("figure") is not None:
            yield from (f"[trace] {trace}" for trace in map(summary, known["figure"].to_dict()["data"]))
        if "data-table" in known:
            table = json.loads(known["data-table"])
            rows = (table["head"], *table["rows"])
            yield from ("[row] " + " | ".join(c if isinstance(c, str) else c[0] for c in row) for row in rows)
        yield from lines_of(known.get("children"))
    elif part is not None and part != "":
        yield str(part)


def summary(trace: dict[str, Any]) -> str:
    """Return the kind and name of a figure's trace, its number of points, its ends and its sum."""
    x, y = list(trace.get("x", ())), list(trace.get("y", ()))
    known = [float(v) for v in y if isinstance(v, int | float) and v == v]
    ends = f"{x[0]} .. {x[-1]}" if x else "nothing"
    return f"{trace.get('type')} {trace.get('name')}: {len(x)} points {ends}, sum {sum(known):.6g}"
