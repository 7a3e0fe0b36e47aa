"""Routes for findings: faulty sensors, and what was done about them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Path, Query, Response
from pydantic import Field, StringConstraints

from api import ranges
from api.answers import FRESH, Form, rows
from api.deps import Db, KnownSite, Now, author
from api.routes.figures import FirstDay, LastDay, PortalId, SpaceId, within
from api.routing import Routes, Signed
from besok.model.views.attention import ChannelCoverage, FindingInfo
from besok.services import access, attention
from besok.services.attention import get_coverage, get_findings, get_wiring
from besok.services.wiring import WiringPoint

router = Routes("Attention")

MOST_CELLS = 20_000  # days of sensors, each of which is looked up

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="A finding's id")]


class Acknowledgement(Signed):
    """That somebody has seen a finding, and what is done about it."""

    note: Words = Field(
        description="What it is, or what is done about it", examples=["The door is closed until May"]
    )


@router.reads("/sites/{site}/findings", "read", "What is wrong with sensors")
def findings(
    site: KnownSite,
    db: Db,
    now: Now,
    response: Response,
    resolved_days: Annotated[
        int, Query(ge=0, le=3650, description="Also what was resolved in so many days")
    ] = 0,
    portal: PortalId = None,
    space: SpaceId = None,
) -> Sequence[FindingInfo]:
    """Open findings first, then acknowledged and resolved ones, each with its evidence in a sentence, how sure it is,
    what to do, and its history. `device` is empty where the whole site is meant."""
    response.headers.update(FRESH)
    rows = get_findings(db, site.id, now=now, resolved_for=timedelta(days=resolved_days))
    return within(rows, site, portal, space)


@router.table("/sites/{site}/coverage", "read", "How much each channel worked", ChannelCoverage)
def coverage(
    site: KnownSite, db: Db, now: Now, form: Form, begin: FirstDay = None, to: LastDay = None,
    portal: PortalId = None, space: SpaceId = None,
) -> Response:  # fmt: skip
    """Return the share of each business day in which each channel is known to have worked; the last 14 if none are
    given.
    """
    first, last = ranges.days(begin, to, site, now, timedelta(days=13))
    if (last - first).days * max(len(site.sensors), 1) > MOST_CELLS:
        raise ranges.BadRange(f"at most {MOST_CELLS} days of sensors in one answer: ask for a shorter time")
    points = within(get_coverage(db, site.id, first, last, now=now), site, portal, space)
    return rows(points, ChannelCoverage, form, f"{site.id}-coverage-{first}-{last}")


@router.reads("/sites/{site}/wiring", "read", "Whether a site is wired as its site file says")
def wiring(site: KnownSite, db: Db, now: Now, response: Response) -> list[WiringPoint]:
    """For a new installation: which sensors are heard, whether in is in, doors counted twice or not at all, spaces
    without a counted way in. Problems first, each with what to do; `ok` is what was looked at and found right."""
    response.headers.update(FRESH)
    return get_wiring(db, site.id, now=now)


def _may_acknowledge(number: Number, db: Db) -> None:
    if access.caller().kind == "public":  # to whom nothing is told of findings, not even that there is none
        access.require("acknowledge")
    access.require("acknowledge", attention.site_of(db, number))


_may_acknowledge.right = "acknowledge"  # type: ignore[attr-defined]


@router.writes("/findings/{number}/acknowledgement", Depends(_may_acknowledge), "Acknowledge a finding")
def acknowledge(number: Number, body: Acknowledgement, db: Db, now: Now) -> FindingInfo:
    """Says that somebody has seen it, and why it stands. It changes no figure, and the finding ends by itself when its
    cause is gone. Said again, the last word counts and the first stays in the history. 409 if it is resolved."""
    return attention.acknowledge(db, number, author(body.who), body.note, now)
