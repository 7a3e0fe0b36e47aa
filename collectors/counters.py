"""What a collector has done since it started, for its heartbeat and for whoever asks."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(slots=True, kw_only=True)
class Counters:
    """The running figures. No locks: each figure is changed by one thread only, and a reader may be one behind."""

    # changed by the thread that talks to the broker
    connected: bool = False
    connections: int = 0  # more than one means that the broker was lost in between
    received: int = 0  # messages
    dropped: int = 0  # messages of quality of service 0 that came faster than they could be stored
    heard: datetime | None = None  # when the last message came

    # changed by the thread that talks to the database
    committed: int = 0  # messages, rejected ones included: all that the broker may forget
    readings: int = 0  # new or corrected
    unchanged: int = 0  # readings that were stored already
    rejected: int = 0  # messages that could not be read, in whole or in part
    batches: int = 0
    last_batch: int = 0  # messages
    retries: int = 0  # of a batch, because the database did not answer
    lag_s: float = 0.0  # from receipt to commit, for the oldest message of the last batch

    def detail(self, now: datetime, waiting: int) -> dict[str, Any]:
        """As JSON can hold it: with the seconds since the last message, and the messages that wait to be stored."""
        figures = asdict(self)
        heard = figures.pop("heard")
        figures["lag_s"] = round(self.lag_s, 3)
        return {**figures, "waiting": waiting, "silent_s": round((now - heard).total_seconds(), 1) if heard else None}
