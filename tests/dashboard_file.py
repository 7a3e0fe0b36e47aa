"""What the Grafana dashboard and the Prometheus rules that Besök ships ask."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

DEPLOY: Final = Path(__file__).parents[1] / "deploy"
DASHBOARD: Final = DEPLOY / "grafana" / "besok.json"
RULES: Final = DEPLOY / "prometheus" / "alerts.yml"
MACRO: Final = re.compile(r"\$__timeFilter\(((?:[^()]|\([^()]*\))*)\)")  # of Grafana


def _targets() -> Iterator[tuple[str, dict[str, Any]]]:
    for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]:
        yield from ((panel["title"], target) for target in panel.get("targets", ()))


def queries(site: str) -> list[tuple[str, str]]:
    """Return the SQL of each panel and of the choice of sites, as Grafana would send it."""
    document = json.loads(DASHBOARD.read_text("utf-8"))
    asked = [("site", one["query"]) for one in document["templating"]["list"] if one["type"] == "query"]
    asked += [(title, target["rawSql"]) for title, target in _targets() if "rawSql" in target]
    year = r"\1 between now() - interval '1 year' and now()"
    return [(title, MACRO.sub(year, text).replace("$site", site)) for title, text in asked]


def expressions() -> list[str]:
    """Return the PromQL of the rules and of the panels."""
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    rules = [rule["expr"] for group in groups for rule in group["rules"]]
    return rules + [target["expr"] for _, target in _targets() if "expr" in target]
