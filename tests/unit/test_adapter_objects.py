"""The names of fields that are beyond doubt, those that are not, and what becomes of both."""

from typing import Any

import pytest

from besok.model.errors import Unreadable
from besok.model.readings import Message
from collectors.adapters import objects
from collectors.adapters.packet import Packet
from collectors.adapters.sheet import Sheet
from collectors.adapters.vocabulary import Doubt, Means, judge, words
from tests.unit.objectsaid import NOW, TIME, noted, problem, values


@pytest.mark.parametrize(
    ("names", "metric"),
    [
        (
            "people people_count peopleCount PeopleCount person-count number_of_people occupants headcount",
            "people",
        ),
        ("people_in_room currentPeople numPersons peoplecount", "people"),
        (
            "occupied isOccupied occupancy presence motion PIR motion_detected personDetected in_use",
            "occupied",
        ),
        ("total_in in_total totalIn totalIN total_counter_in cumulative_in totalcounterin", "in_total"),
        ("people_entered_total in_count_total absolute_entries", "in_total"),
        ("total_out accumulated_people_out exits_total outTotal", "out_total"),
        ("period_in in_period periodic_counter_in delta_in entries_delta", "in"),
        ("out_delta interval_out", "out"),
        ("motion_count_total", "motions_total"),
        ("temperature temp_c roomTemperature", "temperature_c"),
        ("CO2 co2_ppm", "co2_ppm"),
        ("batteryVoltage battery_mV", "battery_v"),
        ("illuminance lux", "light_lux"),
    ],
)
def test_names_beyond_doubt(names: str, metric: str) -> None:
    for name in names.split():
        verdict = judge(words(name))
        assert isinstance(verdict, Means), name
        assert verdict.metric == metric, name


@pytest.mark.parametrize(
    ("names", "about"),
    [
        (
            "in enter entries countIn people_in incount in_today total_in_today sum_in people_in_total eingang",
            "in",
        ),
        ("out exits leaving peopleOut utgående sortie", "out"),
        (
            "count counter visitors footfall total total_people people_counter crowd_count besucher antal",
            "people",
        ),
        ("ltr fw forward_count people_left", "way"),
        ("motion_count movements pirCount", "motion"),
        ("detected", "presence"),
    ],
)
def test_names_in_doubt(names: str, about: str) -> None:
    for name in names.split():
        assert judge(words(name)) == Doubt(about=about), name


@pytest.mark.parametrize(
    "names",
    [
        "rssi uptime interval firmware_version occupancy_timeout motion_sensitivity max_people lqi tamper voltage",
        "cars_in vehicle_count packet_counter fcnt button_count temperature_out power_in avg_people male_count",
    ],
)
def test_names_that_are_not_about_people_present(names: str) -> None:
    for name in names.split():
        assert judge(words(name)) in ("ignored", "aside"), name


