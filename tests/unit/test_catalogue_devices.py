"""Messages and frames of devices of public catalogues, written before anybody looked what becomes of them.

What is expected are the readings about people: of all others none counts, whatever else becomes of them.
"""

# ruff: noqa: E501 - tables
import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from besok.model.decode_context import DecodeContext
from besok.model.readings import Message
from collectors import pipeline
from collectors.devices.subjects import AIR

NOW = datetime(2026, 11, 25, 8, 15, 2, tzinfo=UTC)
EUI = "70b3d57ed0012345"
Expected = dict[str, float]

# fmt: off
MESSAGES: list[tuple[str, Any, Expected]] = [
    ("roomos/board/status", {'RoomAnalytics': {'PeopleCount': {'Current': 3, 'Capacity': 10}, 'PeoplePresence': 'Yes'}}, {}),
    ("roomos/1", {'PeopleCountCurrent': 3, 'PeopleCountCapacity': 12, 'AmbientTemperature': '24.0'}, {}),
    ("poly/room7", {'peopleCount': 4, 'inCall': True, 'cameraId': 'x'}, {}),
    ("logi/occupancy", {'type': 'OCCUPANCY', 'place': 'Huddle 1', 'occupancyCount': 2, 'meeting': True}, {}),
    ("teams/user/availability", {'availability': 'Busy', 'activity': 'InACall', 'id': 'a1b2'}, {}),
    ("zoom/rooms", {'event': 'zoomroom.sensor_data', 'payload': {'object': {'sensor_type': 'PEOPLE_COUNT', 'value': '4', 'room_name': 'Hall'}}}, {}),
    ("ocpp/cp1/1", {'connectorId': 1, 'status': 'Occupied', 'errorCode': 'NoError'}, {}),
    ("pni/pod/7", {'parking_status': 1, 'battery': 3.6}, {}),
    ("sensit/12", {'occupied': True, 'slot': 'A12', 'type': 'IR+magnetic'}, {}),
    ("tps/1", {'uplink_type': 'parking status', 'p_state': 1, 'rssi': -80}, {}),
    ("site/barrier/1", {'in_total': 480, 'out_total': 470}, {}),
    ("ecocounter/100", {'in': 12, 'out': 9, 'channel': 'Bike IN'}, {}),
    ("sensys/lane1", {'count': 12, 'avg_speed': 48, 'class': {'car': 10, 'truck': 2}}, {}),
    ("bus/1101/apc", {'door': 1, 'boarding': 3, 'alighting': 2, 'onboard': 17}, {}),
    ("kone/lift/A/state", {'passengers': 4, 'floor': 2, 'load_pct': 31}, {}),
    ("unifi/network", {'num_user': 34, 'num_guest': 12, 'num_sta': 46}, {}),
    ("pihole/summary", {'unique_clients': 21, 'queries': 10234}, {}),
    ("mist/zone", {'zone_id': 'a', 'num_clients': 12, 'num_sdkclients': 3}, {}),
    ("cmx/notify", {'notifications': [{'entity': 'WIRELESS_CLIENTS', 'presence': True, 'deviceId': 'aa:bb:cc:dd:ee:ff'}]}, {}),
    ("owntracks/kim/phone", {'_type': 'location', 'lat': 56, 'lon': 12, 'tst': 1795594500, 'tid': 'an'}, {}),
    ("homeassistant/person/kim/state", 'home', {}),
    ("netatmo/welcome", {'persons': [{'id': 'x', 'pseudo': 'Kim', 'out_of_sight': False}], 'home_id': 'h'}, {}),
    ("tracker/tile1", {'name': 'keys', 'present': True}, {}),
    ("unifi/protect/cam1", {'type': 'smartDetectZone', 'smartDetectTypes': ['vehicle'], 'score': 88}, {}),
    ("BlueIris/cam1/Status", {'type': 'MOTION_A', 'trigger': 'ON'}, {}),
    ("deepstack/cam", {'success': True, 'predictions': [{'label': 'person', 'confidence': 0.9}, {'label': 'dog', 'confidence': 0.8}]}, {}),
    ("birdnet/detections", {'species': 'Pica pica', 'count': 3, 'confidence': 0.93}, {}),
    ("wisenet/pc", {'Line': '1', 'InCount': 12, 'OutCount': 7, 'Vehicle': True}, {}),
    ("reolink/door/ai", {'people': 1, 'vehicle': 0, 'dog_cat': 0}, {}),
    ("library/selfcheck/1", {'checkouts': 12, 'returns': 5, 'patrons': 9}, {}),
    ("library/gate/1", {'alarm': True, 'in': 102, 'out': 99, 'tag': 'E0040150'}, {}),
    ("library/bookdrop", {'in_total': 480}, {}),
    ("library/printer", {'jobs_total': 480, 'pages': 1200}, {}),
    ("library/entrance/gate", {'patron_count': 15321}, {}),
    ("library/wc/1", {'visitors_since_cleaning': 34}, {}),
    ("library/desk/queue", {'people_in_queue': 4, 'wait_s': 300}, {}),
    ("library/events/77", {'visitors': 120, 'tickets': 150}, {}),
    ("hr/clock/door2", {'in': '08:01', 'employee': '4711'}, {}),
    ("alarm/zone/3", {'zone': 'hall', 'state': 'presence', 'armed': False}, {}),
    ("hvac/room3", {'occupied_setpoint': 21, 'unoccupied_setpoint': 17, 'mode': 'occupied'}, {}),
    ("bacnet/ahu1", {'occupancy_command': 'occupied', 'effective_occupancy': 1}, {}),
    ("air/room3", {'co2_ppm': 812, 'estimated_occupancy': 6}, {}),
    ("hvac/fan", {'presence_timeout': 30, 'motion_sensitivity': 5}, {}),
    ("weather/visits", {'people_present': 40, 'forecast': True}, {}),
    ("door/1/yesterday", {'in_total': 1200}, {}),
    ("door/1", {'in_total': 1200, 'mode': 'simulation'}, {}),
    ("door/1", {'in_total': 1200, 'unit': 'm3'}, {}),
    ("rooms/all", {'room_1': {'people_present': 3}, 'room_2': {'people_present': 4}}, {}),
    ("door/1", {'in_total': 1200, 'status': 'lens covered'}, {}),
    ("door/1", {'people_present': -3}, {}),
    ("door/1", {'people_in': 3, 'children_in': 1}, {}),
    ("door/1", {'people_in': 30, 'rate': 'per hour'}, {}),
    ("zaehler/tuer1", {'personen_ein': 12, 'personen_aus': 9}, {}),
    ("door/1", {'in_total': 12, 'multiplier': 10}, {}),
    ("door/1", {'in_total': 12, 'scale': 'x100'}, {}),
    ("door/1", {'in_total': 12, 'reset': 'daily'}, {}),
    ("ttn/x", {'in_total': {'value': 12, 'unit': 'vehicles'}}, {}),
    ("door/1", {'in_total': [12, 13]}, {}),
    ("room/1", {'people_present': 'true'}, {}),
    ("museum/entrance/1", {'in_total': 12, 'out_total': 4, 'battery_pct': 80}, {'in_total': 12.0, 'out_total': 4.0}),
    ("zigbee2mqtt/Thermostat hall", {'occupancy': True, 'local_temperature': 21.5, 'occupied_heating_setpoint': 21, 'battery': 80}, {}),
    ("zigbee2mqtt/siren", {'alarm': True, 'battery': 80}, {}),
    ("zigbee2mqtt/door", {'contact': False, 'battery': 80}, {}),
    ("zigbee2mqtt/washing machine", {'vibration': True, 'occupancy': True}, {}),
    ("zigbee2mqtt/fridge/presence", {'presence': True, 'temperature': 5}, {}),
    ("zigbee2mqtt/studio 2", {'presence': True, 'target_distance': 2.1, 'illuminance': 120, 'motion_state': 'none'}, {'occupied': 1.0}),
    ("zigbee2mqtt/studio 3", {'presence': None, 'occupancy': None, 'linkquality': 90}, {}),
    ("zigbee2mqtt/cat feeder", {'portions_per_day': 3, 'occupancy': True}, {}),
    ("zigbee2mqtt/kattlucka", {'occupancy': True}, {}),
    ("zigbee2mqtt/Paketbox", {'occupancy': True}, {}),
    ("zigbee2mqtt/stable 3", {'occupancy': True}, {}),
    ("dt", {'eventId': 'a', 'targetName': 'projects/p/devices/d', 'eventType': 'motion', 'data': {'motion': {'state': 'MOTION_DETECTED', 'updateTime': '2026-11-25T08:15:00Z'}}, 'labels': {'name': 'Parking'}}, {}),
    ("dt", {'eventId': 'a', 'targetName': 'projects/p/devices/d', 'eventType': 'motion', 'data': {'motion': {'state': 'MOTION_DETECTED', 'updateTime': '2026-11-25T08:15:00Z'}}, 'labels': {'name': 'Studio'}}, {'occupied': 1.0}),
    ("dt", {'eventId': 'a', 'targetName': 'projects/p/devices/d', 'eventType': 'temperature', 'data': {'temperature': {'value': 4.1, 'updateTime': '2026-11-25T08:15:00Z'}}, 'labels': {'name': 'Fridge'}}, {}),
    ("zigbee2mqtt/Alla parkeringar", {'occupancy': True}, {}),
    ("zigbee2mqtt/Carport rörelse", {'occupancy': True}, {}),
    ("zigbee2mqtt/Läsesal", {'occupancy': False, 'battery': 97}, {'occupied': 0.0}),
    ("zigbee2mqtt/people", {'people': 3, 'action': 'in'}, {}),
    ("homeassistant/sensor/hall_people_count/state", '3', {}),
    ("homeassistant/binary_sensor/reading_room_occupancy/state", 'on', {}),
    ("homeassistant/binary_sensor/garage_occupancy/state", 'on', {}),
    ("homeassistant/binary_sensor/tesla_occupancy/state", 'on', {}),
    ("homeassistant/binary_sensor/main_door/state", 'on', {}),
    ("homeassistant/binary_sensor/reading_room_occupancy/state", 'unavailable', {}),
    ("homeassistant/device_tracker/pixel8/state", 'home', {}),
    ("homeassistant/sensor/kims_iphone_battery_level/state", '55', {}),
    ("homeassistant/sensor/processor_temperature/state", '61', {}),
    ("shellies/shellymotion2-AA/status", {'motion': True, 'active': True, 'lux': 40}, {'occupied': 1.0}),
    ("shellies/shelly1-AA/relay/0", 'on', {}),
    ("shellies/shellydw2-AA/sensor/state", 'open', {}),
    ("shellypresence-aa/status/presence:0", {'id': 0, 'value': True, 'num_objects': 2}, {}),
    ("shellyem/status/em:0", {'total_act_power': 300}, {}),
    ("tele/x/SENSOR", {'Time': '2026-11-25T08:15:00', 'Switch1': 'ON'}, {}),
    ("tele/x/SENSOR", {'Time': '2026-11-25T08:15:00', 'COUNTER': {'C1': 120}}, {}),
    ("tele/room7/SENSOR", {'Time': '2026-11-25T08:15:00', 'LD2410': {'Distance': [0, 0, 0], 'Energy': [0, 0, 0]}}, {}),
    ("tele/boiler/SENSOR", {'Time': '2026-11-25T08:15:00', 'DS18B20': {'Temperature': 61.0}, 'TempUnit': 'C'}, {}),
    ("esphome/roode/sensor/people_counter/state", '4', {}),
    ("esphome/room/binary_sensor/pir/state", 'ON', {}),
    ("esphome/garage/binary_sensor/car_present/state", 'ON', {}),
    ("esphome/rack/sensor/esp32_temperature/state", '51', {}),
    ("frigate/entrance/car", '2', {}),
    ("frigate/entrance/all", '5', {}),
    ("frigate/events", {'type': 'new', 'after': {'label': 'dog', 'camera': 'entrance'}}, {}),
    ("frigate/entrance/person/active", '2', {}),
    ("zwave/hall/113/0/Home_Security/Motion_sensor_status", {'time': 1795594500000, 'value': 8}, {'occupied': 1.0}),
    ("zwave/door/113/0/Access_Control/Door_state", {'time': 1795594500000, 'value': 22}, {}),
    ("homie/room-1/motion/motion", 'true', {}),
    ("homie/parking-1/spot/occupied", 'true', {}),
    ("deconz/sensors/7", {'e': 'changed', 'r': 'sensors', 'state': {'presence': True, 'lastupdated': '2026-11-25T08:15:00'}}, {}),
    ("domoticz/out", {'idx': 7, 'name': 'Car park', 'dtype': 'Light/Switch', 'nvalue': 1, 'stype': 'Switch', 'switchType': 'Motion Sensor'}, {}),
    ("fiware/x", {'id': 'OffStreetParking:1', 'type': 'OffStreetParking', 'availableSpotNumber': 12, 'occupiedSpotNumber': 3}, {}),
    ("fiware/y", {'id': 'CrowdFlowObserved:1', 'type': 'CrowdFlowObserved', 'peopleCount': 12, 'dateObserved': '2026-11-25T08:15:00Z'}, {'passages': 12.0}),
    ("spBv1.0/g/DDATA/n/press", {'timestamp': 1795594500000, 'metrics': [{'name': 'in_total', 'value': 7, 'timestamp': 1795594500000}]}, {}),
    ("xovis/1", {'live_data': {'package_info': {'version': '5.0'}, 'sensor_info': {}, 'frames': []}}, {}),
    ("axis/aoa", {'topic': 'axis:CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1', 'timestamp': 1795594500000, 'message': {'source': {}, 'key': {}, 'data': {'total': '7', 'totalHuman': '0', 'totalCar': '7', 'reason': 'car'}}}, {'in_total': 0.0}),
    ("hik/1", '<EventNotificationAlert><ipAddress>1.2.3.4</ipAddress><dateTime>2026-11-25T08:15:00+01:00</dateTime><eventType>VehicleDetection</eventType><count>4</count></EventNotificationAlert>', {}),
    ("onvif/x", {'Topic': 'tns1:RuleEngine/CountAggregation/Counter', 'Data': {'Count': '3'}, 'Source': {'Rule': 'Cars'}}, {}),
    ("density/x", {'type': 'vehicle', 'count': 4}, {}),
    ("/merakimv/Q2XX/0", {'ts': 1795594500000, 'counts': {'vehicle': 3}}, {}),
    ("/merakimv/Q2XX/0", {'ts': 1795594500000, 'counts': {'person': 3}}, {'people': 3.0}),
    ("butlr/x", {'event': 'TRAFFIC', 'data': [{'in': 3, 'out': 2, 'sensor_id': 's', 'timestamp': 1795594500000}]}, {}),
]

