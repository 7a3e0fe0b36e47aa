"""What is done by the clock. A new duty is one function and one row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from besok.model.settings import Settings
from besok.store import (
    effects,
    message_dedup,
    occupancy,
    parameters,
    rejected,
)
from besok.store.database import Database
from jobs import daily, forecasts_due, quality, results

LEARNT_DAYS = timedelta(days=63)  # what was learnt is kept for late data of so many days
SETTLED = timedelta(seconds=20)  # after a start, before anything is done that nobody waits for


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something to do once in every `every`, and first `after` the worker's start.

    What takes longer than news may wait is done `aside`, in a process of its own.
    """

    description: str
    every: timedelta
    run: Callable[[Database, Settings, datetime], None]
    after: timedelta = timedelta(0)
    aside: Callable[[Database, datetime], bool] | None = (
        None  # whether there is anything to be done; None: not aside
    )


def drop_old_minutes(db: Database, settings: Settings, now: datetime) -> None:
    """Drops minute figures older than the setting `minute_days`; the 15-minute form stays."""
    with db.transaction() as conn:
        occupancy.drop_minutes(conn, now - timedelta(days=settings.minute_days))


def forget_learnt(db: Database, settings: Settings, now: datetime) -> None:
    """Forgets what was learnt for days that are long past; it can be learnt again."""
    with db.transaction() as conn:
        parameters.forget(conn, now.date() - LEARNT_DAYS)


def forget_messages(db: Database, settings: Settings, now: datetime) -> None:
    """Forgets the messages in the ledger that can come again no more."""
    with db.transaction() as conn:
        message_dedup.forget(conn, now)


def forget_rejected(db: Database, settings: Settings, now: datetime) -> None:
    """Forgets messages nobody could read for the setting `rejected_days`."""
    rejected.forget(db, now - timedelta(days=settings.rejected_days))


def trim_rejected(db: Database, settings: Settings, now: datetime) -> None:
    """Keeps a chatty device that nobody understands from filling the database."""
    rejected.trim(db)


def make_forecasts(db: Database, settings: Settings, now: datetime) -> None:
    """Makes the newest forecast of each site where it is due."""
    from jobs import (
        forecast,  # brings libraries that take seconds to load, which only the process beside needs
    )

    forecast.make_newest(db, now)


def make_past_forecasts(db: Database, settings: Settings, now: datetime) -> None:
    """Makes the forecasts of the past two years that a new installation owes its record."""
    from jobs import forecast as forecast

    forecast.make_past(db, now)


def find_unusual(db: Database, settings: Settings, now: datetime) -> None:
    """Finds the unusual hours of each day that has ended."""
    from jobs import unusual_days as finding

    finding.find_all(db, now)


def reckon_programme(db: Database, settings: Settings, now: datetime) -> None:
    """Reckons what came of the programme, after each day that has ended."""
    from jobs import event_effects as reckoning

    reckoning.reckon_all(db, now)


def reckon_effects(db: Database, settings: Settings, now: datetime) -> None:
    """Reckons once a day what the actions in the ledger gave."""
    from jobs import action_effects as reckoning

    reckoning.reckon_all(db, now)


def compute_results(db: Database, settings: Settings, now: datetime) -> None:
    """Compute what pages show and takes long, where days have ended or changed since."""
    results.compute_missing(db, now)


def look_at_sensors(db: Database, settings: Settings, now: datetime) -> None:
    """Looks for faulty sensors at the sites where that was done an hour ago or longer."""
    quality.look_at_due(db, now)


DUTIES: Sequence[Duty] = (
    Duty(description="drop old minute figures", every=timedelta(hours=1), run=drop_old_minutes),
    Duty(description="forget what was learnt long ago", every=timedelta(hours=1), run=forget_learnt),
    Duty(description="forget messages that cannot come again", every=timedelta(hours=1), run=forget_messages),
    Duty(description="forget old rejected messages", every=timedelta(hours=1), run=forget_rejected),
    Duty(description="keep rejected messages few", every=timedelta(minutes=1), run=trim_rejected),
    Duty(description="make forecasts", every=timedelta(minutes=5), run=make_forecasts,
         aside=forecasts_due.newest_wanted),
    Duty(description="compute results for pages", every=timedelta(minutes=1), run=compute_results, after=SETTLED,
         aside=results.wanted),
    Duty(description="find unusual hours", every=timedelta(minutes=5), run=find_unusual, after=SETTLED,
         aside=daily.wanted(effects.UNUSUAL)),
    Duty(description="reckon what events gave", every=timedelta(minutes=5), run=reckon_programme, after=SETTLED,
         aside=daily.wanted(effects.EVENTS)),
    Duty(description="reckon what actions gave", every=timedelta(minutes=5), run=reckon_effects, after=SETTLED,
         aside=daily.wanted(effects.ACTIONS)),
    Duty(description="look at the sensors", every=timedelta(minutes=5), run=look_at_sensors, after=SETTLED,
         aside=quality.wanted),
    Duty(description="make forecasts of the past", every=timedelta(minutes=5), run=make_past_forecasts, after=SETTLED,
         aside=forecasts_due.past_wanted),
)  # fmt: skip


class Clock:
    """Knows which duties are due."""

    def __init__(self, duties: Sequence[Duty] = DUTIES) -> None:
        self._duties = duties
        self._next: dict[str, datetime] = {}

    def due(self, now: datetime) -> list[Duty]:
        """The duties to be done at `now`; each is due again after its `every`, whether it succeeds or not."""
        for duty in self._duties:
            self._next.setdefault(duty.description, now + duty.after)
        due = [duty for duty in self._duties if now >= self._next[duty.description]]
        self._next.update({duty.description: now + duty.every for duty in due})
        return due
