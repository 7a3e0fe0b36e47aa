"""Signing in and out over HTTP: local accounts, keys, a wall screen, and a real provider."""

import base64
import inspect
import json
import re
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pyotp
import pytest
from pydantic import SecretStr
from starlette.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from api.sign_in import admin, gate
from besok.model.access import Grant
from besok.model.errors import StoreRefused
from besok.model.settings import Settings
from besok.model.site import Site
from besok.services import accounts as managing
from besok.services import sign_in
from besok.store import accounts, audit, sessions
from besok.store.database import Database
from cli.stack import ports
from tests.at_work import serving
from tests.commands import besok
from tests.patience import ANSWER_S, wait_for
from tests.provider import TestProvider, providing

LIBRARY, PARK = "stadsbiblioteket", "stadsparken"
LIVE = f"/api/v1/sites/{LIBRARY}/live"
PASSWORD = "four words are enough"


def person(db: Database, name: str, *roles: Grant, password: str = PASSWORD) -> None:
    """Give somebody an account."""
    assert accounts.add(db, name, f"{name.title()} Berg", sign_in.hashed(password), roles, datetime.now(UTC))


def enter(client: httpx2.Client, name: str, password: str = PASSWORD, **more: str) -> httpx2.Response:
    """Send the form of the login page."""
    form = {"name": name, "password": password, "next": "/now", **more}
    return client.post("/login", data=form, headers={"Origin": str(client.base_url).rstrip("/")})


def me(client: httpx2.Client) -> tuple[str, str]:
    answer = client.get("/api/v1/me").json()
    return answer["kind"], answer["name"]


@pytest.fixture
def signed(db: Database, places: tuple[Site, ...], web: str) -> Iterator[httpx2.Client]:
    """A browser at a Besök in which ada administers; she has not signed in."""
    person(db, "ada", Grant(role="admin"))
    with httpx2.Client(base_url=web, timeout=ANSWER_S) as client:
        yield client


def test_on_this_machine_the_administrator_is_signed_in_until_there_is_an_account(
    db: Database, ask: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "ASKED_EVERY_S", 0.1)
    assert me(ask)[0] == "local"
    assert "/admin/people" in ask.get("/login").text
    assert "made by this machine" in manage(ask, "key", key="hall", role="viewer", site="", days="30").text
    for header in (
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "X-Forwarded-Host",
        "X-Real-IP",
        "CF-Connecting-IP",
        "Via",
    ):
        answer = ask.get("/api/v1/me", headers={header: "for=10.0.0.1"})
        assert answer.json()["kind"] == "public", header
        assert ask.get(LIVE, headers={header: "for=10.0.0.1"}).status_code == 401
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
    for name in ("Origin", "Sec-Fetch-Site"):  # older browsers send the first alone
        answer = ask.get(f"/api/v1/sites/{LIBRARY}/visits", headers={name: foreign[name]})
        assert answer.status_code in (401, 403) and "access-control-allow-origin" not in answer.headers
    with socket.create_connection((ask.base_url.host, ask.base_url.port or 0)) as sock:
        sock.sendall(f"GET {LIVE} HTTP/1.0\r\nHost: {ask.base_url.netloc.decode()}\r\n\r\n".encode())
        assert b" 401 " in sock.recv(100)  # as a proxy asks that says nothing else
    person(db, "ada", Grant(role="admin"))
    wait_for(lambda: me(ask)[0] == "public")
    assert ask.get(LIVE).status_code == 401
    assert ask.get("/api/v1/health").status_code == 200


def test_a_trusted_proxy_signs_nobody_in_by_itself(database_url: str, places: tuple[Site, ...]) -> None:
    known = Settings(database_url=SecretStr(database_url), trusted_proxies="127.0.0.1", port=ports.free()[0])
    with serving(known) as web, httpx2.Client(base_url=web, timeout=ANSWER_S) as client:
        assert me(client)[0] == "local"
        for client_address in ("127.0.0.1", "::1", "localhost", "", "203.0.113.5, 127.0.0.1"):
            answer = client.get("/api/v1/me", headers={"X-Forwarded-For": client_address})
            assert answer.json()["kind"] == "public", client_address


