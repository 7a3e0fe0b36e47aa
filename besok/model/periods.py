"""Periods of one series that lie within each other: a year and its months, a day and its hours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, Protocol, TypeVar

HOURS = 24
END = date.max.toordinal() * HOURS * 2  # after every period
ROUNDING = 0.5  # of a person: two sums that differ by less agree


class Period(Protocol):
    """Visits from `first` to `last`, or in one `hour` of a day."""

    @property
    def first(self) -> date: ...
    @property
    def last(self) -> date: ...
    @property
    def hour(self) -> int | None: ...
    @property
    def visits(self) -> float: ...


Own = TypeVar("Own", bound=Period)


@dataclass(frozen=True, kw_only=True)
class Disagreement(Generic[Own]):
    """Two periods that cannot both hold.

    They cross, or the shorter ones leave a part of the longer one open, or their sum, `within`, is another.
    """

    longer: Own
    shorter: Own
    within: float | None


def hours_of(count: Period) -> tuple[int, int]:
    """Return the hours of a period as numbers, the second not included; every day has 24 here."""
    first = count.first.toordinal() * HOURS
    if count.hour is not None:
        return first + count.hour, first + count.hour + 1
    return first, (count.last.toordinal() + 1) * HOURS


@dataclass(slots=True)
class _Node(Generic[Own]):
    """A period with the shorter periods directly within it, and the counts they resolve to."""

    ends: int
    count: Own
    within: list[Own] = field(default_factory=list)
    leaves: list[Own] = field(default_factory=list)


def finest(counts: Sequence[Own]) -> tuple[list[Own], list[Disagreement[Own]]]:
    """Return the consistent counts of one series in order of time, and the disagreements.

    Shorter periods replace a longer one where they make up all of it. The hours of a day need not be complete: counters
    leave out hours without visits.
    """
    leaves: list[Own] = []
    wrong: list[Disagreement[Own]] = []
    around: list[_Node[Own]] = []

    def close(until: int) -> None:
        while around and around[-1].ends <= until:
            node = around.pop()
            leaves_of_node = [node.count]
            if node.within:
                wrong.extend(_checked(node.count, node.within))
                leaves_of_node = node.leaves if _is_made_up_of(node.count, node.within) else leaves_of_node
            (around[-1].leaves if around else leaves).extend(leaves_of_node)

    for begins, ends, count in sorted(((*hours_of(c), c) for c in counts), key=lambda row: (row[0], -row[1])):
        close(begins)
        if around and ends > around[-1].ends:
            wrong.append(Disagreement(longer=around[-1].count, shorter=count, within=None))
            continue
        if around:
            around[-1].within.append(count)
        around.append(_Node(ends=ends, count=count))
    close(END)
    return leaves, wrong


def _is_made_up_of(longer: Own, shorter: Sequence[Own]) -> bool:
    """Tell whether shorter periods make up all of a longer one."""
    begins, ends = hours_of(longer)
    hours = shorter[0].hour is not None and longer.first == longer.last
    return hours or ends - begins == sum(b - a for a, b in map(hours_of, shorter))


def _checked(longer: Own, shorter: Sequence[Own]) -> Iterator[Disagreement[Own]]:
    if not _is_made_up_of(longer, shorter):
        yield Disagreement(longer=longer, shorter=shorter[0], within=None)
    elif abs((within := sum(c.visits for c in shorter)) - longer.visits) > ROUNDING:
        yield Disagreement(longer=longer, shorter=shorter[0], within=within)
