"""Rejection of unknown query parameters: a misspelt one would otherwise be ignored."""

from typing import Final

from fastapi.dependencies.models import Dependant
from starlette.requests import HTTPConnection

from api.ranges import BadRange
from besok.model.suggest import suggestion

PREFIX: Final = "/api/v1"


def known(needed: Dependant) -> frozenset[str]:
    """Return the parameter names of a route and its dependencies."""
    return frozenset(one.alias for one in needed.query_params).union(*map(known, needed.dependencies))


async def only_known(connection: HTTPConnection) -> None:
    """Raise BadRange for a query parameter that the route does not have."""
    if not connection.query_params or connection.scope["type"] != "http":
        return
    names = known(connection.scope["route"].dependant)
    for name in connection.query_params:
        if name not in names:
            there = ", ".join(sorted(names)) or "none at all"
            raise BadRange(
                f"there is no parameter {name[:40]!r} here{suggestion(name, names)}; there is {there}"
            )
