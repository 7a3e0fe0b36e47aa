"""Results that take long to compute and are stored for pages: renewed once a day, and when their days have changed."""

import logging
from datetime import date, datetime, timedelta
from functools import partial

from besok.model.errors import NotFound
from besok.model.site import Site
from besok.store import backfill, results
from besok.store.database import Database
from besok.store.sites import counted
from jobs import daily
from jobs.runs import do_each

log = logging.getLogger(__name__)

DAY = timedelta(days=1)


def is_due(db: Database, now: datetime) -> bool:
    """Tell whether any result is missing; never while history is being written."""
    return not backfill.under_way(db, now) and any(
        results.missing(db, site.id, today - DAY) for site, today in daily.sites(db, now)
    )


def compute_missing(db: Database, now: datetime) -> None:
    """Compute the missing results of all sites. Raises JobError."""
    do_each(
        (f"{what} of {site.id}", partial(_compute, db, site, what, today, now))
        for site, today in daily.sites(db, now)
        for what in results.missing(db, site.id, today - DAY)
    )


def _compute(db: Database, site: Site, what: str, today: date, now: datetime) -> None:
    from besok.services.annual import compute_annual
    from besok.services.attention import LAST_WEEK, compute_coverage
    from besok.services.bridging import compute_bridged
    from besok.services.calibration import compute_usual_week
    from besok.services.council import make_council_paper
    from besok.services.levers import compute_levers
    from besok.services.observed_days import compute_visit_days, last_known, visit_days
    from besok.services.overview import compute_standing
    from besok.text.languages import in_each_language

    sites, target, until = counted(db, site), site.target, today - DAY
    results.begin(db, [one.id for one in sites], what, until)
    result: object = None
    try:
        if what == results.VISIT_DAYS:
            result = compute_visit_days(db, sites, until)
        elif what == results.COVERAGE:
            result = compute_coverage(db, site.id, until - LAST_WEEK, until, now=now)
        elif what == results.USUAL_WEEK:
            result = compute_usual_week(db, site.id, now)
        elif what == results.LEVERS:
            result = compute_levers(db, site, until)
        elif what == results.STANDING:
            result = compute_standing(db, site, today)
        elif what == results.COUNCIL:
            result = in_each_language(lambda: make_council_paper(db, site.id, now))
        elif what == results.ANNUAL and site.kind == "library":
            result = compute_annual(db, site.id, today.year - 1, today)
        elif what == results.BRIDGED and target:
            result = compute_bridged(db, sites, last_known(visit_days(db, sites, until), until))
    except NotFound as exc:
        log.debug("%s has no %s: %s", site.id, what, exc)
    if result is not None:
        results.put(db, site.id, what, until, result)
