"""Progress of runs of simulated history, so that a killed run resumes where it stopped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from besok.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of simulated history into `sites`, identified by the `digest` of its inputs."""

    digest: str
    sites: Sequence[str]

    def done_until(self, db: Database) -> date | None:
        """Return the last day written completely; None if the run has not begun or is finished."""
        rows = db.rows("backfill_done_until", digest=self.digest)
        return rows[0][0] if rows else None

    def advance(self, db: Database, day: date) -> None:
        """Record that all days up to `day` are written."""
        db.run("backfill_advance", {"digest": self.digest, "sites": list(self.sites), "day": day})

    def finish(self, db: Database) -> None:
        """Finish the run: a new run over the same days writes them again."""
        db.run("backfill_finish", {"digest": self.digest})


def under_way(db: Database, now: datetime) -> bool:
    """Tell whether an unfinished run is writing history at `now`, or was a moment ago."""
    return bool(sites_under_way(db, now))


def sites_under_way(db: Database, now: datetime) -> set[str]:
    """Return the sites whose history is being written at `now`, or was a moment ago."""
    return {site for (site,) in db.rows("backfill_sites", now=now)}
