"""Whatever the payloads of the house's sensors turn into, nothing but Unreadable is raised."""

from typing import Any

import pytest
from hearing import mutated, raises_only_unreadable
from hypothesis import given, settings
from hypothesis import strategies as st

from besok.model.errors import Unreadable
from collectors.adapters import (
    bthome,
    esphome,
    fiware,
    frigate,
    general,
    homeassistant,
    sensorthings,
    shelly,
    sparkplug,
    tasmota,
    theengs,
    zigbee2mqtt,
)

CROWD = {"id": "urn:ngsi-ld:CrowdFlowObserved:Square", "type": "CrowdFlowObserved", "peopleCount": {"value": 7},
         "dateObservedFrom": "2026-11-25T08:10:00Z", "dateObservedTo": "2026-11-25T08:15:00Z"}  # fmt: skip
STATE = {"entity_id": "sensor.hall_co2", "state": "640", "attributes": {"device_class": "carbon_dioxide"}}
RPC = {"src": "s", "method": "NotifyStatus", "params": {"ts": 1795594500, "temperature:0": {"tC": 22.1},
       "presencezone:200": {"num_objects": 2}, "devicepower:0": {"battery": {"V": 5.9}}}}  # fmt: skip
SAMPLES: list[tuple[Any, str, list[Any]]] = [
    (zigbee2mqtt, "zigbee2mqtt/hall/desk", [{"occupancy": True, "battery": 90, "voltage": 3000, "last_seen": 1,
                                             "update": {"state": None}, "device": {"model": "x"}}]),
    (zigbee2mqtt, "zigbee2mqtt/hall/desk/availability", [{"state": "online"}]),
    (tasmota, "tele/hall/SENSOR", [{"Time": "2026-11-25T08:15:00", "SCD30": {"CarbonDioxide": 640, "Temperature": 21},
                                    "COUNTER": {"C1": 4}, "TempUnit": "C"}]),
    (tasmota, "stat/hall/RESULT", [{"Switch1": {"Action": "ON"}}]),
    (theengs, "home/g/BTtoMQTT/60EFABAABBCC", [
        {"servicedata": "4400020164059033002101", "servicedatauuid": "0xfcd2", "id": "60:EF:AB:AA:BB:CC"},
        {"id": "60:EF:AB:AA:BB:CC", "type": "THB", "tempc": 21, "hum": 40, "packet": 3, "brand": "x"}]),
    (shelly, "s/events/rpc", [RPC]),
    (shelly, "shellies/m/status", [{"motion": True, "active": True, "lux": 70, "tmp": {"value": 21, "units": "C"}}]),
    (frigate, "frigate/entrance/person", [3]),
    (homeassistant, "x", [STATE, {"event_type": "state_changed", "event_data": {"new_state": STATE}}]),
    (esphome, "hall/sensor/co2/state", [640]),
    (fiware, "x", [CROWD, {"type": "Notification", "data": [CROWD]}]),
    (fiware, "/json/key/door/attrs", [{"people_count": 7, "TimeInstant": "2026-11-25T08:15:00Z"}, [{"h": 70}]]),
    (sensorthings, "v1.1/Datastreams(7)/Observations", [{"result": 12, "phenomenonTime": "2026-11-25T08:15:00Z",
                                                         "Datastream": {"@iot.id": 8, "name": "Hall: CO2"}}]),
    (sparkplug, "spBv1.0/l/DDATA/g/d", [{"timestamp": 1, "metrics": [{"name": "people", "value": 7}]}]),
    (general, "acme/door", [{"device": {"id": "a"}, "lines": [{"id": 1, "in": 3, "total_out": 4}], "ts": 1795594500,
                             "temperature": {"value": 21, "unit": "C"}, "units": {"co2": "ppm"}, "co2": 640}]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("adapter", "topic", "samples"), SAMPLES, ids=lambda p: getattr(p, "__name__", "")[20:]
)
def test_mutated_payloads(adapter: Any, topic: str, samples: list[Any]) -> None:
    @settings(max_examples=6)
    @given(mutated(samples))
    def tried(payload: bytes) -> None:
        raises_only_unreadable(adapter, payload, topic)

    tried()


@settings(max_examples=15)
@given(st.binary(max_size=40), st.sampled_from(["fcd2", "181c", "fdcd"]))
def test_any_bytes(data: bytes, uuid: str) -> None:
    raises_only_unreadable(sparkplug, data, "spBv1.0/l/DDATA/g/d")
    raises_only_unreadable(general, data, "x")
    try:
        bthome.decode(uuid, b"\x40" + data)
    except Unreadable:
        return
