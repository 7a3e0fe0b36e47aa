"""Days and weeks counted by hand, and the years that are estimated from them."""

from dataclasses import dataclass
from datetime import date

from fastapi import HTTPException
from pydantic import Field

from api.deps import Db, KnownSite, Now
from api.routing import Body, Moment, Name, Routes
from besok.model import calendar, messages
from besok.model.hand_counts import MOST_VISITS, HandCount
from besok.model.site_rules import YEARS
from besok.model.views.sample_weeks import SampledYear
from besok.services.hand_counts import enter
from besok.services.observed_days import get_sampled_years

router = Routes("Counts by hand")


class HandCountIn(Body):
    """Visits from one business day to another, both included; seven days at most."""

    first: date = Field(examples=["2026-11-23"])
    last: date = Field(examples=["2026-11-29"])
    visits: int = Field(ge=0, le=MOST_VISITS, strict=True)
    counted_by: Name = Field(description="A name or initials; it is kept with the count", examples=["Kim"])
    sent: Moment | None = Field(
        default=None, description="When it was sent; not used", examples=["2026-11-25T08:15:00Z"]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """That a count is kept, as an import of its own, which can be undone."""

    import_id: int


@router.writes(
    "/sites/{site}/visits/counted", "count", "Enter a day or a week counted by hand", status_code=201
)
def receive(site: KnownSite, body: HandCountIn, db: Db, now: Now) -> Entered:
    """Keep a count of visits by hand. The same again changes nothing; another number replaces the one before."""
    if wrong := [day.year for day in (body.first, body.last) if day.year not in YEARS]:
        raise HTTPException(422, messages.NO_YEAR(year=wrong[0]))
    count = HandCount(**body.model_dump(exclude={"sent"}))
    return Entered(import_id=enter(db, site, count, now))


@router.reads("/sites/{site}/visits/sampled", "read", "Years estimated from sample weeks")
def sampled(site: KnownSite, db: Db, now: Now) -> list[SampledYear]:
    """Return each year of which weeks were counted by hand, estimated from them (stratified by the kind of week), with
    its standard error, degrees of freedom and intervals."""
    return get_sampled_years(db, site, calendar.business_day(now, site))
