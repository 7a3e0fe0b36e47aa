"""Dependencies of routes: the database, the time, a site."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Path, Request
from starlette.requests import HTTPConnection

from besok.model import messages
from besok.model.access import Right
from besok.model.errors import NotFound
from besok.model.site import Site
from besok.services import access
from besok.store import sites
from besok.store.database import Database

LONGEST_NAME = 100  # characters; no id is longer
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the current time, unless a test has replaced the clock."""
    return datetime.now(UTC)


def of_app(name: str) -> Any:
    """Return a dependency on an attribute of the application's state."""

    async def kept(request: Request) -> Any:
        return getattr(request.app.state, name)

    return Depends(kept)


async def _root(request: Request) -> str:
    return str(request.app.state.settings.root or str(request.base_url).rstrip("/"))


async def _now(request: Request) -> datetime:
    now: datetime = request.app.state.clock()
    return now


Db = Annotated[Database, of_app("db")]
LiveDb = Annotated[Database, of_app("live_db")]
Now = Annotated[datetime, Depends(_now)]
Root = Annotated[str, Depends(_root)]  # the address of all pages


def known_name(text: str, what: str) -> str:
    """`text` if it can be an id at all. Raises NotFound; the database must not be asked for what it cannot hold."""
    if len(text) > LONGEST_NAME or not text.isprintable():
        raise NotFound(f"there is no such {what}")
    return text


SiteId = Annotated[str, Path(description="The site's id", examples=["stadsbiblioteket"])]


def _site(db: Db, site: SiteId) -> Site:
    return sites.load(db, known_name(site, "site"))


KnownSite = Annotated[Site, Depends(_site)]


def needs(right: Right) -> Any:
    """Return the dependency that requires a right at the site of the request."""

    async def check(request: HTTPConnection) -> None:
        site = request.path_params.get("site")
        if any(parameter.name == "site" for parameter in request.scope["route"].dependant.query_params):
            site = request.query_params.get("site")
        access.require(right, site or None)

    check.right = right  # type: ignore[attr-defined]
    return Depends(check)


def author(given: str) -> str:
    """Return the author of a change. Raises HTTPException without one."""
    name = access.author(given)
    if not name:
        raise HTTPException(422, messages.NO_AUTHOR)
    return name
