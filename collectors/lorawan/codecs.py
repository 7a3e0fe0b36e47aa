"""Vendors' JavaScript codecs that the operator has added: run in a process of their own, many frames a round trip.

A codec that hangs or dies costs the message it did so on: its process is killed, a new one goes on with the next frame.
One that does so often is not run for a while, so that no codec holds up the collector for longer than its budget.
"""

import atexit
import json
import logging
import subprocess
import sys
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple

import msgspec

from besok.model.decode_context import Codec
from besok.model.errors import Unreadable
from besok.model.readings import Decoded
from collectors.adapters import jsontext

log = logging.getLogger(__name__)

START_S: Final = 30.0  # until a new process is ready, on a busy machine
PATIENCE_S: Final = 2.0  # for a request, by the clock; the process itself ends one after 1 s of computing
STRIKES: Final = 3  # frames on which a codec may run into its limits ...
STRIKES_S: Final = 600.0  # ... within so many seconds: it blocks the collector for 12 s in ten minutes
PORTION: Final = 200  # frames of a request
WORKER: Final = Path(__file__).with_name("codec_worker.py")
LOOK_AFTER: Final = 'look at it with "besok codec test", or take it out with "besok codec remove"'


class Frame(NamedTuple):
    """The input of a codec: the bytes, the LoRaWAN port, and the time of receipt in milliseconds since 1970."""

    data: bytes
    fport: int
    received_ms: float


class Answer(NamedTuple):
    """The output of a codec for a frame: fields, or a problem (then there are none)."""

    fields: dict[str, Any]
    problem: str = ""
    warnings: tuple[str, ...] = ()


RESTS: Final = (
    f"its codec ran into its limits {STRIKES} times within {STRIKES_S / 60:.0f} minutes and is not run for now:"
    f" {LOOK_AFTER}"
)
WRAPPED: Final = {"data", "warnings", "errors"}


class Waiting(Decoded, frozen=True, kw_only=True):
    """A frame that waits for its codec; `resume` decodes it with the codec's answer."""

    codec: Codec
    frame: Frame
    resume: Callable[[Answer], Decoded]