@pytest.mark.parametrize("name", ["foo", "main", "discount", "instant", "account", "x1", "", "é", "in" * 60])
def test_unknown_names(name: str) -> None:
    assert not isinstance(judge(words(name)), Means | Doubt)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"people_count": "12"}, {"level:1 people": 12}),
        ({"people_count": None, "occupied": "n/a", "co2": ""}, {}),
        ({"people_count": -1, "co2": 65535, "humidity": 255}, {}),
        ({"people_detected": True}, {"level:1 occupied": 1}),
        ({"vacant": True}, {"level:1 occupied": 0}),
        ({"status": "occupied"}, {"level:1 occupied": 1}),
        ({"occupants": 4, "start_time": 1795594200}, {"level:1 people": 4}),
        ({"occupancy": 1}, {"level:1 occupied": 1}),
        ({"occupancy": {"value": 7, "unit": "persons"}}, {"level:1 people": 7}),
        ({"motion": {"detected": False}}, {"level:1 occupied": 0}),
        ({"total": {"in": 5, "out": 3}}, {"flow:1 in_total": 5, "flow:1 out_total": 3}),
        ({"counters": {"in": {"total": 5}, "out": {"total": 3}}}, {"flow:1 in_total": 5, "flow:1 out_total": 3}),
        ({"entry": {"delta": 4, "total": 90}}, {"flow:1 in_total": 90}),
        ({"total_in": None, "period_in": 4}, {"flow:1 in": 4}),
        ({"line_1_total_in": 5, "line_2_total_in": 1, "total_in": 6},
         {"flow:1 in_total": 5, "flow:2 in_total": 1, "flow:all in_total": 6}),
        ({"line1TotalIn": 5, "in_total_line_2": 6}, {"flow:1 in_total": 5, "flow:2 in_total": 6}),
        ({"cumulative": {"line1": {"in": 5}, "line2": {"in": 0}}}, {"flow:1 in_total": 5, "flow:2 in_total": 0}),
        ({"lines": [{"id": 1, "in_total": 3}, {"name": "Süd", "in_total": 4}]},
         {"flow:1 in_total": 3, "flow:Süd in_total": 4}),
        ({"zones": {"A": {"people_count": 4}, "2": {"people_count": 0}}}, {"level:A people": 4, "level:2 people": 0}),
        ({"data": [{"id": 991, "zone": "north", "people": 3}]}, {"level:north people": 3}),
        ({"readings": [{"name": "co2", "value": 500}, {"type": "people_count", "value": "3", "ts": 1795594500}]},
         {"level:1 co2_ppm": 500, "level:1 people": 3}),
        ({"temperature": 70, "temperature_unit": "°F", "humidity": "55 %"},
         {"level:1 temperature_c": 21.11, "level:1 humidity_pct": 55}),
        ({"temp_f": 68, "units": {"co2": "ppm"}, "co2": 640}, {"level:1 temperature_c": 20, "level:1 co2_ppm": 640}),
        ({"temperature": 294.15, "unit": "K"}, None),
        ({"temperature": {"type": "Number", "value": 21}}, {"level:1 temperature_c": 21}),
        ({"battery": 90}, {"level:1 battery_pct": 90}),
        ({"battery": "3.4V"}, {"level:1 battery_v": 3.4}),
        ({"battery": 3055}, {"level:1 battery_v": 3.055}),
        ({"battery": 3.6}, {"level:1 battery_v": 3.6}),
        ({"battery": 254, "battery_low": True, "noise": True, "temperature": "ok"}, {}),
        ({"motion": True, "motion_count": 7}, {"level:1 occupied": 1}),
        ({"d": {"people_count": 5}, "radar": {"presence": True}}, {"level:1 people": 5, "level:1 occupied": 1}),
        ({"desk1": {"occupied": True}, "desk2": {"occupied": False}}, {"level:1 occupied": 1, "level:2 occupied": 0}),
        ({"north": {"people": 5}, "south": {"wing": {"people": 6}}},
         {"level:north people": 5, "level:south/wing people": 6}),
        ({"max": {"people": 5}, "upper": {"occupants": 9}}, {}),
        ({"occupied": "Ja", "e": [{"n": "co2", "v": 640}]}, {"level:1 occupied": 1, "level:1 co2_ppm": 640}),
        ({"people_count": 4, "count": 9, "occupantsUpper": 8}, {"level:1 people": 4}),
        ({"rssi": -70, "foo": 3, "occupancy_timeout": 90}, {}),
        ({"north": {"zones": [{"id": 1, "people": 3}]}, "south": {"zones": [{"id": 1, "people": 4}]}},
         {"level:north/1 people": 3, "level:south/1 people": 4}),
        ({"zone": {"name": "A", "people": 3}}, {"level:A people": 3}),
        ({"fields": {"total_in": 5}, "tags": {"host": "h", "door": "east"}}, {"flow:east in_total": 5}),
        ({"before": {"people": 3}, "after": {"people": 4}}, {"level:1 people": 4}),
        ({"vals": [{"id": "people", "qc": 3, "val": 12}]}, {"level:1 people": 12}),
        ({"Tags": {"TotalIn": {"v": 12, "q": 192}}}, {"flow:1 in_total": 12}),
        ({"readings": [{"": "in", "value": 3}], "people": 2}, {"level:1 people": 2}),
        ({"women": {"people": 5}, "kids": {"total_in": 5}, "masks_total_in": 3, "people": 9}, {"level:1 people": 9}),
        ({"limits": {"people": 50}, "forecast": {"people": 40}, "booked": {"people": 30}, "occupants": 9},
         {"level:1 people": 9}),
        ({"window": {"start": 1795600000, "end": 1795600900}, "delta_in": 3}, {"flow:1 in": 3}),
        ({"entries": {"total": 4}, "exits": {"total": 2}}, {"flow:1 in_total": 4, "flow:1 out_total": 2}),
        ({"presence_1": 1, "temperature_2": 22.1}, {"level:1 occupied": 1, "level:2 temperature_c": 22.1}),
        ({"people": "ON"}, {"level:1 occupied": 1}),
        ({"presence": {"1": 1}}, {"level:1 occupied": 1}),
        ({"messages": [{"measurementId": "4225", "measurementValue": 5, "type": "People Count"}]},
         {"level:1 people": 5}),
        ({"floors": [{"id": 1, "rooms": [{"id": "A", "people": 3}]}, {"id": 2, "rooms": [{"id": "A", "people": 4}]}]},
         {"level:1/A people": 3, "level:2/A people": 4}),
        ({"room": "A", "people": 3}, {"level:A people": 3}),
        ({"line": 2, "total_in": 3}, {"flow:2 in_total": 3}),
        ({"door": "open", "occupied": True}, {"level:1 occupied": 1}),
        ({"object": "vehicle", "in_total": 44}, {}),
        ({"Fahrrad": {"total_in": 3}, "people": {"total_in": 4}}, {"flow:1 in_total": 4}),
        ({"lines": [{"id": 1, "class": "car", "total_in": 3}, {"id": 1, "class": "person", "total_in": 5}]},
         {"flow:1 in_total": 5}),
        ({"SML": {"Total_in": 12345, "Total_out": 12}}, {}),
        ({"total_in": 1234, "unit": "people"}, {"flow:1 in_total": 1234}),
        ({"peopleIn": {"total": 33}, "peopleOut": {"total": 30}}, {"flow:1 in_total": 33, "flow:1 out_total": 30}),
        ({"occupied": True, "pirTriggerCount": 3, "Count_of_pir": 4}, {"level:1 occupied": 1}),
        ({"state": {"desired": {"people": 9}, "reported": {"people": 5}}}, {"level:1 people": 5}),
        ({"RoomAnalytics": {"PeopleCount": {"Current": 3, "Capacity": -1}}}, {"level:1 people": 3}),
        ({"people": 3, "fCntUp": 90, "fw": "1.2"}, {"level:1 people": 3}),
    ],
)  # fmt: skip
def test_what_objects_say(fields: Any, found: dict[str, float] | None) -> None:
    if found is None:
        assert "without a unit" in problem(fields)
    else:
        assert values(fields) == found


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"temperature": 70}, "without a unit"),
        ({"co2": {"value": 4, "unit": "%"}}, "that unit does not fit carbon dioxide"),
        ({"people_count": 10**400}, "more than 300 digits"),
        (
            {"people_count": 100, "from": 1795594200, "to": 1795594500},
            "people_count could mean people present,",
        ),
        ({"people_count": "many"}, "must be a number"),
        ({"presence": "maybe"}, "whether somebody is there"),
        ({"total_in": 3.5}, "whole numbers"),
        ({"occupancy": 7}, "occupancy could mean people present"),
        ({"occupancy": 0.4}, "occupancy could mean people present"),
        ({"yesterday": {"people": 5}}, "yesterday.people could mean"),
        ({"motion": 7}, "motion could mean movements since the last message or"),
        ({"people_count": [1, 2, 3]}, "people_count could mean"),
        (
            {"zones": [{"name": "a", "occupancy": 3}, {"name": "b", "occupancy": 0}]},
            '{ people = "@.occupancy" }',
        ),
        ({"in": {"male": 3, "female": 1, "total": 4}}, "in.total could mean"),
        ({"target_count": 2}, "target_count could mean"),
        ({"wifi_count": 12, "ble_count": 5}, "ble_count could mean"),
        ({"zoneCounts": {"1": 2}}, '"people:1" ='),
        ({"people": 0.93}, "people are counted in whole numbers"),
        ({"total_in": 1234, "unit": "kWh"}, 'total_in is in "kwh"'),
        ({"zones": [{"people": 3}, {"people": 5}]}, "both cannot be people of one place"),
        ({"zones": [{"name": "x" * 61, "people": 3}]}, "cannot be the name of a line"),
    ],
)
def test_what_is_refused(fields: Any, words: str) -> None:
    assert words in problem(fields)


