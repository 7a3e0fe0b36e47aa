"""Routes for space usage: dwell time, turnover, utilisation, and several spaces together."""

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import Query

from api import ranges
from api.deps import KnownSite, Now, known_name
from api.reports import ReportDb
from api.routes.figures import FirstDay, LastDay, SpaceId
from api.routing import Routes
from besok.model import calendar
from besok.model.plurals import many
from besok.model.site import Site
from besok.model.views.series import SpaceUsage, Together
from besok.services.usage import get_space_usage, get_together

router = Routes("Figures")

MOST_DAYS = (
    1100  # three years, whose quarters of an hour take a few seconds until the jobs have summed them up
)


@router.reads("/sites/{site}/usage", "read", "How spaces were used")
def usage(
    site: KnownSite, db: ReportDb, now: Now, space: SpaceId = None, begin: FirstDay = None, to: LastDay = None
) -> list[SpaceUsage]:
    """Of each space (or one) over business days, the last 28 if none are given: the mean stay with its interval or why
    it cannot be told, visits per seat and open hour, the seating occupancy rate of ISO 11620, utilisation and peak,
    each with its 80 % interval, and how much was measured. Empty if none of the days has begun."""
    first, last = _days(begin, to, site, now)
    name = known_name(space, "space") if space else None
    return get_space_usage(db, site, first, last, now=now, space=name)


@router.reads("/sites/{site}/usage/together", "read", "Several spaces taken together")
def together(
    site: KnownSite, db: ReportDb, now: Now,
    space: Annotated[list[str], Query(description="Ids of spaces, none within another", min_length=1, max_length=50)],
    begin: FirstDay = None, to: LastDay = None,
) -> Together:  # fmt: skip
    """Return the peak of the sum of several spaces, which is less than the sum of their peaks; days as for `usage`."""
    first, last = _days(begin, to, site, now)
    chosen = [known_name(name, "space") for name in dict.fromkeys(space)]
    start, end = calendar.day_bounds(first, site)[0], calendar.day_bounds(last, site)[1]
    ranges.check_rows(start, end, "15min", len(chosen))
    try:
        return get_together(db, site, chosen, first, last, now=now)
    except ValueError as exc:
        raise ranges.BadRange(str(exc)) from None


def _days(begin: str | None, to: str | None, site: Site, now: datetime) -> tuple[date, date]:
    """Return the days of a question about usage. Raises BadRange for more than one answer should be made from."""
    first, last = ranges.days(begin, to, site, now, timedelta(days=27))
    if (last - first).days >= MOST_DAYS:
        raise ranges.BadRange(
            f"this would be {many((last - first).days + 1, 'day')}: ask for at most {MOST_DAYS}"
        )
    return first, last
