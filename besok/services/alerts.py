"""Evaluation of alert rules on stored data: sensors, spaces, services, forecasts and targets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from besok.model import calendar, messages
from besok.model.alerts import THRESHOLDS, AlertRule, AlertState, RuleKind
from besok.model.errors import AlertError, NotFound
from besok.model.site import Site
from besok.services.attention import get_findings
from besok.services.condition import LITTLE, Kind, disk_of, get_troubles
from besok.services.forecast import get_outlook
from besok.services.health import get_health
from besok.store import alerts
from besok.store.database import Database
from besok.store.sites import load, load_all

AGAIN: Final = 0.9  # of a threshold, below which a space is over it no more
CLOSED_FOR: Final = timedelta(minutes=15)  # before anybody inside is told of
SHIFT: Final = timedelta(hours=24)  # entries are counted since the last cleaning, or for so long


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """The result of a rule: the states in which it holds, and subjects where it neither holds nor is clearly over."""

    met: tuple[AlertState, ...] = ()
    unclear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Space:
    site: str
    space: str
    capacity: float | None
    least: float
    people: float
    lower: float
    minutes: int


def add_rule(db: Database, rule: AlertRule, now: datetime) -> int:
    """Store a rule; return its number. Raises NotFound, and AlertError where the rule could never hold."""
    if rule.kind not in _STATES:
        raise AlertError(messages.NO_RULE_KIND(kind=rule.kind, known=", ".join(_STATES)))
    if rule.target not in alerts.targets(db):
        raise NotFound(messages.NO_ALERT_TARGET(name=rule.target))
    place = load(db, rule.site) if rule.site else None
    if rule.space and (place is None or rule.space not in place.space_ids):
        raise NotFound(messages.NO_ALERT_SPACE(name=rule.space))
    if rule.kind in THRESHOLDS and not 0 < (rule.threshold or 0) <= THRESHOLDS[rule.kind]:
        raise AlertError(messages.THRESHOLD_NEEDED[rule.kind])
    if rule.kind == "cleaning" and not (rule.site and rule.space):
        raise AlertError(messages.CLEANING_IS_OF_A_SPACE)
    return alerts.add_rule(db, rule, now)


def get_states(db: Database, rule: AlertRule, now: datetime) -> States:
    """Evaluate a rule at `now`."""
    return _STATES[rule.kind](db, rule, now)


def _of_troubles(kinds: tuple[Kind, ...]) -> "_Judge":
    def judge(db: Database, rule: AlertRule, now: datetime) -> States:
        patience = timedelta(minutes=rule.minutes)
        states = (
            AlertState(
                subject=one.name or one.kind,
                site=one.name if one.kind == "forecast_old" else None,
                since=one.since,
                value=one.seconds,
            )
            for one in get_troubles(db, now)
            if one.kind in kinds and (one.since is None or now - one.since >= patience)
        )
        return States(met=tuple(one for one in states if _concerns(rule, one.subject)))

    return judge


def _disks(db: Database, rule: AlertRule, now: datetime) -> States:
    """Return the services whose disk is nearly full; one that was is so until a little more is free."""
    disks = [(service.name, *disk_of(service)) for service in get_health(db, now).services]
    return States(
        met=tuple(AlertState(subject=name) for name, free, size in disks if free < LITTLE * size),
        unclear=tuple(name for name, free, size in disks if LITTLE * size <= free < LITTLE / AGAIN * size),
    )


def _concerns(rule: AlertRule, subject: str) -> bool:
    """Tell whether a device or site is of the rule's site; native devices carry theirs."""
    return rule.site is None or subject == rule.site or subject.startswith(f"{rule.site}/")


def _sensors(db: Database, rule: AlertRule, now: datetime) -> States:
    patience = timedelta(minutes=rule.minutes)
    placed: dict[str, tuple[str, set[str]]] = {}  # site and doors of each device
    for place in load_all(db):
        for sensor in place.sensors:
            if rule.site in (None, place.id) and not place.sandbox:
                doors = placed.setdefault(place.external_id(sensor), (place.id, set()))[1]
                doors.add(f"{place.id}/{sensor.portal or sensor.space}")
    return States(
        met=tuple(
            AlertState(
                subject=one.name, site=placed[one.name][0], about=tuple(placed[one.name][1]), since=one.since
            )
            for one in get_troubles(db, now)
            if one.kind == "sensor_offline"
            and one.name in placed
            and one.since
            and now - one.since >= patience
        )
    )


