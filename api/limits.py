"""Limits on concurrent requests: by session or key where there is one, else by address.

A question that finds no room waits for its turn; where too many wait already it is refused, with `Retry-After`. The
live figures have a lane of their own, so that nothing else makes them wait.
"""

import asyncio
import contextlib
import ipaddress
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem
from besok.model import messages

RETRY_AFTER_S = 3
HOLD_S = 1.0  # that a refusal is held back
Lane = Literal["live", "stream", "other"]


class Busy(Exception):
    """There is no room for a request; `own` where the caller's own share is used up."""

    def __init__(self, *, own: bool) -> None:
        super().__init__()
        self.own = own


@dataclass(frozen=True, slots=True)
class Caller:
    """The owner of a share: a session, a key, or an address, which a whole library may `share`."""

    name: str
    share: bool


def caller_of(scope: Scope) -> Caller:
    """Return the owner of a request: the session or key that sign-in has found, else the address."""
    if signed_in := scope.get("state", {}).get("caller"):
        return Caller(str(signed_in), share=False)
    return Caller(network_of(scope), share=True)


def network_of(scope: Scope) -> str:
    """Return the client's address, or for IPv6 its /64 network, since one machine has all of it; "" if invalid."""
    try:
        address = ipaddress.ip_address((scope.get("client") or ("", 0))[0])
    except ValueError:
        return ""
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), 64), strict=False))


class Gate:
    """Admit so many at once, and so many more to a queue, in order, for `patience_s` at most."""

    def __init__(self, *, room: int, waiting: int, patience_s: float) -> None:
        self.asked = 0  # inside or in the queue
        self.patience_s, self._most = patience_s, room + waiting
        self._places = asyncio.Semaphore(room)

    @contextlib.asynccontextmanager
    async def turn(self, *, own: bool) -> AsyncIterator[None]:
        """Wait for a turn, which lasts as long as the block. Raises Busy."""
        if self.asked >= self._most:
            raise Busy(own=own)
        self.asked += 1
        try:
            await self._wait(own)
            try:
                yield
            finally:
                self._places.release()
        finally:
            self.asked -= 1

    async def _wait(self, own: bool) -> None:
        try:
            async with asyncio.timeout(self.patience_s):
                await self._places.acquire()
        except TimeoutError:
            raise Busy(own=own) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The limits of one caller in a lane, alone or shared by many."""

    alone: tuple[int, int]  # in progress, waiting
    shared: tuple[int, int]
    patience_s: float


class Callers:
    """A gate for each caller with requests under way."""

    def __init__(self, share: Share) -> None:
        self._share = share
        self._gates: dict[str, Gate] = {}

    @contextlib.asynccontextmanager
    async def turn(self, caller: Caller) -> AsyncIterator[None]:
        """Wait for a turn of this caller. Raises Busy."""
        room, waiting = self._share.shared if caller.share else self._share.alone
        new = Gate(room=room, waiting=waiting, patience_s=self._share.patience_s)
        gate = self._gates.setdefault(caller.name, new)
        try:
            async with gate.turn(own=True):
                yield
        finally:
            if not gate.asked and self._gates.get(caller.name) is gate:
                del self._gates[caller.name]


SHARES: dict[Lane, Share] = {
    "live": Share(alone=(4, 8), shared=(64, 200), patience_s=5),
    "stream": Share(alone=(20, 0), shared=(500, 0), patience_s=0),
    "other": Share(alone=(8, 40), shared=(32, 200), patience_s=10),
}
STREAMS = 1000
AT_WORK = 32  # of the lane "other": fewer than there are threads (40)


def lane_of(scope: Scope) -> Lane:
    """Return the lane of a request; streams, which stay open, have their own."""
    path = scope["path"]
    if scope["type"] == "websocket" or path.endswith("/stream"):
        return "stream"
    return "live" if path.endswith("/live") or path == "/api/v1/health" else "other"


class Limits:
    """Limit concurrent requests of each caller, and of all together to the threads of this process.

    It answers every Busy, whoever raised it: 429 where the caller takes all room, 503 where others do.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._callers = {lane: Callers(share) for lane, share in SHARES.items()}
        self._all: dict[Lane, Gate] = {
            "stream": Gate(room=STREAMS, waiting=0, patience_s=0),
            "other": Gate(room=AT_WORK, waiting=400, patience_s=10),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        lane = lane_of(scope)
        try:
            async with contextlib.AsyncExitStack() as turns:
                await turns.enter_async_context(self._callers[lane].turn(caller_of(scope)))
                if gate := self._all.get(lane):
                    await turns.enter_async_context(gate.turn(own=False))
                return await self.app(scope, receive, send)
        except Busy as exc:
            status, message = (429, messages.TOO_MANY) if exc.own else (503, messages.BUSY)
        await asyncio.sleep(
            HOLD_S
        )  # or a caller that asks again at once would keep the processor busy with refusals
        refusal = problem(scope, status, message, **{"Retry-After": str(RETRY_AFTER_S)})
        return await refusal(scope, receive, send)
