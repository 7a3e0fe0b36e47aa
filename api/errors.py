"""Error responses: problems with a sentence, never a traceback."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import Response

from api.description import methods_of
from api.problems import Problem, problem
from api.ranges import BadRange
from api.sign_in import page
from besok.model import messages
from besok.model.errors import (
    Abandoned,
    BesokError,
    EditConflict,
    EditRefused,
    NotAllowed,
    NotFound,
    SchemaMismatch,
    SignInNeeded,
    StoreError,
    StoreRefused,
    StoreSlow,
    StoreUnavailable,
)
from besok.model.messages import Translatable
from besok.text import site_text
from besok.text.languages import _

log = logging.getLogger(__name__)
RETRY_AFTER_S = 5
STATUS: dict[type[Exception], int] = {
    NotFound: 404,
    NotAllowed: 403,
    EditConflict: 409,
    BadRange: 422,
    BesokError: 422,
}
NO_SUCH_FIELD = dict.fromkeys(("extra_forbidden", "unexpected_keyword_argument"), "there is no such field")

DOCUMENTED: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": description}
    for status, description in {
        400: "The `Host` is not an address of this Besök, or the request is not an HTTP",
        401: "This is not public: sign in, or send a key",
        403: "Who asks has no role that allows this, or the page that asks is not of this Besök",
        404: "There is no such thing",
        422: "The question cannot be understood; also a parameter that does not exist",
        429: "Too many questions of one caller at once; ask again after `Retry-After` seconds",
        500: "A fault of Besök's own; its log tells more",
        503: "No answer now: the database is away or busy, or it took too long; `Retry-After` tells when to ask again",
    }.items()
}


def install(server: FastAPI) -> None:
    """Add the error handlers to `server`."""
    for kind, status in STATUS.items():
        server.exception_handler(kind)(_answering(status))
    server.exception_handler(SignInNeeded)(_sign_in)
    server.exception_handler(EditRefused)(_not_so)
    server.exception_handler(StoreRefused)(_refused)
    server.exception_handler(RequestValidationError)(_bad_request)
    server.exception_handler(StoreUnavailable)(_unavailable)
    server.exception_handler(SchemaMismatch)(_unavailable)
    server.exception_handler(Abandoned)(_abandoned)
    server.exception_handler(StarletteHTTPException)(_http)
    server.exception_handler(Exception)(_unexpected)


def _message(exc: Exception) -> str | Translatable:
    return (exc.message if isinstance(exc, BesokError) else None) or str(exc)


def _answer(
    request: Request,
    status: int,
    message: str | Translatable,
    fields: Mapping[str, Translatable] | None = None,
    /,
    **headers: str,
) -> Response:
    """Return a problem, with the field that it is about; as a page where a browser opens an address outside the API."""
    if request.url.path.startswith("/api") or "text/html" not in request.headers.get("accept", ""):
        if isinstance(message, Translatable) and message.about:
            fields = fields or {message.about: message}
        return problem(request.scope, status, message, fields, **headers)
    ended = _("You are no longer signed in. Sign in in another tab, then try again: nothing here is lost.")
    title, text = {
        401: (_("Sign in to see this"), ended),
        403: (_("You may not see this"), _("Ask an administrator of Besök for a role that allows it.")),
        404: (_("There is no such page"), _("The address may be misspelt, or the place was renamed.")),
        503: (_("No answer right now"), _("The page tries again by itself.")),
    }.get(status, (_("Something went wrong"), _("Besök could not answer. Try again later.")))
    url = request.url.remove_query_params("lang")
    here = f"{url.path}?{url.query}".rstrip("?") if request.method == "GET" else None
    answer = page.answer(title, f"<p>{text}</p>", status, here=here)
    answer.headers.update(headers | ({"Refresh": f"{RETRY_AFTER_S}"} if status == 503 else {}))
    return answer


def _answering(status: int) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, exc: Exception) -> Response:
        return _answer(request, status, _message(exc))

    return answer


async def _sign_in(request: Request, exc: Exception) -> Response:
    return _answer(request, 401, _message(exc), **{"WWW-Authenticate": "Bearer"})


async def _not_so(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, EditRefused)
    message, wrong = site_text.refusal(exc.fields, exc.elsewhere), site_text.fields(exc.fields)
    return problem(request.scope, 422, message, wrong)


async def _refused(request: Request, exc: Exception) -> Response:
    # What the driver said names tables, and is for the log.
    if isinstance(exc.__cause__, Exception):
        log.error("the database refused: %s", exc, extra={"action": "store_refused"})
        return _answer(request, 500, messages.FAULT)
    return _answer(request, 409, _message(exc))


async def _bad_request(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, RequestValidationError)
    parts = [f"{_place(error)}: {NO_SUCH_FIELD.get(error['type'], error['msg'])}" for error in exc.errors()]
    fields = {_field(error): messages.NOT_POSSIBLE for error in exc.errors() if error["loc"][0] == "body"}
    answer = _answer(request, 422, "; ".join(parts), fields or None)
    del answer.headers["Content-Language"]  # a parser's words are for programs: a page shows the fields' own
    return answer


def _place(error: Mapping[str, Any]) -> str:
    """Return the name of the invalid parameter or field; "" for a body that is not JSON."""
    return "body" if error["type"] == "json_invalid" else str(error["loc"][-1])


def _field(error: Mapping[str, Any]) -> str:
    """Return the name of the invalid field as forms have it: `event:title` within `event`."""
    within = [] if error["type"] == "json_invalid" else error["loc"][1:]
    return ":".join(map(str, within)) or _place(error)


async def _unavailable(request: Request, exc: Exception) -> Response:
    # The driver's words name hosts and users: they are for the log.
    assert isinstance(exc, StoreError)
    log.warning("the database cannot answer: %s", exc.in_full, extra={"action": "answer_unavailable"})
    text = _message(exc) if isinstance(exc, SchemaMismatch | StoreSlow) else messages.UNAVAILABLE
    return _answer(request, 503, text, **{"Retry-After": str(RETRY_AFTER_S)})


async def _abandoned(request: Request, exc: Exception) -> Response:
    return _answer(request, 503, messages.UNAVAILABLE)  # nobody reads it


async def _http(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, StarletteHTTPException | HTTPException)
    message: Any = exc.detail  # translatable where one of our own raised it
    headers = dict(exc.headers or {})
    if exc.status_code == 405:
        methods = await asyncio.to_thread(methods_of, request.app, request.scope["path"])
        if methods:
            headers["Allow"] = ", ".join(sorted(methods))  # of all routes of that path, not of the first
    return _answer(request, exc.status_code, message, **headers)


async def _unexpected(request: Request, exc: Exception) -> Response:
    # Starlette hands the exception on to the server after this answer, which logs it with its traceback.
    return _answer(request, 500, messages.FAULT)
