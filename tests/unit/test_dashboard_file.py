"""The shipped rules and dashboard name metrics and labels that the services really have."""

import re
from datetime import UTC, datetime

import pytest
import yaml
from prometheus_client.metrics_core import Metric

from api import measured
from api.app import create_app
from besok.model.settings import Settings
from cli.simulation import scenario_metrics
from collectors import counters as collector_metrics
from collectors.counters import Counters
from collectors.receive import metrics as receiver_metrics
from jobs import metrics as jobs_metrics
from tests.dashboard_file import DEPLOY, RULES, expressions

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def series() -> dict[str, set[str]]:
    """The labels of every series by its name, as a scrape has it."""
    app = create_app(Settings())
    app.state.measures.answered("/somewhere", 200, 0.1)
    families: list[Metric] = [
        *collector_metrics.families(Counters(), NOW),
        *jobs_metrics.families(jobs_metrics.State(), NOW),
        *receiver_metrics.families(receiver_metrics.ReceiverCounters(), False, None),
        *scenario_metrics.families(scenario_metrics.State(), NOW),
        *measured.families(app),
    ]
    found: dict[str, set[str]] = {}
    for sample in (sample for family in families for sample in family.samples):
        found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_every_metric_that_is_asked_for_exists(series: dict[str, set[str]]) -> None:
    asked = {name for expr in expressions() for name in re.findall(r"\bbesok_\w+", expr)}
    assert len(asked) > 15
    assert sorted(asked - series.keys()) == []


def test_every_label_that_is_asked_for_exists(series: dict[str, set[str]]) -> None:
    """Those of the scrape itself (job, instance, service) are Prometheus' own."""
    for expr in expressions():
        grouped = re.findall(r"\bby \(([^)]*)\)", expr)
        labels = {name for part in grouped for name in re.split(r"\W+", part) if name}
        labels |= set(re.findall(r"[{,]\s*(\w+)\s*=~?", expr))
        known = set().union(*(series[name] for name in re.findall(r"\bbesok_\w+", expr)), {"job"})
        assert labels - known == set(), expr


def test_every_rule_has_its_test_and_says_what_to_do() -> None:
    (group,) = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    tested = (DEPLOY / "prometheus" / "alerts_test.yml").read_text("utf-8")
    for rule in group["rules"]:
        assert f"alertname: {rule['alert']}\n" in tested, rule["alert"]
        assert rule["annotations"].keys() == {"summary", "action"}
        assert rule["labels"]["severity"] in ("critical", "warning")
