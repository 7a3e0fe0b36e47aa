"""Worlds with known truth: some business days of a building, the counts received, and the people there."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from besok.analytics.occupancy import DayObservations
from besok.model.arrays import Floats, Ints
from besok.model.building import Building
from besok.store.occupancy import MINUTE
from cli.simulation.observed import Observed
from jobs.observations import DayClock, observe
from sensors_sim.scenario import Scenario

SITE: Final = "site"  # the first space of a world
QUARTER_MINUTES: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedWorld:
    """Days of a building, with the truth.

    Days before the day number `judged` are only learnt from, in the form of `past`, which may be coarser than `seen`.
    `real` is the people at the end of each step, steps x spaces, day by day as `seen`; NaN where not known. `received`
    is for each day the step in which each count was received, steps x portals; None if all were received at once.
    """

    name: str
    about: str
    spaces: tuple[str, ...]  # the site first
    building: Building
    seen: tuple[DayObservations, ...]
    past: tuple[DayObservations, ...]
    received: tuple[Ints | None, ...]
    real: tuple[Floats, ...]
    judged: int


def judged_world(observed: Observed, scenario: Scenario, history: int) -> JudgedWorld:
    """Return the observed site, to be scored from the day number `history` on."""
    days = [
        observe(observed.plan, observed.flows[s], observed.levels[s], DayClock(observed.site, day, MINUTE))[0]
        for s, day in zip(observed.days, observed.dates, strict=True)
    ]
    return JudgedWorld(
        name=f"{scenario.id} {observed.site.id}",
        about=scenario.about.en,
        spaces=(SITE, *(name.partition("/")[2] for name in observed.names[1:])),
        building=observed.plan.building,
        seen=tuple(days),
        past=tuple(by_quarters(day) for day in days),
        received=tuple(_late(observed, steps) for steps in observed.days),
        real=tuple(observed.people[steps] for steps in observed.days),
        judged=history,
    )


def _late(observed: Observed, steps: slice) -> Ints | None:
    received = observed.heard[steps] - steps.start
    return received if (received > np.arange(len(received))[:, None]).any() else None


def by_quarters(day: DayObservations) -> DayObservations:
    """Return a day of minutes by quarter hour, as past days are learnt from: sums of flows and means of levels."""
    return replace(
        day,
        people_in=_sums(day.people_in),
        people_out=_sums(day.people_out),
        people=_means(day.people),
        occupied=_means(day.occupied),
        co2=_means(day.co2),
        headcount=_means(day.headcount),
        headcount_sd=_means(day.headcount_sd),
        awaited=day.awaited[::QUARTER_MINUTES],
        open=None if day.open is None else day.open[QUARTER_MINUTES // 2 :: QUARTER_MINUTES],
        clock=day.clock[::QUARTER_MINUTES],
        step_minutes=QUARTER_MINUTES,
    )


def _sums(minutes: Floats) -> Floats:
    """Sum quarter hours; NaN where nothing was received."""
    parts = minutes.reshape(-1, QUARTER_MINUTES, minutes.shape[1])
    sums: Floats = np.where(np.isnan(parts).all(axis=1), np.nan, np.nansum(parts, axis=1))
    return sums


def _means(minutes: Floats) -> Floats:
    known = (~np.isnan(minutes)).reshape(-1, QUARTER_MINUTES, minutes.shape[1]).sum(axis=1)
    means: Floats = _sums(minutes) / np.maximum(known, 1)
    return means


def parts(seen: DayObservations, received: Ints | None) -> list[tuple[slice, DayObservations]]:
    """Split a day into stretches of steps, each with all that had been received by then.

    Where all counts were received at once there is one part, the whole day.
    """
    if received is None:
        return [(slice(0, len(seen)), seen)]
    at_once = np.arange(len(seen))[:, None]
    steps_received = np.unique(received[(received > at_once) & (received < len(seen))])
    bounds = [0, *(int(step) for step in steps_received if step), len(seen)]
    parts = []
    for start, stop in pairwise(bounds):
        here = received <= np.maximum(at_once, start)
        then = replace(
            seen,
            people_in=np.where(here, seen.people_in, np.nan),
            people_out=np.where(here, seen.people_out, np.nan),
        )
        parts.append((slice(start, stop), then[:stop]))
    return parts


def unchanged(before: DayObservations, after: DayObservations) -> int:
    """Count the first steps in which the same was received."""
    steps = len(before)
    new = np.isnan(before.people_in) & ~np.isnan(after.people_in[:steps])
    return int(np.argmax(new.any(axis=1))) if new.any() else steps


def by_receipt(counts: Floats, received: Ints | None) -> Floats:
    """Return counts by the step of their receipt; those received after the day are lost."""
    if received is None:
        return counts
    received_counts = np.zeros_like(counts)
    columns = np.broadcast_to(np.arange(counts.shape[1]), counts.shape)
    inside = received < len(counts)
    np.add.at(received_counts, (received[inside], columns[inside]), np.nan_to_num(counts)[inside])
    return received_counts
