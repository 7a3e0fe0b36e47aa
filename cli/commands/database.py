"""The database that a command works on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from besok.store.database import Database


@contextmanager
def opened(site: str | None = None) -> "Iterator[Database]":
    """Open the database of the settings for one command, about a site if one is named.

    Raises SchemaMismatch if its version is another, NotFound for an unknown site.
    """
    from besok.store import schema
    from besok.store.database import Database
    from besok.store.sites import load
    from cli.serving.settings import settings

    with Database(settings().database_url.get_secret_value(), pool_size=1) as db:
        schema.check(db)
        if site:
            load(db, site)
        yield db


def sites_of(db: "Database", site: str) -> list[str]:
    """Return the id of the site that is named, or of all."""
    from besok.services.places import get_sites

    return [site] if site else [s.site for s in get_sites(db)]
