"""`besok simulate score`: scores of estimators on simulated buildings, against the simulated truth."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from besok.model.site import SiteFile
from cli.simulation import occupancy_accuracy, score_table
from cli.simulation.judge import judge
from cli.simulation.judged_world import JudgedWorld, judged_world
from cli.simulation.observed import Observed, observe
from cli.simulation.score_table import ALERTS
from cli.terminal.tables import table
from sensors_sim.scenario import Scenario

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Scores on some worlds, and of simulated sites their counted and true visits; `abouts` describes each world."""

    abouts: dict[str, str] = field(default_factory=dict)
    verdicts: list[Row] = field(default_factory=list)
    visits: list[Row] = field(default_factory=list)

    def add(self, world: JudgedWorld) -> None:
        """Score every estimator in one more world; worlds of one name share a line of the table."""
        self.abouts[world.name] = world.about
        self.verdicts.extend(judge(world))

    @property
    def lines(self) -> pd.DataFrame:
        """The table."""
        return score_table.lines(self.verdicts)


def judged(worlds: Iterable[JudgedWorld]) -> Scores:
    """Score every estimator in each of the worlds."""
    scores = Scores()
    for world in worlds:
        scores.add(world)
    return scores


def run(
    site_file: SiteFile,
    scenarios: Sequence[Scenario],
    first: Callable[[Scenario], date],
    days: int,
    seeds: Sequence[int],
    history: int = 0,
) -> Scores:
    """Score every estimator under each scenario for `days` days from `first(scenario)`, after `history` days."""
    scores = Scores()
    for scenario, seed in product(scenarios, seeds):
        begins = first(scenario) - timedelta(days=history)
        for observed in observe(site_file, begins, history + days, seed, scenario):
            scores.visits.append(_visits(scenario, observed, history))
            scores.add(judged_world(observed, scenario, history))
    return scores


def _visits(scenario: Scenario, observed: Observed, history: int) -> Row:
    """Return the true and the counted visits of a site."""
    days, doors = slice(observed.days[history].start, None), observed.plan.building.doors
    counted = occupancy_accuracy.visits(
        doors, observed.flows.people_in[days], observed.flows.people_out[days]
    )
    real = sum(observed.visits[history:])
    return {
        "scenario": scenario.id,
        "site": observed.site.id,
        "days": len(observed.days) - history,
        "real": real,
        "counted": counted,
        "error": counted / real - 1 if real else np.nan,
    }


def as_json(scores: Scores) -> str:
    """Return visits, each space by itself, and the table as one JSON object."""
    parts = {
        "worlds": scores.abouts,
        "visits": [*map(for_json, scores.visits)],
        "occupancy": [*map(_with_alerts, scores.verdicts)],
        "table": [*map(_with_alerts, scores.lines.to_dict("records"))],
    }
    return json.dumps(parts, indent=1)


def _with_alerts(row: Mapping[Any, Any]) -> Row:
    """Return a verdict or a line with its alerts apart, None where there are none."""
    figures = for_json(row)
    alerts = {name: figures.pop(name, None) for name in ALERTS}
    return figures | {"alerts": None if None in alerts.values() else {k: int(n) for k, n in alerts.items()}}


def for_json(row: Mapping[Any, Any]) -> Row:
    """Return a row for JSON, with None for NaN."""
    return {name: None if value != value else value for name, value in row.items()}


def as_text(scores: Scores) -> str:
    """Return the visits of each simulated site, and the table, as text."""
    visit_rows = [
        (
            *map(str, (visits[name] for name in ("scenario", "site", "days", "real"))),
            f"{visits['counted']:.0f}",
            score_table.percent(visits["error"], "+.1f"),
        )
        for visits in scores.visits
    ]
    heads = ("scenario", "site", "days", "visits", "counted", "error")
    counted = [*table(heads, visit_rows, [1]), ""] if visit_rows else []
    figures = map(score_table.cells, scores.lines.itertuples())
    return "\n".join([*counted, *table(score_table.HEADS, figures, [2])])
