"""Routes for alerts: what is open, who takes care of it; rules, where messages go, and how they went."""

from datetime import time, timedelta
from typing import Annotated

from fastapi import Depends, HTTPException, Path, Query, Response
from pydantic import Field, StringConstraints

from api.answers import FRESH
from api.deps import Db, KnownSite, Now, SiteId, author
from api.routing import Reason, Routes, Signed
from besok.model import messages
from besok.model.alerts import INSTALLATION, NEW_TARGET, AlertRule, RuleKind
from besok.model.controls import WORD
from besok.model.errors import NotFound
from besok.model.views.alerts import AlertInfo, Announcement, MaintenanceInfo, RuleInfo, TargetInfo
from besok.model.views.like import like
from besok.services import access, alert_handling, maintenance
from besok.services.alerts import add_rule
from besok.store import alerts as store
from besok.store.alerts import Delivery

router = Routes("Alerts")

Number = Annotated[
    int, Path(ge=1, le=2**31 - 1, description="The number of an alert or a rule", examples=[7])
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,100}$")]
TargetName = Annotated[str, Path(max_length=300, pattern=WORD, description="The target", examples=["desk"])]


class RuleIn(Signed):
    """A state to be told of."""

    kind: RuleKind = Field(description="What it tells of", examples=["space_over"])
    target: Annotated[str, StringConstraints(max_length=300, pattern=WORD)] = Field(
        description="Where the message goes", examples=["desk"]
    )
    everywhere: bool = Field(
        default=False, description="About all sites, for administrators of all of them", examples=[False]
    )
    space: Slug | None = Field(default=None, description="About one space only", examples=["studio-3"])
    threshold: float | None = Field(
        default=None, gt=0, le=1e9, description="A share of the capacity, a probability, a number of entries"
    )
    minutes: int = Field(default=0, ge=0, le=10_000, description="For how long it must be so")
    quiet_from: time | None = Field(
        default=None, description="No message from this time of the day on", examples=["22:00"]
    )
    quiet_to: time | None = Field(default=None, description="Until this time", examples=["07:00"])


Until = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class AnnouncementIn(Signed):
    """What wall screens announce, from now on."""

    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=WORD)
    ] = Field(description="The text", examples=["Closed on Friday from 15:00"])
    until: Until = Field(description="Until when, by the clock of the site", examples=["2026-03-02T10:15"])


class MaintenanceIn(Signed):
    """Work on something of a site, from now on."""

    subject: Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=WORD)] = Field(
        description="The site, a door or a space as site/door, or a sensor", examples=["library/front"]
    )
    until: Until = Field(description="Until when, by the clock of the site", examples=["2026-03-02T10:15"])
    reason: Reason = Field(description="Why", examples=["A new lens"])


