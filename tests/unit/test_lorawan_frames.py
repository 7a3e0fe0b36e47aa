"""Frames: what the items of a device mean beside what the examples of its table say, and what it is known by."""

from datetime import UTC, datetime

import pytest
from adapting import decode_frame

from besok.model.readings import Decoded
from collectors.devices import registry

NOW = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)
Values = dict[str, float]


def read(frame: str, model: str = "", fport: int = 85, device: str = "0" * 16) -> Decoded:
    return decode_frame(frame, fport, model, device, NOW)


def values(decoded: Decoded) -> Values:
    """`{"in_total": 190, "people 2": 3}`: metric, and part if it is not "1"."""
    return {f"{r.metric} {r.channel.partition(':')[2]}".removesuffix(" 1"): r.value for r in decoded.readings}


BOTH_TOTALS = {"in_total": 18, "out_total": 22}


@pytest.mark.parametrize(
    ("model", "fport", "frame", "expected"),
    [
        ("ELSYS ERS Eye", 5, "1100", {"occupied": 0}),
        ("IMBuildings People Counter", 28, "00016f00", {"battery_v": 3.67}),
        ("Parametric PCR2", 14, "be0104 0001 0002 0003 0004 0000 0000 0136", {"in_total": 3, "out_total": 4}),
        ("TEKTELIC VIVID", 10, "00ba0e1000d364", {"battery_v": 3.6, "battery_pct": 100}),
        ("HKT people counter", 1, "686b74000303 5a", {"battery_pct": 90}),
        ("Milesight VS121", 85, "0dccfeff0100", {"in_total": 65534, "out_total": 1}),
        ("Milesight VS121", 85, "04c902020003 07d50102000000000009",
         {"people all": 2, "occupied": 1, "occupied 2": 1, "people": 1, "people 2": 2}),
        ("Milesight VS121", 85, "0ee4010a001400", {"dwell_s": 10}),
        ("Milesight VS132", 85, "03d2be000000 04d231010000 05cc05000600", {"in_total": 190, "out_total": 305}),
        ("Milesight VS133", 85, "05cc05000600 06d201000000", {"in": 5, "out": 6, "in_total 2": 1}),
        ("Milesight VS133", 85, "11d205000000 13cc05000600 0fe300000002",
         {"people": 0, "people 2": 0, "people 3": 0, "people 4": 2}),
        ("Milesight VS135", 85, "10e40100000000 10e4020a001e00", {"dwell_s 2": 10}),  # nobody stayed in region 1
        ("Milesight VS350", 85, "017564 03670c01", {"battery_pct": 100, "temperature_c": 26.8}),
        ("Milesight VS350", 85, "04cc12001600 05cc13001400", BOTH_TOTALS),
        ("Milesight VS350", 85, "8367360101", {"temperature_c": 31}),
        ("Milesight VS350", 85, "84cc1200160001 85cce803e90301", BOTH_TOTALS),  # alarms repeat counts
        ("Milesight VS360", 85, "017564 027563 05cc13001400",
         {"battery_pct": 100, "battery_pct node": 99, "in": 19, "out": 20}),
        ("Milesight VS321", 85, "0367ffff 0468ff", {}),
        ("Milesight VS330", 85, "017562 02820f00 038e00 048e01", {"battery_pct": 98, "occupied": 0}),
        ("Milesight VS341", 85, "030001", {"occupied": 1}),
        ("Milesight WS202", 85, "030000 040001", {"occupied": 0}),
        ("Milesight WS203", 85, "8367220101", {"temperature_c": 29}),
        ("Milesight WS203", 85, "20ce5c5ca6640301340165", {"occupied": 1, "temperature_c": 30.8, "humidity_pct": 50.5}),
        ("Milesight EM300-TH", 85, "0367ea0004684f050000", {"temperature_c": 23.4, "humidity_pct": 39.5}),  # no leak
    ],
)  # fmt: skip
def test_frames(model: str, fport: int, frame: str, expected: Values) -> None:
    decoded = read(frame, model, fport)
    assert not decoded.problems
    assert values(decoded) == expected
    assert decoded.model.split()[0].casefold() == model.split()[0].casefold()


