"""Scenarios on the command line: found by name or file, changed, moved to the simulated days."""

import logging
from datetime import date

from besok.model.site import SiteFile
from sensors_sim.placing import placed
from sensors_sim.scenario import ORDINARY, Scenario, holds
from sensors_sim.scenariofile import composed, load, moved, shipped

log = logging.getLogger(__name__)


def find(name: str, begins: date | None = None) -> Scenario:
    """Return the requested scenario, beginning on the day `begins`; without a name, an ordinary world."""
    if name:
        return load(name, begins)
    return moved(ORDINARY, begins) if begins else ORDINARY


def worlds(today: Scenario, scenario: Scenario) -> tuple[Scenario, Scenario]:
    """Return today's scenario and the other on top of it, on the same days, so that days make no difference."""
    usual = moved(today, scenario.first) if today.first and scenario.first else today
    return usual, composed(usual, scenario)


def at_work(scenario: Scenario, day: date) -> Scenario:
    """Return the scenario, moved to begin on `day` if it would not apply then."""
    return (
        scenario
        if scenario.first is None or holds(day, scenario.first, scenario.last)
        else moved(scenario, day)
    )


def tell(site_file: SiteFile, scenario: Scenario) -> None:
    """Log the parts of the scenario that the sites have no place for. Raises ScenarioError for unknown names."""
    for note in placed(site_file, scenario).notes:
        log.warning("%s: %s", scenario.id, note, extra={"action": "scenario_part_left_out"})


def listing() -> list[str]:
    """Return a line for each shipped scenario."""
    width = max(map(len, shipped()))
    return [f"{name:{width}}  {load(name).about.en}" for name in shipped()]
