"""Milesight frames: what the items of each model mean, and that an unknown model is asked about."""

from datetime import UTC, datetime

import pytest
from adapting import decode_frame

from besok.model.readings import Decoded
from collectors.devices import registry

Values = dict[str, float]


def read(frame: str, model: str = "", fport: int = 85, device: str = "0" * 16) -> Decoded:
    return decode_frame(frame, fport, model, device)


def values(decoded: Decoded) -> Values:
    """`{"in_total 1": 190}`: metric and part."""
    return {f"{r.metric} {r.channel.partition(':')[2]}": r.value for r in decoded.readings}


BOTH_TOTALS = {"in_total 1": 18, "out_total 1": 22}


@pytest.mark.parametrize(
    ("model", "frame", "expected"),
    [
        ("VS121", "0dcc0a000b00 05cc02000100", {"in_total 1": 10, "out_total 1": 11}),  # 05 is the period's then
        ("VS121", "05ccffff0100", {"in_total 1": 65535, "out_total 1": 1}),
        ("VS121", "04c902020003 07d50102000000000009", {"people all": 2, "occupied 1": 1, "occupied 2": 1, "people 1": 1, "people 2": 2}),  # noqa: E501
        ("VS121", "0ee4010a001400", {"dwell_s 1": 10}),
        ("VS132", "03d2be000000 04d231010000 05cc05000600", {"in_total 1": 190, "out_total 1": 305}),
        ("VS133", "05cc05000600 06d201000000", {"in 1": 5, "out 1": 6, "in_total 2": 1}),
        ("VS133", "11d205000000 13cc05000600 0fe300000002", {"people 1": 0, "people 2": 0, "people 3": 0, "people 4": 2}),  # noqa: E501
        ("VS135", "10e40100000000 10e4020a001e00", {"dwell_s 2": 10}),  # nobody stayed in region 1: no mean
        ("VS350", "017564 03670c01", {"battery_pct 1": 100, "temperature_c 1": 26.8}),
        ("VS350", "04cc12001600 05cc13001400", BOTH_TOTALS),
        ("VS350", "8367360101", {"temperature_c 1": 31}),
        ("VS360", "017564 027563 05cc13001400", {"battery_pct 1": 100, "battery_pct node": 99, "in 1": 19, "out 1": 20}),  # noqa: E501
        ("VS321", "05fd0300 06fe0500 0400", {"people all": 3, "occupied 1": 0, "occupied 3": 1}),
        ("VS321", "017562 05fd0000 06fe01000000 08f40001", {"battery_pct 1": 98}),  # it says that it cannot see
        ("VS321", "0367ffff 0468ff", {}),
        ("VS330", "017562 02820f00 038e00 048e01", {"battery_pct 1": 98, "occupied 1": 0}),
        ("VS341", "030001", {"occupied 1": 1}),
        ("VS370", "017564030001040000", {"battery_pct 1": 100, "occupied 1": 1}),
        ("WS202", "030000 040001", {"occupied 1": 0}),
        ("WS203", "8367220101", {"temperature_c 1": 29}),
        ("AM107", "01755c 03673401 046865 056a4900 06651c0079001400 077de704 087d0700 09733f27",
         {"battery_pct 1": 92, "temperature_c 1": 30.8, "humidity_pct 1": 50.5, "motions 1": 73, "light_lux 1": 28, "co2_ppm 1": 1255}),  # noqa: E501
        ("EM300-TH", "0367ea0004684f050000", {"temperature_c 1": 23.4, "humidity_pct 1": 39.5}),  # 05 00 is a leak here
    ],
)  # fmt: skip
def test_frames(model: str, frame: str, expected: Values) -> None:
    decoded = read(frame, f"Milesight {model}")
    assert not decoded.problems
    assert values(decoded) == expected
    assert decoded.model.startswith("Milesight ")


def test_totals_know_their_width() -> None:
    assert {r.wraps for r in read("05cc02000100", "VS121").readings} == {2**16}
    assert {r.wraps for r in read("03d2be000000", "VS132").readings} == {2**32}
    assert {r.wraps for r in read("05cc02000100", "VS133").readings} == {0}


def test_alarms_repeat_counts() -> None:
    assert values(read("84cc1200160001 85cce803e90301", "VS350")) == BOTH_TOTALS
    decoded = read("85cce803e90301", "VS350")
    assert not decoded.readings
    assert decoded.not_data


def test_a_devices_memory_has_its_own_times() -> None:
    decoded = read("20ce7b3af164000b000400 20ceff3df16401070002001d000800", "VS350")
    assert [(r.metric, r.value, r.time) for r in decoded.readings] == [
        ("in", 11, datetime.fromtimestamp(1693530747, UTC)),
        ("out", 4, datetime.fromtimestamp(1693530747, UTC)),
        ("in_total", 29, datetime.fromtimestamp(1693531647, UTC)),
        ("out_total", 8, datetime.fromtimestamp(1693531647, UTC)),
    ]
    decoded = read("20ce5c5ca6640301340165", "WS203")
    assert values(decoded) == {"occupied 1": 1, "temperature_c 1": 30.8, "humidity_pct 1": 50.5}
    assert values(read("20ce7b3af16403be000000", "VS133")) == {"in_total 1": 190}
    assert "clock" in read("20ce00000000000b000400", "VS350").problems[0]


def test_the_devices_clock_counts_where_it_sends_it() -> None:
    decoded = read("04cc12001600 0aef7b3af164", "VS350")
    assert {r.time for r in decoded.readings} == {datetime.fromtimestamp(1693530747, UTC)}
    assert {r.time for r in read("04cc12001600 0aef10000000", "VS350").readings} == {None}


def test_a_frame_that_breaks_off_counts_as_far_as_it_goes() -> None:
    decoded = read("0367ee0004687c05000106cb0207", "AM307")
    assert values(decoded) == {"temperature_c 1": 23.8, "humidity_pct 1": 62, "occupied 1": 1}
    assert "breaks off" in decoded.problems[0]
    decoded = read("030001 aabb01", "VS340")
    assert values(decoded) == {"occupied 1": 1}
    assert "aabb at byte 4" in decoded.problems[0]


def test_a_state_out_of_its_codes_is_a_problem() -> None:
    assert "occupancy is" in read("030007", "VS340").problems[0]


@pytest.mark.parametrize(
    "frame", ["ff0101 ff166614c39694870000 ff090102 ff1f84010001", "fe0201", "f93e01", "ff0b01"]
)
def test_what_a_device_says_of_itself_is_not_data(frame: str) -> None:
    decoded = read(frame, "VS133")
    assert (decoded.readings, decoded.problems) == ((), ())
    assert decoded.not_data


def test_an_unknown_model_is_asked_about() -> None:
    for frame in ("03d2be00000004d231010000", "017564030001", "04cc1200160005cc13001400"):
        decoded = read(frame, device="24e124ffff000001")
        assert not decoded.readings
        assert "say its model in the site file" in decoded.problems[0]


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
    assert (entry.table.model if entry else "") == model
