"""What is said at a moment, and what is true then: what the stream of live messages is made of."""

from dataclasses import dataclass

from sensors_sim.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """People in each space just before a moment, and true visits of each site since the business day began."""

    people: dict[str, int]
    visits: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is said at `time` (milliseconds since 1970), and on each quarter hour the truth.

    `kept` are the reports that the broker shall keep, `renewed` the devices whose kept messages it sends again now.
    """

    time: int
    reports: tuple[Report, ...]
    truth: Truth | None = None
    kept: frozenset[Report] = frozenset()
    renewed: frozenset[tuple[str, str]] = frozenset()
