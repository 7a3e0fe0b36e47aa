"""`besok simulate score`: what estimators make of a simulated world, beside what was really there.

An estimator is a row of ESTIMATORS: a name and a function from what was observed to figures by minute and space.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Any, Final

import numpy as np

from core.analytics import score
from core.analytics.score import Accuracy, Figures
from core.site import SiteFile
from jobs.estimate import minutes_of_day
from ops.observed import Observed, observe
from ops.tables import table
from sensors_sim.scenario import Scenario

Estimator = Callable[[Observed], Figures]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceScore:
    """How well an estimator knew a space; the root space is the site."""

    scenario: str
    site: str
    space: str
    estimator: str
    accuracy: Accuracy


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitScore:
    """Visits of a site: what was counted, and what was true."""

    scenario: str
    site: str
    days: int
    real: int
    counted: float

    @property
    def error(self) -> float | None:
        """The error as a share of the truth; None if nobody came."""
        return self.counted / self.real - 1 if self.real else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """All that is said of some scenarios."""

    visits: tuple[VisitScore, ...]
    spaces: tuple[SpaceScore, ...]


def present(seen: Observed) -> Figures:
    """What Besök shows."""
    shape = seen.people.shape
    people, lower, upper = (np.full(shape, np.nan) for _ in range(3))
    for day in seen.days:
        found, shown = minutes_of_day(seen.plan, seen.flows[day], seen.levels[day])
        for column, values in ((people, found.people), (lower, found.lower), (upper, found.upper)):
            column[day] = np.where(shown[:, None], values, np.nan)
    return Figures(people=people, lower=lower, upper=upper)


def _simple(estimator: Callable[..., Figures], seen: Observed) -> Figures:
    return estimator(seen.plan.building.doors, seen.flows.people_in, seen.flows.people_out, seen.days)


ESTIMATORS: Final[dict[str, Estimator]] = {
    "besok": present,
    "clamp-and-reset": partial(_simple, score.clamp_and_reset),
    "in-out": partial(_simple, score.raw),
}


def run(
    site_file: SiteFile, scenarios: Sequence[Scenario], first: Callable[[Scenario], date], days: int, seed: int
) -> Scores:
    """Judge every estimator under each scenario, from the day that `first` names on."""
    visits: list[VisitScore] = []
    spaces: list[SpaceScore] = []
    for scenario in scenarios:
        for seen in observe(site_file, first(scenario), days, seed, scenario):
            counted = score.visits(seen.plan.building.doors, seen.flows.people_in, seen.flows.people_out)
            site = seen.site.id
            visits.append(VisitScore(scenario=scenario.id, site=site, days=days, real=seen.visits, counted=counted))
            spaces += _judged(scenario.id, seen)
    return Scores(visits=tuple(visits), spaces=tuple(spaces))


def _judged(scenario: str, seen: Observed) -> Iterator[SpaceScore]:
    for name, estimator in ESTIMATORS.items():
        figures = estimator(seen)
        for n, space in enumerate(seen.names):
            columns = (c[:, n] for c in (seen.people, figures.people, figures.lower, figures.upper))
            yield SpaceScore(
                scenario=scenario,
                site=seen.site.id,
                space=space.partition("/")[2],
                estimator=name,
                accuracy=score.accuracy(*columns),
            )


def as_json(scores: Scores) -> str:
    """Everything, each space by itself."""
    visits = [asdict(v) | {"error": v.error} for v in scores.visits]
    spaces: list[dict[str, Any]] = []
    for s in scores.spaces:
        row = asdict(s)
        spaces.append(row | row.pop("accuracy"))
    return json.dumps({"visits": visits, "occupancy": spaces}, indent=1)


def as_text(scores: Scores) -> str:
    """The visits of each site; by estimator the site as a whole, and the mean of the spaces that all of them know."""
    came = [
        (v.scenario, v.site, str(v.days), str(v.real), f"{v.counted:.0f}", _percent(v.error, "+.1f"))
        for v in scores.visits
    ]
    heads = ("scenario", "site", "days", "visits", "counted", "error")
    groups = dict.fromkeys((s.scenario, s.site, s.estimator) for s in scores.spaces)
    rows = [row for group in groups for row in _rows(scores, *group)]
    about = ("scenario", "site", "of", "estimator", "known", "people", "rmse", "relative", "bias", "coverage")
    return "\n".join([*table(heads, came, 1), "", *table(about, rows, 1)])


def _rows(scores: Scores, scenario: str, site: str, estimator: str) -> Iterator[Sequence[str]]:
    here = [s for s in scores.spaces if (s.scenario, s.site) == (scenario, site)]
    unknown = {s.space for s in here if not s.accuracy.known}
    own = [s for s in here if s.estimator == estimator]
    for of, found in (("site", own[:1]), ("spaces", [s for s in own[1:] if s.space not in unknown])):
        told = [s.accuracy for s in found if s.accuracy.known]
        if told:
            mean = partial(_mean, told)
            yield (
                scenario, site, of, estimator, _percent(mean("known"), ".0f"), _plain(mean("mean_people")),
                _plain(mean("rmse")), _percent(mean("relative"), ".0f"), _plain(mean("bias"), "+.1f"),
                _percent(mean("coverage"), ".0f"),
            )  # fmt: skip


def _mean(told: Sequence[Accuracy], name: str) -> float | None:
    values = [value for accuracy in told if (value := getattr(accuracy, name)) is not None]
    return sum(values) / len(values) if values else None


def _percent(value: float | None, form: str) -> str:
    return "-" if value is None else f"{100 * value:{form}} %"


def _plain(value: float | None, form: str = ".1f") -> str:
    return "-" if value is None else f"{value:{form}}"
