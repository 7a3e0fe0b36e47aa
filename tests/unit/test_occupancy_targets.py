"""The occupancy figures are as true as docs/occupancy-scores.md says: on fixed seeds, with a margin.

The short form counts some of the standard worlds by five minutes and for few days; `make score` and the slow form
judge all of them.
"""

from dataclasses import replace

import pytest

from core.analytics.score import Accuracy
from ops import score
from ops.worlds import standard
from ops.worlds.judge import ESTIMATORS, Verdict
from ops.worlds.report import AVERAGE, SITE, Line, lines
from ops.worlds.targets import missed

SMALL = ("miss-5", "biased-out", "dead-half-day", "swapped", "exit", "turned", "room", "first-days")


def averages(found: list[Line]) -> dict[str, Line]:
    return {line.estimator: line for line in found if (line.world, line.of) == (AVERAGE, SITE)}


@pytest.fixture(scope="module")
def short() -> list[Line]:
    recipes = [replace(r, step_s=300) for r in standard.STANDARD if r.name in SMALL]
    return score.judged(standard.world(r, 1, min(r.history, 8), 3) for r in recipes).lines


@pytest.mark.slow
def test_all_targets() -> None:
    assert missed(score.judged(score.standard_worlds([1, 2, 3], simulated_too=False)).lines) == []


def verdicts(**errors: float) -> list[Line]:
    """A world in which each estimator is off by so many people."""
    accuracy = Accuracy(mean_people=50, known=1, rmse=10, relative=0.2, bias=0, coverage=0.8)
    return lines(
        Verdict(
            world="w",
            space=SITE,
            estimator=name,
            accuracy=replace(accuracy, rmse=errors.get(name.replace("-", "_"), 10)),
            alerts=None,
        )
        for name in ESTIMATORS
    )


def test_missed_targets_are_told() -> None:
    assert missed(verdicts(live=6, smoothed=3, end_of_day=4)) == []
    [one] = missed(verdicts(live=6.6, smoothed=3, end_of_day=4))
    assert one.startswith("live: 0.66 of")
    assert [m.split(":")[0] for m in missed(verdicts(live=6, smoothed=3, end_of_day=2))] == ["smoothed"]
    assert "w: live is off by 10.7, clamp-and-reset by 10.0" in missed(verdicts(live=10.7, smoothed=3))
