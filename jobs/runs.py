"""Runs of duties: each by one worker at a time, within its time limit, and recorded."""

import logging
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from besok.model.errors import BesokError, JobError, SchemaMismatch, StoreError, StoreSlow, StoreUnavailable
from besok.model.views.jobs import Outcome
from besok.store import job_runs
from besok.store.claims import Claims
from besok.store.database import Database

log = logging.getLogger(__name__)

NAMED: Final = 5  # failed parts in an error
LONGEST_PART: Final = 200  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The outcome of a run, with its error if it failed."""

    outcome: Outcome
    error: Exception | None = None

    @property
    def sentence(self) -> str:
        """The error in a sentence; empty where there is none."""
        if self.error is None or isinstance(self.error, BesokError):
            return self.error.in_full if self.error else ""
        return f"{type(self.error).__name__}: {self.error}"

    @property
    def traced(self) -> str:
        """The error for the log: of one that nobody expected, where it arose."""
        known = self.error is None or isinstance(self.error, BesokError)
        return self.sentence if known else "".join(traceback.format_exception(self.error))


def run_alone(
    db: Database,
    claims: Claims,
    duty: str,
    work: Callable[[Database], object],
    *,
    period: timedelta,
    limit: timedelta,
) -> Ended | None:
    """Run a duty, and record it in `db`; None if another worker is running it, or ran it within `period`.

    `work` gets the connection that holds the claim, so whoever loses the claim can write nothing more; it is ended
    after `limit`. Raises StoreUnavailable where that connection is lost.
    """
    began = time.monotonic()
    with claims.duty(duty, limit.total_seconds()) as claim:
        run = job_runs.begin(db, duty, period) if claim else None
        if claim is None or run is None:
            return None
        try:
            work(claim)
            ended = Ended(outcome="done")
        except Exception as exc:
            late = time.monotonic() - began >= limit.total_seconds()
            ended = Ended(outcome="timed_out" if late else "failed", error=exc)
        with suppress(StoreError):  # away: the next run says that this one was interrupted
            job_runs.end(db, run, ended.outcome, ended.sentence)
    return ended


def do_each(parts: Iterable[tuple[str, Callable[[], object]]]) -> int:
    """Do the named parts of a job and return how many there were; one that fails does not stop the others.

    Raises JobError in the end if any failed, and StoreError at once where the database is away.
    """
    done, failed = 0, []
    for name, do in parts:
        try:
            do()
        except (StoreUnavailable, SchemaMismatch) as exc:
            if not isinstance(exc, StoreSlow):
                raise
            failed.append(f"{name} ({exc})")
        except Exception as exc:
            log.exception("%s failed; it is tried again", name, extra={"action": "part_failed"})
            failed.append(f"{name} ({exc})")
        done += 1
    if failed:
        more = f"; and {len(failed) - NAMED} more" if len(failed) > NAMED else ""
        raise JobError("; ".join(text[:LONGEST_PART] for text in failed[:NAMED]) + more)
    return done
