"""Months and years that were reported."""

from typing import Annotated

from fastapi import Query

from api.deps import Db, KnownSite
from api.routing import Routes
from besok.model.views.closed_periods import ClosedPeriod
from besok.services.closed_periods import get_closed

router = Routes("Figures")

Ended = Annotated[bool, Query(description="Also those that were opened again or replaced")]


@router.reads("/sites/{site}/periods", "read", "Figures that were reported, and their revisions")
def periods(site: KnownSite, db: Db, ended: Ended = False) -> list[ClosedPeriod]:
    """Return the closed months and years, the last first: the figure as it was then, and as a `revision` what late data
    or a correction would make of it, with the reasons. `ended` also gives those that were opened again or replaced."""
    return get_closed(db, site.id, ended=ended)
