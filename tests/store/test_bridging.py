"""Progress with and without the breaks of the method: another sensor, another definition, another door."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from besok.model import sitefile
from besok.model.views.progress import Progress
from besok.services.progress import get_progress
from besok.store import sites
from besok.store.database import Database
from tests.databases import execute
from tests.store.by_day import count
from tests.store.counted import HOUSE

TODAY = date(2026, 3, 2)
DAYS = 2 * 364 + 10
FIRST = TODAY - timedelta(days=DAYS)
TARGET = f"""
[sites.target]
baseline_first = {FIRST}
baseline_last = {FIRST + timedelta(days=363)}
deadline = 2030-12-31
"""


def house(extra: str = "", more: str = "") -> str:
    return HOUSE.replace("[[sites.spaces]]", f"{TARGET}{extra}[[sites.spaces]]", 1) + more


def counted(
    db: Database, *, door: str = "front", since: date | None = None, factor: float = 1.0, seed: int = 1
) -> None:
    """Two years at both doors."""
    rng = np.random.default_rng(seed)
    days: dict[str, dict[date, float]] = {"front": {}, "back": {}}
    for n in range(DAYS):
        day = FIRST + timedelta(days=n)
        busy = (1 + 0.1 * n / 364) * np.exp(rng.normal(0, 0.1)) * (0.5 if day.weekday() == 6 else 1)
        for name, usual in (("front", 400), ("back", 300)):
            changed = factor if name == door and since and day >= since else 1.0
            days[name][day] = float(rng.poisson(usual * busy * np.exp(rng.normal(0, 0.05)) * changed))
    for name, people in days.items():
        count(db, people, name)


def progress(db: Database) -> Progress:
    return get_progress(db, "lib", TODAY)


def test_without_breaks_both_are_the_same(db: Database) -> None:
    sites.apply(db, sitefile.parse(house()))
    counted(db)
    p = progress(db)
    assert p.breaks == ()
    assert p.growth_bridged == pytest.approx(p.growth) and p.baseline_bridged == pytest.approx(
        p.baseline_visits
    )
    assert p.growth_error and 0.01 < p.growth_error < 0.1
    assert progress(db) == p


def test_another_sensor_is_bridged_by_the_other_door(db: Database) -> None:
    sites.apply(db, sitefile.parse(house()))
    day = TODAY - timedelta(days=300)
    new = house().replace('device = "front"', 'device = "front-2"')
    sites.apply(db, sitefile.parse(new), now=datetime(day.year, day.month, day.day, 4, tzinfo=UTC))
    counted(db, since=day, factor=1.25)
    p = progress(db)
    (told,) = [b for b in p.breaks if b.kind == "sensor"]
    assert (told.day, told.door, told.method) == (day, "front", "level")
    assert (
        told.factor == pytest.approx(1.25, abs=0.06) and told.error and abs(told.factor - 1.25) < told.error
    )
    assert p.growth and p.growth_bridged and p.growth_error
    assert p.growth > 0.19 and abs(p.growth_bridged - 0.1) < p.growth_error < 0.08
    assert p.baseline_bridged and p.baseline_visits
    assert p.baseline_bridged / p.baseline_visits == pytest.approx(1 + 0.25 * 4 / 7, abs=0.04)
    assert p.goal_bridged == pytest.approx(2 * p.baseline_bridged)


def test_a_step_that_nobody_told_of_is_found(db: Database) -> None:
    sites.apply(db, sitefile.parse(house()))
    counted(db, since=TODAY - timedelta(days=200), factor=1.5)
    p = progress(db)
    assert {b.kind for b in p.breaks} == {"found"}
    assert p.growth and p.growth_bridged and p.growth > p.growth_bridged


def test_another_definition_is_counted_once_more(db: Database) -> None:
    front = f"[[sites.visits]]\nfirst = {TODAY - timedelta(days=182)}\nportals = ['front']\n"
    sites.apply(db, sitefile.parse(house(front)))
    counted(db)
    p = progress(db)
    (told,) = p.breaks
    assert (told.kind, told.method, told.error) == ("definition", "recounted", 0)
    assert told.factor == pytest.approx(4 / 7, abs=0.02)
    assert p.growth and p.growth < -0.1 and p.growth_bridged == pytest.approx(0.1, abs=0.03)
    assert p.baseline_bridged and p.baseline_visits
    assert p.baseline_bridged / p.baseline_visits == pytest.approx(4 / 7, abs=0.02)


def test_a_door_that_was_not_counted_before_is_told_and_left_out(db: Database) -> None:
    sites.apply(db, sitefile.parse(house()))
    counted(db)
    execute(
        db,
        "delete from flow_day f using portal p where p.portal_id = f.portal_id and p.slug = 'back' and f.day < %s",
        (TODAY - timedelta(days=100),),
    )
    p = progress(db)
    assert [(b.kind, b.door, b.method) for b in p.breaks] == [("door", "back", "none")]
    assert p.growth and p.growth > 0.2 and p.growth_bridged == pytest.approx(0.1, abs=0.03)


def test_little_history_tells_no_growth(db: Database) -> None:
    sites.apply(db, sitefile.parse(house()))
    assert progress(db).growth_bridged is None
    counted(db)
    execute(db, "delete from flow_day where day < %s", (TODAY - timedelta(days=200),))
    p = progress(db)
    assert (p.growth, p.growth_bridged, p.growth_error) == (None, None, None)


def test_a_target_in_net_visits_is_bridged_net(db: Database) -> None:
    stated = f"""[[sites.visits]]
