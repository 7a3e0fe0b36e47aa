"""People who make validation counts: the doors to count at, their counts, and what these say of the sensors."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, NoReturn
from uuid import UUID

from fastapi import HTTPException, Path, Response
from pydantic import Field, StringConstraints

from api.answers import FRESH
from api.deps import Db, KnownSite, Now, author
from api.routing import Body, Explained, Moment, Name, Reason, Routes, Signed
from besok.model import messages
from besok.model.errors import NotFound
from besok.model.site import Text
from besok.model.site_rules import YEARS
from besok.model.validation import Tap
from besok.model.views.calibration import CountInfo, ManualCount, SiteCalibration
from besok.model.views.like import like
from besok.services.calibration import get_calibration, receive_count
from besok.store import calibrations
from besok.store.database import Database

router = Routes("Counting beside sensors")

LONGEST = timedelta(hours=12)
OLDEST = timedelta(days=60)  # a phone may have been offline for long
SLACK = timedelta(seconds=2)  # by which a tap may lie outside of its count

ProposalId = Annotated[int, Path(ge=1, le=2**31 - 1, description="The number of the proposal", examples=[3])]
CountId = Annotated[UUID, Path(description="The count's id, made by its sender")]


class VerdictIn(Signed):
    """Whether a proposed correction is to hold."""

    decision: Literal["accept", "reject"] = Field(description="What is to become of it")
    reason: Reason = Field(description="Why; it is shown beside the figures")


class TapIn(Body):
    """People who passed at one moment; `undone` if the one who counted took it back."""

    time: Moment
    direction: Literal["in", "out"]
    people: int = Field(ge=1, le=100)
    undone: bool = False


class CountIn(Body):
    """A count at a door. Times are the counting phone's own; `sent` is its clock at the moment of sending."""

    portal: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    counted_by: Name = Field(description="A name or initials; it is kept with the count", examples=["Kim"])
    begins: Moment
    ends: Moment
    sent: Moment
    taps: list[TapIn] = Field(max_length=10_000)
    note: str = Field(default="", max_length=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorToCount:
    """A door with sensors. Going in leads to `inner`; `interval_s` is how often the slowest sensor reports.

    `learn` is the share of the doubt about the site's visits that the best count at this door takes away, which is
    `weekday` (Monday 0) at `hour`; None where another count would teach next to nothing.
    """

    portal: str
    name: Text
    inner: Text
    interval_s: int
    learn: float | None
    weekday: int | None
    hour: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """That a count is kept; `stored` is false if it was kept already."""

    id: UUID
    stored: bool


@router.reads("/sites/{site}/calibration", "read", "How well the doors count, and what to count next")
def calibration(site: KnownSite, db: Db, now: Now) -> SiteCalibration:
    """Each door with its accuracy (sensor / person) and the 95 % interval, the counts it rests on, the corrections that
    were proposed, accepted or undone, and the counts that would teach most. The taps of a count: `counts/{id}`."""
    known = get_calibration(db, site.id, now)
    return replace(known, counts=tuple(replace(c, taps=()) for c in known.counts))


@router.reads("/sites/{site}/counts/doors", "count", "Doors to count at")
def doors(site: KnownSite, db: Db, now: Now, response: Response) -> list[DoorToCount]:
    """Return the doors with sensors, those first where a count teaches most. It tells nothing of what the sensors
    count, so that whoever counts is not led by it."""
    response.headers.update(FRESH)
    known = get_calibration(db, site.id, now)
    best = {a.portal: a for a in known.advice}
    ordered = [
        like(
            DoorToCount,
            d,
            learn=a.gain if (a := best.get(d.portal)) else None,
            weekday=a.weekday if a else None,
            hour=a.hour if a else None,
        )
        for d in known.doors
    ]
    return sorted(ordered, key=lambda d: -(d.learn or 0))


@router.writes(
    "/sites/{site}/counts/doors",
    "count",
    "No count",
    method="PUT",
    response_model=None,
    include_in_schema=False,
)
def no_count() -> NoReturn:
    """Refuse what would else be taken for the id of a count."""
    raise HTTPException(405)


@router.reads("/sites/{site}/counts/{count}", "read", "One count with its taps")
def count_of(site: KnownSite, count: CountId, db: Db, now: Now) -> CountInfo:
    """Who counted when, each tap with its time, and what the sensors told of the same minutes."""
    match = next((c for c in get_calibration(db, site.id, now).counts if c.id == count), None)
    if match is None:
        raise NotFound(f"{site.id} has no count {count}")
    return match


@router.writes("/sites/{site}/calibration/{number}", "acknowledge", "Decide about a proposed correction")
def decide(site: KnownSite, number: ProposalId, body: VerdictIn, db: Db, now: Now) -> SiteCalibration:
    """Put a correction in force from the day of its first count on, or reject it; the days concerned are recomputed."""
    _require_of_site(db, site.id, number)
    act = calibrations.accept if body.decision == "accept" else calibrations.reject
    act(db, number, author=author(body.who), reason=body.reason, now=now)
    return calibration(site, db, now)


@router.writes("/sites/{site}/calibration/{number}/undo", "acknowledge", "Take a correction back")
def undo(site: KnownSite, number: ProposalId, body: Explained, db: Db, now: Now) -> SiteCalibration:
    """Take a correction back for all the time in which it was in force; the days concerned are recomputed. 409 if it is
    not in force."""
    _require_of_site(db, site.id, number)
    calibrations.undo(db, number, author=author(body.who), reason=body.reason, now=now)
    return calibration(site, db, now)


def _require_of_site(db: Database, site: str, number: int) -> None:
    """Raise NotFound unless a correction with this number was proposed at the site."""
    if all(one.id != number for one in calibrations.calibrations(db, site)):
        raise NotFound(f"{site} has no proposal {number}")


KNOWN: dict[int | str, dict[str, Any]] = {200: {"model": Received, "description": "It was kept already"}}


@router.writes(
    "/sites/{site}/counts/{count}", "count", "Send a count", method="PUT", status_code=201, responses=KNOWN
)
def receive(site: KnownSite, count: CountId, body: CountIn, db: Db, now: Now, response: Response) -> Received:
    """Keep a count under the id that the sender made. Sent again it changes nothing (200); another count under the
    same id is refused (409). It changes no figure: somebody has to accept a correction first."""
    if reason := _wrong(body):
        raise HTTPException(422, reason)
    stored = receive_count(db, site.id, _count(count, body), now)
    response.status_code = 201 if stored else 200
    return Received(id=count, stored=stored)


def _wrong(body: CountIn) -> messages.Translatable | None:
    """Return what cannot be of the times of a count."""
    if wrong := [t.year for t in (body.begins, body.ends, body.sent) if t.year not in YEARS]:
        return messages.NO_YEAR(year=wrong[0])
    if not timedelta(0) < body.ends - body.begins <= LONGEST:
        return messages.COUNT_TOO_LONG
    if not body.ends - SLACK <= body.sent <= body.begins + OLDEST:
        return messages.COUNT_TOO_LATE
    if any(not body.begins - SLACK <= tap.time <= body.ends + SLACK for tap in body.taps):
        return messages.TAP_OUTSIDE
    return None


def _count(number: UUID, body: CountIn) -> ManualCount:
    """Return what was sent, in our words."""
    taps = tuple(like(Tap, tap, time=utc(tap.time)) for tap in sorted(body.taps, key=lambda t: t.time))
    times = {name: utc(getattr(body, name)) for name in ("begins", "ends", "sent")}
    return like(ManualCount, body, id=number, taps=taps, **times)


def utc(time: datetime) -> datetime:
    """Return a moment in UTC."""
    return time.astimezone(UTC)
