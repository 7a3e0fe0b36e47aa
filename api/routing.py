"""Routes as one line each: the path, the right that it needs, and what it answers; bodies of what is sent."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, params
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from api.answers import TABLE
from api.deps import needs
from besok.model.access import Right

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
WORD = r"^[^\x00-\x1f\x7f]*$"  # no control characters
Who = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60, pattern=WORD)]
WHO = Field(default="", description="Who writes this down, a name or initials; left out by who is signed in")
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


def _written(value: object) -> object:
    """Raise where a time is a bare number, which may be seconds or milliseconds."""
    if not isinstance(value, str):
        raise ValueError("write the time as 2026-11-25T08:15:00Z")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written)]


class Body(BaseModel):
    """What is sent, and nothing else."""

    model_config = ConfigDict(extra="forbid")


class Signed(Body):
    """What somebody writes down."""

    who: Who = WHO


class Routes(APIRouter):
    """Routes that say which right they need at the site asked for."""

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
        """Register a route that takes something in.

        `right` may be a dependency that finds out by itself.
        """
        needed = right if isinstance(right, params.Depends) else needs(right)
        return self.api_route(path, methods=[method], summary=summary, dependencies=[needed], **more)
