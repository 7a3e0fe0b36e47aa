"""Answers to requests that fail: always `{"error": "a sentence"}`, never a traceback."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import JSONResponse

from api.ranges import BadRange
from besok.model import messages
from besok.model.errors import (
    BesokError,
    NotAllowed,
    NotFound,
    SchemaMismatch,
    SignInNeeded,
    StoreError,
    StoreRefused,
    StoreUnavailable,
)
from besok.model.messages import Translatable
from besok.text.languages import preferred, speaking, translated

log = logging.getLogger(__name__)
RETRY_AFTER_S = 5


class Problem(BaseModel):
    """Error: what went wrong, and what to do about it."""

    error: str = Field(examples=["there is no site 'slottet'"])


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "This is not public: sign in, or send a key"},
    403: {"model": Problem, "description": "Who asks has no role that allows this"},
    404: {"model": Problem, "description": "There is no such thing"},
    422: {"model": Problem, "description": "The question cannot be understood"},
    503: {
        "model": Problem,
        "description": "The database cannot answer now; ask again after `Retry-After` seconds",
    },
}


def install(server: FastAPI) -> None:
    """Translate every error of `server` into its answer."""
    server.exception_handler(NotFound)(_not_found)
    server.exception_handler(SignInNeeded)(_sign_in)
    server.exception_handler(NotAllowed)(_not_allowed)
    server.exception_handler(BadRange)(_bad_range)
    server.exception_handler(StoreRefused)(_refused)
    server.exception_handler(RequestValidationError)(_bad_request)
    server.exception_handler(StoreUnavailable)(_unavailable)
    server.exception_handler(SchemaMismatch)(_unavailable)
    server.exception_handler(StarletteHTTPException)(_http)
    server.exception_handler(Exception)(_unexpected)


def _problem(request: Request, status: int, said: str | Translatable, **headers: str) -> JSONResponse:
    """Return the answer, in Swedish where that is asked for and known: `Content-Language` says which it became."""
    language, text = "en", str(said)
    if isinstance(said, Translatable) and preferred(request.headers.get("accept-language", "")) == "sv":
        language = "sv"
        with speaking(language):
            text = translated(said)
    return JSONResponse(
        {"error": text}, status_code=status, headers={"Content-Language": language, **headers}
    )


def _said(exc: Exception) -> str | Translatable:
    return (exc.message if isinstance(exc, BesokError) else None) or str(exc)


async def _not_found(request: Request, exc: Exception) -> JSONResponse:
    return _problem(request, 404, _said(exc))


async def _sign_in(request: Request, exc: Exception) -> JSONResponse:
    return _problem(request, 401, _said(exc), **{"WWW-Authenticate": "Bearer"})


async def _not_allowed(request: Request, exc: Exception) -> JSONResponse:
    return _problem(request, 403, _said(exc))


async def _refused(request: Request, exc: Exception) -> JSONResponse:
    # What the driver said names tables, and is for the log.
    if isinstance(exc.__cause__, Exception):
        log.error("the database refused: %s", exc, extra={"action": "store_refused"})
        return _problem(request, 500, messages.FAULT)
    return _problem(request, 409, _said(exc))


async def _bad_range(request: Request, exc: Exception) -> JSONResponse:
    return _problem(request, 422, _said(exc))


async def _bad_request(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, RequestValidationError)
    parts = [f"{_place(error)}: {error['msg']}" for error in exc.errors()]
    return _problem(request, 422, "; ".join(parts))


def _place(error: Mapping[str, Any]) -> str:
    """Return which parameter or field it is; of a body that is no JSON the character would tell nothing."""
    return "body" if error["type"] == "json_invalid" else str(error["loc"][-1])


async def _unavailable(request: Request, exc: Exception) -> JSONResponse:
    # The driver's words name hosts and users: they are for the log.
    assert isinstance(exc, StoreError)
    log.warning("the database cannot answer: %s", exc.in_full, extra={"action": "answer_unavailable"})
    text = _said(exc) if isinstance(exc, SchemaMismatch) else messages.UNAVAILABLE
    return _problem(request, 503, text, **{"Retry-After": str(RETRY_AFTER_S)})


async def _http(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, StarletteHTTPException | HTTPException)
    said: Any = exc.detail  # translatable where one of our own raised it
    return _problem(request, exc.status_code, said, **(exc.headers or {}))


async def _unexpected(request: Request, exc: Exception) -> JSONResponse:
    # Starlette hands the exception on to the server after this answer, which logs it with its traceback.
    return _problem(request, 500, messages.FAULT)
