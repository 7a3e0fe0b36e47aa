"""`besok simulate score`: what estimators make of simulated buildings, compared with the simulated truth."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any

from besok.model.site import SiteFile
from cli.simulation import occupancy_accuracy, score_table
from cli.simulation.judge import Verdict, judge
from cli.simulation.judged_world import JudgedWorld, judged_world
from cli.simulation.observed import Observed, observe
from cli.simulation.score_table import Line
from cli.terminal.tables import table
from sensors_sim.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitScore:
    """Counted and true visits of a site."""

    scenario: str
    site: str
    days: int
    real: int
    counted: float

    @property
    def error(self) -> float | None:
        """The error as a share of the truth; None if there were no visits."""
        return self.counted / self.real - 1 if self.real else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Verdicts on some worlds; `abouts` describes each world in words."""

    abouts: dict[str, str]
    verdicts: tuple[Verdict, ...]
    visits: tuple[VisitScore, ...] = ()

    @property
    def lines(self) -> list[Line]:
        """The table."""
        return score_table.lines(self.verdicts)


def judged(worlds: Iterable[JudgedWorld]) -> Scores:
    """Judge every estimator in each of the worlds; worlds of one name share a line of the table."""
    abouts: dict[str, str] = {}
    verdicts: list[Verdict] = []
    for world in worlds:
        abouts[world.name] = world.about
        verdicts += judge(world)
    return Scores(abouts=abouts, verdicts=tuple(verdicts))


def run(
    site_file: SiteFile,
    scenarios: Sequence[Scenario],
    first: Callable[[Scenario], date],
    days: int,
    seeds: Sequence[int],
    history: int = 0,
) -> Scores:
    """Judge every estimator under each scenario for `days` days from `first(scenario)`, after `history` days."""
    abouts: dict[str, str] = {}
    visits: list[VisitScore] = []
    verdicts: list[Verdict] = []
    for scenario, seed in product(scenarios, seeds):
        begins = first(scenario) - timedelta(days=history)
        for observed in observe(site_file, begins, history + days, seed, scenario):
            world = judged_world(observed, scenario, history)
            abouts[world.name] = world.about
            visits.append(_visits(scenario, observed, history))
            verdicts += judge(world)
    return Scores(abouts=abouts, visits=tuple(visits), verdicts=tuple(verdicts))


def _visits(scenario: Scenario, observed: Observed, history: int) -> VisitScore:
    days = slice(observed.days[history].start, None)
    flows = observed.flows
    counted = occupancy_accuracy.visits(
        observed.plan.building.doors, flows.people_in[days], flows.people_out[days]
    )
    return VisitScore(
        scenario=scenario.id,
        site=observed.site.id,
        days=len(observed.days) - history,
        real=sum(observed.visits[history:]),
        counted=counted,
    )


def as_json(scores: Scores) -> str:
    """Return visits, each space by itself, and the table as one JSON object."""
    visits = [asdict(v) | {"error": v.error} for v in scores.visits]
    spaces: list[dict[str, Any]] = []
    for verdict in scores.verdicts:
        row = asdict(verdict)
        spaces.append(row | row.pop("accuracy"))
    lines = [asdict(line) for line in scores.lines]
    return json.dumps(
        {"worlds": scores.abouts, "visits": visits, "occupancy": spaces, "table": lines}, indent=1
    )


def as_text(scores: Scores) -> str:
    """Return the visits of each simulated site, and the table, as text."""
    came = [
        (
            v.scenario,
            v.site,
            str(v.days),
            str(v.real),
            f"{v.counted:.0f}",
            score_table.percent(v.error, "+.1f"),
        )
        for v in scores.visits
    ]
    heads = ("scenario", "site", "days", "visits", "counted", "error")
    counted = [*table(heads, came, [1]), ""] if came else []
    return "\n".join([*counted, *table(score_table.HEADS, map(score_table.cells, scores.lines), [2])])
