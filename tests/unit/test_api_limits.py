"""Who may ask how much at once: turns, callers, and what no request may hold."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from api import limits
from api.departure import Departure
from api.inputs import Inputs
from api.limits import SHARES, Busy, Caller, Callers, Gate, Limits, caller_of, lane_of
from api.opendata import is_open
from api.security import fetched_by_others

pytestmark = pytest.mark.anyio


def scope(path: str = "/", **more: Any) -> Scope:
    """A request."""
    plain = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [],
        "client": ("10.0.0.1", 1),
    }
    return plain | more


@asynccontextmanager
async def inside(gate: Gate, count: int) -> AsyncIterator[AsyncExitStack]:
    """So many turns taken."""
    async with AsyncExitStack() as turns:
        for _ in range(count):
            await turns.enter_async_context(gate.turn(own=True))
        yield turns


async def test_turns_are_given_in_order_and_too_many_are_refused() -> None:
    gate, order = Gate(room=2, waiting=2, patience_s=60), []

    async def ask(name: str) -> None:
        async with gate.turn(own=True):
            order.append(name)

    async with inside(gate, 2):
        waiting = [asyncio.create_task(ask(name)) for name in ("first", "second")]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await ask("third")
        assert order == [] and gate.asked == 4
    await asyncio.gather(*waiting)
    assert order == ["first", "second"] and not gate.asked


async def test_who_waits_too_long_or_leaves_gives_up_the_place() -> None:
    gate = Gate(room=1, waiting=2, patience_s=0.001)
    async with inside(gate, 1):
        with pytest.raises(Busy):
            async with gate.turn(own=False):
                pass
        gate.patience_s = 60
        leaving = asyncio.create_task(inside(gate, 1).__aenter__())
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
    assert not gate.asked


@pytest.mark.parametrize(
    ("asked", "name", "share"),
    [
        (scope(), "10.0.0.1", True),
        (scope(state={"caller": "session 7"}), "session 7", False),
        (scope(client=("2001:db8:1:2:3::4", 1)), "2001:db8:1:2::/64", True),
        (scope(client=None), "", True),
    ],
)
def test_a_caller_is_a_session_or_key_then_an_address(asked: Scope, name: str, share: bool) -> None:
    assert caller_of(asked) == Caller(name, share=share)


async def test_one_caller_does_not_take_the_turns_of_another_and_is_forgotten() -> None:
    callers = Callers(SHARES["other"])
    async with AsyncExitStack() as turns:
        for _ in range(SHARES["other"].alone[0]):
            await turns.enter_async_context(callers.turn(Caller("one", share=False)))
        await turns.enter_async_context(callers.turn(Caller("two", share=False)))
        assert set(callers._gates) == {"one", "two"}
    assert callers._gates == {}


@pytest.mark.parametrize(
    ("path", "lane"),
    [("/api/v1/sites/a/live", "live"), ("/api/v1/health", "live"), ("/live/a/stream", "stream"), ("/", "other"),
     ("/api/v1/sites/a/usage", "other")],
)  # fmt: skip
def test_the_live_figures_have_a_lane_of_their_own(path: str, lane: str) -> None:
    assert lane_of(scope(path)) == lane


async def answered(app: Any, asked: Scope, *bodies: bytes) -> list[Message]:
    """What is answered to a request."""
    sent: list[Message] = []
    messages = [
        {"type": "http.request", "body": b, "more_body": n < len(bodies)} for n, b in enumerate(bodies, 1)
    ]
    parts = iter(messages or [{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        return next(parts, None) or await asyncio.Event().wait()  # type: ignore[return-value]

    async def send(message: Message) -> None:
        sent.append(message)

    await app(asked, receive, send)
    return sent


async def reads_all(asked: Scope, receive: Receive, send: Send) -> None:
    """An application that reads its request and says so."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (scope("/a b"), 200),
        (scope("/a\0b"), 404),
        (scope("/a\x9bb"), 404),
        (scope(query_string=b"note=two+lines%0Athere"), 200),
        (scope(query_string=b"note=%1B%5B2J"), 422),
    ],
)
async def test_an_address_holds_no_control_characters(asked: Scope, status: int) -> None:
    assert (await answered(Inputs(reads_all), asked))[0]["status"] == status