class TargetIn(Signed):
    """Where messages go."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, pattern=NEW_TARGET)] = Field(
        description="What it is called", examples=["desk"]
    )
    url: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=WORD)
    ] = Field(
        description="An address of Apprise; nobody is told it again",
        examples=["mailto://besok:password@example.org?to=desk@example.org"],
    )


@router.reads("/sites/{site}/alerts", "read", "What is wrong or full")
def open_alerts(
    site: KnownSite,
    db: Db,
    now: Now,
    response: Response,
    resolved_hours: Annotated[
        int, Query(ge=0, le=8784, description="Also what was resolved in so many hours")
    ] = 0,
) -> list[AlertInfo]:
    """Open alerts of the site and of the whole installation (`site` null), the newest first."""
    response.headers.update(FRESH)
    return alert_handling.get_alerts(db, site.id, now, timedelta(hours=resolved_hours))


def _may_acknowledge(site: SiteId, number: Number, db: Db) -> None:
    access.require("read", site)
    alert_handling.require_acknowledge(db, site, number)


_may_acknowledge.right = "acknowledge"  # type: ignore[attr-defined]


@router.writes(
    "/sites/{site}/alerts/{number}/acknowledge", Depends(_may_acknowledge), "Take care of an alert"
)
def acknowledge(site: KnownSite, number: Number, body: Signed, db: Db, now: Now) -> AlertInfo:
    """Note that somebody takes care: no message goes out for it any more. Where it asks for cleaning, it is cleaned,
    and entries are counted from now on; that everybody who works here may say. 409 if it is over or taken already."""
    return alert_handling.acknowledge(db, number, author(body.who), now)


@router.reads("/sites/{site}/maintenance", "read", "Planned maintenance")
def get_maintenance(site: KnownSite, db: Db, now: Now, response: Response) -> list[MaintenanceInfo]:
    """Return what is being worked on, and what was in the last 30 days, the last first."""
    response.headers.update(FRESH)
    return store.maintenance(db, site.id, now - timedelta(days=30))


@router.writes("/sites/{site}/maintenance", "acknowledge", "Plan maintenance", status_code=201)
def plan(site: KnownSite, body: MaintenanceIn, db: Db, now: Now) -> MaintenanceInfo:
    """Raise no alert about the site, or a door, space or sensor of it, until a time; visits of then are marked."""
    number = maintenance.plan(
        db, site, body.subject, until=body.until, reason=body.reason, author=author(body.who), now=now
    )
    return next(one for one in store.maintenance(db, site.id, now) if one.id == number)


@router.writes(
    "/sites/{site}/maintenance/{number}/end",
    "acknowledge",
    "End maintenance before its time",
    status_code=204,
)
def end_maintenance(site: KnownSite, number: Number, body: Signed, db: Db, now: Now) -> None:
    """Let alerts be raised again from now on."""
    if not store.end_maintenance(db, site.id, number, author(body.who), now):
        raise NotFound(messages.NO_MAINTENANCE(number=number))


@router.reads("/sites/{site}/announcement", "read", "What wall screens announce")
def get_announcement(site: KnownSite, db: Db, now: Now, response: Response) -> Announcement | None:
    """Return the text with who set it and until when; null where nothing is announced."""
    response.headers.update(FRESH)
    return store.announced(db, site.id, now)


@router.writes(
    "/sites/{site}/announcement", "acknowledge", "Announce on wall screens", method="PUT", status_code=204
)
def announce(site: KnownSite, body: AnnouncementIn, db: Db, now: Now) -> None:
    """Show a text on the wall screens of a site until a time, in the place of the one before."""
    until = maintenance.ahead(site, body.until, now)
    store.announce(db, site.id, body.text, author=author(body.who), until=until, now=now)


@router.writes("/sites/{site}/announcement/end", "acknowledge", "Take back an announcement", status_code=204)
def end_announcement(site: KnownSite, body: Signed, db: Db, now: Now) -> None:
    """Announce nothing from now on."""
    if not store.end_announcement(db, site.id, author(body.who), now):
        raise NotFound(messages.NO_ANNOUNCEMENT)


@router.reads("/sites/{site}/alerts/rules", "administer", "Rules of alerts")
def rules(site: KnownSite, db: Db) -> list[RuleInfo]:
    """Return the rules in force at a site, with those that are about all sites (`site` null)."""
    return alert_handling.get_rules(db, site.id)


@router.writes("/sites/{site}/alerts/rules", "administer", "Make a rule", status_code=201)
def make_rule(site: KnownSite, body: RuleIn, db: Db, now: Now) -> RuleInfo:
    """Keep a rule; the jobs ask it every half minute. Each occurrence is told once, and its end once. Rules about
    services, backups, jobs and disks apply to all sites."""
    about = None if body.everywhere or body.kind in INSTALLATION else site.id
    access.require("administer", about)
    rule = like(AlertRule, body, site=about, author=author(body.who))
    try:
        number = add_rule(db, rule, now)
    except NotFound as exc:
        raise HTTPException(422, exc.message or str(exc)) from None
    return next(one for one in alert_handling.get_rules(db, site.id) if one.id == number)


@router.writes(
    "/sites/{site}/alerts/rules/{number}", "administer", "End a rule", method="DELETE", status_code=204
)
def remove_rule(site: KnownSite, number: Number, db: Db, now: Now) -> None:
    """End a rule, and what is open of it."""
    alert_handling.remove_rule(db, site.id, number, now)


@router.reads("/alerts/targets", "administer", "Where messages go")
def targets(db: Db) -> list[TargetInfo]:
    """Return the targets by name, with the service of each; addresses may hold passwords and are not told."""
    return store.target_states(db)


@router.writes("/alerts/targets", "administer", "Set where messages go", status_code=204)
def put_target(body: TargetIn, db: Db) -> None:
    """Keep an address under a name, in place of an earlier one, and have a message sent to it within a minute to try
    it; the log of messages tells how that went."""
    alert_handling.put_target(db, body.name, body.url)


@router.writes(
    "/alerts/targets/{name:path}", "administer", "Remove a target", method="DELETE", status_code=204
)
def remove_target(name: TargetName, db: Db, now: Now) -> None:
    """Send nothing there any more, and end the rules that do; the log of messages stays."""
    if not store.remove_target(db, name, now):
        raise NotFound(messages.NO_ALERT_TARGET(name=name))


@router.writes("/alerts/targets/{name:path}/test", "administer", "Try a target", status_code=202)
def try_target(name: TargetName, db: Db) -> None:
    """Have a message sent within a minute; the log of messages tells how it went."""
    if not store.try_target(db, name):
        raise NotFound(messages.NO_ALERT_TARGET(name=name))


@router.reads("/alerts/deliveries", "administer", "Log of messages")
def deliveries(db: Db) -> list[Delivery]:
    """Return the last fifty messages, the newest first, and why some did not get through."""
    return store.deliveries(db)
