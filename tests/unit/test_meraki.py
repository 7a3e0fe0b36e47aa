"""Cisco Meraki MV Sense: people in sight and in zones, told by the topic."""

from hearing import heard, timed, told

PEOPLE = {"ts": 1720291468359, "counts": {"person": 3, "vehicle": 1}}


def test_people_in_sight_and_in_a_zone() -> None:
    decoded = heard(PEOPLE, "/merakimv/Q2GV-AAAA-0001/0")
    assert timed(decoded) == [("level:all", "people", 3, "2024-07-06T18:44:28Z", 0)]
    assert decoded.readings[0].device == "Q2GV-AAAA-0001"
    assert told(heard(PEOPLE, "/merakimv/Q2GV-AAAA-0001/72081")) == [("level:72081", "people", 3)]


def test_vehicles_and_positions_are_nobodys_count_and_light_is_light() -> None:
    assert heard({"ts": 1720291468359, "counts": {"vehicle": 1}}, "/merakimv/Q2GV-AAAA-0001/0").not_data
    raw = {"ts": 1720291468359, "objects": [{"type": "person", "oid": 7, "x0": 0.1}]}
    assert heard(raw, "/merakimv/Q2GV-AAAA-0001/raw_detections").not_data
    assert told(heard({"lux": 5.6}, "/merakimv/Q2GV-AAAA-0001/light")) == [("level:1", "light_lux", 5.6)]
