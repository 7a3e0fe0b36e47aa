"""ONVIF counters by MQTT and by HTTP push, read by the mappings of docs/reference/mappings.md and by nothing else."""

import json
from datetime import UTC, datetime

import pytest
from mapped import examples

from besok.model.decode_context import NOTHING, DecodeContext
from besok.model.readings import Decoded, Message
from collectors import decoding

TOPIC = "cam-1/onvif-ej/RuleEngine/CountAggregation/Counter/&1/Entrance in"
TIME = "2026-11-25T08:15:00.203Z"


def event(rule: str, count: int) -> str:
    """What a camera with Profile M publishes."""
    source = {"VideoSource": "1", "Rule": rule}
    return json.dumps({"UtcTime": TIME, "Source": source, "Data": {"Count": str(count)}})


def notify(*counts: tuple[str, int]) -> str:
    """What a camera pushes by HTTP: notifications in a SOAP envelope."""
    messages = (
        "<wsnt:NotificationMessage><wsnt:Topic>tns1:RuleEngine/CountAggregation/Counter</wsnt:Topic><wsnt:Message>"
        f'<tt:Message UtcTime="{TIME}" PropertyOperation="Changed"><tt:Source><tt:SimpleItem Name="VideoSource"'
        f' Value="1"/><tt:SimpleItem Name="Rule" Value="{rule}"/></tt:Source><tt:Data><tt:SimpleItem Name="Count"'
        f' Value="{count}"/></tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>'
        for rule, count in counts
    )
    names = 'xmlns:s="urn:s" xmlns:wsnt="urn:wsnt" xmlns:tt="urn:tt"'
    return f"<s:Envelope {names}><s:Body><wsnt:Notify>{''.join(messages)}</wsnt:Notify></s:Body></s:Envelope>"


def read(topic: str, payload: str, known: DecodeContext) -> Decoded:
    message = Message(
        topic=topic, payload=payload.encode(), received=datetime(2026, 11, 25, 8, 16, tzinfo=UTC)
    )
    return decoding.decode(message, known)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (TOPIC, event("Entrance in", 412)),
        ("besok/in/cam-1", notify(("Entrance in", 412))),
        ("besok/in/cam-1", notify(("Cars", 3), ("Entrance in", 412))),
    ],
)
def test_a_mapping_says_which_rule_is_people_going_in(topic: str, payload: str) -> None:
    decoded = read(topic, payload, DecodeContext(mappings=tuple(examples().mappings)))
    assert decoded.problems == ()
    (reading,) = decoded.readings
    assert (reading.source, reading.device, reading.channel) == ("onvif", "cam-1", "flow:1")
    assert (reading.metric, reading.value) == ("in_total", 412)
    assert reading.time == datetime.fromisoformat(TIME)


@pytest.mark.parametrize(
    ("topic", "payload"), [(TOPIC, event("Mangoes", 412)), ("besok/in/cam-1", notify(("Mangoes", 412)))]
)
def test_a_counter_alone_counts_nobody(topic: str, payload: str) -> None:
    for known in (NOTHING, DecodeContext(mappings=tuple(examples().mappings))):
        assert read(topic, payload, known).readings == ()
