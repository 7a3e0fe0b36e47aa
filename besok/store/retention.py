"""Retention: how long each kind of data is stored, and its deletion in steps too short to block others.

Readings are deleted only once all their figures are stored, and by entire days. `channel.expired` is the time up to
which those of a channel are deleted: no recomputation touches their figures (statements `rollup_flow`, `rollup_level`),
later readings of that time are withheld, and its corrections are refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString

from psycopg import sql as compose

from besok.model.personal import ERASED
from besok.model.settings import Settings
from besok.store import occupancy, rejected
from besok.store.database import Database, sql

SLICE: Final = timedelta(days=28)  # of a channel, in one transaction: a chunk of the table
MONTH: Final = timedelta(days=30.44)
RowsSince = tuple[int, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of data: its name, the setting for how long (in `unit`; 0 for ever), how to measure and to delete it.

    Without a setting all that is over is deleted.
    """

    what: str
    setting: str | None
    held: Callable[[Database, datetime], RowsSince]
    delete: Callable[[Database, datetime], object]
    unit: timedelta = timedelta(days=1)

    def before(self, settings: Settings, now: datetime) -> datetime | None:
        """Return the time before which it is deleted; None if it is stored for ever."""
        limit = getattr(settings, self.setting) if self.setting else None
        return now if limit is None else now - limit * self.unit if limit else None


def _look(statement: str) -> Callable[[Database, datetime], RowsSince]:
    def look(db: Database, before: datetime) -> RowsSince:
        ((rows, first),) = db.rows(statement, before=before, until=before)
        return rows, first

    return look


def until(db: Database, before: datetime) -> datetime:
    """Return up to when readings older than a time may be deleted."""
    ((end,),) = db.rows("expiry_until", before=before)
    moment: datetime = end
    return moment


def expire_readings(db: Database, before: datetime) -> None:
    """Delete readings from before a time, and those in quarantine; figures computed from them stay."""
    end = until(db, before)
    for channel, first in db.rows("expiry_channels", until=end):
        key = {"channel": channel, "until": end}
        db.run("expiry_mark", key)
        while first < end:
            last = min(first + SLICE, end)
            db.run("expiry_readings", {**key, "first": first, "last": last})
            first = last
    db.run("expiry_quarantine", {"until": end})


def _count_readings(db: Database, before: datetime) -> RowsSince:
    end = until(db, before)
    counts = [db.rows(name, until=end)[0] for name in ("expiry_readings_held", "expiry_quarantine_held")]
    return sum(rows for rows, _ in counts), min((first for _, first in counts if first), default=None)


def _drop_minutes(db: Database, before: datetime) -> None:
    with db.transaction() as conn:
        occupancy.drop_minutes(conn, before)


def _authors(db: Database, statement: LiteralString, before: datetime) -> list[tuple[Any, ...]]:
    """Run a statement for each column with names of people who counted; return its rows."""
    results = []
    for names in db.rows("authors_columns"):
        relation, field, expires = map(compose.Identifier, names)
        filled = compose.SQL(statement).format(relation=relation, field=field, expires=expires)
        with db.transaction() as conn:
            cur = conn.execute(filled, {"before": before, "erased": ERASED})
            results += cur.fetchall() if cur.description else []
    return results


def _count_authors(db: Database, before: datetime) -> RowsSince:
    counts = _authors(db, sql("authors_held"), before)
    return sum(rows for rows, _ in counts), min((first for _, first in counts if first), default=None)


KINDS: Final[Sequence[Kind]] = (
    Kind(
        what="occupancy by the minute",
        setting="minute_days",
        held=_look("minutes_held"),
        delete=_drop_minutes,
    ),
    Kind(what="single readings", setting="readings_days", held=_count_readings, delete=expire_readings),
    Kind(
        what="rejected messages, also of unknown devices",
        setting="rejected_days",
        held=_look("rejected_held"),
        delete=rejected.forget,
    ),
    Kind(
        what="names of those who counted",
        setting="author_months",
        held=_count_authors,
        delete=lambda db, before: _authors(db, sql("authors_erase"), before),
        unit=MONTH,
    ),
    Kind(
        what="sessions that are over",
        setting=None,
        held=_look("sessions_held"),
        delete=lambda db, before: db.run("sessions_forget", {"now": before}),
    ),
    Kind(
        what="the audit",
        setting="audit_days",
        held=_look("audit_held"),
        delete=lambda db, before: db.rows("audit_delete", before=before),
    ),
)
