"""Places that several modules of this level begin with, and a server that takes mails."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from besok.model import sitefile
from besok.store import sites
from besok.store.database import Database, session
from tests.databases import FreshUrl
from tests.store import by_day, counted
from tests.store.inbox import Inbox, taking_mail


@pytest.fixture(scope="session")
def prepared(fresh_url: FreshUrl) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a database where a module writes once what its tests begin with; each works in a part of it."""
    with fresh_url() as url, psycopg.connect(url, autocommit=True, **session(idle_s=0)) as conn:
        yield conn


@pytest.fixture
def house(db: Database) -> Database:
    """The house with two doors."""
    counted.build(db)
    return db


@pytest.fixture
def lib(db: Database) -> Database:
    """The library that is counted by whole days."""
    sites.apply(db, sitefile.parse(by_day.SITE))
    return db


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    with taking_mail() as taken:
        yield taken
