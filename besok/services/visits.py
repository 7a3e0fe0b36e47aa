"""Visits over time, with the definition that was in force and how sure they are."""

from dataclasses import dataclass
from datetime import date, timedelta

from besok.analytics.visits import counting_error
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
    passages: float | None
    squares: float | None


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
    return [_view(point) for point in points]


def _view(point: _Point) -> VisitPoint:
    complete = point.passages is not None and point.squares is not None
    return VisitPoint(
        day=point.day,
        gross=point.gross,
        net=point.net,
        coverage=point.coverage,
        imputed=point.imputed,
        corrected=point.corrected,
        final=point.final,
        se=counting_error(point.passages or 0, point.squares or 0) if complete else None,
        definition=point.definition,
    )
