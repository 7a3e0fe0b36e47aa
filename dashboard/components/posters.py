"""Posters to print: of a site and of each of its rooms, with a code that leads residents to their free seats."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dash import html

from besok.model.site import Text
from besok.model.views.live import SiteLive
from besok.services.public import public_spaces
from besok.text.languages import _, language, named
from dashboard.components.elements import aria, fold, items


def posters(live: SiteLive) -> Any:
    """Return links to the posters, folded away."""
    root, *rest = live.spaces
    links = [
        _links(live.site, root.name, {}),
        *(_links(live.site, one.name, {"space": one.space}) for one in public_spaces(rest)),
    ]
    return fold(_("Posters with a code for visitors"), items(links))


def _links(site: str, name: Text, of: Mapping[str, str]) -> Any:
    parts: list[Any] = [named(name)]
    query = urlencode({**of, "lang": language()})
    for kind in ("pdf", "svg"):
        about = _("Poster as {kind}: {name}").format(kind=kind.upper(), name=named(name))
        link = html.A(kind.upper(), href=f"/free/{site}/poster.{kind}?{query}", **aria(label=about))
        parts += [" ", link]
    return html.Span(parts)
