"""Plain files of pages that are not Dash's: each at a route of its own, so that none takes a name for a site."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from dashboard.caching import IMMUTABLE

FRESH: Final = {"Cache-Control": "no-cache"}
LASTING: Final = {"Cache-Control": IMMUTABLE.decode()}


def read(files: Mapping[str, tuple[Path, str]]) -> dict[str, tuple[bytes, str]]:
    """Return contents and media types of files by name."""
    return {name: (path.read_bytes(), kind) for name, (path, kind) in files.items()}


def serve(router: APIRouter, parts: Mapping[str, tuple[bytes, str]], version: str = "") -> None:
    """Add a route for each of the `parts`, from memory: an upgrade may replace the files while the service runs.

    At an address with `?v=` they are kept for good, and are refused if that is not `version`.
    """
    for name, (content, kind) in parts.items():
        router.add_api_route(f"/{name}", _sender(content, kind, version), methods=["GET", "HEAD"])


def _sender(content: bytes, kind: str, version: str) -> Callable[[Request], Awaitable[Response]]:
    async def send(request: Request) -> Response:
        asked = request.query_params.get("v")
        if asked not in (None, version):
            return PlainTextResponse("There is no such file, or it is of another version", 404)
        return Response(content, media_type=kind, headers=LASTING if asked else FRESH)

    return send
