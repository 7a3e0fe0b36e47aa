"""Progress of runs of simulated history, so that a killed one continues where it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from besok.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of simulated history, known by the `digest` of all it is made from; it writes to `sites`."""

    digest: str
    sites: Sequence[str]

    def done_until(self, db: Database) -> date | None:
        """Return the last day that was written whole; None if the run was never begun (or is finished)."""
        rows = db.rows("backfill_done_until", digest=self.digest)
        return rows[0][0] if rows else None

    def advance(self, db: Database, day: date) -> None:
        """Note that all days until `day` are written."""
        db.run("backfill_advance", {"digest": self.digest, "sites": list(self.sites), "day": day})

    def finish(self, db: Database) -> None:
        """Nothing is left to go on with: who asks for the same days again gets them written again."""
        db.run("backfill_finish", {"digest": self.digest})


def under_way(db: Database, now: datetime) -> bool:
    """Tell whether history is being written at `now`, or was a moment ago by a run that has not finished."""
    return bool(sites_under_way(db, now))


def sites_under_way(db: Database, now: datetime) -> set[str]:
    """Return the sites whose history is being written at `now`, or was a moment ago."""
    return {site for (site,) in db.rows("backfill_sites", now=now)}
