"""Frames of vendors other than Milesight: what they say, and what they are known by."""

from datetime import UTC, datetime, timedelta

import pytest
from adapting import decode_frame

from besok.model.readings import Decoded

NOW = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)
Values = dict[str, float]


def read(frame: str, fport: int = 0, model: str = "", device: str = "0" * 16) -> Decoded:
    return decode_frame(frame, fport, model, device, NOW)


def values(decoded: Decoded) -> Values:
    """`{"in_total": 190, "people 2": 3}`: metric, and part if it is not "1"."""
    return {f"{r.metric} {r.channel.partition(':')[2]}".removesuffix(" 1"): r.value for r in decoded.readings}


@pytest.mark.parametrize(
    ("model", "fport", "frame", "expected"),
    [
        ("ELSYS ERS Sound", 5, "0100e2 0229 040027 0506 060308 070e2a 153c2d",
         {"temperature_c": 22.6, "humidity_pct": 41, "light_lux": 39, "motions": 6, "co2_ppm": 776, "battery_v": 3.626, "sound_db": 45}),  # noqa: E501
        ("Elsys ELT-2", 5, "01fff6 0b00000010 0c00e2", {"temperature_c": -1}),
        ("ELSYS ERS Eye", 5, "1100", {"occupied": 0}),
        ("ELSYS ERS Eye", 5, "1101 0503", {"motions": 3}),  # pending: nobody knows
        ("IMBuildings People Counter", 1, "02070004a30b00f0d40e20000d000a", {"in_total": 13, "out_total": 10}),
        ("IMBuildings People Counter", 26, "0001000003000200 06030 5e661".replace(" ", ""), {"battery_v": 2.56, "in_total": 1539, "out_total": 1510}),  # noqa: E501
        ("IMBuildings Comfort Sensor", 1, "01030004a30b00f0d40e00 0170 0898 10cc 0258 01",
         {"battery_v": 3.68, "temperature_c": 22, "humidity_pct": 43, "co2_ppm": 600, "occupied": 1}),
        ("IMBuildings People Counter", 28, "00016f00", {"battery_v": 3.67}),
        ("Parametric PCR2", 14, "be0103 0001 0002 0003 0004 64 0000 0136", {"in_total": 3, "out_total": 4}),
        ("PCR2-OD", 14, "0a0005 160006 010136", {"in": 5, "out": 6}),
        ("Parametric PCR2", 14, "be0104 0001 0002 0003 0004 0000 0000 0136", {"in_total": 3, "out_total": 4}),
        ("Browan TBMS100", 102, "000b3416000a0000", {"occupied": 0, "battery_v": 3.6, "temperature_c": 20, "motions_total": 10}),  # noqa: E501
        ("Browan TBSL100", 105, "000b3437", {"battery_v": 3.6, "temperature_c": 20, "sound_db": 55}),
        ("TEKTELIC VIVID", 10, "0000 ba0e10".replace(" ", "")[2:] + "00d364", {"battery_v": 3.6, "battery_pct": 100}),
        ("TEKTELIC BREEZE", 10, "0be40258 0ee40260 0c732710", {"co2_ppm": 600}),
        ("HKT people counter", 1, "686b74000303 5a", {"battery_pct": 90}),
        ("Yosensi YO People Counter", 1,
         "026b003d 60001100 0008 60001101 000a 60001302 00000026 60001303 0000004d 60001304 ffffffd9".replace(" ", ""),
         {"in_total": 38, "out_total": 77}),
        ("PipIoT PeopleSense", 1, "108d000a 0040 0000 0300 01 14".replace(" ", ""),
         {"battery_v": 7.05, "temperature_c": 20, "passages": 4}),
        ("Swisscom Multisense", 3, "01008064 06 0945 0000000000000000000000000000 04 ffff",
         {"battery_v": 2.6, "temperature_c": 23.73, "motions_total": 65535}),
        ("Netvox RB11E", 6, "010301a2fc1800b4000000", {"battery_v": 3.4, "temperature_c": -10, "light_lux": 180, "occupied": 0}),  # noqa: E501
        ("Pressac RCS", 1, "062000 00 71 7a 50 5a 0190", {"temperature_c": 20.5, "humidity_pct": 40, "sound_db": 45, "light_lux": 400}),  # noqa: E501
        ("Pressac RCS", 1, "0630ff0000", {"occupied": 0}),
        ("Thermokon MCS LRW", 2, "1000e2 1129 120258 85400e10 c1060078 4103",
         {"temperature_c": 22.6, "humidity_pct": 41, "co2_ppm": 600, "battery_v": 3.6, "occupied": 1, "motions": 1}),
        ("Cayenne LPP", 1, "016700e2 026850 036601 0467fff6 05650190 060001",
         {"temperature_c": 22.6, "humidity_pct 2": 40, "occupied 3": 1, "temperature_c 4": -1, "light_lux 5": 400}),
        ("Terabee People Flow Counting L-XL", 1, "000000c8000001c800", {"in_total": 200, "out_total": 456}),
        ("Terabee People Flow Counting M", 82, "000000c8000001c804", {"in_total": 200, "out_total": 456}),
        ("Terabee People Occupancy", 83, "00 07 03 04 ff ff ff ff ff ff", {"people all": 7, "people 0": 3, "people": 4}),  # noqa: E501
        ("MClimate HT-PIR Lite", 2, "81 06 58 66 d2 03",
         {"occupied": 1, "temperature_c": 20, "humidity_pct": 39.84375, "battery_v": 3.411765, "motions": 3}),
        ("MClimate CO2 PIR Lite", 2, "04 0203 81 02 58 66 d2 58 10 00",
         {"occupied": 0, "temperature_c": 20, "humidity_pct": 39.84375, "battery_v": 3.411765, "motions": 0, "co2_ppm": 600}),  # noqa: E501
        ("Decentlab DL-IAM", 1, "02 1234 0031 0bb8 8258 0000 0000 0011",
         {"battery_v": 3, "co2_ppm": 600, "motions": 17}),
        ("Adeunis MOTION", 1, "5c00 01 6432 6432", {"occupied": 1}),
        ("Adeunis Motion", 1, "4e00 0102 0003 32", {"motions_total": 258, "motions": 3}),
        ("Sensative Strips Presence", 1, "0102 0164 0200e2 1201", {"battery_pct": 100, "temperature_c": 22.6, "occupied": 1}),  # noqa: E501
    ],
)  # fmt: skip
def test_frames(model: str, fport: int, frame: str, expected: Values) -> None:
    decoded = read(frame, fport, model)
    assert not decoded.problems
    assert values(decoded) == expected


