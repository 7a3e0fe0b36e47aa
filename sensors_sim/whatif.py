"""What breaks first: the spaces of a world under a scenario beside the same world as it is today, many times over.

Each replication makes both worlds from one seed, so that differences are of the scenario and not of chance. Nobody is
turned away: minutes over capacity are those in which more people want to be in a space than it is made for.

How many visitors a space holds is found by scaling all arrivals by `FACTORS` in some of the replications, and by a line
between the two factors between which its peak passes the capacity.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Final

import numpy as np

from besok.model.site import SiteFile, Text
from sensors_sim.crowding import Crowding, crowding, limits
from sensors_sim.noise import Floats
from sensors_sim.routes import Ground
from sensors_sim.scenario import ORDINARY, Rates, Scenario
from sensors_sim.world import DAY, World

FACTORS: Final = (
    0.25,
    0.5,
    1.0,
    1.5,
    2.0,
    3.0,
    4.0,
)  # of the arrivals: between them a peak grows almost evenly
SEARCHED: Final = 10  # replications are enough to find how much a space holds
BAND: Final = (0.5, 0.1, 0.9)  # the middle, and the ends of the interval that holds 80 % of the replications


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: the scenario `then` beside `today`, from `first` to `last` (business days, inclusive)."""

    site_file: SiteFile
    then: Scenario
    first: date
    last: date
    seeds: tuple[int, ...]  # one for each replication
    today: Scenario = ORDINARY
    searched: int = SEARCHED  # replications in which it is tried how many visitors a space holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One world to look at."""

    site_file: SiteFile
    scenario: Scenario
    first: date
    last: date
    seed: int
    factor: float = 1.0  # on all arrivals


