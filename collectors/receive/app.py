"""The HTTP receiver as an ASGI application: `POST /in/DEVICE` publishes the body and answers after the PUBACK.

A request without a token costs little: the body is read only after token, device and length are checked.
"""

import asyncio
import hmac
import logging
import time
from collections.abc import AsyncIterator, Sequence
from email.message import Message as Headers
from typing import Final

from paho.mqtt.client import topic_matches_sub
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from besok.model.errors import BrokerUnavailable, MessageTooLarge
from besok.model.tokens import digest, presented
from besok.store.receive_tokens import ReceiveToken
from collectors.receive import body
from collectors.receive.body import NotTaken
from collectors.receive.metrics import ReceiverCounters
from collectors.receive.publisher import LENGTH, PUBACK_S, Publisher, topic_of

log = logging.getLogger(__name__)

BODY_S: Final = 30  # a whole body must have come by then
LINGER_S: Final = 2  # reading of a refused body: a sender that is cut off does not read the answer
LINGER_BYTES: Final = 20_000_000
BUSY_LIMIT: Final = 50  # bodies at once, which bounds memory
LOGGED_LIMIT: Final = 1_000  # refusals in the log: strangers cannot fill it
WHERE: Final = "/in/"
HEADERS: Final = {  # of a refusal, by its status
    401: {"WWW-Authenticate": 'Basic realm="besok", charset="UTF-8"'},
    405: {"Allow": "GET, HEAD, POST, PUT"},
    503: {"Retry-After": "5"},
}
HELLO = "Besök takes counts here: POST them to /in/DEVICE with a token (`besok receive token add DEVICE`).\n"
NO_TOKEN = (
    "no valid token: send `Authorization: Bearer TOKEN`, or the token as the password of Basic authentication;"
    " `besok receive token add NAME` makes one"
)


class Receiver:
    """An ASGI application. Its answers are one sentence of plain text."""

    def __init__(self, publisher: Publisher, counters: ReceiverCounters) -> None:
        self._publisher = publisher
        # As last read: a database that is away stops no sender
        self.tokens: Sequence[ReceiveToken] | None = None
        self._counters = counters
        self._busy = 0
        self._logged = set[tuple[int, str]]()  # statuses and addresses whose refusal was logged

    @property
    def problem(self) -> str | None:
        """Return a sentence why nothing can be received; None if all is well."""
        untold = "the database has not told the tokens yet" if self.tokens is None else None
        return self._publisher.problem or untold

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method in ("GET", "HEAD"):
            problem = self.problem
            text = f"{HELLO}Not now: {problem}.\n" if problem else HELLO
            return PlainTextResponse(text, 503 if problem else 200)
        try:
            await self._take(request)
            response: Response = PlainTextResponse("taken\n")
        except NotTaken as exc:
            self._log_once(request, exc)
            await _linger(request)
            headers = {"Connection": "close"} | HEADERS.get(exc.status_code, {})
            response = PlainTextResponse(f"{exc.detail}\n", exc.status_code, headers)
        self._counters.requests[response.status_code] += 1
        return response

    def _log_once(self, request: Request, refused: NotTaken) -> None:
        """Log a refusal once for each address, as few counters show the answer to whoever sets them up."""
        key = refused.status_code, request.scope["path"][:LENGTH]
        if key not in self._logged and len(self._logged) < LOGGED_LIMIT:
            self._logged.add(key)
            extra = {"action": "request_refused"}
            log.warning("%s %r gets %d: %s", request.method, key[1], key[0], refused.detail, extra=extra)

    async def _take(self, request: Request) -> None:
        """Publish the body of a request and wait until the broker acknowledges it. Raises NotTaken."""
        topic = self._admitted(request)
        headers = Headers()
        for name, value in request.headers.items():
            headers[name] = value
        body.check_length(headers)
        if not self._publisher.connected:
            raise NotTaken(503, "the broker is away; send it again later")
        if self._busy >= BUSY_LIMIT:
            raise NotTaken(503, "too much is being sent at once; send it again in a moment")
        self._busy += 1
        try:
            content = await self._body(request, headers)
            await self._publish(topic, body.messages(content, headers) if content else [])
        finally:
            self._busy -= 1

    def _admitted(self, request: Request) -> str:
        """Return the topic that a request may publish to. Raises NotTaken."""
        path = request.scope["path"]
        if not path.startswith(WHERE):
            raise NotTaken(404, f"nothing is taken at this address; send to {WHERE}DEVICE")
        if request.method not in ("POST", "PUT"):
            raise NotTaken(405, f"{request.method} is not taken; send counts with POST")
        if self.tokens is None:
            raise NotTaken(503, "the tokens are not known yet, as the database is away; send it again later")
        given = digest(presented(request.headers.get("authorization", "")))
        token = next((t for t in self.tokens if hmac.compare_digest(t.digest, given)), None)
        if token is None:
            raise NotTaken(401, NO_TOKEN)
        device = path.removeprefix(WHERE)
        try:
            topic = topic_of(device)
        except ValueError as exc:
            raise NotTaken(400, str(exc)) from exc
        if not any(topic_matches_sub(pattern, device) for pattern in token.devices):
            allowed = ", ".join(WHERE + each for each in token.devices)
            raise NotTaken(403, f"the token {token.name} is for {allowed}; send there, or make another token")
        return topic

    async def _body(self, request: Request, headers: Headers) -> bytes:
        async def counted() -> AsyncIterator[bytes]:
            async for chunk in request.stream():
                self._counters.bytes += len(chunk)
                yield chunk

        try:
            async with asyncio.timeout(BODY_S):
                return await body.read(counted(), headers)
        except TimeoutError:
            raise NotTaken(408, f"it has not come within {BODY_S} s; send it faster, or in parts") from None

    async def _publish(self, topic: str, messages: list[bytes]) -> None:
        started = time.monotonic()
        try:
            pubacks = [asyncio.wrap_future(self._publisher.publish(topic, message)) for message in messages]
            async with asyncio.timeout(PUBACK_S):
                await asyncio.gather(*pubacks)
        except (BrokerUnavailable, TimeoutError) as exc:
            raise NotTaken(503, str(exc) or "the broker does not answer; send it again later") from exc
        except MessageTooLarge as exc:
            raise NotTaken(413, str(exc)) from exc
        if messages:
            self._counters.pubacks_s.observe(time.monotonic() - started)
            self._counters.messages += len(messages)


async def _linger(request: Request) -> None:
    """Read on for a short time: a sender that is cut off in the middle of its body does not read the answer."""
    if "expect" in request.headers:  # it waits for 100 Continue before it sends anything
        return
    left = LINGER_BYTES
    try:
        async with asyncio.timeout(LINGER_S):
            async for chunk in request.stream():
                if (left := left - len(chunk)) < 0:
                    return
    except (TimeoutError, ClientDisconnect, RuntimeError):  # RuntimeError: it was read already
        return
