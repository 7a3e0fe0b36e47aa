"""Readings in quarantine: what waits, and what a person decides about it."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import Field, StringConstraints

from api.deps import Db, KnownSite, Now, author, known_name
from api.routing import Routes, Signed
from besok.model.controls import WORD
from besok.model.readings import Withheld
from besok.model.views.like import like
from besok.model.views.quarantine import Decided, QuarantineGroup
from besok.store import quarantine_decisions
from besok.store.quarantine_decisions import Chosen

router = Routes("Operation")

Name = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=WORD)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="The number of a decision")]


class DecisionIn(Signed):
    """What is to become of the readings of a channel that are withheld for a cause."""

    decision: Literal["released", "dropped"] = Field(description="Whether they count from now on")
    source: Name = Field(description="The source of the device", examples=["native"])
    device: Name = Field(description="The device", examples=["library/front-door"])
    channel: Name = Field(description="Its channel", examples=["flow:1"])
    cause: Withheld = Field(description="Why they are withheld")
    until: int = Field(ge=1, le=2**63 - 1, description="The last one, as listed; later ones wait")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The number of a decision, by which it can be undone, and how many readings it is about."""

    decision: int
    readings: int


@router.reads("/quarantine", "read", "Readings that do not count")
def waiting(
    db: Db,
    site: Annotated[str | None, Query(description="Only those of this site, or without a place")] = None,
) -> list[QuarantineGroup]:
    """Return what waits for a person's decision, by channel and cause; the one that was heard last first."""
    return quarantine_decisions.groups(db, known_name(site, "site") if site else None)


@router.reads("/sites/{site}/quarantine/decisions", "read", "Decisions about readings in quarantine")
def decided(site: KnownSite, db: Db) -> list[Decided]:
    """Return the last hundred, the last first."""
    return quarantine_decisions.decisions(db, site.id)


@router.writes(
    "/sites/{site}/quarantine", "acknowledge", "Release or drop readings in quarantine", status_code=201
)
def decide(site: KnownSite, body: DecisionIn, db: Db, now: Now) -> Decision:
    """Keep the decision. What is released counts, and its days are recomputed."""
    chosen = like(Chosen, body, site=site.id)
    number, readings = quarantine_decisions.decide(
        db, body.decision, chosen, author=author(body.who), now=now
    )
    return Decision(decision=number, readings=readings)


@router.writes("/sites/{site}/quarantine/{number}/undo", "acknowledge", "Undo a decision", status_code=204)
def undo(site: KnownSite, number: Number, body: Signed, db: Db, now: Now) -> None:
    """Let its readings wait again; what had counted counts no more."""
    quarantine_decisions.undo(db, number, site=site.id, author=author(body.who), now=now)