class Codecs:
    """Runs codecs, one request at a time, while its caller does something else."""

    def __init__(self, patience_s: float = PATIENCE_S, clock: Callable[[], float] = time.monotonic) -> None:
        self.patience_s = patience_s
        self._clock = clock
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(1, "codec")  # waits for the process
        self._worker: tuple[subprocess.Popen[bytes], Connection] | None = None
        self._sent = set[str]()  # the hashes of the codecs that the process has
        self._strikes: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=STRIKES))

    def settled(self, decodings: Iterable[Decoded]) -> list[Decoded]:
        """Return the decodings with waiting frames decoded too. Their codec computes while others are decoded."""
        settled: list[Decoded] = []
        waiting: dict[Codec, list[tuple[int, Waiting]]] = defaultdict(list)
        requests: list[tuple[list[tuple[int, Waiting]], Future[list[Answer]]]] = []

        def request(codec: Codec) -> None:
            numbered = waiting.pop(codec)
            frames = [one.frame for _, one in numbered]
            requests.append((numbered, self._thread.submit(self.run, codec, frames)))

        for number, decoded in enumerate(decodings):
            settled.append(decoded)
            if isinstance(decoded, Waiting):
                waiting[decoded.codec].append((number, decoded))
                if len(waiting[decoded.codec]) == PORTION:
                    request(decoded.codec)
        for codec in list(waiting):
            request(codec)
        for numbered, answers in requests:
            for (number, one), answer in zip(numbered, answers.result(), strict=True):
                settled[number] = one.resume(answer)
        return settled

    def run(self, codec: Codec, frames: Sequence[Frame]) -> list[Answer]:
        answers: list[Answer] = []
        with self._lock:
            while rest := frames[len(answers) :]:
                # The first alone if the process ended on one of several
                answers += self._request(codec, rest) or self._request(codec, rest[:1])
        return answers

    def check(self, codec: Codec) -> str:
        """Return why a codec cannot be used at all, "" if it can."""
        with self._lock:
            return next((answer.problem for answer in self._request(codec, [])), "")

    def close(self) -> None:
        """End the process, if there is one; the next request starts another."""
        worker, self._worker = self._worker, None
        self._sent.clear()
        if worker is not None:
            process, connection = worker
            process.kill()
            process.wait()
            connection.close()

    def _request(self, codec: Codec, frames: Sequence[Frame]) -> list[Answer]:
        """Return the answers to the first frames; none if the process died on one of several."""
        strikes = self._strikes[codec.sha256]
        if len(strikes) == STRIKES and self._clock() - strikes[0] < STRIKES_S:
            return [Answer({}, RESTS)] * max(1, len(frames))
        try:
            (loaded, _), *read = map(_answer, self._exchange(codec, frames))
            if loaded.problem:
                return [loaded] * max(1, len(frames))
        except (OSError, EOFError) as exc:  # a TimeoutError is an OSError
            self.close()
            if len(frames) > 1:
                return []
            is_timeout = isinstance(exc, TimeoutError)
            outcome = "did not answer and was ended" if is_timeout else "ended the process that it runs in"
            read = [(Answer({}, f"its codec {outcome}: {LOOK_AFTER}"), True)]
        answers = [answer for answer, _ in read]
        if read and read[-1][1]:
            strikes.append(self._clock())
            if frames:  # else it is only checked, and whoever has that done says so
                log.warning(
                    "The codec of %s: %s", codec.name, answers[-1].problem, extra={"action": "codec_limit"}
                )
        return answers

    def _exchange(self, codec: Codec, frames: Sequence[Frame]) -> list[bytes]:
        """Return the lines that answer a request. Raises TimeoutError, EOFError if the process has ended, OSError."""
        connection = self._started()
        source = "" if codec.sha256 in self._sent else codec.source
        request = codec.sha256, source, [(list(f.data), f.fport, f.received_ms) for f in frames]
        connection.send_bytes(msgspec.json.encode(request))
        self._sent.add(codec.sha256)
        return _received(connection, self.patience_s).split(b"\n")

    def _started(self) -> Connection:
        """Return the connection to the process, which is started if there is none. Raises OSError or EOFError."""
        if self._worker is not None and self._worker[0].poll() is None:
            return self._worker[1]
        self.close()
        connection, theirs = Pipe()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-I", str(WORKER), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={},  # without our secrets
                cwd="/",
            )
        self._worker = process, connection
        _received(connection, START_S)
        return connection


def _received(connection: Connection, patience_s: float) -> bytes:
    """Return what the process sends. Raises TimeoutError, or EOFError if it has ended."""
    if not connection.poll(patience_s):
        raise TimeoutError
    return connection.recv_bytes()


def _answer(line: bytes) -> tuple[Answer, bool]:
    try:
        answer = jsontext.parse(line)
    except Unreadable:
        return Answer({}, f"its codec's answer cannot be read: {LOOK_AFTER}"), False
    if "error" in answer:
        return Answer({}, f"its codec fails ({answer['error']}): {LOOK_AFTER}"), bool(answer.get("limit"))
    return (_fields(answer["said"]) if "said" in answer else Answer({})), bool(answer.get("limit"))


def _fields(output: Any) -> Answer:
    """Return the fields in the output of a codec: {data, warnings, errors}, or the fields alone."""
    warnings: tuple[str, ...] = ()
    if type(output) is dict and output.keys() & {"data", "errors"} and output.keys() <= WRAPPED:
        if output.get("errors"):
            return Answer({}, f"its codec says: {_words(output['errors'])}: {LOOK_AFTER}")
        warnings = (_words(output["warnings"]),) if output.get("warnings") else ()
        output = output.get("data")
    if type(output) is not dict:
        return Answer({}, f"its codec gives {json.dumps(output)[:40]}: it must give fields with names")
    return Answer(output, "", warnings)


def _words(texts: Any) -> str:
    return ", ".join(map(str, texts)) if type(texts) is list else str(texts)


CODECS: Final = Codecs()  # the process is started when a codec is first needed
atexit.register(CODECS.close)