def test_both_cannot_be_true() -> None:
    sheet = noted({"people_count": 4, "occupants": 5, "co2": 400, "co2_ppm": 401})
    assert sheet.problems == [
        "people_count is 4 and occupants is 5: both cannot be people of one place;"
        " choose one in a mapping in the site file (docs/reference/mappings.md tells how)"
    ]
    assert [(r.metric, r.value) for r in sheet.readings] == [("co2_ppm", 400)]


def test_somebody_is_there_if_either_word_for_it_says_so() -> None:
    assert values({"motion": False, "presence": True, "occupied": False}) == {"level:1 occupied": 1}


@pytest.mark.parametrize(
    "period",
    [{"from": "2026-11-25T08:00:00Z", "to": "2026-11-25T08:15:00Z"}, {"ts": 1795594500, "period_s": 900},
     {"startTime": 1795593600, "endTime": 1795594500, "timestamp": 1795594507}],
)  # fmt: skip
def test_periods(period: dict[str, Any]) -> None:
    (reading,) = noted({**period, "counts": {"period_in": 3}}).readings
    assert (reading.metric, reading.value, reading.time, reading.period_s) == ("in", 3, TIME, 900)


def test_a_name_twice_is_refused() -> None:
    packet = Packet(Message(topic="a", payload=b'{"data": {"people": 1, "people": 2}}', received=NOW))
    with pytest.raises(Unreadable, match='says "people" twice'):
        objects.note(Sheet("mqtt", "d"), packet.object)


