"""Closed months and years in the database: stored with their evidence, ended with a reason, never changed."""

from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from psycopg.types.json import Jsonb

from besok.model.errors import NotFound, StoreRefused
from besok.model.views.annual import AnnualReport
from besok.model.views.closed_periods import ClosedPeriod, RevisionReason, SensorAtDoor
from besok.model.views.like import like
from besok.store.database import Connection, Database, sql, values_of
from besok.store.sites import id_of


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPeriod(ClosedPeriod):
    """A closed period with its stored evidence: visits by day, and the sensors at its doors."""

    days: dict[date, float]
    sensors: tuple[SensorAtDoor, ...]

    def view(self) -> ClosedPeriod:
        """Return the period without its evidence."""
        return like(ClosedPeriod, self)


def kept(db: Database, site: str | None = None, *, ended: bool = False) -> list[KeptPeriod]:
    """Return the closed periods of a site, or of all; with `ended` those that were reopened or replaced too."""
    return db.fetch("periods", KeptPeriod, site=site, all=ended)


def report(db: Database, site: str, first: date, last: date) -> AnnualReport | None:
    """Return the annual report as of the closing of a year; None for one that is not closed."""
    rows = db.rows("period_report", site=site, first=first, last=last)
    return msgspec.convert(rows[0][0], AnnualReport) if rows else None


def sensors(db: Database, site: str, begins: datetime, ends: datetime) -> list[SensorAtDoor]:
    """Return the sensors at the doors of a site within a span of time."""
    return db.fetch("period_sensors", SensorAtDoor, site=site, begins=begins, ends=ends)


def reasons(
    db: Database, site: str, first: date, last: date, begins: datetime, ends: datetime, closed: datetime
) -> list[RevisionReason]:
    """Return later changes that concern a closed period, in order of time."""
    span = {"first": first, "last": last, "begins": begins, "ends": ends, "closed": closed}
    return db.fetch("period_reasons", RevisionReason, site=site, **span)


def close(
    db: Database,
    period: ClosedPeriod,
    days: dict[date, float],
    at: list[SensorAtDoor],
    report: AnnualReport | None,
) -> int:
    """Store a closed period with its evidence; one already in force ends with the reason of the new one.

    Raises StoreRefused where one is in force and no reason is given.
    """
    with db.transaction() as conn:
        before = _in_force(conn, period)
        if before is not None and not period.reason:
            raise StoreRefused(
                f"{period.first} to {period.last} is closed already; close it again with a reason to accept a revision"
            )
        if before is not None:
            end = {"id": before, "now": period.closed, "author": period.author, "reason": period.reason}
            conn.execute(sql("period_end"), end)
        row = {
            **values_of(period),
            "site_id": id_of(conn, period.site),
            "now": period.closed,
            "days": _json({str(day): gross for day, gross in days.items()}),
            "sensors": _json(at),
            "report": None if report is None else _json(report),
        }
        ((number,),) = conn.execute(sql("period_add"), row).fetchall()
        return int(number)


def reopen(db: Database, number: int, *, author: str, reason: str, now: datetime) -> None:
    """Reopen a closed period; its record stays. Raises NotFound."""
    key = {"id": number, "now": now, "author": author, "reason": reason}
    if not db.run("period_end", key):
        raise NotFound(f"no period is closed under {number}; `besok period list` shows those that are")


def _in_force(conn: Connection, period: ClosedPeriod) -> int | None:
    rows = conn.execute(sql("periods"), {"site": period.site, "all": False}).fetchall()
    return next((row[0] for row in rows if (row[2], row[3]) == (period.first, period.last)), None)


def _json(value: object) -> Jsonb:
    return Jsonb(value, dumps=lambda data: msgspec.json.encode(data).decode())
