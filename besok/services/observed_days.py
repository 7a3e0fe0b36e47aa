"""Days on which visits were observed only in part, and sums of visits that leave these days out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from besok.analytics.coverage import DoorDay, WatchedDoor, WatchedMonth, unobserved_days
from besok.model import calendar
from besok.model.site import Site
from besok.store import results
from besok.store.database import Database

DAY = timedelta(days=1)
EARLIEST = date(1970, 1, 1)


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
class Placement:
    """A channel at a portal, in its own time."""

    portal_id: int
    channel_id: int
    swapped: bool
    role: str
    placed: datetime | None
    ended: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Visits of sites over some days, on the `days` of them that count."""

    gross: float | None
    net: float | None
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    day: date


def visits_between(db: Database, sites: Sequence[Site], first: date, last: date) -> Sum:
    """Return the visits of sites from `first` to `last`, on the days on which all were observed whole."""
    return _sum(db, sites, first, last, partial_days(db, sites, first, last))


def visits_until(db: Database, sites: Sequence[Site], last: date) -> Sum:
    """Return the visits of sites up to `last`, on the days on which something was observed at each."""
    return _sum(db, sites, EARLIEST, last, [])


def _sum(db: Database, sites: Sequence[Site], first: date, last: date, left_out: list[date]) -> Sum:
    keys = {"sites": [site.id for site in sites], "first": first, "last": last, "left_out": left_out}
    return db.fetch("visits_between", Sum, **keys)[0]


def whole_days(db: Database, sites: Sequence[Site], last: date) -> list[date]:
    """Return the business days up to `last` on which all sites were observed whole, in order."""
    keys = {"sites": [site.id for site in sites], "first": EARLIEST, "last": last}
    left_out = partial_days(db, sites, EARLIEST, last)
    return [row.day for row in db.fetch("visits_days", _Day, **keys, left_out=left_out)]


def partial_days(db: Database, sites: Sequence[Site], first: date, last: date) -> list[date]:
    """Return the business days on which some visits of any of the sites were not observed, though others were."""
    return sorted({day for site in sites for day in _partial_days(db, site, first, last)})


def _partial_days(db: Database, site: Site, first: date, last: date) -> list[date]:
    known = results.read(db, site.id, results.PARTIAL_DAYS, list[date], last, or_later=True)
    if known is None:
        return partial_days_of(db, site, first, last)
    return [day for day in known if first <= day <= last]


def partial_days_of(db: Database, site: Site, first: date, last: date) -> list[date]:
    """Find the business days of one site that were observed only in part."""
    months = db.fetch("door_months", _Month, site=site.id)
    names = {month.portal_id: month.name for month in months}
    definitions = sorted(site.visits, key=lambda d: d.first)

    def counting(day: date) -> list[int]:
        portals = next((d.portals for d in reversed(definitions) if d.first <= day), ())
        return [portal for portal, name in names.items() if not portals or name in portals]

    days = db.fetch("door_days", DoorDay, site=site.id, first=first, last=last)
    doors = _doors(db, site, months)
    return list(unobserved_days(doors, days, counting, lambda day: not calendar.open_intervals(day, site)))


def _doors(db: Database, site: Site, months: Sequence[_Month]) -> dict[int, WatchedDoor]:
    by_door: dict[int, list[_Month]] = defaultdict(list)
    for month in months:
        by_door[month.portal_id].append(month)
    placements = [
        p for p in db.fetch("bridge_placements", Placement, portals=list(by_door)) if p.role == "primary"
    ]
    return {
        portal: WatchedDoor(
            first=min(m.first for m in own),
            hung=[_whole_days(site, p) for p in placements if p.portal_id == portal]
            or [(date.min, max(m.last for m in own))],
            people=sum(m.people for m in own) / sum(m.days for m in own),
            months={
                m.month: WatchedMonth(days=m.days, watched_s=m.watched_s, shortest_s=m.shortest_s)
                for m in own
            },
        )
        for portal, own in by_door.items()
    }


def _whole_days(site: Site, placement: Placement) -> tuple[date, date]:
    """The first and the last whole day of a placement."""
    return (
        calendar.business_day(placement.placed, site) + DAY if placement.placed else date.min,
        calendar.business_day(placement.ended, site) - DAY if placement.ended else date.max,
    )