@pytest.mark.parametrize(
    ("model", "fport", "frame", "wraps"),
    [
        ("IMBuildings People Counter", 1, "02070004a30b00f0d40e20000d000a", 2**16),
        ("Parametric PCR2", 14, "be010400010002000300041c200ce40139", 2**16),
        ("HKT people counter", 1, "686b7400070700780096000000c8000000c8", 2**32),
        ("Yosensi YO People Counter", 1, "026b003d6000110000086000130200000026", 2**32),
        ("Terabee People Flow Counting M", 82, "000000c8000001c800", 2**32),
        ("VS121", 85, "0dcc02000100", 2**16),
        ("VS132", 85, "03d2be000000", 2**32),
    ],
)
def test_totals_know_their_width(model: str, fport: int, frame: str, wraps: int) -> None:
    totals = [r for r in read(frame, model, fport).readings if r.metric.endswith("_total")]
    assert totals
    assert {r.wraps for r in totals} == {wraps}


@pytest.mark.parametrize(
    ("model", "fport", "frame"),
    [
        ("ELSYS ERS", 6, "3e0102030405"),
        ("IMBuildings People Counter", 1, "03030004a30b00f0d40e00017001"),
        ("IMBuildings People Counter", 10, "f101021e05"),
        ("Parametric PCR2", 190, "be0105"),
        ("Browan TBMS100", 100, "000b34"),
        ("TEKTELIC VIVID", 100, "0001020304050607"),
        ("Swisscom Multisense", 100, "010080a3"),
        ("MOKO LW007-PIR", 2, "0102"),
        ("Netvox RB11E", 7, "8103"),
        ("Thermokon MCS LRW", 2, "c1060078"),
        ("Cayenne LPP", 1, "060001"),
        ("Terabee People Flow Counting M", 100, "030003"),
        ("Sensative Strips", 11, "00"),
        ("VS133", 85, "ff0101 ff166614c39694870000 ff090102 ff1f84010001"),
        ("VS133", 85, "fe0201"),
        ("VS133", 85, "f93e01"),
        ("VS133", 85, "ff0b01"),
    ],
)
def test_not_data(model: str, fport: int, frame: str) -> None:
    decoded = read(frame, model, fport)
    assert (decoded.readings, decoded.problems) == ((), ())
    assert decoded.not_data


@pytest.mark.parametrize(
    ("model", "fport", "frame", "said"),
    [
        ("ELSYS ERS", 5, "1105", "occupancy"),
        ("ELSYS ERS", 5, "ff00", "item ff"),
        ("IMBuildings People Counter", 1, "02060004", "breaks off"),
        ("Parametric PCR2", 14, "be0109000100020003000400", "version is 09"),
        ("Browan TBMS100", 102, "000b34", "breaks off"),
        ("HKT people counter", 1, "686b740007070078", "breaks off"),
        ("TEKTELIC VIVID", 10, "0a0011", "motion_event_state"),
        ("Yosensi YO People Counter", 1, "0346000008", "version is 03"),
        ("Netvox RB11E", 6, "010201210100000000000000", "kind of device is 02"),
        ("Pressac RCS", 1, "0640130001", "kind is 04"),
        ("Cayenne LPP", 1, "0167", "breaks off"),
        ("MClimate HT-PIR Lite", 2, "8106", "breaks off"),
        ("Decentlab DL-IAM", 1, "021234001f", "breaks off"),
        ("Sensative Strips", 1, "01020200", "breaks off"),
        ("VS350", 85, "20ce00000000000b000400", "clock"),
        ("VS340", 85, "030007", "occupancy is"),
    ],
)
def test_what_cannot_be_read(model: str, fport: int, frame: str, said: str) -> None:
    assert said in "; ".join(read(frame, model, fport).problems)


@pytest.mark.parametrize(
    ("model", "frame", "expected", "said"),
    [
        ("AM307", "0367ee0004687c05000106cb0207", {"temperature_c": 23.8, "humidity_pct": 62, "occupied": 1},
         "breaks off"),
        ("VS340", "030001 aabb01", {"occupied": 1}, "aabb at byte 4"),
    ],
)  # fmt: skip
def test_a_frame_that_breaks_off_counts_as_far_as_it_goes(
    model: str, frame: str, expected: Values, said: str
) -> None:
    decoded = read(frame, model)
    assert values(decoded) == expected
    assert said in decoded.problems[0]


