"""Months and years that were reported."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import Db, KnownSite, needs
from besok.model.views.closed_periods import ClosedPeriod
from besok.services.closed_periods import get_closed

router = APIRouter(tags=["Figures"])

Ended = Annotated[bool, Query(description="Also those that were opened again or replaced")]


@router.get(
    "/sites/{site}/periods",
    summary="Figures that were reported, and their revisions",
    dependencies=[needs("read")],
)
def periods(site: KnownSite, db: Db, ended: Ended = False) -> list[ClosedPeriod]:
    """Return the closed months and years, the last first: the figure as it was then, and as a `revision` what late data
    or a correction would make of it, with the reasons. `ended` also gives those that were opened again or replaced."""
    return get_closed(db, site.id, ended=ended)
