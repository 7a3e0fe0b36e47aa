"""Unknown devices: what they ask, and the answers that people give."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.deps import Db, KnownSite, Now, author, needs
from api.routes.ledger import WHO, Who
from api.security import same_origin
from besok.model import messages
from besok.model.errors import BesokError, NotFound, StoreError
from besok.services.unknown_devices import Observed, UnknownDevice, answer, get_unknown

router = APIRouter(tags=["Operation"])

Topic = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Chosen = Annotated[str, StringConstraints(pattern=r"^[^=]{1,100}=.{1,500}$")]
Place = Annotated[str, StringConstraints(pattern=r"^(portal|space):[a-z0-9-]{1,100}$")]


class AnswerIn(BaseModel):
    """What the messages on a topic mean, of what was offered, and which place the device observes."""

    model_config = ConfigDict(extra="forbid")

    who: Who = WHO
    topic: Topic
    values: list[Chosen] = Field(
        default=[],
        max_length=50,
        description="A measurement and its path, as offered",
        examples=[["in=$.in"]],
    )
    place: Place | None = Field(default=None, description="`portal:` or `space:` with an id of the site")
    swapped: Literal["yes"] | None = Field(default=None, description="In is out")
    since: date | None = Field(
        default=None, description="First day on which it counts; all that is kept if left out"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """That an answer is kept, under this number; `besok device unmap` ends it."""

    mapping: int


@router.get("/devices/unknown", summary="Devices that nothing knows", dependencies=[needs("diagnose")])
def unknown(db: Db) -> list[UnknownDevice]:
    """Return their last messages, without what is personal, and which fields may be about people."""
    return get_unknown(db)


@router.post(
    "/sites/{site}/mappings",
    status_code=201,
    summary="Say what an unknown device means",
    dependencies=[needs("place")],
)
def describe(site: KnownSite, body: AnswerIn, db: Db, now: Now, request: Request) -> Kept:
    """Keep the answer; the collector reads the kept messages again. Nothing counts before the device has a place."""
    if not same_origin(request.headers.get("origin"), request.headers.get("host")):
        raise HTTPException(403, messages.FOREIGN_ANSWER)
    if body.since and not body.place:
        raise HTTPException(422, messages.SINCE_WITHOUT_PLACE)
    kind, _, place = (body.place or "").partition(":")
    observed = Observed(
        site=site.id,
        portal=place if kind == "portal" else "",
        space=place if kind == "space" else "",
        swapped=body.swapped == "yes",
        since=body.since,
    )
    values = [(key, path) for key, _, path in (text.partition("=") for text in body.values)]
    try:
        number = answer(
            db, body.topic, values, author=author(body.who), now=now, observed=observed if place else None
        )
    except (NotFound, StoreError):
        raise
    except BesokError as exc:
        raise HTTPException(422, exc.message or str(exc)) from None
    return Kept(mapping=number)
