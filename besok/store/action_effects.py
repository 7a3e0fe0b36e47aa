"""What actions gave: what it is reckoned from, and where it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from besok.model.views.calendar import ActionEffect
from besok.store import checkpoints
from besok.store.database import Database, sql

WHAT = "effects"  # in `besok.store.checkpoints`


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Who entered a space from outside of it through a portal on a business day."""

    space: str
    portal: int
    day: date
    people: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    action: str
    result: str


def entries(db: Database, site: str, first: date, last: date) -> list[Entries]:
    """Who entered each space of a site, by space, portal and day; days without an observation are not there."""
    return db.fetch("space_entries", Entries, site=site, first=first, last=last)


def keep(db: Database, site: str, found: Sequence[ActionEffect], until: date) -> None:
    """Keeps what was reckoned of the actions of a site up to business day `until`."""
    with db.transaction() as conn:
        for one in found:
            result = msgspec.json.encode(one).decode()
            conn.execute(
                sql("effect_upsert"),
                {"site": site, "action": one.action, "until": one.until, "result": result},
            )
        checkpoints.note(conn, site, WHAT, until)


def kept(db: Database, site: str) -> dict[str, ActionEffect]:
    """What the actions of a site gave, as reckoned last, by action."""
    return {
        row.action: msgspec.json.decode(row.result, type=ActionEffect)
        for row in db.fetch("effects", _Row, site=site)
    }
