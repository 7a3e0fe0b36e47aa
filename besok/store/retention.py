"""Retention: how long each kind of data is kept, and its deletion in steps short enough that nobody waits.

Readings go only when all that is made of them is stored, and only whole days. `channel.expired` says up to when those
of a channel are gone: no recomputation touches what was made of them (the statements `rollup_flow` and `rollup_level`),
what comes of that time later is withheld, and corrections of that time are refused.
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
Held = tuple[int, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of data: what it is, the setting that says for how long (`unit`; 0 for ever), how to look and to delete.

    Without a setting all of it goes that is over.
    """

    what: str
    setting: str | None
    held: Callable[[Database, datetime], Held]
    delete: Callable[[Database, datetime], object]
    unit: timedelta = timedelta(days=1)

    def before(self, settings: Settings, now: datetime) -> datetime | None:
        """Return before when it goes; None if it is kept for ever."""
        kept = getattr(settings, self.setting) if self.setting else None
        return now if kept is None else now - kept * self.unit if kept else None


def _look(statement: str) -> Callable[[Database, datetime], Held]:
    def look(db: Database, before: datetime) -> Held:
        ((rows, first),) = db.rows(statement, before=before, until=before)
        return rows, first

    return look


def until(db: Database, before: datetime) -> datetime:
    """Return up to when readings may be deleted that are from before a time."""
    ((found,),) = db.rows("expiry_until", before=before)
    moment: datetime = found
    return moment


def expire_readings(db: Database, before: datetime) -> None:
    """Delete readings from before a time, and those in quarantine; what was made of them stays."""
    end = until(db, before)
    for channel, first in db.rows("expiry_channels", until=end):
        key = {"channel": channel, "until": end}
        db.run("expiry_mark", key)
        while first < end:
            last = min(first + SLICE, end)
            db.run("expiry_readings", {**key, "first": first, "last": last})
            first = last
    db.run("expiry_quarantine", {"until": end})


def _count_readings(db: Database, before: datetime) -> Held:
    end = until(db, before)
    found = [db.rows(name, until=end)[0] for name in ("expiry_readings_held", "expiry_quarantine_held")]
    return sum(rows for rows, _ in found), min((first for _, first in found if first), default=None)


def _drop_minutes(db: Database, before: datetime) -> None:
    with db.transaction() as conn:
        occupancy.drop_minutes(conn, before)


def _authors(db: Database, statement: LiteralString, before: datetime) -> list[tuple[Any, ...]]:
    """Run a statement for each column that names who counted."""
    found = []
    for names in db.rows("authors_columns"):
        relation, field, expires = map(compose.Identifier, names)
        filled = compose.SQL(statement).format(relation=relation, field=field, expires=expires)
        with db.transaction() as conn:
            cur = conn.execute(filled, {"before": before, "erased": ERASED})
            found += cur.fetchall() if cur.description else []
    return found


def _count_authors(db: Database, before: datetime) -> Held:
    found = _authors(db, sql("authors_held"), before)
    return sum(rows for rows, _ in found), min((first for _, first in found if first), default=None)


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
