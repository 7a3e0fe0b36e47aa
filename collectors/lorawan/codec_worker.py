"""A process that runs vendors' codecs and nothing else: frames come and fields go on one connection.

Started as a script, with an empty environment (codecs.py). A request is JSON: the hash of the codec's source, the
source ("" after the first time), and frames, each of [byte, ...], port and milliseconds. The answer is lines of JSON:
one for the codec ({} if it can be used) and one a frame, {"said": ...} or {"error": ..., "limit": ...}. It ends after a
frame that ran into a limit of time or memory: the others are to be asked for again.
"""

import contextlib
import json
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import quickjs

FRAME_S: Final = 0.1  # seconds of the processor for one frame; vendors' codecs take 0.0002
REQUEST_S: Final = 1.0  # for all frames of a request
MEMORY: Final = 32_000_000  # bytes of one codec
STACK: Final = 256_000  # bytes; the codecs of 1,773 test vectors need less
PROCESS_MEMORY: Final = 1_000_000_000  # bytes of the address space
ANSWER: Final = 100_000  # characters of an answer
ERROR: Final = 300  # characters of a codec's error message
LIMITS: Final = {
    "InternalError: interrupted": f"it computed for more than {FRAME_S:g} s",
    "InternalError: out of memory": f"it took more than {MEMORY / 1e6:.0f} MB",
}
TOO_SLOW: Final = "slow"
TOO_LONG: Final = f"its answer has more than {ANSWER:,} characters"
PRELUDE: Final = Path(__file__).with_name("codec.js").read_text("utf-8")

Decode = Callable[[str, int, float], str]
sources: Final = dict[str, str]()  # by hash


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process closes the connection
    resource.setrlimit(resource.RLIMIT_AS, (PROCESS_MEMORY, PROCESS_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with Connection(int(sys.argv[1])) as connection, contextlib.suppress(EOFError):
        connection.send_bytes(b"{}")
        while True:
            answers = _answers(*json.loads(connection.recv_bytes()))
            connection.send_bytes("\n".join(answers).encode("utf-8", "replace"))


def _answers(sha256: str, source: str, frames: list[tuple[list[int], int, float]]) -> Iterator[str]:
    """Yield one line for the codec itself, and one for each frame as far as the limits allow."""
    limit = ""
    try:
        decode = _load(sources.setdefault(sha256, source))
        yield "{}"
    except quickjs.JSException as exc:
        yield _refusal(exc)[0]
        return
    started = time.process_time()
    for frame, port, received in frames:
        try:
            output = decode(str(frame), port, float(received))
        except quickjs.JSException as exc:
            answer, limit = _refusal(exc)
            yield answer
        else:
            limit = TOO_SLOW if time.process_time() - started > REQUEST_S else ""
            end = ',"limit":true}' if limit else "}"
            yield f'{{"said":{output}{end}' if len(output) <= ANSWER else f'{{"error":"{TOO_LONG}"{end}'
        if limit:
            _load.cache_clear()  # its state may be corrupt
            return


@lru_cache(maxsize=200)  # at about 0.3 MB each
def _load(source: str) -> Decode:
    context = quickjs.Context()
    context.set_memory_limit(MEMORY)
    context.set_max_stack_size(STACK)
    context.set_time_limit(FRAME_S)
    decode: Decode = context.eval(PRELUDE)(source)
    return decode


def _refusal(exc: Exception) -> tuple[str, str]:
    """Return the answer to a frame on which the codec failed, and the limit that it reached ("" if none)."""
    message = str(exc).partition("\n")[0] or "an error without words"
    limit = next((kind for kind in LIMITS if message.startswith(kind)), "")
    return json.dumps({"error": LIMITS.get(limit, message[:ERROR]), "limit": bool(limit)}), limit


if __name__ == "__main__":
    main()
