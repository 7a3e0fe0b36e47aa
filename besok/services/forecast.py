"""The newest forecast of a site, and how good all those before it were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final

from besok.analytics.forecast.chance import would_hold
from besok.model.errors import NotFound
from besok.model.forecast import Outlook
from besok.model.site import Site
from besok.model.views.forecast import Awaited, Record, Scored
from besok.services.health import SILENT_AFTER
from besok.services.observed_days import EARLIEST, partial_days, whole_days
from besok.store import backfill
from besok.store.database import Database
from besok.store.heartbeats import beats
from besok.store.sites import counted, load

WEEKS: Final = timedelta(days=364)  # so that every weekday is there equally often
LEAST_WEEKS: Final = 8  # observed days of a weekday, before it is compared


def outlook(db: Database, site: str) -> Outlook:
    """Return the newest forecast of a site. Raises NotFound where there is none yet."""
    found = db.fetch_one("forecast_latest", Outlook, **_counting(load(db, site)))
    if found is None:
        raise NotFound(
            f"there is no forecast of {site} yet; the first one is made when a business day has ended"
        )
    return found


def awaited(db: Database, site: str, today: date, now: datetime) -> Awaited:
    """Why a site has no forecast yet, on business day `today`. Raises NotFound."""
    place = load(db, site)
    return Awaited(
        days=len(whole_days(db, counted(db, place), today - timedelta(days=1))),
        coming_in=backfill.under_way(db, now),
        at_work=any(b.name == "jobs" and now - b.heard < SILENT_AFTER for b in beats(db)),
    )


def scored(db: Database, site: str, today: date) -> list[Scored]:
    """Every sum that was forecast and whose days are over on `today`, the shortest first. Raises NotFound.

    Only forecasts of what the target counts now: its measure, and its sites.
    """
    place = load(db, site)
    out = partial_days(db, counted(db, place), EARLIEST, today - timedelta(days=1))
    return db.fetch("forecast_record", Scored, **_counting(place), today=today, left_out=out)


def records(found: Sequence[Scored], lengths: Sequence[int] = (7, 28, 90, 365)) -> list[Record]:
    """How good the judged forecasts were, by how many days they sum up; lengths without any are left out."""
    next_days = [s for s in found if s.judged and s.first - s.origin == timedelta(days=1)]
    by_length = {days: [s for s in next_days if s.days == days] for days in lengths}
    return [_record(days, own) for days, own in by_length.items() if own]


def _record(days: int, own: Sequence[Scored]) -> Record:
    errors = [s.mean / s.truth - 1 for s in own if s.truth]
    right_low, right_high = would_hold([s.first for s in own], days)
    return Record(
        days=days,
        made=len(own),
        held=sum(s.held for s in own),
        right_low=right_low,
        right_high=right_high,
        afterwards=sum(s.afterwards for s in own),
        error=median(map(abs, errors)) if errors else None,
        bias=median(errors) if errors else None,
    )


def _counting(place: Site) -> dict[str, object]:
    """By what the forecasts of a site are known that count as its target does now."""
    return {"site": place.id, "measure": place.measure, "also": list(place.also)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weekday:
    weekday: int
    gross: float
    net: float
    days: int


def weekday_growth(db: Database, site: str, today: date) -> dict[int, float]:
    """Visits of the last 364 days as a multiple of the baseline's, by weekday (Monday 0).

    Weekdays without visits in either, or with fewer than LEAST_WEEKS observed days, are left out; so are all of them
    where there is no target. Raises NotFound.
    """
    place = load(db, site)
    target = place.target
    if target is None:
        return {}
    spans = ((target.baseline_first, target.baseline_last), (today - WEEKS, today - timedelta(days=1)))
    before, now = (_by_weekday(db, place, *span) for span in spans)
    return {
        day: now[day] / before[day] for day in sorted(now.keys() & before.keys()) if now[day] and before[day]
    }


def _by_weekday(db: Database, site: Site, first: date, last: date) -> dict[int, float]:
    keys = {"sites": list(site.counted), "first": first, "last": last}
    rows = db.fetch(
        "weekday_visits", _Weekday, **keys, left_out=partial_days(db, counted(db, site), first, last)
    )
    return {r.weekday: getattr(r, site.measure) for r in rows if r.days >= LEAST_WEEKS}
