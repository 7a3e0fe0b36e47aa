"""Who is believed about who asks: forwarded headers of named proxies alone, whatever others write into them."""

import asyncio
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from api.limits import network_of
from api.sign_in.gate import Gate, cookies
from besok.model.errors import SettingsError
from besok.model.settings import Settings
from cli.serving.web import configured

PROXY, EDGE, CLIENT = "10.1.0.2", "192.0.2.9", "203.0.113.5"
TRUSTED = "10.1.0.0/16, 2001:db8:1::/64"


def seen(peer: str, *headers: tuple[str, str], trusted: str = TRUSTED) -> tuple[str, str]:
    """The network and the scheme by which a request of `peer` is known."""
    found: list[Scope] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope)

    async def ask() -> None:
        config = configured(application, Settings(trusted_proxies=trusted))
        config.load()
        sent: Any = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
        scope: Any = {"type": "http", "client": (peer, 1), "scheme": "http", "headers": sent}
        await config.loaded_app(scope, None, None)  # type: ignore[arg-type]

    asyncio.run(ask())
    return network_of(found[0]), found[0]["scheme"]


def forwarded(value: str) -> tuple[str, str]:
    return "X-Forwarded-For", value


@pytest.mark.parametrize(
    ("peer", "headers", "network"),
    [
        (PROXY, [forwarded(CLIENT)], CLIENT),
        (PROXY, [forwarded(f"127.0.0.1, {CLIENT}")], CLIENT),  # what the client wrote stands before it
        (PROXY, [forwarded("127.0.0.1"), forwarded(CLIENT)], CLIENT),
        (PROXY, [forwarded(f"6.6.6.6, {CLIENT}, 10.1.7.7, 10.1.0.3")], CLIENT),  # several proxies of ours
        (PROXY, [forwarded(f"{CLIENT}, {EDGE}, 10.1.0.3")], EDGE),  # one that is not ours
        (PROXY, [forwarded(f"{CLIENT}:61234")], CLIENT),
        (PROXY, [forwarded("[2001:db8:2:3:4::5]:443")], "2001:db8:2:3::/64"),
        (PROXY, [forwarded("2001:db8:2:3:4::5")], "2001:db8:2:3::/64"),
        (PROXY, [forwarded(f"::ffff:{CLIENT}")], CLIENT),
        ("2001:db8:1::7", [forwarded(CLIENT)], CLIENT),
        (PROXY, [], PROXY),
        (PROXY, [forwarded("")], PROXY),
        (PROXY, [("Forwarded", f"for={CLIENT}"), ("X-Real-IP", CLIENT)], PROXY),  # no proxy file sets them
        *((PROXY, [forwarded(junk)], "") for junk in
          ("unknown", "_hidden", "1.2.3", "[::1", "for=1.2.3.4", "ä", "1.2.3.4;x", "localhost", "x" * 60_000)),
        (CLIENT, [forwarded("127.0.0.1")], CLIENT),
        (CLIENT, [forwarded(PROXY), forwarded("127.0.0.1")], CLIENT),
        ("127.0.0.1", [forwarded(CLIENT)], "127.0.0.1"),
        ("2001:db8:1:1::7", [forwarded(CLIENT)], "2001:db8:1:1::/64"),  # the network beside
        ("", [forwarded(CLIENT)], ""),
    ],
)  # fmt: skip
def test_an_address_is_the_last_that_none_of_our_proxies_has(
    peer: str, headers: list[tuple[str, str]], network: str
) -> None:
    assert seen(peer, *headers)[0] == network


def test_without_named_proxies_nobody_is_believed() -> None:
    for peer in ("127.0.0.1", "::1", PROXY):
        assert seen(peer, forwarded(CLIENT), ("X-Forwarded-Proto", "https"), trusted="") == seen(peer)


def test_the_scheme_is_that_of_a_proxy_of_ours() -> None:
    said = ("X-Forwarded-Proto", "https")
    assert seen(PROXY, said)[1] == "https"
    assert seen(CLIENT, said)[1] == "http"
    assert seen(PROXY, ("X-Forwarded-Proto", "javascript"))[1] == "http"


@pytest.mark.parametrize(
    "wrong", ["*", "proxy.example", "10.1.0.2/16", "10.0.0.256", "0.0.0.0/0", "::/0", "1.2.3.4,*"]
)
def test_names_and_everybody_are_no_proxies(wrong: str) -> None:
    with pytest.raises(SettingsError, match="BESOK_TRUSTED_PROXIES"):
        configured(None, Settings(trusted_proxies=wrong))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url", ["http://besok.example.se", "besok.example.se", "https://", "https://a.se/besok"]
)
def test_a_public_address_is_https_and_a_host(url: str) -> None:
    with pytest.raises(SettingsError, match="BESOK_PUBLIC_URL"):
        Gate(None, Settings(public_url=url))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("besok.example.se", "https://besok.example.se"),
        ("BESOK.example.se", "https://besok.example.se"),
        ("besok.example.se:8443", ""),
        ("evil.example", ""),
        ("besok.example.se.evil.example", ""),
        ("besok.example.se@evil.example", ""),
        ("evil.example/besok.example.se", ""),
        ("", ""),
    ],
)
def test_people_sign_in_under_the_public_address_alone(host: str, origin: str) -> None:
    gate = Gate(None, Settings(public_url="https://besok.example.se/"))  # type: ignore[arg-type]
    others = {"x-forwarded-host": "besok.example.se", "forwarded": "host=besok.example.se;proto=https"}
    address = gate.address(Headers({"host": host, **others}))
    assert (address.usable, address.secure) == (bool(origin), bool(origin))
    if origin:
        assert (address.origin, address.cookie) == (origin, "__Host-besok")


@pytest.mark.parametrize("blank", [b"\xa0", b"\x85", b"\xe2\x80\x80", b"\x1f", b"\t"])
def test_a_cookie_that_others_could_set_is_not_ours(blank: bytes) -> None:
    """A name that does not begin with __Host- may come from another host of the domain."""
    given = b"broken={; __Host-besok=ours; " + blank + b"__Host-besok=theirs"
    assert cookies(Headers(raw=[(b"cookie", given)]))["__Host-besok"] == "ours"