first = {FIRST}
[[sites.visits.deductions]]
kind = "staff"
per_day = 30
[[sites.visits.deductions]]
kind = "through"
share = 0.2
portals = ["back"]
"""
    net = house(stated).replace("deadline = 2030-12-31", 'deadline = 2030-12-31\nmeasure = "net"')
    sites.apply(db, sitefile.parse(net))
    counted(db)
    p = progress(db)
    assert p.breaks == () and p.growth_bridged == pytest.approx(p.growth, rel=1e-6)
    assert p.growth and p.growth > 0.1  # what is taken off each day does not grow
    assert p.baseline_bridged == pytest.approx(p.baseline_visits, rel=1e-6)


def side_by_side(db: Database, first: date, days: int, factor: float) -> None:
    """What the old and the new sensor of the front door counted on the same days, an hour at a time."""
    rng = np.random.default_rng(5)
    with db.transaction() as conn:
        for n in range(days):
            people = float(rng.poisson(400))
            noon = datetime.combine(first + timedelta(days=n), datetime.min.time(), UTC) + timedelta(hours=12)
            for device, seen in (("lib/front", people), ("lib/front-2", round(people * factor))):
                conn.execute(
                    "insert into flow_bucket (channel_id, bucket, people_in, people_out, covered_s, imputed)"
                    " select channel_id, %s, %s, 0, 900, 0 from channel join device using (device_id)"
                    " where external_id = %s",
                    (noon, seen, device),
                )


def test_a_reference_that_takes_over_is_bridged_by_the_days_side_by_side(db: Database) -> None:
    plain, since = house(), TODAY - timedelta(days=300)
    beside = '[[sites.sensors]]\ndevice = "front-2"\nportal = "front"\n'
    hung = datetime.combine(since - timedelta(days=15), datetime.min.time(), UTC)
    sites.apply(db, sitefile.parse(plain), now=hung - timedelta(days=500))
    sites.apply(db, sitefile.parse(plain + beside + 'role = "reference"\n'), now=hung)
    taken = datetime.combine(since, datetime.min.time(), UTC) + timedelta(hours=4)
    one, two = plain.split('[[sites.sensors]]\ndevice = "front"\nportal = "front"\n')
    sites.apply(db, sitefile.parse(one + beside + two), now=taken)
    counted(db, since=since, factor=1.12)
    side_by_side(db, since - timedelta(days=14), 14, 1.12)
    (told,) = progress(db).breaks
    assert (told.day, told.door, told.kind, told.method) == (since, "front", "sensor", "overlap")
    assert told.factor == pytest.approx(1.12, abs=0.005) and told.error and told.error < 0.03
