"""Simulated messages, sent for a real site: they are told, and no figure of the site knows of them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from besok.model.settings import Settings
from besok.model.site import OpeningHours, Portal, Sensor, Site, SiteFile, Text
from besok.store.database import Database
from besok.store.sites import apply

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NAME = Text(sv="x", en="x")


def library(house: str, *, sandbox: bool = False) -> SiteFile:
    site = Site(
        id=house,
        kind="library",
        name=NAME,
        timezone="Europe/Stockholm",
        opening=OpeningHours(**dict.fromkeys(DAYS, "always")),
        spaces=(),
        portals=(Portal(id="door", name=NAME, outer="outside", inner=house),),
        sensors=(Sensor(device="eye", portal="door"),),
        sandbox=sandbox,
    )
    return SiteFile(sites=(site,))


def test_no_figure_of_a_real_site_knows_of_them(
    settings: Settings,
    house: str,
    db: Database,
    ask: httpx2.Client,
    collect: Callable[..., AbstractContextManager[Any]],
    publish: Callable[..., None],
    wait_for: Callable[..., object],
) -> None:
    apply(db, library(house))
    early, now = (f"{datetime.now(UTC) - timedelta(minutes=m):%Y-%m-%dT%H:%M:%SZ}" for m in (45, 0))
    real, made_up = {"time": now, "in": 3}, {"time": early, "in": 500, "simulated": True}
    with collect(settings):
        publish([("eye/flow", made_up), ("eye/flow", real)])
        wait_for(lambda: people(ask, house) == 3)
        (reason,) = [m["reason"] for m in ask.get("/api/v1/rejected").json()]
        assert "simulated" in reason and "besok site apply --sandbox" in reason

        def tried() -> bool:
            publish([("eye/flow", made_up)])  # until the collector knows of the sandbox
            return people(ask, house) == 503

        apply(db, library(house, sandbox=True))
        wait_for(tried)
        apply(db, library(house))
        assert people(ask, house) == 3


def people(ask: httpx2.Client, site: str) -> float:
    """Who came in lately, as the API has it."""
    now = datetime.now(UTC)
    span = {"from": (now - timedelta(hours=3)).isoformat(), "to": (now + timedelta(hours=1)).isoformat()}
    points = ask.get(f"/api/v1/sites/{site}/flows", params={**span, "step": "15min"}).json()
    return float(sum(p["people_in"] or 0 for p in points))
