"""Xovis: each logic, record and line counts once; states, seconds and who it was are not people."""

from typing import Any

import pytest
from hearing import heard, timed, told

from besok.model.decode_context import DecodeContext

SERIAL = "80:1F:12:AA:BB:CC"


def logics(*counts: tuple[str, Any], info: str = "XLT_LINE_IN_OUT_COUNT", **record: Any) -> dict[str, Any]:
    named = [{"id": n, "name": name, "value": value} for n, (name, value) in enumerate(counts, 1)]
    record = {"from": 1700000040000, "to": 1700000100000, "counts": named} | record
    logic = {"id": 7, "name": "Entrance", "info": info, "geometries": [], "records": [record]}
    return {
        "logics_data": {"sensor_info": {"serial_number": SERIAL, "type": "SINGLE_SENSOR"}, "logics": [logic]}
    }


def live(kind: str, category: str = "COUNT", **told: Any) -> dict[str, Any]:
    event = {"category": category, "type": kind, "attributes": {"track_id": 2147485051} | told}
    frames = [
        {"framenumber": 1, "time": 1700000040120},
        {"framenumber": 2, "time": 1700000040200, "events": [event]},
    ]
    return {
        "live_data": {"sensor_info": {"serial_number": SERIAL, "type": "SINGLE_SENSOR"}, "frames": frames}
    }


ELEMENTS = {
    "sensor-info": {"serial-number": SERIAL, "device-type": "PC2"},
    "content": {
        "element": [
            {
                "element-id": 3,
                "element-name": "Line 1",
                "data-type": "LINE",
                "measurement": [
                    {
                        "from": "2018-05-04T10:00:00+02:00",
                        "to": "2018-05-04T10:01:00+02:00",
                        "value": [{"value": 4, "label": "fw"}, {"value": 1, "label": "bw"}],
                    }
                ],
            }
        ]
    },
}


def test_a_record_is_the_people_of_its_period_at_its_end() -> None:
    decoded = heard(logics(("fw", 3), ("bw", 1)))
    assert timed(decoded) == [
        ("flow:7", "in", 3, "2023-11-14T22:15:00Z", 60),
        ("flow:7", "out", 1, "2023-11-14T22:15:00Z", 60),
    ]
    assert {(r.source, r.device) for r in decoded.readings} == {("xovis", SERIAL)}


def test_who_it_was_never_leaves_and_never_counts_twice() -> None:
    counts = [("fw", 5), ("fw-male", 2), ("fw-female", 3), ("fw-age", 5), ("fw-no_mask", 5), ("fw-tag", 1)]
    assert told(heard(logics(*counts))) == [("flow:7", "in", 5)]


def test_a_logic_that_sends_only_its_halves_counts_their_sum() -> None:
    assert told(heard(logics(("fw-male", 2), ("fw-female", 3), ("fw-age", 5)))) == [("flow:7", "in", 5)]
    assert told(heard(logics(("fw-male", 2), ("fw-female", None)))) == []


def test_a_period_in_which_it_did_not_look_is_no_zero() -> None:
    assert told(heard(logics(("fw", 0), samples=0, samples_expected=1))) == []
    assert timed(heard(logics(("fw", 4), samples=3, samples_expected=4)))[0][4] == 45


def test_a_balance_below_zero_says_nothing_about_people() -> None:
    decoded = heard(logics(("balance", -3), info="XLT_4X_ZONE_COUNT"))
    assert told(decoded) == [] and not decoded.problems and decoded.not_data
    assert told(heard(logics(("balance", 3)))) == [("level:7", "people", 3)]


@pytest.mark.parametrize(
    "info", ["XLT_BICYCLE_LINE_IN_OUT_COUNT", "XLT_GROUP_LINE_LATE_COUNT", "XLT_PRAM_LINE_LATE_COUNT"]
)
def test_bicycles_groups_and_prams_are_not_people(info: str) -> None:
    decoded = heard(logics(("fw", 3), info=info))
    assert told(decoded) == [] and decoded.not_data


def test_a_count_with_an_unknown_name_is_told() -> None:
    decoded = heard(logics(("fw", 3), ("turnstile", 9)))
    assert told(decoded) == [("flow:7", "in", 3)] and "turnstile" in decoded.problems[0]


