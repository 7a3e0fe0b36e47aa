"""Routes for alerts: what is open, and who takes care of it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.answers import FRESH
from api.deps import Db, KnownSite, Now, author, needs
from api.security import same_origin
from besok.model import messages
from besok.model.alerts import Alert
from besok.services import access, alerts

router = APIRouter(tags=["Alerts"])

Number = Annotated[int, Path(ge=1, le=2**63 - 1, description="An alert's id")]


class Taken(BaseModel):
    """Who takes care of an alert."""

    model_config = ConfigDict(extra="forbid")

    who: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = Field(
        default="", description="A name or initials; left out by who is signed in", examples=["Kim"]
    )


@router.get("/sites/{site}/alerts", summary="Open alerts about a site", dependencies=[needs("read")])
def open_alerts(site: KnownSite, db: Db, response: Response) -> Sequence[Alert]:
    """Those that nobody has taken come first, then the newest."""
    response.headers.update(FRESH)
    return alerts.get_alerts(db, site)


def _may_acknowledge(number: Number, db: Db) -> None:
    if access.caller().kind == "public":
        access.require("acknowledge")
    access.require("acknowledge", alerts.right_to_acknowledge(db, number))


_may_acknowledge.right = "acknowledge"  # type: ignore[attr-defined]


@router.post(
    "/alerts/{number}/acknowledgement",
    summary="Take care of an alert",
    dependencies=[Depends(_may_acknowledge)],
)
def acknowledge(number: Number, body: Taken, db: Db, now: Now, request: Request) -> Alert:
    """Note who takes care of it; who was first stays. Nobody is told of it again, and it ends by itself when what it
    tells of is over. 404 where it is over already."""
    if not same_origin(request.headers.get("origin"), request.headers.get("host")):
        raise HTTPException(403, messages.FOREIGN_ACKNOWLEDGEMENT)
    return alerts.acknowledge(db, number, author(body.who), now)
