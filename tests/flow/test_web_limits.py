"""The web service under those who ask too much: live figures answer, others are told, nothing is left behind."""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import cast
from urllib.parse import urlsplit

import httpx2
import psycopg
import pytest
from websockets.exceptions import InvalidMessage
from websockets.sync.client import ClientConnection, connect

from api.reports import SHARE
from cli.serving import guarded
from tests.patience import ANSWER_S, wait_for

LIBRARY = "/api/v1/sites/stadsbiblioteket"
YEAR = f"{LIBRARY}/usage?from=2025-11-01&to=2026-10-31"
BLOCKED = (
    "select count(*) from pg_stat_activity"
    " where datname = current_database() and wait_event_type = 'Lock' and application_name = 'besok'"
)


@pytest.fixture
def blocked(database_url: str) -> Iterator[Callable[[], int]]:
    """A lock that no heavy question gets past; gives how many wait for it."""
    with psycopg.connect(database_url) as holder, psycopg.connect(database_url, autocommit=True) as watcher:
        holder.execute("lock table occupancy_bucket in access exclusive mode")

        def waiting() -> int:
            return int((watcher.execute(BLOCKED).fetchone() or (0,))[0])

        yield waiting


def get(web: str, path: str, answers: list[httpx2.Response] | None = None) -> httpx2.Response:
    """Ask with a connection of its own."""
    answer = httpx2.get(web + path, timeout=ANSWER_S)
    if answers is not None:
        answers.append(answer)
    return answer


def test_heavy_questions_wait_for_one_another_and_for_nobody_else(
    web: str, blocked: Callable[[], int], database_url: str
) -> None:
    answers: list[httpx2.Response] = []
    many = 24
    threads = [threading.Thread(target=get, args=(web, YEAR, answers)) for _ in range(many)]
    for thread in threads:
        thread.start()
    in_progress, waiting = SHARE.shared
    wait_for(lambda: blocked() == in_progress and len(answers) == many - in_progress - waiting)
    assert {(a.status_code, a.headers["retry-after"]) for a in answers} == {(429, "3")}
    for path in (f"{LIBRARY}/live", "/api/v1/health", "/api/v1/sites", f"{LIBRARY}/spaces"):
        assert get(web, path).status_code == 200
    assert blocked() == in_progress
    with psycopg.connect(database_url, autocommit=True) as conn:  # as if it had taken too long
        conn.execute(BLOCKED.replace("count(*)", "pg_cancel_backend(pid)"))  # type: ignore[arg-type]
        wait_for(lambda: len(answers) == many - waiting)
        assert [a.status_code for a in answers[-in_progress:]] == [503] * in_progress
        assert "shorter time" in answers[-1].json()["error"]
        while any(thread.is_alive() for thread in threads):
            conn.execute(BLOCKED.replace("count(*)", "pg_cancel_backend(pid)"))  # type: ignore[arg-type]
    assert len(answers) == many


def test_a_question_whose_asker_has_left_is_cancelled(web: str, blocked: Callable[[], int]) -> None:
    where = urlsplit(web)
    with socket.create_connection((where.hostname or "", where.port or 0)) as sock:
        sock.sendall(f"GET {YEAR} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
        wait_for(lambda: blocked() == 1)
    wait_for(lambda: blocked() == 0)
    assert get(web, f"{LIBRARY}/live").status_code == 200


def test_each_purpose_has_its_time(database_url: str) -> None:
    """Told by the connections that the service holds: the options with which each was opened."""
    from api.app import LIVE_S, PAGE_S, REPORT_S
    from besok.store.database import Database

    for limit in (LIVE_S, PAGE_S, REPORT_S):
        with Database(database_url, pool_size=1, statement_s=limit) as db, db.transaction() as conn:
            (shown,) = conn.execute("select current_setting('statement_timeout')").fetchone() or ("",)
            assert shown in (f"{limit:.0f}s", f"{limit / 60:.0f}min")


def closed(sock: socket.socket) -> bool:
    """Whether the other side has ended the connection."""
    try:
        return not sock.recv(65_536)
    except ConnectionResetError:
        return True


@pytest.mark.parametrize(
    "begins",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: x",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1",
    ],
)
def test_half_a_request_is_not_waited_for(
    quiet_web: str, begins: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded, "SILENT_S", 0.1)
    monkeypatch.setattr(guarded, "BODY_S", 0.1)
    where = urlsplit(quiet_web)
    with socket.create_connection((where.hostname or "", where.port or 0)) as sock:
        sock.sendall(begins)
        wait_for(lambda: closed(sock))


