"""Who may speak for a device: the topics it is bound to, how those are learnt, and that an impostor harms nobody."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from besok.model.decode_context import DecodeContext, native_topics
from besok.model.pseudonyms import pseudonym
from besok.model.readings import Message, Refusal
from besok.model.site import PayloadMapping
from besok.model.topics import binding, matches
from besok.store.write import Batch
from collectors import pipeline

NOW = datetime(2026, 11, 25, 8, 15, 2, tzinfo=UTC)
BEAM = PayloadMapping(
    name="beams", topic="+/beam/#", device="$.mac", seq="$.no", values={"in": "$.n", "battery_pct": "$.b"}
)
DOOR = ("beams", "m1")


def known(*filters: str, **more: Any) -> DecodeContext:
    return DecodeContext(mappings=(BEAM,), topics={DOOR: filters}, **more)


def sent(topic: str, payload: object = None, **more: Any) -> Message:
    raw = json.dumps(payload or {"mac": "m1", "no": 7, "n": 3}).encode()
    return Message(topic=topic, payload=raw, received=NOW, **more)


def devices(batch: Batch) -> list[tuple[str, float]]:
    return [(i.reading.device, i.reading.value) for i in batch.readings]


@pytest.mark.parametrize(
    ("topic", "device", "filters", "also"),
    [
        ("application/7/device/24e1240001/event/up", "24e1240001", ["application/7/device/24e1240001/#"], "event/join"),
        ("v3/app@ttn/devices/eui-24e1240001/up", "24e1240001", ["v3/app@ttn/devices/eui-24e1240001/#"], "join"),
        ("v3/app@ttn/devices/door/up", "24e1240001", ["v3/app@ttn/devices/door/#"], "up/normalized"),
        ("gateway/12/uplink", "24e1240001", ["gateway/12/+"], "join"),
        ("zigbee2mqtt/door", "door", ["zigbee2mqtt/door/#"], "availability"),
        ("shellies/shelly-A1B2C3/relay/0", "shelly-a1b2c3", ["shellies/shelly-A1B2C3/#"], "input/0"),
        ("zigbee2mqtt/hall/desk", "hall/desk", ["zigbee2mqtt/hall/desk/#"], "availability"),
        ("/uplink", "24e1240001", ["/uplink"], None),
        ("xovis/front", "80:1F:12:AA:BB:CC", ["xovis/front"], None),
        ("acme/door", "acme/door", ["acme/door"], None),
        ("acme/+/state", "m1", ["acme/+/state"], None),
    ],
)  # fmt: skip
def test_a_device_is_bound_to_what_names_it_and_events_may_change(
    topic: str, device: str, filters: list[str], also: str | None
) -> None:
    assert list(binding(topic, device)) == filters
    assert matches(binding(topic, device), topic.replace("+", "x"))
    assert not matches(binding(topic, device), f"other/{topic}")
    if also:
        assert matches(binding(topic, device), f"{filters[0][:-2]}/{also}")


def test_one_sender_marks_kinds_of_messages_by_a_level() -> None:
    assert matches(binding("tele/door/SENSOR", "door"), "stat/door/STATUS10")
    assert not matches(binding("tele/door/SENSOR", "door"), "cmnd/door/SENSOR")
    assert matches(binding("spBv1.0/g/DBIRTH/node/dev", "g/node/dev"), "spBv1.0/g/DDATA/node/dev")


@pytest.mark.parametrize(
    ("filters", "topic", "is_matched"),
    [
        (("a/b",), "a/b", True),
        (("a/#",), "a", True),
        (("#",), "a/b", True),
        (("a/+/c", "d"), "a/b/c", True),
        (("a/+",), "a/b/c", False),
        (("a/+/#",), "a", False),
        ((), "a", False),
    ],
)
def test_topic_filters(filters: tuple[str, ...], topic: str, is_matched: bool) -> None:
    assert matches(filters, topic) is is_matched


def test_the_same_payload_elsewhere_is_rejected_and_says_what_to_do() -> None:
    batch = pipeline.decode([sent("hus/beam/1"), sent("evil/beam/1")], known("hus/beam/1"))
    assert devices(batch) == [("m1", 3)]
    (rejection,) = batch.rejections
    assert rejection.kind is Refusal.WRONG_TOPIC
    assert "m1 (beams) is bound to hus/beam/1" in rejection.reason
    assert 'besok device topics "m1" --set' in rejection.reason and "evil" not in rejection.reason


def test_an_impostor_does_not_make_the_true_message_a_repeat() -> None:
    batch = pipeline.decode([sent("evil/beam/1"), sent("hus/beam/1")], known("hus/beam/#"))
    (true,) = batch.origins
    assert true.identity and true.identity.mark and batch.rejections[0].origin is None


def test_a_placed_device_that_was_never_heard_is_bound_by_its_first_message() -> None:
    batch = pipeline.decode([sent("hus/beam/1"), sent("evil/beam/1"), sent("hus/beam/1")], known())
    assert devices(batch) == [("m1", 3), ("m1", 3)]
    assert (batch.topics, batch.binds) == ({DOOR: ("hus/beam/1",)}, frozenset({DOOR}))


def test_what_cannot_be_true_binds_nobody() -> None:
    batch = pipeline.decode([sent("evil/beam/1", {"mac": "m1", "n": -3}), sent("hus/beam/1")], known())
    assert (devices(batch), batch.topics) == ([("m1", 3)], {DOOR: ("hus/beam/1",)})


def test_of_an_unplaced_device_all_topics_are_learnt() -> None:
    context = DecodeContext(mappings=(BEAM,))
    batch = pipeline.decode([sent("a/beam/1"), sent("b/beam/m1/x"), sent("b/beam/m1/y")], context)
    assert (batch.topics, batch.binds) == ({DOOR: ("a/beam/1", "b/beam/m1/#")}, frozenset())


def test_a_native_device_speaks_on_its_own_topics_whatever_a_mapping_says() -> None:
    fake = PayloadMapping(name="fake", source="native", topic="evil", device="$.d", values={"in": "$.n"})
    context = DecodeContext(mappings=(fake,), topics={("native", "hus/door"): native_topics("hus/door")})
    true = Message(topic="besok/v1/hus/door/flow", payload=b'{"in": 2}', received=NOW)
    batch = pipeline.decode([true, sent("evil", {"d": "hus/door", "n": 9})], context)
    assert devices(batch) == [("hus/door", 2)]
    assert "speaks on besok/v1/hus/door/# and nowhere else" in batch.rejections[0].reason


def test_a_status_from_elsewhere_is_not_believed() -> None:
    context = DecodeContext(topics={("tasmota", "door"): ("tele/door/#", "stat/door/#")})
    message = Message(topic="tele/door/LWT", payload=b"Offline", received=NOW)
    ((status, _),) = pipeline.decode([message]).statuses
    context = DecodeContext(topics={(status.source, status.device): ("elsewhere/door/#",)})
    batch = pipeline.decode([message], context)
    assert batch.statuses == [] and batch.rejections[0].kind is Refusal.WRONG_TOPIC


def test_on_a_topic_of_several_devices_a_message_names_its_own() -> None:
    nameless = PayloadMapping(name="gates", topic="gates", values={"in": "$.n"})
    context = DecodeContext(mappings=(nameless,), topics={DOOR: ("gates",), ("beams", "m2"): ("gates",)})
    (rejection,) = pipeline.decode([sent("gates", {"n": 1})], context).rejections
    assert rejection.kind is Refusal.UNNAMED and "names nobody" in rejection.reason


def test_what_is_not_admitted_is_kept_and_said() -> None:
    context = DecodeContext(mappings=(BEAM,))
    messages = [sent("a/beam/1"), sent("a/beam/1", {"mac": "m2", "n": 5})]
    batch = pipeline.decode(messages, context, lambda channels: {c for c in channels if c[1] == "m2"})
    assert devices(batch) == [("m1", 3)]
    (rejection,) = batch.rejections
    assert rejection.kind is Refusal.TOO_MANY_DEVICES and "BESOK_NEW_DEVICES_PER_HOUR" in rejection.reason


def test_a_pseudonym_in_a_mapping_or_a_binding_means_the_topic_that_it_stands_for() -> None:
    key = b"k" * 32
    hidden = pseudonym(key, "skogen")
    mapping = PayloadMapping(name="beams", topic=f"{hidden}/+", device="$.mac", values={"in": "$.n"})
    context = DecodeContext(mappings=(mapping,), topics={DOOR: (f"{hidden}/1",)}, key=key)
    assert devices(pipeline.decode([sent("skogen/1")], context)) == [("m1", 3)]
    assert devices(pipeline.decode([sent("skogen/2")], context)) == []
