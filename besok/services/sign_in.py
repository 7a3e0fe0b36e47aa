"""Sign-in with a local account or a key, and sessions."""

import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from hashlib import sha256
from typing import Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from besok.model import messages, tokens
from besok.model.access import Caller, Grant
from besok.model.errors import BesokError, NotAllowed
from besok.model.messages import Translatable
from besok.store import accounts, sessions
from besok.store.accounts import Secret
from besok.store.database import Database
from besok.store.sessions import Session

TOKEN_BYTES: Final = 32
KEY_BYTES: Final = 25
MARK_BYTES: Final = 16
KEY_PREFIX: Final = "besok_"  # by which a key is recognised where it should not lie
SHORTEST: Final = 12  # characters of a password
LONGEST: Final = 200
FREE: Final = 5  # failures of a browser, or from an address, under a name before which nobody waits
FREE_UNDER_NAME: Final = 120  # from anywhere: more than one address reaches within a day
LONGEST_WAIT: Final = timedelta(minutes=15)
ROTATED_EVERY: Final = timedelta(hours=1)
TURNING: Final = timedelta(minutes=1)  # that requests under way with the token before may still take
STEP_S: Final = 30  # of a code
AT_ONCE: Final = threading.BoundedSemaphore(2)  # hashes under way: each takes 64 MiB

_hasher = PasswordHasher()  # argon2id, as RFC 9106 advises for servers with little memory


class SignInRefused(BesokError):
    """Sign-in was refused; `wait_s` is the time until the next attempt."""

    def __init__(self, message: Translatable, wait_s: int = 0) -> None:
        super().__init__(message)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session just opened: its token, which is shown only now, when it ends, and by what the browser is known."""

    token: str
    expires: datetime
    browser: str = ""


def hashed(password: str) -> str:
    """Hash a password for storing. Raises ValueError for one that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"a password has {SHORTEST} to {LONGEST} characters; several words are easy to keep")
    with AT_ONCE:
        return _hasher.hash(password)


def sign_in(
    db: Database,
    name: str,
    password: str,
    code: str,
    *,
    address: str = "",
    browser: str = "",
    now: datetime,
    lasts: timedelta,
) -> Opened:
    """Open a session of a local account. Raises SignInRefused, which tells nothing of what was wrong.

    After five failures under a name from an address each further one doubles the time for which no attempt is looked
    at; after 120 from anywhere, everybody waits. A browser that has signed in under the name waits for its own failures
    alone, so that nobody else can lock it out.
    """
    name = name.strip().lower()
    known = accounts.secret(db, name)
    waits = _waits(name, address, _known_browser(known, browser))
    until = accounts.begin_attempt(db, waits, now)
    if until:
        seconds = max(1, round((until - now).total_seconds()))
        raise SignInRefused(messages.WAIT(n=seconds), seconds)
    stand_in = _nobody()
    right = _is_password(known.password if known else stand_in, password)
    if known is None or not right or not _is_code(db, known, code, now):
        raise SignInRefused(messages.WRONG_PASSWORD)
    accounts.succeeded(db, list(waits), now)
    return replace(
        open_session(db, known.account_id, known.display, now=now, lasts=lasts), browser=_mark(known)
    )


def browser_mark(name: str) -> str:
    """Return the hashed mark of a browser under one name."""
    return sha256(name.strip().lower().encode("utf-8", "surrogateescape")).hexdigest()[:8]


def open_session(
    db: Database,
    account_id: int,
    name: str,
    *,
    now: datetime,
    lasts: timedelta,
    provider_session: str | None = None,
) -> Opened:
    """Open a session of an account. Raises SignInRefused for one that is blocked or has no role."""
    token, digest = tokens.make(TOKEN_BYTES)
    about = {"name": name, "account_id": account_id, "provider_session": provider_session}
    try:
        sessions.open_session(db, digest, now=now, expires=now + lasts, **about)  # type: ignore[arg-type]
    except NotAllowed as exc:
        raise SignInRefused(messages.ACCOUNT_BLOCKED) from exc
    return Opened(token=token, expires=now + lasts)


def sign_in_screen(db: Database, key: str, now: datetime) -> Opened:
    """Open the session of a wall screen, which lasts as long as its key. Raises SignInRefused."""
    entry = sessions.find_key(db, tokens.digest(key.strip()), now)
    if entry is None:
        raise SignInRefused(messages.WRONG_KEY)
    token, digest = tokens.make(TOKEN_BYTES)
    sessions.open_session(db, digest, now=now, expires=entry.expires, name=entry.name, key_id=entry.key_id)
    return Opened(token=token, expires=entry.expires)


