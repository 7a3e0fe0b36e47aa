"""VergeSense: spaces, floors and sensors apart; null is not zero."""

from pathlib import Path
from typing import Any

from hearing import heard, mutated, raises_only_unreadable, sample, timed, told
from hypothesis import given, settings

from collectors.adapters import vergesense


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


def test_the_payloads_of_real_spaces(shared: Path) -> None:
    def read(name: str) -> tuple[str, Any]:
        decoded = heard(sample(shared, f"vergesense-{name}").payload)
        return decoded.readings[0].device, told(decoded)

    assert read("space-report") == (
        "602439",
        [("level:1", "people", 0)],
    )  # signs of life are a coat on a chair
    assert read("availability-nulls") == ("602439", [("level:1", "occupied", 1)])
    assert read("floor-150") == (
        "820755",
        [("level:1", "people", 150)],
    )  # a device apart from the rooms on it
    assert read("sensor-report") == ("3BE-4NZ", [("level:1", "people", 0)])  # its decoder drops the count


@settings(max_examples=40)
@given(mutated([report(person_count=3), [report("space_availability", state="occupied")]]))
def test_whatever_is_in_it_only_unreadable_is_raised(payload: bytes) -> None:
    raises_only_unreadable(vergesense, payload)
