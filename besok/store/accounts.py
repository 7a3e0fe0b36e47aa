"""Accounts that may sign in, their roles, and failed attempts to sign in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from besok.model import audited, messages
from besok.model.access import Grant
from besok.model.errors import NotAllowed, NotFound, StoreRefused
from besok.model.messages import Translatable
from besok.model.suggest import instead
from besok.store import audit
from besok.store.database import Connection, Database, sql
from besok.store.sites import id_of

CHANNEL: Final = "access"  # notified of whose sessions or roles have changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account, without its secrets."""

    name: str
    display: str
    issuer: str | None
    blocked: bool
    totp: bool
    created: datetime
    signed_in: datetime | None
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What a local sign-in is checked against."""

    account_id: int
    name: str
    display: str
    password: str
    totp: str | None


def load_all(db: Database) -> list[Account]:
    """Return every account, by name."""
    return db.fetch("accounts", Account)


def any_there(db: Database) -> bool:
    """Tell whether there is any account."""
    return bool(db.rows("account_any")[0][0])


def any_local(db: Database) -> bool:
    """Tell whether anybody has an account with a password here."""
    return bool(db.rows("account_any_local")[0][0])


def secret(db: Database, name: str) -> Secret | None:
    """Return the secret of a local account; None without one, and of one that is blocked."""
    return db.fetch_one("account_secret", Secret, name=name)


def add(
    db: Database,
    name: str,
    display: str,
    password: str,
    grants: Sequence[Grant],
    now: datetime,
    *,
    invited: bool = False,
) -> bool:
    """Create a local account; False if the name is in use. Raises NotFound for an unknown site.

    Whoever is `invited` chooses a password later: this one is known to nobody.
    """
    with db.transaction() as conn:
        row = {"name": name, "display": display, "password": password, "issuer": None, "subject": None}
        begun = {"now": now, "invited": invited}
        inserted = conn.execute(sql("account_insert"), {**row, **begun}).fetchone()
        if inserted is None:
            return False
        _set_roles(conn, inserted[0], grants)
        audit.note(conn, "account.add", name, detail=audited.listed(*_granted(grants)))
        _notify(conn, "")
        return True


def of_provider(
    db: Database, issuer: str, subject: str, names: Sequence[str], grants: Sequence[Grant], now: datetime
) -> tuple[int, str]:
    """Give a person of a provider the roles that it grants now; return account id and display name.

    `names` are candidates for the account name, the best first; a new account takes one that is free. Raises
    NotAllowed for an account that is blocked.
    """
    with db.transaction() as conn:
        row = conn.execute(sql("account_of_provider"), {"issuer": issuer, "subject": subject}).fetchone()
        if row is None:
            account_id, name = _inserted(conn, issuer, subject, names, now)
            audit.note(
                conn, "account.add", name, detail=audited.listed(*_granted(grants), audited.BY(author=issuer))
            )
        else:
            account_id, name, blocked = row
            if blocked:
                raise NotAllowed(messages.ACCOUNT_BLOCKED)
            conn.execute(sql("account_display"), {"account_id": account_id, "display": names[0]})
        _set_roles(conn, account_id, grants)
    return account_id, names[0]


def _inserted(
    conn: Connection, issuer: str, subject: str, names: Sequence[str], now: datetime
) -> tuple[int, str]:
    for name in (*names, f"{subject}@{issuer}"):
        row = {"name": name.lower(), "display": names[0], "password": None, "issuer": issuer}
        begun = {"subject": subject, "now": now, "invited": False}
        inserted = conn.execute(sql("account_insert"), {**row, **begun}).fetchone()
        if inserted:
            return int(inserted[0]), name.lower()
    raise NotFound(f"no account could be made for {subject}")


def set_roles(db: Database, name: str, grants: Sequence[Grant]) -> None:
    """Give an account these roles and no others, and end its block.

    Raises NotFound, StoreRefused for the last administrator and for an account of a provider, which gives the roles.
    """
    with db.transaction() as conn, _keeping_an_administrator(conn):
        account_id = _id(conn, name)
        if _set_blocked(conn, account_id, blocked=False):
            raise StoreRefused(messages.ROLES_OF_PROVIDER(name=name))
        _set_roles(conn, account_id, grants)
        audit.note(conn, "account.roles", name, detail=audited.listed(*_granted(grants)))
        _notify(conn, principal(account_id))


def block(db: Database, name: str, unknown: str) -> None:
    """Let an account in no more, a provider's neither, take its roles, end its sessions and its open invitation.

    `unknown` is the hash of a password that nobody knows.

    Raises NotFound, StoreRefused for the last administrator.
    """
    with db.transaction() as conn, _keeping_an_administrator(conn):
        account_id = _id(conn, name)
        _set_blocked(conn, account_id, blocked=True)
        _set_roles(conn, account_id, ())
        conn.execute(sql("sessions_end"), {"account_id": account_id})
        conn.execute(sql("account_unknown_password"), {"account_id": account_id, "password": unknown})
        audit.note(conn, "account.block", name)
        _notify(conn, principal(account_id))


def unblock(db: Database, name: str) -> None:
    """End the block of an account, whose provider gives it roles at the next sign-in. Raises NotFound."""
    with db.transaction() as conn:
        _set_blocked(conn, _id(conn, name), blocked=False)
        audit.note(conn, "account.block", name, detail=audited.ENDED)


def end_invitations(db: Database, name: str, password: str) -> None:
    """End the invitations of somebody who has not chosen a password yet, by another `password` that nobody knows."""
    with db.transaction() as conn:
        row = {"account_id": _id(conn, name), "password": password}
        conn.execute(sql("account_unknown_password"), row)


def set_password(db: Database, name: str, password: str, *, replaced: str | None = None) -> None:
    """Give an account a new password, and end its sessions. Raises NotFound; so for an account of a provider.

    Only where its password is still the `replaced` one, if that is given: else it raises NotFound, too.
    """
    with db.transaction() as conn:
        account_id = _id(conn, name)
        row = {"account_id": account_id, "password": password, "replaced": replaced}
        if not conn.execute(sql("account_password"), row).rowcount:
            raise NotFound(f"{name} signs in through the provider and has no password here")
        conn.execute(sql("sessions_end"), {"account_id": account_id})
        audit.note(conn, "account.password", name)
        _notify(conn, principal(account_id))


def set_totp(db: Database, name: str, secret: str | None) -> None:
    """Give an account a second factor, or take it away. Raises NotFound."""
    with db.transaction() as conn:
        account_id = _id(conn, name)
        row = {"account_id": account_id, "totp": secret}
        if not conn.execute(sql("account_totp"), row).rowcount:
            raise NotFound(f"{name} signs in through the provider: its second factor is there")
        audit.note(conn, "account.totp", name, detail=audited.TOTP_SET if secret else audited.TOTP_REMOVED)


def use_code(db: Database, account_id: int, step: int) -> bool:
    """Use up a code of the second factor; False if it was used before."""
    return db.run("account_totp_used", {"account_id": account_id, "step": step}) == 1


def remove(db: Database, name: str) -> None:
    """Remove an account with its sessions; the audit keeps its name. Raises as `set_roles`."""
    with db.transaction() as conn, _keeping_an_administrator(conn):
        account_id = _id(conn, name)
        conn.execute(sql("account_delete"), {"account_id": account_id})
        audit.note(conn, "account.remove", name)
        _notify(conn, principal(account_id))


def end_sessions(db: Database, name: str) -> int:
    """End every session of an account; return how many. Raises NotFound."""
    with db.transaction() as conn:
        account_id = _id(conn, name)
        ended = conn.execute(sql("sessions_end"), {"account_id": account_id}).rowcount
        audit.note(conn, "account.sign_out", name, detail=audited.SESSIONS_ENDED(n=ended))
        _notify(conn, principal(account_id))
        return ended


def begin_attempt(
    db: Database, waits: Mapping[bytes, Callable[[int], timedelta]], now: datetime
) -> datetime | None:
    """Record an attempt as failed before it is checked, so that parallel attempts cannot evade the delay.

    `waits` maps the hash of each subject whose failures count to its delay by number of failures. Returns until when
    attempts of any of them are refused, else None.
    """
    with db.transaction() as conn:
        rows = []
        for who, wait in waits.items():
            conn.execute(sql("failure_begin"), {"who": who, "now": now})
            ((failures, until),) = conn.execute(sql("failure_lock"), {"who": who}).fetchall()
            if until > now:
                return cast(datetime, until)
            rows.append({"who": who, "now": now, "until": now + wait(failures + 1)})
        for row in rows:
            conn.execute(sql("failure_add"), row)
    return None


def succeeded(db: Database, waits: Sequence[bytes], now: datetime) -> None:
    """Clear the failures of the first subject, who has signed in; of the others only this attempt."""
    db.run("failure_clear", {"who": waits[0]})
    for who in waits[1:]:
        db.run("failure_take_back", {"who": who, "now": now})


def principal(account_id: int) -> str:
    """Return the name of an account in notifications of ended sessions."""
    return f"account {account_id}"


@contextmanager
def _keeping_an_administrator(conn: Connection) -> Iterator[None]:
    """Raise StoreRefused where a change would leave accounts without the administrator they had."""
    before = conn.execute(sql("administrators")).fetchall()
    yield
    if before and not conn.execute(sql("administrators")).fetchall():
        ((others,),) = conn.execute(sql("account_any")).fetchall()
        if others:
            raise StoreRefused(messages.LAST_ADMINISTRATOR)


def _id(conn: Connection, name: str) -> int:
    row = conn.execute(sql("account_id"), {"name": name.lower()}).fetchone()
    if row is None:
        known = [row[0] for row in conn.execute(sql("accounts"))]
        raise NotFound(messages.NO_ACCOUNT(name=name, instead=instead(name, known)))
    return int(row[0])


def _set_blocked(conn: Connection, account_id: int, *, blocked: bool) -> str | None:
    """Block an account or let it in again; return its provider."""
    row = conn.execute(sql("account_blocked"), {"account_id": account_id, "blocked": blocked}).fetchone()
    return row[0] if row else None


def _set_roles(conn: Connection, account_id: int, grants: Sequence[Grant]) -> None:
    conn.execute(sql("roles_delete"), {"account_id": account_id})
    for grant in grants:
        site_id = id_of(conn, grant.site) if grant.site else None
        conn.execute(sql("role_insert"), {"account_id": account_id, "role": grant.role, "site_id": site_id})


def _granted(grants: Sequence[Grant]) -> list[Translatable]:
    return [audited.granted(grant) for grant in grants] or [audited.NO_ROLE]


def principal_of(db: Database, name: str) -> str:
    """Return the principal of an account by its name. Raises NotFound."""
    with db.transaction() as conn:
        return principal(_id(conn, name))


def _notify(conn: Connection, payload: str) -> None:
    conn.execute(sql("notify"), {"channel": CHANNEL, "payload": payload})
