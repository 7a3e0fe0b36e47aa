"""Payloads of every family give the readings that they should, or are not data: own samples, and real payloads.

The real ones lie beside the clone and are skipped where they are absent. Their table was written from the descriptions (`meaning`, `expected_decoded`), not from what the adapters say. Where an
adapter deviates from a description, the case says why.
"""

# ruff: noqa: E501 - a table
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from samples import MAPPINGS, SAMPLES, Sample

from besok.model.decode_context import DecodeContext
from besok.model.metrics import METRICS
from besok.model.readings import Message
from cli.standalone import dry_run

RECEIVED = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """What becomes of a payload.

    `readings` lists "channel metric value" with a comma between; `at` is the time of all of them (empty: the device
    sends none), `/60` after a value its period in seconds, `@08:15:00` a time of day of its own. `says` must occur in
    the reason, `why` states a deviation from the description.
    """

    readings: str = ""
    at: str = ""
    outcome: str = "readings"
    says: str = ""
    why: str = ""
    wraps: int = 0


def not_data(says: str, why: str = "") -> Case:
    return Case(outcome="not_data", says=says, why=why)


def rejected(says: str, why: str = "") -> Case:
    return Case(outcome="rejected", says=says, why=why)


U16, U32 = 65_536, 4_294_967_296
UNKNOWN_BYTES = "the bytes are an example of the network's, not of a device; the reason asks for the model"
LIFE = "signs of life and motion are left out beside a count: they may be a coat on a chair"
NOT_JSON = "a shortened or described payload that is not JSON: the reason says so and nothing is counted"

