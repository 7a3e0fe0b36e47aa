"""Calendar files: the events in them, and what storing those would change in the programme of a site."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from besok.files import ical
from besok.files.coordinates import space_of
from besok.model.messages import Translatable
from besok.model.site import Site
from besok.services.series import require_space
from besok.store import calendars
from besok.store.calendars import Imported
from besok.store.database import Database

PAST, FUTURE = timedelta(days=5 * 366), timedelta(days=3 * 366)  # of now: what is read of a file
LONGEST_NAME: Final = 80  # characters, of a calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCalendar:
    """What storing a calendar changes; a sentence for each part left out and for each assumption."""

    imported: Imported
    problems: Sequence[Translatable]
    assumed: Sequence[Translatable]
    cancelled: int


def read_calendar(
    db: Database, place: Site, content: bytes, name: str, *, space: str, now: datetime, preview: bool
) -> ReadCalendar:
    """Read the events of an iCalendar file into a site's programme, unless it is a preview.

    They take place in `space`, or where their location says. Raises CalendarFileError, NotFound.
    """
    if space:
        require_space(place, space)
    found = ical.read(content, place.timezone, now - PAST, now + FUTURE)
    placed = [(event, space or space_of(event.place, place)) for event in found.occurrences]
    span = {"until": now + FUTURE, "now": now}
    imported = calendars.import_events(db, place.id, name, placed, **span, preview=preview)
    return ReadCalendar(
        imported=imported, problems=found.problems, assumed=found.assumed, cancelled=found.cancelled
    )
