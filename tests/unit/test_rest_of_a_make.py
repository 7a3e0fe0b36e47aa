"""What a table of a people counter leaves over: numbers called by people are rejected, not dropped."""

from typing import Any

import pytest
from adapting import decode

AXIS = {"timestamp": 1795594500000}


def axis(topic: str, **data: str) -> dict[str, Any]:
    return {"topic": topic, "message": {"source": {}, "key": {}, "data": data}, **AXIS}


def vivotek(**rule: Any) -> dict[str, Any]:
    return {"Source": {"MacAddress": "00-02-D1-3A-57-FF"}, "Data": [rule]}


def hikvision(event: str, content: str) -> str:
    return (
        f"<EventNotificationAlert><eventType>{event}</eventType><dateTime>2026-11-25T09:15:00+01:00</dateTime>"
        f"<channelID>1</channelID><activePostCount>1</activePostCount>{content}</EventNotificationAlert>"
    )


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (axis("axis:CameraApplicationPlatform/OccupancyEstimator", occupancy="5"), "occupancy"),
        (vivotek(RuleType="ZoneDetection", InsidePeople=3), "InsidePeople"),
        (vivotek(RuleType="Flow", Footfall=31), "Footfall"),
        (hikvision("hallStatus", "<hall><personsPresent>7</personsPresent></hall>"), "personsPresent"),
        ({"Action": "Pulse", "Code": "CrowdDetection", "Data": {"PeopleCount": 9}}, "PeopleCount"),
        ({"mqttMethod": "UpdateEndpoint", "endpointID": 9, "headcount": 3}, "headcount"),
        ({"sensor_info": {"serial_number": "80:1F:12:D5:C6:AA"}, "logics_data": {"visitors": 9}}, "visitors"),
    ],
)
def test_numbers_of_people_are_rejected(payload: Any, field: str) -> None:
    (problem,) = decode("in/1", payload).problems
    assert problem.startswith(f"nobody has said what {field} is")


@pytest.mark.parametrize(
    "payload",
    [
        axis("axis:Device/IO/VirtualPort", state="1"),
        axis("axis:Device/Temperature/Above", sensor_level="1"),
        vivotek(RuleType="FaceDetection", Score=31),
        hikvision("diskfull", ""),
        hikvision("VMD", ""),
        hikvision("videoloss", ""),
        hikvision("linedetection", "<DetectionRegionList><regionID>1</regionID></DetectionRegionList>"),
        {"Action": "Pulse", "Code": "DoorCard", "Data": {"Number": "0123456789"}},
        {
            "sensor_info": {"serial_number": "80:1F:12:D5:C6:AA"},
            "live_data": {"frames": [{"framenumber": 3}]},
        },
    ],
)
def test_all_else_is_no_data(payload: Any) -> None:
    decoded = decode("in/1", payload)
    assert decoded.not_data
    assert not decoded.problems
