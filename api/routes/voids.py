"""Readings that a person voids: which, why, and back again."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path
from pydantic import Field, StringConstraints

from api.deps import Db, KnownSite, Now, author
from api.routing import Explained, Reason, Routes, Signed
from besok.model import messages
from besok.model.controls import WORD
from besok.model.errors import NotFound
from besok.model.views.devices import Voided
from besok.model.views.like import like
from besok.services.voids import time_span
from besok.store import voids as store
from besok.store.database import Database
from besok.store.voids import KnownDevice

router = Routes("Operation")

VoidId = Annotated[int, Path(ge=1, le=2**31 - 1, description="The number of the voiding", examples=[3])]
Name = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=WORD)]
Time = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class VoidIn(Signed):
    """A time of a sensor, by the clock of the site, in which what it sent does not count."""

    device: Name = Field(
        description="The name of the sensor, as /devices shows it", examples=["library/front"]
    )
    first: Time = Field(description="A day, or a day and a time", examples=["2026-03-02T10:15"])
    last: Time = Field(description="The end; a day is part of it", examples=["2026-03-02T10:30"])
    above: float | None = Field(
        default=None, ge=0, description="Only readings of more than that; the others go on counting"
    )
    reason: Reason = Field(description="Why; it is shown beside the figures")


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldGo:
    """How many readings would count no more, and how many people passing in those that are not totals."""

    readings: int
    people: float


@router.reads("/sites/{site}/voids", "read", "Readings that were voided")
def voided(site: KnownSite, db: Db) -> list[Voided]:
    """Return the times that were voided of the sensors of a site, also those that count again; the last first."""
    return store.listing(db, site.id)


@router.writes("/sites/{site}/voids/preview", "acknowledge", "What voiding would take away")
def preview(site: KnownSite, body: VoidIn, db: Db) -> WouldGo:
    """Return how much would count no more; it changes nothing."""
    device = _device(db, site.id, body.device)
    goes = store.affected(db, device, *time_span(db, device, body.first, body.last), body.above)
    return like(WouldGo, goes)


@router.writes("/sites/{site}/voids", "acknowledge", "Void readings", status_code=201)
def void(site: KnownSite, body: VoidIn, db: Db, now: Now) -> Voided:
    """Take what a sensor sent in some time out of all figures. It is kept; the days concerned are computed again."""
    device = _device(db, site.id, body.device)
    span = time_span(db, device, body.first, body.last)
    number = store.add(db, device, *span, body.above, reason=body.reason, author=author(body.who), now=now)
    return _one(db, site.id, number)


@router.writes("/sites/{site}/voids/{number}/undo", "acknowledge", "Let voided readings count again")
def undo(site: KnownSite, number: VoidId, body: Explained, db: Db, now: Now) -> Voided:
    """Compute the days concerned again, with what the sensor sent then."""
    _one(db, site.id, number)
    store.undo(db, number, reason=body.reason, author=author(body.who), now=now)
    return _one(db, site.id, number)


def _device(db: Database, site: str, name: str) -> KnownDevice:
    """Return a sensor of the site. Raises NotFound; whoever may void here may not void elsewhere."""
    device = store.find(db, name)
    if site not in device.sites:
        raise NotFound(messages.NO_VOIDED_SITE)
    return device


def _one(db: Database, site: str, number: int) -> Voided:
    match = next((one for one in store.listing(db, site) if one.id == number), None)
    if match is None:
        raise NotFound(f"nothing of {site} was voided under {number}")
    return match