@pytest.mark.parametrize(
    ("model", "fport", "frame", "time"),
    [
        ("MOKO LW007-PIR", 6, "0000003c105f8de55f0000", NOW),  # its clock was never set
        ("VS350", 85, "04cc12001600 0aef7b3af164", datetime.fromtimestamp(1693530747, UTC)),
        ("VS350", 85, "04cc12001600 0aef10000000", NOW),
    ],
)
def test_the_time_is_that_of_the_device_where_it_tells_one(
    model: str, fport: int, frame: str, time: datetime
) -> None:
    assert {r.time for r in read(frame, model, fport).readings} == {time}


def test_a_presence_sensor_that_is_switched_off_sees_nobody() -> None:
    off = read("68a8359a10df8de55f0000", "MOKO LW007-PIR", 6)
    assert off.readings and "occupied" not in values(off)


@pytest.mark.parametrize(
    ("fport", "frame", "device", "model"),
    [
        (1, "1102", "a81758fffe000001", "ELSYS ERS, EMS and ELT"),
        (1, "02060004a30b00f0d40e0001000000000020000d000a6a", "0004a30b00f0d40e", "IMBuildings People Counter"),
        (14, "be010400010002000300041c200ce40139", "0" * 16, "Parametric PCR2"),
        (190, "be010501030a00", "0" * 16, "Parametric PCR2"),
        (1, "686b7400070700780096000000c8000000c8", "0" * 16, "HKT People Counter"),
        (6, "010301220a2800b4010000", "00137a1000000001", "Netvox RB11E"),
        (102, "017b341600510c00", "58a0cb0000112233", "Browan TBMS100"),
    ],
)  # fmt: skip
def test_frames_that_can_only_be_of_one_layout_need_no_model(
    fport: int, frame: str, device: str, model: str
) -> None:
    assert read(frame, "", fport, device).model == model


@pytest.mark.parametrize(
    ("fport", "frame", "device"),
    [
        (10, "0a00ff", "0" * 16),
        (10, "0a00ff", "647fda0000006420"),  # another TEKTELIC device means something else by it
        (5, "1102", "0" * 16),
        (5, "070e241102", "0" * 16),
        (14, "be01040001000200030004", "0" * 16),
        (102, "017b341600510c00", "0" * 16),
        (102, "017b341600510c", "58a0cb0000112233"),
        (1, "02060004a30b00f0d40e0001000000000020000d000a6a", "0" * 16),  # another device's id
        (6, "010301220a2800b4010000", "0" * 16),
        (2, "4112", "0" * 16),
        (1, "016700e2", "0" * 16),
        (3, "010080a3010945", "0" * 16),
        (85, "03d2be00000004d231010000", "24e124ffff000001"),  # a Milesight device, but which?
        (85, "017564030001", "24e124ffff000001"),
    ],
)
def test_weak_forms_are_never_guessed(fport: int, frame: str, device: str) -> None:
    decoded = read(frame, "", fport, device)
    assert not decoded.readings
    assert "say its model in the site file" in decoded.problems[0]


@pytest.mark.parametrize(
    ("model", "frame"),
    [
        ("Milesight TS201", "20cec79afa6402bdff"),  # a freezer's temperature, not 65,469 people
        ("Milesight AT101", "0500010001"),
        ("Milesight UC300", "030001"),
        ("Milesight", "03d2be000000"),
        ("Terabee", "000000c8000001c800"),
        ("Browan TBDW100", "000b3416000a0000"),
    ],
)
def test_a_known_make_with_an_unknown_model_is_asked_about(model: str, frame: str) -> None:
    decoded = read(frame, model, 85, "24e124ffff000001")
    assert not decoded.readings
    assert "model" in decoded.problems[0]


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("Milesight VS133", "VS133"),
        ("VS-133-868M", "VS133"),
        ("milesight-iot vs360 eui-24e124000000abcd", "VS360"),
        ("Milesight VS121-P", "VS121"),
        ("AM 307 in the hall", "AM307"),
        ("Milesight", ""),
        ("Milesight UC300", ""),
        ("Test device-profile", ""),
        ("", ""),
    ],
)
def test_models_are_matched_tolerantly(text: str, model: str) -> None:
    entry = registry.by_model(text)
    assert (entry.model if entry else "") == model
