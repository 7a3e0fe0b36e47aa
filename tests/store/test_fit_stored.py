"""A world learnt from what the store knows: two weeks of simulated history, sent by fallible sensors."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from besok.model.errors import ScenarioError
from besok.model.sitefile import parse
from besok.store import occupancy, sites
from besok.store.database import Database
from besok.store.write import write
from cli.commands.sitefiles import as_sandbox
from cli.simulation import fit
from collectors.pipeline import decode
from jobs.estimate import past_days
from jobs.learn import SitePast
from sensors_sim import scenariofile
from sensors_sim.backfill import messages
from sensors_sim.fit import learn
from sensors_sim.hourly_history import entrances, simulated_history, site_entries
from sensors_sim.scenario import ORDINARY, Rates
from sensors_sim.world import World

EXAMPLE = parse((Path(__file__).parents[2] / "sites" / "helsingborg.toml").read_text())
FIRST, LAST = date(2026, 11, 2), date(2026, 11, 15)
SILENT = date(2026, 11, 4)  # the town entrance was not counted
BUSY = replace(ORDINARY, rates=(Rates(site="kind:library", arrivals=1.5, hours={"17": 2.0}),))


def test_a_world_is_learnt_from_the_store(db: Database) -> None:
    sites.apply(db, as_sandbox(EXAMPLE))
    for chunk in messages(EXAMPLE, FIRST, LAST, seed=7, scenario=BUSY):
        kept = [
            m for m in chunk if not ("count-town-entrance" in m.topic and m.received.date() == SILENT + DAY)
        ]
        write(db, decode(kept))
    library = sites.load(db, "stadsbiblioteket")
    with db.transaction() as conn:  # as the jobs do
        site_id = occupancy.site_ids(conn)[library.id]
        past = SitePast(library, occupancy.layout(conn, site_id))
        past_days(conn, past, occupancy.take_dirty(conn, site_id, 10_000))

    history = fit.stored_history(db, EXAMPLE, FIRST, LAST)
    world = World(EXAMPLE, 7, BUSY)
    truth = simulated_history(world, FIRST, LAST)
    assert history.portals == truth.portals and history.spaces == truth.spaces
    ways = entrances(world.ground, 0)
    seen, real = (site_entries(one, EXAMPLE.sites[0], ways) for one in (history, truth))
    silent = np.array([day == SILENT for day in history.hours.days])[history.hours.day]
    assert np.isnan(seen.people[silent]).all() and not np.isnan(seen.people[seen.open & ~silent]).any()
    known = seen.open & ~silent
    assert seen.people[known].sum() == pytest.approx(real.people[known].sum(), rel=0.05)
    assert np.corrcoef(seen.people[known], real.people[known])[0, 1] > 0.98
    cafe = history.spaces.index("stadsbiblioteket/cafe")
    assert np.nanmean(history.people[known, cafe]) == pytest.approx(truth.people[known, cafe].mean(), rel=0.3)

    scenario, learnt = learn(EXAMPLE, history, ("stadsbiblioteket",), rounds=1)
    profile = learnt[0].profile
    week, usual = np.array(profile.week), real.people[real.open & real.usual]
    assert week.sum() == pytest.approx(usual.sum() / 2, rel=0.1)
    assert profile.weeks == 2 and profile.stay_min and len(profile.spaces) > 8
    assert scenariofile.parse(scenariofile.dump(scenario), "fitted") == scenario
    assert [*fit.describe(learnt)][1].split()[:2] == ["stadsbiblioteket", "13"]
    with pytest.raises(ScenarioError, match="at least 10 are needed"):
        learn(
            EXAMPLE, fit.stored_history(db, EXAMPLE, FIRST - 7 * DAY, FIRST + 2 * DAY), ("stadsbiblioteket",)
        )


DAY = timedelta(days=1)
