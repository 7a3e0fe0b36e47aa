"""Recordings: what is written is read again; times move in their own form; what may not be played is left out."""

import json
import os
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from besok.model.decode_context import DecodeContext
from besok.model.errors import RecordingError, SettingsError
from besok.model.readings import Flag, Message
from cli.traffic import replay
from cli.traffic.recording import Writer, duration, read
from cli.traffic.replay import ELSEWHERE, KEPT, REAL, UNMARKED, UNMOVED, Overview, Places, Result, planned
from cli.traffic.rewriting import Shift, simulated
from collectors import decoding

NOW = datetime(2026, 11, 25, 8, 15, 2, tzinfo=UTC)
KNOWN = DecodeContext(zone="Europe/Stockholm")
WEEKS = Shift(by=timedelta(days=-210), first=NOW, last=NOW, zone=KNOWN.zone)  # into summer time
LINES = (
    Message(topic="besok/v1/hus/dörr/flow", payload=b'{"in": 3}', received=NOW, retained=True),
    Message(topic="a/b", payload=b"\xff\x00\xfe", received=NOW + timedelta(microseconds=1)),
    Message(topic="a/b", payload="ett\nbesök\u2028\0".encode(), received=NOW),
    Message(topic="a/b", payload=b"", received=NOW),
)


def write(file: Path, lines: tuple[Message, ...] = LINES) -> Path:
    writer = Writer(file, ["#"])
    for line in lines:
        writer.add(line)
    writer.close()
    return file


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz"])
def test_what_is_recorded_is_read(ending: str, tmp_path: Path) -> None:
    assert tuple(read(write(tmp_path / f"traffic.{ending}"))) == LINES


@pytest.mark.parametrize(("ending", "left"), [("jsonl", 0), ("jsonl", 7), ("jsonl.gz", 3)])
def test_the_recording_of_a_killed_writer_is_read_as_far_as_it_goes(
    ending: str, left: int, tmp_path: Path
) -> None:
    file = write(tmp_path / f"traffic.{ending}", LINES * 500)
    os.truncate(file, file.stat().st_size // 2 + left)
    found = tuple(read(file))
    assert 0 < len(found) < len(LINES) * 500
    assert found == (LINES * 500)[: len(found)]


@pytest.mark.parametrize("content", [b"", b"{}\n", b"[1]\n", b"hello\n", b"\xff\xfe\n"])
def test_what_is_no_recording_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "other.jsonl"
    file.write_bytes(content)
    with pytest.raises(RecordingError, match=r"recording|holds no messages"):
        replay.overview(file)


def test_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl")
    file.write_text(file.read_text("utf-8") + '{"topic": 3}\n', "utf-8")
    with pytest.raises(RecordingError, match="line 6"):
        list(read(file))


LINE = '{"received":"2026-11-25T08:15:00Z","topic":"x","text":"{}"}'


BAD = (("2026", "0001"), ("2026", "9999"), ('"x"', '"x/#"'), (LINE, "[" * 100_000), (LINE, "[]"))


@pytest.mark.parametrize("line", [LINE.replace(*change) for change in BAD])
def test_hostile_lines_are_refused_in_words(line: str, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(f'{{"besok_recording":1}}\n{line}\n', "utf-8")
    with pytest.raises(RecordingError, match="line 2 cannot be read"):
        replay.overview(file)


def test_nothing_is_written_over_and_unknown_forms_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(b"not compressed as its name says, and long enough")
    with pytest.raises(RecordingError):
        replay.overview(tmp_path / "a.gz")
    write(tmp_path / "a.jsonl")
    with pytest.raises(RecordingError, match="there already"):
        Writer(tmp_path / "a.jsonl", ["#"])
    with pytest.raises(RecordingError, match=r"\.gz"):
        Writer(tmp_path / "a.jsonl.zst", ["#"])


def moved(value: object, shift: Shift = WEEKS) -> Any:
    payload = json.dumps({"x": value}, ensure_ascii=False).encode()
    return json.loads(simulated(Message(topic="t", payload=payload, received=NOW), shift) or b"")["x"]


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("2026-11-25T08:15:00Z", "2026-04-29T08:15:00Z"),
        ("2026-11-25T08:15:00.123456Z", "2026-04-29T08:15:00.123456Z"),
        ("2026-11-25T09:15:00+01:00", "2026-04-29T08:15:00Z"),
        ("2026-11-25 09:15", "2026-04-29T08:15:00Z"),
        ("20261125091500", "2026-04-29T08:15:00Z"),
        ("2026-11-25T08:00:00Z/2026-11-25T08:15:00Z", "2026-04-29T08:00:00Z/2026-04-29T08:15:00Z"),
        ("/Date(1795594500000)/", "2026-04-29T08:15:00Z"),
        (1795594500, 1777450500),
        (1795594500.25, 1777450500.25),
        (1795594500250, 1777450500250),
        (1795594500250000, 1777450500250000),
        ("1795594500", "2026-04-29T08:15:00Z"),
        ('{"ts": 1795594500}', '{"ts":1777450500}'),
        ('["a", "b"]', '["a", "b"]'),
    ],
)
def test_times_move(written: object, becomes: object) -> None:
    assert moved(written) == becomes


