"""Who can commit: one writer at each PostgreSQL, past the proxy, for as long as the machines fail."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise

import psycopg

PAUSE_S = 0.05
BEGAN = datetime.now(UTC) - timedelta(seconds=time.monotonic())  # when the monotonic clock began, for words


@dataclass(frozen=True, slots=True, order=True)
class Commit:
    """A commit that a server has confirmed; times are seconds of the monotonic clock."""

    begun: float
    ended: float
    server: str
    number: int


class Writer(threading.Thread):
    """Commits one row after another on one server, whenever it lets us."""

    def __init__(self, server: str, url: str, stop: threading.Event) -> None:
        super().__init__(name=f"writer {server}", daemon=True)
        self._server, self._url, self._stop_now = server, url, stop
        self.commits: list[Commit] = []
        self._number = 0

    def run(self) -> None:
        """Write until stopped."""
        while not self._stop_now.wait(PAUSE_S):
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=2) as conn:
                    self._write(conn)
            except psycopg.Error:
                continue

    def _write(self, conn: psycopg.Connection) -> None:
        while not self._stop_now.wait(PAUSE_S):
            self._number += 1
            begun = time.monotonic()
            conn.execute("insert into committed values (%s, %s)", (self._server, self._number))
            ended = time.monotonic()
            self.commits.append(Commit(begun, ended, self._server, self._number))


def turns(commits: Iterable[Commit]) -> list[str]:
    """Return which server committed, one after the other: more turns than failovers mean two writable at once."""
    return [server for server, _ in groupby(sorted(commits), key=lambda commit: commit.server)]


def spans(commits: Iterable[Commit]) -> Iterator[str]:
    """Yield where and from when to when commits were confirmed, for each turn of a server."""
    for server, turn in groupby(sorted(commits), key=lambda commit: commit.server):
        own = list(turn)
        first, last = (BEGAN + timedelta(seconds=at) for at in (own[0].begun, own[-1].ended))
        yield f"{len(own)} on {server}, {first:%H:%M:%S.%f} to {last:%H:%M:%S.%f}"


def longest_pause_s(commits: Sequence[Commit]) -> float:
    """Return how long no server confirmed anything."""
    ends = sorted(commit.ended for commit in commits)
    return max((b - a for a, b in pairwise(ends)), default=0.0)
