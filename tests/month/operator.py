"""The operator: reads alerts, asks the doctor, misses the signal of life; and writes down what was told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cli.stack import ports
from cli.stack.conditions import PROBLEM
from tests.month.clocks import Clocks

Line = tuple[datetime, str, str]  # when, by whom, what


class Operator:
    """Whom the alerts reach."""

    def __init__(self, clocks: Clocks, port: int) -> None:
        self._clocks = clocks
        self._known: set[str] = set()
        self.lines: list[Line] = []
        self.alive = threading.Event()  # since it was last cleared, the jobs gave a signal of life
        self.url = f"http://127.0.0.1:{port}/alive"
        self.target = f"json://127.0.0.1:{port}/alerts"

    def note(self, by: str, what: str) -> None:
        """Write something down."""
        self.lines.append((self._clocks.now, by, what))

    def hear(self, body: bytes) -> None:
        """Read an alert."""
        told: dict[str, Any] = json.loads(body)
        self.note("alert", "; ".join([told["title"], *told["message"].split("\n")]))

    def read(self, report: str) -> None:
        """Read the doctor's report: what is a problem and was not one when it was last read, and what is over."""
        found = {
            line.removeprefix(PROBLEM).strip() for line in report.splitlines() if line.startswith(PROBLEM)
        }
        new = sorted(found - self._known)
        if new:
            self.note("doctor", "; ".join(new))
        elif self._known and not found:
            self.note("doctor", "no problem any more")
        self._known = found


@contextmanager
def listening(clocks: Clocks) -> Iterator[Operator]:
    """Listen for alerts and signals of life."""
    (port,) = ports.free(1)
    operator = Operator(clocks, port)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            operator.hear(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer()

        def do_GET(self) -> None:
            operator.alive.set()
            self._answer()

        def _answer(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, name="operator", daemon=True).start()
    try:
        yield operator
    finally:
        server.shutdown()
        server.server_close()
