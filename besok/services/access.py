"""Who asks, and whether it may: the one place that pages, API, streams and files ask.

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
    """Return who asks in this context."""
    return _CALLER.get()


@contextmanager
def acting(who: Caller) -> Iterator[None]:
    """Let `who` ask for the length of the block; what it changes is noted under its name."""
    asked, acts = _CALLER.set(who), ACTOR.set(who.name or who.kind)
    try:
        yield
    finally:
        _CALLER.reset(asked)
        ACTOR.reset(acts)


def may(right: Right, site: str | None = None) -> bool:
    """Tell whether the caller has a right at a site; without one, at every site."""
    return caller().may(right, site)


def require(right: Right, site: str | None = None) -> None:
    """Raise SignInNeeded or NotAllowed where the caller has no such right; the reason why nobody knows who it is."""
    who = caller()
    if who.may(right, site):
        return
    if who.error:
        raise who.error
    if who.kind == "public":
        raise SignInNeeded(messages.SIGN_IN_NEEDED)
    said = messages.NOT_ALLOWED_HERE if site else messages.NOT_ALLOWED
    raise NotAllowed(said(name=who.name, site=site))


def require_anywhere(right: Right) -> None:
    """Raise as `require` where the caller has a right at no site."""
    if not any(right in RIGHTS[grant.role] for grant in caller().grants):
        require(right)


def author(given: str) -> str:
    """Return who writes a change down: who is signed in, whatever was given; else what was given."""
    who = caller()
    return who.name if who.kind in ("account", "key") else given
