"""Views of what the jobs did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Outcome = Literal["done", "failed", "timed_out", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobInfo:
    """The last run of a duty of the jobs; `failing` is since when none has succeeded, None where the last one did."""

    duty: str
    started: datetime
    ended: datetime | None
    outcome: Outcome | None
    message: str
    succeeded: datetime | None
    failing: datetime | None