CASES = {
    # LoRaWAN frames
    "browan-tbms100-akenza": Case("level:1 occupied 1, level:1 motions_total 3153, level:1 temperature_c 20, level:1 battery_v 3.6"),
    "browan-tbms100-count-24bit": Case("level:1 occupied 1, level:1 motions_total 96476, level:1 temperature_c 20, level:1 battery_v 3.6"),
    "elsys-ems-desk-event": Case("level:1 occupied 1, level:1 battery_v 3.62"),
    "elsys-ems-desk-ttn": Case("level:1 temperature_c 22.6, level:1 humidity_pct 41, level:1 occupied 1"),
    "elsys-ers-desk-motion-free": Case(
        "level:1 temperature_c 24.1, level:1 humidity_pct 37, level:1 light_lux 6, level:1 motions 5, level:1 battery_v 3.584,"
        "level:1 occupied 0"
    ),
    "elsys-ers-eye-occupancy-2": Case(
        "level:1 temperature_c 22.5, level:1 humidity_pct 40, level:1 light_lux 416, level:1 motions 0, level:1 battery_v 3.583,"
        "level:1 occupied 1",
    ),
    "elsys-ers-eye-ttn": Case(
        "level:1 temperature_c 22.6, level:1 humidity_pct 41, level:1 light_lux 39, level:1 motions 6",
        why="occupancy code 1 is pending: the sensor is not sure yet, so it measures nothing",
    ),
    "elsys-ers-pir-count": Case(
        "level:1 temperature_c 24.1, level:1 humidity_pct 23, level:1 light_lux 1050, level:1 motions 0, level:1 battery_v 3.674"
    ),
    "hkt-people-counter": Case("flow:1 in_total 200, flow:1 out_total 200", wraps=U32),
    "hkt-people-counter-uninstalled": not_data("hangs on its wall"),
    "imbuildings-office-occupancy": Case("flow:1 in_total 1539, flow:1 out_total 1510, level:1 battery_v 2.48", wraps=U16),
    "imbuildings-people-counter-v6": Case("flow:1 in_total 13, flow:1 out_total 10, level:1 battery_v 2.56", wraps=U16),
    "imbuildings-verticount-fresh": Case("flow:1 in_total 0, flow:1 out_total 0, level:1 battery_v 3.67", wraps=U16),
    "milesight-am307-pir": Case(
        "level:1 temperature_c 23.8, level:1 humidity_pct 62, level:1 occupied 1, level:1 co2_ppm 936",
        says="breaks off",
        why="the frame breaks off before the pressure: what came before it counts, and the message is rejected with that reason",
    ),
    "milesight-am319-pir": Case("level:1 temperature_c 23.8, level:1 humidity_pct 62, level:1 occupied 1, level:1 co2_ppm 936"),
    "milesight-vs121-flows-endianness": Case(
        ",".join(
            f"flow:{a}-{b} passages { {'aa': 256, 'ab': 512, 'cd': 4608}.get(a + b, 0) }" for a in "abcd" for b in "abcd"
        )
    ),
    "milesight-vs121-line-cumulative-16bit": Case("flow:1 in_total 2, flow:1 out_total 1", wraps=U16),
    "milesight-vs121-region-bits-decoder-conflict": Case(
        "level:all people 3, level:1 occupied 0, level:2 occupied 1, level:3 occupied 0",
        why="two decoders are published; Milesight's own is followed",
    ),
    "milesight-vs121-region-counts-16-regions": Case(
        ",".join(f"level:{n} people { {2: 1, 8: 3, 9: 1}.get(n, 0) }" for n in range(1, 17))
    ),
    "milesight-vs121-regions-and-max": Case(
        "level:all people 3," + ",".join(f"level:{n} occupied {int(n in (1, 6, 8))}" for n in range(1, 9)),
        why="the most people of the period is not kept: it is no state",
    ),
    "milesight-vs132-join-plus-totals": Case("flow:1 in_total 190, flow:1 out_total 305", wraps=U32),
    "milesight-vs133-dwell": Case(
        "level:1 dwell_s 4105, level:2 dwell_s 8565, level:3 dwell_s 8577, level:4 dwell_s 118",
        why="the longest stay is not kept",
    ),
    "milesight-vs133-four-line-period": Case(
        ",".join(f"flow:{n} in {5 * (n == 4)}, flow:{n} out {7 * (n == 4)}" for n in range(1, 5))
    ),
    "milesight-vs133-four-line-totals": Case(
        "flow:1 in_total 72, flow:1 out_total 200, flow:2 in_total 0, flow:2 out_total 0, flow:3 in_total 0, flow:3 out_total 0,"
        "flow:4 in_total 5300, flow:4 out_total 6797",
        wraps=U32,
    ),
    "milesight-vs133-line1-total-and-period": Case("flow:1 in_total 5593, flow:1 out_total 5205", wraps=U32),
    "milesight-vs133-region-counts": Case("level:1 people 2, level:2 people 16, level:3 people 7, level:4 people 9"),
    "milesight-vs321-ten-regions": Case(
        "level:1 battery_pct 100, level:1 temperature_c 27.2, level:1 humidity_pct 5, level:all people 300, level:1 occupied 1,"
        "level:2 occupied 1",
        why="regions 3 to 10 are switched off: they give nothing, not vacancy",
    ),
    "milesight-vs330-washroom": Case("level:1 battery_pct 98, level:1 occupied 1"),
    "milesight-vs340-occupied": Case("level:1 battery_pct 100, level:1 occupied 1"),
    "milesight-vs340-vacant": Case("level:1 battery_pct 100, level:1 occupied 0"),
    "milesight-vs350-doc-example": Case(
        "level:1 battery_pct 98, level:1 temperature_c 20.8, flow:1 in_total 12, flow:1 out_total 7", wraps=U16
    ),
    "milesight-vs350-threshold-alarm": Case("flow:1 in_total 4353, flow:1 out_total 4360", wraps=U16),
    "milesight-vs360-doc-example": Case(
        "level:1 battery_pct 98, level:node battery_pct 98, flow:1 in_total 9, flow:1 out_total 2", wraps=U16
    ),
    "milesight-vs360-events-only": not_data("alarm"),
    "milesight-ws202-readme-decoder-mismatch": Case("level:1 battery_pct 16, level:1 occupied 1"),
    "milesight-ws203-live": Case("level:1 battery_pct 100, level:1 temperature_c 30.8, level:1 humidity_pct 50.5, level:1 occupied 0"),
    "moko-lw007-pir-heartbeat": Case(
        "level:1 occupied 0, level:1 temperature_c 26.7, level:1 humidity_pct 59.7", at="2025-08-22T09:17:14Z"
    ),
    "moko-lw007-pir-shutdown": not_data("off"),
    "netvox-rb11e": Case("level:1 battery_v 3.4, level:1 temperature_c 26, level:1 light_lux 180, level:1 occupied 1"),
    "parametric-pcr2-config-v5": not_data("settings"),
    "parametric-pcr2-v4": Case("flow:1 in_total 3, flow:1 out_total 4, level:1 battery_v 7.2", wraps=U16),
    "pipiot-people-sense-bins": Case(
        "flow:1 passages 9, level:1 battery_v 7.05",
        why="whether the count runs on is not stated; the time bins, which are what was counted since the last frame, give 9 too",
    ),
    "pressac-rcs-occupancy": Case("level:1 occupied 1, level:1 battery_v 3.6"),
    "restotracker-motion-heartbeat": Case(
        "level:1 motions_total 0, level:1 battery_v 3.4", why="that a thing moves does not say that somebody is there"
    ),
    "swisscom-multisense-motion-counter": Case(
        "level:1 temperature_c 23.73, level:1 humidity_pct 55, level:1 motions_total 4738, level:1 battery_v 2.978"
    ),
    "tektelic-co2-motion-event-count": Case("level:1 temperature_c -5.2, level:1 motions 2"),
    "tektelic-pir-climate-only": Case("level:1 battery_v 3.16, level:1 temperature_c 23.6, level:1 humidity_pct 31"),
    "tektelic-pir-occupied": Case("level:1 occupied 1"),
    "tektelic-pir31-vacant": Case("level:1 occupied 0"),
    "thermokon-mcs-motion-bits": Case("level:1 occupied 0, level:1 motions 9"),
    "yosensi-ambience-presence-counter": Case(
        "level:1 battery_v 4.444, level:1 temperature_c 19.2, level:1 humidity_pct 37, level:1 co2_ppm 652, level:1 light_lux 110,"
        "level:1 motions 3",
        why="the light comes in thousands of lux",
    ),
    "yosensi-people-counter-climate": Case(
        "level:1 battery_v 5.274, level:1 temperature_c 24.8, level:1 humidity_pct 22", at="2026-11-25T07:59:59Z"
    ),
    # Networks
    "chirpstack-v4-join": not_data("joined"),
    "chirpstack-v4-status": Case("level:1 battery_pct 88.3", at="2022-07-18T09:35:06.927172Z"),
    "chirpstack-v4-up": rejected("model", UNKNOWN_BYTES),
    "chirpstack-v4-real-string-object": not_data("valve", "a valve of a model that no table knows, and no people"),
    "chirpstack-fcnt-error-event": not_data("error"),
    "kpn-senml-string-value": Case("level:1 battery_pct 32", at="2024-04-15T15:07:17Z"),
    "milesight-ug65-gateway-envelope": Case(
        "level:1 temperature_c 23.4, level:1 humidity_pct 39.5", at="2022-12-27T07:21:27.078763Z"
    ),
    "tts-v3-join": not_data("joined"),
    "tts-v3-downlink-ack": not_data("downlink"),
    "tts-v3-uplink-mqtt-doc-no-received-at": rejected("model", UNKNOWN_BYTES),
    "tts-v3-uplink-full": rejected(
        "in which unit temperature and luminosity", "the decoder of a model that no table knows, and no units"
    ),
    "ttn-v2-uplink": rejected("model", UNKNOWN_BYTES),
    "ttn-v2-field-topics": not_data("come whole", "single fields repeat what the whole message says on .../up"),
    "aws-iot-lorawan": rejected("", NOT_JSON),
    # Counters
    "xovis-v5-live-event-single": Case("flow:line2 out 1", at="2022-02-25T09:17:45.470Z"),
    "xovis-v5-live-all-datapoints-38kb": Case(
        "flow:line2 out 1 @15:16:44.965, level:1 people 1 @15:16:44.965, level:1 people 0 @15:16:46.484,"
        "flow:2 out_total 926 @15:16:46.484, flow:line2 out 1 @15:18:11.606,"
        "level:1 people 1 @15:18:11.606, level:1 people 0 @15:18:13.286, flow:2 out_total 927 @15:18:13.286,"
        "level:1 people 1 @15:18:19.206, flow:line2 in 1 @15:18:20.006,"
        "level:1 people 0 @15:18:20.006, flow:2 in_total 935 @15:18:21.446",
        at="2022-03-04T00:00:00Z",
        why="track events and entries to zones count nobody and are left out, and groups are the same people again",
    ),
    "xovis-v5-live-count-increment-1471": Case("flow:4 in_total 1471", at="2023-01-16T13:27:02.987Z"),
    "xovis-v5-logics-multi-record-multi-logic": Case(
        "level:1 people 0 @12:42:00, level:1 people 0 @12:43:00, level:1 people 0 @12:44:00, level:1 people 0 @12:45:00,"
        "flow:2 in 1/60 @12:42:00, flow:2 in 3/60 @12:43:00, flow:2 in 0/60 @12:44:00, flow:2 in 0/60 @12:45:00,"
        "flow:2 out 0/60 @12:42:00, flow:2 out 1/60 @12:43:00, flow:2 out 0/60 @12:44:00, flow:2 out 0/60 @12:45:00",
        at="2022-02-25T00:00:00Z",
    ),
    "xovis-v5-logics-same-package-id-different-data": Case(
        "level:1 people 0 @12:42:00, level:1 people 0 @12:43:00, level:1 people 0 @12:44:00, level:1 people 0 @12:45:00,"
        "flow:2 in 1/60 @12:42:00, flow:2 in 0/60 @12:43:00, flow:2 in 0/60 @12:44:00, flow:2 in 0/60 @12:45:00,"
        "flow:2 out 0/60 @12:42:00, flow:2 out 0/60 @12:43:00, flow:2 out 0/60 @12:44:00, flow:2 out 0/60 @12:45:00",
        at="2022-02-25T00:00:00Z",
    ),
    "xovis-v5-logics-gender-mask": Case("flow:3 in 1/60, flow:3 out 0/60", at="2023-05-17T12:10:00Z"),
    "xovis-v5-logics-age-bins": Case("flow:4 in 0/60, flow:4 out 1/60", at="2026-07-08T07:55:00Z"),
    "xovis-v5-logics-queue-statistics": Case(
        "flow:1000 out 8/60, level:1000 people 0, level:1000 dwell_s 124.426003", at="2024-07-03T09:56:00Z"
    ),
    "xovis-v5-logics-zone-occupancy-visits-dwell": Case(
        "level:1001 people 1, flow:1001 in 1/60, level:1001 dwell_s 83.646004", at="2026-07-10T09:05:00Z"
    ),
    "xovis-v5-multisensor-time-change": Case("level:1000 dwell_s 4.202", at="2024-08-30T07:04:54.320Z"),
    "xovis-v5-live-addons-no-events": not_data("position"),
    "xovis-v5-live-empty-events": not_data("position"),
    "xovis-v5-status-data": not_data("health"),
    "xovis-v5-history-status-reset-offset": rejected("", "stored totals of the REST interface, which no sensor pushes"),
    "axis-retail-data-1min": Case("flow:1 in 1/60, flow:1 out 2/60", at="2025-05-22T08:15:00Z"),
    "axis-mqtt-event-all-strings": not_data("camera"),
    "axis-aoa-occupancy-and-crossline-template": rejected("", NOT_JSON),
    "milesight-vs125-line-trigger-two-lines": Case(
        "flow:1/trigger in_total 27, flow:1/trigger out_total 27, flow:3/trigger in_total 27, flow:3/trigger out_total 27",
        at="2024-05-30T12:11:32Z",
        why="whether a trigger tells totals or crossings is disputed: it has a channel of its own, and 27 at once are a total",
    ),
    "milesight-vs125-dwell-event": Case("level:1 dwell_s 96.799", at="2024-05-30T12:12:20Z"),
    "milesight-vs125-mqtt-totals-negative-capacity": Case("flow:1 in_total 4327, flow:1 out_total 4503"),
    "milesight-vs125-periodic-two-lines-invalid-json": rejected("", NOT_JSON),
    "milesight-vs135-mqtt-negative-capacity": rejected(
        "within a text", "a table from a page, with sentences where the device has lists"
    ),
    "dahua-videostat-hourly-negative": rejected("", NOT_JSON),
    "dahua-vto-utc-not-utc": not_data("event", "the kind of event stands in the topic, which the fragment has lost"),
    "vergesense-space-report": Case("level:1 people 0", at="2024-11-21T13:31:45Z", why=LIFE),
    "vergesense-availability-nulls": Case("level:1 occupied 1", at="2024-11-21T13:37:45Z"),
    "vergesense-floor-150": Case("level:1 people 150", at="2026-03-25T10:27:34.942Z"),
    "vergesense-sensor-report": Case("level:1 people 0", at="2026-04-08T16:44:13Z", why=LIFE),
    "airthings-occupants": Case("level:1 people 2", at="2023-07-06T07:15:00Z"),
    "disruptive-desk": Case("level:1 occupied 1", at="2025-05-09T10:46:46Z"),
    "disruptive-motion": Case("level:1 occupied 1", at="2022-09-28T15:14:52.571Z"),
    "disruptive-proximity": not_data("", "an object near the sensor is a closed door as a rule, not a person"),
    "disruptive-proximity-counter": Case("level:1 motions_total 4176", at="2024-12-06T08:23:43.209Z"),
    "building-edge-occupancy-ok": Case("level:1 occupied 0"),
    "building-edge-occupancy-fault": rejected("broken", "the device says of itself that it is faulty: its value is no measurement"),
    "kontakt-telemetry-sentinels": Case(
        "level:1 motions_total 10, level:1 temperature_c 15.75, level:1 humidity_pct 50, level:1 battery_pct 100",
        at="2020-06-26T13:37:00Z",
        why="the light is in percent, not in lux",
    ),
    "regent-deskinuse-pseudo-json": rejected("", NOT_JSON),
    "cloudstudio-peoplecount": Case("level:1 people 30", at="2021-02-23T14:55:03Z"),
    "huawei-vias-line": rejected("", NOT_JSON),
    "huawei-vias-crowd": rejected("", NOT_JSON),
    "intel-person-split-messages": rejected("", NOT_JSON),
    # Homes and cities
    "z2m-doc-minimal": Case("level:1 occupied 1"),
    "z2m-no-occupancy-since": Case("level:1 occupied 0"),
    "z2m-rtcgq11lm-full": Case("level:1 occupied 1, level:1 battery_pct 100, level:1 battery_v 3.055, level:1 light_lux 7"),
    "z2m-rtcgq11lm-repeats": Case(
        "level:1 occupied 1, level:1 light_lux 122, level:1 occupied 1, level:1 light_lux 112, level:1 occupied 1,"
        "level:1 light_lux 155"
    ),
    "z2m-rtcgq13lm-flap": Case(
        "level:1 occupied 1, level:1 battery_pct 100, level:1 battery_v 3.123, level:1 temperature_c 25, level:1 occupied 0,"
        "level:1 occupied 1"
    ),
    "z2m-zg205z-null-presence": not_data(""),
    "z2m-zy-m100": Case("level:1 occupied 1, level:1 light_lux 369", at="2024-09-07T15:54:41.147Z"),
    "theengs-shelly-blu-motion-true": Case("level:1 occupied 1, level:1 light_lux 132, level:1 battery_pct 100"),
    "theengs-shelly-blu-motion-false": Case("level:1 occupied 0, level:1 light_lux 36, level:1 battery_pct 100"),
    "theengs-shelly-blu-motion-encrypted": not_data("encrypt"),
    "theengs-qingping-motion-no-lux": Case("level:1 occupied 0"),
    "ha-mqtt-room-doc": not_data(""),
    "openmqttgateway-home-presence": not_data(""),
    "tasmota-pir-rule": Case("level:1 occupied 1"),
    "tasmota-ha-discovery-motion": not_data(""),
    "tasmota-sensor-local-time": rejected("", NOT_JSON),
    "frigate-motion-off-delay": Case("level:1 occupied 1"),
    "frigate-zone-person-count": rejected("", NOT_JSON),
    "ha-hometiles-retained-tombstone": Case("level:1 occupied 1", at="2026-09-03T08:32:50Z"),
    "fiware-crowdflow-keyvalues": Case("flow:1 in 50/300, flow:1 out 50/300", at="2018-08-07T11:15:00Z"),
    "fiware-crowdflow-normalized": Case("flow:1 in 50/300, flow:1 out 50/300", at="2018-08-07T11:15:00Z"),
    "fiware-iota-multi": Case("level:1 humidity_pct 70, level:1 temperature_c 15"),
    "fiware-iota-single-value": Case("level:1 humidity_pct 70"),
    "frost-observation-mqtt": rejected("", "what is measured stands in the Datastream, not in the message"),
    "sparkplug-b-json-illustration": not_data(""),
}  # fmt: skip


