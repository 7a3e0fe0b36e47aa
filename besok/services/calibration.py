"""Accuracy of a site's doors from validation counts, and the corrections that follow."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from besok.analytics.calibration import Session, accuracy, changed_at, looks_swapped
from besok.analytics.count_advice import DoorTraffic, HourTraffic, advise
from besok.analytics.validation_count import clock_shift, compare
from besok.model import calendar
from besok.model.site import Site, Text
from besok.model.validation import Accuracy, Compared, Segment, Watch
from besok.model.views.calibration import (
    Calibration,
    CorrectionEffect,
    CountInfo,
    DoorInfo,
    ManualCount,
    SiteCalibration,
)
from besok.model.views.like import like
from besok.store import calibrations, results
from besok.store.database import Database
from besok.store.sites import load

USUAL_WEEK_FROM = timedelta(days=56)
EFFECT_DAYS = timedelta(days=28)  # in which it is shown what a decision would change
OLDEST_COUNT = timedelta(days=400)  # older counts tell nothing of a sensor today
CorrectionEffects = Mapping[int, CorrectionEffect]
Direction = Literal["in", "out"]
DIRECTIONS: tuple[Direction, Direction] = ("in", "out")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Door:
    portal_id: int
    portal: str
    name: Text
    inner: Text
    sign: int
    channels: tuple[int, ...]
    interval_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count(CountInfo):
    """A validation count that is not compared yet."""

    portal_id: int
    watches: tuple[Watch, ...]
    counted_in: int = 0
    counted_out: int = 0
    compared: Compared | None = None  # type: ignore[assignment]
    used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segments:
    count_id: UUID
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Week:
    portal_id: int
    week: tuple[HourTraffic, ...]


def receive_count(db: Database, site: str, count: ManualCount, now: datetime) -> bool:
    """Store a count; False if it was stored before. Raises NotFound, StoreRefused."""
    return calibrations.receive(db, site, count, clock_shift(count.sent, now), now)


def get_calibration(db: Database, site: str, now: datetime) -> SiteCalibration:
    """Return the calibration of a site: counts, accuracy, corrections, advice. Raises NotFound."""
    place = load(db, site)
    doors = db.fetch("count_doors", _Door, site=site)
    counts = _counts(db, site, {d.portal_id: d.channels for d in doors}, now)
    history = calibrations.calibrations(db, site)
    infos = [_door(d, [c for c in counts if c.used and c.portal == d.portal], history, now) for d in doors]
    weeks = _weeks(db, place, doors, infos, counts, now)
    return SiteCalibration(
        site=site,
        time=now,
        doors=tuple(infos),
        usual_week=sum(door.people for door in weeks),
        advice=tuple(advise(weeks)),
        counts=tuple(counts),
        history=tuple(history),
    )


def get_effects(db: Database, site: str, history: Sequence[Calibration], now: datetime) -> CorrectionEffects:
    """Return what accepting each open proposal, and undoing each correction in force, would change, by its number.

    It is of the last EFFECT_DAYS whole days, and of what was measured. Raises NotFound.
    """
    place = load(db, site)
    today = calendar.business_day(now, place)
    since, until = (calendar.day_bounds(day, place)[0] for day in (today - EFFECT_DAYS, today))
    found = {}
    for one in history:
        if one.decision != "open" and not one.in_force:
            continue
        factors = (one.factor_in, one.factor_out) if one.decision == "open" else (1.0, 1.0)
        start = one.valid_from or calibrations.start_of(one.evidence, place)
        span = {"since": since, "until": until, "start": start, "end": one.valid_to}
        changes = {"id": one.id, "factor_in": factors[0], "factor_out": factors[1]}
        found[one.id] = db.fetch("calibration_effect", CorrectionEffect, **span, **changes)[0]
    return found


def propose_corrections(db: Database, site: str, author: str, now: datetime) -> list[Calibration]:
    """Propose a correction for each door that needs one, and return these proposals."""
    known = get_calibration(db, site, now)
    doors = [door for door in known.doors if _needs_correction(door)]
    for door in doors:
        used = [c for c in known.counts if c.used and c.portal == door.portal]
        calibrations.propose(db, site, door, used, author, now)
    names = {door.portal for door in doors}
    return [c for c in calibrations.calibrations(db, site) if c.decision == "open" and c.portal in names]


def _counts(db: Database, site: str, doors: dict[int, tuple[int, ...]], now: datetime) -> list[CountInfo]:
    """Return the counts of the last OLDEST_COUNT with what the sensors counted, the latest first.

    Not `used` are those of other channels than `doors` has now, and those from before a sensor changed.
    """
    rows = db.fetch("manual_counts", _Count, site=site, since=now - OLDEST_COUNT)
    if not rows:
        return []
    spans = {
        "counts": [row.id for row in rows],
        "portals": [row.portal_id for row in rows],
        "begins": [row.begins for row in rows],
        "ends": [row.ends for row in rows],
    }
    segments = {s.count_id: s.segments for s in db.fetch("count_segments", _Segments, **spans)}
    counts = [_count(row, segments.get(row.id, ()), doors) for row in rows]
    before = {c.id for portal in {c.portal for c in counts} for c in _before_change(counts, portal)}
    return [replace(c, used=False) if c.id in before else c for c in counts]


def _count(row: _Count, segments: Sequence[Segment], doors: dict[int, tuple[int, ...]]) -> CountInfo:
    compared = compare(row.begins, row.ends, row.taps, segments, row.watches)
    people = {
        direction: sum(t.people for t in row.taps if t.direction == direction and not t.undone)
        for direction in DIRECTIONS
    }
    same_channels = doors.get(row.portal_id) == tuple(w.channel_id for w in row.watches)
    return like(
        CountInfo,
        row,
        counted_in=people["in"],
        counted_out=people["out"],
        compared=compared,
        used=compared.problem is None and row.discarded is None and same_channels,
    )


def _before_change(counts: Iterable[CountInfo], portal: str) -> list[CountInfo]:
    """Return the counts of a door that precede a change of its sensor."""
    used = sorted((c for c in counts if c.used and c.portal == portal), key=lambda c: c.begins)
    return used[: max(changed_at([_session(c, direction) for c in used]) for direction in DIRECTIONS)]


def _session(count: CountInfo, direction: Direction) -> Session:
    compared = count.compared
    pair = (
        (compared.counted_in, compared.device_in)
        if direction == "in"
        else (compared.counted_out, compared.device_out)
    )
    return Session(counted=pair[0], device=pair[1], seconds=compared.seconds)


def _door(door: _Door, used: Sequence[CountInfo], history: Iterable[Calibration], now: datetime) -> DoorInfo:
    into, out = ([_session(c, direction) for c in used] for direction in DIRECTIONS)
    corrections = [c for c in history if c.portal == door.portal]
    in_force = (c for c in corrections if c.in_force and (c.valid_to is None or c.valid_to > now))
    return like(
        DoorInfo,
        door,
        enters="in" if door.sign > 0 else "out" if door.sign < 0 else None,
        into=accuracy(into),
        out=accuracy(out),
        swapped=looks_swapped(into, out),
        counts=len(used),
        last_counted=max((c.begins for c in used), default=None),
        correction=next((c for c in in_force if set(c.channels) & set(door.channels)), None),
        proposal=next((c for c in corrections if c.decision == "open"), None),
    )


def compute_usual_week(db: Database, site: str, now: datetime) -> list[_Week]:
    """Compute the usual entries at each door in each hour of the week."""
    return db.fetch("door_weeks", _Week, site=site, start=now - USUAL_WEEK_FROM, end=now)


def _weeks(
    db: Database,
    place: Site,
    doors: Sequence[_Door],
    infos: Sequence[DoorInfo],
    counts: Sequence[CountInfo],
    now: datetime,
) -> list[DoorTraffic]:
    """Return the doors into a site with the accuracy of the direction that enters, and who enters in a usual week."""
    until = calendar.business_day(now, place) - timedelta(days=1)
    known = results.read(db, place.id, results.USUAL_WEEK, list[_Week], until)
    weeks = {row.portal_id: row.week for row in known or compute_usual_week(db, place.id, now)}
    zone = ZoneInfo(place.timezone)
    local = [(c.portal, c.begins.astimezone(zone)) for c in counts if c.used]
    sessions = Counter((portal, begins.weekday() > 4, begins.hour) for portal, begins in local)
    return [
        DoorTraffic(
            portal=door.portal,
            known=info.into if door.sign > 0 else info.out,
            week=[
                replace(h, sessions=sessions[door.portal, h.weekday > 4, h.hour])
                for h in weeks.get(door.portal_id, ())
            ],
        )
        for door, info in zip(doors, infos, strict=True)
        if door.sign
    ]


def _needs_correction(door: DoorInfo) -> bool:
    """Tell whether a door surely miscounts, beyond what the correction in force fixes."""
    if door.swapped or "broken" in (door.into.verdict, door.out.verdict):
        return False
    force = door.correction
    pairs = ((door.into, force.factor_in if force else 1.0), (door.out, force.factor_out if force else 1.0))
    return any(known.verdict == "factor" and not _fixed(known, factor) for known, factor in pairs)


def _fixed(known: Accuracy, factor: float) -> bool:
    """Tell whether `factor` brings the accuracy to 1, as far as the counts can tell."""
    return (
        known.lower is not None
        and known.upper is not None
        and known.lower * factor <= 1 <= known.upper * factor
    )
