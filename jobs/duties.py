"""What is done by the clock. A new duty is one function and one row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.settings import Settings
from store import ledger, occupancy, rejected
from store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something to do once in every `every`, and first when the worker starts."""

    description: str
    every: timedelta
    run: Callable[[Database, Settings, datetime], None]


def drop_old_minutes(db: Database, settings: Settings, now: datetime) -> None:
    """Drops minute figures older than the setting `minute_days`; the 15-minute form stays."""
    with db.transaction() as conn:
        occupancy.drop_minutes(conn, now - timedelta(days=settings.minute_days))


def forget_messages(db: Database, settings: Settings, now: datetime) -> None:
    """Forgets the messages in the ledger that can come again no more."""
    with db.transaction() as conn:
        ledger.forget(conn, now)


def forget_rejected(db: Database, settings: Settings, now: datetime) -> None:
    """Forgets messages nobody could read for the setting `rejected_days`."""
    rejected.forget(db, now - timedelta(days=settings.rejected_days))


def trim_rejected(db: Database, settings: Settings, now: datetime) -> None:
    """Keeps a chatty device that nobody understands from filling the database."""
    rejected.trim(db)


DUTIES: Sequence[Duty] = (
    Duty(description="drop old minute figures", every=timedelta(hours=1), run=drop_old_minutes),
    Duty(description="forget messages that cannot come again", every=timedelta(hours=1), run=forget_messages),
    Duty(description="forget old rejected messages", every=timedelta(hours=1), run=forget_rejected),
    Duty(description="keep rejected messages few", every=timedelta(minutes=1), run=trim_rejected),
)  # fmt: skip


class Clock:
    """Knows which duties are due."""

    def __init__(self, duties: Sequence[Duty] = DUTIES) -> None:
        self._duties = duties
        self._next: dict[str, datetime] = {}

    def due(self, now: datetime) -> list[Duty]:
        """The duties to be done at `now`; each is due again after its `every`, whether it succeeds or not."""
        due = [duty for duty in self._duties if now >= self._next.get(duty.description, now)]
        self._next.update({duty.description: now + duty.every for duty in due})
        return due
