"""What speaks through a bridge or a platform: a presence sensor behind Zigbee2MQTT, a FIWARE entity of passing people.

Formats: the Zigbee2MQTT documentation ("MQTT topics and messages"), the Smart Data Model CrowdFlowObserved.
"""

import json
from typing import Any, Final

from sensors_sim.report import MARK, Report, utc

ENTITY: Final = "urn:ngsi-ld:CrowdFlowObserved"


def friendly_name(site: str, device: str) -> str:
    """The name of the device in the bridge."""
    return f"{site}-{device}"


def entity(site: str, device: str) -> str:
    """The id of the entity that tells of the device."""
    return f"{ENTITY}:{site}:{device}"


def zigbee2mqtt(report: Report) -> tuple[str, bytes]:
    """The state of a presence or an air sensor, with the time the bridge last heard it."""
    state: dict[str, Any] = {"linkquality": 120, "last_seen": utc(report.heard)}
    for level in report.levels:
        if level.metric == "occupied":
            state["occupancy"] = bool(level.value)
        else:
            state["co2"] = level.value
    return f"zigbee2mqtt/{report.device}", _text({**state, MARK: True})


def fiware(report: Report) -> tuple[str, bytes]:
    """A CrowdFlowObserved in its short form: towards is in, away is out."""
    (flow,) = report.flows
    body = {
        "id": report.device,
        "type": "CrowdFlowObserved",
        "dateObservedFrom": utc(report.time - flow.period_s * 1000),
        "dateObservedTo": utc(report.time),
        "peopleCount": flow.came + flow.went,
        "peopleCountTowards": flow.came,
        "peopleCountAway": flow.went,
        MARK: True,
    }
    return f"fiware/{report.device}", _text(body)


def _text(body: dict[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
