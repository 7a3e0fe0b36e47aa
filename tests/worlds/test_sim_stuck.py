"""A camera that is stuck costs little, unless what the estimator makes of it is switched off."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from benchmarks.worlds.simulated import HOUSE
from besok.analytics.occupancy import live
from besok.analytics.occupancy.levels import StuckLevels
from besok.model import sitefile
from besok.model.building import Building
from cli.simulation.judged_world import judged_world
from cli.simulation.observed import observe
from sensors_sim.scenario import ORDINARY, Fault

DAY = date(2026, 11, 18)
FROM, UNTIL = 12, 16  # local hours
SPACE = "house/reading-room"


def test_a_stuck_camera_gives_way_to_the_doors(monkeypatch: pytest.MonkeyPatch) -> None:
    begins = datetime(2026, 11, 18, FROM, tzinfo=ZoneInfo("Europe/Stockholm"))
    fault = Fault(device="*camera-reading", kind="stuck", begins=begins, minutes=60.0 * (UNTIL - FROM))
    sites = sitefile.parse((HOUSE / "site.toml").read_text("utf-8"), "site.toml")
    scenario = replace(ORDINARY, id="stuck", faults=(fault,))
    [seen] = observe(sites, DAY, 1, 3, scenario)
    space = list(seen.names).index(SPACE)
    during = slice((FROM - 4) * 60 + 30, (UNTIL - 4) * 60)  # minutes since the business day began

    house = judged_world(seen, scenario, 0)
    day = house.seen[0][: during.stop]
    room = Building(parents=(None,), doors=house.building.doors[[space]], capacity=(None,))
    own = ("people", "occupied", "co2", "headcount", "headcount_sd")
    alone = replace(day, **{name: getattr(day, name)[:, [space]] for name in own})

    def error() -> float:
        off = live(room, alone).people[during, 0] - seen.people[during, space]
        return float(np.sqrt(np.nanmean(off**2)))

    believed_doors = error()
    monkeypatch.setattr(StuckLevels, "stuck", lambda self, people, passed: np.zeros(people.shape, bool))
    assert believed_doors < 0.75 * error()
