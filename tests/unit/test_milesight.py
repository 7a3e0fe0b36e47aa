"""Milesight counters that speak JSON: totals and periods of lines, regions, stays."""

from typing import Any

from hearing import heard, timed, told

from besok.model.decode_context import DecodeContext

TIMES = {
    "start_time": "2024-05-30T20:20:49+08:00",
    "end_time": "2024-05-30T20:21:49+08:00",
    "time_zone": "UTC+8:00 China Standard Time (CT/CST)",
    "enable_dst": True,
    "dst_status": False,
}


def message(**sections: Any) -> dict[str, Any]:
    info = {
        "device_sn": "6000E16170000001",
        "device_mac": "24:E1:24:00:00:01",
        "firmware_version": "V_125.1.0.1",
    }
    return {"device_info": info, "time_info": TIMES} | sections


def line(number: int, **total: Any) -> dict[str, Any]:
    return {
        "line": number,
        "line_name": "Line1",
        "line_uuid": "9a04",
        "total": total,
        "group": {"in": 9, "out": 9},
    }


def test_a_period_of_a_line_ends_when_it_ends() -> None:
    decoded = heard(message(line_periodic_data=[line(1, **{"in": 3, "out": 0})]))
    assert timed(decoded) == [
        ("flow:1", "in", 3, "2024-05-30T12:21:49Z", 60),
        ("flow:1", "out", 0, "2024-05-30T12:21:49Z", 60),
    ]
    assert {r.device for r in decoded.readings} == {"6000E16170000001"}


def test_where_a_line_has_a_total_the_period_is_left_out() -> None:
    total = line(1, in_counted=12, out_counted=14, capacity_counted=-2)
    decoded = heard(
        message(line_total_data=[total], line_periodic_data=[line(1, **{"in": 1}), line(2, **{"in": 4})])
    )
    assert told(decoded) == [("flow:1", "in_total", 12), ("flow:1", "out_total", 14), ("flow:2", "in", 4)]


def test_lines_are_told_apart_by_number_though_their_names_are_the_same() -> None:
    decoded = heard(
        message(line_total_data=[line(3, in_counted=1, out_counted=2), line(1, in_counted=5, out_counted=6)])
    )
    assert [(c, v) for c, _, v in told(decoded)] == [
        ("flow:3", 1),
        ("flow:3", 2),
        ("flow:1", 5),
        ("flow:1", 6),
    ]


def test_crossings_as_they_happen_are_apart_from_totals_and_periods() -> None:
    given = message(
        line_trigger_data=[line(1, **{"in": 27, "out": 26})], time_info={"time": "2024-05-30T20:11:32+08:00"}
    )
    assert timed(heard(given)) == [
        ("flow:1/trigger", "in_total", 27, "2024-05-30T12:11:32Z", 0),
        ("flow:1/trigger", "out_total", 26, "2024-05-30T12:11:32Z", 0),
    ]


def test_a_flat_line_is_read_too() -> None:
    flat = [{"line": 1, "line_name": "Line1", "in_counted": 12, "out_counted": 14, "capacity_counted": -2}]
    assert told(heard(message(line_total_data=flat))) == [
        ("flow:1", "in_total", 12),
        ("flow:1", "out_total", 14),
    ]


def test_regions_and_stays_in_milliseconds() -> None:
    regions = {
        "region_count_data": [
            {"region": 2, "total": {"current_total": 4}},
            {"region": 3, "total": {"current_total": None}},
        ],
        "dwell_time_data": [{"region": 2, "avg_dwell_time": 30500, "max_dwell_time": 60000}],
    }
    assert told(heard(message(region_data=regions))) == [
        ("level:2", "people", 4),
        ("level:2", "dwell_s", 30.5),
    ]
    assert told(heard(message(**regions))) == [("level:2", "people", 4), ("level:2", "dwell_s", 30.5)]


def test_times_without_an_offset_are_of_the_zone_they_come_with() -> None:
    def ends(**times: Any) -> str:
        given = message(line_total_data=[line(1, in_counted=1)], time_info=times)
        return timed(heard(given, known=DecodeContext(zone="Asia/Tokyo")))[0][3]

    assert (
        ends(end_time="2022/12/20 19:15:52", timezone="UTC+8:00", dst_status=False) == "2022-12-20T11:15:52Z"
    )
    assert (
        ends(end_time="2022/07/20 19:15:52", time_zone="UTC-5:00 Eastern", dst_status=True)
        == "2022-07-20T23:15:52Z"
    )
    assert ends(end_time="2022-12-20 19:15:52") == "2022-12-20T10:15:52Z"


def test_the_workplace_sensor() -> None:
    given = message(
        event="Region People Counting", current_total=10, numbering_regions=[1, 4], occupancy=[1, 0]
    )
    assert told(heard(given | {"snapshot": "/9j/4AAQ"})) == [
        ("level:all", "people", 10),
        ("level:1", "occupied", 1),
        ("level:4", "occupied", 0),
    ]
    assert heard(given | {"occupancy": [1]}).problems


def test_a_message_without_counts_is_not_data() -> None:
    assert heard(message()).not_data
