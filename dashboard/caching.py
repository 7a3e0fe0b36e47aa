"""Scripts and styles: kept for good under an address that changes with the file, and sent as small as can be."""

import asyncio
import re
from pathlib import Path
from urllib.parse import parse_qs

import brotli
from dash import Dash
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

IMMUTABLE = b"public, max-age=31536000, immutable"
SUITES, ASSETS, VENDOR = "/_dash-component-suites/", "/assets/", "/assets/vendor/"
ADDRESS = re.compile(r'(?:src|href)="([^"]+)"')
FINGERPRINT = re.compile(r"\.v[\w-]+m[0-9a-f]+\.|[?&]m=")  # sign that an address changes with its file
TEXTS = re.compile(r"^text/|javascript|svg")  # kinds of files that compress; a font is compressed already
BAKED = re.compile(r'"(v[\w-]+m\d+)"')  # in the bundles, which load others of their package by it


def addresses(app: Dash, more: str) -> frozenset[str]:
    """Return the addresses of the scripts and styles of `app`, once registered, and of those in the HTML `more`."""
    page = f"{app._generate_scripts_html()}{app._generate_css_dist_html()}{more}"  # type: ignore[no-untyped-call]
    result = set(ADDRESS.findall(page))
    for package, paths in app.registered_paths.items():
        folder = Path(str(__import__(package).__file__)).parent
        bundles = [folder / path for path in paths if path.endswith(".js")]
        marks = {mark for path in bundles if path.exists() for mark in BAKED.findall(path.read_text("utf-8"))}
        result.update(f"{SUITES}{package}/{_marked(path, mark)}" for path in paths for mark in marks)
        result.update(f"{SUITES}{package}/{path}" for path in paths)  # loaded by bundles on demand
    return frozenset(result)


def _marked(path: str, mark: str) -> str:
    """Return the path with a version mark, as Dash writes it."""
    folder, slash, name = path.rpartition("/")
    stem, _, extension = name.partition(".")
    return f"{folder}{slash}{stem}.{mark}.{extension}"


class CachingMiddleware:
    """Marks files at known versioned addresses as immutable, and refuses unknown ones: cached files never change.

    A thread packs each of their texts once, which takes seconds; until then it is compressed as every other answer.
    """

    def __init__(self, app: ASGIApp, known: frozenset[str]) -> None:
        self.app = app
        self.known = known
        self._packed: dict[str, asyncio.Task[Response]] = {}  # by path

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
        packs = lasting and "br" in Headers(scope=scope).get("accept-encoding", "")
        packed = self._packed.get(scope["path"])
        if packs and packed and packed.done():
            await packed.result()(scope, receive, send)
            return
        kind, parts = "", []

        async def send_with_age(message: Message) -> None:
            nonlocal kind
            if message["type"] == "http.response.start":
                headers = [header for header in message["headers"] if header[0] != b"cache-control"]
                age = IMMUTABLE if lasting and message["status"] in (200, 304) else b"no-cache"
                message = {**message, "headers": [*headers, (b"cache-control", age)]}
                kind = Headers(raw=headers).get("content-type", "") if message["status"] == 200 else ""
            elif packs and not packed and TEXTS.search(kind):
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    work = asyncio.to_thread(_pack, b"".join(parts), kind)
                    self._packed.setdefault(scope["path"], asyncio.ensure_future(work))
            await send(message)

        await self.app(scope, receive, send_with_age)


def _pack(content: bytes, kind: str) -> Response:
    headers = {"content-encoding": "br", "vary": "Accept-Encoding", "cache-control": IMMUTABLE.decode()}
    return Response(brotli.compress(content), media_type=kind, headers=headers)


def versioned(scope: Scope) -> str | None:
    """Return the whole address of a versioned file, as all of Dash's own are, else None."""
    path, query = str(scope["path"]), scope["query_string"].decode("latin-1")
    if path.startswith(ASSETS):
        return f"{path}?{query}" if "m" in parse_qs(query, keep_blank_values=True) else None
    return path
