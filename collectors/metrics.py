"""The collector's figures in the form that Prometheus reads. Made when asked for, so they cost a message nothing."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from besok.model.readings import Refusal
from collectors.counters import Counters, Spread

PREFIX = "besok_collector_"


def families(counters: Counters, now: datetime) -> Iterator[Metric]:
    """Every metric of a collector; docs/reference/service-metrics.md lists each."""
    c = counters
    yield _count(
        "messages_received", "Messages that came from the broker, repeated ones included", c.received
    )
    yield _count(
        "messages_committed", "Messages the broker may forget: stored, rejected or not data", c.committed
    )
    yield _count("messages_repeated", "Messages that were stored already, and came again", c.repeats)
    yield _count("messages_dropped", "Messages of quality of service 0 that came too fast", c.dropped)
    yield _count("readings", "Readings stored, new or corrected", c.readings)
    yield _count("readings_unchanged", "Readings that were stored already", c.unchanged)
    yield _rejected(c)
    yield _count("batches", "Transactions that stored messages", c.batches)
    yield _count("broker_reconnects", "Connections to the broker after the first", max(c.connections - 1, 0))
    yield _count(
        "database_retries", "Attempts to store a batch while the database did not take it", c.retries
    )
    yield _count("database_recoveries", "Times the database took a batch again after that", c.recoveries)
    yield _now("broker_connected", "1 while connected to the broker", c.connected)
    yield _now("ready", "1 while readings get from the broker into the database", c.problem(now) is None)
    yield _now("messages_waiting", "Messages received and not yet committed", c.waiting)
    yield _now(
        "last_message_timestamp_seconds", "When the last message came", c.heard.timestamp() if c.heard else 0
    )
    yield _spread("lag_seconds", "From receipt of a message to the commit", c.lags_s)
    yield _spread("commit_seconds", "How long a transaction took", c.commits_s)
    yield _spread("batch_messages", "Messages in a transaction", c.batch_sizes)


def _rejected(c: Counters) -> Metric:
    """One series for each class of reasons, from the start: an alert cannot see the first step of a new series."""
    text = "Messages that could not be read in whole, by class of the reason"
    family = CounterMetricFamily(PREFIX + "messages_rejected", text, labels=["reason"])
    for refusal in Refusal:
        family.add_metric([refusal.value], c.rejected_by[refusal.value])
    return family


def _count(name: str, text: str, value: int) -> Metric:
    return CounterMetricFamily(PREFIX + name, text, value=value)


def _now(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, text, value=float(value))


def _spread(name: str, text: str, spread: Spread) -> Metric:
    counts, total = list(spread.counts), spread.total
    up_to = [(f"{bound:g}", float(sum(counts[: n + 1]))) for n, bound in enumerate(spread.bounds)]
    buckets = [*up_to, ("+Inf", float(sum(counts)))]
    return HistogramMetricFamily(PREFIX + name, text, buckets=buckets, sum_value=total)
