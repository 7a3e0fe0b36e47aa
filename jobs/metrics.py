"""State of the jobs since they started: for readiness, and as Prometheus metrics."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from besok.model.views.jobs import Outcome
from jobs.schedule import DUTIES

PREFIX = "besok_jobs_"
LATELY = timedelta(seconds=60)  # a turn takes a second, a piece of the past a little longer
OUTCOMES: Final[tuple[Outcome, ...]] = ("done", "failed", "timed_out")
AWAY = "the database does not answer"


@dataclass(slots=True, kw_only=True)
class State:
    """The current figures; written by the worker's thread alone."""

    turns: int = 0
    failures: int = 0  # turns that failed: the database was away, or not migrated
    turned: datetime | None = None  # when the last turn succeeded; None if it failed
    trouble: str = AWAY  # why the last turn failed, in a sentence
    sites: int = 0  # that this worker has taken
    days_waiting: int = 0  # past days to be recomputed
    runs: Counter[tuple[str, Outcome]] = field(default_factory=Counter[tuple[str, Outcome]])  # of duties
    failing: set[str] = field(default_factory=set[str])  # duties, whichever worker does them

    def problem(self, now: datetime) -> str | None:
        """Say in a sentence why the jobs are not done at `now`; None if they are."""
        if self.turned is None:
            return self.trouble
        return "the worker is stuck in its work" if now - self.turned > LATELY else None


def families(state: State, now: datetime) -> Iterator[Metric]:
    """Yield every metric of the jobs; docs/reference/service-metrics.md lists each."""
    ready = float(state.problem(now) is None)
    yield CounterMetricFamily(PREFIX + "turns", "Rounds of work", state.turns)
    yield CounterMetricFamily(PREFIX + "failures", "Rounds of work that failed", state.failures)
    yield GaugeMetricFamily(PREFIX + "ready", "1 while the work gets done", ready)
    yield GaugeMetricFamily(PREFIX + "sites", "Sites this worker has taken", state.sites)
    yield GaugeMetricFamily(PREFIX + "days_waiting", "Past days to be recomputed", state.days_waiting)
    runs = CounterMetricFamily(
        PREFIX + "runs", "Runs of duties by how they ended", labels=["duty", "outcome"]
    )
    failing = GaugeMetricFamily(
        PREFIX + "duty_failing",
        "1 from a failed run of a duty until one succeeds, by any worker",
        labels=["duty"],
    )
    for duty in DUTIES:
        failing.add_metric([duty.name], float(duty.name in state.failing))
        for outcome in OUTCOMES:
            runs.add_metric([duty.name, outcome], state.runs[duty.name, outcome])
    yield runs
    yield failing
