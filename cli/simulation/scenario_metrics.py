"""State of `besok run-scenarios` since its start: for readiness, and as Prometheus metrics."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from besok.model.scenarios import RunState

PREFIX: Final = "besok_scenarios_"
LATELY: Final = timedelta(minutes=2)  # one part of a question takes seconds
ENDS: Final[tuple[RunState, ...]] = ("done", "failed")
AWAY: Final = "the database does not answer"


@dataclass(slots=True, kw_only=True)
class State:
    """The current figures; written by the thread that computes."""

    beaten: datetime | None = None  # when it last worked, or looked for work; None while it cannot
    trouble: str = AWAY  # why it cannot
    ended: Counter[RunState] = field(default_factory=Counter[RunState])  # questions

    def problem(self, now: datetime) -> str | None:
        """Say in a sentence why no question is answered at `now`; None if they are."""
        if self.beaten is None:
            return self.trouble
        return "the computation is stuck" if now - self.beaten > LATELY else None


def families(state: State, now: datetime) -> Iterator[Metric]:
    """Yield every metric of the process; docs/reference/service-metrics.md lists each."""
    ended = CounterMetricFamily(PREFIX + "ended", "Questions by how they ended", labels=["state"])
    for name in ENDS:
        ended.add_metric([name], state.ended[name])
    yield ended
    ready = float(state.problem(now) is None)
    yield GaugeMetricFamily(PREFIX + "ready", "1 while questions are answered", ready)