def test_other_addresses_sign_nobody_in_by_themselves(database_url: str, places: tuple[Site, ...]) -> None:
    known = Settings(database_url=SecretStr(database_url), allowed_hosts="localhost,127.0.0.1,besok.example")
    with (
        serving(known.model_copy(update={"port": ports.free()[0]})) as web,
        httpx2.Client(base_url=web, timeout=ANSWER_S) as client,
    ):
        assert me(client)[0] == "public"
        answer = client.get("/login", headers={"Host": "besok.example"})
        assert answer.status_code == 403 and "inte krypterad" in answer.text
    public = known.model_copy(update={"public_url": "https://besok.example", "port": ports.free()[0]})
    person_db = Database(database_url)
    with person_db as db:
        person(db, "ada", Grant(role="admin"))
    with serving(public) as web, httpx2.Client(base_url=web, timeout=ANSWER_S) as client:
        form = {"name": "ada", "password": PASSWORD}
        there = {"Host": "besok.example", "Origin": "https://besok.example"}
        kept = client.post("/login", data=form, headers=there).headers["set-cookie"]
        assert kept.startswith("__Host-besok=")
        assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(kept.split("; "))
        assert "Domain" not in kept


def test_a_local_account_signs_in_and_out(db: Database, signed: httpx2.Client) -> None:
    led = signed.get("/now/stadsbiblioteket?range=7d", headers={"Accept": "text/html"})
    assert (led.status_code, led.headers["location"]) == (
        303,
        "/login?next=/now/stadsbiblioteket%3Frange%3D7d",
    )
    assert enter(signed, "ada", "not the right words").status_code == 403
    answer = enter(signed, "Ada ", next="/now/stadsbiblioteket")
    assert (answer.status_code, answer.headers["location"]) == (303, "/now/stadsbiblioteket")
    assert {"HttpOnly", "SameSite=Lax"} <= set(answer.headers["set-cookie"].split("; "))
    assert me(signed) == ("account", "Ada Berg")
    assert signed.get(LIVE).status_code == 200
    first = signed.cookies["besok"]
    assert signed.post("/logout", headers={"Origin": "http://evil.example"}).status_code == 403
    assert me(signed)[0] == "account"
    out = signed.post("/logout")
    assert out.headers["location"] == "/login?out=1" and "Max-Age=0" in out.headers["set-cookie"]
    assert me(signed)[0] == "public"
    assert (
        signed.get(LIVE, headers={"Cookie": f"besok={first}"}).status_code == 401
    )  # ended here, not only there
    noted = [(e.action, e.actor) for e in audit.entries(db, limit=2)]
    assert noted == [("account.sign_out", "Ada Berg"), ("account.sign_in", "Ada Berg")]


def test_a_login_leads_nowhere_else(signed: httpx2.Client) -> None:
    for elsewhere in (
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nX: y",
    ):
        assert enter(signed, "ada", next=elsewhere).headers["location"] == "/"
    foreign = signed.post(
        "/login", data={"name": "ada", "password": PASSWORD}, headers={"Origin": "http://evil.example"}
    )
    assert foreign.status_code == 403 and "set-cookie" not in foreign.headers


def attempt(db: Database, now: datetime, password: str = "wrong", **more: str) -> str | int:
    """Try to sign ada in; the mark of the browser that is in, or how long such attempts wait from now on."""
    try:
        opened = sign_in.sign_in(db, "ada", password, "", now=now, lasts=timedelta(hours=1), **more)
    except sign_in.SignInRefused as exc:
        return exc.wait_s
    return opened.browser


def test_each_further_failure_doubles_the_wait(db: Database) -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    waits = []
    for _ in range(4):
        assert attempt(db, now) == 0
    for _ in range(12):
        assert attempt(db, now) == 0
        waits.append(attempt(db, now))
        now += timedelta(hours=1)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_failures_from_one_address_make_no_other_wait(db: Database) -> None:
    person(db, "ada", Grant(role="admin"))
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    for _ in range(sign_in.FREE):
        assert attempt(db, now, address="203.0.113.5") == 0
    assert attempt(db, now, PASSWORD, address="203.0.113.5") == 1
    assert attempt(db, now, PASSWORD, address="203.0.113.6")


