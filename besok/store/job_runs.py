"""Runs of the duties of the jobs: start and outcome of each."""

from datetime import datetime, timedelta
from typing import Final

from besok.model.views.jobs import JobInfo, Outcome
from besok.store.database import Database

LONGEST: Final = 500  # characters of a message
SLACK: Final = 0.1  # of a period by which a run may come early


def begin(db: Database, duty: str, period: timedelta) -> int | None:
    """Note that a duty begins, for whoever has claimed it; None if it was begun within its period already."""
    rows = db.rows("job_run_begin", duty=duty, rest=(1 - SLACK) * period)
    return int(rows[0][0]) if rows else None


def end(db: Database, run: int, outcome: Outcome, message: str = "") -> None:
    """Note how a run ended."""
    db.run("job_run_end", {"run": run, "outcome": outcome, "message": message[:LONGEST]})


def end_killed(db: Database, duty: str, outcome: Outcome, message: str) -> None:
    """Record how the current run of a duty ended whose process was killed."""
    db.run("job_run_killed", {"duty": duty, "outcome": outcome, "message": message[:LONGEST]})


def states(db: Database) -> list[JobInfo]:
    """Return the last run of each duty."""
    return db.fetch("job_states", JobInfo)


def forget(db: Database, now: datetime) -> None:
    """Delete runs that are no longer shown."""
    db.run("job_runs_forget", {"now": now})