def test_a_counter_in_a_live_event_is_a_total_and_not_so_many_people() -> None:
    event = live("COUNT_INCREMENT", logic_id=7, counter_name="fw", counter_value=1471)
    assert timed(heard(event)) == [("flow:7", "in_total", 1471, "2023-11-14T22:14:00Z", 0)]
    event = live("COUNT_DECREMENT", logic_id=7, counter_name="balance", counter_value=2)
    assert told(heard(event)) == [("level:7", "people", 2)]
    assert told(heard(live("COUNT_INCREMENT", logic_id=7, counter_name="fw-male", counter_value=99))) == []


def test_seconds_are_not_people() -> None:
    event = live(
        "TIME_CHANGE",
        logic_id=7,
        counter_name="queueing-time",
        amount=4.2,
        counter_value=10.9,
        unit="seconds",
    )
    assert told(heard(event)) == [("level:7", "dwell_s", 4.2)]


def test_a_crossing_is_one_person_in_a_channel_apart_from_the_logic() -> None:
    event = live("LINE_CROSS_BACKWARD", "SCENE", geometry_id=2, geometry_name="Line 0")
    assert told(heard(event)) == [("flow:line2", "out", 1)]
    assert heard(live("ZONE_ENTRY", "SCENE", geometry_id=1)).not_data


def test_without_sensor_info_the_topic_is_the_device_and_joined_sensors_are_one_of_their_own() -> None:
    push = logics(("fw", 1))
    push["logics_data"]["sensor_info"] |= {
        "type": "MULTI_SENSOR",
        "multisensor_id": 2,
        "id": "97:4A:FC:CA:DD:F0",
    }
    assert heard(push).readings[0].device == f"{SERIAL}/multi2"
    del push["logics_data"]["sensor_info"]
    assert heard(push, "site/door").readings[0].device == "site/door"


def test_times_without_an_offset_are_those_of_the_sensor() -> None:
    push = logics(("fw", 1), **{"from": "2024-07-01T10:00:00", "to": "2024-07-01T10:01:00"})
    assert timed(heard(push, known=DecodeContext(zone="Europe/Stockholm")))[0][3] == "2024-07-01T08:01:00Z"
    push["logics_data"]["sensor_info"]["timezone"] = "Europe/Helsinki"
    assert timed(heard(push, known=DecodeContext(zone="Europe/Stockholm")))[0][3] == "2024-07-01T07:01:00Z"


def test_the_older_push_of_elements() -> None:
    assert timed(heard(ELEMENTS)) == [
        ("flow:3", "in", 4, "2018-05-04T08:01:00Z", 60),
        ("flow:3", "out", 1, "2018-05-04T08:01:00Z", 60),
    ]


def test_a_bad_record_does_not_take_the_good_ones_with_it() -> None:
    push = logics(("fw", 3))
    counts = [{"name": "fw", "value": 2}]
    push["logics_data"]["logics"] += [
        5,
        {"id": 8, "records": [{"to": "2024-02-30T10:00:00Z", "counts": counts}]},
    ]
    decoded = heard(push)
    assert told(decoded) == [("flow:7", "in", 3)] and "2024-02-30" in decoded.problems[0]


def test_a_crossing_of_a_group_is_that_of_its_people_again() -> None:
    event = live("LINE_CROSS_FORWARD", "SCENE", geometry_id=2)
    frame = event["live_data"]["frames"][1]
    frame["tracked_objects"] = [{"track_id": 2147485051, "type": "GROUP"}, {"track_id": 3, "type": "PERSON"}]
    assert told(heard(event)) == [] and heard(event).not_data
    frame["tracked_objects"][0]["type"] = "PERSON"
    assert told(heard(event)) == [("flow:line2", "in", 1)]


@pytest.mark.parametrize("name", ["Bikes", "Staff", "Bike lane 2", "Cyklar in", "Groups"])
def test_a_logic_that_is_named_after_others_counts_no_people(name: str) -> None:
    push = logics(("fw", 3))
    push["logics_data"]["logics"][0]["name"] = name
    assert told(heard(push)) == [] and name in heard(push).not_data


@pytest.mark.parametrize("name", ["Staff entrance", "Car park exit", "Group room", "Entrance"])
def test_a_door_is_one_for_people_whatever_is_behind_it(name: str) -> None:
    push = logics(("fw", 3))
    push["logics_data"]["logics"][0]["name"] = name
    assert told(heard(push)) == [("flow:7", "in", 3)]
