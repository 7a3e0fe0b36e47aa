"""Parameters that no path knows are refused: a slip would else be answered as if nothing had been asked."""

from typing import Final

from fastapi.dependencies.models import Dependant
from starlette.requests import HTTPConnection

from api.ranges import BadRange
from besok.model.suggest import suggestion

PREFIX: Final = "/api/v1"


def known(needed: Dependant) -> frozenset[str]:
    """Return the names of the parameters that a route takes, and what it depends on."""
    return frozenset(one.alias for one in needed.query_params).union(*map(known, needed.dependencies))


async def only_known(asked: HTTPConnection) -> None:
    """Raise BadRange for a parameter that the path does not have."""
    if not asked.query_params or asked.scope["type"] != "http":
        return
    names = known(asked.scope["route"].dependant)
    for name in asked.query_params:
        if name not in names:
            there = ", ".join(sorted(names)) or "none at all"
            raise BadRange(
                f"there is no parameter {name[:40]!r} here{suggestion(name, names)}; there is {there}"
            )