@pytest.mark.parametrize(
    ("body", "fine"),
    [
        (rb'{"note": "one\ntwo\ttabbed"}', True),
        (rb'{"note": "\\u0000 spelt out"}', True),
        (rb'{"note": "\u00e5"}', True),
        (rb'{"note": "\u0000"}', False),
        (rb'{"note": "\\\u001B[2J"}', False),
        (rb'{"note": "\b"}', False),
        (rb'{"note": "\u009b"}', False),
        (b"\\" * 1_000_001, True),
    ],
)
async def test_a_body_holds_none_either_however_it_is_cut(body: bytes, fine: bool) -> None:
    app = Inputs(reads_all)
    for parts in ((body,), (body[:12], body[12:])):
        assert (await answered(app, scope(method="POST"), *parts))[0]["status"] == (200 if fine else 422)
    assert await answered(app, scope(headers=[(b"content-type", b"multipart/form-data; x")]), body)


async def test_a_full_lane_answers_429_and_says_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HOLD_S", 0)
    app = Limits(reads_all)
    room, waiting = SHARES["stream"].alone
    assert not waiting
    asked = scope("/live/a/stream", state={"caller": "key 1"})
    async with AsyncExitStack() as turns:
        for _ in range(room):
            await turns.enter_async_context(app._callers["stream"].turn(caller_of(asked)))
        assert (await answered(app, scope()))[0]["status"] == 200
        start, *_ = await answered(app, asked)
    assert start["status"] == 429 and dict(start["headers"])[b"retry-after"] == b"3"


async def test_the_watch_for_who_leaves_changes_no_message() -> None:
    heard: list[Message] = []

    async def app(asked: Scope, receive: Receive, send: Send) -> None:
        heard.append(await receive())
        await reads_all(asked, receive, send) if heard[-1].get("more_body") else None

    for asked, bodies in ((scope(), ()), (scope(method="POST"), (b"a", b"b"))):
        await answered(Departure(app), asked, *bodies)
    assert [(m["body"], m["more_body"]) for m in heard] == [(b"", False), (b"a", True)]


@pytest.mark.parametrize(
    ("site", "mode", "method", "others"),
    [
        (None, None, "POST", False),
        ("same-origin", "cors", "POST", False),
        ("none", "navigate", "GET", False),
        ("cross-site", "navigate", "GET", False),
        ("cross-site", "navigate", "POST", True),
        ("cross-site", "no-cors", "GET", True),
        ("same-site", "cors", "GET", True),
    ],
)
def test_pages_of_others_may_link_here_and_fetch_nothing(
    site: str | None, mode: str | None, method: str, others: bool
) -> None:
    said = {"sec-fetch-site": site, "sec-fetch-mode": mode}
    headers = Headers({name: value for name, value in said.items() if value})
    assert fetched_by_others(headers, method) is others


@pytest.mark.parametrize(
    ("path", "method", "open_data"),
    [
        ("/api/v1/sites", "GET", True),
        ("/api/v1/sites/a/calendar", "HEAD", True),
        ("/api/v1/sites/a/visits", "GET", False),
        ("/api/v1/sites/a/actions", "POST", False),
        ("/api/v1/sites/a/findings", "GET", False),
        ("/api/v1/rejected", "GET", False),
        ("/api/v1/sites/a/b/visits", "GET", False),
        ("/_dash-update-component", "POST", False),
    ],
)
def test_open_data_are_counts_of_places_only(path: str, method: str, open_data: bool) -> None:
    assert is_open(scope(path, method=method)) is open_data