def test_what_is_no_time_of_the_recording_stays() -> None:
    texts = ["2026-10-11T08:15:00Z", "24e124aa00112233", "2026-11-25", "Avdelning 2026", "{x", ""]
    for value in (*texts, 1785194500, 4711, 0.5, None, True):
        assert moved(value) == value
    assert moved(1795594500, Shift(by=timedelta(), first=NOW, last=NOW)) == 1795594500


@pytest.mark.parametrize(
    ("topic", "payload", "becomes"),
    [
        ("a/b", b'{"n": 1}', b'{"besok_simulated":true,"n":1}'),
        ("a/b", b"\xef\xbb\xbf {}", b'{"besok_simulated":true}'),
        ("a/b", b'{"besok_simulated": false}', b'{"besok_simulated":true}'),
        ("a/b", b'{"s": "\\ud800"}', b'{"besok_simulated":true,"s":"\\ud800"}'),
        ("a/b", b"[{}]", None),
        ("a/b", b"<a/>", None),
        ("a/b", b"ON", None),
        ("a/b", b"1", None),
        ("a/b", b"\xff", None),
        ("a/b", b'{"a":' * 100_000, None),
        ("besok/v1/h/d/flow", b'[{"in": 1}, {"in": 2, "simulated": false}]',
         b'[{"simulated":true,"in":1},{"simulated":true,"in":2}]'),
        ("besok/v1/h/d/flow", b'{"in": 1}', b'{"simulated":true,"in":1}'),
        ("besok/v1/h/d/flow", b"[1]", None),
        ("besok/v1/h/d/status", b"online", b"online"),
    ],
)  # fmt: skip
def test_the_mark(topic: str, payload: bytes, becomes: bytes | None) -> None:
    assert simulated(Message(topic=topic, payload=payload, received=NOW), WEEKS) == becomes


FOUND = Places(
    sandboxes=frozenset({"lab"}),
    real=frozenset({("xovis", "00:6e:02:00:00:01"), ("milesight", "real")}),
    known=KNOWN,
)
FLOW = b'{"time":"2026-11-25T08:15:00Z","period_s":60,"in":3,"out":1}'


def play(
    *lines: Message, shift: Shift = WEEKS, to: tuple[str, ...] = ("hus",)
) -> tuple[list[Message], Result]:
    result = Result()
    sent = list(planned(iter(lines), shift, dict.fromkeys(to, "lab"), FOUND, result))
    return sent, result


def test_a_native_message_goes_to_the_sandbox_marked_and_moved() -> None:
    (sent,), result = play(Message(topic="besok/v1/hus/door/flow", payload=FLOW, received=NOW))
    assert (sent.topic, sent.received, result.left_out) == ("besok/v1/lab/door/flow", NOW + WEEKS.by, {})
    found = decoding.decode(Message(topic=sent.topic, payload=sent.payload, received=sent.received))
    assert {(r.device, r.metric, r.value, r.time, r.flags) for r in found.readings} == {
        ("lab/door", "in", 3, datetime(2026, 4, 29, 8, 15, tzinfo=UTC), Flag.SIMULATED),
        ("lab/door", "out", 1, datetime(2026, 4, 29, 8, 15, tzinfo=UTC), Flag.SIMULATED),
    }


def milesight(serial: str, time: str = "2026-11-25T08:15:00Z") -> bytes:
    body = {
        "event": "Report",
        "device_info": {"device_sn": serial},
        "time_info": {"start_time": "2026-11-25T08:14:00Z", "end_time": time},
        "line_periodic_data": [{"line": 1, "total": {"in_counted": 2, "out_counted": 1}}],
    }
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("topic", "payload", "retained", "reason"),
    [
        ("besok/v1/park/door/flow", FLOW, False, ELSEWHERE),
        ("besok/v1/hus/door/flow", FLOW.replace(b"2026-11-25", b"2026-10-11"), True, UNMOVED),
        ("besok/v1/hus/door/flow", b'{"in": 3}', True, KEPT),
        ("zigbee2mqtt/hall", b"ON", False, UNMARKED),
        ("m/x", milesight("real"), False, REAL),
        ("m/x", milesight("strange"), False, ""),
        ("besok/v1/hus/cam/level", b'{"people": 3}', True, ""),
        ("besok/v1/hus/cam/status", b"online", True, ""),
    ],
)
def test_what_may_not_be_played_is_left_out(topic: str, payload: bytes, retained: bool, reason: str) -> None:
    sent, result = play(Message(topic=topic, payload=payload, received=NOW, retained=retained))
    assert list(result.left_out) == ([reason] if reason else []), result.lines()
    assert len(sent) == (not reason)
    assert not reason or topic in result.lines()[-1]


