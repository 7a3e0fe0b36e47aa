"""Voiding of readings: a person excludes what a sensor sent in some time, with a reason, until it is undone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from besok.model import calendar, messages
from besok.model.errors import BesokError
from besok.model.site import Site
from besok.model.site_rules import possible
from besok.store import sites
from besok.store.database import Database
from besok.store.voids import KnownDevice


def time_span(db: Database, device: KnownDevice, first: str, last: str) -> tuple[datetime, datetime]:
    """Parse a span of time from two texts, by the clock of the site where a device is placed.

    A day is a business day, and as the end of the time it is part of it: 2026-03-02 to 2026-03-02 is one whole day.
    Raises BesokError for what is not a time, or for an end that does not come after the beginning.
    """
    site = _site(db, device)
    begins, ends = _instant(first, site, ends=False), _instant(last, site, ends=True)
    if ends <= begins:
        raise BesokError(messages.ENDS_BEFORE_IT_BEGINS)
    return begins, ends


def _site(db: Database, device: KnownDevice) -> Site | None:
    """Return the site whose clock applies to a device: that of its placements, or the only one."""
    known = sites.load_all(db)
    candidates = [site for site in known if site.id in device.sites] or list(known)
    return candidates[0] if len({(site.timezone, site.day_start) for site in candidates}) == 1 else None


def _instant(text: str, site: Site | None, *, ends: bool) -> datetime:
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BesokError(
            f'"{text}" is not a time; write a day (2026-03-02) or a day and a time (2026-03-02T10:15)'
        ) from None
    try:
        possible(time)
    except ValueError as exc:
        raise BesokError(str(exc)) from None
    if time.tzinfo:
        return time
    if site is None:
        raise BesokError(f'whose clock shows "{text}"? Add the offset, as 2026-03-02T10:15+01:00')
    if _is_day(text):
        return calendar.day_bounds(time.date() + timedelta(days=ends), site)[0]
    return time.replace(tzinfo=ZoneInfo(site.timezone))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True
