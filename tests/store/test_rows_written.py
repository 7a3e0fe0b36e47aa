"""How many rows a quiet minute writes: what is as it was is not written again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from besok.model import sitefile
from besok.model.readings import Reading
from besok.store import occupancy
from besok.store.database import Database
from jobs.estimate import Today
from tests.databases import execute
from tests.store.counted import HOUSE, NOON, after, build, put, reading

SPACES = 2
SITE = sitefile.parse(HOUSE).sites[0]
OCCUPANCY = ("occupancy_minute", "occupancy_bucket")
WRITTEN = """
select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int from pg_stat_xact_user_tables
where relid in (
    select format('%%I.%%I', chunk_schema, chunk_name)::regclass from timescaledb_information.chunks
    where hypertable_name = any(%s)
)
"""


def _today(db: Database) -> Today:
    with db.transaction() as conn:
        return Today(SITE, occupancy.layout(conn, occupancy.site_ids(conn)["lib"]), NOON.date())


def _minute(minute: float, entered: float = 0, left: float = 0) -> Sequence[Reading]:
    return [
        reading(minute, people, metric, period_s=60, device=device)
        for device in ("front", "back") for metric, people in (("in", entered), ("out", left))
    ]  # fmt: skip


def _update(db: Database, today: Today, minute: float, since: datetime | None) -> int:
    """Estimate, and return how many rows of occupancy that wrote."""
    ((before,),) = execute(db, WRITTEN, (list(OCCUPANCY),))
    with db.transaction() as conn:
        today.update(conn, after(minute), since)
    ((written,),) = execute(db, WRITTEN, (list(OCCUPANCY),))
    return int(written - before)


def _stored(db: Database) -> list[Any]:
    statements = (
        "select * from occupancy_minute order by 1, 2",
        "select * from occupancy_bucket order by 1, 2",
    )
    return [execute(db, statement) for statement in statements]


def test_a_quiet_minute_writes_each_space_once(db: Database) -> None:
    build(db)
    today = _today(db)
    for minute in range(1, 17):  # over the end of a quarter
        put(db, *_minute(minute))
        written = _update(db, today, minute, NOON)
        if minute > 1:
            begun = minute % 15 == 0  # the row of a quarter
            assert written <= SPACES * (2 if begun else 1), minute


def test_the_same_news_again_write_nothing(db: Database) -> None:
    build(db)
    today = _today(db)
    put(db, *(r for minute in range(1, 20) for r in _minute(minute, 3, 1)))
    assert _update(db, today, 20, NOON) > 20 * SPACES
    assert _update(db, today, 20, NOON) == 0


def test_what_differs_is_written_once_whether_it_is_new_or_not(db: Database) -> None:
    build(db)
    today = _today(db)
    _update(db, today, 0, NOON)
    for minute in range(1, 17):
        before = _stored(db)
        put(db, *_minute(minute, minute % 4, minute % 3))
        written = _update(db, today, minute + 0.5, after(minute - 1))
        tables = zip(_stored(db), before, strict=True)
        assert written == sum(len(set(stored) - set(known)) for stored, known in tables), minute


@pytest.mark.parametrize("seed", range(2))
def test_what_is_stored_is_what_one_estimate_of_it_all_gives(db: Database, seed: int) -> None:
    build(db)
    rng = np.random.default_rng(seed)
    today, now = _today(db), 1
    for minute, entered, left in rng.integers(1, [40, 9, 9], (8, 3)).tolist():
        put(db, *_minute(minute, entered, left))
        now = max(now, minute)
        _update(db, today, now, after(minute - 1))
    bit_by_bit = _stored(db)
    _update(db, _today(db), now, None)
    assert _stored(db) == bit_by_bit
