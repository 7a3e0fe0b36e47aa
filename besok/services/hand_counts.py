"""Days and weeks counted by hand: entry, and the years estimated from them."""

from datetime import datetime, timedelta

from besok.model import calendar, messages
from besok.model.errors import CountFileError
from besok.model.hand_counts import BY_HAND, LONGEST, HandCount
from besok.model.period_counts import CountFile, PeriodCount
from besok.model.site import Site
from besok.store import period_counts
from besok.store.database import Database
from besok.store.period_counts import NewImport, holding

DAY = timedelta(days=1)


def enter(db: Database, site: Site, count: HandCount, now: datetime) -> int:
    """Store a count as a period count with method "manual" and return the id of its import.

    The same again changes nothing; another number for the same days holds instead of the one before. Raises
    CountFileError for days that are not over or contradict what was entered.
    """
    if count.last >= calendar.business_day(now, site) + DAY:
        raise CountFileError(messages.NOT_YET(day=count.last))
    if not timedelta() <= count.last - count.first <= LONGEST:
        raise CountFileError(messages.HAND_COUNT_TOO_LONG)
    period = PeriodCount(first=count.first, last=count.last, visits=count.visits)
    file = CountFile(unit="day" if count.first == count.last else "week", counts=(period,))
    new = NewImport(source=BY_HAND, file=file, method="manual", author=count.counted_by)
    number = period_counts.put(db, site.id, new, now)
    _prefer(db, site, count, number, now)
    return number


def _prefer(db: Database, site: Site, count: HandCount, number: int, now: datetime) -> None:
    """Restore a number that was replaced and is entered again: its replacement is undone."""
    newer = [
        row.import_id
        for row in holding(db, site.id)
        if (row.source, row.first, row.last) == (BY_HAND, count.first, count.last) and row.import_id > number
    ]
    for import_id in newer:
        period_counts.undo(db, import_id, count.counted_by, now=now)
    if newer:
        _prefer(db, site, count, number, now)
