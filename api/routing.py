"""Routes as one line each: the path, the right that it needs, and what it answers; bodies of what is sent."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, Request, params
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from starlette.requests import HTTPConnection

from api.answers import TABLE
from api.deps import needs
from api.errors import DOCUMENTED
from api.numbers import Rounded
from api.parameters import PREFIX, only_known
from besok.model.access import Right
from besok.model.controls import WORD
from besok.services import access

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Who = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60, pattern=WORD)]
WHO = Field(default="", description="Who writes this down, a name or initials; left out by who is signed in")
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=WORD)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


def _written(value: object) -> object:
    """Reject a time given as a bare number, which may be seconds or milliseconds."""
    if not isinstance(value, str):
        raise ValueError("write the time as 2026-11-25T08:15:00Z")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written)]


async def _content(request: Request) -> bytes:
    return await request.body()


FileContent = Annotated[bytes, Depends(_content)]  # of a route whose body is a file


def file_body(description: str) -> dict[str, Any]:
    """Return the part of the OpenAPI document on a body that is a file."""
    schema = {"type": "string", "format": "binary"}
    content = {"application/octet-stream": {"schema": schema}}
    return {"requestBody": {"required": True, "description": description, "content": content}}


class Body(BaseModel):
    """A request body; unknown fields are rejected."""

    model_config = ConfigDict(extra="forbid")


class Signed(Body):
    """Who makes a change."""

    who: Who = WHO


class Explained(Signed):
    """Who makes a change, and why."""

    reason: Reason = Field(description="Why; it is kept")


async def _declared(connection: HTTPConnection) -> None:
    """Allow only administrators on a route that declares no right; sockets ask the hub."""
    route = connection.scope["route"]
    declared = any(hasattr(needed.call, "right") for needed in route.dependant.dependencies)
    if connection.scope["type"] == "http" and not declared:
        access.require("administer")


class Routes(APIRouter):
    """Routes of the API, each with the right that it needs at the site."""

    def __init__(self, tag: str) -> None:
        super().__init__(
            prefix=PREFIX,
            tags=[tag],
            responses=DOCUMENTED,
            default_response_class=Rounded,
            dependencies=[Depends(_declared), Depends(only_known)],
        )

    def reads(self, path: str, right: Right, summary: str, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """Register a route that changes nothing."""
        return self.get(path, summary=summary, dependencies=[needs(right)], **more)

    def table(self, path: str, right: Right, summary: str, kind: type) -> Callable[[Endpoint], Endpoint]:
        """Register a route whose answer is a list of `kind`, as JSON, CSV or Parquet."""
        return self.reads(path, right, summary, response_model=list[kind], responses=TABLE)  # type: ignore[valid-type]

    def writes(
        self,
        path: str,
        right: Right | params.Depends,
        summary: str,
        *,
        method: Literal["POST", "PUT", "PATCH", "DELETE"] = "POST",
        **more: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        """Register a route that changes something. `right` may be a dependency that decides by itself."""
        needed = right if isinstance(right, params.Depends) else needs(right)
        return self.api_route(path, methods=[method], summary=summary, dependencies=[needed], **more)
