"""VergeSense: spaces, floors and sensors apart; null is not zero."""

from typing import Any

from hearing import heard, timed, told


def report(kind: str = "space_report", **fields: Any) -> dict[str, Any]:
    where = {"building_ref_id": "B1", "floor_ref_id": "2", "space_ref_id": "B1.2.7", "space_id": 42}
    return where | {"event_type": kind, "timestamp": "2024-11-21T13:37:45Z"} | fields


def test_people_of_a_space_and_null_for_not_measured() -> None:
    assert timed(heard(report(person_count=3))) == [("level:1", "people", 3, "2024-11-21T13:37:45Z", 0)]
    assert told(heard(report(person_count=None, people={"count": 4, "coordinates": [[1, 2]]}))) == [
        ("level:1", "people", 4)
    ]
    nothing = heard(report(person_count=None, people=None, signs_of_life=True))
    assert not nothing.readings and nothing.not_data


def test_availability_comes_in_a_list() -> None:
    decoded = heard(
        [
            report("space_availability", state="occupied"),
            report("space_availability", state="available", space_id=43),
        ]
    )
    assert [(r.device, r.metric, r.value) for r in decoded.readings] == [
        ("42", "occupied", 1),
        ("43", "occupied", 0),
    ]


def test_a_bad_report_does_not_take_the_others_with_it() -> None:
    decoded = heard([report(person_count=3), 5, report(person_count="many")])
    assert told(decoded) == [("level:1", "people", 3)] and len(decoded.problems) == 2


def test_movement_and_climate() -> None:
    assert told(heard([report("motion_detected")])) == [("level:1", "motions", 1)]
    climate = {"temperature": {"value": 21.5, "units": "C"}, "humidity": {"value": 40, "units": "RH"}}
    assert told(heard(report(person_count=0, environment=climate))) == [
        ("level:1", "people", 0),
        ("level:1", "temperature_c", 21.5),
        ("level:1", "humidity_pct", 40),
    ]
