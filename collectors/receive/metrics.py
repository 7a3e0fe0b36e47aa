"""The figures of a receiver since its start, for Prometheus and the heartbeat."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from prometheus_client import Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from collectors.counters import COMMITS, histogram, labelled

PREFIX: Final = "besok_receiver_"
WAITED: Final = "From a message to the word of the broker that it keeps it (PUBACK)"
STATUSES: Final = (200, 400, 401, 403, 404, 405, 408, 413, 415, 503)  # of answers; there are no others
OUTCOMES: Final = ("done", "failed")  # of files


@dataclass(slots=True, kw_only=True)
class ReceiverCounters:
    """The running figures, without locks: each is changed by one thread only."""

    requests: Counter[int] = field(default_factory=Counter[int])  # by status of the answer, but not to GET
    files: Counter[str] = field(default_factory=Counter[str])  # by outcome
    bytes: int = 0  # of bodies, as received
    messages: int = 0  # by HTTP, acknowledged by the broker
    pubacks_s: Histogram = histogram(PREFIX + "puback_seconds", WAITED, COMMITS)

    def detail(self) -> dict[str, Any]:
        """Return the figures of the heartbeat, as JSON can hold them."""
        refused = self.requests.total() - self.requests[200]
        return {"messages": self.messages, "refused": refused, "files": self.files["done"]}


def families(f: ReceiverCounters, connected: bool, problem: str | None) -> Iterator[Metric]:
    """Yield every metric of a receiver; docs/reference/service-metrics.md lists each."""
    text = "Requests by the status of their answer, questions (GET) left out"
    yield labelled(PREFIX + "requests", text, "status", {str(s): f.requests[s] for s in STATUSES})
    yield labelled(
        PREFIX + "files", "Files by what became of them", "outcome", {o: f.files[o] for o in OUTCOMES}
    )
    yield CounterMetricFamily(PREFIX + "bytes", "Bytes of bodies", value=f.bytes)
    yield CounterMetricFamily(
        PREFIX + "messages", "Messages from requests that the broker keeps", value=f.messages
    )
    yield from f.pubacks_s.collect()
    yield GaugeMetricFamily(PREFIX + "broker_connected", "1 while connected to the broker", connected)
    yield GaugeMetricFamily(PREFIX + "ready", "1 while messages can be taken", problem is None)
