"""What befalls the installation, and when: drawn by a seed."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from random import Random


class Kind(StrEnum):
    """A thing that happens in a month."""

    COLLECTOR_KILLED = "collector killed"
    JOBS_KILLED = "jobs killed"
    WEB_KILLED = "web killed"
    BROKER_KILLED = "broker killed"
    DATABASE_KILLED = "database killed"
    DISK_FULL = "disk of the database full"
    CLOCK_WRONG = "clock wrong"
    UPGRADE = "upgrade"


MONTH = {
    Kind.COLLECTOR_KILLED: 6,
    Kind.JOBS_KILLED: 6,
    Kind.WEB_KILLED: 4,
    Kind.BROKER_KILLED: 5,
    Kind.DATABASE_KILLED: 5,
    Kind.DISK_FULL: 2,
    Kind.CLOCK_WRONG: 6,
}
CLOCKS = ("jobs", "collector", "web", "database")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happens when a share of a scene's messages is sent.

    It is put right at once, or `lasts` until the next scene is over. `what` is the program concerned.
    """

    kind: Kind
    share: float = 0.0
    lasts: bool = False
    what: str = ""
    wrong: timedelta = timedelta(0)

    def __str__(self) -> str:
        if self.kind is Kind.UPGRADE:
            return "upgraded under load"
        if self.kind is Kind.CLOCK_WRONG:
            hours = self.wrong / timedelta(hours=1)
            return f"clock of the {self.what} {abs(hours):.1f} h {'ahead' if hours > 0 else 'behind'}"
        return f"{self.kind}{', for hours' if self.lasts else ''}"


def drawn(random: Random, scenes: int) -> dict[int, Event]:
    """Return the events of a month by scene, none while another lasts, and the upgrade in the middle."""
    middle = scenes // 4
    places = [place for place in range(1, scenes // 2 - 1) if place != middle]
    kinds = [kind for kind, times in MONTH.items() for _ in range(times)]
    befalls = min(len(kinds), len(places))
    found = {2 * middle: Event(kind=Kind.UPGRADE)}
    for place, kind in zip(random.sample(places, befalls), random.sample(kinds, befalls), strict=True):
        found[2 * place] = _event(random, kind)
    return found


def _event(random: Random, kind: Kind) -> Event:
    share = random.random()
    if kind is Kind.CLOCK_WRONG:
        wrong = timedelta(hours=random.choice((-1, 1)) * random.uniform(0.1, 30))
        return Event(kind=kind, share=share, lasts=True, what=random.choice(CLOCKS), wrong=wrong)
    return Event(
        kind=kind,
        share=share,
        lasts=kind is Kind.DISK_FULL or random.random() < 0.5,
        what=kind.split(" ", maxsplit=1)[0],
    )
