"""Detection of faulty sensors at each site once an hour, with imputation for silent doors."""

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from besok.analytics.quality.detect import bad_steps, detect
from besok.analytics.quality.impute import fill
from besok.services.sensor_series import sensor_series
from besok.store import backfill, quality
from besok.store.database import Database
from besok.store.sites import load, load_all
from jobs.runs import do_each

log = logging.getLogger(__name__)

EVERY: Final = timedelta(minutes=58)  # less than an hour, so that the duty's own period does not add up


def is_due(db: Database, now: datetime) -> bool:
    """Tell whether the sensors of any site are to be checked; never while history is being written."""
    if backfill.under_way(db, now):
        return False
    with db.transaction() as conn:
        return bool(quality.due(conn, now - EVERY))


def check_due(db: Database, now: datetime) -> int:
    """Check the sites that are due; return how many these were. Raises JobError."""
    with db.transaction() as conn:
        due = quality.due(conn, now - EVERY)
    return do_each((site, partial(check, db, site, now)) for site in due)


def check(db: Database, site: str, now: datetime) -> bool:
    """Check the sensors of a site and store the findings; False if another worker has done so."""
    findings = _check(db, site, now, now - EVERY)
    if findings is not None:
        log.info("%s: %d findings", site, findings, extra={"action": "sensors_looked_at", "site": site})
    return findings is not None


def check_now(db: Database, site: str, now: datetime) -> int:
    """Check the sensors of a site now and return the number of findings. Raises NotFound."""
    load(db, site)
    return _check(db, site, now, now + EVERY) or 0


def _check(db: Database, site: str, now: datetime, unless_since: datetime) -> int | None:
    """Return the number of findings; None if the site is gone, or was checked since a moment."""
    sites = load_all(db)
    place = next((s for s in sites if s.id == site), None)
    if place is None:
        return None
    with db.transaction() as conn:
        site_id = quality.claim(conn, site, now, unless_since)
        if site_id is None:
            return None
        series = sensor_series(conn, place, sites, now)
        findings = (
            detect(series.layout, series.history) if series.layout.counters or series.layout.gauges else []
        )
        quality.note(conn, site_id, [(series.channel(f), f) for f in findings], now)
        filled = fill(series.history, series.spread, bad_steps(series.layout, series.history, findings))
        since = now - quality.IMPUTED_AGAIN
        rows = series.imputed_rows(filled, since)
        quality.replace_imputed(conn, site_id, series.own_channels, since, rows)
    return len(findings)
