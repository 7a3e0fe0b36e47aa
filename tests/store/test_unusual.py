"""Hours that stand out in the stored counts are found, kept and told with the programme of their time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from besok.model import sitefile
from besok.model.calendar_entries import Occurrence
from besok.services.calendar import get_unusual, unusual_checked
from besok.store import calendars, effects, schema, sites
from besok.store.database import Database
from besok.store.write import Batch, write
from jobs import daily
from jobs import unusual_days as finding
from tests.databases import execute
from tests.readings import passed
from tests.sitetext import door, sensor, site, space

HERE = ZoneInfo("Europe/Stockholm")
SITE = "".join(
    (
        site(hours="10:00-18:00"),
        space("hall", ("Hall", "Hall")),
        door("front", ("Entré", "Front")),
        sensor("front"),
    )
)

FIRST, WEEKS = date(2026, 9, 7), 6
CROWD = datetime(2026, 10, 1, 14, tzinfo=HERE)  # 120 instead of 30 an hour
SILENCE = datetime(2026, 10, 8, 11, tzinfo=HERE)  # nobody from eleven to three
NOW = datetime(2026, 10, 19, 12, tzinfo=HERE)


@pytest.fixture
def counted(db: Database) -> Database:
    sites.apply(db, sitefile.parse(SITE))
    rng = np.random.default_rng(1)
    batch = []
    for n in range(7 * WEEKS * 24):
        start = datetime(FIRST.year, FIRST.month, FIRST.day, 4, tzinfo=HERE) + timedelta(hours=n)
        rate = 30.0 if 10 <= start.hour < 18 else 0.0
        rate = 120.0 if start == CROWD else 0.0 if SILENCE <= start < SILENCE + timedelta(hours=4) else rate
        people = float(rng.poisson(rate))
        end = (start + timedelta(hours=1)).astimezone(UTC)
        batch += passed("lib/front", end, people, people, period_s=3600)
    write(db, Batch(readings=batch))
    return db


def test_a_crowd_and_a_silence_are_found_once_a_day_and_told_with_the_programme(counted: Database) -> None:
    concert = Occurrence(
        uid="1", title="Concert", place="hall", start=CROWD, end=CROWD + timedelta(hours=1), all_day=False
    )
    calendars.import_events(counted, "lib", "test", [(concert, None)], now=NOW - timedelta(days=60))
    assert daily.is_due(effects.UNUSUAL)(counted, NOW)
    assert unusual_checked(counted, "lib") is None
    finding.run(counted, NOW)
    assert unusual_checked(counted, "lib") == date(2026, 10, 18)
    assert not daily.is_due(effects.UNUSUAL)(counted, NOW)
    assert daily.is_due(effects.UNUSUAL)(counted, NOW + timedelta(days=1))
    found = get_unusual(counted, "lib", NOW - timedelta(days=60), NOW)
    assert len(found) == 2
    silence, crowd = found
    assert crowd.start == CROWD and crowd.people > 90 and 20 < crowd.expected < 40
    assert crowd.programme == ("Concert",)
    assert abs(silence.start - SILENCE) <= timedelta(hours=1) and silence.people < 10 < silence.expected
    assert silence.programme == ()


def test_nothing_is_unusual_where_little_is_known(db: Database) -> None:
    sites.apply(db, sitefile.parse(SITE))
    finding.run(db, NOW)
    assert get_unusual(db, "lib", NOW - timedelta(days=60), NOW) == []
    assert not daily.is_due(effects.UNUSUAL)(db, NOW) and unusual_checked(db, "lib") is None


def test_after_the_upgrade_they_are_looked_for_at_once(counted: Database) -> None:
    finding.run(counted, NOW)
    execute(counted, "delete from looked where what = %s", (effects.UNUSUAL_KNOWN,))  # as earlier versions
    assert not daily.is_due(effects.UNUSUAL)(counted, NOW)
    (upgrade,) = [text for name, text, _ in schema.scripts("migrations") if name == "0057_unusual_again"]
    execute(counted, upgrade)
    assert daily.is_due(effects.UNUSUAL)(counted, NOW)
    finding.run(counted, NOW)
    assert unusual_checked(counted, "lib") == date(2026, 10, 18)
