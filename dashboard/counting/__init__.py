"""The page on which somebody counts people with a phone, at a door or room by room, at `/count/SITE`: plain files.

It works without a connection: a service worker keeps its files, the phone keeps the counts, and sends each once when it
can. `words.py` holds its texts in both languages, since the language can be changed offline too.
"""

import json
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.responses import HTMLResponse, RedirectResponse

from besok.model.errors import NotFound
from besok.services.places import get_sites
from besok.text.languages import _, in_each_language, language
from dashboard import files
from dashboard.counting.words import words
from dashboard.files import FRESH

HERE = Path(__file__).parent
ASSETS = HERE.parent / "assets"
# Stricter than that of the other screens: nothing inline at all.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FILES = {
    "colours.js": (ASSETS / "colours.js", "text/javascript"),
    "count.css": (HERE / "count.css", "text/css"),
    "count.js": (HERE / "count.js", "text/javascript"),
    "keep.js": (HERE / "keep.js", "text/javascript"),
    "days.js": (HERE / "days.js", "text/javascript"),
    "rounds.js": (HERE / "rounds.js", "text/javascript"),
    "worker.js": (HERE / "worker.js", "text/javascript"),
    "logo.svg": (ASSETS / "logo.svg", "image/svg+xml"),
    "inter.woff2": (ASSETS / "vendor" / "inter-5.3.0.woff2", "font/woff2"),
}


def install(server: FastAPI) -> None:
    """Add the page and its files to the web server; it finds the sites through `server.state.db`."""
    router = APIRouter(prefix="/count", include_in_schema=False)
    frame = (HERE / "page.html").read_bytes()
    parts = files.read(FILES)
    parts["words.json"] = json.dumps(in_each_language(words), ensure_ascii=False).encode(), "application/json"
    version = sha256(b"\0".join([frame, *(content for content, _kind in parts.values())])).hexdigest()[:12]
    # The style sheet and the page name the parts of their own version.
    parts["count.css"] = parts["count.css"][0].replace(b"VERSION", version.encode()), "text/css"
    frame = frame.replace(b"VERSION", version.encode())
    files.serve(router, parts, version)

    @router.get("", response_model=None)
    @router.get("/", response_model=None)
    def first_site() -> RedirectResponse:
        all_sites = get_sites(server.state.db)
        if not all_sites:
            raise NotFound("no place has been set up yet")
        return RedirectResponse(f"/count/{all_sites[0].site}")

    @router.get("/{site}")
    def page(site: str) -> HTMLResponse:
        exists = any(one.site == site for one in get_sites(server.state.db))
        return HTMLResponse(
            _page(frame.decode()), 200 if exists else 404, headers=FRESH | {"Content-Security-Policy": POLICY}
        )

    server.include_router(router)


def _page(frame: str) -> str:
    """Return the frame of the page in the reader's language; its script fills it with words."""
    return frame.replace("LANGUAGE", language()).replace("NOSCRIPT", _("This page needs JavaScript."))
