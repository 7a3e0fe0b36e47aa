"""The pipeline: ranges, clocks, collisions, and that a bad message never takes a good one with it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from besok.model.decode_context import DecodeContext
from besok.model.metrics import METRICS
from besok.model.readings import Decoded, Flag, Identity, Message, Reading, Refusal
from besok.store.write import Batch, DeviceDescription
from collectors import decoding, pipeline
from collectors.adapters.packet import Packet

NOW = datetime(2026, 11, 25, 8, 15, 2, tzinfo=UTC)


def message(payload: object, kind: str = "flow", *, topic: str = "", retained: bool = False) -> Message:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Message(topic=topic or f"besok/v1/stad/d/{kind}", payload=raw, received=NOW, retained=retained)


def decode(*payloads: object, kind: str = "flow", retained: bool = False) -> Batch:
    return pipeline.decode([message(p, kind, retained=retained) for p in payloads])


def values(batch: Batch) -> list[tuple[str, float]]:
    return [(i.reading.metric, i.reading.value) for i in batch.readings]


def reasons(batch: Batch) -> list[str]:
    return [r.reason for r in batch.rejections]


def at(offset: timedelta) -> str:
    return (NOW + offset).isoformat()


def test_good_messages_become_readings_with_their_receipt() -> None:
    batch = decode(
        {"time": at(timedelta(0)), "in": 3, "out": 1}, {"time": at(timedelta(minutes=-1)), "in": 2}
    )
    assert values(batch) == [("in", 3), ("out", 1), ("in", 2)]
    assert {i.received for i in batch.readings} == {NOW}
    assert not batch.rejections


def test_a_status_comes_with_its_receipt() -> None:
    ((status, received),) = decode(b"offline", kind="status").statuses
    assert (status.device, status.online, received) == ("stad/d", False, NOW)


@pytest.mark.parametrize(
    ("payload", "kind", "words"),
    [
        ({"in": -1}, "flow", "flow:1: in is -1: people going in must be 0 to 100000 people"),
        ({"in": 1e308}, "flow", "flow:1: in is 1e+308"),
        (b'{"in": 1e999}', "flow", "in is Infinity"),
        ({"in_total": 1e13}, "flow", "in_total is 1e+13"),
        ({"people": -3, "region": "b"}, "level", "level:b: people is -3"),
        ({"people": 65_535}, "level", "level:1: people is 65535"),
        ({"in": 65_535}, "flow", "flow:1: in is 65535"),
        ({"in_total": 2**32 - 1}, "flow", "that is what an empty register says"),
        ({"people": 0.37}, "level", "level:1: people is 0.37: people are counted in whole numbers"),
        ({"in": 2.5}, "flow", "flow:1: in is 2.5: people are counted in whole numbers"),
        ({"passages_total": 7.25}, "flow", "passages_total is 7.25: people are counted in whole numbers"),
        ({"humidity_pct": 101}, "level", "humidity_pct is 101: humidity must be 0 to 100 %"),
        ({"time": "2126-11-25T08:15:00Z", "in": 1}, "flow", "its time is 2126-11-25 08:15; set the clock"),
        ({"time": 0, "in": 1}, "flow", "its time is 1970-01-01 00:00"),
    ],
)
def test_what_cannot_be_true_is_rejected_with_a_reason(payload: object, kind: str, words: str) -> None:
    batch = decode(payload, kind=kind)
    assert not batch.readings
    (reason,) = reasons(batch)
    assert words in reason


def test_the_good_part_of_a_bad_message_counts_and_the_message_is_kept_whole() -> None:
    batch = decode({"in": -1, "out": 2}, {"in": 3})
    assert values(batch) == [("out", 2), ("in", 3)]
    assert [r.message.payload for r in batch.rejections] == [b'{"in": -1, "out": 2}']


@pytest.mark.parametrize(
    ("offset", "flags"),
    [
        (timedelta(0), Flag.NONE),
        (timedelta(minutes=9), Flag.NONE),
        (timedelta(minutes=11), Flag.CLOCK_AHEAD),
        (timedelta(days=365), Flag.CLOCK_AHEAD),
        (timedelta(days=-34), Flag.NONE),
        (timedelta(days=-36), Flag.CLOCK_BEHIND),
        (timedelta(days=-365), Flag.CLOCK_BEHIND),
    ],
)
def test_a_clock_that_is_off_is_flagged_and_still_counts(offset: timedelta, flags: Flag) -> None:
    batch = decode({"time": at(offset), "in": 1})
    (incoming,) = batch.readings
    assert incoming.reading.time == NOW + offset
    assert incoming.reading.flags == flags
    assert not batch.rejections


def test_the_time_of_receipt_stands_in_for_a_missing_one() -> None:
    (incoming,) = decode({"in": 1, "simulated": True}).readings
    assert incoming.reading.time == NOW
    assert incoming.reading.flags == Flag.NO_TIME | Flag.SIMULATED


def test_counts_the_broker_kept_need_a_time_and_states_do_not() -> None:
    assert "the broker kept this message (retained)" in reasons(decode({"in": 1}, retained=True))[0]
    assert values(decode({"in": 1, "time": at(timedelta(0))}, retained=True)) == [("in", 1)]
    assert values(decode({"people": 4}, kind="level", retained=True)) == [("people", 4)]
    assert values(decode({"in_total": 4}, retained=True)) == [("in_total", 4)]


def test_events_of_one_instant_in_one_message_are_added_up() -> None:
    t = at(timedelta(0))
    same = [{"time": t, "in": 1, "period_s": 60}, {"time": t, "in": 2}, {"time": t, "in": 4, "line": "2"}]
    batch = decode(same)
    assert values(batch) == [("in", 3), ("in", 4)]
    assert batch.readings[0].reading.period_s == 60
    assert values(decode([{"in": 1}, {"in": 1}])) == [("in", 2)]


def test_a_sum_that_cannot_be_true_is_rejected_though_each_part_could_be() -> None:
    hour = {"StartTime": "2026-11-25 08:00:00", "EndTime": "2026-11-25 08:59:59"}
    row = {"Channel": 0, "AreaID": 1, "EnteredSubtotal": 12_000, "ExitedSubtotal": 9} | hour
    batch = pipeline.decode([message({"params": {"found": 9, "info": [row] * 9}}, topic="counters/door")])
    assert values(batch) == [("out", 81)]
    assert "in is 108000: people going in must be 0 to 100000 people" in reasons(batch)[0]


def test_hours_count_and_not_the_day_beside_them() -> None:
    hour, quarter, day = (
        {"time": at(timedelta(minutes=m)), "period_s": s, "in": n}
        for m, s, n in ((0, 3600, 8), (-60, 900, 3), (0, 7200, 11))
    )
    batch = decode([hour, quarter, day, {**quarter, "in": 1}])
    assert sorted(values(batch)) == [("in", 4), ("in", 8)]
    assert "only the shorter counts" in reasons(batch)[0]


def test_of_states_of_one_instant_the_last_counts() -> None:
    t = at(timedelta(0))
    assert values(decode([{"time": t, "people": 5}, {"time": t, "people": 7}], kind="level")) == [
        ("people", 7)
    ]
    assert values(decode([{"time": t, "in_total": 5}, {"time": t, "in_total": 7}])) == [("in_total", 7)]


def test_the_same_instant_in_two_messages_stays_two_readings() -> None:
    once = {"time": at(timedelta(0)), "in": 1}
    assert values(decode(once, once)) == [("in", 1), ("in", 1)]


def delivered(payload: object, *, topic: str = "besok/v1/stad/d/flow", retained: bool = False) -> Batch:
    """A message as the broker delivers it, with a packet id."""
    m = replace(message(payload, topic=topic, retained=retained), client="c", packet_id=7, duplicate=True)
    return pipeline.decode([m])


def test_a_message_with_times_needs_no_mark() -> None:
    assert not delivered([{"time": at(timedelta(0)), "in": 1, "seq": 3}]).origins


def test_numbers_that_do_not_outlast_a_connection_are_no_identity() -> None:
    """RabbitMQ counts from 1 with each connection: one message would be taken for another."""
    m = replace(message({"in": 1}), packet_id=7, duplicate=True)
    assert not pipeline.decode([m]).origins


def test_a_new_session_is_told_to_the_store() -> None:
    m = replace(message({"in": 1}), client="c", packet_id=1, begins_session=True)
    assert pipeline.decode([m]).new_sessions == {"c"}
    assert not pipeline.decode([replace(m, begins_session=False)]).new_sessions


def test_a_message_without_a_time_is_known_by_its_delivery_and_by_its_number() -> None:
    (origin,) = delivered({"in": 1, "out": 2}).origins
    assert (origin.client, origin.packet_id, origin.redelivered, origin.identity) == ("c", 7, True, None)
    batch = delivered([{"in": 1, "seq": 3}, {"in": 2, "time": at(timedelta(0)), "seq": 4}])
    (origin,) = batch.origins
    assert origin.identity == Identity(scope="native/stad/d", mark="seq:3,4", window_s=8 * 86_400)
    assert {i.origin for i in batch.readings} == {origin}


@pytest.mark.parametrize(
    "payload", [{"in": 1}, {"in": 1, "seq": None}, {"in": 1, "seq": "3"}, [{"in": 1, "seq": 1}, {"in": 1}]]
)
def test_a_number_must_be_there_to_be_an_identity(payload: object) -> None:
    assert [o.identity for o in delivered(payload).origins] == [None]


def test_a_rejected_message_is_known_too_and_one_that_is_kept_is_rejected_once() -> None:
    batch = delivered({"time": at(timedelta(0)), "in": -1})
    assert [r.origin for r in batch.rejections] == list(batch.origins)
    assert len({o.digest for p in ({"in": -1}, {"in": -2}) for o in delivered(p).origins}) == 2
    (origin,) = delivered({"in": 1}, retained=True).origins
    assert origin.identity and origin.identity.scope.startswith("retained/")
    assert origin.identity.window_s == 30 * 86_400
    assert "stad" not in origin.identity.scope


def test_the_same_content_has_the_same_digest_however_it_came() -> None:
    ways = [delivered({"in": 1, "line": "a", "gateway": n}).origins[0].digest for n in (1, 2)]
    assert ways[0] == ways[1]
    assert delivered({"in": 1, "line": "b"}).origins[0].digest != ways[0]


def test_devices_are_told_with_their_topic() -> None:
    assert delivered({"in": 1}).devices == {
        ("native", "stad/d"): DeviceDescription(topic="besok/v1/stad/d/flow")
    }


def test_a_topic_nobody_reads() -> None:
    batch = pipeline.decode([message({"in": 1}, topic="acme/door"), message({"in": 1})])
    assert values(batch) == [("in", 1)]
    assert reasons(batch)[0].startswith("nobody has said what in is")


def test_an_adapter_that_fails_costs_only_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(packet: Packet) -> Decoded | None:
        if packet.topic == "door":
            raise ZeroDivisionError("division by zero")
        return None

    monkeypatch.setattr(decoding, "ADAPTERS", {"broken": fails, **decoding.ADAPTERS})
    batch = pipeline.decode([message({"in": 1}), message(b"x", topic="door"), message({"in": 2})])
    assert values(batch) == [("in", 1), ("in", 2)]
    assert reasons(batch) == [
        "the adapter broken failed (ZeroDivisionError: division by zero); please report this"
    ]


def test_a_measurement_that_is_not_in_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    strange = Reading(source="s", device="d", channel="c", metric="weight_kg", value=1, time=NOW)
    monkeypatch.setattr(decoding, "ADAPTERS", {"a": lambda _: Decoded(readings=(strange,))})
    batch = decode({})
    assert not batch.readings
    assert "weight_kg is not a known measurement" in reasons(batch)[0]


def test_many_problems_are_counted_not_listed() -> None:
    (reason,) = reasons(decode([{"in": "x"}] * 1000))
    assert reason.count("it must be a number") == 5
    assert reason.endswith("and 995 more")


def test_what_is_simulated_never_comes_from_a_sensor_of_a_real_site() -> None:
    known = DecodeContext(real=frozenset({("native", "stad/d", "flow:1"), ("milesight", "SN1", "flow:1")}))
    report = {
        "event": "Report",
        "device_info": {"device_sn": "SN1"},
        "line_total_data": [{"line": 1, "total": {"in_counted": 5, "out_counted": 2}}],
    }
    sent = [
        message([{"in": 3, "simulated": True}, {"in": 1, "line": "2", "simulated": True}, {"out": 4}]),
        message({**report, "besok_simulated": True}, topic="m/sn1"),
        message(report, topic="m/sn1"),
    ]
    batch = pipeline.decode(sent, known)
    assert values(batch) == [("in", 1), ("out", 4), ("in_total", 5), ("out_total", 2)]
    assert [r.kind for r in batch.rejections] == [Refusal.SIMULATED] * 2
    assert all("not a sandbox" in r.reason for r in batch.rejections)
    assert len(values(pipeline.decode(sent))) == 7


def test_large_payloads() -> None:
    rows = [{"time": (NOW - timedelta(seconds=n)).isoformat(), "in": 1} for n in range(20_000)]
    payload = json.dumps(rows).encode()
    assert len(payload) > 900_000
    assert len(decode(payload).readings) == 20_000
    (reason,) = reasons(decode(b" " * 5_000_000))
    assert reason == "the payload has 5.0 MB; no sensor sends more than 4 MB"


def test_nothing_is_no_trouble() -> None:
    nothing = Batch(readings=[], statuses=[], rejections=[], origins=[])
    assert decode() == nothing
    assert decode(b"", retained=True) == nothing


@given(st.lists(st.tuples(st.text(max_size=30), st.binary(max_size=60), st.booleans()), max_size=5))
def test_no_message_vanishes(sent: list[tuple[str, bytes, bool]]) -> None:
    messages = [message(p, topic=f"besok/v1/{t}/flow" if ours else t or "t") for t, p, ours in sent]
    # Bytes this short are never a measurement by chance; what is not data says so.
    told = [m for m in messages if not decoding.decode(m).not_data]
    assert len(pipeline.decode(messages).rejections) == len(told)


@given(st.sampled_from(sorted(METRICS)), st.floats())
def test_only_values_in_range_come_through(metric: str, value: float) -> None:
    kind = "flow" if metric in ("in", "out", "in_total", "out_total") else "level"
    for incoming in decode(json.dumps({metric: value}).encode(), kind=kind).readings:
        assert METRICS[metric].problem(incoming.reading.value) is None
