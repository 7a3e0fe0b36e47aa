"""The figures of a collector since its start, for its heartbeat, its readiness and, made when asked for, Prometheus."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import prometheus_client
from prometheus_client import Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from besok.model.readings import Refusal
from besok.model.views.live import LATE_AFTER
from besok.store.write import Batch, Written

LAGS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0)  # seconds
COMMITS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds
BATCHES = (1.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0)  # messages
ANSWER_LIMIT = timedelta(seconds=15)  # the database is polled every 5 s; three unanswered polls are away
PREFIX = "besok_collector_"
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
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


def histogram(name: str, text: str, bounds: Sequence[float]) -> Any:
    """Return the field of a histogram outside of any registry."""
    return field(default_factory=partial(Histogram, name, text, registry=None, buckets=bounds))


@dataclass(slots=True, kw_only=True)
class Counters:
    """The running figures, without locks: each is changed by one thread only, and a reader may be one behind."""

    # changed by the broker's thread
    connected: bool = False
    lost: float = 0.0  # since when it is not connected, as a POSIX time
    connections: int = 0  # more than one: the broker was lost in between
    refused: int = 0  # topic filters that the broker refuses
    received: int = 0  # messages
    dropped: int = 0  # messages of quality of service 0 received faster than they could be stored
    heard: datetime | None = None  # when the last message was received

    # changed by the database's thread
    committed: int = 0  # messages, rejected ones included: all that the broker may forget
    readings: int = 0  # new or corrected
    unchanged: int = 0  # readings that were stored already
    repeats: int = 0  # redelivered messages that were stored already
    rejected: int = 0  # messages that could not be read, in whole or in part
    rejected_by: Counter[str] = field(default_factory=Counter)  # the same by class of reason
    batches: int = 0
    last_batch: int = 0  # messages
    retries: int = 0  # of a batch, because the database did not answer
    recoveries: int = 0  # times that it answered again after that
    stuck: str = ""  # sentence: why a batch waits for the database
    writing: datetime | None = None  # when the oldest message of the batch under way was received
    lags_s: Histogram = histogram(PREFIX + "lag_seconds", "From receipt of a message to the commit", LAGS)
    commits_s: Histogram = histogram(PREFIX + "commit_seconds", "How long a transaction took", COMMITS)
    batch_sizes: Histogram = histogram(PREFIX + "batch_messages", "Messages in a transaction", BATCHES)

    # set by the thread of the heartbeat, and at each commit
    answered: datetime | None = None  # when the database last answered; None if the last poll failed
    mismatch: str = ""  # sentence: what is wrong with the version of the database
    present: float = 0.0  # when it last was at work and connected, as a POSIX time
    hearing: float = 0.0  # since when it is so without a long pause

    def note_presence(self, now: datetime, earlier: Mapping[str, Any]) -> None:
        """Note that the database answers `now`; `earlier` has the figures of the last heartbeat.

        A pause after which a usual sensor is not even late counts for nothing: the broker keeps what is sent.
        """
        if not self.present:  # a new process
            self.present, self.hearing = (float(earlier.get(name, 0)) for name in ("present", "hearing"))
        if self.connected:
            # It is also a pause if the clock was set.
            is_short = abs(now.timestamp() - self.present) <= LATE_AFTER.total_seconds()
            self.present, self.hearing = now.timestamp(), self.hearing if is_short else now.timestamp()

    @property
    def waiting(self) -> int:
        """Count the messages received and not yet committed."""
        return max(self.received - self.dropped - self.committed, 0)

    def batch_done(self, received: Iterable[datetime], now: datetime) -> None:
        """Note that messages received then were committed `now`."""
        lags = [(now - then).total_seconds() for then in received]
        self.answered = now
        self.writing = None
        self.committed += len(lags)
        self.batches += 1
        self.last_batch = len(lags)
        for lag in lags:
            self.lags_s.observe(lag)
        self.batch_sizes.observe(len(lags))

    def committed_batch(self, batch: Batch, written: Written, took_s: float) -> None:
        """Count one transaction and its rows."""
        self.stuck = ""
        self.commits_s.observe(took_s)
        self.rejected_by.update(rejection.kind.value for rejection in batch.rejections)
        self.readings += written.readings
        self.unchanged += written.unchanged
        self.repeats += written.repeats
        self.rejected += written.rejected

    def problem(self, now: datetime) -> str | None:
        """Say why nothing is collected at `now`, in a sentence; None if all is well."""
        problems = []
        if not self.connected:
            problems.append("the broker is away")
        elif self.refused:
            problems.append("the broker does not let us read a topic: the log says which")
        if self.mismatch:
            problems.append(self.mismatch)
        elif self.answered is None or now - self.answered > ANSWER_LIMIT:
            problems.append("the database does not answer")
        elif self.stuck:
            problems.append(self.stuck)
        return " and ".join(problems) or None

    def behind_s(self, now: datetime) -> float:
        """Return how many seconds the oldest message that is not committed has waited; 0 where none waits."""
        writing = self.writing  # by the other thread
        return (now - writing).total_seconds() if writing else 0.0

    def detail(self, now: datetime, waiting: int) -> dict[str, Any]:
        """Return the figures of the heartbeat: all that are numbers, and those that depend on the time."""
        values = ((name, getattr(self, name)) for name in self.__slots__)
        figures = {name: value for name, value in values if isinstance(value, int | float)}
        silent_s = round((now - self.heard).total_seconds(), 1) if self.heard else None
        return {**figures, "lag_s": round(self.behind_s(now), 3), "waiting": waiting, "silent_s": silent_s}


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
    gauges = (
        ("broker_connected", "1 while connected to the broker", c.connected),
        ("ready", "1 while readings get from the broker into the database", c.problem(now) is None),
        ("messages_waiting", "Messages received and not yet committed", c.waiting),
        (
            "last_message_timestamp_seconds",
            "When the last message came",
            c.heard.timestamp() if c.heard else 0,
        ),
    )
    for name, text, value in gauges:
        yield GaugeMetricFamily(PREFIX + name, text, value)
    for histogram in (c.lags_s, c.commits_s, c.batch_sizes):
        yield from histogram.collect()


def labelled(name: str, text: str, label: str, counts: Mapping[str, int]) -> Metric:
    """Make one series for each value, from the start: an alert cannot see the first step of a new series."""
    family = CounterMetricFamily(name, text, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family
