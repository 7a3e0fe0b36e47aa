"""Database notifications that wait for the worker; filled by the listening thread."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Condition

from besok.store.notify import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Pending changes: since when readings of each site changed. `everything`: some may have been missed."""

    everything: bool = False
    since: dict[str, datetime] = field(default_factory=dict)


class ChangeInbox:
    """A queue of notifications, merged by site."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._since: dict[str, datetime] = {}
        self._everything = True  # nobody has looked yet

    def put(self, notice: Notice) -> None:
        """Add a notification. One that cannot be read makes the worker check everything."""
        with self._condition:
            if notice.channel == "readings":
                self._readings(notice.payload)
            else:
                self._everything = True
            self._condition.notify_all()

    def _readings(self, payload: str) -> None:
        try:
            notice = json.loads(payload)
            site, since = str(notice["site"]), datetime.fromisoformat(notice["since"])
            self._since[site] = min(since, self._since.get(site, datetime.max.replace(tzinfo=UTC)))
        except (ValueError, KeyError, TypeError, RecursionError):  # anybody with access may notify
            self._everything = True

    def wait(self, timeout_s: float) -> None:
        """Return when there are notifications, or after `timeout_s` seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self._everything or bool(self._since), timeout_s)

    def take(self) -> Changes:
        """Return all pending notifications, and forget them."""
        with self._condition:
            changes = Changes(everything=self._everything, since=self._since)
            self._everything, self._since = False, {}
            return changes
