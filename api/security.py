"""Security checks before every response: host names, origins, and headers."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.opendata import OPEN, PREFLIGHT, is_open
from api.problems import problem
from besok.model import messages

# The Content-Security-Policy: our own files only. The dashboard adds the hashes of its inline scripts to `script-src`.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the component library sets styles on its elements
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

HTTPS_ONLY = {"Strict-Transport-Security": f"max-age={365 * 24 * 3600}"}


def headers(policy: str) -> dict[str, str]:
    """Return the headers of every answer, `policy` being its Content-Security-Policy."""
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def hosts(names: str) -> frozenset[str]:
    """Parse a comma-separated setting of host names."""
    return frozenset(name.strip().lower() for name in names.split(",") if name.strip())


def host_of(url: str) -> frozenset[str]:
    """Return the host name in the public address; none where there is no such address."""
    return frozenset({urlsplit(url).hostname or ""} - {""})


def host_name(netloc: str) -> str:
    """Return the name in a Host header, without port and brackets; empty if it cannot be read."""
    try:
        return (urlsplit(f"//{netloc}").hostname or "").lower()
    except ValueError:
        return ""


def same_origin(origin: str | None, host: str | None) -> bool:
    """Tell whether a request comes from a page of ours, or from a program, which sends no Origin."""
    if origin is None:
        return True
    try:
        return bool(host) and urlsplit(origin).netloc.lower() == (host or "").lower()
    except ValueError:
        return False


def fetched_by_others(headers: Headers, method: str = "") -> bool:
    """Tell whether another site's page makes this request; following a link is not that.

    Browsers say so in `Sec-Fetch-Site`, older ones in the `Origin` of what writes and of WebSockets (which have no
    method). No page can change either, and programs send none.
    """
    reads = method in ("GET", "HEAD")
    if reads and headers.get("sec-fetch-mode") == "navigate":
        return False
    elsewhere = headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    return elsewhere or not (reads or same_origin(headers.get("origin"), headers.get("host")))


class Guard:
    """Refuses host names that are not ours (DNS rebinding) and what pages of others fetch, open data apart, and puts
    the security headers on every answer; a browser keeps to https under a `secure` name.

    The policy is read from `app.state.csp` at each answer: the dashboard completes it after it has been attached.
    """

    def __init__(self, app: ASGIApp, allowed: frozenset[str], secure: frozenset[str]) -> None:
        self.app = app
        self.allowed, self.secure = allowed | secure, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        request_headers = Headers(scope=scope)
        name = host_name(request_headers.get("host", ""))
        if name not in self.allowed:
            refusal = messages.FOREIGN_HOST(name=name[:100] or "no host")
            return await problem(scope, 400, refusal)(scope, receive, send)
        extra = headers(scope["app"].state.csp) | (HTTPS_ONLY if name in self.secure else {})
        if is_open(scope):
            extra |= OPEN
            if scope["method"] == "OPTIONS":
                return await Response(status_code=204, headers=extra | PREFLIGHT)(scope, receive, send)
        elif fetched_by_others(request_headers, scope.get("method", "")):
            return await problem(scope, 403, messages.FOREIGN_PAGE)(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = MutableHeaders(scope=message)
                for key, value in extra.items():
                    present.setdefault(key, value)
            await send(message)

        return await self.app(scope, receive, send_with_headers)
