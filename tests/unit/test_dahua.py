"""Dahua: rows and sums of people counting, and movement told by a pair of events."""

from typing import Any

from hearing import heard, timed, told

from besok.model.decode_context import DecodeContext

ROWS = {
    "params": {
        "found": 2,
        "info": [
            {"Channel": 0, "AreaID": 1, "EnteredSubtotal": 12, "ExitedSubtotal": 9, "PassbyTotal": 4,
             "StartTime": "2024-07-06 08:00:00", "EndTime": "2024-07-06 08:59:59", "RuleName": "NumberStat"},
            {"Channel": 2, "AreaID": 1, "EnteredSubtotal": 0, "ExitedSubtotal": 15,
             "StartTime": "2024-07-06 09:00:00", "EndTime": "2024-07-06 10:00:00"},
        ],
    }
}  # fmt: skip
SUMS = {
    "device_id": "cam-7",
    "EnteredSubtotal": {"Total": 900, "Today": 31, "Hour": 2},
    "ExitedSubtotal": {"Today": 4},
}


def event(code: str = "VideoMotion", action: str = "Start", **data: Any) -> dict[str, Any]:
    return {
        "Action": action,
        "Code": code,
        "Data": {"LocaleTime": "2024-07-06 20:44:28", "UTC": 1720291468} | data,
    }


def test_a_row_is_the_people_of_its_hour_in_local_time() -> None:
    assert timed(heard(ROWS, known=DecodeContext(zone="Europe/Stockholm"))) == [
        ("flow:1", "in", 12, "2024-07-06T07:00:00Z", 3600),
        ("flow:1", "out", 9, "2024-07-06T07:00:00Z", 3600),
        ("flow:2/1", "in", 0, "2024-07-06T08:00:00Z", 3600),
        ("flow:2/1", "out", 15, "2024-07-06T08:00:00Z", 3600),
    ]


def test_sums_run_on() -> None:
    decoded = heard(SUMS)
    assert told(decoded) == [("flow:1", "in_total", 900), ("flow:1", "out_total", 4)]
    assert decoded.readings[0].device == "cam-7"
    rules = {"device_id": "cam-7", "data": {"Rules": [{"EnteredSubtotal": 5, "ExitedSubtotal": 6}]}}
    assert told(heard(rules)) == [("flow:1", "in_total", 5), ("flow:1", "out_total", 6)]


def test_movement_starts_and_stops_at_the_time_in_utc() -> None:
    started = heard(event(), "DahuaVTO/VideoMotion/Event", DecodeContext(zone="Europe/Helsinki"))
    assert timed(started) == [("level:1", "occupied", 1, "2024-07-06T18:44:28Z", 0)]
    assert told(heard(event(action="Stop"))) == [("level:1", "occupied", 0)]
    local = event()
    del local["Data"]["UTC"], local["Code"]
    decoded = heard(local, "DahuaVTO/VideoMotion/Event", DecodeContext(zone="Europe/Helsinki"))
    assert timed(decoded)[0][3] == "2024-07-06T17:44:28Z" and decoded.readings[0].device == "DahuaVTO"


def test_calls_and_cards_are_nobodys_count() -> None:
    decoded = heard(event("DoorCard", "Pulse", Number="0123456789"))
    assert decoded.not_data and "0123456789" not in repr(decoded)


def test_an_event_that_tells_a_number_of_people_is_read_whatever_its_code() -> None:
    event = {"Code": "ManNumDetection", "Action": "Start", "Data": {"AreaID": 2, "ManNum": 3, "CfgManNum": 5}}
    assert told(heard(event)) == [("level:2", "people", 3)]
    assert told(heard({"Code": "NumberStat", "action": "Pulse", "data": {"EnteredSubtotal": 3}})) == [
        ("flow:1", "in_total", 3)
    ]
