"""Evaluation of alert rules on stored data: sensors, spaces, services, forecasts and targets."""

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from besok.model import calendar, messages
from besok.model.alerts import INSTALLATION, OF_SIMULATED, THRESHOLDS, AlertRule, AlertState, RuleKind
from besok.model.errors import AlertError, if_found
from besok.model.site import Site
from besok.services.attention import get_findings
from besok.services.condition import LITTLE, Kind, Trouble, disk_of, get_troubles
from besok.services.devices import get_devices
from besok.services.forecast import get_outlook
from besok.services.health import get_health
from besok.services.series import require_space
from besok.store import alerts
from besok.store.database import Database
from besok.store.sites import load, load_all

AGAIN: Final = 0.9  # of a threshold, beyond which a rule holds no more
UNKNOWN_FOR: Final = timedelta(days=1)  # an alert stays open without an estimate
CLOSED_FOR: Final = timedelta(minutes=15)  # before anybody inside is reported


class Situation:
    """The stored data at `now` that rules are evaluated on; what several rules need is read once."""

    def __init__(self, db: Database, now: datetime) -> None:
        self.db = db
        self.now = now

    @cached_property
    def places(self) -> tuple[Site, ...]:
        """All sites."""
        return tuple(load_all(self.db))

    @cached_property
    def delayed(self) -> tuple[str, ...]:
        """The sensors from which little or only what is old comes."""
        return tuple(one.device for one in get_devices(self.db, now=self.now) if one.freshness == "late")

    @cached_property
    def troubles(self) -> list[Trouble]:
        """What is wrong with services, sensors, forecasts and backups."""
        return get_troubles(self.db, self.now)


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
    surely: float  # the least lower bound
    minutes: int


def add_rule(db: Database, rule: AlertRule, now: datetime) -> int:
    """Store a rule; return its number. Raises NotFound, and AlertError where it cannot be kept, or already exists."""
    if rule.kind not in _STATES:
        raise AlertError(messages.NO_RULE_KIND(kind=rule.kind, known=", ".join(_STATES)))
    if rule.site and rule.kind in INSTALLATION:
        raise AlertError(messages.RULE_OF_ALL_SITES(kind=rule.kind))
    place = load(db, rule.site) if rule.site else None
    if place and place.sandbox and rule.kind not in OF_SIMULATED:
        raise AlertError(messages.RULE_OF_SIMULATED)
    if rule.space and place is None:
        raise AlertError(messages.NO_ALERT_SPACE(name=rule.space))
    if rule.space and place:
        require_space(place, rule.space)
    if rule.kind in THRESHOLDS and not 0 < (rule.threshold or 0) <= THRESHOLDS[rule.kind]:
        raise AlertError(messages.THRESHOLD_NEEDED[rule.kind])
    if rule.kind == "cleaning" and not (rule.site and rule.space):
        raise AlertError(messages.CLEANING_IS_OF_A_SPACE)
    if (rule.quiet_from is None) != (rule.quiet_to is None):
        raise AlertError(messages.HALF_QUIET)
    if rule.quiet_from is not None and rule.kind == "monthly_report":
        raise AlertError(messages.REPORT_IN_QUIET)
    return alerts.add_rule(db, rule, now)


def get_states(situation: Situation, rule: AlertRule) -> States:
    """Evaluate a rule, also one about all sites; what happens in a simulated place meets none."""
    states = _STATES[rule.kind](situation, rule)
    simulated = {place.id for place in situation.places if place.sandbox}
    return replace(states, met=tuple(state for state in states.met if state.site not in simulated))


def _of_troubles(kinds: tuple[Kind, ...]) -> "_Judge":
    def judge(situation: Situation, rule: AlertRule) -> States:
        return States(
            met=tuple(
                AlertState(
                    subject=one.name or one.kind,
                    site=one.name if one.kind == "forecast_old" else None,
                    since=one.since,
                    value=one.seconds,
                )
                for one in situation.troubles
                if one.kind in kinds
                and rule.site in (None, one.name)
                and _lasts(one.since, rule, situation.now)
            )
        )

    return judge


def _lasts(since: datetime | None, rule: AlertRule, now: datetime) -> bool:
    return since is None or now - since >= timedelta(minutes=rule.minutes)


def _disks(situation: Situation, _rule: AlertRule) -> States:
    """Return the services whose disk is nearly full; one that was is so until a little more is free."""
    services = get_health(situation.db, situation.now).services
    disks = [(service.name, *disk_of(service)) for service in services]
    return States(
        met=tuple(AlertState(subject=name) for name, free, size in disks if free < LITTLE * size),
        unclear=tuple(name for name, free, size in disks if LITTLE * size <= free < LITTLE / AGAIN * size),
    )


