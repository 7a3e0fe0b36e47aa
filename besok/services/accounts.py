"""Accounts and keys as administrators manage them, on pages and by commands: the rules that hold for both."""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from besok.model import messages, tokens
from besok.model.access import Caller, Grant
from besok.model.errors import NotAllowed, NotFound, StoreRefused
from besok.services import access, sign_in
from besok.store import accounts, audit, sessions
from besok.store.database import Database

INVITED_FOR: Final = timedelta(days=7)
MOST_DAYS: Final = 3660  # of a key


def invite(db: Database, name: str, display: str, grants: Sequence[Grant], now: datetime) -> str:
    """Create an account whose owner chooses its password, and return the invitation to do so.

    The first account is an administrator's: with it, nobody is signed in without a password any more. Raises
    StoreRefused, and NotFound for an unknown site.
    """
    add(db, name, display, _unknown_password(), grants, now, invited=True)
    return invitation(db, name, now)


def add(
    db: Database,
    name: str,
    display: str,
    password: str,
    grants: Sequence[Grant],
    now: datetime,
    *,
    invited: bool = False,
) -> None:
    """Create an account with a password. Raises as `invite`."""
    if Grant(role="admin") not in grants and not accounts.any_there(db):
        raise StoreRefused(messages.FIRST_ACCOUNT)
    if not accounts.add(db, name.lower(), display or name, password, grants, now, invited=invited):
        raise StoreRefused(messages.ACCOUNT_TAKEN(name=name.lower()))


def invitation(db: Database, name: str, now: datetime) -> str:
    """Return a new invitation to choose the password of an account; it holds for a week, and until it is used.

    It ends those before it of somebody who has not chosen a password yet. Raises StoreRefused for an account that is
    blocked or of a provider.
    """
    accounts.end_invitations(db, name, _unknown_password())
    known = accounts.secret(db, name.lower())
    if known is None:
        raise StoreRefused(messages.NO_INVITATION(name=name))
    with db.transaction() as conn:
        audit.note(conn, "account.invite", known.name)
    until = str(int((now + INVITED_FOR).timestamp()))
    return f"{until}.{sign_in.signature(known, _mark(until))}"


def accept(db: Database, name: str, invited: str, password: str, now: datetime) -> None:
    """Set the password that an invited person has chosen. Raises SignInRefused, and ValueError as `hashed`."""
    known, (until, _, proof) = accounts.secret(db, name), invited.partition(".")
    right = known and hmac.compare_digest(
        sign_in.signature(known, _mark(until)).encode(), proof.encode("utf-8", "replace")
    )
    if known is None or not right or datetime.fromtimestamp(int(until), UTC) < now:
        raise sign_in.SignInRefused(messages.INVITATION_OVER)
    try:
        with access.acting(Caller(kind="public", name=known.display)):
            accounts.set_password(db, known.name, sign_in.hashed(password), replaced=known.password)
    except NotFound as exc:  # another one was quicker
        raise sign_in.SignInRefused(messages.INVITATION_OVER) from exc


def set_roles(db: Database, name: str, grants: Sequence[Grant]) -> None:
    """Give an account these roles. Raises NotFound, StoreRefused, NotAllowed for one's own role of administrator."""
    if Grant(role="admin") not in grants:
        _of_somebody_else(db, name)
    accounts.set_roles(db, name, grants)


def block(db: Database, name: str) -> None:
    """Block an account until it is given a role or unblocked, and end its invitations. Raises as `set_roles`."""
    _of_somebody_else(db, name)
    accounts.block(db, name, _unknown_password())


def remove(db: Database, name: str) -> None:
    """Remove an account. Raises as `set_roles`."""
    _of_somebody_else(db, name)
    accounts.remove(db, name)


def add_key(
    db: Database, name: str, grant: Grant, days: int, author: str, now: datetime
) -> tuple[str, datetime]:
    """Make a key; return it, which is shown only now, and when it expires. Raises StoreRefused, NotFound."""
    (key, digest), expires = sign_in.make_key(), now + timedelta(days=days)
    if not sessions.add_key(db, name, digest, grant, author, now, expires):
        raise StoreRefused(messages.KEY_TAKEN(name=name))
    return key, expires


def _of_somebody_else(db: Database, name: str) -> None:
    """Raise NotAllowed where the caller would take away its own role of administrator."""
    who = access.caller()
    if who.kind == "account" and who.principal == accounts.principal_of(db, name):
        raise NotAllowed(messages.OWN_ACCOUNT)


def _unknown_password() -> str:
    """Return the hash of a password that nobody knows."""
    unknown, _digest = tokens.make(sign_in.TOKEN_BYTES)
    return sign_in.hashed(unknown)


def _mark(until: str) -> str:
    return f"invitation {until}"
