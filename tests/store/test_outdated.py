"""A database that nobody has brought to the program's version."""

from datetime import UTC, datetime

import psycopg
import pytest

from core import sitefile
from dashboard import router
from dashboard.address import Address
from store import sites
from store.database import Database
from tests.store.counted import HOUSE

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "gone",
    [
        "alter table finding rename to finding_of_late",
        "alter table finding rename column evidence to what",
    ],
)
def test_the_page_says_what_brings_it_there(db: Database, database_url: str, gone: str) -> None:
    sites.apply(db, sitefile.parse(HOUSE))
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute(gone)  # type: ignore[call-overload]
    page, _navigation = router.screen(db, Address(page="now", site="lib"), NOW)
    assert "Databasen är äldre än programmet" in str(page) and "besok migrate" in str(page)
