"""The HTTP receiver: real clients, a real broker and a real collector; whoever is away, nothing is lost or twice."""

import base64
import contextlib
import gzip
import http.client
import json
import logging
import os
import resource
import socket
import subprocess
import sys
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import psutil
import psycopg
import pytest
from pydantic import SecretStr
from servers import connected, own_broker, own_database

from besok.model import tokens
from besok.model.readings import Message
from besok.model.settings import Settings
from besok.store import decode_context, receive_tokens
from besok.store.database import Database
from besok.store.heartbeats import beats
from besok.store.migrate import migrate
from besok.store.write import write
from cli.commands.receive import RANDOM_BYTES
from cli.serving import guarded, receiver
from cli.stack import ports, program
from collectors.limits import BYTES_LIMIT
from collectors.pipeline import decode
from collectors.receive import app as receiver_app
from collectors.receive import body
from tests.at_work import running
from tests.commands import besok, complaint
from tests.patience import ANSWER_S, wait_for
from tests.unit.samples import SAMPLES

Fixture = Callable[..., Any]
NOW = datetime.now(UTC)
START = NOW.replace(microsecond=0) - timedelta(days=2)


@pytest.fixture
def here(settings: Settings, house: str) -> Settings:
    """Settings of a receiver, and of a collector that hears what it sends for `house`."""
    more = {
        "receive_port": ports.free()[0],
        "mqtt_topics": f"besok/in/{house}/#",
        "receive_status_port": ports.free()[0],
    }
    return settings.model_copy(update=more)


@pytest.fixture
def token(db: Database, house: str) -> str:
    """A token for the devices of `house`."""
    secret, digest = tokens.make(RANDOM_BYTES)
    assert receive_tokens.add(db, house, digest, [f"{house}/#"], START)
    return secret


@contextmanager
def receiving(settings: Settings) -> Iterator[httpx2.Client]:
    """A receiver at work in a thread, once it takes messages; gives a caller of it."""
    with (
        running("receiver", receiver.serve, settings) as at_work,
        httpx2.Client(base_url=f"http://{ports.HOST}:{settings.receive_port}", timeout=ANSWER_S) as client,
    ):
        wait_for(lambda: at_work.failed or answers(client))
        yield client


def answers(client: httpx2.Client) -> bool:
    """Whether the receiver says that it takes messages."""
    try:
        return client.get("/").status_code == 200
    except httpx2.TransportError:
        return False


def post(
    client: httpx2.Client, path: str, token: str, content: bytes | str, **headers: str
) -> httpx2.Response:
    """Send a body as a counter does, once."""
    return client.post(
        f"/in/{path}", content=content, headers={"Authorization": f"Bearer {token}", **headers}
    )


def insist(client: httpx2.Client, path: str, token: str, content: bytes | str) -> None:
    """Send a body as a good counter does: again, until it is taken."""

    def taken() -> bool:
        try:
            return post(client, path, token, content).status_code == 200
        except httpx2.TransportError:
            return False

    wait_for(taken)


def stored(url: str) -> Counter[tuple[Any, ...]]:
    """What is stored, without times: what counts, and what is withheld, as samples are older than a week."""
    with psycopg.connect(url) as conn:
        return Counter(
            conn.execute(
                "select d.source, d.external_id, c.key, m.name, r.value"
                " from (select channel_id, metric, value from reading"
                " union all select channel_id, metric, value from quarantine) r"
                " join channel c using (channel_id) join device d using (device_id) join metric m on m.code = r.metric"
            ).fetchall()
        )


def count(n: int) -> str:
    """What a Xovis counter pushes of a minute of its own: a number of people in that a door can carry."""
    begins = START + timedelta(minutes=n)
    record = {"from": begins.isoformat(), "to": (begins + timedelta(minutes=1)).isoformat(), "samples": 60}
    record |= {"samples_expected": 60, "counts": [{"id": 1, "name": "fw", "value": n % 100}]}
    line = {"id": 7, "name": "Door", "info": "XLT_LINE_IN_OUT_COUNT", "geometries": [], "records": [record]}
    sensor = {"serial_number": "80:1F:12:AA:BB:CC", "type": "SINGLE_SENSOR"}
    return json.dumps({"logics_data": {"sensor_info": sensor, "package_info": {"id": n}, "logics": [line]}})


