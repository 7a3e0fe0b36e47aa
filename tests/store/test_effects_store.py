"""What came of actions and events is reckoned from the stored counts, kept, and told."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from core import sitefile
from core.ical import Occurrence
from core.ledger import Action
from core.readings import Reading
from core.site import Text
from jobs import daily
from jobs import effects as reckoning
from store import actions, calendars, effects, queries, sites
from store.database import Database
from store.write import Batch, Incoming, write

HERE = ZoneInfo("Europe/Stockholm")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SITE = """
[[sites]]
id = "lib"
kind = "library"
name = { sv = "Bibblan", en = "Library" }
timezone = "Europe/Stockholm"
[sites.opening]
HOURS
[[sites.spaces]]
id = "hall"
name = { sv = "Hall", en = "Hall" }
[[sites.spaces]]
id = "studio"
name = { sv = "Studio", en = "Studio" }
[[sites.portals]]
id = "front"
name = { sv = "Entré", en = "Front" }
outer = "outside"
inner = "hall"
[[sites.portals]]
id = "studio-door"
name = { sv = "Studion", en = "Studio door" }
outer = "hall"
inner = "studio"
[[sites.sensors]]
device = "front"
portal = "front"
[[sites.sensors]]
device = "studio-door"
portal = "studio-door"
""".replace("HOURS", "\n".join(f'{day} = "10:00-18:00"' for day in DAYS))
FIRST, WEEKS = date(2026, 6, 1), 20
SINCE = FIRST + timedelta(weeks=14)
CONCERT = datetime(2026, 9, 24, 13, tzinfo=HERE)
NOW = datetime(2026, 10, 19, 12, tzinfo=HERE)


@pytest.fixture
def counted(db: Database) -> Database:
    """Twenty weeks; from the fifteenth on twice as many come to the studio, and once there is a concert in the hall."""
    sites.apply(db, sitefile.parse(SITE))
    rng = np.random.default_rng(1)
    batch = []
    for n in range(7 * WEEKS):
        day = FIRST + timedelta(days=n)
        for first, last in ((4, 10), (10, 13), (13, 14), (14, 18), (18, 28)):
            start = datetime(day.year, day.month, day.day, 0, tzinfo=HERE)
            end = (start + timedelta(hours=last)).astimezone(UTC)
            opened = last - first if 10 <= first < 18 else 0
            concert = 150 * (start + timedelta(hours=first) == CONCERT)
            for device, rate in (("front", 30.0), ("studio-door", 8.0 if day < SINCE else 16.0)):
                people = float(rng.poisson(rate * opened) + (concert if device == "front" else 0))
                for metric in ("in", "out"):
                    reading = Reading(source="native", device=f"lib/{device}", channel="flow:1", metric=metric,
                                      value=people, time=end, period_s=3600 * (last - first))  # fmt: skip
                    batch.append(Incoming(reading=reading, received=end))
    write(db, Batch(readings=batch))
    with db.transaction() as conn:
        conn.execute("delete from dirty_day")
    return db


def test_effects_are_reckoned_once_a_day_and_told(counted: Database) -> None:
    text = Text(sv="x", en="x")
    asked = [
        Action(site="lib", id="studio", title=text, done_since=SINCE, spaces=("studio",)),
        Action(site="lib", id="signs", title=text, done_since=SINCE),
        Action(site="lib", id="promised", title=text),
    ]
    actions.put(counted, asked, "somebody", NOW)
    concert = Occurrence(
        uid="1", title="Concert", place="", start=CONCERT, end=CONCERT + timedelta(hours=1), all_day=False
    )
    calendars.import_events(counted, "lib", "test", [(concert, None)], now=NOW - timedelta(days=60))
    assert daily.wanted(effects.WHAT)(counted, NOW)
    reckoning.reckon_all(counted, NOW)
    assert not daily.wanted(effects.WHAT)(counted, NOW)

    told = {one.action: one.effect for one in queries.action_effects(counted, "lib")}
    assert list(told) == ["signs", "studio"]
    assert told["signs"].verdict == "chance" and told["signs"].elsewhere is None
    studio = told["studio"]
    assert studio.verdict == "more" and studio.change and studio.elsewhere
    assert studio.change.share.lower < 1.0 < studio.change.share.upper

    (event,) = queries.event_effects(counted, "lib", CONCERT, CONCERT + timedelta(hours=1))
    assert (event.title, event.space, event.start) == ("Concert", None, CONCERT)
    assert event.effect.verdict == "more" and event.effect.during
    assert event.effect.during.lower < 150 < event.effect.during.upper


def test_a_site_without_history_has_no_effects(db: Database) -> None:
    sites.apply(db, sitefile.parse(SITE))
    actions.put(db, [Action(site="lib", id="new", title=Text(sv="x", en="x"), done_since=SINCE)], "somebody", NOW)
    reckoning.reckon_all(db, NOW)
    assert [one.effect.verdict for one in queries.action_effects(db, "lib")] == ["not_observed"]
