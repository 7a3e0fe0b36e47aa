"""Plain files of pages that are not Dash's: each at a route of its own, so that none takes a name for a site."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import FileResponse

FRESH: Final = {"Cache-Control": "no-cache"}


def serve(router: APIRouter, files: Mapping[str, tuple[Path, str]]) -> None:
    """Add a route for each of the `files`: their paths and media types by name."""
    for name, (path, kind) in files.items():
        router.add_api_route(f"/{name}", _sender(path, kind), methods=["GET", "HEAD"])


def _sender(path: Path, kind: str) -> Callable[[], Awaitable[FileResponse]]:
    async def send() -> FileResponse:
        return FileResponse(path, media_type=kind, headers=FRESH)

    return send
