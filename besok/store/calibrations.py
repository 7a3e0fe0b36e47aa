"""How well the doors of a site count, and the corrections that were proposed, accepted and undone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Json

from besok.analytics.calibration import Session, accuracy, changed_at, looks_swapped
from besok.analytics.count_advice import Door, Hour, advise
from besok.model import calendar
from besok.model.errors import NotFound, StoreRefused
from besok.model.site import Site, Text
from besok.model.validation import Accuracy
from besok.model.views.calibration import Calibration, CountInfo, Decision, DoorInfo, SiteCalibration
from besok.store import sites, validation_counts
from besok.store.database import Database, sql

USUAL = timedelta(days=56)  # of which the usual week of a door is made
Way = Literal["in", "out"]
_Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Door:
    portal_id: int
    portal: str
    name_sv: str
    name_en: str
    inner_sv: str
    inner_en: str
    sign: int
    channels: list[int]
    interval_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hour:
    portal_id: int
    weekday: int
    hour: int
    people: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Locked:
    id: int
    portal_id: int
    channels: list[int]
    decision: Decision
    undone: bool
    evidence: dict[str, Any]
    valid_from: datetime | None
    valid_to: datetime | None
    site: str


def calibration(db: Database, site: str, now: datetime) -> SiteCalibration:
    """All that is known of how well the doors of a site count. Raises NotFound."""
    place = sites.load(db, site)
    doors = db.fetch("count_doors", _Door, site=site)
    channels = {d.portal_id: tuple(d.channels) for d in doors}
    counts = [c.info for c in validation_counts.counts(db, site, channels, now)]
    history = calibrations(db, site)
    counts = [c for d in doors for c in _as_it_is(c for c in counts if c.portal == d.portal)] + [
        c for c in counts if c.portal not in {d.portal for d in doors}
    ]
    counts.sort(key=lambda c: c.begins, reverse=True)
    told = [_told(d, [c for c in counts if c.used and c.portal == d.portal], history, now) for d in doors]
    weeks = _weeks(db, place, doors, told, counts, now)
    return SiteCalibration(
        site=site,
        time=now,
        doors=tuple(told),
        usual_week=sum(door.people for door in weeks),
        advice=tuple(advise(weeks)),
        counts=tuple(counts),
        history=tuple(history),
    )


def calibrations(db: Database, site: str | None = None) -> list[Calibration]:
    """What was proposed for the doors of a site, or of all, and what became of it; the latest first."""
    return db.fetch("calibrations", Calibration, site=site)


def propose(db: Database, site: str, author: str, now: datetime) -> list[Calibration]:
    """Proposes a correction for each door whose counts call for one; those proposed now."""
    known = calibration(db, site, now)
    wanted = [door for door in known.doors if _calls_for_one(door)]
    for door in wanted:
        used = [c for c in known.counts if c.used and c.portal == door.portal]
        _propose(db, site, door, used, author, now)
    names = {door.portal for door in wanted}
    return [c for c in calibrations(db, site) if c.decision == "open" and c.portal in names]


def accept(
    db: Database, number: int, *, author: str, reason: str, now: datetime, first: date | None = None
) -> None:
    """Puts a proposal in force from business day `first` on (that of its first count if not said), and counts anew.

    What was in force for the door before ends there. Raises NotFound, and StoreRefused if it was decided upon before.
    """
    place = sites.load(db, _site_of(db, number))
    with db.transaction() as conn:
        found = _open(conn, number)
        start = calendar.day_bounds(first or _first_day(found, place), place)[0]
        key = {"id": number, "portal_id": found.portal_id, "start": start, "author": author, "now": now}
        replaced = {**key, "reason": f"replaced by {number}"}
        began = conn.execute(sql("calibration_replaced"), replaced).fetchone()
        conn.execute(sql("calibration_decide"), {**key, "reason": reason, "decision": "accepted"})
        earliest = began[0] if began and began[0] is not None else start
        _recount(conn, found.portal_id, min(earliest, start), None)


def reject(db: Database, number: int, *, author: str, reason: str, now: datetime) -> None:
    """Turns a proposal down. Raises NotFound, and StoreRefused if it was decided upon before."""
    with db.transaction() as conn:
        _open(conn, number)
        key = {"id": number, "start": None, "author": author, "reason": reason, "now": now}
        conn.execute(sql("calibration_decide"), {**key, "decision": "rejected"})


def undo(db: Database, number: int, *, author: str, reason: str, now: datetime) -> None:
    """Takes a correction out of force, for all the time it was, and counts anew.

    Raises NotFound, and StoreRefused if it is not in force.
    """
    with db.transaction() as conn:
        found = _locked(conn, number)
        if found.decision != "accepted" or found.undone or found.valid_from is None:
            raise StoreRefused(f"{number} is not in force: there is nothing to undo")
        conn.execute(sql("calibration_undo"), {"id": number, "author": author, "reason": reason, "now": now})
        _recount(conn, found.portal_id, found.valid_from, found.valid_to)


def _told(door: _Door, used: Sequence[CountInfo], history: Iterable[Calibration], now: datetime) -> DoorInfo:
    """A door with what the counts that are used say of it."""
    into, out = ([_session(c, way) for c in used] for way in ("in", "out"))
    mine = [c for c in history if c.portal == door.portal]
    force = (c for c in mine if c.in_force and (c.valid_to is None or c.valid_to > now))
    return DoorInfo(
        portal=door.portal,
        name=Text(sv=door.name_sv, en=door.name_en),
        inner=Text(sv=door.inner_sv, en=door.inner_en),
        enters="in" if door.sign > 0 else "out" if door.sign < 0 else None,
        interval_s=door.interval_s,
        into=accuracy(into),
        out=accuracy(out),
        swapped=looks_swapped(into, out),
        counts=len(used),
        last_counted=max((c.begins for c in used), default=None),
        correction=next((c for c in force if set(c.channels) & set(door.channels)), None),
        proposal=next((c for c in mine if c.decision == "open"), None),
    )


def _as_it_is(counts: Iterable[CountInfo]) -> list[CountInfo]:
    """The counts of a door; those from before its sensor began to count differently are not used."""
    every = sorted(counts, key=lambda c: c.begins)
    used = [c for c in every if c.used]
    since = max(changed_at([_session(c, way) for c in used]) for way in ("in", "out"))
    old = {c.id for c in used[:since]}
    return [replace(c, used=False) if c.id in old else c for c in every]


def _session(count: CountInfo, way: Literal["in", "out"] | str) -> Session:
    seen = count.compared
    pair = (seen.counted_in, seen.device_in) if way == "in" else (seen.counted_out, seen.device_out)
    return Session(counted=pair[0], device=pair[1], seconds=seen.seconds)


def _weeks(
    db: Database,
    place: Site,
    doors: Sequence[_Door],
    told: Sequence[DoorInfo],
    counts: Sequence[CountInfo],
    now: datetime,
) -> list[Door]:
    """The doors into a site with what is known of the direction that enters, and who comes when in a usual week."""
    hours = db.fetch("door_weeks", _Hour, site=place.id, start=now - USUAL, end=now)
    zone = ZoneInfo(place.timezone)
    local = [(c.portal, c.begins.astimezone(zone)) for c in counts if c.used]
    before = Counter((portal, begins.weekday() > 4, begins.hour) for portal, begins in local)
    return [
        Door(
            portal=door.portal,
            known=info.into if door.sign > 0 else info.out,
            week=[
                Hour(weekday=h.weekday, hour=h.hour, people=h.people,
                     sessions=before[door.portal, h.weekday > 4, h.hour])
                for h in hours if h.portal_id == door.portal_id
            ],
        )
        for door, info in zip(doors, told, strict=True) if door.sign
    ]  # fmt: skip


def _calls_for_one(door: DoorInfo) -> bool:
    """Whether a door surely counts wrong, in a way that the correction in force does not mend already."""
    if door.swapped or "broken" in (door.into.verdict, door.out.verdict):
        return False
    force = door.correction
    pairs = ((door.into, force.factor_in if force else 1.0), (door.out, force.factor_out if force else 1.0))
    return any(known.verdict == "factor" and not _mended(known, factor) for known, factor in pairs)


def _mended(known: Accuracy, factor: float) -> bool:
    """Whether `factor` brings the accuracy to 1, as far as the counts can tell."""
    return (
        known.lower is not None
        and known.upper is not None
        and known.lower * factor <= 1 <= known.upper * factor
    )


def _propose(
    db: Database, site: str, door: DoorInfo, used: Sequence[CountInfo], author: str, now: datetime
) -> None:
    channels = next(d.channels for d in db.fetch("count_doors", _Door, site=site) if d.portal == door.portal)
    evidence = {"in": asdict(door.into), "out": asdict(door.out), "counts": [_evidence(c) for c in used]}
    with db.transaction() as conn:
        row = {
            "portal_id": validation_counts.portal_id(conn, site, door.portal),
            "channels": channels,
            "proposed": now,
            "proposed_by": author,
            "factor_in": door.into.factor,
            "factor_out": door.out.factor,
            "evidence": Json(evidence),
        }
        conn.execute(sql("calibration_propose"), row)


def _evidence(count: CountInfo) -> dict[str, Any]:
    """A count as it stood when something was made of it."""
    seen = count.compared
    return {
        "id": str(count.id),
        "counted_by": count.counted_by,
        "sensors": list(count.sensors),
        "begins": seen.begins.isoformat(),
        "ends": seen.ends.isoformat(),
        "counted_in": seen.counted_in,
        "device_in": seen.device_in,
        "counted_out": seen.counted_out,
        "device_out": seen.device_out,
    }


def _site_of(db: Database, number: int) -> str:
    site = next((c.site for c in calibrations(db) if c.id == number), None)
    if site is None:
        raise _unknown(number)
    return site


def _unknown(number: int) -> NotFound:
    return NotFound(f"there is no proposal {number}; `besok calibrate list` shows what there is")


def _locked(conn: _Connection, number: int) -> _Locked:
    with conn.cursor(row_factory=class_row(_Locked)) as cur:
        found = cur.execute(sql("calibration_lock"), {"id": number}).fetchone()
    if found is None:
        raise _unknown(number)
    conn.execute(sql("lock_channels"), {"channels": sorted(found.channels)})
    return found


def _open(conn: _Connection, number: int) -> _Locked:
    found = _locked(conn, number)
    if found.decision != "open":
        raise StoreRefused(
            f"{number} was {found.decision} before; `besok calibrate propose` looks for a new one"
        )
    return found


def _first_day(found: _Locked, place: Site) -> date:
    """The business day of the first count that a proposal rests on."""
    return min(
        calendar.business_day(datetime.fromisoformat(c["begins"]), place) for c in found.evidence["counts"]
    )


def _recount(conn: _Connection, portal_id: int, start: datetime, end: datetime | None) -> None:
    """Makes the days of a door anew from its buckets, for every site that it touches."""
    key = {"portal_id": portal_id, "start": start, "end": end}
    days = conn.execute(sql("calibration_days"), key).fetchall()
    if days:
        site_ids, portals, dates = (list(column) for column in zip(*days, strict=True))
        keys = {"site": site_ids, "portal": portals, "day": dates, "from": min(dates), "to": max(dates)}
        conn.execute(sql("rollup_day"), keys)
