"""Routes for operation: health, devices, rejected messages, and the schema of native messages."""

import json
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from fastapi import Query, Request, Response

from api.answers import FRESH
from api.deps import Db, LiveDb, Now, known_name
from api.routing import Routes
from besok.model.views.devices import DeviceInfo, Health, RejectedMessage
from besok.services import access
from besok.services.devices import get_devices, get_rejected, get_unplaced
from besok.services.health import for_public, get_health
from besok.services.unplaced_devices import UnassignedSensor, suggest_placements
from besok.store.sites import load_all

router = Routes("Operation")

MOST = 500  # rejected messages in one answer
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many, newest first")]
Before = Annotated[
    int | None, Query(ge=1, le=2**63 - 1, description="Only older than this id: for the next page")
]


@router.reads("/health", "open", "Whether the whole works")
def health(db: LiveDb, now: Now, response: Response) -> Health:
    """`ok` if the database is of this version and every service said lately that it works. 503 without a database.
    Of messages only who may see figures is told."""
    response.headers.update(FRESH)
    status = get_health(db, now)
    return for_public(status) if access.caller().kind == "public" else status


@router.reads("/devices", "read", "All sensors, heard or expected")
def devices(
    db: Db, now: Now, site: Annotated[str | None, Query(description="Only those of this site")] = None
) -> list[DeviceInfo]:
    """When each was last heard, what it observes, and whether its clock is right; strangers have no `placements`."""
    return get_devices(db, known_name(site, "site") if site else None, now=now)


@router.reads("/devices/unplaced", "diagnose", "Sensors heard, but not placed")
def unplaced(db: Db, now: Now) -> list[UnassignedSensor]:
    """Each with its last readings, and where it may hang: `sure` is strong, weak or none, `why` says why, and `toml`
    holds the lines for the site file. Nothing of such a sensor is lost; its history counts once it is placed."""
    return suggest_placements(get_unplaced(db, now), load_all(db))


@router.reads("/rejected", "diagnose", "Messages nobody could read")
def rejected(
    db: Db, request: Request, response: Response, limit: Limit = 100, before_id: Before = None
) -> list[RejectedMessage]:
    """With the reason, without what is personal; newest first. After the fix: `besok rejected replay`."""
    messages = get_rejected(db, limit, before_id)
    if len(messages) == limit:
        following = request.url.include_query_params(before_id=messages[-1].id)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return messages


@router.reads("/schema/native", "open", "JSON Schema of native sensor messages")
def native_schema() -> dict[str, Any]:
    """Return what a sensor may publish on `besok/v1/...`; docs/reference/native-messages.md explains it."""
    return _schema()


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(
        files("besok.model").joinpath("native.schema.json").read_text("utf-8")
    )
    return schema
