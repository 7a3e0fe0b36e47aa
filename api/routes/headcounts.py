"""Headcount rounds: the rooms to walk, the headcounts, and what these say of the estimates."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import HTTPException, Response
from pydantic import Field, StringConstraints

from api import ranges
from api.answers import FRESH
from api.deps import Db, KnownSite, Now
from api.routes.counting import CountId, Received, utc
from api.routes.figures import FirstDay, LastDay
from api.routing import Body, Moment, Name, Routes
from besok.model import messages
from besok.model.headcount import MOST_PEOPLE, OLDEST, Headcount
from besok.model.site_rules import YEARS
from besok.model.views.headcounts import RoomToCount, SiteHeadcounts
from besok.services.headcounts import get_headcounts, get_rooms, receive_headcount
from besok.store import headcounts

router = Routes("Headcounts")

SLACK = timedelta(seconds=2)  # by which a headcount may seem to be later than its sending
SPAN = timedelta(days=55)  # eight weeks


class HeadcountIn(Body):
    """A headcount of a space. Times are the phone's own; `sent` is its clock at the moment of sending."""

    id: UUID = Field(description="Made by whoever sends it: sent again it changes nothing")
    space: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    time: Moment
    sent: Moment
    people: int = Field(ge=0, le=MOST_PEOPLE)
    seats_taken: int | None = Field(default=None, ge=0, le=MOST_PEOPLE)
    counted_by: Name = Field(
        description="A name or initials; it is kept with the headcount", examples=["Kim"]
    )


class UndoIn(Body):
    """Who takes a headcount back, and why."""

    by: Name
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """That a headcount is not used any more; it is kept."""

    id: UUID


@router.reads("/sites/{site}/headcounts", "read", "Headcounts, and what they say of the estimates")
def listing(site: KnownSite, db: Db, now: Now, begin: FirstDay = None, to: LastDay = None) -> SiteHeadcounts:
    """Headcounts of business days (the last eight weeks), each beside the estimate of its minute as it was before the
    headcount was used; how many lay within the 80 % interval; what room sensors show of the people counted."""
    first, last = ranges.days(begin, to, site, now, SPAN)
    return get_headcounts(db, site, now, first, last)


@router.reads("/sites/{site}/headcounts/rooms", "count", "Rooms to walk in a headcount round")
def rooms(site: KnownSite, db: Db, now: Now, response: Response) -> list[RoomToCount]:
    """Return the spaces without parts, with their last headcounts of today. It tells nothing of the estimates, so that
    whoever counts is not led by them."""
    response.headers.update(FRESH)
    return get_rooms(db, site, now)


@router.writes(
    "/sites/{site}/headcounts",
    "count",
    "Send a headcount",
    status_code=201,
    responses={200: {"description": "It was there already"}},
)
def receive(site: KnownSite, body: HeadcountIn, db: Db, now: Now, response: Response) -> Received:
    """Keep a headcount and estimate its day again. Sent again it changes nothing (200); another one under the same id
    is refused (409). Nobody in a space means nobody in what lies in it: "the building is empty" is one headcount."""
    if wrong := [t.year for t in (body.time, body.sent) if t.year not in YEARS]:
        raise HTTPException(422, messages.NO_YEAR(year=wrong[0]))
    if not body.time - SLACK <= body.sent <= body.time + OLDEST:
        raise HTTPException(422, messages.HEADCOUNT_TIME)
    count = Headcount(**body.model_dump() | {"time": utc(body.time), "sent": utc(body.sent)})
    stored = receive_headcount(db, site, count, now)
    response.status_code = 201 if stored else 200
    return Received(id=body.id, stored=stored)


@router.writes("/sites/{site}/headcounts/{count}/undo", "count", "Take a headcount back")
def undo(site: KnownSite, count: CountId, body: UndoIn, db: Db, now: Now) -> Undone:
    """Take a headcount out of use, which is kept, and estimate its day again without it."""
    headcounts.undo(db, site, count, author=body.by, reason=body.reason, now=now)
    return Undone(id=count)
