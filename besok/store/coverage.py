"""Days on which the visits of sites were observed in part only: they are left out of every sum that is compared."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from besok.analytics.coverage import Door, DoorDay, Month, lacking
from besok.model import calendar
from besok.model.site import Site
from besok.store.database import Database

DAY = timedelta(days=1)
EARLIEST = date(1970, 1, 1)
_FOUND: ContextVar[dict[str, frozenset[date]] | None] = ContextVar("left_out_found", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Month:
    portal_id: int
    name: str
    month: date
    days: int
    first: date
    last: date
    watched_s: float
    shortest_s: float
    people: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hung:
    portal_id: int
    channel_id: int
    swapped: bool
    role: str
    placed: datetime | None
    ended: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """Visits of sites over some days, on the `days` of them that count."""

    gross: float | None
    net: float | None
    days: int


def between(db: Database, sites: Sequence[Site], first: date, last: date) -> Between:
    """The visits of sites from `first` to `last`, both included, on the days on which all were observed whole."""
    return _between(db, sites, first, last, left_out(db, sites, first, last))


def at_all(db: Database, sites: Sequence[Site], until: date) -> Between:
    """The visits of sites up to `until`, on the days on which something was observed at each."""
    return _between(db, sites, EARLIEST, until, ())


def _between(db: Database, sites: Sequence[Site], first: date, last: date, out: Sequence[date]) -> Between:
    keys = {"sites": [site.id for site in sites], "first": first, "last": last, "left_out": list(out)}
    row = db.fetch_one("visits_between", Between, **keys)
    assert row is not None  # a sum is always one row
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    day: date


def known_days(db: Database, sites: Sequence[Site], until: date) -> list[date]:
    """The business days up to `until` on which the visits of all these sites were observed whole, in order."""
    keys = {"sites": [site.id for site in sites], "first": EARLIEST, "last": until}
    return [
        one.day
        for one in db.fetch("visits_days", _Known, **keys, left_out=left_out(db, sites, EARLIEST, until))
    ]


@contextmanager
def found_once() -> Iterator[None]:
    """Within it the days to leave out are looked for once for each site: a page that sums up fifteen times is told the
    same each time, and sooner.
    """
    token = _FOUND.set({})
    try:
        yield
    finally:
        _FOUND.reset(token)


def left_out(db: Database, sites: Sequence[Site], first: date, last: date) -> list[date]:
    """The business days on which a part of the visits of any of these sites was not observed, though another was."""
    found = _FOUND.get()
    if found is None:
        return sorted({day for site in sites for day in _of_site(db, site, first, last)})
    for site in sites:
        if site.id not in found:
            found[site.id] = frozenset(_of_site(db, site, EARLIEST, date.max))
    return sorted({day for site in sites for day in found[site.id] if first <= day <= last})


def _of_site(db: Database, site: Site, first: date, last: date) -> Iterator[date]:
    months = db.fetch("door_months", _Month, site=site.id)
    names = {month.portal_id: month.name for month in months}
    definitions = sorted(site.visits, key=lambda d: d.first)

    def counting(day: date) -> list[int]:
        portals = next((d.portals for d in reversed(definitions) if d.first <= day), ())
        return [portal for portal, name in names.items() if not portals or name in portals]

    told = db.fetch("door_days", DoorDay, site=site.id, first=first, last=last)
    return lacking(
        _doors(db, site, months), told, counting, lambda day: not calendar.open_intervals(day, site)
    )


def _doors(db: Database, site: Site, months: Sequence[_Month]) -> dict[int, Door]:
    by_door: dict[int, list[_Month]] = defaultdict(list)
    for month in months:
        by_door[month.portal_id].append(month)
    hung = [h for h in db.fetch("bridge_placements", _Hung, portals=list(by_door)) if h.role == "primary"]
    return {
        portal: Door(
            first=min(m.first for m in own),
            hung=[_days(site, h) for h in hung if h.portal_id == portal]
            or [(date.min, max(m.last for m in own))],
            people=sum(m.people for m in own) / sum(m.days for m in own),
            months={m.month: Month(days=m.days, watched_s=m.watched_s, shortest_s=m.shortest_s) for m in own},
        )
        for portal, own in by_door.items()
    }


def _days(site: Site, hung: _Hung) -> tuple[date, date]:
    """The first and the last whole day on which a sensor hung at a door."""
    return (
        calendar.business_day(hung.placed, site) + DAY if hung.placed else date.min,
        calendar.business_day(hung.ended, site) - DAY if hung.ended else date.max,
    )
