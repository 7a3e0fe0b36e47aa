"""Looking for faulty sensors: each site once an hour, beside the worker. Filling in for silent doors goes with it."""

import logging
from datetime import datetime, timedelta
from typing import Final

from besok.analytics.quality.detect import bad_steps, detect
from besok.analytics.quality.impute import fill
from besok.services.sensor_series import sensor_series
from besok.store import quality
from besok.store.database import Database
from besok.store.sites import load, load_all

log = logging.getLogger(__name__)

EVERY: Final = timedelta(
    minutes=58
)  # a little less than an hour, so that five minutes more or less do not add up


def wanted(db: Database, now: datetime) -> bool:
    """Whether the sensors of any site are to be looked at."""
    with db.transaction() as conn:
        return bool(quality.due(conn, now - EVERY))


def look_at_due(db: Database, now: datetime) -> int:
    """Looks at the sites that are due; how many these were."""
    with db.transaction() as conn:
        due = quality.due(conn, now - EVERY)
    return sum(look_at(db, site, now) for site in due)


def look_at(db: Database, site: str, now: datetime) -> bool:
    """Looks at the sensors of a site and notes what is found; False if another worker has done so."""
    found = _look_at(db, site, now, now - EVERY)
    if found is not None:
        log.info("%s: %d findings", site, found, extra={"action": "sensors_looked_at", "site": site})
    return found is not None


def look_at_now(db: Database, site: str, now: datetime) -> int:
    """Looks at the sensors of a site whenever that was done last; how many findings there are. Raises NotFound."""
    load(db, site)
    return _look_at(db, site, now, now + EVERY) or 0


def _look_at(db: Database, site: str, now: datetime, unless_since: datetime) -> int | None:
    """How many findings there are; None if the site is gone, or was looked at since a moment."""
    sites = load_all(db)
    place = next((s for s in sites if s.id == site), None)
    if place is None:
        return None
    with db.transaction() as conn:
        site_id = quality.claim(conn, site, now, unless_since)
        if site_id is None:
            return None
        series = sensor_series(conn, place, sites, now)
        found = detect(series.house, series.seen) if series.house.counters or series.house.gauges else []
        quality.note(conn, site_id, [(series.channel(f), f) for f in found], now)
        filled = fill(series.seen, series.spread, bad_steps(series.house, series.seen, found))
        since = now - quality.IMPUTED_AGAIN
        rows = series.imputed_rows(filled, since)
        quality.replace_imputed(conn, site_id, series.own_channels, since, rows)
    return len(found)
