"""A simulated building as a world to be judged: what its sensors said went through adapters and counting rules."""

from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Final

import numpy as np

from besok.analytics.occupancy import Seen
from besok.model import sitefile
from besok.model.arrays import Floats, Ints
from besok.model.site import SiteFile
from besok.store.occupancy import MINUTE
from cli.worlds.observed import DAY, Observed, observe
from cli.worlds.report import SITE
from cli.worlds.world import World
from jobs.observations import Hours, by_minute
from sensors_sim import scenariofile
from sensors_sim.scenario import Scenario

QUARTER_MINUTES: Final = 15
HISTORY: Final = 10  # days to learn from
HOUSE: Final = files("cli") / "worlds" / "house"


def world(seen: Observed, scenario: Scenario, history: int) -> World:
    """The site with its days from the day number `history` on to be judged."""
    days = [
        by_minute(seen.plan, seen.flows[steps], seen.levels[steps], Hours(seen.site, day, MINUTE))[0]
        for steps, day in zip(seen.days, seen.dates, strict=True)
    ]
    return World(
        name=f"{scenario.id} {seen.site.id}",
        about=scenario.about.en,
        spaces=(SITE, *(name.partition("/")[2] for name in seen.names[1:])),
        building=seen.plan.building,
        seen=tuple(days),
        past=tuple(by_quarters(day) for day in days),
        heard=tuple(_late(seen, steps) for steps in seen.days),
        real=tuple(seen.people[steps] for steps in seen.days),
        judged=history,
    )


def by_quarters(day: Seen) -> Seen:
    """A day of minutes as past days are learnt from: sums of flows and means of levels of each quarter of an hour."""
    return replace(
        day,
        people_in=_sums(day.people_in),
        people_out=_sums(day.people_out),
        people=_means(day.people),
        occupied=_means(day.occupied),
        co2=_means(day.co2),
        open=None if day.open is None else day.open[QUARTER_MINUTES // 2 :: QUARTER_MINUTES],
        clock=day.clock[::QUARTER_MINUTES],
        step_minutes=QUARTER_MINUTES,
    )


def _sums(minutes: Floats) -> Floats:
    """NaN where nothing was heard."""
    parts = minutes.reshape(-1, QUARTER_MINUTES, minutes.shape[1])
    sums: Floats = np.where(np.isnan(parts).all(axis=1), np.nan, np.nansum(parts, axis=1))
    return sums


def _means(minutes: Floats) -> Floats:
    known = (~np.isnan(minutes)).reshape(-1, QUARTER_MINUTES, minutes.shape[1]).sum(axis=1)
    means: Floats = _sums(minutes) / np.maximum(known, 1)
    return means


def _late(seen: Observed, steps: slice) -> Ints | None:
    """In which step of the day each count was heard; None if all came at once."""
    heard = seen.heard[steps] - steps.start
    return heard if (heard > np.arange(len(heard))[:, None]).any() else None


def house_scenarios() -> list[str]:
    """The names of what goes wrong in the house."""
    names = (file.name.removesuffix(".toml") for file in HOUSE.iterdir() if file.name.endswith(".toml"))
    return sorted(name for name in names if name != "site")


def house(name: str, seed: int) -> World:
    """A standard world that is simulated: the library of the folder `house` under one of its scenarios."""
    site_file = sitefile.parse((HOUSE / "site.toml").read_text("utf-8"), "house/site.toml")
    scenario = scenariofile.parse((HOUSE / f"{name}.toml").read_text("utf-8"), f"{name}.toml")
    [world] = worlds(site_file, scenario, seed)
    return world


def worlds(site_file: SiteFile, scenario: Scenario, seed: int) -> Iterator[World]:
    """The sites under a scenario that says its days, with two weeks before them to learn from."""
    assert scenario.first and scenario.last
    days = (scenario.last - scenario.first).days + 1
    for seen in observe(site_file, scenario.first - HISTORY * DAY, HISTORY + days, seed, scenario):
        yield world(seen, scenario, HISTORY)