def test_times_of_the_items() -> None:
    sheet = noted(
        {"history": [{"time": 1795594440, "period_in": 3}, {"ts": "2026-11-25T08:15:00Z", "period_in": 4}]}
    )
    assert [(r.value, r.time) for r in sheet.readings] == [(3, TIME.replace(minute=14)), (4, TIME)]
    sheet = noted({"date": "2026-11-25", "time": "08:15:00", "people": 3})
    assert sheet.readings[0].time == TIME
    sheet = noted({"time": "2026-11-25T09:15:00", "timezone": "Europe/Berlin", "people": 3})
    assert sheet.readings[0].time == TIME
    sheet = noted({"time": 12, "last_seen": "2026-11-25T08:15:00Z", "people": 3})
    assert sheet.readings[0].time == TIME


def test_a_count_without_a_unit_is_one_in_so_many_words() -> None:
    assert values({"object-name": "PeopleCount_Room12", "present-value": 3, "units": "no-units"}) == {
        "level:12 people": 3
    }
    record = {"resourceName": "HumanCount", "valueType": "Int16", "value": "5"}
    assert values({"event": {"readings": [record, {**record, "resourceName": "CanineCount"}]}}) == {
        "level:1 people": 5
    }


def test_desks_of_a_floor_are_places_of_their_own() -> None:
    desks = [{"desk": "A1", "occupied": True}, {"desk": "A2", "occupied": False}]
    assert values({"desks": desks}) == {"level:A1 occupied": 1, "level:A2 occupied": 0}
    assert values({"floor": "2", "desks": desks}) == {"level:2/A1 occupied": 1, "level:2/A2 occupied": 0}


def test_names_of_more_hubs() -> None:
    assert values({"alarm_motion": True, "measure_temperature": 21.3}) == {
        "level:1 occupied": 1,
        "level:1 temperature_c": 21.3,
    }
    assert values({"cluster": "OccupancySensing", "attribute": "Occupancy", "value": 1}) == {
        "level:1 occupied": 1
    }
