"""What simulated devices say is what adapters read: decode(encode(x)) == x, and neither knows the other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from besok.model.metrics import METRICS, Kind
from besok.model.readings import Decoded, Flag, Message, Reading
from besok.model.site import Sensor
from collectors import decoding
from sensors_sim import formats
from sensors_sim.formats import FORMATS, Format
from sensors_sim.reports import Flow, Level, Report

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DEVICES = {
    "native": "dorr-1",
    "clockless": "dorr-1",
    "vs133": "24e124" + "0" * 10,
    "ers": "a81758" + "0" * 10,
    "axis": "accc8e000001",
}
PEOPLE = st.integers(0, 200)
TOTAL = st.integers(0, 2**31)


def said(report: Report, form: Format) -> Decoded:
    topic, payload = form.encode(report)
    return decoding.decode(Message(topic=topic, payload=payload, received=NOON))


def expected(report: Report, form: Format) -> list[tuple[Any, ...]]:
    """What the report tells, as the words of a reading: channel, metric, value, period, wraps."""
    found: list[tuple[Any, ...]] = []
    for flow in report.flows:
        if flow.totals:
            pairs: Any = zip(("in_total", "out_total"), flow.totals, strict=True)
        else:
            pairs = (("in", flow.entries), ("out", flow.exits))
        for metric, value in pairs:
            total = METRICS[metric].kind is Kind.TOTAL
            wraps = (form.wraps or report.wraps) if total else 0
            found.append((f"flow:{flow.line}", metric, value, 0 if total else flow.period_s, wraps))
    found += [(f"level:{v.region}", v.metric, v.value, 0, 0) for v in report.levels]
    return found


@st.composite
def reports(draw: st.DrawFn, form: Format) -> Report:
    parts = list(form.parts) or ["1", "2", "17"]
    few = st.lists(st.sampled_from(parts), unique=True, min_size=1, max_size=3)
    kinds = ["flow"] * form.flows + ["level"] * bool(form.levels)
    kind = draw(st.sampled_from(kinds))
    totals = draw(st.booleans()) if form.totals is None else form.totals
    items: list[Flow | Level] = []
    if kind == "flow" or (form.flows and not form.apart and draw(st.booleans())):
        for line in draw(few):
            both = (draw(TOTAL), draw(TOTAL)) if totals else None
            items.append(Flow(draw(st.integers(1, 3600)), draw(PEOPLE), draw(PEOPLE), line, both))
    if kind == "level":
        metric = draw(st.sampled_from(form.levels))
        high = {"people": 250, "occupied": 1, "co2_ppm": 5000}[metric]
        items += [Level(draw(st.integers(0, high)), metric, region) for region in draw(few)]
        if form.name == "vs133":  # its frame tells of all four regions
            drawn = {v.region: v.value for v in items if isinstance(v, Level)}
            items = [i for i in items if isinstance(i, Flow)]
            items += [Level(drawn.get(r, 0), "people", r) for r in formats.FOUR]
    device = DEVICES.get(form.name, "stad-dorr-1")
    time = int((NOON - timedelta(seconds=draw(st.integers(0, 86_400)))).timestamp()) * 1000
    wraps = draw(st.sampled_from((0, 2**32))) if totals and form.source == "native" else 0
    seq = draw(st.integers(0, 9999))
    return Report("stad", device, kind if form.apart else "", time, time, seq, 1, tuple(items), wraps)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=6)
@given(data=st.data())
def test_what_is_said_is_what_is_read(name: str, data: st.DataObject) -> None:
    form = FORMATS[name]
    report = data.draw(reports(form))
    decoded = said(report, form)
    assert not decoded.problems
    told = [(r.channel, r.metric, r.value, r.period_s, r.wraps) for r in decoded.readings]
    assert sorted(told) == sorted(expected(report, form))
    moment = None if name == "clockless" else datetime.fromtimestamp(report.time / 1000, UTC)
    device = f"{report.site}/{report.device}" if form.source == "native" else report.device
    assert {(r.source, r.device, r.time) for r in decoded.readings} == {(form.source, device, moment)}


@pytest.mark.parametrize("name", FORMATS)
def test_simulated_data_is_marked_in_every_format(name: str) -> None:
    form = FORMATS[name]
    item = Flow(60, 3, 1, totals=(3, 1) if form.totals else None) if form.flows else Level(1, form.levels[0])
    time = 1_764_072_000_000
    decoded = said(Report("s", DEVICES.get(form.name, "s-d"), "flow", time, time, 1, 1, (item,)), form)
    assert decoded.readings and all(r.flags & Flag.SIMULATED for r in decoded.readings)


def test_an_uplink_that_somebody_simulates_in_the_console_of_the_network_is_still_no_data() -> None:
    form = FORMATS["vs133"]
    flow = Flow(60, 3, 1, totals=(3, 1))
    topic, payload = form.encode(Report("s", "24e124" + "0" * 10, "", 0, 0, 1, 1, (flow,)))
    by_hand = payload.replace(b'"besok_simulated"', b'"simulated"')
    assert not decoding.decode(Message(topic=topic, payload=by_hand, received=NOON)).readings


def test_the_mark_is_only_what_it_says() -> None:
    for mark in (b"false", b'"true"', b"1", b"null"):
        payload = b'{"id":"urn:ngsi-ld:CrowdFlowObserved:x","type":"CrowdFlowObserved","peopleCount":3,'
        message = Message(topic="f", payload=payload + b'"besok_simulated":' + mark + b"}", received=NOON)
        (reading,) = decoding.decode(message).readings
        assert reading == Reading(
            source="fiware", device="urn:ngsi-ld:CrowdFlowObserved:x", channel="flow:1", metric="passages", value=3,
            time=None,
        )  # fmt: skip


def test_every_format_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "scenarios.md").read_text("utf-8")
    assert [name for name in FORMATS if f"| `{name}` |" not in text] == []


SENSORS = (
    (Sensor(device="a", portal="p"), "native"),
    (Sensor(device="a", portal="p", model="clockless counter"), "clockless"),
    (Sensor(device="a", portal="p", source="lorawan", model="Milesight VS133-868M"), "vs133"),
    (Sensor(device="a", space="s", source="lorawan", model="ELSYS ERS Eye"), "ers"),
    (Sensor(device="a", portal="p", source="lorawan", model="ELSYS ERS Eye"), ""),
    (Sensor(device="a", portal="p", source="lorawan", model="VS133", channel="flow:7"), ""),
    (Sensor(device="a", space="s", source="zigbee2mqtt"), "zigbee2mqtt"),
    (Sensor(device="a", space="s", source="nobody knows"), ""),
)


@pytest.mark.parametrize(("sensor", "name"), SENSORS)
def test_a_sensor_speaks_what_its_source_and_model_say(sensor: Sensor, name: str) -> None:
    found = formats.format_of(sensor)
    assert (found.name if found else "") == name
