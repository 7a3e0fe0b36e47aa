"""The public part at `/free/SITE`: free seats and quiet hours for residents, made on the server, useful without script.

It asks for no account, sets no cookie, and shows only what `besok.services.public` lets anybody see.
"""

from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Request
from jinja2 import Environment, FileSystemLoader
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from besok.model.errors import NotFound
from besok.model.settings import Settings
from besok.services.places import get_sites, get_spaces
from besok.services.public import get_public, get_public_sites
from besok.text.languages import LANGUAGES, PUBLIC_LANGUAGES, _, named, preferred, speaking
from dashboard import files
from dashboard.files import FRESH
from dashboard.public import page, statements
from dashboard.public.poster import Poster, as_pdf, make_poster

HERE = Path(__file__).parent
RIGHT_TO_LEFT: Final = ("ar",)
ICONS: Final = (192, 512)  # pixels: the logo on a square that any platform may cut to its own shape
NAMES: Final = {"sv": "Svenska", "en": "English", "ar": "العربية"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {framed}"
)
FILES = {
    "free.css": (HERE / "free.css", "text/css"),
    "free.js": (HERE / "free.js", "text/javascript"),
    "worker.js": (HERE / "worker.js", "text/javascript"),
    "logo.svg": (HERE.parent / "assets" / "logo.svg", "image/svg+xml"),
    **{f"icon-{size}.png": (HERE / f"icon-{size}.png", "image/png") for size in ICONS},
}
PARTS: Final = ("spaces", "today", "week", "requests")
WIDGETS: Final = {"": ("spaces",), "today": ("today",)}  # what a page of somebody else shows, by `part`
TEMPLATES = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True)


