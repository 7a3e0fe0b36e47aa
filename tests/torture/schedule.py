"""What fails, and when: a seeded random order of blows, told by how far the stream has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Blow(StrEnum):
    """A thing that happens to real installations."""

    COLLECTOR_KILLED = "collector killed"
    COLLECTOR_STOPPED = "collector stopped"
    BROKER_KILLED = "broker killed"
    BROKER_RESTARTED = "broker restarted"
    DATABASE_KILLED = "database killed"
    DATABASE_RESTARTED = "database restarted"
    DATABASE_CRASHED = "database process killed"
    HOST_LOST = "database host lost"
    DISK_FULL = "disk full"
    COMMITS_CUT = "cut in mid-commit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A blow when so many readings have been sent; what was ended comes back `down_s` seconds later."""

    at: int
    blow: Blow
    down_s: float
    collector: int = 0  # which one
    number: int = 1  # how many commits
    forgetful: bool = False  # whether the network comes back without its connections

    def __str__(self) -> str:
        more = {
            Blow.DATABASE_CRASHED: "",
            Blow.COLLECTOR_KILLED: f" {self.collector + 1}, back after {self.down_s:.1f} s",
            Blow.COLLECTOR_STOPPED: f" {self.collector + 1}, back after {self.down_s:.1f} s",
            Blow.COMMITS_CUT: f", {self.number} times",
            Blow.HOST_LOST: f" for {self.down_s:.1f} s"
            + (", its connections forgotten" if self.forgetful else ""),
        }.get(self.blow, f", back after {self.down_s:.1f} s")
        return f"{self.at:>8}  {self.blow}{more}"


LONG = {
    Blow.COLLECTOR_KILLED: 14,
    Blow.COLLECTOR_STOPPED: 3,
    Blow.BROKER_KILLED: 6,
    Blow.BROKER_RESTARTED: 5,
    Blow.DATABASE_KILLED: 6,
    Blow.DATABASE_RESTARTED: 3,
    Blow.DATABASE_CRASHED: 5,
    Blow.HOST_LOST: 4,
    Blow.DISK_FULL: 2,
    Blow.COMMITS_CUT: 12,
}
# A killed Mosquitto forgets its last seconds, which are the whole of a short run: there it is only restarted.
SHORT = {
    "mosquitto": {
        Blow.COLLECTOR_KILLED: 3,
        Blow.BROKER_RESTARTED: 1,
        Blow.DATABASE_KILLED: 1,
        Blow.DATABASE_RESTARTED: 1,
        Blow.DATABASE_CRASHED: 1,
        Blow.HOST_LOST: 1,
        Blow.COMMITS_CUT: 2,
    },
    "rabbitmq": {
        Blow.COLLECTOR_KILLED: 2,
        Blow.BROKER_KILLED: 1,
        Blow.DATABASE_KILLED: 1,
        Blow.HOST_LOST: 1,
        Blow.COMMITS_CUT: 2,
    },
}


def drawn(random: Random, blows: Mapping[Blow, int], readings: int, longest_s: float) -> list[Event]:
    """The blows in random order, spread over the stream. The database's host is lost once for `longest_s` seconds."""
    order = [blow for blow, times in blows.items() for _ in range(times)]
    random.shuffle(order)
    lost = 0
    events = []
    for n, blow in enumerate(order):
        at = int(readings * 0.9 * (n + random.random()) / len(order)) + 1
        down_s = random.uniform(0, min(6, longest_s))
        if blow is Blow.HOST_LOST:
            lost += 1
            down_s = longest_s if lost == 1 else down_s
        events.append(
            Event(
                at=at,
                blow=blow,
                down_s=down_s,
                collector=random.randrange(2),
                number=random.randint(1, 4),
                forgetful=blow is Blow.HOST_LOST and lost % 2 == 1,
            )
        )
    return events
