"""Answer to a what-if question: a changed world compared with the same world as it is today, over many replications."""

from dataclasses import dataclass
from datetime import date

from besok.model.site import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicated:
    """A figure over the replications: the middle one, and the interval that holds 80 % of them."""

    mid: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """Factor on the arrivals up to which a space stays within its capacity; None: beyond all that was tried."""

    mid: float | None
    low: float | None
    high: float | None


Hours = tuple[tuple[float, ...], ...]  # [7][24] Monday first


@dataclass(frozen=True, slots=True, kw_only=True)
class Strain:
    """Utilisation of a space in one of the two worlds. Minutes are per week, or of all days of less than a week."""

    surely: float  # share of the replications in which it is over capacity at some time
    peak: Replicated  # occupancy, the highest
    over: Replicated  # minutes over capacity
    seated: Replicated  # share of its seats that is taken while the site is open
    standing: Replicated  # minutes with more people than seats
    holds: Holds  # of the arrivals of this world
    week: Hours  # minutes over capacity in that hour of such a day, in the mean
    likely: Hours  # share of the replications in which it is over capacity then


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Hours on end in which a space is over capacity in at least half of the replications."""

    weekday: int  # 0: Monday
    start: int  # local hour
    end: int  # local hour, 24 for midnight
    minutes: float  # over capacity on such a day, in the mean
    surely: float  # share of the replications, in its surest hour


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceStrain:
    """A space in both worlds. What it has no capacity for it is never over."""

    space: str  # "site/space"
    name: Text
    capacity: int | None
    seats: int | None
    today: Strain
    then: Strain
    when: tuple[Window, ...]  # it is over capacity then, the longest first


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteVisits:
    """Visits a day, gross, and how many times today's they are then."""

    site: str
    name: Text
    today: Replicated
    then: Replicated
    times: Replicated


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRush:
    """People through a portal, in and out, in its busiest minute."""

    portal: str  # "site/portal"
    name: Text
    today: Replicated
    then: Replicated


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Answer: spaces by how many visitors they hold then, fewest first; portals by their busiest minute."""

    scenario: str
    title: Text
    today: str  # the scenario that says what is today
    first: date
    last: date
    seeds: tuple[int, ...]  # of the replications
    notes: tuple[str, ...]  # what of the scenario finds no place in the sites
    sites: tuple[SiteVisits, ...]
    spaces: tuple[SpaceStrain, ...]
    portals: tuple[DoorRush, ...]