def tried(path: Path) -> dry_run.DryRun:
    """The file on trial; what its source spoilt (comments, a missing comma) is fixed first."""
    described = json.loads(path.read_bytes())
    if described["input_class"] == "literal-not-json":
        described["payload"] = fixed(described["payload"])
    content = json.dumps(described).encode()
    return dry_run.run(dry_run.Request(content=content, received=RECEIVED))


def fixed(text: str) -> str:
    """JSON as its source meant it."""
    text = re.sub(r"//.*", "", text)
    text = re.sub(r",(\s*[}\]])", r"\1", text)
    return re.sub(r'([}\]"])(\s*\n\s*")', r"\1,\2", text)


Row = tuple[str, str, float, datetime | None, float]


def expected(case: Case) -> list[Row]:
    day = datetime.fromisoformat(case.at) if case.at else None
    return sorted((_row(text.split(), day) for text in case.readings.split(",") if text.strip()), key=repr)


def _row(words: list[str], time: datetime | None) -> Row:
    channel, metric, value, *own = words
    number, _, period = value.partition("/")
    if own and time:
        of_day = datetime.strptime(own[0], "@%H:%M:%S.%f" if "." in own[0] else "@%H:%M:%S")  # noqa: DTZ007
        time = datetime.combine(time.date(), of_day.time(), UTC)
    return channel, metric, float(number), time, float(period or 0)


