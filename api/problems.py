"""Problem responses of RFC 9457, with the additional member `error`."""

from collections.abc import Mapping
from http import HTTPStatus

from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import Scope

from besok.model.messages import Translatable
from besok.text.languages import preferred, speaking, translated

TYPE = "application/problem+json"
_EXAMPLE = "there is no site 'slottet'"


class Problem(BaseModel):
    """What went wrong, and what to do about it (RFC 9457)."""

    type: str = Field(
        default="about:blank",
        description="The kind of problem; `about:blank` where the status tells it",
        examples=["about:blank"],
    )
    title: str = Field(description="The name of the status", examples=["Not Found"])
    status: int = Field(description="The status of the answer", examples=[404])
    detail: str = Field(description="What happened and what to do", examples=[_EXAMPLE])
    error: str = Field(
        description="The same as `detail`, for callers from before RFC 9457", examples=[_EXAMPLE]
    )
    fields: dict[str, str] | None = Field(
        default=None,
        description="Of a form: what to write in each field that is wrong",
        examples=[{"capacity": "Write a whole number from 1 on, or leave it empty."}],
    )


def problem(
    scope: Scope,
    status: int,
    error: str | Translatable,
    fields: Mapping[str, Translatable] | None = None,
    /,
    **headers: str,
) -> JSONResponse:
    """Return the answer, in Swedish where that is asked for and known: `Content-Language` is that of `error`.

    `fields` say of each field of a form what is wrong with it.
    """
    asked = preferred(Headers(scope=scope).get("accept-language", "")) or "en"
    with speaking(asked):
        text = translated(error) if isinstance(error, Translatable) else error
        wrong = {name: translated(one) for name, one in (fields or {}).items()}
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": text,
        "error": text,
        **({"fields": wrong} if fields is not None else {}),
    }
    written_in = {"Content-Language": asked if isinstance(error, Translatable) else "en"}
    return JSONResponse(body, status, written_in | headers, media_type=TYPE)
