"""The database that a command works on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.serving.settings import settings

if TYPE_CHECKING:
    from besok.store.database import Database


@contextmanager
def opened() -> "Iterator[Database]":
    """The database that the settings name, for one command. Raises SchemaMismatch if it is of another version."""
    from besok.store import schema
    from besok.store.database import Database

    with Database(settings().database_url.get_secret_value(), pool_size=1) as db:
        schema.check(db)
        yield db