@pytest.mark.parametrize(
    ("model", "fport", "frame", "wraps"),
    [
        ("IMBuildings People Counter", 1, "02070004a30b00f0d40e20000d000a", 2**16),
        ("Parametric PCR2", 14, "be010400010002000300041c200ce40139", 2**16),
        ("HKT people counter", 1, "686b7400070700780096000000c8000000c8", 2**32),
        ("Yosensi YO People Counter", 1, "026b003d6000110000086000130200000026", 2**32),
        ("Terabee People Flow Counting M", 82, "000000c8000001c800", 2**32),
    ],
)
def test_totals_know_their_width(model: str, fport: int, frame: str, wraps: int) -> None:
    totals = [r for r in read(frame, fport, model).readings if r.metric.endswith("_total")]
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
        ("HKT people counter", 1, "686b7400098400"),
        ("TEKTELIC VIVID", 100, "0001020304050607"),
        ("PipIoT PeopleSense", 1, "208d"),
        ("Swisscom Multisense", 100, "010080a3"),
        ("MOKO LW007-PIR", 2, "0102"),
        ("Netvox RB11E", 7, "8103"),
        ("Netvox RB11E", 6, "0103000a0b20240101"),
        ("Pressac RCS", 1, "061013"),
        ("Thermokon MCS LRW", 2, "c1060078"),
        ("RestoTracker SCD18", 2, "211ec00000"),
        ("Cayenne LPP", 1, "060001"),
        ("Terabee People Flow Counting M", 100, "030003"),
        ("Adeunis Motion", 1, "3000"),
        ("Sensative Strips", 11, "00"),
    ],
)
def test_not_data(model: str, fport: int, frame: str) -> None:
    decoded = read(frame, fport, model)
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
        ("PipIoT PeopleSense", 1, "008d00090000400801008000", "bins"),
        ("Terabee People Flow Counting M", 82, "000000c8000001c801", "stopped"),
        ("Netvox RB11E", 6, "010201210100000000000000", "kind of device is 02"),
        ("Pressac RCS", 1, "0640130001", "kind is 04"),
        ("Cayenne LPP", 1, "0167", "breaks off"),
        ("MClimate HT-PIR Lite", 2, "8106", "breaks off"),
        ("Decentlab DL-IAM", 1, "021234001f", "breaks off"),
        ("Sensative Strips", 1, "01020200", "breaks off"),
    ],
)
def test_what_cannot_be_read(model: str, fport: int, frame: str, said: str) -> None:
    assert said in "; ".join(read(frame, fport, model).problems)


