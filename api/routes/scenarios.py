"""Scenarios: what planners ask, and what became of it."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Annotated

import msgspec
from fastapi import Path, Query
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from api.answers import Form, rows
from api.deps import Db, KnownSite, Now, author
from api.routing import Routes, Signed
from besok.model.controls import WORD
from besok.model.errors import ScenarioRefused
from besok.model.scenarios import (
    MOST_DAYS,
    MOST_FACTOR,
    MOST_PLAYED_H,
    FaultySensor,
    NewDoor,
    OtherCapacity,
    PlannedEvent,
    Recorded,
    ScenarioSpec,
    Words,
)
from besok.model.views.scenarios import ScenarioRun, ScenarioSpace
from besok.services import recordings, scenarios
from besok.store import scenarios as store
from besok.text.opening_text import meant

router = Routes("Scenarios")

Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="The number of a scenario", examples=[12])]
Others = Annotated[
    tuple[Annotated[int, Field(ge=1, le=2**31 - 1)], ...],
    Query(max_length=3, description="Numbers of other scenarios in the same table", examples=[[13]]),
]


class ScenarioIn(Signed):
    """What would be different at a site on some days; what is left out is as usual."""

    title: Words = Field(description="What it is called", examples=["A Saturday with a book fair"])
    first: date = Field(description="The first day", examples=["2026-12-05"])
    days: int = Field(default=1, ge=1, le=MOST_DAYS, description="How many days", examples=[7])
    visitors: float = Field(
        default=1.0, ge=0, le=MOST_FACTOR, description="Times the usual visitors", examples=[2.0]
    )
    hours: str = Field(default="", max_length=60, pattern=WORD, description="Opening hours on each of the days, "
                       "or `closed`", examples=["10:00-20:00"])  # fmt: skip
    closed: list[Words] = Field(
        default=[], max_length=100, description="Spaces that are closed", examples=[["cafe"]]
    )
    door: NewDoor | None = Field(default=None, description="A new door")
    capacity: OtherCapacity | None = Field(default=None, description="Another capacity")
    event: PlannedEvent | None = Field(default=None, description="An event")
    sensor: FaultySensor | None = Field(default=None, description="A sensor that fails")
    recorded: Recorded | None = Field(
        default=None, description="What the sensors sent on the first day, to be played as it was"
    )
    replications: int = Field(
        default=20, ge=1, le=20, description="How often the days are simulated", examples=[20]
    )
    seed: int = Field(
        default=1, ge=0, le=2**31, description="Of the first time; other seeds, other people", examples=[1]
    )


class PlayIn(Signed):
    """How long a scenario is played."""

    hours: int = Field(default=2, ge=1, le=MOST_PLAYED_H, description="How long", examples=[2])


@router.reads("/sites/{site}/scenarios", "read", "Scenarios of a site")
def listed(site: KnownSite, db: Db) -> list[ScenarioRun]:
    """Return what was asked, the last first, without the results and without what cannot be read."""
    return store.listing(db, site.id)[0]


@router.writes("/sites/{site}/scenarios", "plan", "Ask what a scenario would do", status_code=201)
def ask(site: KnownSite, body: ScenarioIn, db: Db, now: Now) -> ScenarioRun:
    """Put the question into the queue. A process of its own computes it; ask for it by its number."""
    who = author(body.who)
    asked = body.model_dump(exclude={"who"}) | {"hours": meant(body.hours)}
    spec = msgspec.convert(asked, ScenarioSpec)
    return scenarios.ask(db, site, spec, author=who, now=now)


@router.reads("/sites/{site}/scenarios/{number}", "read", "A scenario and its result")
def found(site: KnownSite, number: Number, db: Db) -> ScenarioRun:
    """Return how far it is, and the result once it is done."""
    return store.load(db, site.id, number)


@router.table(
    "/sites/{site}/scenarios/{number}/spaces",
    "read",
    "Spaces under a scenario, and without its changes",
    ScenarioSpace,
)
def spaces(site: KnownSite, number: Number, db: Db, form: Form, others: Others = ()) -> Response:
    """Return a row for each space of the site, those that break first at the top; none until it is done."""
    runs = [store.load(db, site.id, one) for one in (number, *others)]
    shown = [row for run in runs for row in scenarios.spaces(run)]
    return rows(shown, ScenarioSpace, form, f"{site.id}-scenario-{number}")


@router.reads("/sites/{site}/scenarios/{number}/recording", "read", "A recording as a file",
              response_class=StreamingResponse)  # fmt: skip
def recording(site: KnownSite, number: Number, db: Db) -> StreamingResponse:
    """Return its messages as lines of JSON, for `besok simulate replay`; none if it is not a recording."""
    run = store.load(db, site.id, number)
    name = f'attachment; filename="{site.id}-recording-{number}.jsonl"'
    lines = recordings.lines(db, site, run)
    return StreamingResponse(lines, media_type="application/jsonl", headers={"Content-Disposition": name})


@router.writes(
    "/sites/{site}/scenarios/{number}", "plan", "Remove a scenario", method="DELETE", status_code=204
)
def remove(site: KnownSite, number: Number, db: Db) -> None:
    """Remove it with its answer; of a recording the name goes, the readings stay."""
    store.remove(db, site.id, number)


@router.writes("/sites/{site}/scenarios/{number}/cancel", "plan", "Cancel a scenario")
def cancel(site: KnownSite, number: Number, db: Db, now: Now) -> ScenarioRun | None:
    """Take a question out of the queue, or end its computation; null where it cannot be read."""
    store.cancel(db, site.id, number, now)
    return _readable(db, site.id, number)


@router.writes("/sites/{site}/scenarios/{number}/play", "plan", "Play a scenario live")
def play(site: KnownSite, number: Number, body: PlayIn, db: Db, now: Now) -> ScenarioRun:
    """Make a sandbox of the site, `SITE-scenario`, in which its simulated sensors send as the scenario says."""
    return scenarios.play(db, site, number, timedelta(hours=body.hours), author=author(body.who), now=now)


@router.writes("/sites/{site}/scenarios/{number}/play/end", "plan", "End a scenario that is played")
def end_play(site: KnownSite, number: Number, db: Db, now: Now) -> ScenarioRun | None:
    """End it; its sandbox is cleared away within a minute, with all that it holds. Null where it cannot be read."""
    store.end_play(db, site.id, number, now)
    return _readable(db, site.id, number)


def _readable(db: Db, site: str, number: int) -> ScenarioRun | None:
    with suppress(ScenarioRefused):
        return store.load(db, site, number)
    return None