def _findings(db: Database, rule: AlertRule, now: datetime) -> States:
    findings = get_findings(db, rule.site, now=now)
    return States(
        met=tuple(
            AlertState(
                subject=f"{one.site}/{one.kind}/{one.device}",
                site=one.site,
                about=(f"{one.site}/{one.device}", one.device, f"{one.site}/{one.portal or one.space}"),
                since=one.since,
            )
            for one in findings
            if one.state == "open"
        )
    )


def _spaces(db: Database, rule: AlertRule, now: datetime) -> Iterator[_Space]:
    for space in db.fetch(
        "alert_spaces", _Space, now=now, minutes=rule.minutes, site=rule.site, space=rule.space
    ):
        if space.minutes >= min(max(rule.minutes - 1, 1), 3):
            yield space


def _full(db: Database, rule: AlertRule, now: datetime) -> States:
    """Return the spaces with people at or above the threshold in every minute of the period."""
    met, unclear = [], []
    for space in _spaces(db, rule, now):
        if not space.capacity or (rule.kind == "site_full" and space.site != space.space):
            continue
        limit = (rule.threshold or 1.0) * space.capacity
        subject = f"{space.site}/{space.space}"
        if space.least >= limit:
            met.append(AlertState(subject=subject, site=space.site, value=space.people))
        elif space.people >= AGAIN * limit:
            unclear.append(subject)
    return States(met=tuple(met), unclear=tuple(unclear))


def _inside(db: Database, rule: AlertRule, now: datetime) -> States:
    """Return the closed sites where even the lower bound says that somebody is inside."""
    patience = max(CLOSED_FOR, timedelta(minutes=rule.minutes))
    closed = {
        place.id
        for place in load_all(db)
        if not calendar.is_open(now, place) and not calendar.is_open(now - patience, place)
    }
    return States(
        met=tuple(
            AlertState(subject=space.site, site=space.site, value=space.people)
            for space in _spaces(db, rule, now)
            if space.site == space.space and space.site in closed and space.lower >= 1
        )
    )


def _cleaning(db: Database, rule: AlertRule, now: datetime) -> States:
    """Return the spaces with more entries than the threshold since their last cleaning (acknowledged alert)."""
    subject = f"{rule.site}/{rule.space}"
    since = max(alerts.acknowledged_last(db, rule.id, subject) or now - SHIFT, now - SHIFT)
    ((entries,),) = db.rows("alert_entries", site=rule.site, space=rule.space, since=since)
    over = entries >= (rule.threshold or 0)
    return States(
        met=(AlertState(subject=subject, site=rule.site, since=since, value=entries),) if over else ()
    )


def _probability(db: Database, rule: AlertRule, _now: datetime) -> States:
    met = []
    for place in load_all(db):
        chance = _chance(db, place) if rule.site in (None, place.id) else None
        if chance is not None and chance < (rule.threshold or 0):
            met.append(AlertState(subject=place.id, site=place.id, value=chance))
    return States(met=tuple(met))


def _chance(db: Database, place: Site) -> float | None:
    try:
        return get_outlook(db, place.id).odds
    except NotFound:
        return None


_Judge = Callable[[Database, AlertRule, datetime], States]
_STATES: Final[dict[RuleKind, _Judge]] = {
    "sensor_offline": _sensors,
    "finding": _findings,
    "space_over": _full,
    "site_full": _full,
    "service": _of_troubles(("service_silent", "service_missing", "behind", "broker_away")),
    "forecast_old": _of_troubles(("forecast_old",)),
    "backup_old": _of_troubles(("backup_old",)),
    "target_probability": _probability,
    "cleaning": _cleaning,
    "inside_after_closing": _inside,
    "job_failed": _of_troubles(("job_failed",)),
    "disk_low": _disks,
    "monthly_report": lambda _db, _rule, _now: States(),  # no state: jobs.monthly_reports sends it
}
