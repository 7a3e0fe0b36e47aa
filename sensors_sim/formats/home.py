"""Formats of bridges and platforms: a presence sensor behind Zigbee2MQTT, a FIWARE entity of passing people.

Formats: the Zigbee2MQTT documentation ("MQTT topics and messages"), the Smart Data Model CrowdFlowObserved.
"""

from typing import Any

from sensors_sim.formats.jsontext import compact
from sensors_sim.reports import Report
from sensors_sim.times import utc


def zigbee2mqtt(report: Report) -> tuple[str, bytes]:
    """Encode the state of a presence or an air sensor, with the time the bridge last received it."""
    state: dict[str, Any] = {"linkquality": 120, "last_seen": utc(report.received)}
    for level in report.levels:
        if level.metric == "occupied":
            state["occupancy"] = bool(level.value)
        else:
            state["co2"] = level.value
    return f"zigbee2mqtt/{report.device}", compact(state)


def fiware(report: Report) -> tuple[str, bytes]:
    """Encode a CrowdFlowObserved in its short form: towards is in, away is out."""
    (flow,) = report.flows
    body = {
        "id": report.device,
        "type": "CrowdFlowObserved",
        "dateObservedFrom": utc(report.time - flow.period_s * 1000),
        "dateObservedTo": utc(report.time),
        "peopleCount": flow.entries + flow.exits,
        "peopleCountTowards": flow.entries,
        "peopleCountAway": flow.exits,
    }
    return f"fiware/{report.device}", compact(body)
