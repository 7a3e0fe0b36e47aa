"""Routes for measured figures: flows, visits, occupancy, and progress to the target."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Literal, TypeVar

from fastapi import Query, Request, Response
from starlette.responses import HTMLResponse

from api import ranges
from api.answers import Form, rows, streamed
from api.deps import KnownSite, Now, Root, known_name
from api.reports import ReportDb, in_one, in_turn
from api.routing import Routes
from besok.files import paper_page, pdf
from besok.model import calendar, messages
from besok.model.errors import NotFound
from besok.model.site import Site
from besok.model.suggest import instead
from besok.model.views.annual import AnnualReport
from besok.model.views.like import like
from besok.model.views.progress import Progress
from besok.model.views.series import (
    ComparedPoint,
    ExpectedHour,
    FlowPoint,
    HeatCell,
    OccupancyPoint,
    Step,
    VisitPoint,
    VisitStep,
)
from besok.services.closed_periods import get_reported, with_closed
from besok.services.council import get_council_paper
from besok.services.monthly import get_monthly_report, last_month
from besok.services.next_hours import get_next_hours
from besok.services.progress import get_progress
from besok.services.series import (
    MOST_COMPARED,
    compared,
    get_flow_columns,
    get_flows,
    get_heatmap,
    get_occupancy,
    get_occupancy_columns,
    get_space_days,
    require_space,
)
from besok.services.visits import get_visits
from besok.text.languages import speaking

router = Routes("Figures")

RULE = (
    "A date is a business day of the site, both ends included; a date with a time is an instant, `from` included and "
    "`to` not (without an offset: local time of the site)."
)
MONTH = r"^(19|20)\d\d-(0[1-9]|1[0-2])$"
_NONE = {"type": "null"}
_DATE = {"type": "string", "format": "date"}
DAY = {"anyOf": [_DATE, _NONE]}
INSTANT = {"anyOf": [_DATE, {"type": "string", "format": "date-time"}, _NONE]}
From = Annotated[
    str | None,
    Query(alias="from", description=f"Beginning. {RULE}", examples=["2026-11-01"], json_schema_extra=INSTANT),
]
To = Annotated[
    str | None, Query(description=f"End. {RULE}", examples=["2026-11-30"], json_schema_extra=INSTANT)
]
FirstDay = Annotated[
    str | None,
    Query(alias="from", description="First business day", examples=["2026-11-01"], json_schema_extra=DAY),
]
LastDay = Annotated[
    str | None,
    Query(
        alias="to", description="Last business day (included)", examples=["2026-11-30"], json_schema_extra=DAY
    ),
]
DayStep = Annotated[VisitStep, Query(description="The length of a step", examples=["day"])]
Year = Annotated[int | None, Query(ge=1990, le=2100, description="A calendar year")]
Together = Annotated[
    bool,
    Query(
        description="Of all sites that count for the target of this one, on days on which each was observed"
    ),
]
StepOf = Annotated[Step, Query(description="The length of a step", examples=["hour"])]
PortalId = Annotated[
    str | None, Query(description="A portal's id; all portals if not given", examples=["main-entrance"])
]
SpaceId = Annotated[
    str | None, Query(description="A space's id; the whole site if not given", examples=["foyer"])
]
OtherSpaces = Annotated[
    Sequence[str],
    Query(
        alias="with",
        max_length=3,
        description="Other spaces; of another site as site/space",
        examples=["stadsparken/playground"],
    ),
]
Against = Annotated[
    str | None,
    Query(
        description="First business day of an earlier period, as long",
        examples=["2025-11-27"],
        json_schema_extra=DAY,
    ),
]


@router.table("/sites/{site}/flows", "read", "People through each portal", FlowPoint)
async def flows(
    site: KnownSite, request: Request, now: Now, form: Form, portal: PortalId = None, begin: From = None,
    to: To = None, step: StepOf = "hour",
) -> Response:  # fmt: skip
    """In and out through each portal (or one) in each step; today if no time is given. Null: not observed, never zero.

    A file (CSV, Parquet) may be as long as it likes; of more than a month it tells month by month, portal by portal.
    """
    start, end = ranges.instants(begin, to, site, now)
    chosen = known_portal(portal, site) if portal else None
    name = f"{site.id}-flows-{start:%Y%m%d}-{end:%Y%m%d}"

    if form.unlimited:
        parts = ranges.months(start, end, site, step)
        found = in_turn(
            request, parts, lambda db, first, last: get_flow_columns(db, site, first, last, step, chosen)
        )
        return await streamed(found, FlowPoint, form, name)
    ranges.check_rows(start, end, step, 1 if chosen else len(site.portals))
    points = await in_one(
        request, lambda db, first, last: get_flows(db, site, first, last, step, chosen), start, end
    )
    return rows(points, FlowPoint, form, name)


@router.table("/sites/{site}/visits", "read", "Visits", VisitPoint)
def visits(
    site: KnownSite, db: ReportDb, now: Now, form: Form, begin: FirstDay = None, to: LastDay = None,
    step: DayStep = "day", together: Together = False,
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


@router.table("/sites/{site}/occupancy", "read", "People in a space over time", OccupancyPoint)
async def occupancy(
    site: KnownSite, request: Request, now: Now, form: Form, space: SpaceId = None, begin: From = None, to: To = None,
    step: StepOf = "15min",
) -> Response:  # fmt: skip
    """Return the estimated people in a space, averaged over each step, with the 80 % interval and the peak.

    A file (CSV, Parquet) may be as long as it likes.
    """
    start, end = ranges.instants(begin, to, site, now)
    name = f"{site.id}-occupancy-{start:%Y%m%d}-{end:%Y%m%d}"
    chosen = _space(space, site)

    if form.unlimited:
        parts = ranges.months(start, end, site, step)
        found = in_turn(
            request, parts, lambda db, first, last: get_occupancy_columns(db, site, chosen, first, last, step)
        )
        return await streamed(found, OccupancyPoint, form, name)
    ranges.check_rows(start, end, step)
    points = await in_one(
        request, lambda db, first, last: get_occupancy(db, site, chosen, first, last, step), start, end
    )
    return rows(points, OccupancyPoint, form, name)


@router.table("/sites/{site}/occupancy/compared", "read", "Several spaces or periods", ComparedPoint)
def occupancy_compared(
    site: KnownSite, db: ReportDb, now: Now, form: Form, space: SpaceId = None, others: OtherSpaces = (),
    begin: FirstDay = None, to: LastDay = None, against: Against = None, step: StepOf = "hour",
) -> Response:  # fmt: skip
    """Return the estimated people in up to four series: a space and others, also of other sites, over the same business
    days (today if none are given), and over as many days from `against` on.
    """
    first, last = ranges.days(begin, to, site, now, timedelta())
    names = [known_name(name, "space") for name in (space or site.id, *others)]
    series = compared(db, site, names, first, last, ranges.one_day(against, "against"))
    if len(series) > MOST_COMPARED:
        raise ranges.BadRange(
            f"these are {len(series)} series: ask for at most {MOST_COMPARED}, each space over each period being one"
        )
    start, end = calendar.day_bounds(first, site)[0], calendar.day_bounds(last, site)[1]
    ranges.check_rows(start, end, step, len(series))
    points = [
        like(ComparedPoint, p, site=one.site.id) for one in series for p in get_space_days(db, one, step)
    ]
    return rows(points, ComparedPoint, form, f"{site.id}-compared-{first}-{last}")


@router.table("/sites/{site}/occupancy/heatmap", "read", "The usual week of a space", HeatCell)
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


@router.table("/sites/{site}/occupancy/next", "read", "People to expect in the next hours", ExpectedHour)
def next_hours(site: KnownSite, db: ReportDb, now: Now, form: Form) -> Response:
    """Return the people to expect in each space in the next three whole open hours, by the same hour of the last nine
    weeks; nothing once the site closes, or where fewer than seven of these weeks are known.
    """
    hours = [hour for of_space in get_next_hours(db, site, now).values() for hour in of_space]
    return rows(hours, ExpectedHour, form, f"{site.id}-next-hours")


@router.reads("/sites/{site}/progress", "read", "On the way to the target")
def progress(site: KnownSite, db: ReportDb, now: Now) -> Progress:
    """Visits of the last 365 business days beside the baseline and the goal."""
    return get_progress(db, site.id, calendar.business_day(now, site))


@router.reads("/sites/{site}/annual", "read", "The year's visits, with all that they rest on")
def annual(site: KnownSite, db: ReportDb, now: Now, year: Year = None) -> AnnualReport:
    """Return the figure for the national library statistics (Besok01) and its evidence; last year if none is given."""
    today = calendar.business_day(now, site)
    return get_reported(db, site.id, year or today.year - 1, today)


Language = Annotated[Literal["sv", "en"], Query(description="The language of the paper")]
PDF = {200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}}


@router.reads(
    "/sites/{site}/council", "read", "The paper for the council", response_class=Response, responses=PDF
)
def council(site: KnownSite, db: ReportDb, now: Now, root: Root, lang: Language = "sv") -> Response:
    """Return one page as PDF: whether the target is reached, by when, what worked, and what it rests on."""
    with speaking(lang):
        paper = get_council_paper(db, site.id, now, root)
    return _as_pdf(paper, f"{site.id}-{calendar.business_day(now, site)}")


PDF_OR_PAGE = {200: {"content": {**PDF[200]["content"], "text/html": {"schema": {"type": "string"}}}}}


@router.reads(
    "/sites/{site}/monthly",
    "read",
    "The monthly report",
    response_class=Response,
    responses=PDF_OR_PAGE,
)
def monthly(
    site: KnownSite,
    db: ReportDb,
    now: Now,
    root: Root,
    month: Annotated[
        str | None,
        Query(
            pattern=MONTH,
            description="The month; the last one that is over if left out",
            examples=["2026-10"],
        ),
    ] = None,
    lang: Language = "sv",
    form: Annotated[Literal["pdf", "html"], Query(alias="format", description="A PDF or a web page")] = "pdf",
) -> Response:
    """Return a month that is over on one page: visits beside comparable days, target, spaces, what happened, data
    quality.
    """
    first = date.fromisoformat(f"{month}-01") if month else last_month(site, now)
    with speaking(lang):
        paper = get_monthly_report(db, site.id, first, now, root)
    if form == "html":
        return HTMLResponse(paper_page.page(paper))
    return _as_pdf(paper, f"{site.id}-{first:%Y-%m}")


def _as_pdf(paper: pdf.Paper, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(pdf.render(paper), media_type="application/pdf", headers=headers)


def known_portal(portal: str, site: Site) -> str:
    """Return the portal's id; a shared door of another site is "other-site/portal". Raises NotFound."""
    name = known_name(portal, "portal")
    if "/" not in name and all(p.id != name for p in site.portals):
        known = [p.id for p in site.portals]
        raise NotFound(messages.NO_DOOR(name=name, site=site.id, instead=instead(name, known)))
    return name


def known_space(space: str, site: Site) -> str:
    """Return the space's id. Raises NotFound."""
    name = known_name(space, "space")
    require_space(site, name)
    return name


Placed = TypeVar("Placed")


def within(
    items: Sequence[Placed], site: Site, portal: str | None = None, space: str | None = None
) -> Sequence[Placed]:
    """Return what was found at a portal or in a space, all of it where none is named. Raises NotFound."""
    door = known_portal(portal, site) if portal else None
    room = known_space(space, site) if space else None
    return [
        one
        for one in items
        if (door is None or getattr(one, "portal", None) == door)
        and (room is None or getattr(one, "space", None) == room)
    ]


def _space(space: str | None, site: Site) -> str:
    return known_name(space, "space") if space else site.id
