"""The table of scheduled duties. A new duty is one row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from besok.store import alerts, effects, job_runs, message_dedup, parameters, quarantine, rejected
from besok.store.database import Database
from jobs import alerting, daily, forecasts_due, monthly_reports, quality, results, retention, usage

MINUTE: Final = timedelta(minutes=1)
HALF_MINUTE: Final = timedelta(seconds=30)
SIGNAL: Final = "signal of life"  # the duty
HOUR: Final = timedelta(hours=1)
AFTER_FAILURE: Final = timedelta(minutes=5)  # before a long duty is tried again
SETTLED: Final = timedelta(seconds=20)  # after a start, before anything is done that nobody waits for


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something to do once in every `period`, and first `delay` after the worker's start.

    `run` is a function that the worker calls; or, for what takes longer than news may wait, the name "module:function"
    of one that a background process calls with the database and the time, whenever `due` says so. It is ended after
    `limit`, and done again in its next turn.
    """

    name: str
    period: timedelta
    run: Callable[[Database, datetime], object] | str
    due: Callable[[Database, datetime], bool] | None = None
    delay: timedelta = timedelta(0)
    limit: timedelta = MINUTE
    prompt: bool = False  # whether it may not wait until another in the background is done


def _background(
    name: str,
    run: str,
    due: Callable[[Database, datetime], bool],
    delay: timedelta = SETTLED,
    period: timedelta = MINUTE,
    limit: timedelta = HOUR,
    *,
    prompt: bool = False,
) -> Duty:
    return Duty(name=name, period=period, run=run, due=due, delay=delay, limit=limit, prompt=prompt)


DUTIES: Sequence[Duty] = (
    Duty(name="delete old learnt parameters", period=HOUR, run=parameters.forget),
    Duty(name="delete old message identities", period=HOUR, run=message_dedup.forget),
    Duty(name="delete old runs of jobs", period=HOUR, run=job_runs.forget),
    Duty(name="delete old alerts", period=HOUR, run=alerts.forget),
    Duty(name="limit rejected messages", period=MINUTE, run=lambda db, _now: rejected.trim(db)),
    Duty(name="note usual counts", period=6 * HOUR, run=quarantine.learn, delay=MINUTE),
    Duty(name=alerting.JUDGE, period=HALF_MINUTE, run=alerting.judge),
    Duty(name=SIGNAL, period=MINUTE, run=alerting.signal, due=alerting.may_signal),
    _background("delete what is kept no longer", "jobs.retention:run", retention.is_due, period=HOUR),
    _background("order past quarters", "jobs.retention:order", retention.is_due, period=HOUR),
    _background(
        "send alerts",
        "jobs.alerting:send",
        alerting.to_send,
        period=HALF_MINUTE,
        limit=5 * MINUTE,
        prompt=True,
    ),
    _background(
        "make monthly reports", "jobs.monthly_reports:make", monthly_reports.is_due, period=5 * MINUTE
    ),
    _background(
        "send monthly reports", "jobs.monthly_reports:send", monthly_reports.to_send, period=5 * MINUTE
    ),
    _background("make forecasts", "jobs.forecast:make_newest", forecasts_due.newest_is_due, timedelta(0)),
    _background("compute results of pages", "jobs.results:compute_missing", results.is_due),
    _background("sum up days of spaces", "jobs.usage:sum_up", usage.is_due, period=10 * MINUTE),
    _background("find unusual hours", "jobs.unusual_days:run", daily.is_due(effects.UNUSUAL)),
    _background("estimate effects of events", "jobs.event_effects:run", daily.is_due(effects.EVENTS)),
    _background("estimate effects of actions", "jobs.action_effects:run", daily.is_due(effects.ACTIONS)),
    _background("check the sensors", "jobs.quality:check_due", quality.is_due),
    _background(
        "make forecasts of the past",
        "jobs.forecast:make_past",
        forecasts_due.past_is_due,
        period=5 * MINUTE,
        limit=4 * HOUR,
    ),
)


class Clock:
    """The due times of duties."""

    def __init__(self, duties: Sequence[Duty] = DUTIES) -> None:
        self.duties = duties
        self._next: dict[str, datetime] = {}

    def rest(self, name: str, now: datetime) -> None:
        """Put off a long duty that failed: it would fail again at once."""
        duty = next(duty for duty in self.duties if duty.name == name)
        if not duty.prompt:
            self._next[name] = now + max(duty.period, AFTER_FAILURE)

    def await_others(self, now: datetime) -> None:
        """Put off judging services, and the sign of life that says that they are judged, until each can be heard."""
        self._next |= dict.fromkeys((alerting.JUDGE, SIGNAL), now + HALF_MINUTE)

    def due(self, now: datetime) -> list[Duty]:
        """Return the duties due at `now`; each is due again after its period, whether it succeeds or not."""
        for duty in self.duties:
            self._next.setdefault(duty.name, now + duty.delay)
        due = [duty for duty in self.duties if now >= self._next[duty.name]]
        self._next.update({duty.name: now + duty.period for duty in due})
        return due
