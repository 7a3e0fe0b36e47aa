"""Hikvision: people counting alerts, in XML and JSON."""

from typing import Any

import pytest
from hearing import heard, timed, told

from besok.model.decode_context import DecodeContext

REAL_TIME = "<RealTime><time>2024-07-08T12:27:24+08:00</time></RealTime>"
SPELL = "<startTime>2024-07-08T12:00:00+08:00</startTime><endTime>2024-07-08T12:15:00+08:00</endTime>"
RANGE = f"<TimeRange>{SPELL}</TimeRange>"


def alert(
    method: str = "timeRange", when: str = RANGE, rest: str = "", kind: str = "PeopleCounting"
) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<EventNotificationAlert version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">
<ipAddress>192.0.2.64</ipAddress><macAddress>3c:1b:f8:00:00:01</macAddress><channelID>1</channelID>
<dateTime>2024-07-08T12:27:24+08:00</dateTime><eventType>{kind}</eventType><eventState>active</eventState>
<peopleCounting><statisticalMethods>{method}</statisticalMethods>{when}
<enter>15</enter><exit>14</exit><pass>90</pass><vehicleEnter>8</vehicleEnter>{rest}</peopleCounting>
<childCounting><enter>2</enter><exit>1</exit></childCounting></EventNotificationAlert>""".encode()


JSON: dict[str, Any] = {
    "ipAddress": "192.0.2.64",
    "macAddress": "3c:1b:f8:00:00:01",
    "channelID": 2,
    "dateTime": "2024-07-08T12:27:24",
    "eventType": "PeopleCounting",
    "peopleCounting": {"statisticalMethods": "realTime", "enter": 15, "exit": 14, "regionsID": 3},
}


def test_a_time_range_is_its_people_and_children_are_among_them() -> None:
    decoded = heard(alert())
    assert timed(decoded) == [
        ("flow:1", "in", 15, "2024-07-08T04:15:00Z", 900),
        ("flow:1", "out", 14, "2024-07-08T04:15:00Z", 900),
    ]
    assert {r.device for r in decoded.readings} == {"3c1bf8000001"}


def test_real_time_counts_run_on() -> None:
    decoded = heard(alert("realTime", REAL_TIME, "<regionsID>2</regionsID>"))
    assert timed(decoded) == [
        ("flow:2", "in_total", 15, "2024-07-08T04:27:24Z", 0),
        ("flow:2", "out_total", 14, "2024-07-08T04:27:24Z", 0),
    ]


def test_json_with_a_time_of_the_site() -> None:
    decoded = heard(JSON, known=DecodeContext(zone="Europe/Stockholm"))
    assert timed(decoded)[0] == ("flow:2/3", "in_total", 15, "2024-07-08T10:27:24Z", 0)


def test_people_among_other_targets_over_a_line() -> None:
    rows = "".join(
        f"<DataList><statisticalDirection>{d}</statisticalDirection><humanCount>{n}</humanCount></DataList>"
        for d, n in (("forward", 4), ("back", 3), ("bothway", 7))
    )
    decoded = heard(
        f"<EventNotificationAlert><channelID>1</channelID><dateTime>2024-07-08T12:27:24Z</dateTime><ruleID>2</ruleID>"
        f"<eventType>regionTargetNumberCounting</eventType><statisticalMethod>realTime</statisticalMethod>"
        f"<CountingList>{rows}</CountingList></EventNotificationAlert>".encode()
    )
    assert told(decoded) == [("flow:2", "in_total", 4), ("flow:2", "out_total", 3)]


@pytest.mark.parametrize("kind", ["VMD", "videoloss"])
def test_other_alerts_count_nobody(kind: str) -> None:
    assert heard(alert(kind=kind)).not_data


def test_an_unknown_method_is_told() -> None:
    assert "statisticalMethods" in heard(alert("sometimes")).problems[0]


def test_an_alert_that_counts_in_an_unknown_way_is_refused_not_dropped() -> None:
    assert "write a mapping" in heard(alert(kind="framesPeopleCounting")).problems[0]