def found(case: dry_run.DryRun) -> list[Row]:
    plain = json.loads(dry_run.as_json(case))["readings"]
    return sorted((_found(reading) for reading in plain), key=repr)


def _found(reading: dict[str, Any]) -> Row:
    time = datetime.fromisoformat(reading["time"]) if reading["time"] else None
    return reading["channel"], reading["metric"], round(reading["value"], 6), time, reading["period_s"]


SAMPLES_RECEIVED = datetime(2026, 11, 25, 8, 15, 30, tzinfo=UTC)


def given(sample: Sample) -> dry_run.DryRun:
    """Decode an own sample as it would come."""
    message = Message(topic=sample.topic, payload=sample.payload, received=SAMPLES_RECEIVED)
    models = dry_run.OneModel(sample.model) if sample.model else {}
    return dry_run.judge([message], DecodeContext(zone="Europe/Stockholm", models=models, mappings=MAPPINGS))


def told(was: dry_run.DryRun) -> str:
    """Write the readings as a sample's `gives` does."""
    if was.outcome != "readings":
        return f"{was.outcome}: {was.reason}"
    own = {r.time for r in was.readings} - {SAMPLES_RECEIVED}
    shared_time = len({r.time for r in was.readings}) == 1
    texts = []
    for r in was.readings:
        period = f"/{r.period_s:g}" if r.period_s else ""
        time = f" @{r.time:%H:%M:%S}" if r.time in own and not shared_time else ""
        texts.append(f"{r.channel} {r.metric} {round(r.value, 4):.10g}{period}{time}")
    return ", ".join(texts) + (f" | {own.pop():%H:%M:%S}" if own and shared_time else "")