Each = Callable[
    [Callable[[Task], Crowding], Sequence[Task]], Iterable[Crowding]
]  # as `map`; results in order


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A figure over the replications: the middle one, and the interval that holds 80 % of them."""

    mid: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Strain:
    """How a space fares in one of the two worlds. Minutes are a week's; of less than a week, those of all its days."""

    surely: float  # share of the replications in which it is over capacity at some time
    peak: Range  # the most people at once
    over: Range  # minutes over capacity
    near: Range  # minutes with at least 90 % of it, those over it among them
    days: Range  # share of the days on which it is over capacity
    seated: Range  # share of its seats that is taken while the site is open
    standing: Range  # minutes with more people than seats
    holds: Range  # factor on the arrivals of this world up to which it stays within capacity; see `bounded`
    week: tuple[
        tuple[float, ...], ...
    ]  # [7][24] minutes over capacity in that hour of such a day, in the mean
    likely: tuple[
        tuple[float, ...], ...
    ]  # [7][24] share of the replications in which it is over capacity then


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceStrain:
    """A space in both worlds. What it has no capacity for it is never over."""

    space: str  # "site/space"
    name: Text
    capacity: int | None
    seats: int | None
    today: Strain
    then: Strain
    more_peak: Range  # then less today, by replication
    more_over: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteVisits:
    """Visits a day, gross, and how many times today's they are then."""

    site: str
    name: Text
    today: Range
    then: Range
    times: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRush:
    """People through a portal, in and out, in its busiest minute."""

    portal: str  # "site/portal"
    name: Text
    today: Range
    then: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What breaks first: spaces by how many visitors they hold then, fewest first; portals by their busiest minute."""

    question: Question
    sites: tuple[SiteVisits, ...]
    spaces: tuple[SpaceStrain, ...]
    portals: tuple[DoorRush, ...]
    notes: tuple[str, ...]  # what of the scenario finds no place in the sites


def what_if(question: Question, each: Each = map) -> Answer:
    """The answer. `each` runs the tasks: `map`, or that of a pool of processes. Raises ScenarioError."""
    worlds = [World(question.site_file, scenario=s) for s in (question.today, question.then)]
    tasks = _tasks(question)
    found = dict(zip(tasks, each(look, list(tasks.values())), strict=True))
    sides = [_Side(question, side, found) for side in (0, 1)]
    ground = worlds[1].ground
    both = [tuple(_strains(side, world.ground)) for side, world in zip(sides, worlds, strict=True)]
    return Answer(
        question=question,
        sites=tuple(_visits(ground, sides)),
        spaces=tuple(sorted(_spaces(ground, sides, both), key=_first_to_break)),
        portals=tuple(sorted(_doors(worlds, sides), key=lambda door: -door.then.mid)),
        notes=worlds[1].notes,
    )


def look(task: Task) -> Crowding:
    """The spaces of the world that the task describes."""
    scenario = task.scenario
    if task.factor != 1:
        scaled = Rates(site="*", first=task.first, last=task.last, arrivals=task.factor)
        scenario = replace(scenario, rates=(*scenario.rates, scaled))
    return crowding(World(task.site_file, task.seed, scenario), task.first, task.last)


def bounded(factor: float) -> str:
    """A factor up to which a space holds, as text: what lies outside the range that was tried is told as such."""
    if factor > FACTORS[-1]:
        return f">{FACTORS[-1]:g}"
    return f"<{FACTORS[0]:g}" if factor < FACTORS[0] else f"{factor:.2f}"


_Key = tuple[int, int, float]  # (today or then, number of the replication, factor)


def _tasks(question: Question) -> dict[_Key, Task]:
    """All worlds to look at; the heaviest first, so that processes end together."""
    replications = range(len(question.seeds))
    searched = [(n, f) for n, f in product(replications[: question.searched], FACTORS) if f != 1]
    keys = [(side, n, f) for side in (0, 1) for n, f in [*searched, *((n, 1.0) for n in replications)]]
    return {key: _task(question, *key) for key in sorted(keys, key=lambda key: -key[2])}


def _task(question: Question, side: int, replication: int, factor: float) -> Task:
    return Task(
        site_file=question.site_file,
        scenario=(question.today, question.then)[side],
        first=question.first,
        last=question.last,
        seed=question.seeds[replication],
        factor=factor,
    )


class _Side:
    """All replications of one of the two worlds."""

    def __init__(self, question: Question, side: int, found: dict[_Key, Crowding]) -> None:
        self.days = (question.last - question.first).days + 1
        self.seen = [found[side, n, 1.0] for n in range(len(question.seeds))]
        searched = range(min(question.searched, len(question.seeds)))
        self.peaks = np.array(
            [[found[side, n, f].peak for f in FACTORS] for n in searched]
        )  # [replication, f, space]
        weekdays = np.array([(question.first + n * DAY).weekday() for n in range(self.days)])
        self.times = np.maximum(np.repeat(np.bincount(weekdays, minlength=7), 24), 1)  # such hours there were

    def each(self, figure: str) -> Floats:
        """[replication, ...] of a figure of `Crowding`."""
        return np.array([getattr(seen, figure) for seen in self.seen], dtype=np.float64)

    def a_week(self, figure: str, space: int) -> Floats:
        """[replication] minutes a week of a figure that has minutes by space; of few days, the minutes of those days.

        One busy Saturday is no week of seven of them.
        """
        minutes = self.each(figure)[:, space].reshape(len(self.seen), -1).sum(axis=1)
        return np.asarray(minutes / max(self.days, 7) * 7)


def _strains(side: _Side, ground: Ground) -> Iterable[Strain]:
    capacity, _ = limits(ground)
    peak, daily, seated, over = (side.each(figure) for figure in ("peak", "daily", "seated", "over"))
    for n, most in enumerate(capacity):
        yield Strain(
            surely=float((daily[:, :, n] > 0).any(axis=1).mean()),
            peak=ranged(peak[:, n]),
            over=ranged(side.a_week("over", n)),
            near=ranged(side.a_week("near", n)),
            days=ranged((daily[:, :, n] > 0).mean(axis=1)),
            seated=ranged(seated[:, n]),
            standing=ranged(side.a_week("standing", n)),
            holds=_in_order(np.array([_holds(peaks, int(most)) for peaks in side.peaks[:, :, n]])),
            week=_by_weekday(over[:, n].mean(axis=0) / side.times),
            likely=_by_weekday((over[:, n] > 0).mean(axis=0)),
        )


def _holds(peaks: Floats, capacity: int) -> float:
    """The factor at which the peak passes the capacity: 0 if it does so below all FACTORS, infinite beyond them.

    >>> _holds(np.array([15, 30, 60, 90, 120, 180, 240]), 100)  # a third of the way from 1.5 to 2.0
    1.6666666666666665
    """
    if not capacity:
        return float("inf")
    rising = np.maximum.accumulate(peaks)
    above = int((rising <= capacity).sum())
    if above in (0, len(FACTORS)):
        return float("inf") if above else 0.0
    low, high = rising[above - 1], rising[above]
    share = (capacity - low) / (high - low)
    return float(FACTORS[above - 1] + share * (FACTORS[above] - FACTORS[above - 1]))


def _spaces(ground: Ground, sides: list[_Side], both: list[tuple[Strain, ...]]) -> Iterable[SpaceStrain]:
    peaks = sides[1].each("peak") - sides[0].each("peak")
    for n, detail in enumerate(ground.detail):
        yield SpaceStrain(
            space=ground.spaces[n],
            name=detail.name,
            capacity=detail.capacity,
            seats=detail.seats,
            today=both[0][n],
            then=both[1][n],
            more_peak=ranged(peaks[:, n]),
            more_over=ranged(sides[1].a_week("over", n) - sides[0].a_week("over", n)),
        )


def _first_to_break(space: SpaceStrain) -> tuple[bool, float, float, float]:
    return not space.capacity, space.then.holds.mid, space.today.holds.mid, -space.then.over.mid


def _visits(ground: Ground, sides: list[_Side]) -> Iterable[SiteVisits]:
    today, then = (side.each("visits") / side.days for side in sides)
    for n, site in enumerate(ground.sites):
        times = then[:, n] / np.maximum(today[:, n], 1)
        yield SiteVisits(
            site=site.id,
            name=site.name,
            today=ranged(today[:, n]),
            then=ranged(then[:, n]),
            times=ranged(times),
        )


def _doors(worlds: list[World], sides: list[_Side]) -> Iterable[DoorRush]:
    """A portal that is new then had nobody today."""
    today, then = (side.each("busiest") for side in sides)
    before = {name: n for n, name in enumerate(worlds[0].ground.portals)}
    ground = worlds[1].ground
    portals = [portal for site in ground.sites for portal in site.portals]
    for n, (name, portal) in enumerate(zip(ground.portals, portals, strict=True)):
        usual = today[:, before[name]] if name in before else np.zeros(len(today))
        yield DoorRush(portal=name, name=portal.name, today=ranged(usual), then=ranged(then[:, n]))


def ranged(values: Floats) -> Range:
    """The middle of the replications and the interval that would hold 80 % of further ones.

    Quantiles after Weibull, k of n at k / (n + 1): those between the replications, as usual, would hold 72 % with 20 of
    them, since another one may lie beyond all.
    """
    mid, low, high = (float(np.quantile(values, q, method="weibull")) for q in BAND)
    return Range(mid=mid, low=low, high=high)


def _in_order(values: Floats) -> Range:
    """As `ranged`, with values that may be infinite: each figure is one of them."""
    mid, low, high = (float(np.quantile(values, q, method="inverted_cdf")) for q in BAND)
    return Range(mid=mid, low=low, high=high)


def _by_weekday(hours: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(float(v), 3) for v in row) for row in hours.reshape(7, 24))
