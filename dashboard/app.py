"""Hangs the screens on the web server: `attach(server, settings)`."""

import logging
from pathlib import Path
from uuid import uuid4

from dash import Dash, html, set_props
from fastapi import FastAPI

from besok.model.settings import Settings
from besok.text.languages import _, language
from dashboard import counting, live, public, router, shell
from dashboard.caching import CachingMiddleware, addresses
from dashboard.language import LanguageMiddleware
from dashboard.unknown import UnknownPages

log = logging.getLogger(__name__)

ASSETS = Path(__file__).parent / "assets"
FIRST = ("colours.js", "first.js", "plain.js")  # before everything of Dash
UNUSED = "/dash_table/"  # a script for tables that no page uses


class Screens(Dash):
    """Dash with an index page that states its language and starts our scripts before Dash's."""

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override]
        """Return the page that the browser gets for every address."""
        loading, no_script = _("Loading …"), _("This page needs JavaScript. The figures are also at /api/v1.")
        return f"""<!DOCTYPE html>
<html lang="{language()}">
<head>
{parts["metas"]}
<meta name="color-scheme" content="light dark">
<title>{parts["title"]}</title>
<link rel="icon" type="image/svg+xml" href="{self.get_asset_url("logo.svg")}">
<link rel="preload" as="font" type="font/woff2" crossorigin href="{self.get_asset_url("vendor/inter-5.3.0.woff2")}">
{self.first_scripts()}
{parts["css"]}
</head>
<body>
<noscript>{no_script}</noscript>
<div id="react-entry-point"><div class="waiting" aria-busy="true"><span>{loading}</span></div></div>
<footer class="dash-scripts">{parts["config"]}{parts["scripts"]}{parts["renderer"]}</footer>
</body>
</html>"""

    def _generate_scripts_html(self) -> str:
        scripts = super()._generate_scripts_html().split("\n")
        return "\n".join(script for script in scripts if UNUSED not in script)

    def first_scripts(self) -> str:
        """Our scripts before Dash's, with fingerprints as it gives them to the others."""
        addresses = (f"{self.get_asset_url(name)}?m={(ASSETS / name).stat().st_mtime}" for name in FIRST)
        return "\n".join(f'<script src="{address}"></script>' for address in addresses)


def attach(server: FastAPI, settings: Settings) -> Dash:
    """Add the screens to `server` for every address that it has no other answer for.

    They read `server.state.db` by `server.state.clock`.
    """
    counting.install(server)
    live.install(server)
    public.install(server, settings)
    app = Screens(
        server=server,  # type: ignore[arg-type]
        title="Besök",
        update_title="",
        assets_folder=str(ASSETS),
        assets_ignore=r"^(colours|first|plain)\.js$",
        assets_path_ignore=["vendor"],
        suppress_callback_exceptions=True,  # pages are not in the first layout
        enable_mcp=False,
        on_error=_failed,
    )
    app.backend.websocket_capability = False  # or each page opens a socket of Dash's own that nobody uses
    app.layout = shell.layout
    router.register(app, lambda: server.state.db, lambda: server.state.clock())
    # Finds the assets. Left to Dash, a first visit to any page but `/` would get none of them.
    app._setup_server()  # type: ignore[no-untyped-call]
    server.add_middleware(CachingMiddleware, known=addresses(app, app.first_scripts()))
    server.add_middleware(UnknownPages, database=lambda: server.state.db)
    server.add_middleware(LanguageMiddleware, default=settings.language)
    # Dash starts itself with an inline script, whose hash is known only when every callback is registered.
    server.state.csp = server.state.csp.replace(
        "script-src 'self'", " ".join(["script-src 'self'", *app.csp_hashes()]), 1
    )
    return app


def _failed(error: Exception) -> None:
    """Log an error of a callback, and show the reader a message with a reference to find it by."""
    reference = uuid4().hex[:8]
    log.error("a screen failed (%s)", reference, exc_info=error, extra={"action": "screen_failed"})
    text = _("The page could not be updated. Try again; reference {reference}.")
    title = html.Strong(_("Something went wrong"))
    set_props("toasts", {"children": [title, " ", text.format(reference=reference)]})
