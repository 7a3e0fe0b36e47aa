"""Simulated messages, sent for a real site: they are told, and no figure of the site knows of them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from besok.model.settings import Settings
from besok.model.site import Sensor, SiteFile
from besok.store.database import Database
from besok.store.sites import apply
from tests.small_sites import library


def real(house: str, *, sandbox: bool = False) -> SiteFile:
    return library(house, hours="always", sensors=(Sensor(device="eye", portal="door"),), sandbox=sandbox)


def test_no_figure_of_a_real_site_knows_of_them(
    settings: Settings,
    house: str,
    db: Database,
    ask: httpx2.Client,
    collect: Callable[..., AbstractContextManager[Any]],
    publish: Callable[..., None],
    wait_for: Callable[..., object],
) -> None:
    apply(db, real(house))
    early, now = (f"{datetime.now(UTC) - timedelta(minutes=m):%Y-%m-%dT%H:%M:%SZ}" for m in (45, 0))
    measured, made_up = {"time": now, "in": 3}, {"time": early, "in": 500, "simulated": True}
    with collect(settings):
        publish([("eye/flow", made_up), ("eye/flow", measured)])
        wait_for(lambda: people(ask, house) == 3)
        (reason,) = [m["reason"] for m in ask.get("/api/v1/rejected").json()]
        assert "simulated" in reason and "besok site apply --sandbox" in reason

        def tried() -> bool:
            publish([("eye/flow", made_up)])  # until the collector knows of the sandbox
            return people(ask, house) == 503

        apply(db, real(house, sandbox=True))
        wait_for(tried)
        apply(db, real(house))
        assert people(ask, house) == 3


def people(ask: httpx2.Client, site: str) -> float:
    """Who came in lately, as the API has it."""
    now = datetime.now(UTC)
    span = {"from": (now - timedelta(hours=3)).isoformat(), "to": (now + timedelta(hours=1)).isoformat()}
    points = ask.get(f"/api/v1/sites/{site}/flows", params={**span, "step": "15min"}).json()
    return float(sum(p["people_in"] or 0 for p in points))
