"""Sessions that the server ends, and the keys of programs and wall screens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from besok.model import audited, messages
from besok.model.access import Grant, Role
from besok.model.errors import NotAllowed, NotFound
from besok.model.suggest import instead
from besok.store import audit
from besok.store.accounts import CHANNEL, principal
from besok.store.database import Database, fetch, sql
from besok.store.sites import id_of

NOTED_EVERY: Final = timedelta(hours=1)  # when a key was used


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An open session with its owner and grants. `current` unless it was found by its previous token."""

    session_id: int
    current: bool
    turning: bool
    rotated: datetime
    expires: datetime
    account_id: int | None
    key_id: int | None
    name: str
    grants: tuple[Grant, ...]

    @property
    def principal(self) -> str:
        """Its owner, as named in notifications of ended sessions."""
        return principal(self.account_id) if self.account_id else key_principal(self.key_id or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key, without the key itself."""

    key_id: int
    name: str
    role: Role
    site: str | None
    created: datetime
    author: str
    expires: datetime
    used: datetime | None


def open_session(
    db: Database,
    digest: bytes,
    *,
    now: datetime,
    expires: datetime,
    name: str,
    account_id: int | None = None,
    key_id: int | None = None,
    provider_session: str | None = None,
) -> None:
    """Open a session of an account or of a key, and delete those that are over.

    Raises NotAllowed for an account that is blocked or has no role, also where that is changed at the same time.
    """
    row = {"digest": digest, "account_id": account_id, "key_id": key_id, "now": now, "expires": expires}
    with db.transaction() as conn:
        conn.execute(sql("account_signed_in"), {"account_id": account_id, "now": now})  # and locks it
        if not conn.execute(sql("session_insert"), {**row, "provider_session": provider_session}).rowcount:
            raise NotAllowed(messages.ACCOUNT_BLOCKED)
        conn.execute(sql("sessions_forget"), {"now": now})
        audit.note(conn, "account.sign_in", name, actor=name)  # who was nobody until then


def find(db: Database, digest: bytes, now: datetime) -> Session | None:
    """Return the open session of a token."""
    return db.fetch_one("session_find", Session, digest=digest, now=now)


def rotate(db: Database, session: Session, digest: bytes, new: bytes, now: datetime) -> bool:
    """Give a session a new token; False if another request was first."""
    row = {"session_id": session.session_id, "digest": digest, "new": new, "now": now}
    return db.run("session_rotate", row) == 1


def settle(db: Database, session: Session, digest: bytes) -> None:
    """Invalidate the previous token."""
    db.run("session_settled", {"session_id": session.session_id, "digest": digest})


def end(db: Database, session_id: int, name: str) -> None:
    """End a session."""
    with db.transaction() as conn:
        for account_id, key_id in conn.execute(sql("session_end"), {"session_id": session_id}).fetchall():
            whose = principal(account_id) if account_id else key_principal(key_id)
            audit.note(conn, "account.sign_out", name)
            conn.execute(sql("notify"), {"channel": CHANNEL, "payload": whose})


def end_of_provider(db: Database, issuer: str, subject: str | None, sid: str | None) -> int:
    """End the sessions that a provider has ended: one, or all of a person; return how many."""
    with db.transaction() as conn:
        ended = conn.execute(
            sql("sessions_end_provider"), {"issuer": issuer, "subject": subject, "sid": sid}
        ).fetchall()
        for account_id, name in ended:
            audit.note(conn, "account.sign_out", name, detail=audited.BY(author=issuer))
            conn.execute(sql("notify"), {"channel": CHANNEL, "payload": principal(account_id)})
        return len(ended)


def keys(db: Database) -> Sequence[Key]:
    """Return every key that was not revoked, by name."""
    return db.fetch("keys", Key)


def add_key(
    db: Database, name: str, digest: bytes, grant: Grant, author: str, now: datetime, expires: datetime
) -> bool:
    """Store a new key; False if the name is in use. Raises NotFound for an unknown site."""
    with db.transaction() as conn:
        site_id = id_of(conn, grant.site) if grant.site else None
        row = {"name": name, "digest": digest, "role": grant.role, "site_id": site_id, "author": author}
        if not conn.execute(sql("key_insert"), {**row, "now": now, "expires": expires}).rowcount:
            return False
        until = audited.UNTIL(until=f"{expires:%Y-%m-%d}")
        detail = audited.listed(audited.granted(grant), until)
        audit.note(conn, "key.add", name, site=grant.site or "", detail=detail)
        conn.execute(sql("notify"), {"channel": CHANNEL, "payload": ""})
        return True


def find_key(db: Database, digest: bytes, now: datetime) -> Key | None:
    """Return the key with a digest if it is valid, and record its use."""
    key = db.fetch_one("key_find", Key, digest=digest, now=now)
    if key and (key.used is None or now - key.used > NOTED_EVERY):
        db.run("key_used", {"key_id": key.key_id, "now": now})
    return key


def revoke_key(db: Database, name: str, now: datetime) -> None:
    """End a key and its screens' sessions. Raises NotFound."""
    with db.transaction() as conn:
        row = conn.execute(sql("key_revoke"), {"name": name, "now": now}).fetchone()
        if row is None:
            known = [key.name for key in fetch(conn, "keys", Key)]
            raise NotFound(messages.NO_KEY(name=name, instead=instead(name, known)))
        audit.note(conn, "key.revoke", name)
        conn.execute(sql("notify"), {"channel": CHANNEL, "payload": key_principal(row[0])})


def key_principal(key_id: int) -> str:
    """Return the name of a key in notifications of ended sessions."""
    return f"key {key_id}"