def _sensors(situation: Situation, rule: AlertRule) -> States:
    """Return the placed sensors that are offline: since they were last heard, or else since they were placed.

    Of one that is delayed it is not clear: a burst of stored readings neither begins nor ends an alert.
    """
    now = situation.now
    placed: dict[str, tuple[str, datetime | None, set[str]]] = {}  # site, beginning and doors of each device
    for place in situation.places:
        for sensor in place.sensors if rule.site in (None, place.id) and not place.sandbox else ():
            begins, _ = calendar.placement_span(sensor, place)
            if begins is None or begins <= now:
                device = placed.setdefault(place.external_id(sensor), (place.id, begins, set()))
                device[2].add(f"{place.id}/{sensor.portal or sensor.space}")
    return States(
        met=tuple(
            AlertState(subject=one.name, site=site, about=tuple(doors), since=one.since or begins)
            for one in situation.troubles
            if one.kind == "sensor_offline" and one.name in placed
            for site, begins, doors in [placed[one.name]]
            if _lasts(one.since or begins, rule, now)
        ),
        unclear=(
            *situation.delayed,
            *(one.name for one in situation.troubles if one.kind == "sensor_unclear"),
        ),
    )


def _findings(situation: Situation, rule: AlertRule) -> States:
    return States(
        met=tuple(
            AlertState(
                subject=f"{one.site}/{one.kind}/{one.device}",
                site=one.site,
                about=(f"{one.site}/{one.device}", one.device, f"{one.site}/{one.portal or one.space}"),
                since=one.since,
            )
            for one in get_findings(situation.db, rule.site, now=situation.now)
            if one.state == "open"
        )
    )


def _spaces(situation: Situation, rule: AlertRule) -> Iterator[_Space]:
    for space in situation.db.fetch(
        "alert_spaces", _Space, now=situation.now, minutes=rule.minutes, site=rule.site, space=rule.space
    ):
        if space.minutes >= min(max(rule.minutes - 1, 1), 3):
            yield space


def _full(situation: Situation, rule: AlertRule) -> States:
    """Return the spaces with people at or above the threshold in every minute of the period."""
    met, unclear, seen = [], [], set()
    for space in _spaces(situation, rule):
        seen.add(f"{space.site}/{space.space}")
        if not space.capacity or (rule.kind == "site_full" and space.site != space.space):
            continue
        limit = (rule.threshold or 1.0) * space.capacity
        subject = f"{space.site}/{space.space}"
        if space.least >= limit:
            met.append(AlertState(subject=subject, site=space.site, value=space.people))
        elif space.people >= AGAIN * limit:
            unclear.append(subject)
    return States(met=tuple(met), unclear=(*unclear, *_unseen(situation, rule, seen)))


def _unseen(situation: Situation, rule: AlertRule, seen: Container[str]) -> Iterator[str]:
    """Yield what was alerted lately and has no estimate now: whether it is over is unknown."""
    for subject in alerts.open_lately(situation.db, rule.id, situation.now - UNKNOWN_FOR):
        if subject not in seen:
            yield subject


def _inside(situation: Situation, rule: AlertRule) -> States:
    """Return the closed sites where even the lower bound says in every minute of the period that somebody is inside.

    It is over when the estimate says that nobody is.
    """
    now, patience = situation.now, max(CLOSED_FOR, timedelta(minutes=rule.minutes))
    closed = {
        place.id
        for place in situation.places
        if not calendar.is_open(now, place) and not calendar.is_open(now - patience, place)
    }
    roots = [space for space in _spaces(situation, rule) if space.site == space.space]
    inside = [space for space in roots if space.site in closed and space.people >= 1]
    seen = {space.site for space in roots}
    met = (space for space in inside if space.surely >= 1)
    return States(
        met=tuple(AlertState(subject=space.site, site=space.site, value=space.people) for space in met),
        unclear=(
            *(space.site for space in inside if space.surely < 1),
            *_unseen(situation, rule, seen),
        ),
    )


def _cleaning(situation: Situation, rule: AlertRule) -> States:
    """Return the space if it has more entries than the threshold since it was last cleaned (an acknowledged alert).

    Each business day begins with a clean space.
    """
    db, now, subject = situation.db, situation.now, f"{rule.site}/{rule.space}"
    place = next(place for place in situation.places if place.id == rule.site)
    day = calendar.day_bounds(calendar.business_day(now, place), place)[0]
    since = max(alerts.acknowledged_last(db, rule.id, subject) or day, day)
    ((entries,),) = db.rows("alert_entries", site=rule.site, space=rule.space, since=since)
    over = entries >= (rule.threshold or 0)
    return States(
        met=(AlertState(subject=subject, site=rule.site, since=since, value=entries),) if over else ()
    )


def _probability(situation: Situation, rule: AlertRule) -> States:
    met, unclear = [], []
    for place in situation.places:
        outlook = if_found(get_outlook, situation.db, place.id) if rule.site in (None, place.id) else None
        chance = outlook.odds if outlook else None
        if chance is not None and chance < (rule.threshold or 0):
            met.append(AlertState(subject=place.id, site=place.id, value=chance))
        elif chance is not None and chance < min((rule.threshold or 0) / AGAIN, 1):
            unclear.append(place.id)
    return States(met=tuple(met), unclear=tuple(unclear))


_Judge = Callable[[Situation, AlertRule], States]
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
    "monthly_report": lambda _situation, _rule: States(),  # no state: jobs.monthly_reports sends it
}
