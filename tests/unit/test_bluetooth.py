"""Bluetooth gateways: sensors by their published formats, and nothing of anybody's phone."""

from typing import Any

import pytest
from adapting import decode, device, said

from besok.model.errors import Unreadable
from collectors.lorawan import layout

LAYOUTS = {"fcd2": "bthome", "181c": "bthome-1", "fdcd": "qingping"}
TOPIC = "home/gateway/BTtoMQTT/60EFABAABBCC"


def fields(name: str, data: str) -> dict[str, Any]:
    """Return the fields of service data that a layout reads whole. Raises Unreadable for others."""
    frame = layout.read(name, 0, bytes.fromhex(data))
    if frame.problems:
        raise Unreadable(frame.problems[0])
    return frame.fields


def advert(data: str, uuid: str = "0xfcd2", **more: Any) -> dict[str, Any]:
    return {"servicedata": data, "servicedatauuid": uuid, "id": "60:EF:AB:AA:BB:CC", "rssi": -77, **more}


def test_a_motion_sensor_as_it_advertises() -> None:
    decoded = decode(TOPIC, advert("4400020164059033002101"))
    assert device(decoded) == ("theengs", "60efabaabbcc")
    assert said(decoded) == {"level:1 battery_pct": 100, "level:1 light_lux": 132, "level:1 occupied": 1}
    identity = decoded.identity
    assert identity is not None
    assert (identity.scope, identity.mark, identity.window_s) == ("theengs/60efabaabbcc", "seq:2", 60)


def test_two_gateways_hear_the_same_sensor() -> None:
    first = decode("home/one/BTtoMQTT/60EFABAABBCC", advert("4400020164059033002101"))
    other = decode("home/two/BTtoMQTT/60EFABAABBCC", advert("4400020164059033002101", rssi=-90))
    assert (first.readings, first.identity) == (other.readings, other.identity)


def test_what_the_gateway_decoded_itself() -> None:
    fields = {
        "id": "60:EF:AB:AA:BB:CC",
        "brand": "Shelly",
        "model_id": "SBMO-003Z",
        "type": "CTMO",
        "packet": 2,
    }
    decoded = decode(TOPIC, {**fields, "batt": 100, "lux": 132, "motion": True, "rssi": -77})
    assert said(decoded) == {"level:1 battery_pct": 100, "level:1 light_lux": 132, "level:1 occupied": 1}
    assert decoded.model == "SBMO-003Z"
    air = {
        "id": "A4:C1:38:11:22:33",
        "model_id": "LYWSD03MMC",
        "type": "THB",
        "tempc": 21.3,
        "tempf": 70.3,
        "hum": 40,
    }
    assert said(decode(TOPIC, {**air, "volt": 2.9, "pres": 1013})) == {
        "level:1 temperature_c": 21.3,
        "level:1 humidity_pct": 40,
        "level:1 battery_v": 2.9,
    }


@pytest.mark.parametrize(
    ("uuid", "data", "values"),
    [
        ("fcd2", "40 02 ca09 03 bf13", {"temperature": 25.06, "humidity": 50.55}),
        ("fcd2", "40 45 1101 2e 23 12 e204", {"temperature": 27.3, "humidity": 35, "co2": 1250}),
        ("fcd2", "40 53 03 414243 21 01", {"motion": 1}),
        ("181c", "2302c409 0303bf13", {"temperature": 25, "humidity": 50.55}),
        ("fdcd", "4812ffeeddccbbaa 0804 01 0f0000 0f0189", {"motion": 1, "illuminance": 15, "packet": 137}),
        (
            "fdcd",
            "0812ffeeddccbbaa 020164 0f0105 0904 10000000",
            {"battery": 100, "illuminance": 16, "packet": 5},
        ),
    ],
)
def test_service_data_become_fields(uuid: str, data: str, values: dict[str, float]) -> None:
    found = fields(LAYOUTS[uuid], data)
    assert {name: value for name, value in found.items() if name != "address"} == values


@pytest.mark.parametrize("data", ["", "24", "4021", "40ff01", "4053", "40530541", "4005aa"])
def test_broken_service_data_are_refused(data: str) -> None:
    with pytest.raises(Unreadable):
        fields("bthome", data)


@pytest.mark.parametrize(
    ("uuid", "data"), [("181c", "2302"), ("181c", "00"), ("fdcd", "48"), ("fdcd", "4812" * 5)]
)
def test_broken_service_data_of_others_are_refused(uuid: str, data: str) -> None:
    with pytest.raises(Unreadable, match=r"breaks? off"):
        fields(LAYOUTS[uuid], data)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (TOPIC, {"id": "60:EF:AB:AA:BB:CC", "rssi": -60}),
        (
            TOPIC,
            {"id": "60:EF:AB:AA:BB:CC", "rssi": -60, "name": "Anna's phone", "manufacturerdata": "4c001005"},
        ),
        (TOPIC, {"id": "60:EF:AB:AA:BB:CC", "model_id": "IBEACON", "uuid": "fda50693", "volt": 3.0}),
        (TOPIC, {"id": "60:EF:AB:AA:BB:CC", "type": "BCON", "model_id": "IBEACON", "tempc": 21}),
        (TOPIC, {"id": "60:EF:AB:AA:BB:CC", "type": "RMAC"}),
        (TOPIC, advert("0102", "0xfe9f")),
        (TOPIC, advert("45cc08edf25d61cc0f42b60011223318cd3624")),
        (TOPIC, "hello"),
        ("home/gateway/SYStoMQTT", {"uptime": 7}),
        ("espresense/devices/phone:anna/kitchen", {"id": "phone:anna", "distance": 1.2}),
        (
            "gw/ble",
            [{"mac": "AC233F000001", "rssi": -60, "rawData": "0201060303AAFE"}, {"mac": "4A00", "rssi": -90}],
        ),
        ("gw/wifi", {"mac": "4A:00:00:00:00:01", "rssi": -70, "ssid": "guest", "last_seen": 1795594500}),
        ("ruuvi/AA:BB/4A:00:00:00:00:01", {"data": "02011A1AFF4C00100502", "rssi": -70}),
        ("ruuvi/AA:BB/gw_status", {"state": "online"}),
        ("room_presence/hall", {"id": "123testid", "name": "Test Device", "distance": 5.678}),
    ],
)
def test_of_phones_and_what_may_be_one_nothing_is_kept(topic: str, payload: object) -> None:
    decoded = decode(topic, payload)
    assert decoded.not_data
    assert (decoded.readings, decoded.problems, decoded.identity) == ((), (), None)


def test_a_counter_with_a_radio_is_no_phone() -> None:
    assert (
        "nobody has said what count is"
        in decode("acme/door", {"id": "door-1", "count": 7, "rssi": -60}).problems[0]
    )


def test_a_count_of_nobody_knows_what_is_told() -> None:
    assert "counts something" in decode(TOPIC, advert("400907")).not_data


def test_bytes_in_another_form_are_refused() -> None:
    assert "it must be bytes in hexadecimal digits" in decode(TOPIC, advert("no hex")).problems[0]


def test_a_ruuvitag() -> None:
    data = "0201061BFF99040512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F"
    decoded = decode(
        "ruuvi/AA:BB/CB:B8:33:4C:88:4F", {"gw_mac": "AA:BB", "rssi": -70, "ts": "1795594500", "data": data}
    )
    assert device(decoded) == ("ruuvi", "cbb8334c884f")
    assert said(decoded) == {
        "level:1 temperature_c": 24.3,
        "level:1 humidity_pct": 53.49,
        "level:1 battery_v": 2.977,
    }
