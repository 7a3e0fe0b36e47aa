"""Validation counts and corrections in the database: received, discarded, proposed, accepted, undone."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Json

from besok.model import audited, calendar, messages
from besok.model.errors import NotFound, StoreRefused
from besok.model.messages import Translatable
from besok.model.site import Site
from besok.model.views.calibration import Calibration, CountInfo, Decision, DoorInfo, ManualCount
from besok.store import audit, rollup, sites
from besok.store.database import Connection, Database, fetch_one, sql, values_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposal:
    id: int
    portal_id: int
    channels: list[int]
    decision: Decision
    undone: bool
    evidence: dict[str, Any]
    valid_from: datetime | None
    valid_to: datetime | None
    site: str


def receive(db: Database, site: str, count: ManualCount, clock_ahead: timedelta, now: datetime) -> bool:
    """Store a count at a door of `site` by a phone whose clock is `clock_ahead`; False if it was stored before.

    Raises NotFound for a door the site does not have, StoreRefused for another count under the same id.
    """
    with db.transaction() as conn:
        row = {
            **values_of(count),
            "count_id": count.id,
            "portal_id": _portal_id(conn, site, count.portal),
            "clock_ahead_s": clock_ahead.total_seconds(),
            "received": now,
            "digest": _digest(count),
        }
        if not conn.execute(sql("manual_count_put"), row).rowcount:
            stored = conn.execute(sql("manual_count_digest"), {"count_id": count.id}).fetchone()
            if stored is None:
                raise StoreRefused(messages.MANY_COUNTS)
            if bytes(stored[0]) != row["digest"]:
                raise StoreRefused(messages.ANOTHER_COUNT)
            return False
        taps = [{**values_of(tap), "count_id": count.id, "position": n} for n, tap in enumerate(count.taps)]
        conn.cursor().executemany(sql("manual_tap_put"), taps)
        audit.note(
            conn, "count", f"{count.portal} {count.id}", site=site, detail=audited.BY(author=count.counted_by)
        )
        return True


def discard(db: Database, site: str, count: UUID, *, author: str, reason: str, now: datetime) -> None:
    """Discard a count. Raises NotFound if none with this id is in use."""
    key = {"site": site, "count_id": count, "author": author, "reason": reason, "now": now}
    with db.transaction() as conn:
        if not conn.execute(sql("manual_count_discard"), key).rowcount:
            raise NotFound(messages.NO_COUNT(site=site, number=str(count)))
        audit.note(conn, "count.discard", str(count), site=site, detail=audited.said(author, reason))


def calibrations(db: Database, site: str | None = None) -> list[Calibration]:
    """Return the proposals for the doors of a site, or of all, with their decisions; latest first."""
    return db.fetch("calibrations", Calibration, site=site)


def propose(
    db: Database, site: str, door: DoorInfo, evidence: Sequence[CountInfo], author: str, now: datetime
) -> None:
    """Propose the correction that a door's accuracy calls for, with the counts that are its evidence."""
    figures = {"in": asdict(door.into), "out": asdict(door.out)}
    with db.transaction() as conn:
        row = {
            "portal_id": _portal_id(conn, site, door.portal),
            "proposed": now,
            "proposed_by": author,
            "factor_in": door.into.factor,
            "factor_out": door.out.factor,
            "evidence": Json(figures | {"counts": [_evidence(count) for count in evidence]}),
        }
        conn.execute(sql("calibration_propose"), row)


def accept(
    db: Database, number: int, *, author: str, reason: str, now: datetime, first: date | None = None
) -> None:
    """Apply a proposal from business day `first` on (default: that of its first count) and recompute the days.

    An earlier correction of the door ends there. Raises NotFound, and StoreRefused if already decided.
    """
    with db.transaction() as conn:
        proposal = _open(conn, number)
        start = start_of(proposal.evidence, sites.load(db, proposal.site), first)
        key = {"id": number, "portal_id": proposal.portal_id, "start": start, "author": author, "now": now}
        row = conn.execute(sql("calibration_replaced"), {**key, "reason": f"replaced by {number}"}).fetchone()
        conn.execute(sql("calibration_decide"), {**key, "reason": reason, "decision": "accepted"})
        accepted = audited.ACCEPTED(day=str(start))
        _noted(conn, proposal, number, audited.said(author, accepted, reason))
        _recompute(conn, proposal.portal_id, min(row[0], start) if row and row[0] else start, None)


