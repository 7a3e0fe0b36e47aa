"""Effects of the programme, computed from stored counts and kept."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from besok.model import sitefile
from besok.model.calendar_entries import Occurrence
from besok.services.calendar import get_event_effects
from besok.store import backfill, calendars, effects, sites
from besok.store.database import Database
from besok.store.write import Batch, write
from jobs import daily
from jobs import event_effects as computing
from tests.databases import execute
from tests.readings import passed
from tests.sitetext import door, sensor, site, space

HERE = ZoneInfo("Europe/Stockholm")
SITE = "".join(
    (
        site(hours="10:00-18:00"), space("hall", ("Hall", "Hall")), space("studio", ("Studio", "Studio")),
        door("front", ("Entré", "Front")), door("studio-door", ("Studion", "Studio door"), "studio", "hall"),
        sensor("front"), sensor("studio-door"),
    )
)  # fmt: skip
FIRST, WEEKS = date(2026, 8, 3), 11
CONCERT = datetime(2026, 9, 24, 13, tzinfo=HERE)
NOW = datetime(2026, 10, 19, 12, tzinfo=HERE)


@pytest.fixture
def counted(db: Database) -> Database:
    """Eleven weeks, and once there is a concert."""
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
            for device, rate in (("front", 30.0), ("studio-door", 8.0)):
                people = float(rng.poisson(rate * opened) + (concert if device == "front" else 0))
                batch += passed(f"lib/{device}", end, people, people, period_s=3600 * (last - first))
    write(db, Batch(readings=batch))
    execute(db, "delete from dirty_day")
    return db


def test_effects_of_events_are_computed_once_a_day_and_told(counted: Database) -> None:
    concert = Occurrence(
        uid="1", title="Concert", place="", start=CONCERT, end=CONCERT + timedelta(hours=1), all_day=False
    )
    calendars.import_events(counted, "lib", "test", [(concert, None)], now=NOW - timedelta(days=60))
    assert daily.is_due(effects.EVENTS)(counted, NOW)
    computing.run(counted, NOW)
    assert not daily.is_due(effects.EVENTS)(counted, NOW)
    (event,) = get_event_effects(counted, "lib", CONCERT, CONCERT + timedelta(hours=1))
    assert (event.title, event.space, event.start) == ("Concert", None, CONCERT)
    assert event.effect.verdict == "more" and event.effect.during
    assert event.effect.during.lower < 150 < event.effect.during.upper


def test_what_was_computed_while_history_came_in_is_computed_again_once_it_is_there(
    counted: Database,
) -> None:
    run = backfill.Run(digest="test", sites=["lib"])
    run.advance(counted, FIRST)
    execute(counted, "update backfill set noted = %s", (NOW - timedelta(hours=1),))  # nobody seems to write
    computing.run(counted, NOW)
    assert not daily.is_due(effects.EVENTS)(counted, NOW)
    run.finish(counted)
    assert daily.is_due(effects.EVENTS)(counted, NOW)
