"""Acknowledging findings."""

from datetime import datetime

from besok.model import messages
from besok.model.errors import BesokError, NotFound
from besok.model.views.attention import FindingInfo
from besok.services.attention import finding
from besok.store import quality
from besok.store.database import Database


class Resolved(BesokError):
    """A finding that is resolved cannot be acknowledged any more."""


def acknowledge(db: Database, number: int, who: str, note: str, now: datetime) -> FindingInfo:
    """Notes who has seen a finding and why it stands; the finding as it is then. Raises NotFound, Resolved."""
    with db.transaction() as conn:
        done = quality.acknowledge(conn, number, who, note, now)
    found = finding(db, number)
    if found is None:
        raise NotFound(messages.no_finding(number))
    if not done:
        raise Resolved(messages.resolved(number))
    return found
