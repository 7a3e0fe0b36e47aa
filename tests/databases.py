"""Databases of tests: how they are named by type, and how they end."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
from psycopg import sql

PATIENCE_S = 60
FreshUrl = Callable[[], AbstractContextManager[str]]  # a database for the length of a block; its address


def drop(conn: psycopg.Connection[Any], name: str) -> None:
    """Remove a database with whoever is connected to it.

    A worker of the server itself (autovacuum, TimescaleDB) may not be ended by us: it is waited for.
    """
    statement = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    patience = time.monotonic() + PATIENCE_S
    while True:
        try:
            conn.execute(statement)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            if time.monotonic() > patience:
                raise
            time.sleep(0.2)
        else:
            return
