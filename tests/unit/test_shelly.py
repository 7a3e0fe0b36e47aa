"""Shelly sensors of both generations."""

from adapting import EPOCH, TIME, decode, device, said

MOTION = "shellies/shellymotionsensor-60A423BEB736/status"


def test_a_motion_sensor_of_the_first_generation() -> None:
    fields = {"motion": True, "timestamp": EPOCH, "active": True, "vibration": False, "lux": 70, "bat": 96}
    decoded = decode(MOTION, {**fields, "tmp": {"value": 21.5, "units": "C"}})
    assert device(decoded) == ("shelly", "shellymotionsensor-60A423BEB736")
    assert said(decoded) == {
        "level:1 occupied": 1,
        "level:1 light_lux": 70,
        "level:1 battery_pct": 96,
        "level:1 temperature_c": 21.5,
    }
    assert {r.time for r in decoded.readings} == {None}  # its time is that of the last motion


def test_a_sensor_that_is_switched_off_does_not_see_nobody() -> None:
    assert said(decode(MOTION, {"motion": False, "active": False, "lux": 70})) == {"level:1 light_lux": 70}


def test_single_values_of_the_first_generation() -> None:
    assert said(decode("shellies/shellyht-A1/sensor/temperature", "21.5")) == {"level:1 temperature_c": 21.5}
    assert said(decode("shellies/shellyht-A1/sensor/battery", "87")) == {"level:1 battery_pct": 87}


def test_what_changed_of_the_second_generation() -> None:
    params = {
        "ts": EPOCH + 0.5,
        "temperature:0": {"id": 0, "tC": 22.1, "tF": 71.8},
        "humidity:0": {"id": 0, "rh": 41.5},
        "devicepower:0": {"battery": {"V": 5.9, "percent": 88}},
        "illuminance:0": {"lux": 120},
        "switch:0": {"output": True},
    }
    decoded = decode("hall/events/rpc", {"src": "shellyhtg3-aa", "dst": "hall/events", "method": "NotifyStatus",
                                         "params": params})  # fmt: skip
    assert device(decoded) == ("shelly", "shellyhtg3-aa")
    assert [(r.time - TIME).total_seconds() for r in decoded.readings if r.time] == [0.5] * 5
    assert said(decoded) == {
        "level:1 temperature_c": 22.1,
        "level:1 humidity_pct": 41.5,
        "level:1 battery_pct": 88,
        "level:1 battery_v": 5.9,
        "level:1 light_lux": 120,
    }


def test_people_in_the_zones_of_a_presence_sensor() -> None:
    params = {
        "ts": EPOCH,
        "presence": {"num_objects": 9},
        "presencezone:200": {"state": True, "num_objects": 2},
    }
    decoded = decode("shelly/events/rpc", {"src": "s1", "method": "NotifyStatus", "params": params})
    assert said(decoded) == {"level:1 people": 2, "level:1 occupied": 1}
    assert said(decode("s1/status/presencezone:201", {"id": 201, "state": False, "num_objects": 0})) == {
        "level:2 people": 0,
        "level:2 occupied": 0,
    }


def test_a_bluetooth_sensor_without_a_name_is_told() -> None:
    params = {"ts": EPOCH, "bthomesensor:201": {"id": 201, "value": True}}
    told = decode("s/events/rpc", {"src": "s", "method": "NotifyStatus", "params": params}).problems
    assert "only the device knows what that measures" in told[0]


def test_coming_and_going() -> None:
    assert [s.online for s in decode("shellies/shellyht-A1/online", "true").statuses] == [True]
    (status,) = decode("shellyplus1-aa/online", "false").statuses
    assert (status.device, status.online) == ("shellyplus1-aa", False)


def test_a_script_may_hand_on_what_a_bluetooth_sensor_says() -> None:
    event = {
        "component": "script:1",
        "event": "shelly-blu",
        "data": {"address": "bc:02:6e:c3:aa:bb", "motion": 1},
    }
    decoded = decode(
        "gw/events/rpc", {"src": "shellyblugw-1", "method": "NotifyEvent", "params": {"events": [event]}}
    )
    assert device(decoded) == ("shelly", "bc026ec3aabb")
    assert said(decoded) == {"level:1 occupied": 1}


def test_pulses_of_an_input_are_asked_about() -> None:
    assert "counts pulses" in decode("door/status/input:2", {"counts": {"total": 155}}).problems[0]
