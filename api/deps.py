"""Dependencies of routes: the database, the time, a site."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Path, Request

from besok.model.errors import NotFound
from besok.model.site import Site
from besok.store import sites
from besok.store.database import Database

LONGEST_NAME = 100  # characters; no id is longer
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time, where nobody has set another clock."""
    return datetime.now(UTC)


async def _db(request: Request) -> Database:
    db: Database = request.app.state.db
    return db


async def _live_db(request: Request) -> Database:
    db: Database = request.app.state.live_db
    return db


async def _now(request: Request) -> datetime:
    now: datetime = request.app.state.clock()
    return now


def known_name(text: str, what: str) -> str:
    """`text` if it can be an id at all. Raises NotFound; the database must not be asked for what it cannot hold."""
    if len(text) > LONGEST_NAME or not text.isprintable():
        raise NotFound(f"there is no such {what}")
    return text


SiteId = Annotated[str, Path(description="The site's id", examples=["stadsbiblioteket"])]


def _site(db: Annotated[Database, Depends(_db)], site: SiteId) -> Site:
    return sites.load(db, known_name(site, "site"))


Db = Annotated[Database, Depends(_db)]
LiveDb = Annotated[Database, Depends(_live_db)]
Now = Annotated[datetime, Depends(_now)]
KnownSite = Annotated[Site, Depends(_site)]
