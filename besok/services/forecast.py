"""The newest forecast of a site, and the accuracy of earlier ones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from statistics import mean, median
from typing import Final

from besok.analytics.forecast.chance import would_hold
from besok.model.errors import NotFound
from besok.model.outlook import Outlook, is_of
from besok.model.site import Site
from besok.model.views.forecast import Awaited, Record, Scored
from besok.model.views.progress import Progress
from besok.services.health import at_work
from besok.services.observed_days import counted_days, visit_days, whole_days
from besok.store import backfill
from besok.store.database import Database
from besok.store.sites import counted, load

WEEKS: Final = timedelta(days=364)  # so that every weekday is there equally often
LENGTHS: Final = (7, 28, 90, 365)  # days of forecasts that are judged
LEAST_WEEKS: Final = 8  # observed days of a weekday, before it is compared


def get_outlook(db: Database, site: str) -> Outlook:
    """Return the newest forecast of a site. Raises NotFound where there is none yet."""
    outlook = db.fetch_one("forecast_latest", Outlook, **_counting(load(db, site)))
    if outlook is None:
        raise NotFound(
            f"there is no forecast of {site} yet; the first one is made when a business day has ended"
        )
    return outlook


def get_outlook_on(db: Database, site: str, progress: Progress | None) -> Outlook:
    """Return the newest forecast on the way to a target: without figures about one that was changed since, taken away,
    or whose time is over. Raises NotFound as `get_outlook`.
    """
    outlook = get_outlook(db, site)
    if (
        progress
        and progress.today <= progress.deadline
        and is_of(outlook, progress.goal_visits, progress.deadline)
    ):
        return outlook
    return replace(
        outlook,
        goal=None,
        deadline=None,
        odds=None,
        even_from=None,
        likely_from=None,
        needed_growth=None,
        reached_low=None,
        reached=None,
        reached_high=None,
    )


def get_awaited(db: Database, site: str, today: date, now: datetime) -> Awaited:
    """Return why a site has no forecast yet, on business day `today`. Raises NotFound."""
    place = load(db, site)
    return Awaited(
        days=sum(day.whole for day in visit_days(db, counted(db, place), today - timedelta(days=1))),
        coming_in=backfill.under_way(db, now),
        at_work=at_work(db, "jobs", now),
    )


def get_scored(db: Database, site: str, today: date) -> list[Scored]:
    """Every sum that was forecast and whose days are over on `today`, the shortest first. Raises NotFound.

    Only forecasts of what the target counts now: its measure, and its sites.
    """
    place = load(db, site)
    known = whole_days(visit_days(db, counted(db, place), today - timedelta(days=1)), place.measure)
    return db.fetch(
        "forecast_record",
        Scored,
        **_counting(place),
        today=today,
        days=list(known),
        visits=list(known.values()),
    )


def get_records(scored: Sequence[Scored]) -> list[Record]:
    """Return how good the judged forecasts were, by how many days they sum up, apart by version of the method and for
    forecasts made in advance and recomputed afterwards; those in advance and the newest version first.

    Left out are those of which no outcome would have spoken against the intervals.
    """
    kinds: dict[tuple[int, bool, str], list[Scored]] = {}
    for one in sorted(scored, key=lambda s: s.made, reverse=True):
        if one.judged and one.first - one.origin == timedelta(days=1) and one.days in LENGTHS:
            kinds.setdefault((one.days, one.afterwards, one.model), []).append(one)
    records = [_record(*kinds[kind], kind=kind) for kind in sorted(kinds, key=lambda kind: kind[:2])]
    return [record for record in records if record.can_fail]


def _record(*scored: Scored, kind: tuple[int, bool, str]) -> Record:
    days, afterwards, model = kind
    errors = [s.mean / s.truth - 1 for s in scored if s.truth]
    right_low, right_high = would_hold([s.first for s in scored], days)
    return Record(
        days=days,
        model=model,
        afterwards=afterwards,
        made=len(scored),
        held=sum(s.held for s in scored),
        right_low=right_low,
        right_high=right_high,
        error=median(map(abs, errors)) if errors else None,
        bias=median(errors) if errors else None,
    )


def _counting(place: Site) -> dict[str, object]:
    """Return the key of a site's forecasts: those that count as its target does now."""
    return {"site": place.id, "measure": place.measure, "also": list(place.also)}


def get_weekday_growth(db: Database, site: str, today: date) -> dict[int, float]:
    """Return visits of the last 364 days as a multiple of the baseline's, by weekday (Monday 0).

    Weekdays without visits in either, or with fewer than LEAST_WEEKS observed days, are left out; so are all of them
    where there is no target. Days that are shares of totals tell nothing of weekdays. Raises NotFound.
    """
    place = load(db, site)
    target = place.target
    if target is None:
        return {}
    yesterday = today - timedelta(days=1)
    days = counted_days(visit_days(db, counted(db, place), yesterday))
    spans = ((target.baseline_first, target.baseline_last), (today - WEEKS, yesterday))
    before, now = (_by_weekday(whole_days(days, place.measure, *span)) for span in spans)
    return {
        day: now[day] / before[day] for day in sorted(now.keys() & before.keys()) if now[day] and before[day]
    }


def _by_weekday(visits: dict[date, float]) -> dict[int, float]:
    """Return the mean visits of each weekday."""
    known = {n: [v for day, v in visits.items() if day.weekday() == n] for n in range(7)}
    return {n: mean(values) for n, values in known.items() if len(values) >= LEAST_WEEKS}
