"""Scores of occupancy estimators in a world with known truth. An estimator is a row of ESTIMATORS."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import numpy as np

from besok.analytics import occupancy
from besok.analytics.occupancy import SiteParameters
from besok.model.occupancy import Estimate
from cli.simulation import occupancy_accuracy
from cli.simulation.judged_world import JudgedWorld, by_receipt, parts, unchanged
from cli.simulation.occupancy_accuracy import Figures, accuracy, alerts
from jobs.bounds import bounded
from jobs.learn import DAY, LOOK_BACK
from jobs.running import Running

Estimator = Callable[[JudgedWorld], Figures]  # of the judged days

ALERT_AT: Final = 0.8  # of the capacity: from there on the pages call a space busy, and then full


def _simple(estimator: Callable[..., Figures], at_once: bool, world: JudgedWorld) -> Figures:
    """Return a rival that adds up counts: as received, or once all have been."""
    entries, exits = (
        np.concatenate([
            getattr(seen, direction) if at_once else by_receipt(getattr(seen, direction), received)
            for seen, received in zip(world.seen, world.received, strict=True)
        ])
        for direction in ("people_in", "people_out")
    )  # fmt: skip
    stops = np.cumsum([len(seen) for seen in world.seen])
    days = [slice(int(stop) - len(seen), int(stop)) for stop, seen in zip(stops, world.seen, strict=True)]
    estimate = estimator(world.building.doors, entries, exits, days)
    judged = slice(days[world.judged].start, None)
    return Figures(people=estimate.people[judged], lower=estimate.lower[judged], upper=estimate.upper[judged])


def live(world: JudgedWorld) -> Figures:
    """Return Besök's live estimate: it knows the days before, and the counts received so far today."""
    shown: list[Estimate] = []
    for day in range(world.judged, len(world.seen)):
        learnt = _learnt(world, day)
        running, before = Running(world.building, learnt), world.seen[day][:0]
        for steps, seen in parts(world.seen[day], world.received[day]):
            shown.append(running.figures(seen, unchanged(before, seen))[steps])
            before = seen
    return _figures(shown)


def _learnt(world: JudgedWorld, day: int) -> SiteParameters:
    """Learn the parameters of a day from the weeks before it, as the worker does."""
    return occupancy.learn(world.building, world.past[max(0, day - LOOK_BACK // DAY) : day])


def smoothed(world: JudgedWorld) -> Figures:
    """Return Besök's estimate of a day that is over, with all counts; its parameters are of the days before only."""
    shown = []
    for day in range(world.judged, len(world.seen)):
        learnt = _learnt(world, day)
        shown.append(bounded(world.building, occupancy.smoothed(world.building, world.seen[day], learnt)))
    return _figures(shown)


def _figures(shown: list[Estimate]) -> Figures:
    people, lower, upper = (
        np.concatenate([getattr(e, name) for e in shown]) for name in ("people", "lower", "upper")
    )
    return Figures(people=people, lower=lower, upper=upper)


ESTIMATORS: Final[dict[str, Estimator]] = {
    "in-out": partial(_simple, occupancy_accuracy.raw, False),
    "clamp-and-reset": partial(_simple, occupancy_accuracy.clamp_and_reset, False),
    "end-of-day": partial(_simple, occupancy_accuracy.end_of_day, True),
    "live": live,
    "smoothed": smoothed,
}


def judge(world: JudgedWorld) -> Iterator[dict[str, Any]]:
    """Yield the accuracy of every estimator in every space; and its alerts, where the capacity is known."""
    real = np.concatenate(world.real[world.judged :])
    for name, estimator in ESTIMATORS.items():
        figures = estimator(world)
        for n, space in enumerate(world.spaces):
            columns = (real[:, n], figures.people[:, n], figures.lower[:, n], figures.upper[:, n])
            holds = world.building.capacity[n]
            verdict = {"world": world.name, "space": space, "estimator": name, **accuracy(*columns)}
            yield verdict | (alerts(*columns[:2], ALERT_AT * holds) if holds else {})
