"""Planned maintenance: no alerts meanwhile, and the figures of that time are marked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from besok.model import messages
from besok.model.errors import AlertError
from besok.model.site import Site
from besok.store import alerts
from besok.store.database import Database
from besok.store.sites import load_all
from besok.text.languages import named

LONGEST: Final = timedelta(days=366)


def subjects(site: Site) -> Mapping[str, str]:
    """Return the possible subjects of maintenance at a site, with names: the site, doors, spaces, sensors."""
    places = {id_: named(name) for id_, name in site.names.items()}
    names = {site.id: named(site.name)} | {
        f"{site.id}/{id_}": name for id_, name in places.items() if id_ != site.id
    }
    for sensor in site.sensors:
        device = site.external_id(sensor)
        names.setdefault(device, f"{places.get(sensor.portal or sensor.space, '')} ({device})")
    return names


def site_of(db: Database, subject: str) -> Site | None:
    """Return the site of a subject of maintenance; None for a service."""
    return next((site for site in load_all(db) if subject in subjects(site)), None)


def plan(
    db: Database, site: Site, subject: str, *, until: str, reason: str, author: str, now: datetime
) -> int:
    """Store planned maintenance from now until a local time of the site; return its number. Raises AlertError."""
    if subject not in subjects(site):
        raise AlertError(messages.NO_SUBJECT(name=subject))
    ends = ahead(site, until, now)
    return alerts.mute(db, subject, site=site.id, reason=reason, author=author, until=ends, now=now)


def ahead(site: Site, until: str, now: datetime) -> datetime:
    """Parse a future local time of a site. Raises AlertError."""
    try:
        ends = datetime.fromisoformat(until.strip())
    except ValueError:
        raise AlertError(messages.NO_UNTIL) from None
    ends = ends if ends.tzinfo else ends.replace(tzinfo=ZoneInfo(site.timezone))
    if not now < ends <= now + LONGEST:
        raise AlertError(messages.UNTIL_NOT_AHEAD)
    return ends
