"""Cache headers of scripts and styles: kept for good under an address that changes with the file."""

import re
from pathlib import Path
from urllib.parse import parse_qs

from dash import Dash
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

IMMUTABLE = b"public, max-age=31536000, immutable"
SUITES, ASSETS, VENDOR = "/_dash-component-suites/", "/assets/", "/assets/vendor/"
ADDRESS = re.compile(r'(?:src|href)="([^"]+)"')
FINGERPRINT = re.compile(r"\.v[\w-]+m[0-9a-f]+\.|[?&]m=")  # that an address changes with its file
BAKED = re.compile(r'"(v[\w-]+m\d+)"')  # in the bundles, which load others of their package by it


def addresses(app: Dash, more: str) -> frozenset[str]:
    """Return the addresses of the scripts and styles of `app`, once registered, and of those in the HTML `more`."""
    page = f"{app._generate_scripts_html()}{app._generate_css_dist_html()}{more}"  # type: ignore[no-untyped-call]
    found = set(ADDRESS.findall(page))
    for package, paths in app.registered_paths.items():
        folder = Path(str(__import__(package).__file__)).parent
        bundles = [folder / path for path in paths if path.endswith(".js")]
        marks = {mark for path in bundles if path.exists() for mark in BAKED.findall(path.read_text("utf-8"))}
        found.update(f"{SUITES}{package}/{_marked(path, mark)}" for path in paths for mark in marks)
        found.update(f"{SUITES}{package}/{path}" for path in paths)  # what bundles load when it is needed
    return frozenset(found)


def _marked(path: str, mark: str) -> str:
    """Write the path as Dash asks for a version of a file."""
    folder, slash, name = path.rpartition("/")
    stem, _, extension = name.partition(".")
    return f"{folder}{slash}{stem}.{mark}.{extension}"


class CachingMiddleware:
    """Marks files at known addresses of a version as immutable, refuses unknown ones: what is kept never changes."""

    def __init__(self, app: ASGIApp, known: frozenset[str]) -> None:
        self.app = app
        self.known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith((SUITES, ASSETS)):
            await self.app(scope, receive, send)
            return
        address = versioned(scope)
        if address and address not in self.known:
            await PlainTextResponse("There is no such file, or it is of another version", 404)(
                scope, receive, send
            )
            return
        lasting = scope["path"].startswith(VENDOR) or FINGERPRINT.search(address or "")

        async def send_with_age(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [header for header in message["headers"] if header[0] != b"cache-control"]
                age = IMMUTABLE if lasting and message["status"] in (200, 304) else b"no-cache"
                message = {**message, "headers": [*kept, (b"cache-control", age)]}
            await send(message)

        await self.app(scope, receive, send_with_age)


def versioned(scope: Scope) -> str | None:
    """Return the whole address of what is known by it, as all of Dash's own are, else None."""
    path, query = str(scope["path"]), scope["query_string"].decode("latin-1")
    if path.startswith(ASSETS):
        return f"{path}?{query}" if "m" in parse_qs(query, keep_blank_values=True) else None
    return path
