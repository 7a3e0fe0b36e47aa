"""Handling of alerts: open alerts, acknowledgements, rules and targets."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from besok.model import messages
from besok.model.access import Right
from besok.model.alerts import Alert, RuleKind
from besok.model.errors import AlertError, NotFound, StoreRefused
from besok.model.site import Site
from besok.model.views.alerts import AlertInfo, RuleInfo
from besok.model.views.like import like
from besok.services import access
from besok.store import alerts
from besok.store.database import Database
from besok.store.sites import load, load_all
from besok.text import alert_text
from besok.text.languages import in_both, named


def get_alerts(
    db: Database, site: str, now: datetime, resolved_for: timedelta = timedelta(0)
) -> list[AlertInfo]:
    """Return what is open at a site or of the whole installation, and what was resolved in the time before `now`.

    The newest first. Raises NotFound for a site that is not there.
    """
    place = load(db, site, past=True)
    return [_info(one, (place,)) for one in alerts.listing(db, now - resolved_for, site)]


def right_to_acknowledge(kind: RuleKind) -> Right:
    """Return the right needed to acknowledge a kind of alert: whoever cleans a room may confirm it."""
    return "count" if kind == "cleaning" else "acknowledge"


def require_acknowledge(db: Database, site: str, number: int) -> None:
    """Require the right to acknowledge an alert. Raises NotFound, SignInNeeded, NotAllowed."""
    alert = alerts.find(db, number)
    if alert is None or alert.site not in (None, site):
        access.require("acknowledge", site)  # to others nothing is told, not even that there is none
        raise NotFound(messages.NO_ALERT(number=number))
    access.require(right_to_acknowledge(alert.kind), alert.site)


def acknowledge(db: Database, number: int, who: str, now: datetime) -> AlertInfo:
    """Record who takes care of an alert. Raises NotFound, StoreRefused if it is over or acknowledged."""
    acknowledged = alerts.acknowledge(db, number, who, now)
    alert = alerts.find(db, number)
    if alert is None:
        raise NotFound(messages.NO_ALERT(number=number))
    if not acknowledged:
        raise StoreRefused(messages.ALERT_TAKEN(number=number))
    return _info(alert, load_all(db, past=True))


def get_rules(db: Database, site: str) -> list[RuleInfo]:
    """Return the rules of a site, and those of all sites."""
    return [like(RuleInfo, rule) for rule in alerts.rules(db) if rule.site in (None, site)]


def remove_rule(db: Database, site: str, number: int, now: datetime) -> None:
    """End a rule of a site, and what is open of it. Raises NotFound; NotAllowed where it is of all sites."""
    rule = next((one for one in get_rules(db, site) if one.id == number), None)
    if rule is None:
        raise NotFound(messages.NO_ALERT_RULE(number=number))
    access.require("administer", rule.site)
    alerts.remove_rule(db, number, now)


def require_new_address(db: Database, name: str, url: str) -> None:
    """Require that no target of another name has an address: its messages would come twice. Raises AlertError."""
    for other, known in alerts.targets(db).items():
        if known == url and other != name:
            raise AlertError(messages.ADDRESS_EXISTS(name=other))


def put_target(db: Database, name: str, url: str) -> None:
    """Store a target for messages; the jobs send one to try it.

    Raises AlertError for an address of no known service, or that another target has.
    """
    import apprise  # takes a while, and few set a target

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # else it logs an address that it does not know
    if not apprise.Apprise().add(url):
        raise AlertError(messages.UNKNOWN_SERVICE)
    require_new_address(db, name, url)
    alerts.put_target(db, name, url, trial=True)


def _info(alert: Alert, sites: Sequence[Site]) -> AlertInfo:
    return like(
        AlertInfo,
        alert,
        sentence=in_both(lambda: alert_text.sentence(alert, _name(alert, _place(alert, sites)))),
        may_acknowledge=alert.resolved is None
        and alert.acknowledged is None
        and access.may(right_to_acknowledge(alert.kind), alert.site),
    )


def get_names(db: Database, listed: Sequence[Alert]) -> dict[int, str]:
    """Return the display names of the subjects by alert, each with its site: a message comes from all of them."""
    sites, names = load_all(db, past=True), {}
    for alert in listed:
        place = _place(alert, sites)
        name = _name(alert, place)
        of_part = place and name and alert.subject not in (place.id, f"{place.id}/{place.id}")
        names[alert.id] = f"{named(place.name)}, {name}" if place and of_part else name
    return names


def _place(alert: Alert, sites: Sequence[Site]) -> Site | None:
    return next((one for one in sites if one.id == alert.site), None)


def _name(alert: Alert, place: Site | None) -> str:
    """Return the display name of an alert's subject: a site, a space as site/space, the places of a sensor."""
    if place is None:
        return ""
    names = {id_: named(name) for id_, name in place.names.items()}
    sensors = [s for s in place.sensors if place.external_id(s) == alert.subject]
    if sensors:
        sensors = [s for s in sensors if not (s.last or s.until)] or sensors
        where = dict.fromkeys(names.get(s.portal or s.space, "") for s in sensors)
        return f"{', '.join(filter(None, where))} ({alert.subject})"
    return names.get(alert.subject, "") or names.get(alert.subject.removeprefix(f"{place.id}/"), "")