def people(url: str) -> tuple[int, float]:
    """How many counts are stored, and the sum of their people."""
    with psycopg.connect(url) as conn:
        number, total = conn.execute("select count(*), coalesce(sum(value), 0) from reading").fetchone() or (
            0,
            0,
        )
    return number, total


def whole(last: int) -> tuple[int, float]:
    """What is stored when each count before `last` is there exactly once."""
    return last, sum(n % 100 for n in range(last))


def own(here: Settings, port: int) -> Settings:
    """The same on a broker of the test's own."""
    return here.model_copy(update={"mqtt_port": port})


def test_every_sample_that_can_be_pushed(
    here: Settings,
    house: str,
    token: str,
    collect: Fixture,
    folder: Path,
    db: Database,
    database_url: str,
    empty_database_url: str,
) -> None:
    """What is stored is what the messages say, while the broker and the collector are restarted in between."""
    # Samples of radio devices are all of one device that is of every make: what it is depends on what came before.
    pushed = [s.payload for s in SAMPLES if s.payload.lstrip()[:1] in (b"{", b"[", b"<")]
    batches = {}
    known = decode_context.load(db)
    for n, payload in enumerate(pushed):
        message = Message(topic=f"besok/in/{house}/{n}", payload=payload, received=NOW + timedelta(seconds=n))
        batches[n] = decode([message], known)
    samples = {
        n: pushed[n] for n, b in batches.items() if all(i.reading.source != "lorawan" for i in b.readings)
    }
    assert len(samples) > 80
    migrate(empty_database_url)
    with Database(empty_database_url) as other:
        for n in samples:
            write(other, batches[n])
    expected = stored(empty_database_url)
    assert expected.total() > 50
    with own_broker(folder) as (broker, mqtt), receiving(own(here, broker.port)) as client:
        for part in range(3):
            with collect(own(here, broker.port)):
                for n, payload in list(samples.items())[part * 50 : part * 50 + 50]:
                    if part == 1 and n % 25 == 0:
                        mqtt.end()
                        refused = post(client, f"{house}/{n}", token, payload)
                        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
                        mqtt.start()
                    insist(client, f"{house}/{n}", token, payload)
        with collect(own(here, broker.port)):
            wait_for(lambda: not expected - stored(database_url), progress=lambda: stored(database_url))
    assert stored(database_url) == expected


def test_a_broker_that_is_killed_and_a_collector_that_is_restarted(
    here: Settings, house: str, token: str, collect: Fixture, folder: Path, database_url: str
) -> None:
    """Four counters push at once and insist; a count that has a time is stored exactly once."""
    with own_broker(folder) as (broker, mqtt), receiving(own(here, broker.port)) as client:

        def push(first: int) -> None:
            for n in range(first, 400, 4):
                insist(client, f"{house}/door", token, count(n))

        threads = [threading.Thread(target=push, args=(first,)) for first in range(4)]
        with collect(own(here, broker.port)):
            for thread in threads:
                thread.start()
            wait_for(lambda: people(database_url)[0] > 50, progress=lambda: people(database_url))
            mqtt.end()
            mqtt.start()
            wait_for(lambda: people(database_url)[0] > 150, progress=lambda: people(database_url))
        with collect(own(here, broker.port)):
            for thread in threads:
                thread.join()
            wait_for(lambda: people(database_url)[0] >= 400, progress=lambda: people(database_url))
    assert people(database_url) == whole(400)


def test_without_a_collector_nothing_is_taken(here: Settings, house: str, token: str, folder: Path) -> None:
    """The broker would throw it away: only a subscription keeps messages."""
    with own_broker(folder) as (broker, _), receiving(own(here, broker.port)) as client:
        wait_for(lambda: post(client, house, token, count(1)).status_code != 401)
        answer = post(client, house, token, count(1))
        assert answer.status_code == 503 and "start `besok collect`" in answer.text
        assert "start `besok collect`" in client.get("/").text