# frame, port, model in the site file, what the network server made of it
FRAMES: list[tuple[str, int, str, dict[str, Any] | None, Expected]] = [
    ('0367ee0004687c05000106cb02077de704087d070009736627', 85, 'Milesight AM319', None, {'occupied': 1.0}),
    ('01755c030000040000', 85, 'Milesight WS301', None, {}),
    ('01755c0367b6ff046865', 85, 'Milesight EM300-TH', None, {}),
    ('01755c0367190104826800050000', 85, 'Milesight EM400-MUD', None, {}),
    ('01755c0367ff00046865060001', 85, 'Milesight EM300-MCS', None, {}),
    ('ff0bffff01110003000c', 85, 'Milesight UC300', None, {}),
    ('01756203670b010477070005e700060007000800', 85, 'Milesight WT101', None, {}),
    ('01755c055b05690233027701', 85, 'Milesight WS302', None, {}),
    ('0175640282750303670f01048e000100', 85, 'Milesight VS330', None, {}),
    ('0be81000000100000000', 10, 'Dragino LDS02', None, {}),
    ('cbf60b0d0376010add7fff', 2, 'Dragino LHT65', None, {}),
    ('010b1507000fff00', 100, 'Browan TBDW100', None, {}),
    ('000b15071d1dffff', 106, 'Browan TBWL100', None, {}),
    ('010b1a0300fa0300', 102, 'Browan TBMS100', None, {'occupied': 1.0, 'motions_total': 1018.0}),
    ('0100e202290400270506060308070d62', 5, 'ELSYS ERS', None, {'motions': 6.0}),
    ('0100e21100', 5, 'ELSYS Desk', None, {}),
    ('0367000a0468280000ff', 10, 'Tektelic Kona Home Sensor', None, {}),
    ('0102012400000000000000', 6, 'Netvox R718N', None, {}),
    ('0103011e0a2801000001', 6, 'Netvox RB11E', None, {}),
    ('8111a8520000000000', 2, 'MClimate Vicki', None, {}),
    ('03ff5f8a', 18, 'Abeeway Micro Tracker', None, {}),
    ('49200100000000', 1, 'Adeunis TIC', None, {}),
    ('ffff09010a00', 1, 'Sensative Strips Guard', None, {}),
    ('0500010104', 85, '', None, {}),
    ('03d2be00000004d231010000', 85, '', None, {}),
    ('03d2be0000', 85, 'Milesight VS133', None, {}),
    ('05ff01', 85, 'Milesight VS121', None, {}),
    ('0175', 85, 'Milesight AT101', {'motion_status': 'moving', 'battery': 90}, {}),
    ('01', 2, 'Dragino LDDS75', {'distance': 1200, 'Bat': 3.3, 'Interrupt_flag': 0}, {}),
    ('01', 2, '', {'door_open_status': 1, 'door_open_times': 25, 'last_door_open_duration': 3}, {}),
    ('01', 2, '', {'occupied': True, 'parkingState': 'occupied'}, {}),
    ('01', 2, '', {'people_in': 3, 'vehicle_in': 0}, {}),
    ('01', 2, '', {'people_in_total': 30, 'people_out_total': 20, 'battery_percent': 90}, {'in_total': 30.0, 'out_total': 20.0}),
    ('01', 2, '', {'total_in': 30, 'total_out': 20, 'battery_percent': 90}, {}),
]
# fmt: on