HELD = Overview(first=NOW, last=NOW + timedelta(hours=2), messages=9, sites=("hus", "park"))


@pytest.mark.parametrize(
    ("wishes", "to"),
    [((), {}), (("hus=lab",), {"hus": "lab"}), (("hus=lab", "park=lab"), {"hus": "lab", "park": "lab"})],
)
def test_where_recorded_sites_go(wishes: tuple[str, ...], to: dict[str, str]) -> None:
    assert replay.targets(wishes, HELD, FOUND) == to
    lab = Overview(first=NOW, last=NOW, messages=1, sites=("lab",))
    assert replay.targets((), lab, FOUND) == {"lab": "lab"}


@pytest.mark.parametrize(
    ("wish", "why"), [("lab", "several sites"), ("hus=park", "not a sandbox"), ("gone=lab", 'no site "gone"')]
)
def test_no_recording_goes_to_a_real_site(wish: str, why: str) -> None:
    with pytest.raises(RecordingError, match=why):
        replay.targets((wish,), HELD, FOUND)


@pytest.mark.parametrize(
    ("wish", "speed", "begins"),
    [
        ("", 1, HELD.first),
        ("7d", 1, HELD.first + timedelta(days=7)),
        ("-1h30m", 1, HELD.first - timedelta(minutes=90)),
        ("2026-07-01", 1, datetime(2026, 7, 1, 7, 15, 2, tzinfo=UTC)),  # the same on the clock of summer
        ("to-now", 1, datetime(2026, 12, 1, 12, 0, 2, tzinfo=UTC)),
        ("to-now", 0, datetime(2026, 12, 1, 10, 0, 2, tzinfo=UTC)),
        ("to-now", 4, datetime(2026, 12, 1, 10, 30, 2, tzinfo=UTC)),
        ("to-now", 0.5, datetime(2026, 12, 1, 12, 0, 2, tzinfo=UTC)),
    ],
)
def test_where_a_shift_begins(wish: str, speed: float, begins: datetime) -> None:
    now = datetime(2026, 12, 1, 12, 0, 30, tzinfo=UTC)
    assert HELD.first + replay.by(wish, HELD, now=now, speed=speed, zone="Europe/Stockholm") == begins


@pytest.mark.parametrize("wish", ["999999d", "-999999d", "0001-01-01", "9999-12-31"])
def test_a_recording_stays_within_the_calendar(wish: str) -> None:
    with pytest.raises(RecordingError, match="the recording would leave the years"):
        replay.by(wish, HELD, now=NOW, speed=1, zone="Europe/Stockholm")


@pytest.mark.parametrize("text", ["", "soon", "5", "3 parsecs", "1h x"])
def test_lengths_that_are_none(text: str) -> None:
    with pytest.raises(SettingsError, match="90s"):
        duration(text)


def samples(shared: Path) -> Iterator[tuple[str, Message]]:
    for file in sorted((shared / "payloads").glob("*.json")):
        case = json.loads(file.read_text("utf-8"))
        many = case["payload_encoding"] == "sequence"
        for item in case["payload"] if many else [case["payload"]]:
            payload = item.get("payload", item) if many else item
            raw = payload if isinstance(payload, str) else json.dumps(payload)
            binary = case["payload_encoding"] == "base64" and isinstance(payload, str)
            sent = b64decode(raw) if binary else raw.encode()
            yield file.stem, Message(topic=case["topic"] or "nobody/knows", payload=sent, received=NOW)


def test_the_samples_of_all_families_move(shared: Path) -> None:
    moving = 0
    for name, message in samples(shared):
        times = [r.time for r in decoding.decode(message, KNOWN).readings if r.time] or [NOW]
        line = Message(topic=message.topic, payload=message.payload, received=max(times))
        shift = Shift(by=timedelta(days=200, hours=3), first=min(times), last=max(times), zone=KNOWN.zone)
        _, result = play(line, shift=shift)
        reads = bool(decoding.decode(message, KNOWN).readings)
        marks = message.payload.lstrip().startswith(b"{")
        assert not reads or list(result.left_out) == ([] if marks else [UNMARKED]), name
        moving += reads
    assert moving > 40