@pytest.fixture
def ready(here: Settings, house: str, token: str, collect: Fixture) -> Iterator[httpx2.Client]:
    """A caller of a receiver that knows the token, with a collector behind it."""
    with collect(here), receiving(here) as client:
        wait_for(lambda: post(client, house, token, "").status_code == 200)
        yield client


GZIP = {"headers": {"Content-Encoding": "gzip"}}
PARTS = {"headers": {"Content-Type": "multipart/form-data; boundary=x"}}
PICTURE = b"--x\r\nContent-Type: image/png\r\n\r\n{}\r\n--x--"
REFUSED: dict[str, tuple[int, str, dict[str, Any]]] = {
    "nowhere": (404, "send to /in/DEVICE", {"path": "/out/{house}"}),
    "a method": (405, "with POST", {"method": "DELETE"}),
    "no token": (401, "Authorization: Bearer", {"headers": {"Authorization": ""}}),
    "a wrong token": (401, "besok receive token add", {"headers": {"Authorization": "Bearer besok"}}),
    "a broken token": (401, "no valid token", {"headers": {"Authorization": "Basic \xe9"}}),
    "another scheme": (401, "no valid token", {"headers": {"Authorization": "Digest username=x"}}),
    "no device": (400, "add the name of the device", {"path": "/in/"}),
    "a plus": (400, "no topic may have", {"path": "/in/{house}/+"}),
    "a hash": (400, "no topic may have", {"path": "/in/{house}/%23"}),
    "a NUL": (400, "no topic may have", {"path": "/in/{house}/a%00b"}),
    "a newline": (400, "no topic may have", {"path": "/in/{house}/a%0Ab"}),
    "broken UTF-8": (400, "no topic may have", {"path": "/in/{house}/%FF%FE"}),
    "a way up": (400, "a dot", {"path": "/in/{house}/%2E%2E/x"}),
    "two slashes": (400, "is empty", {"path": "/in/{house}//x"}),
    "a long name": (400, "too long", {"path": "/in/{house}/" + "x" * 300}),
    "many levels": (400, "too long", {"path": "/in/{house}" + "/x" * 9}),
    "another's device": (403, "send there", {"path": "/in/someone-else"}),
    "another's device by a slash in code": (403, "send there", {"path": "/in/someone%2Felse"}),
    "a huge body": (413, "turn off pictures", {"content": b"x" * (body.BODY_LIMIT + 1)}),
    "a huge message": (413, "send less at once", {"content": b"x" * (BYTES_LIMIT + 1)}),
    "a gzip bomb": (413, "unpacked", {"content": gzip.compress(bytes(12 * body.BODY_LIMIT)), **GZIP}),
    "gzip that breaks off": (400, "breaks off", {"content": gzip.compress(b"{}" * 50)[:-9], **GZIP}),
    "gzip with more behind it": (400, "follows it", {"content": gzip.compress(b"{}") * 2, **GZIP}),
    "no gzip": (400, "uncompressed", {"content": b"{}", **GZIP}),
    "brotli": (415, "gzip or uncompressed", {"content": b"{}", "headers": {"Content-Encoding": "br"}}),
    "a picture": (415, "turn off pictures", {"content": b"{}", "headers": {"Content-Type": "image/jpeg"}}),
    "bytes": (415, "not text", {"content": b"\xff\xd8\xff\xe0\0\x10JFIF"}),
    "multipart without a boundary": (400, "no boundary", {"headers": {"Content-Type": "multipart/form-data"}}),
    "multipart that breaks off": (400, "breaks off", {"content": b'--x\r\n\r\n{"a":1}', **PARTS}),
    "multipart of many": (400, "more than", {"content": b"--x\r\n\r\n{}\r\n" * 60 + b"--x--", **PARTS}),
    "multipart of pictures": (415, "no part", {"content": PICTURE, **PARTS}),
    "a broken form": (400, "not a form", {"content": b"a=%FF&b", "headers": {"Content-Type": body.FORM}}),
}  # fmt: skip


