"""Comparison of a world under a scenario with the same world today, over many replications.

Each replication makes both worlds from one seed, so that differences are of the scenario and not of chance. Nobody is
turned away: minutes over capacity are those in which more people want to be in a space than it is made for.

How many visitors a space holds is found by scaling all arrivals by `FACTORS` in some of the replications, and by a line
between the two factors between which its peak passes the capacity.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from math import inf, isfinite
from typing import Final

import numpy as np

from besok.model.arrays import Floats
from besok.model.calendar import days_from
from besok.model.scenarios import LIKELY
from besok.model.site import SiteFile
from besok.model.views.whatif import (
    Answer,
    DoorRush,
    Holds,
    Hours,
    Replicated,
    SiteVisits,
    SpaceStrain,
    Strain,
    Window,
)
from sensors_sim.routes import Ground
from sensors_sim.scenario import ORDINARY, Rates, Scenario
from sensors_sim.utilisation import Utilisation, limits, utilisation
from sensors_sim.world import World

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
MINUTE_OF_HOUR: Final = 0.5  # minutes over capacity, in the mean, from which an hour is told of
BAND: Final = (0.5, 0.1, 0.9)  # the middle, and the ends of the interval that holds 80 % of the replications


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Question: the scenario `then` compared with `today`, from `first` to `last` (business days, inclusive)."""

    site_file: SiteFile
    then: Scenario
    first: date
    last: date
    seeds: tuple[int, ...]  # one for each replication
    today: Scenario = ORDINARY
    searched: int = SEARCHED  # replications in which it is tried how many visitors a space holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One world to measure."""

    site_file: SiteFile
    scenario: Scenario
    first: date
    last: date
    seed: int
    factor: float = 1.0  # on all arrivals


Each = Callable[[Callable[[Task], Utilisation], Sequence[Task]], Iterable[Utilisation]]  # as `map`


def what_if(question: Question, each: Each = map) -> Answer:
    """Answer the question. `each` runs the tasks: `map`, or that of a pool of processes. Raises ScenarioError."""
    worlds = [World(question.site_file, scenario=s) for s in (question.today, question.then)]
    tasks = _tasks(question)
    usage = dict(zip(tasks, each(look, list(tasks.values())), strict=True))
    today, then = sides = [_Side(question, side, usage, world) for side, world in enumerate(worlds)]
    return Answer(
        scenario=question.then.id,
        title=question.then.title,
        today=question.today.id,
        first=question.first,
        last=question.last,
        seeds=question.seeds,
        notes=worlds[1].notes,
        sites=tuple(_visits(worlds[1].ground, *sides)),
        spaces=tuple(sorted(_spaces(worlds[1], today, then), key=_first_to_break)),
        portals=tuple(sorted(_doors(worlds, today, then), key=lambda door: -door.then.mid)),
    )


def look(task: Task) -> Utilisation:
    """Measure the spaces of the world of a task."""
    scenario = task.scenario
    if task.factor != 1:
        scaled = Rates(site="*", first=task.first, last=task.last, arrivals=task.factor)
        scenario = replace(scenario, rates=(*scenario.rates, scaled))
    return utilisation(World(task.site_file, task.seed, scenario), task.first, task.last)


def bounded(factor: float | None) -> str:
    """Write a factor up to which a space holds; one outside the range that was tried as such."""
    if factor is None:
        return f">{FACTORS[-1]:g}"
    return f"<{FACTORS[0]:g}" if factor < FACTORS[0] else f"{factor:.2f}"


_Key = tuple[int, int, float]  # (today or then, number of the replication, factor)


def _tasks(question: Question) -> dict[_Key, Task]:
    """Return all worlds to measure; the heaviest first, so that processes end together."""
    replications = range(len(question.seeds))
    searched = [(n, f) for n, f in product(replications[: question.searched], FACTORS) if f != 1]
    keys = [(side, n, f) for side in (0, 1) for n, f in [*searched, *((n, 1.0) for n in replications)]]
    return {
        (side, n, factor): Task(
            site_file=question.site_file,
            scenario=(question.today, question.then)[side],
            first=question.first,
            last=question.last,
            seed=question.seeds[n],
            factor=factor,
        )
        for side, n, factor in sorted(keys, key=lambda key: -key[2])
    }


