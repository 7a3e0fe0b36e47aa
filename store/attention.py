"""Acknowledging findings."""

from datetime import datetime

from core import refusals
from core.errors import BesokError, NotFound
from core.views.attention import FindingInfo
from store import quality
from store.database import Database
from store.queries.attention import finding


class Resolved(BesokError):
    """A finding that is resolved cannot be acknowledged any more."""


def acknowledge(db: Database, number: int, who: str, note: str, now: datetime) -> FindingInfo:
    """Notes who has seen a finding and why it stands; the finding as it is then. Raises NotFound, Resolved."""
    with db.transaction() as conn:
        done = quality.acknowledge(conn, number, who, note, now)
    found = finding(db, number)
    if found is None:
        raise NotFound(refusals.no_finding(number))
    if not done:
        raise Resolved(refusals.resolved(number))
    return found