def test_an_open_screen_is_not_taken_for_a_silent_connection(
    quiet_web: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded, "SILENT_S", 0.1)
    where = urlsplit(quiet_web)

    def opened() -> ClientConnection | None:
        with suppress(InvalidMessage):  # it was silent itself, on a busy machine
            return connect(f"ws://{where.netloc}{LIBRARY}/live/ws", open_timeout=ANSWER_S)
        return None

    with cast(ClientConnection, wait_for(opened)) as screen:
        screen.recv(timeout=ANSWER_S)
        with socket.create_connection((where.hostname or "", where.port or 0)) as sock:
            wait_for(lambda: closed(sock))  # a connection that began later is over
        screen.ping().wait(ANSWER_S)


def test_who_does_not_read_an_answer_is_let_go(quiet_web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "UNREAD_S", 0.1)
    where = urlsplit(quiet_web)
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect((where.hostname, where.port))
        head = f"GET /api/static/swagger-ui-bundle.js HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode()
        sock.sendall(head * 20)
        wait_for(lambda: sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) or gone(sock))


def gone(sock: socket.socket) -> bool:
    """Whether the other side has reset the connection, without reading what it sent."""
    try:
        sock.send(b"\r\n")
    except OSError:
        return True
    return False


def test_a_large_body_is_refused_and_headers_have_an_end(quiet: httpx2.Client) -> None:
    body = b'{"who": "' + b"x" * 4_000_000 + b'"}'
    path = f"{LIBRARY}/actions"
    assert quiet.post(path, content=body, headers={"content-type": "application/json"}).status_code == 413
    where = quiet.base_url
    with socket.create_connection((where.host, where.port or 0)) as sock:
        sock.sendall(b"GET /api/v1/sites HTTP/1.1\r\nX-Long: " + b"x" * 200_000)  # and no end
        assert sock.recv(100).startswith(b"HTTP/1.1 400")


def test_every_answer_says_who_may_use_it(quiet: httpx2.Client) -> None:
    for path, whose in (
        ("/", "same-origin"),
        (f"{LIBRARY}/visits", "same-origin"),
        ("/api/v1/rejected", "same-origin"),
        ("/api/v1/sites", "cross-origin"),
    ):
        answer = quiet.get(path)
        assert answer.headers["cross-origin-resource-policy"] == whose
        assert ("access-control-allow-origin" in answer.headers) is (whose == "cross-origin")
    foreign = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}
    assert quiet.get("/api/v1/sites", headers=foreign).status_code == 200
    assert quiet.get("/api/v1/rejected", headers=foreign).status_code == 403
    assert quiet.post(f"{LIBRARY}/actions", json={}, headers=foreign).status_code == 403
    asked = quiet.options("/api/v1/sites", headers={"origin": "https://a.example"})
    assert asked.status_code == 204 and "GET" in asked.headers["access-control-allow-methods"]


def test_control_characters_get_nowhere(quiet: httpx2.Client) -> None:
    note = {"who": "Kim", "title_sv": "Fler \0 stolar"}
    for answer in (
        quiet.post(f"{LIBRARY}/actions", json=note),
        quiet.post("/_dash-update-component", json=note),
        quiet.get(f"{LIBRARY}/visits?from=%1b[2J"),
        *(quiet.post(f"{LIBRARY}/actions", content=body, headers={"content-type": "application/json"})
          for body in (
              json.dumps({"who": "Kim", "title_sv": "Fler \x9b2J stolar"}, ensure_ascii=False).encode(),
              json.dumps({"who": "Kim", "title_sv": "Fler \x7f stolar"}, ensure_ascii=False).encode(),
              json.dumps({"who": "Kim", "title_sv": "Fler \x1b stolar"}).encode("utf-16"),
          )),
    ):  # fmt: skip
        assert answer.status_code == 422, answer.text
        assert re.search("control characters", answer.text)


def test_there_is_no_listing_and_no_trace(quiet: httpx2.Client) -> None:
    for folder in ("/assets/", "/api/static/", "/api/static", "/_dash-component-suites/"):
        answer = quiet.get(folder, follow_redirects=True)
        assert answer.status_code == 404 and "sign-in.css" not in answer.text, (folder, answer.text[:200])
    for path in ("/", "/api/v1/sites", "/login", "/free"):
        answer = quiet.request("TRACE", path, headers={"X-Secret": "told back"})
        assert answer.status_code in (404, 405) and "told back" not in answer.text, path