def about_people(topic: str, payload: Any, model: str = "") -> Expected:
    raw = payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
    known = DecodeContext(zone="Europe/Stockholm", models={("lorawan", EUI): model} if model else {})
    batch = pipeline.decode([Message(topic=topic, payload=raw, received=NOW)], known)
    return {
        incoming.reading.metric: incoming.reading.value
        for incoming in batch.readings
        if incoming.reading.metric not in AIR
    }


@pytest.mark.parametrize(("topic", "payload", "expected"), MESSAGES)
def test_a_message(topic: str, payload: Any, expected: Expected) -> None:
    assert about_people(topic, payload) == expected


@pytest.mark.parametrize(("frame", "port", "model", "fields", "expected"), FRAMES)
def test_a_frame(
    frame: str, port: int, model: str, fields: dict[str, Any] | None, expected: Expected
) -> None:
    uplink = {
        "end_device_ids": {"device_id": "dev-1", "dev_eui": EUI},
        "received_at": "2026-11-25T08:15:01Z",
        "uplink_message": {
            "f_port": port,
            "f_cnt": 1,
            "session_key_id": "A",
            "frm_payload": base64.b64encode(bytes.fromhex(frame)).decode(),
            **({"decoded_payload": fields} if fields is not None else {}),
        },
    }
    assert about_people("v3/a@t/devices/d/up", uplink, model) == expected
