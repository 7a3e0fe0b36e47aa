"""The schema of a migrated database."""

from collections.abc import Callable

import psycopg
from normal import plain

from tests.store.test_migrate import SNAPSHOT


def test_schema(database_url: str, golden: Callable[..., None]) -> None:
    """Tables with columns and types, views, indexes, constraints, functions: one file."""
    with psycopg.connect(database_url) as conn:
        rows = [row[0] for row in conn.execute(SNAPSHOT)]
    golden("schema", {"schema.sql": plain("\n".join(rows))})