def test_devices_that_know_the_time_tell_it() -> None:
    decoded = read("68a8359a105f8de55f0000", 6, "MOKO LW007-PIR")
    assert values(decoded) == {"occupied": 1, "temperature_c": 26.7, "humidity_pct": 59.7}
    assert {r.time for r in decoded.readings} == {datetime(2025, 8, 22, 9, 17, 14, tzinfo=UTC)}
    unset = read("0000003c105f8de55f0000", 6, "MOKO LW007-PIR")
    assert {r.time for r in unset.readings} == {NOW}
    off = read("68a8359a10df8de55f0000", 6, "MOKO LW007-PIR")  # the sensor for presence is switched off
    assert "occupied" not in values(off)


def test_a_device_that_switches_itself_off_measures_nothing() -> None:
    decoded = read("68a838e81002", 7, "MOKO LW007-PIR")
    assert not decoded.readings
    assert "switches itself off" in decoded.not_data


def test_old_values_are_dated_back() -> None:
    assert {r.time for r in read("0630130501", 1, "Pressac RCS").readings} == {NOW - timedelta(minutes=5)}
    (reading,) = read("02460078" + "600a11010003", 1, "Yosensi YO People Counter").readings
    assert reading.time == NOW - timedelta(seconds=120 - 10)
    (reading,) = read("0102" + "0000003c" + "1201", 2, "Sensative Strips").readings
    assert reading.time == NOW - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("fport", "frame", "device", "model"),
    [
        (1, "1102", "a81758fffe000001", "ELSYS ERS, EMS and ELT"),
        (
            1,
            "02060004a30b00f0d40e0001000000000020000d000a6a",
            "0004a30b00f0d40e",
            "IMBuildings People Counter",
        ),
        (14, "be010400010002000300041c200ce40139", "0" * 16, "Parametric PCR2"),
        (190, "be010501030a00", "0" * 16, "Parametric PCR2"),
        (1, "686b7400070700780096000000c8000000c8", "0" * 16, "HKT People Counter"),
        (6, "010301220a2800b4010000", "00137a1000000001", "Netvox RB11E"),
        (102, "017b341600510c00", "58a0cb0000112233", "Browan TBMS100"),
    ],
)
def test_frames_that_can_only_be_of_one_layout_need_no_model(
    fport: int, frame: str, device: str, model: str
) -> None:
    assert read(frame, fport, device=device).model == model


@pytest.mark.parametrize(
    ("fport", "frame", "device"),
    [
        (10, "0a00ff", "0" * 16),
        (10, "0a00ff", "647fda0000006420"),  # another TEKTELIC device means something else by it
        (5, "1102", "0" * 16),
        (5, "070e241102", "0" * 16),
        (102, "017b341600510c00", "0" * 16),
        (1, "02060004a30b00f0d40e0001000000000020000d000a6a", "0" * 16),  # another device's id
        (6, "010301220a2800b4010000", "0" * 16),
        (2, "4112", "0" * 16),
        (1, "016700e2", "0" * 16),
        (3, "010080a3010945", "0" * 16),
        (85, "03d2be00000004d231010000", "24e124ffff000001"),  # a Milesight device, but which?
    ],
)
def test_weak_forms_are_never_guessed(fport: int, frame: str, device: str) -> None:
    decoded = read(frame, fport, device=device)
    assert not decoded.readings
    assert "say its model" in decoded.problems[0]


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
    decoded = read(frame, 85, model, "24e124ffff000001")
    assert not decoded.readings
    assert "model" in decoded.problems[0]


def test_carbon_dioxide_of_a_known_make_is_read() -> None:
    assert values(read("000f19200c02", 127, "Browan MerryIoT CD10"))["co2_ppm"] == 524