def make_key() -> tuple[str, bytes]:
    """Make a key; returns it and its stored digest."""
    token, _ = tokens.make(KEY_BYTES)
    return KEY_PREFIX + token, tokens.digest(KEY_PREFIX + token)


def caller_of_key(db: Database, key: str, now: datetime) -> Caller | None:
    """Return the caller with a key; None where there is no such key."""
    entry = sessions.find_key(db, tokens.digest(key), now)
    if entry is None:
        return None
    grants = (Grant(role=entry.role, site=entry.site),)
    principal = sessions.key_principal(entry.key_id)
    return Caller(kind="key", name=entry.name, grants=grants, principal=principal, expires=entry.expires)


def caller_of_session(db: Database, token: str, now: datetime) -> tuple[Caller, Opened | None] | None:
    """Return the caller with a session's token, and the token that replaces it when it is due.

    The old token stays valid until the new one has been used, so that a lost response signs nobody out.
    """
    digest = tokens.digest(token)
    session = sessions.find(db, digest, now)
    if session is None:
        return None
    caller = Caller(
        kind="account" if session.account_id else "key",
        name=session.name,
        grants=session.grants,
        principal=session.principal,
        session=session.session_id,
        expires=session.expires,
    )
    if session.current and session.turning and now - session.rotated > TURNING:
        sessions.settle(db, session, digest)
    return caller, _rotated(db, session, digest, now)


def _rotated(db: Database, old: Session, digest: bytes, now: datetime) -> Opened | None:
    if not old.current or old.turning or now - old.rotated < ROTATED_EVERY:
        return None
    token, new = tokens.make(TOKEN_BYTES)
    return Opened(token=token, expires=old.expires) if sessions.rotate(db, old, digest, new, now) else None


def _is_password(password_hash: str, password: str) -> bool:
    with AT_ONCE:
        try:
            return _hasher.verify(password_hash, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobody() -> str:
    """Return what a password is compared with where there is no account, so that it takes as long."""
    return hashed("x" * SHORTEST)


def _is_code(db: Database, known: Secret, code: str, now: datetime) -> bool:
    """Check the second factor, if the account has one: a code of now, or just before or after."""
    if known.totp is None:
        return True
    factor, typed = pyotp.TOTP(known.totp, interval=STEP_S), code.replace(" ", "")
    step = int(now.timestamp()) // STEP_S
    right = [n for n in (step - 1, step, step + 1) if pyotp.utils.strings_equal(factor.at(n * STEP_S), typed)]
    return bool(right) and accounts.use_code(db, known.account_id, right[0])


def _waits(name: str, address: str, browser: str) -> dict[bytes, Callable[[int], timedelta]]:
    """Return the failure counters that apply, by hash, and their waiting times; the caller's own first."""
    if browser:
        return {_hash("browser", name, browser): partial(_wait, FREE)}
    return {
        _hash("address", name, address): partial(_wait, FREE),
        _hash("name", name): partial(_wait, FREE_UNDER_NAME),
    }


def _wait(free: int, failures: int) -> timedelta:
    """Return the waiting time after so many failures: 1, 2, 4 ... seconds after those that are free."""
    if failures < free:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failures - free, 20)), LONGEST_WAIT)


def _mark(known: Secret) -> str:
    """Return a mark by which a browser is known under a name until the password changes (OWASP: device cookie)."""
    mark, _ = tokens.make(MARK_BYTES)
    return f"{mark}.{signature(known, mark)}"


def _known_browser(known: Secret | None, browser: str) -> str:
    """Return the mark of a browser that has signed in under this name; "" for any other."""
    mark, _, signed = browser.partition(".")
    return (
        mark
        if known and hmac.compare_digest(signature(known, mark).encode(), signed.encode("utf-8", "replace"))
        else ""
    )


def signature(known: Secret, mark: str) -> str:
    """Return the signature of a text under the name of an account, which holds until its password changes."""
    return hmac.new(
        known.password.encode(), f"{known.name}\0{mark}".encode("utf-8", "replace"), sha256
    ).hexdigest()


def _hash(*parts: str) -> bytes:
    return sha256("\0".join(parts).encode("utf-8", "surrogateescape")).digest()
