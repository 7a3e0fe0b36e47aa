"""Passwords of the programs' roles; what each role may is in always/views_rights.sql."""

from collections.abc import Mapping

import psycopg
from psycopg import sql as compose

from besok.model.errors import NotFound
from besok.store.database import sql, translated


def let_sign_in(url: str, passwords: Mapping[str, str]) -> None:
    """Set the passwords of roles, all or none. Raises NotFound for an unknown role, StoreError.

    The server gets a hash: neither it nor its log ever sees a password.
    """
    with translated(migrating=True), psycopg.connect(url, connect_timeout=5) as conn:
        for role, password in passwords.items():
            if conn.execute(sql("role_there"), {"role": role}).fetchone() is None:
                raise NotFound(
                    f"there is no role {role}: the owner of the database may make no roles. As somebody who may, run "
                    f"`create role {role}; grant {role} to <owner> with admin option`, then `besok migrate`"
                )
            hashed = conn.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
            statement = compose.SQL("alter role {} login password {}")
            conn.execute(statement.format(compose.Identifier(role), compose.Literal(hashed.decode())))