def test_failures_from_many_addresses_make_all_wait_but_browsers_that_are_known(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "FREE_UNDER_NAME", 8)
    person(db, "ada", Grant(role="admin"))
    person(db, "eve", Grant(role="viewer"))
    now, hour = datetime(2026, 3, 2, 12, tzinfo=UTC), timedelta(hours=1)
    for n in range(7):
        assert attempt(db, now, address=f"203.0.113.{n}") == 0
    known = str(attempt(db, now, PASSWORD, address="198.51.100.1"))  # takes back its own attempt alone
    assert known
    assert attempt(db, now, address="203.0.113.8") == 0
    assert attempt(db, now, PASSWORD, address="198.51.100.1") == 1
    eves = sign_in.sign_in(db, "eve", PASSWORD, "", now=now, lasts=hour).browser
    for mark in (eves, known[:-1], known.partition(".")[0], ".", "x" * 5000, "å.ä"):
        assert attempt(db, now, PASSWORD, address="198.51.100.1", browser=mark) == 1, mark
    again = str(attempt(db, now, PASSWORD, address="203.0.113.8", browser=known))
    assert again not in ("", known)
    for _ in range(sign_in.FREE):  # it waits for its own
        assert attempt(db, now, browser=again) == 0
    assert attempt(db, now, PASSWORD, browser=again) == 1
    assert attempt(db, now, PASSWORD, browser=known)
    accounts.set_password(db, "ada", sign_in.hashed("four other words then"))
    assert attempt(db, now, "four other words then", browser=known) == 1  # it is known no more


