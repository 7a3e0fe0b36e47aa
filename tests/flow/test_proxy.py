"""The proxy files as they are shipped, with real servers: TLS, sign-in, streams, counts, and what is held back."""

import asyncio
import os
import re
import shutil
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from servers import served
from test_receive import post, receiving
from test_roles import shown
from test_sign_in import LIVE, PASSWORD, me, person, through
from websockets.asyncio.client import connect

from besok.model import tokens
from besok.model.access import Grant
from besok.model.settings import Settings
from besok.model.site import Site
from besok.services import sign_in
from besok.store import receive_tokens, sessions
from besok.store.database import Database
from cli.commands.receive import RANDOM_BYTES
from cli.stack import ports
from cli.stack.program import ROOT, Program
from tests.at_work import serving
from tests.certificates import authority, certificate, pem
from tests.patience import ANSWER_S, wait_for
from tests.provider import providing

NAME = "besok.example.se"
LIBRARY = "stadsbiblioteket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy that runs with the shipped file, which was changed for names, ports and certificate alone."""

    folder: Path
    port: int

    @property
    def host(self) -> str:
        return f"{NAME}:{self.port}"

    @property
    def url(self) -> str:
        return f"https://{self.host}"

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "ca.pem"))

    def connected(self, name: str = NAME) -> ssl.SSLSocket:
        """A connection by TLS under a name."""
        return self.trust().wrap_socket(
            socket.create_connection(("127.0.0.1", self.port)), server_hostname=name
        )

    @contextmanager
    def browser(self, **headers: str) -> Iterator[httpx2.Client]:
        with httpx2.Client(
            base_url=f"https://127.0.0.1:{self.port}",
            headers={"Host": self.host, **headers},
            verify=self.trust(),
            timeout=ANSWER_S,
            event_hooks={"request": [named]},
        ) as client:
            yield client


def named(request: httpx2.Request) -> None:
    request.extensions["sni_hostname"] = NAME


def nginx(folder: Path, port: int, plain: int, web: int, receiver: int) -> Program:
    file = (ROOT / "deploy/proxy/nginx.conf").read_text()
    changed = re.sub(r".*listen \[::\].*\n", "", file).replace("127.0.0.1:8050", f"127.0.0.1:{web}")
    changed = changed.replace("127.0.0.1:8055", f"127.0.0.1:{receiver}").replace(
        "listen 80;", f"listen 127.0.0.1:{plain};"
    )
    changed = changed.replace("listen 443", f"listen 127.0.0.1:{port}")
    changed = re.sub(r"/etc/letsencrypt/live/[^/]+/fullchain.pem", f"{folder}/server.pem", changed)
    changed = re.sub(r"/etc/letsencrypt/live/[^/]+/privkey.pem", f"{folder}/key.pem", changed)
    changed = changed.replace(f"Host {NAME};", f"Host {NAME}:{port};").replace(
        f"https://{NAME}$", f"https://{NAME}:{port}$"
    )
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    owner = "" if os.geteuid() else "user root;\n"  # whose the folder of the test is
    (folder / "nginx.conf").write_text(
        f"{owner}pid {folder}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{places}{changed}}}\n"
    )
    command = ("/usr/sbin/nginx", "-e", "stderr", "-g", "daemon off;", "-c", f"{folder}/nginx.conf")
    return Program(name="nginx", command=command)


