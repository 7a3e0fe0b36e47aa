"""Unknown devices: what they ask, and the answers that people give."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import HTTPException
from pydantic import Field, StringConstraints

from api.deps import Db, KnownSite, Now, author
from api.routing import Routes, Signed
from besok.model import messages
from besok.model.site import Site
from besok.model.site_rules import Day
from besok.services.unknown_devices import (
    Observed,
    UnknownDevice,
    adds_second,
    answer,
    answered,
    get_unknown,
)

router = Routes("Operation")

Topic = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Chosen = Annotated[str, StringConstraints(pattern=r"^[^=]{1,100}=.{1,500}$")]
Place = Annotated[str, StringConstraints(pattern=r"^(portal|space):[a-z0-9-]{1,100}$")]


class AnswerIn(Signed):
    """What the messages on a topic mean, of what was offered, and which place the device observes."""

    topic: Topic
    values: list[Chosen] = Field(
        default=[],
        max_length=50,
        description="A measurement and its path, as offered",
        examples=[["in=$.in"]],
    )
    place: Place | None = Field(default=None, description="`portal:` or `space:` with an id of the site")
    swapped: Literal["yes"] | None = Field(default=None, description="In is out")
    since: Day | None = Field(
        default=None, description="First day on which it counts; all that is kept if left out"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """That an answer is kept, under this number; `besok device unmap` ends it."""

    mapping: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldAdd:
    """Whether an answer would let a second sensor count at its place."""

    second: bool


@router.reads("/devices/unknown", "diagnose", "Devices that nothing knows")
def unknown(db: Db) -> list[UnknownDevice]:
    """Return their last messages, without what is personal, and which fields may be about people."""
    return get_unknown(db)


@router.writes("/sites/{site}/mappings", "place", "Say what an unknown device means", status_code=201)
def describe(site: KnownSite, body: AnswerIn, db: Db, now: Now) -> Kept:
    """Keep the answer; the collector reads the kept messages again. Nothing counts before the device has a place."""
    observed, values = _observed(site, body), _values(body)
    return Kept(mapping=answer(db, body.topic, values, author=author(body.who), now=now, observed=observed))


@router.writes("/sites/{site}/mappings/preview", "place", "What an answer for an unknown device would do")
def preview(site: KnownSite, body: AnswerIn, db: Db) -> WouldAdd:
    """Return whether another sensor counts at its place already, and both would; it changes nothing."""
    observed, mapping = _observed(site, body), answered(db, body.topic, _values(body))
    return WouldAdd(second=observed is not None and adds_second(db, mapping, observed))


def _observed(site: Site, body: AnswerIn) -> Observed | None:
    if body.since and not body.place:
        raise HTTPException(422, messages.SINCE_WITHOUT_PLACE)
    if body.place is None:
        return None
    kind, _, place = body.place.partition(":")
    return Observed(
        site=site.id,
        portal=place if kind == "portal" else "",
        space=place if kind == "space" else "",
        swapped=body.swapped == "yes",
        since=body.since,
    )


def _values(body: AnswerIn) -> list[tuple[str, str]]:
    return [(key, path) for key, _, path in (text.partition("=") for text in body.values)]