def test_a_browser_is_known_under_the_name_that_has_signed_in(
    db: Database, signed: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    person(db, "kim", Grant(role="viewer"))
    kept = enter(signed, "ada").headers.get_list("set-cookie")
    assert len(kept) == 2 and {"HttpOnly", "Max-Age=31536000"} <= set(kept[1].split("; "))
    signed.post("/logout")
    with httpx2.Client(base_url=signed.base_url, timeout=ANSWER_S) as stranger:
        assert enter(stranger, "ada", "wrong words here").status_code == 403
        assert "A sign-in from 127.0.0.1 was refused" in caplog.text and "wrong words" not in caplog.text
        with db.transaction() as conn:
            conn.execute("update sign_in_failure set until = now() + interval '1 hour'")
        waiting = enter(stranger, "Ada")
        assert waiting.status_code == 429 and 3000 < int(waiting.headers["retry-after"]) <= 3600
        assert enter(stranger, "kim").status_code == 303  # others do not wait
    assert enter(signed, " Ada").status_code == 303  # nor does a browser that is known


@pytest.mark.usefixtures("database_url")  # with a pool of connections
def test_many_attempts_at_once_are_no_way_around_the_wait(db: Database) -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with ThreadPoolExecutor(8) as threads:
        waits = [*threads.map(lambda _: attempt(db, now), range(16))]
    assert waits.count(0) == sign_in.FREE


def test_control_characters_in_a_form_are_refused(signed: httpx2.Client) -> None:
    for path in ("/login", "/login/screen", "/login/backchannel"):
        for kind in ("application/x-www-form-urlencoded", "application/octet-stream"):
            for body in (b"name=a%00b", b"key=%1b", b"logout_token=%00", b"password=a\x00"):
                answer = signed.post(path, content=body, headers={"Content-Type": kind})
                assert answer.status_code == 422, (path, body)


def test_a_second_factor_is_asked_for_and_used_once(db: Database) -> None:
    person(db, "ada", Grant(role="admin"))
    secret, now, hour = pyotp.random_base32(), datetime(2026, 3, 2, 12, tzinfo=UTC), timedelta(hours=1)
    accounts.set_totp(db, "ada", secret)
    with pytest.raises(sign_in.SignInRefused):
        sign_in.sign_in(db, "ada", PASSWORD, "", now=now, lasts=hour)
    code = pyotp.TOTP(secret).at(now)
    assert sign_in.sign_in(db, "ada", PASSWORD, f"{code[:3]} {code[3:]}", now=now, lasts=hour)
    with pytest.raises(sign_in.SignInRefused):
        sign_in.sign_in(db, "ada", PASSWORD, code, now=now, lasts=hour)


def test_sessions_turn_end_and_are_ended(db: Database) -> None:
    person(db, "ada", Grant(role="admin"))
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    first = sign_in.sign_in(db, "ada", PASSWORD, "", now=now, lasts=timedelta(hours=12)).token
    found = sign_in.caller_of_session(db, first, now + timedelta(minutes=59))
    assert found and found[0].name == "Ada Berg" and found[1] is None
    later = now + timedelta(minutes=61)
    second = sign_in.caller_of_session(db, first, later)
    assert second and second[1] and second[1].token != first
    new = second[1].token
    again = sign_in.caller_of_session(db, first, later)  # the answer with the new one was lost
    assert again and again[1] is None
    assert sign_in.caller_of_session(db, new, later + timedelta(minutes=2))
    assert sign_in.caller_of_session(db, first, later + timedelta(minutes=2)) is None
    assert sign_in.caller_of_session(db, new, now + timedelta(hours=12)) is None
    fresh = sign_in.sign_in(db, "ada", PASSWORD, "", now=now, lasts=timedelta(hours=12)).token
    assert accounts.end_sessions(db, "ada") == 2
    assert sign_in.caller_of_session(db, fresh, now) is None


def test_a_key_reads_until_it_is_revoked(db: Database, signed: httpx2.Client) -> None:
    now = datetime.now(UTC)
    secret, digest = sign_in.make_key()
    assert sessions.add_key(
        db, "power-bi", digest, Grant(role="viewer", site=LIBRARY), "ada", now, now + timedelta(days=1)
    )
    bearer = {"Authorization": f"Bearer {secret}"}
    assert signed.get("/api/v1/me", headers=bearer).json()["roles"] == [{"role": "viewer", "site": LIBRARY}]
    assert signed.get(LIVE, headers=bearer).status_code == 200
    assert (
        signed.get(LIVE, headers={"Authorization": httpx2.BasicAuth("", secret)._auth_header}).status_code
        == 200
    )
    assert signed.get(LIVE.replace(LIBRARY, PARK), headers=bearer).status_code == 403
    assert signed.get("/api/v1/devices", headers=bearer).status_code == 403
    assert signed.get(f"/api/v1/devices?site={LIBRARY}", headers=bearer).status_code == 200
    old, gone = sign_in.make_key()
    assert sessions.add_key(db, "old", gone, Grant(role="viewer"), "ada", now, now - timedelta(seconds=1))
    assert signed.get(LIVE, headers={"Authorization": f"Bearer {old}"}).status_code == 401
    sessions.revoke_key(db, "power-bi", now)
    assert signed.get(LIVE, headers=bearer).status_code == 401


def manage(client: httpx2.Client, change: str, **form: str) -> httpx2.Response:
    """Send a form of the page of people and keys."""
    here = {"Origin": str(client.base_url).rstrip("/"), "Accept-Language": "en"}
    return client.post(f"/admin/people/{change}", data=form, headers=here)


def test_an_administrator_invites_and_manages_people_on_a_page(
    db: Database, signed: httpx2.Client, web: str
) -> None:
    enter(signed, "ada")
    invited = manage(signed, "invite", name="Kim", display="Kim B", **{f"role-{LIBRARY}": "viewer"})
    link = unescape(re.findall(r"<code>(.*?)</code>", invited.text)[0])
    assert invited.status_code == 200 and link.startswith(f"{web}/login/invitation?name=kim&")
    assert manage(signed, "invite", name="kim", role="viewer").status_code == 409
    without_role = manage(signed, "invite", name="robin", display="R & B")
    assert without_role.status_code == 409
    for kept in ("<details open><summary>Invite", 'value="robin"', 'value="R &amp; B"'):
        assert kept in without_role.text
    with httpx2.Client(base_url=web, timeout=ANSWER_S) as client:
        assert "maxlength" in client.get(link.removeprefix(web)).text
        chosen = {key: value for key, (value,) in parse_qs(urlsplit(link).query).items()}
        chosen |= {"password": PASSWORD, "again": PASSWORD}
        for wrong in ({"again": "another"}, {"password": "short", "again": "short"}, {"invited": "1.2"}):
            assert client.post("/login/invitation", data=chosen | wrong).status_code == 403, wrong
        later = {**chosen, "invited": chosen["invited"].replace(".", "9.", 1)}
        assert client.post("/login/invitation", data=later).status_code == 403
        saved = client.post("/login/invitation", data=chosen)
        assert saved.status_code == 303
        entry = client.get(saved.headers["location"]).text
        assert "Lösenordet är sparat" in entry and 'value="kim"' in entry
        assert client.post("/login/invitation", data=chosen).status_code == 403, "it holds once"
        enter(client, "kim")
        assert me(client) == ("account", "Kim B")
        assert client.get("/admin/people").status_code == 403
        assert manage(client, "role", name="kim", role="admin").status_code == 403
        manage(signed, "role", name="kim", role="manager")
        assert client.get("/api/v1/me").json()["roles"] == [{"role": "manager", "site": None}]
        manage(signed, "sessions", name="kim")
        assert me(client)[0] == "public"
        here = {"Origin": str(client.base_url).rstrip("/"), "Accept": "text/html", "Accept-Language": "en"}
        ended = client.post("/admin/people/key", data={"key": "hall"}, headers=here)
        assert ended.status_code == 401 and "You are no longer signed in." in ended.text
        enter(client, "kim")
        assert manage(signed, "block", name="kim").status_code == 200
        assert me(client)[0] == "public" and enter(client, "kim").status_code == 403
        assert manage(signed, "link", name="kim").status_code == 409, (
            "a blocked account is not let in by a link"
        )
        manage(signed, "role", name="kim", role="viewer")
        assert enter(client, "kim").status_code == 303
        manage(signed, "remove", name="kim")
        assert me(client)[0] == "public"
    done = "add invite password sign_in roles sign_out sign_in block roles sign_in remove"
    noted = [e for e in audit.entries(db, limit=50) if e.subject in ("kim", "Kim B")]
    assert [e.action.removeprefix("account.") for e in reversed(noted)] == done.split()
    assert {e.actor for e in noted} == {"Ada Berg", "Kim B"}


def test_a_session_whose_account_has_lost_its_roles_is_signed_in_without_rights(
    db: Database, signed: httpx2.Client
) -> None:
    enter(signed, "ada")
    accounts.set_roles(db, "ada", [Grant(role="admin", site=PARK), Grant(role="admin")])
    with db.transaction() as conn:
        conn.execute("delete from account_role")  # as the removal of a site does
    assert me(signed) == ("account", "Ada Berg") and signed.get("/login").status_code == 200
    assert signed.get(LIVE).status_code == 403
    assert signed.post("/logout", headers={"Origin": str(signed.base_url).rstrip("/")}).status_code == 303
    assert me(signed)[0] == "public" and enter(signed, "ada").status_code == 403


def test_who_is_signed_in_reads_the_names_of_the_sites(db: Database, signed: httpx2.Client) -> None:
    person(db, "bo", Grant(role="admin", site=LIBRARY))
    enter(signed, "bo")
    text = signed.get("/login", headers={"Accept-Language": "sv"}).text
    assert "administratör (Stadsbiblioteket)" in text and "Vem ändrade vad (Stadsbiblioteket)" in text


@pytest.mark.usefixtures("database_url")  # with a pool of connections
def test_nobody_signs_in_while_being_blocked(db: Database) -> None:
    person(db, "ada", Grant(role="admin"))
    known, now = accounts.secret(db, "ada"), datetime.now(UTC)
    assert known
    about = {"now": now, "lasts": timedelta(hours=1)}
    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as conn:
            conn.execute("select from account where name = 'ada' for update")  # as block does first
            opening = pool.submit(sign_in.open_session, db, known.account_id, "ada", **about)
            with pytest.raises(TimeoutError):
                opening.result(0.3)
            conn.execute("delete from account_role")
        with pytest.raises(sign_in.SignInRefused, match="blocked"):
            opening.result(ANSWER_S)
    assert db.run("sessions_end", {"account_id": known.account_id}) == 0


def test_of_two_who_accept_an_invitation_at_once_one_is_first(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(db, "ada", Grant(role="admin"))
    now, hashed = datetime.now(UTC), sign_in.hashed
    invited = managing.invite(db, "kim", "", [Grant(role="viewer")], now)

    def overtaken(password: str) -> str:
        monkeypatch.setattr(sign_in, "hashed", hashed)
        managing.accept(db, "kim", invited, PASSWORD, now)
        return hashed(password)

    monkeypatch.setattr(sign_in, "hashed", overtaken)
    with pytest.raises(sign_in.SignInRefused):
        managing.accept(db, "kim", invited, "four words of a thief", now)
    sign_in.sign_in(db, "kim", PASSWORD, "", now=now, lasts=timedelta(hours=1))


def test_a_new_invitation_and_a_block_end_those_before(db: Database) -> None:
    person(db, "ada", Grant(role="admin"))
    now, viewer = datetime.now(UTC), [Grant(role="viewer")]
    links = [managing.invite(db, "kim", "", viewer, now), managing.invitation(db, "kim", now)]
    managing.block(db, "kim")
    managing.set_roles(db, "kim", viewer)
    for old in links:
        with pytest.raises(sign_in.SignInRefused):
            managing.accept(db, "kim", old, PASSWORD, now)
    first, second = managing.invitation(db, "kim", now), managing.invitation(db, "kim", now)
    with pytest.raises(sign_in.SignInRefused):
        managing.accept(db, "kim", first, PASSWORD, now)
    managing.accept(db, "kim", second, PASSWORD, now)
    managing.invitation(db, "kim", now)
    sign_in.sign_in(
        db, "kim", PASSWORD, "", now=now, lasts=timedelta(hours=1)
    )  # a password of one's own stays


def test_an_invitation_goes_to_no_other_page_and_outlives_another_language(
    db: Database, signed: httpx2.Client, web: str
) -> None:
    enter(signed, "ada")
    made = manage(signed, "invite", name="kim", role="viewer")
    link = unescape(re.findall(r"<code>(.*?)</code>", made.text)[0]).removeprefix(web)
    shown = signed.get(link)
    assert shown.headers["referrer-policy"] == "strict-origin"
    (other,) = re.findall(r'href="([^"]*lang=en)"', shown.text)
    assert parse_qs(urlsplit(unescape(other)).query) == {**parse_qs(urlsplit(link).query), "lang": ["en"]}
    assert "hreflang" not in made.text, "what is shown once is not left by a link"
    left = signed.get("/admin/people/invite?lang=en")
    assert (left.status_code, left.headers["location"]) == (303, "/admin/people")
    wrong = signed.post("/login/screen", data={"key": "x", "next": "/wall"}, headers={"Origin": web})
    assert re.findall(r'href="(/login[^"]*lang=\w+)"', wrong.text)[0].startswith("/login?next=%2Fwall&")


def test_an_error_of_the_database_is_none_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> str:
        raise StoreRefused("the database refused: duplicate key") from ValueError()

    monkeypatch.setattr(admin, "CHANGES", {"block": refused})
    with pytest.raises(StoreRefused):
        admin._changed(Database(""), "block", lambda _: "", "", datetime.now(UTC))


def test_links_that_are_passed_on_begin_with_the_public_address() -> None:
    local = Headers({"host": "127.0.0.1:8050"})
    for public, begins in (("https://besok.example", "https://besok.example"), ("", "http://127.0.0.1:8050")):
        assert gate.Gate(Database(""), Settings(public_url=public)).link_origin(local) == begins


def test_pages_of_administrators_leave_the_connections_of_the_gate_alone() -> None:
    for route in (admin.people_page, admin.audit_page):
        assert "gate" not in inspect.signature(route).parameters


def test_a_person_whom_the_provider_signs_in_is_blocked_and_let_in_again(
    db: Database, at_provider: Callable[..., Any], there: httpx2.Client
) -> None:
    person(db, "ada", Grant(role="admin"))
    with at_provider() as client, httpx2.Client(base_url=client.base_url, timeout=ANSWER_S) as ours:
        through(client, there, "anna")
        enter(ours, "ada")
        (anna,) = (one.name for one in accounts.load_all(db) if one.issuer)
        assert manage(ours, "role", name=anna, role="viewer").status_code == 409
        assert manage(ours, "block", name=anna).status_code == 200
        assert me(client)[0] == "public"
        refused = through(client, there, "anna")
        assert refused.status_code == 403 and me(client)[0] == "public"
        assert "spärrat" in refused.text
        assert [one.grants for one in accounts.load_all(db) if one.issuer] == [()]
        assert "Unblock" in ours.get("/admin/people", headers={"Accept-Language": "en"}).text
        assert manage(ours, "unblock", name=anna).status_code == 200
        assert through(client, there, "anna").status_code == 303 and me(client)[0] == "account"


def test_nobody_takes_away_the_last_administrator(
    db: Database, signed: httpx2.Client, database_url: str
) -> None:
    enter(signed, "ada")
    for change in (
        {"change": "role", "role": "viewer"},
        {"change": "role", f"role-{LIBRARY}": "admin"},
        {"change": "block"},
        {"change": "remove"},
    ):
        answer = manage(signed, name="ada", **change)
        assert answer.status_code == 409 and "no longer be an administrator" in answer.text
    person(db, "kim", Grant(role="viewer"))
    for lose in (
        partial(accounts.block, unknown="unknown"),
        accounts.remove,
        partial(accounts.set_roles, grants=[Grant(role="viewer")]),
    ):
        with pytest.raises(StoreRefused, match="nobody could administer"):
            lose(db, "ada")
    person(db, "eve", Grant(role="admin"))
    accounts.block(db, "ada", "unknown")
    assert me(signed)[0] == "public"
    accounts.remove(db, "ada")
    accounts.remove(db, "kim")
    managing.invite(db, "zoe", "", [Grant(role="admin")], datetime.now(UTC))
    with pytest.raises(StoreRefused, match="nobody could administer"):
        accounts.block(db, "eve", "unknown")  # who was invited has no password yet
    accounts.remove(db, "zoe")
    accounts.remove(db, "eve")  # no account at all is how it began
    with pytest.raises(StoreRefused, match="the first account"):
        managing.invite(db, "kim", "", [Grant(role="viewer")], datetime.now(UTC))
    refused = besok(database_url, "user", "add", "kim", "--role", "viewer", answer=PASSWORD)
    assert isinstance(refused.exception, StoreRefused) and not accounts.any_there(db)


def test_keys_are_made_and_revoked_on_a_page(db: Database, signed: httpx2.Client) -> None:
    enter(signed, "ada")
    made = manage(signed, "key", key="hall", role="viewer", site=LIBRARY, days="30")
    (key,) = re.findall(r"<code>(besok_.*?)</code>", made.text)
    person(db, "eve", Grant(role="admin"))
    with httpx2.Client(base_url=signed.base_url, timeout=ANSWER_S) as other:
        enter(other, "eve")
        notice = manage(other, "block", name="ada").text.partition("</div>")[0]
        assert "still valid: hall." in notice and "<button>Revoke the key hall</button>" in notice
        assert 'action="/admin/people/revoke"' in notice and 'name="key" value="hall"' in notice
        manage(other, "role", name="ada", role="admin")
    enter(signed, "ada")
    assert key not in signed.get("/admin/people").text, "shown once"
    bearer = {"Authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=signed.base_url, headers=bearer, timeout=ANSWER_S) as program:
        assert me(program) == ("key", "hall") and program.get(LIVE).status_code == 200
        assert manage(signed, "key", key="hall", role="viewer", days="30").status_code == 409
        assert manage(signed, "key", key="long", role="viewer", days="3661").status_code == 409
        assert manage(signed, "key", key="long", role="viewer", days="9" * 5000).status_code == 409
        assert manage(signed, "key", key="odd", role="owner", days="3").status_code == 409
        assert manage(signed, "revoke", key="hall").status_code == 200
        assert me(program)[0] == "public"
    assert [e.actor for e in audit.entries(db, limit=9) if e.action.startswith("key.")] == [
        "Ada Berg",
        "Ada Berg",
    ]
    page = signed.get("/admin/audit?actor=ada+berg&action=key.revoke&site=").text
    assert "Nyckel återkallad</td>" in page and "Nyckel skapad</td>" not in page
    assert len(signed.get("/api/v1/audit?action=key.add").json()) == 1
    assert signed.get("/api/v1/audit?actor=nobody").json() == []


def test_a_wall_screen_signs_in_with_its_key_and_ends_with_it(db: Database, signed: httpx2.Client) -> None:
    now = datetime.now(UTC)
    secret, digest = sign_in.make_key()
    assert sessions.add_key(
        db, "hall", digest, Grant(role="viewer", site=LIBRARY), "ada", now, now + timedelta(days=90)
    )
    answer = signed.post("/login/screen", data={"key": f" {secret}\n", "next": f"/now/{LIBRARY}?tv=1"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/now/{LIBRARY}?tv=1")
    assert int(re.findall(r"Max-Age=(\d+)", answer.headers["set-cookie"])[0]) > 89 * 24 * 3600
    assert me(signed) == ("key", "hall")
    cookie = {"Cookie": f"besok={signed.cookies['besok']}"}
    address = str(signed.base_url).replace("http", "ws") + f"/live/{LIBRARY}/ws"
    with connect(address, additional_headers=cookie, open_timeout=ANSWER_S) as wall:
        assert wall.recv(timeout=ANSWER_S)
        sessions.revoke_key(db, "hall", now)
        with pytest.raises(ConnectionClosed):
            while True:
                wall.recv(timeout=ANSWER_S)
    with connect(address, additional_headers=cookie, open_timeout=ANSWER_S) as wall:
        with pytest.raises(ConnectionClosed):
            wall.recv(timeout=ANSWER_S)
        assert wall.close_code == 4401


@pytest.fixture
def provider() -> Iterator[TestProvider]:
    with providing() as running:
        yield running


@pytest.fixture
def there() -> Iterator[httpx2.Client]:
    """The browser at the provider."""
    with httpx2.Client(timeout=ANSWER_S) as client:
        yield client


@pytest.fixture
def at_provider(
    provider: TestProvider, database_url: str, places: tuple[Site, ...]
) -> Iterator[Callable[..., Any]]:
    """Serve a Besök in which the provider signs people in."""
    known = provider.settings(
        Settings(database_url=SecretStr(database_url)),
        oidc_roles=f"besok-admin=admin, besok-park=viewer@{PARK}",
    )

    @contextmanager
    def begin(**more: object) -> Iterator[httpx2.Client]:
        with (
            serving(known.model_copy(update=more)) as web,
            httpx2.Client(base_url=web, timeout=ANSWER_S) as client,
        ):
            yield client

    yield begin


def through(
    client: httpx2.Client,
    there: httpx2.Client,
    login: str,
    change: Callable[[str], str] = lambda url: url,
    *,
    home: str = "",
) -> httpx2.Response:
    """Sign in as a browser would, `there` being it at the provider; `change` is what happens on the way back to
    `home`, the address of Besök if it is not the client's."""
    there.cookies.clear()
    answer = there.get(client.get("/login/provider?next=/now").headers["location"])
    page = there.get(_absolute(answer))
    answer = there.post(str(page.url), data={"login": login})
    home = home or str(client.base_url).rstrip("/")
    while not (where := _absolute(answer)).startswith(home):
        answer = there.get(where)
    return client.get(change(where).removeprefix(home))


def _absolute(answer: httpx2.Response) -> str:
    return str(answer.url.join(answer.headers["location"]))


def test_the_provider_signs_people_in_with_the_role_of_their_claim(
    at_provider: Callable[..., Any], there: httpx2.Client
) -> None:
    with at_provider() as client:
        assert me(client)[0] == "public"
        assert "/login/provider" in client.get("/login").text
        started = parse_qs(urlsplit(client.get("/login/provider").headers["location"]).query)
        assert started["code_challenge_method"] == ["S256"] and started["response_type"] == ["code"]
        entered = through(client, there, "anna")
        assert (entered.status_code, entered.headers["location"]) == (303, "/now")
        assert me(client) == ("account", "Anna Provider")
        assert client.get("/admin/audit").status_code == 200
        client.post("/logout")
        assert "/session/end" in client.get("/login?out=1").text
        through(client, there, "berit")
        assert client.get(LIVE).status_code == 403
        assert client.get(LIVE.replace(LIBRARY, PARK)).status_code == 200
        client.post("/logout")
        refused = through(client, there, "carl")
        assert refused.status_code == 403 and me(client)[0] == "public"


def test_a_wrong_verifier_state_or_nonce_signs_nobody_in(
    at_provider: Callable[..., Any], there: httpx2.Client
) -> None:
    with at_provider() as client:
        for what in ("verifier", "state", "nonce"):

            def spoilt(where: str, what: str = what) -> str:
                kept = json.loads(base64.urlsafe_b64decode(client.cookies["besok-sign-in"]))
                kept[what] = "x" * 64
                client.cookies.set(
                    "besok-sign-in",
                    base64.urlsafe_b64encode(json.dumps(kept).encode()).decode(),
                    domain="127.0.0.1",
                )
                return where

            assert through(client, there, "anna", spoilt).status_code == 403, what
            assert me(client)[0] == "public", what
            client.cookies.clear()
        assert client.get("/login/callback?code=x&state=y").status_code == 403


def test_a_stronger_sign_in_can_be_asked_for(at_provider: Callable[..., Any], there: httpx2.Client) -> None:
    for asked in ({"oidc_acr": "two-factors"}, {"oidc_amr": "mfa"}):
        with at_provider(**asked) as client:
            assert through(client, there, "anna").status_code == 403
            assert me(client)[0] == "public"
            assert through(client, there, "anna+mfa").status_code == 303
            assert me(client)[0] == "account"


def test_the_provider_ends_the_session_and_its_streams(
    at_provider: Callable[..., Any], there: httpx2.Client, provider: TestProvider
) -> None:
    with at_provider() as client:
        through(client, there, "anna")
        assert me(client)[0] == "account"
        junk = client.post("/login/backchannel", data={"logout_token": "a.b.c"})
        assert junk.status_code == 400 and me(client)[0] == "account"
        cookie = {"Cookie": f"besok={client.cookies['besok']}"}
        address = str(client.base_url).replace("http", "ws") + f"/live/{LIBRARY}/ws"
        with connect(address, additional_headers=cookie, open_timeout=ANSWER_S) as screen:
            assert screen.recv(timeout=ANSWER_S)
            form = there.get(f"{provider.issuer}/session/end?client_id=besok")
            xsrf = re.findall(r'name="xsrf" value="([^"]+)"', form.text)[0]
            ended = there.post(f"{provider.issuer}/session/end/confirm", data={"xsrf": xsrf, "logout": "yes"})
            assert ended.status_code == 303, ended.text
            wait_for(lambda: me(client)[0] == "public")
            with pytest.raises(ConnectionClosed):
                while True:
                    screen.recv(timeout=ANSWER_S)
        assert me(client)[0] == "public"
