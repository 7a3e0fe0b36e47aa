"""Up to which business day the counts of a site were last looked at for something, so that it is done once a day."""

from datetime import date
from typing import Any

import psycopg

from besok.store.database import Database, sql


def until(db: Database, what: str) -> dict[str, date]:
    """The last business day by site."""
    with db.transaction() as conn:
        return dict(conn.execute(sql("looked_get"), {"what": what}).fetchall())


def note(conn: psycopg.Connection[Any], site: str, what: str, day: date) -> None:
    """Notes that everything up to `day` was looked at."""
    conn.execute(sql("looked_set"), {"site": site, "what": what, "until": day})