def caddy(folder: Path, port: int, plain: int, web: int, receiver: int) -> Program:
    file = (ROOT / "deploy/proxy/Caddyfile").read_text()
    changed = file.replace("127.0.0.1:8050", f"127.0.0.1:{web}").replace(
        "127.0.0.1:8055", f"127.0.0.1:{receiver}"
    )
    here = f"{{\nadmin off\nhttp_port {plain}\nhttps_port {port}\ndefault_bind 127.0.0.1\n}}\n"
    changed = changed.replace(f"\n{NAME} {{", f"\n{NAME} {{\n\ttls {folder}/server.pem {folder}/key.pem", 1)
    (folder / "Caddyfile").write_text(here + changed)
    command = ("caddy", "run", "--config", f"{folder}/Caddyfile", "--adapter", "caddyfile")
    return Program(
        name="caddy", command=command, env={"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    )


@pytest.fixture
def provider(free: tuple[int, ...]) -> Iterator[Any]:
    with providing(f"https://{NAME}:{free[0]}") as running:
        yield running


@pytest.fixture
def free() -> tuple[int, ...]:
    return tuple(ports.free(4))


@pytest.fixture(params=[nginx, pytest.param(caddy, marks=pytest.mark.slow)])
def proxy(request: pytest.FixtureRequest, tmp_path: Path, free: tuple[int, ...]) -> Iterator[Proxy]:
    signer, ours = authority("Test authority")
    key = ec.generate_private_key(ec.SECP256R1())
    parts = {"ca.pem": ours, "server.pem": certificate(NAME, key, signer, ours), "key.pem": key}
    for name, part in parts.items():
        (tmp_path / name).write_bytes(pem(part))
    program = request.param(tmp_path, *free)
    if not shutil.which(program.command[0]):
        pytest.fail(f"{program.command[0]} is not installed: deploy/setup tests, or proxy-check")
    with served(program, lambda: ports.answers(free[0]), tmp_path / "log"):
        yield Proxy(folder=tmp_path, port=free[0])


def test_pages_streams_and_counts_come_through(
    proxy: Proxy,
    free: tuple[int, ...],
    provider: Any,
    settings: Settings,
    house: str,
    db: Database,
    places: tuple[Site, ...],
    collect: Callable[..., Any],
) -> None:
    person(db, "ada", Grant(role="admin"))
    known = provider.settings(settings, oidc_roles="besok-admin=admin", port=free[2]).model_copy(
        update={
            "public_url": proxy.url,
            "trusted_proxies": "127.0.0.1",
            "receive_port": free[3],
            "mqtt_topics": f"besok/in/{house}/#",
        }
    )
    with serving(known) as direct, collect(known), receiving(known), proxy.browser() as client:
        signs_in_and_streams(proxy, client, db)
        shows_a_wall_screen(proxy, db)
        signs_in_by_the_provider(proxy)
        believes_the_proxy_alone(proxy, direct, db)
        takes_counts(client, db, house)
        holds_back(proxy, client, free[1])


def signs_in_and_streams(proxy: Proxy, client: httpx2.Client, db: Database) -> None:
    led = client.get("/now", headers={"Accept": "text/html"})
    assert (led.status_code, led.headers["location"]) == (303, "/login?next=/now")
    assert led.headers["strict-transport-security"]
    form = {"name": "ada", "password": PASSWORD, "next": "/now"}
    entered = client.post("/login", data=form, headers={"Origin": proxy.url})
    assert entered.status_code == 303, entered.text
    for kept in entered.headers.get_list("set-cookie"):
        assert kept.startswith("__Host-besok") and {"Secure", "HttpOnly"} <= set(kept.split("; "))
    assert me(client) == ("account", "Ada Berg")
    assert "_dash-config" in client.get("/now").text
    (callback, *_) = client.get("/_dash-dependencies").json()
    assert '"data-title"' in shown(client, callback, f"/now/{LIBRARY}", {"Origin": proxy.url})
    with client.stream("GET", f"{LIVE}/stream") as stream:  # the first frame, while it goes on
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert next(line for line in stream.iter_lines() if line.startswith("data:"))
    csv = client.get(f"/api/v1/sites/{LIBRARY}/calendar?from=2026-01-01&to=2026-12-31&format=csv")
    assert csv.status_code == 200
    unchanged = client.get(
        "/api/v1/sites", headers={"If-None-Match": client.get("/api/v1/sites").headers["etag"]}
    )
    assert unchanged.status_code == 304


def shows_a_wall_screen(proxy: Proxy, db: Database) -> None:
    """On another machine, by a key of its own."""
    now, (key, digest) = datetime.now(UTC), sign_in.make_key()
    assert sessions.add_key(
        db, "hall", digest, Grant(role="viewer", site=LIBRARY), "ada", now, now + timedelta(days=1)
    )
    with proxy.browser(Origin=proxy.url) as screen:
        assert screen.post("/login/screen", data={"key": key, "next": "/now?tv=1"}).status_code == 303
        assert me(screen) == ("key", "hall")
    assert asyncio.run(first_frame(proxy, f"__Host-besok={screen.cookies['__Host-besok']}"))


async def first_frame(proxy: Proxy, cookie: str) -> str | bytes:
    """By a client of one thread: OpenSSL does not let one thread read while another writes the request."""
    async with connect(
        f"wss://{proxy.host}/live/{LIBRARY}/ws",
        host="127.0.0.1",
        port=proxy.port,
        ssl=proxy.trust(),
        additional_headers={"Cookie": cookie, "Origin": proxy.url},
        open_timeout=ANSWER_S,
    ) as live:
        return await asyncio.wait_for(live.recv(), ANSWER_S)


def signs_in_by_the_provider(proxy: Proxy) -> None:
    with proxy.browser() as client, httpx2.Client(timeout=ANSWER_S) as there:
        asked = parse_qs(urlsplit(client.get("/login/provider").headers["location"]).query)
        assert asked["redirect_uri"] == [f"{proxy.url}/login/callback"]
        assert through(client, there, "anna", home=proxy.url).status_code == 303
        assert me(client) == ("account", "Anna Provider")


def believes_the_proxy_alone(proxy: Proxy, direct: str, db: Database) -> None:
    """The failures are those of the address that the proxy saw, whatever a browser writes."""
    lies = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X-Real-IP": "203.0.113.9"}
    with proxy.browser(**lies, Origin=proxy.url) as liar:
        assert liar.post("/login", data={"name": "kim", "password": "wrong"}).status_code == 403
    assert failed(db) == {sign_in._hash("address", "kim", "127.0.0.1"), sign_in._hash("name", "kim")}
    before = {"Host": proxy.host, "X-Forwarded-For": "6.6.6.6, 198.51.100.7", "Origin": proxy.url}
    with httpx2.Client(
        base_url=direct, headers=before, timeout=ANSWER_S
    ) as beside:  # as another proxy here asks
        assert beside.post("/login", data={"name": "eve", "password": "wrong"}).status_code == 403
    assert sign_in._hash("address", "eve", "198.51.100.7") in failed(db)


def failed(db: Database) -> set[bytes]:
    with db.transaction() as conn:
        return {bytes(who) for (who,) in conn.execute("select name from sign_in_failure where failures > 0")}


def takes_counts(client: httpx2.Client, db: Database, house: str) -> None:
    secret, digest = tokens.make(RANDOM_BYTES)
    now = datetime.now(UTC)
    assert receive_tokens.add(db, house, digest, [f"{house}/#"], now - timedelta(days=2))
    path, body = f"{house}/door", '{"in_total": 1}'
    wait_for(lambda: post(client, path, secret, body).status_code == 200)
    assert post(client, path, "another", body).status_code == 401
    assert post(client, path, secret, b" " * 9_000_000).status_code == 413


def holds_back(proxy: Proxy, client: httpx2.Client, plain: int) -> None:
    assert client.post("/login", content=b"x" * 2_000_000).status_code == 413  # Besök's own limit
    moved = httpx2.get(f"http://127.0.0.1:{plain}/now?tv=1", headers={"Host": NAME}, timeout=ANSWER_S)
    assert moved.status_code == 308 and moved.headers["location"].endswith("/now?tv=1")
    assert moved.headers["location"].startswith("https://" + NAME)
    for host in ("evil.example", "127.0.0.1", "localhost"):
        with proxy.connected() as sock:  # our name by TLS, another one inside
            sock.sendall(f"GET /api/v1/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: sock.recv(65_536), b""))  # read here, to its end
            assert b"besok" not in answer.lower().partition(b"\r\n\r\n")[2]
    with proxy.connected() as sock:
        assert sock.version() == "TLSv1.3"
    with pytest.raises((ssl.SSLError, ConnectionError)):
        proxy.connected("evil.example")