def install(server: FastAPI, settings: Settings) -> None:
    """Add the public pages to the web server; they read `server.state.db` by `server.state.clock`."""
    router = APIRouter(prefix="/free", include_in_schema=False)
    parts = files.read(FILES)
    worker, kind = parts["worker.js"]
    languages = " ".join(PUBLIC_LANGUAGES).encode()
    files.serve(router, {**parts, "worker.js": (worker.replace(b"{languages}", languages), kind)})

    def reader_language(request: Request) -> str:
        accepted = preferred(request.headers.get("accept-language", ""), PUBLIC_LANGUAGES)
        wish = request.query_params.get("lang", "")
        return wish if wish in PUBLIC_LANGUAGES else accepted or settings.language

    def answer(
        request: Request, template: str, words: Callable[[], dict[str, Any]], framed: str, status: int = 200
    ) -> Response:
        language = reader_language(request)
        with speaking(language):
            shown = {
                "lang": language,
                "dir": _direction(language),
                "t": page.frame(),
                "languages": [{"code": code, "name": NAMES[code]} for code in PUBLIC_LANGUAGES],
                "contact": settings.contact,
                "responsible": settings.operator or statements.ask_staff(),
                **words(),
            }
            text = TEMPLATES.get_template(template).render(shown)
        kind = "image/svg+xml" if template.endswith(".svg") else "text/html"
        headers = FRESH | {"Content-Security-Policy": POLICY.format(framed=framed), "Vary": "Accept-Language"}
        return HTMLResponse(text, status, headers=headers, media_type=kind)

    def base(request: Request) -> str:
        return settings.root or str(request.base_url).rstrip("/")

    def linking(request: Request) -> str:
        """Return the site whose page linked to this one; empty if none did."""
        site = request.query_params.get("site", "")
        return site if any(one.site == site for one in get_sites(server.state.db)) else ""

    def missing(request: Request, words: Callable[[], dict[str, Any]]) -> Response:
        return answer(request, "prose.html", words, "'none'", 404)

    def site_page(request: Request, site: str, *, bare: bool = False) -> Response:
        db, now = server.state.db, server.state.clock()
        try:
            public_site, sites = get_public(db, site, now), get_sites(db)
        except NotFound:
            return missing(request, statements.no_page)
        framed = settings.embed_origins if bare and settings.embed_origins else "'none'"
        parts = WIDGETS.get(request.query_params.get("part", ""), WIDGETS[""]) if bare else PARTS

        def words() -> dict[str, Any]:
            embedded = page.embedded(f"{base(request)}/free/{site}/widget") if settings.embed_origins else []
            return {**page.context(public_site, sites), "bare": bare, "parts": parts, "embedded": embedded}

        return answer(request, "site.html", words, framed)

    @router.get("", response_model=None)
    @router.get("/", response_model=None)
    def all_sites(request: Request) -> Response:
        time, shown = get_public_sites(server.state.db, server.state.clock())
        if not shown:
            return missing(request, lambda: {"title": _("No place has been set up yet")})
        here = f"/free/{shown[0].site.site if len(shown) == 1 else ''}"
        if request.url.path != here:  # below "/free/" pages open without a connection, too
            return RedirectResponse(f"{here}?{request.query_params}".rstrip("?"))
        return answer(request, "sites.html", lambda: page.sites(shown, time), "'none'")

    @router.get("/privacy", response_model=None)
    def privacy(request: Request) -> Response:
        def words() -> dict[str, Any]:
            parts = statements.privacy(settings.operator, settings.contact)
            return {"title": _("Privacy"), "parts": parts, "site": linking(request)}

        return answer(request, "prose.html", words, "'none'")

    @router.get("/accessibility", response_model=None)
    def accessibility(request: Request) -> Response:
        def words() -> dict[str, Any]:
            parts = statements.accessibility(settings.operator, settings.contact)
            return {"title": _("Accessibility statement"), "parts": parts, "site": linking(request)}

        return answer(request, "prose.html", words, "'none'")

    @router.get("/offline.html", response_model=None)
    def offline(request: Request) -> Response:
        return answer(request, "prose.html", statements.offline, "'none'")

    @router.get("/{site}", response_model=None)
    def free(request: Request, site: str) -> Response:
        return site_page(request, site)

    @router.get("/{site}/widget", response_model=None)
    def widget(request: Request, site: str) -> Response:
        return site_page(request, site, bare=True)

    def drawn(request: Request, site: str, space: str, draw: Callable[[Poster], Response]) -> Response:
        """Return a poster, or what to set first: at the address of this machine alone, its code leads nowhere."""
        poster, address = poster_of(request, site, space), base(request)
        if not _is_here(urlsplit(address).hostname or ""):
            return draw(poster)
        return answer(request, "prose.html", lambda: statements.no_address(address, site), "'none'", 409)

    def poster_of(request: Request, site: str, space: str) -> Poster:
        public_site = get_public(server.state.db, site, server.state.clock())
        shown = {one.space: one for one in public_site.spaces}
        if space and space not in shown:
            raise NotFound(f"the public page of {site} shows no space “{space[:100]}”")
        of = [shown[space]] if space else public_site.spaces
        name, seats = shown[space].name if space else public_site.name, any(one.seats for one in of)
        return make_poster(f"{base(request)}/free/{site}", space, name, seats=seats)

    @router.get("/{site}/poster.svg", response_model=None)
    def poster(request: Request, site: str, space: str = "") -> Response:
        def draw(poster: Poster) -> Response:
            return answer(request, "poster.svg", lambda: {"poster": poster}, "'none'")

        with speaking(reader_language(request)):
            return drawn(request, site, space, draw)

    @router.get("/{site}/poster.pdf", response_model=None)
    def poster_pdf(request: Request, site: str, space: str = "") -> Response:
        language = reader_language(request)

        def draw(poster: Poster) -> Response:
            return Response(as_pdf(poster), media_type="application/pdf", headers=FRESH)

        with speaking(language if language in LANGUAGES else settings.language):
            return drawn(request, site, space, draw)

    @router.get("/{site}/manifest.webmanifest", response_model=None)
    def manifest(request: Request, site: str) -> Response:
        known = get_spaces(server.state.db, site)
        language = reader_language(request)
        with speaking(language):
            title = page.title(known[0].name, seats=any(one.seats for one in known))
            words = _manifest(site, title, named(known[0].name), language)
        return JSONResponse(words, media_type="application/manifest+json")

    server.include_router(router)


def _is_here(host: str) -> bool:
    """Tell whether a name is that of the machine itself."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _direction(language: str) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def _manifest(site: str, name: str, short: str, language: str) -> dict[str, Any]:
    return {
        "id": f"/free/{site}",
        "lang": language,
        "dir": _direction(language),
        "name": name,
        "short_name": short,
        "start_url": f"/free/{site}?lang={language}",
        "scope": "/free/",
        "display": "standalone",
        "background_color": "#f5f3ee",
        "theme_color": "#132a55",
        "icons": [
            {"src": "/free/logo.svg", "sizes": "any", "type": "image/svg+xml"},
            *(
                {
                    "src": f"/free/icon-{size}.png",
                    "sizes": f"{size}x{size}",
                    "type": "image/png",
                    "purpose": purpose,
                }
                for size in ICONS
                for purpose in ("any", "maskable")
            ),
        ],
    }