class _Side:
    """All replications of one of the two worlds."""

    def __init__(self, question: Question, side: int, usage: dict[_Key, Utilisation], world: World) -> None:
        self.days = (question.last - question.first).days + 1
        self._seen = [usage[side, n, 1.0] for n in range(len(question.seeds))]
        searched = range(min(question.searched, len(question.seeds)))
        self._peaks = np.array([[usage[side, n, f].peak for f in FACTORS] for n in searched])  # [n, f, space]
        weekdays = [day.weekday() for day in days_from(question.first, question.last)]
        self._hours = np.maximum(
            np.repeat(np.bincount(weekdays, minlength=7), 24), 1
        )  # such hours there were
        self._capacity = limits(world)[0]

    def each(self, figure: str) -> Floats:
        """Return [replication, ...] of a figure of `Utilisation`."""
        return np.array([getattr(seen, figure) for seen in self._seen], dtype=np.float64)

    def a_week(self, figure: str, space: int) -> Floats:
        """Return [replication] minutes a week of a figure by space; of few days, the minutes of those days.

        One busy Saturday is not a week of seven of them.
        """
        minutes = self.each(figure)[:, space].reshape(len(self._seen), -1).sum(axis=1)
        return np.asarray(minutes / max(self.days, 7) * 7)

    def strain(self, n: int) -> Strain:
        """Return the utilisation of a space."""
        over_daily, over = self.each("daily")[:, :, n] > 0, self.each("over")[:, n]
        holds = np.array([_limit_factor(peaks, int(self._capacity[n])) for peaks in self._peaks[:, :, n]])
        return Strain(
            surely=float(over_daily.any(axis=1).mean()),
            peak=ranged(self.each("peak")[:, n]),
            over=ranged(self.a_week("over", n)),
            seated=ranged(self.each("seated")[:, n]),
            standing=ranged(self.a_week("standing", n)),
            holds=_limit(ranged(holds, "inverted_cdf")),
            week=_by_weekday(over.mean(axis=0) / self._hours),
            likely=_by_weekday((over > 0).mean(axis=0)),
        )


def _limit_factor(peaks: Floats, capacity: int) -> float:
    """Return the factor at which the peak passes the capacity: 0 if it does so below all FACTORS, infinite beyond them.

    >>> _limit_factor(np.array([15, 30, 60, 90, 120, 180, 240]), 100)  # a third of the way from 1.5 to 2.0
    1.6666666666666665
    """
    if not capacity:
        return float("inf")
    rising = np.maximum.accumulate(peaks)
    above = int((rising <= capacity).sum())
    if above in (0, len(FACTORS)):
        return float("inf") if above else 0.0
    return float(np.interp(capacity, rising[above - 1 : above + 1], FACTORS[above - 1 : above + 1]))


def _limit(value: Replicated) -> Holds:
    mid, low, high = (factor if isfinite(factor) else None for factor in (value.mid, value.low, value.high))
    return Holds(mid=mid, low=low, high=high)


def _spaces(world: World, today: _Side, then: _Side) -> Iterable[SpaceStrain]:
    capacity = limits(world)[0].tolist()
    for n, detail in enumerate(world.ground.detail):
        yield SpaceStrain(
            space=world.ground.spaces[n],
            name=detail.name,
            capacity=capacity[n] or None,
            seats=detail.seats,
            today=today.strain(n),
            then=(strain := then.strain(n)),
            when=tuple(windows(strain)),
        )


def _first_to_break(space: SpaceStrain) -> tuple[bool, float, float, float]:
    then, today = (inf if limit is None else limit for limit in (space.then.holds.mid, space.today.holds.mid))
    return not space.capacity, then, today, -space.then.over.mid


def windows(strain: Strain) -> list[Window]:
    """Return when it is over capacity, the longest first."""
    windows = [
        w for weekday in range(7) for w in _of_day(weekday, strain.week[weekday], strain.likely[weekday])
    ]
    return sorted(windows, key=lambda w: -w.minutes)


def _of_day(weekday: int, minutes: Sequence[float], likely: Sequence[float]) -> Iterator[Window]:
    start = None
    for hour in range(25):
        expected = hour < 24 and likely[hour] >= LIKELY and minutes[hour] >= MINUTE_OF_HOUR
        if expected and start is None:
            start = hour
        elif not expected and start is not None:
            hours = slice(start, hour)
            yield Window(
                weekday=weekday, start=start, end=hour, minutes=sum(minutes[hours]), surely=max(likely[hours])
            )
            start = None


def _visits(ground: Ground, *sides: _Side) -> Iterable[SiteVisits]:
    today, then = (side.each("visits") / side.days for side in sides)
    times = then / np.maximum(today, 1)
    for n, site in enumerate(ground.sites):
        ranges = [ranged(figure[:, n]) for figure in (today, then, times)]
        yield SiteVisits(site=site.id, name=site.name, today=ranges[0], then=ranges[1], times=ranges[2])


def _doors(worlds: list[World], today: _Side, then: _Side) -> Iterable[DoorRush]:
    """Compare portals. A new one had no passages today."""
    before, after = today.each("busiest"), then.each("busiest")
    column = {name: n for n, name in enumerate(worlds[0].ground.portals)}
    ground = worlds[1].ground
    portals = [portal for site in ground.sites for portal in site.portals]
    for n, (name, portal) in enumerate(zip(ground.portals, portals, strict=True)):
        usual = before[:, column[name]] if name in column else np.zeros(len(before))
        yield DoorRush(portal=name, name=portal.name, today=ranged(usual), then=ranged(after[:, n]))


def ranged(values: Floats, method: str = "weibull") -> Replicated:
    """Return the middle of the replications and the interval that would hold 80 % of further ones.

    Quantiles after Weibull, k of n at k / (n + 1): those between the replications, as usual, would hold 72 % with 20 of
    them, since another one may lie beyond all. Of values that may be infinite each figure has to be one of them:
    "inverted_cdf".
    """
    mid, low, high = (float(np.quantile(values, q, method=method)) for q in BAND)  # type: ignore[call-overload]
    return Replicated(mid=mid, low=low, high=high)


def _by_weekday(hours: Floats) -> Hours:
    return tuple(tuple(round(float(v), 3) for v in row) for row in hours.reshape(7, 24))
