"""Vendors' codecs: the forms they come in, what they find around them, and what the hostile ones can do (nothing)."""

# ruff: noqa: E501 - JavaScript
import os
import signal
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from besok.model.decode_context import Codec
from besok.model.readings import Decoded
from collectors.lorawan.codecs import LOOK_AFTER, PORTION, STRIKES, STRIKES_S, Answer, Codecs, Frame, Waiting
from tests.patience import ANSWER_S

FRAME = Frame(bytes.fromhex("0102ff"), 85, 1_795_594_500_000)
OTHER = Frame(b"\x09", 2, 0)
GOOD = "function decodeUplink(input) { return { data: { n: input.bytes.length } }; }"


class Clock:
    """A clock that tests set."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def shared() -> Iterator[Codecs]:
    """A process for all that leave it as it was."""
    codecs = Codecs(patience_s=60)
    yield codecs
    codecs.close()


@pytest.fixture
def codecs() -> Iterator[Codecs]:
    codecs = Codecs(patience_s=60, clock=Clock())
    yield codecs
    codecs.close()


def codec(source: str, model: str = "X1") -> Codec:
    return Codec(vendor="Acme", model=model, source=source)


def pid_of(codecs: Codecs) -> int | None:
    worker = codecs._worker
    return worker[0].pid if worker is not None else None


def said(codecs: Codecs, source: str, frame: Frame = FRAME) -> Answer:
    return codecs.run(codec(source), [frame])[0]


@pytest.mark.parametrize(
    "source",
    [
        "function decodeUplink(input) { return { data: { b: input.bytes, p: input.fPort }, warnings: [], errors: [] }; }",
        "const decodeUplink = ({ bytes, fPort }) => ({ data: { b: bytes, p: fPort }, extra: 1 });",
        "function decodeUplink(input) { return { b: input.bytes, p: input.fPort }; }",
        "function Decode(fPort, bytes, variables) { return { b: bytes, p: fPort }; }",
        "function Decoder(bytes, port) { return { b: bytes, p: port }; } // the end",
        "exports.decodeUplink = (input) => ({ data: { b: input.bytes, p: input.fPort } });",
        "module.exports = { Decode: (p, b) => ({ b, p }) };",
        '"use strict"; function Decoder(b, p) { return { b, p }; }\nfunction decodeUplink(input) { return { data: Decoder(input.bytes, input.fPort) }; }',
    ],
)
def test_forms(shared: Codecs, source: str) -> None:
    assert said(shared, source) == Answer({"b": [1, 2, 255], "p": 85})


def test_time_and_variables(shared: Codecs) -> None:
    source = "function decodeUplink(i) { return { data: { t: i.recvTime.toISOString(), v: i.variables.offset || 7 } }; }"
    assert said(shared, source).fields == {"t": "2026-11-25T08:15:00.000Z", "v": 7}


def test_buffer(shared: Codecs) -> None:
    source = """
    var B = require("buffer").Buffer;
    function Decode(port, bytes) {
      var b = Buffer.from(bytes), f = B.from("0000c03f", "hex");
      return {
        a: [b.readUInt8(0), b.readInt8(2), b.readUInt16BE(0), b.readUInt16LE(0), b.readInt16BE(1), b.readUintBE ? 1 : 0],
        f: [f.readFloatLE(0), Buffer.from([0x3f, 0xf8, 0, 0, 0, 0, 0, 0]).readDoubleBE()],
        w: [f.readUInt32LE(0), Buffer.from("fffffffe", "hex").readInt32BE(0), b.readUIntBE(0, 3), b.readIntLE(0, 3)],
        t: [b.toString("hex"), b.slice(1).toString("hex"), Buffer.from("c3a5", "hex").toString(), b.toString("base64")],
        l: [b.length, B.concat([b, f]).length, Buffer.isBuffer(b), Buffer.alloc(2)[1], new Buffer("AQI=", "base64").length],
        s: (b.slice(0, 1)[0] = 9, b[0]),
        j: b,
      };
    }"""
    assert said(shared, source) == Answer(
        {
            "a": [1, -1, 258, 513, 767, 0],
            "f": [1.5, 1.5],
            "w": [0x3FC00000, -2, 0x0102FF, -65023],
            "t": ["0102ff", "02ff", "å", "AQL/"],
            "l": [3, 7, True, 0, 2],
            "s": 9,
            "j": {"type": "Buffer", "data": [9, 2, 255]},
        }
    )


def test_reading_beyond_the_end_is_an_error(shared: Codecs) -> None:
    answer = said(shared, "function Decode(p, b) { return { n: Buffer.from(b).readUInt32BE(0) }; }")
    assert "RangeError" in answer.problem


def test_errors_and_warnings_of_the_codec(shared: Codecs) -> None:
    answer = said(shared, 'function decodeUplink() { return { errors: ["unknown FPort"] }; }')
    assert answer == Answer({}, f"its codec says: unknown FPort: {LOOK_AFTER}")
    answer = said(shared, 'function decodeUplink() { return { data: { a: 1 }, warnings: ["low battery"] }; }')
    assert answer == Answer({"a": 1}, warnings=("low battery",))


@pytest.mark.parametrize(
    "source", ["function decodeUplink( {", "var a = 1;", "throw new Error('no')", "for (;;) {}"]
)
def test_a_codec_that_cannot_be_loaded_says_why(codecs: Codecs, source: str) -> None:
    assert "its codec fails (" in codecs.check(codec(source))
    assert [a.problem for a in codecs.run(codec(source), [FRAME, FRAME])] == [codecs.check(codec(source))] * 2
    assert codecs.check(codec(GOOD)) == ""


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("throw new Error('bad frame\\nand more')", "fails (Error: bad frame)"),
        ("throw { a: 1 }", "fails ("),
        ("return Decode(p, b)", "fails (RangeError: Maximum call stack size exceeded)"),
        ("var a = {}; a.a = a; return a", "circular"),
        ("return { n: 10n }", "BigInt"),
        ("var s = 'x'; for (var i = 0; i < 18; i++) s += s; return { s }", "more than 100,000 characters"),
        ("var a = {}; var x = a; for (var i = 0; i < 5000; i++) x = x.a = {}; return a", "its codec"),
        ("return require('fs')", 'require("fs") is not available'),
        ("return process.env", "process is not defined"),
        ("return fetch('http://localhost')", "fetch is not defined"),
        ("return std.open('/etc/passwd')", "std is not defined"),
        ("return os.exec('ls')", "os is not defined"),
        ("return import('fs')", "answers later"),
        ("return (async () => ({ a: 1 }))()", "answers later"),
        ("return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)", "not defined"),
        ("", "gives null: it must give fields with names"),
        ("return [1, 2]", "gives [1, 2]"),
        ("return 'five'", 'gives "five"'),
    ],
)
def test_what_goes_wrong_is_a_problem_of_that_frame(shared: Codecs, body: str, problem: str) -> None:
    before = pid_of(shared)
    first, second = shared.run(
        codec(f"function Decode(p, b) {{ if (p == 2) return {{ ok: 1 }}; {body} }}"), [FRAME, OTHER]
    )
    assert first.fields == {} and problem in first.problem
    assert second == Answer({"ok": 1})
    assert before in (None, pid_of(shared))


def test_what_json_cannot_say_is_not_measured(shared: Codecs) -> None:
    answer = said(
        shared, "function Decode() { return { n: NaN, i: 1 / 0, u: undefined, f: () => 1, t: new Date(0) }; }"
    )
    assert answer.fields == {"n": None, "i": None, "t": "1970-01-01T00:00:00.000Z"}


def test_prototypes_are_its_own(shared: Codecs) -> None:
    tricks = """function Decode() {
      Object.prototype.people = 7; Array.prototype.map = null; JSON.stringify = () => '{"people": 7}';
      return { ["__proto__"]: { people: 9 }, constructor: 1 };
    }"""
    assert said(shared, tricks).fields == {"__proto__": {"people": 9}, "constructor": 1}
    assert said(shared, GOOD) == Answer({"n": 3})


def test_nothing_is_left_for_the_next_frame(shared: Codecs) -> None:
    source = """var seen = 0; let last = {};
    function Decode(p, b) { seen += 1; last["f" + b.length] = 1; count = typeof count === "number" ? count + 1 : 1;
      globalThis.kept = (globalThis.kept || 0) + 1; return { seen, count, kept, last }; }"""
    first, second = shared.run(codec(source), [FRAME, OTHER])
    assert first.fields == {"seen": 1, "count": 1, "kept": 1, "last": {"f3": 1}}
    assert second.fields == {"seen": 1, "count": 1, "kept": 1, "last": {"f1": 1}}


LOOP = "function Decode(p, b) { if (p == 85) for (;;) {} return { ok: 1 }; }"
EATER = "function Decode(p, b) { if (p == 85) { var a = []; for (;;) a.push(new Array(1000).fill(1)); } return { ok: 1 }; }"
SLOW_TEXT = "function Decode(p, b) { if (p == 85) /(a+)+b/.exec('a'.repeat(50)); return { ok: 1 }; }"


@pytest.mark.parametrize(
    ("source", "problem"), [(LOOP, "computed for more"), (SLOW_TEXT, "computed"), (EATER, "took more")]
)
def test_limits_cost_that_frame_only(codecs: Codecs, source: str, problem: str) -> None:
    bad, good = codecs.run(codec(source), [FRAME, OTHER])
    assert problem in bad.problem and "besok codec" in bad.problem
    assert good == Answer({"ok": 1})
    assert codecs.run(codec(GOOD), [FRAME]) == [Answer({"n": 3})]


def test_a_codec_that_runs_into_its_limits_often_rests(codecs: Codecs) -> None:
    answers = codecs.run(codec(LOOP), [FRAME] * (STRIKES + 2))
    assert ["computed for more" in a.problem for a in answers] == [True] * STRIKES + [False] * 2
    assert "not run for now" in answers[-1].problem
    assert codecs.run(codec(GOOD), [FRAME]) == [Answer({"n": 3})]
    assert isinstance(codecs._clock, Clock)
    codecs._clock.now += STRIKES_S
    assert codecs.run(codec(LOOP), [OTHER]) == [Answer({"ok": 1})]


def test_a_codec_that_takes_its_time_with_each_frame_does_not_hold_up_the_others(codecs: Codecs) -> None:
    slow = "function Decode(p, b) { for (var i = 0, s = 0; i < 500000; i++) s += i; return { ok: 1 }; }"
    answers = codecs._request(codec(slow), [FRAME] * 400)
    assert 0 < len(answers) < 400 and set(map(str, answers)) == {str(Answer({"ok": 1}))}
    assert len(codecs._strikes[codec(slow).sha256]) == 1


def test_a_process_that_is_killed_is_started_again(codecs: Codecs) -> None:
    assert codecs.run(codec(GOOD), [FRAME]) == [Answer({"n": 3})]
    first = pid_of(codecs)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    answers = codecs.run(codec(GOOD), [FRAME] * 3)
    assert answers[1:] == [Answer({"n": 3})] * 2
    assert pid_of(codecs) not in (None, first)


def test_a_codec_goes_to_a_process_once(codecs: Codecs, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = codec(GOOD, "X1"), codec("function Decode() { return { x: 2 }; }", "X2")
    requests: list[bytes] = []
    send = Connection.send_bytes

    def noted(connection: Connection, request: bytes) -> None:
        requests.append(request)
        send(connection, request)

    monkeypatch.setattr(Connection, "send_bytes", noted)
    for _ in range(2):
        for _ in range(2):
            assert codecs.run(one, [FRAME]) == [Answer({"n": 3})]
            assert codecs.run(other, [FRAME]) == [Answer({"x": 2})]
        codecs.close()
    assert [b"function" in request for request in requests] == [True, True, False, False] * 2


def test_a_process_that_is_killed_at_work_costs_the_frame_it_worked_on(codecs: Codecs) -> None:
    codecs.check(codec(GOOD))
    pid = pid_of(codecs)
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # it reads the request, and never answers
    answers: list[Answer] = []
    asking = threading.Thread(target=lambda: answers.extend(codecs.run(codec(GOOD), [FRAME] * 3)))
    asking.start()
    os.kill(pid, signal.SIGKILL)
    asking.join(ANSWER_S)
    assert [a.fields.get("n", a.problem) for a in answers][1:] == [3, 3]


def test_a_process_that_hangs_is_killed(codecs: Codecs) -> None:
    codecs.check(codec(GOOD))
    pid = pid_of(codecs)
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    codecs.patience_s = 0.01
    (hung,) = codecs.run(codec(GOOD), [FRAME])
    assert "did not answer" in hung.problem
    codecs.patience_s = 60
    assert codecs.run(codec(GOOD), [FRAME]) == [Answer({"n": 3})]
    assert pid_of(codecs) != pid


def test_the_process_has_none_of_our_secrets(codecs: Codecs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BESOK_DATABASE_URL", "postgresql://secret")
    codecs.check(codec(GOOD))
    assert b"secret" not in Path(f"/proc/{pid_of(codecs)}/environ").read_bytes()


def test_frames_that_wait_go_in_one_request(codecs: Codecs, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = codec(GOOD, "X1"), codec("function Decode() { return { x: 2 }; }", "X2")
    sizes: list[int] = []
    exchange = codecs._exchange

    def counting(codec: Codec, frames: list[Frame]) -> list[bytes]:
        sizes.append(len(frames))
        return exchange(codec, frames)

    monkeypatch.setattr(codecs, "_exchange", counting)
    frames = [Frame(bytes(n), 1, 0) for n in range(5)]
    waiting = [
        Waiting(codec=c, frame=f, resume=lambda a: Decoded(not_data=str(a.fields)))
        for f in frames
        for c in (one, other)
    ]
    settled = [decoded.not_data for decoded in codecs.settled([Decoded(not_data="-"), *waiting])]
    assert settled == ["-", *(text for n in range(5) for text in (f"{{'n': {n}}}", "{'x': 2}"))]
    assert sizes == [5, 5]


def test_each_answer_of_several_portions_is_of_its_message(codecs: Codecs) -> None:
    first, second = (
        codec("function Decode(p, b) { return { n: p }; }"),
        codec("function Decode(p, b) { return {}; }"),
    )

    waiting = [
        Waiting(
            codec=second if n % 50 == 7 else first,
            frame=Frame(b"", n, 0),
            resume=lambda answer: Decoded(not_data=str(answer.fields.get("n"))),
        )
        for n in range(2 * PORTION + 1)
    ]
    settled = [decoded.not_data for decoded in codecs.settled(waiting)]
    assert settled == ["None" if n % 50 == 7 else str(n) for n in range(2 * PORTION + 1)]


def test_a_frame_of_a_portion_costs_only_itself(codecs: Codecs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.lorawan.codecs.PORTION", 2)
    loop = codec(LOOP)
    frames = [OTHER, OTHER._replace(fport=3), FRAME, OTHER._replace(fport=4), OTHER._replace(fport=5)]
    assert [answer.fields for answer in codecs.run(loop, frames)] == [{"ok": 1}] * 2 + [{}] + [{"ok": 1}] * 2


def test_many_frames_and_long_answers(shared: Codecs) -> None:
    source = "function Decode(p, b) { return { text: 'å\\n'.repeat(1000), n: b[0] }; }"
    frames = [Frame(bytes([n % 256]) * 200, 1, 0) for n in range(1000)]
    assert [a.fields["n"] for a in shared.run(codec(source), frames)] == [n % 256 for n in range(1000)]


def test_a_codec_that_is_only_checked_is_not_logged_as_if_it_had_been_added(
    codecs: Codecs, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codecs.check(codec(GOOD)) == ""
    monkeypatch.setattr(codecs, "patience_s", 0.0)  # before which no process answers
    assert "did not answer" in codecs.check(codec("for (;;) {}"))
    assert caplog.records == []


def test_an_empty_codec_ends_no_process(shared: Codecs) -> None:
    shared.run(codec("function Decode(p, b) { return { ok: 1 }; }"), [FRAME])
    before = pid_of(shared)
    (answer,) = shared.run(codec(""), [FRAME])
    assert answer.fields == {} and answer.problem
    assert pid_of(shared) == before
