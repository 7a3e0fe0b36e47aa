"""The collector's figures as Prometheus reads them, made when asked for: they cost a message nothing."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from besok.model.readings import Refusal
from collectors.counters import Counters, Histogram

PREFIX = "besok_collector_"
COUNTS = (
    ("messages_received", "Messages that came from the broker, repeated ones included", "received"),
    ("messages_committed", "Messages the broker may forget: stored, rejected or not data", "committed"),
    ("messages_repeated", "Messages that were stored already, and came again", "repeats"),
    ("messages_dropped", "Messages of quality of service 0 that came too fast", "dropped"),
    ("readings", "Readings stored, new or corrected", "readings"),
    ("readings_unchanged", "Readings that were stored already", "unchanged"),
    ("batches", "Transactions that stored messages", "batches"),
    ("database_retries", "Attempts to store a batch while the database did not take it", "retries"),
    ("database_recoveries", "Times the database took a batch again after that", "recoveries"),
)


def families(counters: Counters, now: datetime) -> Iterator[Metric]:
    """Yield every metric of a collector; docs/reference/service-metrics.md lists each."""
    c = counters
    for name, text, figure in COUNTS:
        yield CounterMetricFamily(PREFIX + name, text, value=getattr(c, figure))
    reconnects = max(c.connections - 1, 0)
    text = "Connections to the broker after the first"
    yield CounterMetricFamily(PREFIX + "broker_reconnects", text, value=reconnects)
    text = "Messages that could not be read in whole, by class of the reason"
    by_reason = {refusal.value: c.rejected_by[refusal.value] for refusal in Refusal}
    yield labelled(PREFIX + "messages_rejected", text, "reason", by_reason)
    yield GaugeMetricFamily(PREFIX + "broker_connected", "1 while connected to the broker", c.connected)
    yield GaugeMetricFamily(
        PREFIX + "ready", "1 while readings get from the broker into the database", c.problem(now) is None
    )
    yield GaugeMetricFamily(PREFIX + "messages_waiting", "Messages received and not yet committed", c.waiting)
    last_message = c.heard.timestamp() if c.heard else 0
    yield GaugeMetricFamily(
        PREFIX + "last_message_timestamp_seconds", "When the last message came", last_message
    )
    yield histogram(PREFIX + "lag_seconds", "From receipt of a message to the commit", c.lags_s)
    yield histogram(PREFIX + "commit_seconds", "How long a transaction took", c.commits_s)
    yield histogram(PREFIX + "batch_messages", "Messages in a transaction", c.batch_sizes)


def labelled(name: str, text: str, label: str, counts: Mapping[str, int]) -> Metric:
    """Make one series for each value, from the start: an alert cannot see the first step of a new series."""
    family = CounterMetricFamily(name, text, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def histogram(name: str, text: str, counted: Histogram) -> Metric:
    """Return a histogram as Prometheus has it: running counts."""
    running = list(accumulate(counted.counts))
    bounds = [*(f"{bound:g}" for bound in counted.bounds), "+Inf"]
    buckets = [(bound, float(n)) for bound, n in zip(bounds, running, strict=True)]
    return HistogramMetricFamily(name, text, buckets=buckets, sum_value=counted.total)
