"""What services tell of themselves: metrics, readiness, and their logs."""

import json
import logging
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from besok.model.readings import Message, Refusal
from besok.model.settings import Settings
from cli.serving import logs, status
from collectors import counters as collector_metrics
from collectors import pipeline
from collectors.counters import Counters
from jobs import metrics as jobs_metrics

NOW = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)
PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "service-metrics.md").read_text()


def well(**changes: object) -> Counters:
    counters = Counters(connected=True, answered=NOW)
    for name, value in changes.items():
        setattr(counters, name, value)
    return counters


def test_a_batch_is_counted_with_the_lag_of_each_message() -> None:
    counters = Counters(received=5, dropped=1)
    counters.batch_done([NOW - timedelta(seconds=s) for s in (3, 0.02, 0.001)], NOW)
    assert (counters.committed, counters.batches, counters.last_batch, counters.waiting) == (3, 1, 3, 1)
    (lags,), (sizes,) = counters.lags_s.collect(), counters.batch_sizes.collect()
    counts = {sample.labels["le"]: sample.value for sample in lags.samples if sample.labels}
    assert (counts["0.005"], counts["0.025"], counts["+Inf"]) == (1, 2, 3)
    assert {sample.value for sample in sizes.samples if sample.name.endswith("_sum")} == {3}


@pytest.mark.parametrize(
    ("counters", "words"),
    [
        (well(), None),
        (well(connected=False), "the broker is away"),
        (well(refused=1), "does not let us read a topic"),
        (well(answered=None), "the database does not answer"),
        (well(answered=NOW - timedelta(minutes=1)), "the database does not answer"),
        (well(stuck="the database takes no readings"), "the database takes no readings"),
        (well(connected=False, answered=None), "the broker is away and the database does not answer"),
    ],
)
def test_a_collector_is_ready_while_broker_and_database_are_there(
    counters: Counters, words: str | None
) -> None:
    problem = counters.problem(NOW)
    assert problem is None if words is None else words in str(problem)


def test_jobs_are_ready_while_their_rounds_succeed() -> None:
    assert jobs_metrics.State(turned=NOW).problem(NOW) is None
    assert (
        jobs_metrics.State(turned=NOW).problem(NOW + timedelta(minutes=5))
        == "the worker is stuck in its work"
    )
    assert jobs_metrics.State().problem(NOW) == "the database does not answer"


@pytest.mark.parametrize(
    ("topic", "payload", "kind"),
    [
        ("nobody/knows/this", b"\xff\xfe", Refusal.UNKNOWN_FORMAT),
        ("besok/v1/a/b/flow", b"{", Refusal.UNREADABLE),
        ("besok/v1/a/b/flow", b'{"in": -1}', Refusal.OUT_OF_RANGE),
        ("besok/v1/a/b/flow", b'{"time": "1970-01-01T00:00:00Z", "in": 1}', Refusal.BAD_TIME),
        ("besok/v1/a/b/flow", b" " * 4_000_001, Refusal.TOO_LARGE),
    ],
)
def test_refusals_fall_into_few_classes(topic: str, payload: bytes, kind: Refusal) -> None:
    (rejection,) = pipeline.decode([Message(topic=topic, payload=payload, received=NOW)]).rejections
    assert rejection.kind is kind


def watched(counters: Counters) -> status.Watched:
    return status.Watched(
        families=lambda _now: collector_metrics.families(counters, NOW),
        problem=lambda _now: counters.problem(NOW),
    )


def ask(path: str, counters: Counters) -> tuple[int, str]:
    answer = TestClient(status.application(watched(counters))).get(path)
    return answer.status_code, answer.text


def test_metrics_say_what_was_counted() -> None:
    counters = well(received=7, readings=5)
    counters.rejected_by.update(["unreadable", "unreadable"])
    counters.batch_done([NOW - timedelta(seconds=0.02)] * 4, NOW)
    text = ask("/metrics", counters)[1]
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert lines["besok_collector_messages_received_total"] == "7.0"
    assert lines["besok_collector_messages_committed_total"] == "4.0"
    assert lines["besok_collector_messages_waiting"] == "3.0"
    assert lines['besok_collector_messages_rejected_total{reason="unreadable"}'] == "2.0"
    assert lines['besok_collector_messages_rejected_total{reason="refused_by_database"}'] == "0.0"
    assert lines['besok_collector_lag_seconds_bucket{le="0.01"}'] == "0.0"
    assert lines['besok_collector_lag_seconds_bucket{le="0.025"}'] == "4.0"
    assert lines['besok_collector_lag_seconds_bucket{le="+Inf"}'] == "4.0"
    assert lines["besok_collector_lag_seconds_count"] == "4.0"
    assert lines["besok_collector_ready"] == "1.0"
    assert "process_resident_memory_bytes" in lines


def test_what_is_asked_is_answered() -> None:
    assert [ask(path, well())[0] for path in ("/ready", "/live", "/metrics?x=1", "/etc/passwd")] == [
        200
    ] * 3 + [404]
    assert ask("/live", Counters())[0] == 200
    assert ask("/ready", Counters()) == (
        503,
        "not ready: the broker is away and the database does not answer\n",
    )


def test_every_metric_is_in_the_operators_table_and_no_other() -> None:
    families = [
        *collector_metrics.families(Counters(), NOW),
        *jobs_metrics.families(jobs_metrics.State(), NOW),
    ]
    names = {f"{f.name}_total" if f.type == "counter" else f.name for f in families}
    told = set(re.findall(r"^\| `(besok_(?:collector|jobs)_\w+)` \|", PAGE, re.MULTILINE))
    assert told == names


def test_every_class_of_refusal_is_told_to_the_operator() -> None:
    assert [kind for kind in Refusal if f"| `{kind.value}` |" not in PAGE] == []


def record(text: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("collectors.mqtt", logging.WARNING, "file", 1, text, args, None)
    made.created = NOW.timestamp()
    made.__dict__.update(extra)
    return made


def test_a_line_for_people_has_its_time_in_utc() -> None:
    line = logs.Plain().format(record("No connection to %s", "broker", action="mqtt_away"))
    assert line == "2026-11-25 08:15:00Z WARNING collectors.mqtt: No connection to broker"


def test_a_line_for_machines_is_json_and_keeps_the_fields() -> None:
    line = logs.Json("collector").format(record("Två %s", "ord", action="mqtt_away", site="bibliotek"))
    assert json.loads(line) == {
        "time": "2026-11-25T08:15:00.000Z",
        "level": "WARNING",
        "logger": "collectors.mqtt",
        "message": "Två ord",
        "service": "collector",
        "action": "mqtt_away",
        "site": "bibliotek",
    }
    assert "Två" in line


def test_a_failure_is_one_line_of_json_too() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        made = record("failed")
        made.exc_info = sys.exc_info()
    (line,) = logs.Json().format(made).splitlines()
    assert "ValueError: two" in json.loads(line)["exc_info"]


@pytest.mark.parametrize("url", ["postgresql://besok:h%22emlig@db/besok", "host=db password='h\"emlig'"])
def test_secrets_are_never_logged(url: str) -> None:
    settings = Settings(
        database_url=SecretStr(url),
        mqtt_password=SecretStr("öppna\\dig"),
        oidc_client_secret=SecretStr("sesam"),
    )
    hidden = logs.secrets(settings)
    for formatter in (logs.Plain(hidden), logs.Json("web", hidden)):
        line = formatter.format(
            record('it said: h"emlig and öppna\\dig, sesam', action="x", user="öppna\\dig")
        )
        assert "emlig" not in line
        assert "ppna" not in line
        assert "it said: *** and ***, ***" in line
