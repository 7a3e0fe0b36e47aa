"""Visits over time, with the definition that was in force and how sure they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from besok.analytics.visits import counting_error, variance_per_passage
from besok.model.site import Site
from besok.model.views.series import Step, VisitPoint
from besok.services.observed_days import partial_days
from besok.services.series import INTERVALS
from besok.store.database import Database
from besok.store.sites import counted, site_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    day: date
    gross: float | None
    net: float | None
    definition: int | None
    coverage: float
    imputed: float
    corrected: float
    final: bool
    voided: bool
    passages: (
        float | None
    )  # these and the following: what the error is made of, None where nothing was observed
    unchecked: float
    squares: float
    checked: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Balance:
    variance: float | None


def get_visits(
    db: Database,
    site: Site | str,
    first: date,
    last: date,
    step: Step = "day",
    *,
    together: bool = False,
    today: date = date.max,
) -> list[VisitPoint]:
    """Return visits of a site from business day `first` to `last`, both included, by day, week or month.

    `together`: of all sites that count for its target, on the days on which each of them was observed whole, and with
    what has come so far on `today`, the business day that is not over; the last ones asked for are over without it.
    """
    place = site_of(db, site)
    sites = list(place.counted) if together else [place.id]
    before = min(last, today - timedelta(days=1))
    left_out = partial_days(db, counted(db, place), before) if together else []
    keys = {
        "sites": sites,
        "unit": step,
        "step": INTERVALS[step],
        "first": first,
        "last": last,
        "today": today,
    }
    points = db.fetch("visits", _Point, **keys, left_out=left_out)
    variance = passage_variance(db, sites, last)
    return [_view(point, variance) for point in points]


def passage_variance(db: Database, sites: Sequence[str], last: date) -> float:
    """Return the variance of the counting error per passage, from how in and out add up in the year to `last`."""
    (balance,) = db.fetch("balance_variance", _Balance, sites=list(sites), last=last)
    return variance_per_passage(balance.variance)


def _view(point: _Point, variance: float) -> VisitPoint:
    return VisitPoint(
        day=point.day,
        gross=point.gross,
        net=point.net,
        coverage=point.coverage,
        imputed=point.imputed,
        corrected=point.corrected,
        final=point.final,
        voided=point.voided,
        se=None
        if point.passages is None
        else counting_error(
            point.passages,
            point.unchecked,
            point.squares,
            checked=point.checked,
            passage_variance=variance,
        ),
        definition=point.definition,
    )
