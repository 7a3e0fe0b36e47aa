"""Cache headers of scripts and styles: kept for good under an address that changes with the file."""

import re
from pathlib import Path
from urllib.parse import parse_qs

from dash import Dash
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

IMMUTABLE = b"public, max-age=31536000, immutable"
SUITES, ASSETS, VENDOR = "/_dash-component-suites/", "/assets/", "/assets/vendor/"
FINGERPRINT = re.compile(r"\.(v[\w-]+m[0-9a-f]+)\.|\?m=([\d.]+)")
BAKED = re.compile(r'"(v[\w-]+m\d+)"')  # in the bundles, which load others of their package by it


def fingerprints(app: Dash, more: str) -> frozenset[str]:
    """Return the fingerprints of all scripts and styles of `app`, once registered, and of those in the HTML `more`."""
    page = f"{app._generate_scripts_html()}{app._generate_css_dist_html()}{more}"  # type: ignore[no-untyped-call]
    found = {a or b for a, b in FINGERPRINT.findall(page)}
    for package in app.registered_paths:
        folder = Path(str(__import__(package).__file__)).parent
        bundles = (folder / path for path in app.registered_paths[package] if path.endswith(".js"))
        found.update(
            mark for path in bundles if path.exists() for mark in BAKED.findall(path.read_text("utf-8"))
        )
    return frozenset(found)


class CachingMiddleware:
    """Marks files with a known fingerprint as immutable and refuses others: an address never changes its content."""

    def __init__(self, app: ASGIApp, known: frozenset[str]) -> None:
        self.app = app
        self.known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith((SUITES, ASSETS)):
            await self.app(scope, receive, send)
            return
        mark = fingerprint(scope)
        if mark and mark not in self.known:
            await PlainTextResponse("This file is of another version", 404)(scope, receive, send)
            return
        lasting = mark or scope["path"].startswith(VENDOR)

        async def send_with_age(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [header for header in message["headers"] if header[0] != b"cache-control"]
                age = IMMUTABLE if lasting and message["status"] in (200, 304) else b"no-cache"
                message = {**message, "headers": [*kept, (b"cache-control", age)]}
            await send(message)

        await self.app(scope, receive, send_with_age)


def fingerprint(scope: Scope) -> str | None:
    """Return what the address says of the file's version; None where it says nothing."""
    if scope["path"].startswith(ASSETS):
        return next(iter(parse_qs(scope["query_string"].decode("latin-1")).get("m", [])), None)
    found = FINGERPRINT.search(scope["path"])
    return found[1] if found else None
