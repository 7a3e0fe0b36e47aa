"""The counting rules from the message on: what sensors send in odd ways is counted as it was meant, and once."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from counted import NOON, after, buckets, build, days, people
from msgspec.structs import replace

from besok.model.decode_context import DecodeContext
from besok.model.readings import Flag, Message
from besok.model.site import PayloadMapping
from besok.services.devices import get_devices
from besok.store.database import Database
from besok.store.write import Written, write
from collectors import pipeline
from tests.databases import execute

FRONT = "besok/v1/lib/front/flow"
DEVEUI = "24e124000000abcd"
KNOWN = DecodeContext(models={("lorawan", DEVEUI): "Milesight VS133"})


def message(payload: object, seconds: float = 0, *, topic: str = FRONT, **more: Any) -> Message:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Message(topic=topic, payload=raw, received=after(seconds / 60), client="c", **more)


def send(db: Database, *messages: Message) -> Written:
    return write(db, pipeline.decode(messages, KNOWN))


def at(seconds: float) -> str:
    return after(seconds / 60).isoformat()


def stored(db: Database) -> list[tuple[str, float, int]]:
    """Metric, value and flags of each reading."""
    return execute(
        db, "select name, value, flags from reading join metric on code = metric order by time, code"
    )  # type: ignore[return-value]


def test_events_of_one_message_in_the_same_instant_are_added_up(db: Database) -> None:
    crowd = [{"time": at(1.001), "in": 1}, {"time": at(1.001), "in": 1}, {"time": at(1.002), "in": 1}]
    send(db, message(crowd))
    send(db, message(crowd, 60))  # sent again: the same instant with the same sum
    assert people(buckets(db)) == (3, 0)


def test_a_value_sent_again_for_the_same_time_is_a_correction(db: Database) -> None:
    build(db)
    for number in (7, 5, 5):
        send(db, message({"time": at(0), "in": number, "period_s": 60}))
    assert days(db) == {("front", "2026-03-02"): (5, 0)}


def test_messages_without_a_time_count_when_they_come_each_of_them(db: Database) -> None:
    send(db, *(message({"in": 1}, n / 1000, packet_id=n + 1) for n in range(5)))
    assert people(buckets(db)) == (5, 0)
    assert {flags for _, _, flags in stored(db)} == {Flag.NO_TIME}
    send(db, *(message({"in": 1}, 60 + n, packet_id=n + 1, duplicate=True) for n in range(5)))
    assert people(buckets(db)) == (5, 0)


def test_a_number_of_its_own_makes_a_message_one_whoever_brings_it(db: Database) -> None:
    send(db, message({"in": 1, "seq": 7}, packet_id=1))
    again = message({"in": 1, "seq": 7}, 90, packet_id=1)
    assert send(db, replace(again, client="another")).repeats == 1
    assert send(db, message({"in": 1, "seq": 8}, 91, packet_id=2)).repeats == 0
    assert people(buckets(db)) == (2, 0)


@pytest.mark.parametrize(
    ("offset", "flag", "words"),
    [
        (timedelta(hours=2), Flag.CLOCK_AHEAD, "2:00:00 ahead of ours"),
        (timedelta(minutes=-20), Flag.NONE, "0:20:00 behind ours"),
        (timedelta(days=-4000), Flag.CLOCK_BEHIND, "4000 days, 0:00:00 behind ours"),
    ],
)
def test_a_clock_that_is_off_is_recorded_and_its_readings_count_unless_they_are_old(
    db: Database, offset: timedelta, flag: Flag, words: str
) -> None:
    send(
        db,
        message({"time": (NOON + offset).isoformat(), "in": 4}),
        message({"people": 1}, 1, topic=FRONT[:-4] + "level"),
    )
    late = flag is Flag.CLOCK_BEHIND  # it waits in quarantine
    assert people(buckets(db)) == (0 if late else 4, 0)
    assert (("in", 4, flag) in stored(db)) is not late
    (device,) = get_devices(db, now=NOON)
    assert (
        device.clock_offset_s == offset.total_seconds()
    )  # the message without a time takes nothing of it away
    assert words in (device.clock_problem or "")
    (silent,) = get_devices(db, now=NOON + timedelta(hours=1))
    assert silent.clock_offset_s == device.clock_offset_s
    assert silent.clock_problem == (
        device.clock_problem if flag is Flag.CLOCK_AHEAD else None
    )  # else perhaps late


@pytest.mark.parametrize(("ahead", "problem"), [(timedelta(hours=1), True), (timedelta(seconds=3), False)])
@pytest.mark.parametrize("later", [timedelta(), timedelta(minutes=4), timedelta(days=1)])
def test_a_clock_ahead_is_told_until_the_next_message(
    db: Database, ahead: timedelta, problem: bool, later: timedelta
) -> None:
    send(db, message({"time": (NOON + ahead).isoformat(), "in": 4}))
    (device,) = get_devices(db, now=NOON + later)
    assert (device.clock_problem is not None) is problem


def test_kept_messages_count_by_their_time_and_tombstones_say_nothing(db: Database) -> None:
    kept = message({"time": at(0), "in": 2}, retained=True)
    send(db, kept)
    send(db, replace(kept, received=after(500)))  # it comes with every connection
    send(db, message(b"", retained=True), message(b"", topic="besok/v1/lib/front/status"))
    assert people(buckets(db)) == (2, 0)
    for n in range(3):
        untimed = message({"in": 9}, n * 3600, retained=True, packet_id=n + 1)
        assert send(db, untimed).rejected == (n == 0)
    assert people(buckets(db)) == (2, 0)


def frame(counter: int, received: str, gateways: int = 1) -> dict[str, Any]:
    """190 in and 305 out since it was hung up, as The Things Stack hands it on."""
    return {
        "end_device_ids": {"device_id": "door", "dev_eui": DEVEUI.upper(), "dev_addr": "00BCB929"},
        "received_at": received,
        "uplink_message": {
            "session_key_id": "AXA5/0tHUGUu==",
            "f_port": 85,
            "f_cnt": counter,
            "frm_payload": base64.b64encode(bytes.fromhex("03d2be00000004d231010000")).decode(),
            "rx_metadata": [
                {"gateway_ids": {"gateway_id": f"g{n}"}, "rssi": -90 - n} for n in range(gateways)
            ],
        },
    }


def test_a_frame_that_comes_through_several_gateways_is_one(db: Database) -> None:
    topic = "v3/library@ttn/devices/door/up"
    first = message(frame(12, at(0.014)), topic=topic, packet_id=1)
    copies = [
        message(frame(12, at(n / 10), gateways=n), n / 10, topic=topic, packet_id=1 + n) for n in (2, 3)
    ]
    assert send(db, first, copies[0]) == Written(readings=2, repeats=1)
    assert send(db, copies[1]) == Written(repeats=1)
    assert send(db, message(frame(13, at(600)), 600, topic=topic, packet_id=5)).readings == 2
    assert [(m, v) for m, v, _ in stored(db)] == 2 * [("in_total", 190), ("out_total", 305)]


def test_several_devices_on_one_topic_stand_apart(db: Database) -> None:
    def named(device: str, people_in: int) -> dict[str, object]:
        return {"type": "counter", "sn": device, "in": people_in}

    mapping = PayloadMapping(name="acme", topic="all/sensors", values={"in": "$.in"}, device="$.sn")
    messages = [message(named(d, n), n, topic="all/sensors") for d, n in (("a", 1), ("b", 5), ("a", 2))]
    write(db, pipeline.decode(messages, DecodeContext(mappings=(mapping,))))
    rows = execute(
        db,
        "select external_id, sum(people_in) from flow_bucket join channel using (channel_id)"
        " join device using (device_id) group by 1 order by 1",
    )
    assert rows == [("a", 3), ("b", 5)]
