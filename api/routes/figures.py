"""What was measured: people through portals, visits, occupancy, and the way to the target."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Response

from api import ranges
from api.answers import Format, rows, wanted
from api.deps import Db, KnownSite, Now, known_name
from besok.model import calendar
from besok.model.site import Site
from besok.model.views.annual import AnnualReport
from besok.model.views.progress import Progress
from besok.model.views.series import FlowPoint, HeatCell, OccupancyPoint, Step, VisitPoint
from besok.services.annual import get_annual_report
from besok.services.progress import get_progress
from besok.services.series import get_flows, get_heatmap, get_occupancy
from besok.services.visits import get_visits

CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"text/csv": {"schema": {"type": "string"}}},
        "description": "JSON, or CSV where asked for",
    }
}
router = APIRouter(tags=["Figures"])

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
FORMS = "`csv`, or `semicolons` for a spreadsheet with decimal commas; `Accept: text/csv` too"
Form = Annotated[Format | None, Query(alias="format", description=FORMS)]
Accept = Annotated[str | None, Header(include_in_schema=False)]
DayStep = Literal["day", "week", "month"]
Year = Annotated[int | None, Query(ge=1990, le=2100, description="A calendar year")]
Together = Annotated[
    bool,
    Query(
        description="Of all sites that count for the target of this one, on days on which each was observed"
    ),
]
SpaceId = Annotated[str | None, Query(description="A space's id; the whole site if not given")]


@router.get(
    "/sites/{site}/flows", response_model=list[FlowPoint], responses=CSV, summary="People through each portal"
)
def flows(
    site: KnownSite, db: Db, now: Now, begin: From = None, to: To = None, step: Step = "hour",
    form: Form = None, accept: Accept = None,
) -> Response:  # fmt: skip
    """In and out through each portal in each step; today if no time is given. None means not observed, never zero."""
    start, end = ranges.instants(begin, to, site, now)
    ranges.check_rows(start, end, step, len(site.portals))
    points = get_flows(db, site, start, end, step)
    return rows(points, FlowPoint, wanted(form, accept), f"{site.id}-flows-{start:%Y%m%d}-{end:%Y%m%d}")


@router.get("/sites/{site}/visits", response_model=list[VisitPoint], responses=CSV, summary="Visits")
def visits(
    site: KnownSite, db: Db, now: Now, begin: FirstDay = None, to: LastDay = None, step: DayStep = "day",
    together: Together = False, form: Form = None, accept: Accept = None,
) -> Response:  # fmt: skip
    """Visits by business day, week or month, gross and net; the last 28 days if no days are given."""
    first, last = ranges.days(begin, to, site, now, timedelta(days=27))
    points = get_visits(
        db, site, first, last, step, together=together, today=calendar.business_day(now, site)
    )
    name = "-".join(site.counted if together else (site.id,))
    return rows(points, VisitPoint, wanted(form, accept), f"{name}-visits-{first}-{last}")


@router.get(
    "/sites/{site}/occupancy",
    response_model=list[OccupancyPoint],
    responses=CSV,
    summary="People in a space over time",
)
def occupancy(
    site: KnownSite, db: Db, now: Now, space: SpaceId = None, begin: From = None, to: To = None, step: Step = "15min",
    form: Form = None, accept: Accept = None,
) -> Response:  # fmt: skip
    """Return the estimated people in a space, averaged over each step, with the 80 % interval and the peak."""
    start, end = ranges.instants(begin, to, site, now)
    ranges.check_rows(start, end, step)
    points = get_occupancy(db, site, _space(space, site), start, end, step)
    return rows(
        points, OccupancyPoint, wanted(form, accept), f"{site.id}-occupancy-{start:%Y%m%d}-{end:%Y%m%d}"
    )


@router.get(
    "/sites/{site}/occupancy/heatmap",
    response_model=list[HeatCell],
    responses=CSV,
    summary="The usual week of a space",
)
def heatmap(
    site: KnownSite, db: Db, now: Now, space: SpaceId = None, begin: FirstDay = None, to: LastDay = None,
    form: Form = None, accept: Accept = None,
) -> Response:  # fmt: skip
    """Return the usual people in a space by weekday (Monday 0) and local hour; the last eight weeks if no days are
    given.
    """
    first, last = ranges.days(begin, to, site, now, timedelta(days=55))
    cells = get_heatmap(db, site, _space(space, site), first, last)
    return rows(cells, HeatCell, wanted(form, accept), f"{site.id}-heatmap-{first}-{last}")


@router.get("/sites/{site}/progress", summary="On the way to the target")
def progress(site: KnownSite, db: Db, now: Now) -> Progress:
    """Visits of the last 365 business days beside the baseline and the goal."""
    return get_progress(db, site.id, calendar.business_day(now, site))


@router.get("/sites/{site}/annual", summary="The year's visits, with all that they rest on")
def annual(site: KnownSite, db: Db, now: Now, year: Year = None) -> AnnualReport:
    """Return the figure for the national library statistics (Besok01) and its evidence; last year if none is given."""
    today = calendar.business_day(now, site)
    return get_annual_report(db, site.id, year or today.year - 1, today)


def _space(space: str | None, site: Site) -> str:
    return known_name(space, "space") if space else site.id