def reject(db: Database, number: int, *, author: str, reason: str, now: datetime) -> None:
    """Reject a proposal. Raises NotFound, and StoreRefused if already decided."""
    with db.transaction() as conn:
        proposal = _open(conn, number)
        key = {"id": number, "start": None, "author": author, "reason": reason, "now": now}
        conn.execute(sql("calibration_decide"), {**key, "decision": "rejected"})
        _noted(conn, proposal, number, audited.said(author, audited.REJECTED, reason))


def undo(db: Database, number: int, *, author: str, reason: str, now: datetime) -> None:
    """Undo a correction for its entire span and recompute the days.

    Raises NotFound, and StoreRefused if it is not in force.
    """
    with db.transaction() as conn:
        proposal = _locked(conn, number)
        if proposal.decision != "accepted" or proposal.undone or proposal.valid_from is None:
            raise StoreRefused(messages.NOT_IN_FORCE(number=number))
        conn.execute(sql("calibration_undo"), {"id": number, "author": author, "reason": reason, "now": now})
        _noted(conn, proposal, number, audited.said(author, audited.UNDONE, reason))
        _recompute(conn, proposal.portal_id, proposal.valid_from, proposal.valid_to)


def _noted(conn: Connection, proposal: _Proposal, number: int, what: Translatable) -> None:
    audit.note(conn, "calibration", str(number), site=proposal.site, detail=what)


def _digest(count: ManualCount) -> bytes:
    """Hash a count to recognise it when sent again: everything but the time of sending."""
    taps = [[t.time.isoformat(), t.direction, t.people, t.undone] for t in count.taps]
    span = [count.begins.isoformat(), count.ends.isoformat()]
    content = json.dumps([count.portal, count.counted_by, count.note, span, taps], ensure_ascii=False)
    return hashlib.sha256(content.encode()).digest()


def _evidence(count: CountInfo) -> dict[str, Any]:
    """Return a count as it was when something was concluded from it."""
    compared = count.compared
    return {
        "id": str(count.id),
        "counted_by": count.counted_by,
        "sensors": list(count.sensors),
        "begins": compared.begins.isoformat(),
        "ends": compared.ends.isoformat(),
        "counted_in": compared.counted_in,
        "device_in": compared.device_in,
        "counted_out": compared.counted_out,
        "device_out": compared.device_out,
    }


def _locked(conn: Connection, number: int) -> _Proposal:
    proposal = fetch_one(conn, "calibration_lock", _Proposal, id=number)
    if proposal is None:
        raise NotFound(f"there is no proposal {number}; `besok calibrate list` shows what there is")
    conn.execute(sql("lock_channels"), {"channels": sorted(proposal.channels)})
    return proposal


def _open(conn: Connection, number: int) -> _Proposal:
    proposal = _locked(conn, number)
    if proposal.decision != "open":
        raise StoreRefused(messages.DECIDED_BEFORE(number=number))
    return proposal


def start_of(evidence: Mapping[str, Any], site: Site, first: date | None = None) -> datetime:
    """Return the beginning of business day `first`, or of that of the first count that a proposal is based on."""
    counted = min(datetime.fromisoformat(count["begins"]) for count in evidence["counts"])
    return calendar.day_bounds(first or calendar.business_day(counted, site), site)[0]


def _recompute(conn: Connection, portal_id: int, start: datetime, end: datetime | None) -> None:
    """Recompute the days of a door from its buckets, for every site that it touches, and have them estimated again."""
    span = {"portal_id": portal_id, "start": start, "end": end}
    days = conn.execute(sql("calibration_days"), span).fetchall()
    rollup.write_days(conn, [row[:3] for row in days])
    past = sorted({(site_id, day) for site_id, _, day, _, over in days if over})
    if past:
        conn.execute(sql("mark_dirty"), {"site": [p[0] for p in past], "day": [p[1] for p in past]})
    rollup.notify(conn, dict.fromkeys(sorted({slug for *_, slug, over in days if not over}), start))


def _portal_id(conn: Connection, site: str, portal: str) -> int:
    row = conn.execute(sql("portal_of_site"), {"site": site, "portal": portal}).fetchone()
    if row is None:
        raise sites.no_place(conn, site, "portal", portal)
    return int(row[0])
