"""The caller of the current request and its rights: the one check for pages, API, streams and files.

Every request has a caller, which the web service finds out and keeps for the time of the request; where none was found
out, it is the public. Commands and jobs do not ask here: they are programs on the machine itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from besok.model import messages
from besok.model.access import ACTOR, PUBLIC, RIGHTS, Caller, Right
from besok.model.errors import NotAllowed, SignInNeeded

_CALLER: Final[ContextVar[Caller]] = ContextVar("besok_caller", default=PUBLIC)


def caller() -> Caller:
    """Return the caller in this context."""
    return _CALLER.get()


@contextmanager
def acting(who: Caller) -> Iterator[None]:
    """Act as `who` within the block; changes are audited under its name."""
    token, acts = _CALLER.set(who), ACTOR.set(who.name or who.kind)
    try:
        yield
    finally:
        _CALLER.reset(token)
        ACTOR.reset(acts)


def may(right: Right, site: str | None = None) -> bool:
    """Tell whether the caller has a right at a site; without one, at every site."""
    return caller().may(right, site)


def require(right: Right, site: str | None = None) -> None:
    """Raise SignInNeeded or NotAllowed where the caller lacks the right; or the error that kept the caller unknown."""
    who = caller()
    if who.may(right, site):
        return
    if who.error:
        raise who.error
    if who.kind == "public":
        raise SignInNeeded(messages.SIGN_IN_NEEDED)
    message = messages.NOT_ALLOWED_HERE if site else messages.NOT_ALLOWED
    raise NotAllowed(message(name=who.name, site=site))


def require_anywhere(right: Right) -> None:
    """Raise as `require` unless the caller has a right at some site."""
    if not any(right in RIGHTS[grant.role] for grant in caller().grants):
        require(right)


def author(given: str) -> str:
    """Return the author of a change: the signed-in caller; without one, `given`."""
    who = caller()
    return who.name if who.kind in ("account", "key") else given
