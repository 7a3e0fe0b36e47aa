"""Pages by address. To add a page: write it in `pages/`, name it here."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dash import Dash, Input, Output, ctx

from besok.model.errors import NotAllowed, NotFound, SchemaMismatch, SignInNeeded, StoreError
from besok.model.views.live import SiteInfo
from besok.services import access
from besok.services.places import get_sites, get_spaces
from besok.store import asker
from besok.store import sites as stored
from besok.store.database import Database
from dashboard import shell
from dashboard.address import Address
from dashboard.components import guide, notices
from dashboard.components.elements import present
from dashboard.pages import (
    alerts,
    doors,
    now,
    opendata,
    overview,
    past_counts,
    progress,
    scenarios,
    sensors,
    site,
    spaces,
    wall,
)
from dashboard.plain_html import lighter

log = logging.getLogger(__name__)

Page = Callable[[Database, SiteInfo, Address, datetime], Any]

PAGES: dict[str, Page] = {
    "overview": overview.page,
    "now": now.page,
    "spaces": spaces.page,
    "doors": doors.page,
    "progress": progress.page,
    "scenarios": scenarios.page,
    "sensors": sensors.page,
    "alerts": alerts.page,
    "past": past_counts.page,
    "data": opendata.page,
    "wall": wall.page,
    "admin/site": site.page,
}
# What is sent of pages that take long; the rest is asked for.
FIRST: Mapping[str, Page] = {"progress": progress.first}
BELOW: Mapping[str, Callable[[Database, str], Collection[str]]] = {  # what may stand below a site, by page
    "spaces": lambda db, site: [space.space for space in get_spaces(db, site)],
    "doors": lambda db, site: [door.id for door in stored.load(db, site).portals],
    "progress": lambda _db, _site: progress.TABS,
    "admin/site": lambda _db, _site: site.STEPS,
}
UNGUIDED = ("wall", "admin/site")  # the one hangs for everybody to see, the other has the steps itself


def register(app: Dash, database: Callable[[], Database], clock: Callable[[], datetime]) -> None:
    """Answer each change of address; in a thread, so that a slow query stops nobody else."""

    @app.callback(
        Output("page", "children"),
        Output("navigation", "children"),
        Output("foot", "children"),
        Output("toasts", "children"),
        Output("page", "data-drawn"),
        Input("address", "pathname"),
        Input("address", "search"),
        Input("redraw", "n_clicks"),
    )
    async def show(pathname: str | None, search: str | None, redraw: int | None) -> tuple[Any, ...]:
        asker.only_reads()
        address = Address.parse(pathname or "/", search or "")
        pages = PAGES if ctx.triggered_id == "redraw" else {**PAGES, **FIRST}
        page = await asyncio.to_thread(screen, database(), address, clock(), pages)
        return (
            lighter(page[0]),
            page[1],
            shell.foot(address.site),
            "",
            f"{redraw or 0} {pathname or ''}{search or ''}",
        )


def screen(
    db: Database, address: Address, now: datetime, pages: Mapping[str, Page] = PAGES
) -> tuple[Any, Any]:
    """Return the page at `address` and the navigation above it; a notice where there is nothing to show."""
    sites: tuple[SiteInfo, ...] = ()
    try:
        known = tuple(get_sites(db))
        sites = tuple(site for site in known if access.may("read", site.site))
        chosen = _chosen(known, sites, address.site)
        find(db, address, known)
        if not address.page:  # of one site alone, the page Now tells at once what a list of one would lead to
            address = replace(address, page="overview" if len(sites) > 1 else "now")
        return _page(db, address, chosen, now, pages), shell.navigation(address, sites, chosen)
    except NotFound:
        return notices.not_found(), shell.navigation(Address(page=""), sites, None)
    except (SignInNeeded, NotAllowed) as exc:
        return notices.no_access(exc), shell.navigation(Address(page=""), sites, None)
    except StoreError as exc:
        log.warning(
            "no answer from the store for a page: %s", exc.in_full, extra={"action": "page_without_store"}
        )
        notice = notices.outdated() if isinstance(exc, SchemaMismatch) else notices.unavailable()
        return notice, shell.navigation(address, sites, None)


def _page(
    db: Database, address: Address, chosen: SiteInfo | None, now: datetime, pages: Mapping[str, Page]
) -> Any:
    if chosen is None:
        return guide.begin(db, address, now)
    content = pages[address.page](db, chosen, address, now)
    return content if address.page in UNGUIDED else present(guide.banner(db, chosen.site), content)


def find(db: Database, address: Address, known: Sequence[SiteInfo]) -> None:
    """Raise NotFound where there is no such page, no such site among the `known`, or nothing of that name below it."""
    if address.page and address.page not in PAGES:
        raise NotFound(address.page)
    if address.site and all(site.site != address.site for site in known):
        raise NotFound(address.site)
    if address.space and address.space not in BELOW.get(address.page, _nothing)(db, address.site):
        raise NotFound(address.space)


def _nothing(_db: Database, _site: str) -> Collection[str]:
    return ()


def _chosen(known: tuple[SiteInfo, ...], readable: tuple[SiteInfo, ...], requested: str) -> SiteInfo | None:
    """Return the site of the address, the first one that may be read where it names none; None where there is no site.

    Raises what `access.require` raises.
    """
    if known and not readable:
        access.require("read")
    if requested:
        access.require("read", requested)
    return next((site for site in readable if requested in ("", site.site)), None)
