"""Routes for measured figures: flows, visits, occupancy, and progress to the target."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import ranges
from api.answers import Form, rows, table
from api.deps import KnownSite, Now, known_name, needs
from api.reports import ReportDb
from besok.model import calendar
from besok.model.site import Site
from besok.model.views.annual import AnnualReport
from besok.model.views.progress import Progress
from besok.model.views.series import FlowPoint, HeatCell, OccupancyPoint, Step, VisitPoint, VisitStep
from besok.services.closed_periods import get_reported, with_closed
from besok.services.progress import get_progress
from besok.services.series import get_flows, get_heatmap, get_occupancy
from besok.services.visits import get_visits

router = APIRouter(tags=["Figures"], dependencies=[needs("read")])

RULE = (
    "A date is a business day of the site, both ends included; a date with a time is an instant, `from` included and "
    "`to` not (without an offset: local time of the site)."
)
From = Annotated[str | None, Query(alias="from", description=f"Beginning. {RULE}", examples=["2026-11-01"])]
To = Annotated[str | None, Query(description=f"End. {RULE}", examples=["2026-11-30"])]
FirstDay = Annotated[
    str | None, Query(alias="from", description="First business day", examples=["2026-11-01"])
]
LastDay = Annotated[
    str | None, Query(alias="to", description="Last business day (included)", examples=["2026-11-30"])
]
Year = Annotated[int | None, Query(ge=1990, le=2100, description="A calendar year")]
Together = Annotated[
    bool,
    Query(
        description="Of all sites that count for the target of this one, on days on which each was observed"
    ),
]
SpaceId = Annotated[str | None, Query(description="A space's id; the whole site if not given")]


@table(router, "/sites/{site}/flows", FlowPoint, "People through each portal")
def flows(
    site: KnownSite, db: ReportDb, now: Now, form: Form, begin: From = None, to: To = None, step: Step = "hour",
) -> Response:  # fmt: skip
    """In and out through each portal in each step; today if no time is given. None means not observed, never zero."""
    start, end = ranges.instants(begin, to, site, now)
    ranges.check_rows(start, end, step, len(site.portals))
    points = get_flows(db, site, start, end, step)
    return rows(points, FlowPoint, form, f"{site.id}-flows-{start:%Y%m%d}-{end:%Y%m%d}")


@table(router, "/sites/{site}/visits", VisitPoint, "Visits")
def visits(
    site: KnownSite, db: ReportDb, now: Now, form: Form, begin: FirstDay = None, to: LastDay = None,
    step: VisitStep = "day", together: Together = False,
) -> Response:  # fmt: skip
    """Visits by business day, week, month, quarter or year, gross and net; the last 28 days if no days are given."""
    first, last = ranges.days(begin, to, site, now, timedelta(days=27))
    points = get_visits(
        db, site, first, last, step, together=together, today=calendar.business_day(now, site)
    )
    if not (together and site.also):
        points = with_closed(db, site.id, step, points, first, last)
    name = "-".join(site.counted if together else (site.id,))
    return rows(points, VisitPoint, form, f"{name}-visits-{first}-{last}")


@table(router, "/sites/{site}/occupancy", OccupancyPoint, "People in a space over time")
def occupancy(
    site: KnownSite, db: ReportDb, now: Now, form: Form, space: SpaceId = None, begin: From = None, to: To = None,
    step: Step = "15min",
) -> Response:  # fmt: skip
    """Return the estimated people in a space, averaged over each step, with the 80 % interval and the peak."""
    start, end = ranges.instants(begin, to, site, now)
    ranges.check_rows(start, end, step)
    points = get_occupancy(db, site, _space(space, site), start, end, step)
    return rows(points, OccupancyPoint, form, f"{site.id}-occupancy-{start:%Y%m%d}-{end:%Y%m%d}")


@table(router, "/sites/{site}/occupancy/heatmap", HeatCell, "The usual week of a space")
def heatmap(
    site: KnownSite, db: ReportDb, now: Now, form: Form, space: SpaceId = None, begin: FirstDay = None,
    to: LastDay = None,
) -> Response:  # fmt: skip
    """Return the usual people in a space by weekday (Monday 0) and local hour; the last eight weeks if no days are
    given.
    """
    first, last = ranges.days(begin, to, site, now, timedelta(days=55))
    cells = get_heatmap(db, site, _space(space, site), first, last)
    return rows(cells, HeatCell, form, f"{site.id}-heatmap-{first}-{last}")


@router.get("/sites/{site}/progress", summary="On the way to the target")
def progress(site: KnownSite, db: ReportDb, now: Now) -> Progress:
    """Visits of the last 365 business days beside the baseline and the goal."""
    return get_progress(db, site.id, calendar.business_day(now, site))


@router.get("/sites/{site}/annual", summary="The year's visits, with all that they rest on")
def annual(site: KnownSite, db: ReportDb, now: Now, year: Year = None) -> AnnualReport:
    """Return the figure for the national library statistics (Besok01) and its evidence; last year if none is given."""
    today = calendar.business_day(now, site)
    return get_reported(db, site.id, year or today.year - 1, today)


def _space(space: str | None, site: Site) -> str:
    return known_name(space, "space") if space else site.id
