"""Which page an address shows. To add a page: write it in `pages/`, name it here."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from dash import Input, Output

from besok import services
from besok.model.errors import NotFound, SchemaMismatch, StoreError
from besok.model.views.live import SiteInfo
from besok.store.database import Database
from dashboard import shell
from dashboard.address import Address
from dashboard.callbacks import Callbacks
from dashboard.components import notices
from dashboard.pages import now, opendata, progress, sensors, spaces

log = logging.getLogger(__name__)

Page = Callable[[Database, SiteInfo, Address, datetime], Any]

PAGES: dict[str, Page] = {
    "now": now.page,
    "spaces": spaces.page,
    "progress": progress.page,
    "sensors": sensors.page,
    "data": opendata.page,
}


def register(callbacks: Callbacks) -> None:
    """The one callback that answers a change of address."""

    @callbacks.on(
        Output("page", "children"),
        Output("navigation", "children"),
        Output("foot", "children"),
        Output("page", "data-drawn"),
        Input("address", "pathname"),
        Input("address", "search"),
        Input("redraw", "n_clicks"),
    )
    def show(pathname: str | None, search: str | None, redraw: int | None) -> tuple[Any, Any, Any, str]:
        address = Address.parse(pathname or "/", search or "")
        drawn = screen(callbacks.database(), address, datetime.now(UTC))
        return *drawn, shell.foot(address.site), str(redraw or 0)


def screen(db: Database, address: Address, now: datetime) -> tuple[Any, Any]:
    """The page at `address` and the navigation above it; a notice where there is nothing to show."""
    sites: tuple[SiteInfo, ...] = ()
    try:
        sites = tuple(services.sites(db))
        site = _chosen(sites, address.site)
        return _page(db, address, site, now), shell.navigation(address, sites, site)
    except NotFound:
        return notices.not_found(), shell.navigation(Address(page=""), sites, None)
    except StoreError as exc:
        log.warning(
            "no answer from the store for a page: %s", exc.in_full, extra={"action": "page_without_store"}
        )
        told = notices.outdated() if isinstance(exc, SchemaMismatch) else notices.unavailable()
        return told, shell.navigation(address, sites, None)


def _page(db: Database, address: Address, site: SiteInfo | None, now: datetime) -> Any:
    if address.page not in PAGES:
        raise NotFound(address.page)
    return PAGES[address.page](db, site, address, now) if site else notices.no_sites()


def _chosen(sites: tuple[SiteInfo, ...], wanted: str) -> SiteInfo | None:
    """The site of the address; the first one where the address names none; None where there is no site at all."""
    if not wanted:
        return sites[0] if sites else None
    found = next((s for s in sites if s.site == wanted), None)
    if found is None:
        raise NotFound(wanted)
    return found