@pytest.mark.parametrize(
    "sample", SAMPLES, ids=[f"{n}-{s.model or s.adapter}" for n, s in enumerate(SAMPLES)]
)
def test_own_sample(sample: Sample) -> None:
    was = given(sample)
    if was.readings:  # in whatever order
        assert sorted(re.split(", | \\| ", told(was))) == sorted(re.split(", | \\| ", sample.gives))
    else:
        assert told(was).startswith(sample.gives)


@pytest.fixture(scope="session")
def payloads(shared: Path) -> Path:
    return shared / "payloads"


def test_the_table_holds_every_payload(payloads: Path) -> None:
    assert sorted(CASES) == sorted(path.stem for path in payloads.glob("*.json"))


@pytest.mark.parametrize("name", CASES)
def test_payload(payloads: Path, name: str) -> None:
    case, was = CASES[name], tried(payloads / f"{name}.json")
    assert (was.outcome, found(was)) == (case.outcome, expected(case)), was.reason
    assert case.says.lower() in was.reason.lower()
    assert bool(was.problems) == (
        case.outcome == "rejected" or bool(case.says and case.outcome == "readings")
    )
    assert was.reason or was.readings  # nothing is dropped in silence
    if case.wraps:
        assert {r.wraps for r in was.readings if METRICS[r.metric].kind == "total"} == {case.wraps}
