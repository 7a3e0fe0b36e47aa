"""The standard world that is simulated: the library in the folder `house` under one of its scenarios."""

from pathlib import Path
from typing import Final

from besok.model import sitefile
from cli.simulation.judged_world import JudgedWorld, judged_world
from cli.simulation.observed import DAY, observe
from sensors_sim import scenariofile

HISTORY: Final = 10  # days to learn from
HOUSE: Final = Path(__file__).parent / "house"
SCENARIOS: Final = sorted(file.stem for file in HOUSE.glob("*.toml") if file.stem != "site")


def house(name: str, seed: int) -> JudgedWorld:
    """Return the library under the scenario `name`, with days before it to learn from."""
    site_file = sitefile.parse((HOUSE / "site.toml").read_text("utf-8"), "house/site.toml")
    scenario = scenariofile.parse((HOUSE / f"{name}.toml").read_text("utf-8"), f"{name}.toml")
    assert scenario.first and scenario.last
    days = HISTORY + (scenario.last - scenario.first).days + 1
    [observed] = observe(site_file, scenario.first - HISTORY * DAY, days, seed, scenario)
    return judged_world(observed, scenario, HISTORY)
