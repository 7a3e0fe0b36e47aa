"""Parameters that no path knows are refused: a slip would else be answered as if nothing had been asked."""

from typing import Final

from fastapi import FastAPI
from starlette.requests import HTTPConnection

from api.ranges import BadRange
from besok.model.suggest import suggestion

PREFIX: Final = "/api/v1"


def known(server: FastAPI, path: str, method: str) -> frozenset[str]:
    """Return the names of the parameters that `server` describes for a path."""
    described = server.openapi()["paths"].get(path, {}).get(method.lower(), {}).get("parameters", [])
    return frozenset(one["name"] for one in described if one["in"] == "query")


async def only_known(asked: HTTPConnection) -> None:
    """Raise BadRange for a parameter that the path does not have."""
    if not asked.query_params or asked.scope["type"] != "http":
        return
    names = known(asked.app, f"{PREFIX}{asked.scope['route'].path_format}", asked.scope["method"])
    for name in asked.query_params:
        if name not in names:
            there = ", ".join(sorted(names)) or "none at all"
            raise BadRange(
                f"there is no parameter {name[:40]!r} here{suggestion(name, names)}; there is {there}"
            )