def test_what_is_not_taken_is_answered_in_a_sentence(
    ready: httpx2.Client,
    here: Settings,
    house: str,
    token: str,
    database_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = {}
    caplog.set_level(logging.WARNING, "collectors.receive.app")
    for name, (status, _, request) in REFUSED.items():
        path = request.get("path", "/in/{house}").replace("{house}", house)
        headers = {"Authorization": f"Bearer {token}", **request.get("headers", {})}
        answer = ask(
            here.receive_port, request.get("method", "POST"), path, request.get("content", b"{}"), headers
        )
        said[name] = (status, *answer)
    wrong = {
        name: found
        for name, found in said.items()
        if found[0] != found[1] or REFUSED[name][1] not in found[2]
    }
    assert wrong == {}
    told = [record.getMessage() for record in caplog.records if record.name == "collectors.receive.app"]
    assert len(told) == len({(said[n][1], REFUSED[n][2].get("path")) for n in REFUSED})  # each address once
    assert any(line.startswith(f"POST '/in/{house}/a\\x00b' gets 400") for line in told)
    insist(ready, f"{house}/door", token, count(1))
    wait_for(lambda: people(database_url) == (1, 1))  # and nothing of all that has come through
    with psycopg.connect(database_url) as conn:
        assert conn.execute("select topic, reason from rejected").fetchall() == []


def ask(port: int, method: str, path: str, content: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Send one request that no client would tidy up; status and text of the answer."""
    lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection((ports.HOST, port)) as sock:
        sock.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + content)
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        return answer.status, answer.read().decode()


@pytest.fixture
def heard(here: Settings, house: str, broker: tuple[str, int]) -> Iterator[list[tuple[str, bytes]]]:
    """What comes to the broker for `house`."""
    found: list[tuple[str, bytes]] = []
    with connected(broker) as client:
        there = threading.Event()
        client.on_message = lambda _, __, m: found.append(
            (m.topic.removeprefix(f"besok/in/{house}"), m.payload)
        )
        client.on_subscribe = lambda *_: there.set()
        client.subscribe(f"besok/in/{house}/#", qos=1)
        wait_for(there.is_set)
        yield found


JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF"
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="p"; filename="p.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    + JPEG
    + b'\r\n--b\r\nContent-Disposition: form-data; name="e"\r\nContent-Type: application/xml\r\n\r\n<e>1</e>'
    b'\r\n--b\r\nContent-Disposition: form-data; name="who"\r\n\r\nAnna'
    b'\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n{"in": 1}'
    b"\r\n--b\r\nContent-Type: text/csv\r\n\r\na;b\r\n1;2\r\n\r\n--b--\r\n"
)
TAKEN: dict[str, tuple[bytes, str, list[bytes]]] = {  # body, its type, what comes to the broker
    "JSON": (b' {"in": 1}', "application/json", [b' {"in": 1}']),
    "XML": (b"\xef\xbb\xbf<a/>", "text/xml", [b"\xef\xbb\xbf<a/>"]),
    "CSV": (b"time;in\n1;2\n", "text/csv", [b"time;in\n1;2\n"]),
    "a word": (b"ON", "text/plain", [b"ON"]),
    "no type": (b'{"in": 1}', "", [b'{"in": 1}']),
    "JSON said to be a form, as curl does": (b'{"in": "a=b"}', body.FORM, [b'{"in": "a=b"}']),
    "a form": (b"in=3&zon=A%C3%A5&zon=B", body.FORM, ['{"in": "3", "zon": ["Aå", "B"]}'.encode()]),
    "a form with JSON in it": (b"user=x&data=%7B%22in%22%3A1%7D", body.FORM, [b'{"in":1}']),
    "parts": (MULTIPART, 'multipart/form-data; boundary="b"', [b"<e>1</e>", b'{"in": 1}', b"a;b\r\n1;2\r\n"]),
    "nothing, as a test button sends": (b"", "application/json", []),
}


def test_what_is_taken(ready: httpx2.Client, house: str, token: str, heard: list[tuple[str, bytes]]) -> None:
    basic = "Basic " + base64.b64encode(f"admin:{token}".encode()).decode()
    ways = [("POST", "", f"Bearer {token}"), ("PUT", "gzip", f"bearer  {token}"), ("POST", "deflate", basic)]
    pack = {"": bytes, "gzip": gzip.compress, "deflate": zlib.compress}
    found = {}
    for name, (content, kind, expected) in TAKEN.items():
        for method, how, authorization in ways:
            headers = {"Authorization": authorization, "Content-Type": kind, "Content-Encoding": how}
            sent = {header: value for header, value in headers.items() if value}
            answer = ready.request(method, f"/in/{house}/a%20b/1", content=pack[how](content), headers=sent)
            assert (answer.status_code, answer.text) == (200, "taken\n"), name
        wait_for(lambda expected=expected: len(heard) >= 3 * len(expected))
        found[name] = heard[:]
        heard.clear()
    assert found == {name: 3 * [("/a b/1", each) for each in taken] for name, (*_, taken) in TAKEN.items()}


def test_a_token_that_is_made_and_removed(ready: httpx2.Client, house: str, database_url: str) -> None:
    token = partial(besok, database_url, "receive", "token")
    made = token("add", f"{house}-2", "--device", f"{house}/+/x", "--device", "café door")
    secret = made.stdout.splitlines()[0]
    assert made.stdout.count(secret) == 2 and len(secret) == 24
    listed = token("list").stdout
    assert f"/in/{house}/+/x, /in/café door" in listed and secret not in listed
    wait_for(lambda: post(ready, f"{house}/1/x", secret, "").status_code == 200)
    assert post(ready, "caf%C3%A9%20door", secret, "").status_code == 200
    assert post(ready, f"{house}/1/y", secret, "").status_code == 403
    assert "there is a token" in complaint(token("add", f"{house}-2"))
    assert "takes all that follows" in complaint(token("add", "x", "--device", "a#"))
    assert token("remove", f"{house}-2").exit_code == 0
    wait_for(lambda: post(ready, f"{house}/1/x", secret, "").status_code == 401)
    with psycopg.connect(database_url) as conn:  # only the hash is kept
        assert secret not in str(conn.execute("select * from receive_token").fetchall())


def test_two_thousand_silent_connections(
    ready: httpx2.Client, here: Settings, house: str, token: str
) -> None:
    """Those that are silent longest make room; whoever sends is served."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with contextlib.ExitStack() as opened:
        opened.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        for _ in range(1_000):  # at once
            sock = opened.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex((ports.HOST, here.receive_port))
        for n in range(1_000):
            sock = opened.enter_context(socket.create_connection((ports.HOST, here.receive_port)))
            if n % 2:
                sock.sendall(b"POST /in/x HTTP/1.1\r\nX-Half")
            if n % 100 == 0:
                insist(ready, house, token, count(n))
        wait_for(lambda: open_connections(here.receive_port) <= guarded.CONNECTION_LIMIT)
        with httpx2.Client(base_url=ready.base_url, timeout=ANSWER_S) as another:
            insist(another, house, token, count(1))


def open_connections(port: int) -> int:
    """How many connections a port of this process holds."""
    held = psutil.Process().net_connections("tcp")
    return sum(c.laddr.port == port and c.status == psutil.CONN_ESTABLISHED for c in held)


def test_a_connection_that_says_nothing_is_closed(
    ready: httpx2.Client, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded, "SILENT_S", 0.1)
    for begins in (b"", b"POST /in/x HTTP/1.1\r\nX-Half", b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET"):
        with socket.create_connection((ports.HOST, here.receive_port)) as sock:
            sock.sendall(begins)
            wait_for(lambda sock=sock: closed(sock))


def closed(sock: socket.socket) -> bool:
    """Whether the other side has ended the connection."""
    try:
        return not sock.recv(65_536)
    except ConnectionResetError:
        return True


def test_a_body_that_comes_too_slowly(
    ready: httpx2.Client, here: Settings, house: str, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver_app, "BODY_S", 0.1)
    monkeypatch.setattr(receiver_app, "LINGER_S", 0.1)
    head = f"POST /in/{house} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 10\r\n\r\n12"
    with socket.create_connection((ports.HOST, here.receive_port)) as sock:
        sock.sendall(head.encode())
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        assert answer.status == 408 and b"in parts" in answer.read()
        wait_for(lambda: closed(sock))


def test_a_chunked_body_without_end(ready: httpx2.Client, house: str, token: str) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 65_536

    with contextlib.suppress(httpx2.TransportError):  # it is cut off, with or without having read the answer
        answer = ready.post(f"/in/{house}", content=endless(), headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 413
    insist(ready, house, token, count(1))


def test_broken_requests_are_answered(ready: httpx2.Client, here: Settings, house: str, token: str) -> None:
    for broken in (
        b"\0\0\0\r\n\r\n",
        b"POST /in/\0 HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX:" + b"y" * 200_000,
    ):
        with socket.create_connection((ports.HOST, here.receive_port)) as sock:
            with contextlib.suppress(ConnectionError):
                sock.sendall(broken)
            wait_for(lambda sock=sock: closed(sock))
    insist(ready, house, token, count(1))


def test_status_and_metrics(
    here: Settings, house: str, token: str, collect: Fixture, folder: Path, database_url: str
) -> None:
    def told(path: str) -> httpx2.Response:
        return httpx2.get(f"http://{ports.HOST}:{here.receive_status_port}{path}", timeout=ANSWER_S)

    with own_broker(folder) as (broker, mqtt), receiving(own(here, broker.port)) as client:
        with collect(own(here, broker.port)):
            insist(client, house, token, count(1))
            assert told("/ready").status_code == 200
            figures = dict(
                line.rsplit(" ", 1) for line in told("/metrics").text.splitlines() if line[0] != "#"
            )
            assert post(client, house, "wrong", count(1)).status_code == 401
        mqtt.end()
        wait_for(lambda: told("/ready").status_code == 503)
        assert told("/ready").text == "not ready: the broker is away\n"
        assert 'besok_receiver_requests_total{status="401"} 1.0' in told("/metrics").text
    assert figures['besok_receiver_requests_total{status="200"}'] == "1.0"
    assert figures["besok_receiver_bytes_total"] == f"{float(len(count(1)))}"
    assert figures["besok_receiver_messages_total"] == figures["besok_receiver_puback_seconds_count"] == "1.0"
    assert figures["besok_receiver_ready"] == figures["besok_receiver_broker_connected"] == "1.0"
    with Database(database_url) as db:
        assert [beat.detail for beat in beats(db) if beat.name == "receiver"]


def test_a_database_that_is_away_stops_no_counter(
    here: Settings, collect: Fixture, house: str, folder: Path
) -> None:
    """The process keeps the tokens it knows, the broker what it is given; ended, it finishes in order."""
    with own_broker(folder) as (broker, _), own_database(folder) as (cluster, database):
        migrate(cluster.url())
        secret, digest = tokens.make(RANDOM_BYTES)
        with Database(cluster.url()) as db:
            receive_tokens.add(db, house, digest, [house], START)
        settings = own(here, broker.port).model_copy(update={"database_url": SecretStr(cluster.url())})
        env = os.environ | {
            "BESOK_DATABASE_URL": cluster.url(),
            "BESOK_MQTT_PORT": str(broker.port),
            "BESOK_RECEIVE_PORT": str(here.receive_port),
        }
        command = [sys.executable, "-m", "cli.main", "receive"]
        process = subprocess.Popen(command, cwd=program.ROOT, env=env, stderr=subprocess.DEVNULL)
        try:
            with httpx2.Client(
                base_url=f"http://{ports.HOST}:{here.receive_port}", timeout=ANSWER_S
            ) as client:
                with collect(settings):
                    insist(client, house, secret, count(1))
                    wait_for(lambda: people(cluster.url()) == (1, 1))
                database.kill()
                assert [post(client, house, secret, count(n)).status_code for n in range(2, 10)] == [200] * 8
                database.start()
                with collect(settings):
                    wait_for(lambda: people(cluster.url()) == (9, 45))
            process.terminate()
            assert process.wait(ANSWER_S) == 0
        finally:
            process.kill()
            process.wait()
