"""The sites on a map without external services: their relative positions, north up, each with live figures."""

from collections.abc import Mapping, Sequence
from math import cos, radians
from typing import Any, Final

from dash import dcc, html

from besok.model.views.overview import SiteOverview
from besok.text import formats
from besok.text.languages import _, named
from dashboard.components import live_parts
from dashboard.components.elements import aria, data, quiet
from dashboard.components.live_parts import part

KM_A_DEGREE: Final = 111.2  # of latitude; of longitude at the equator
WIDE: Final = 2.5  # the map's width by its height
LEAST_KM: Final = 0.2  # its height
SQUARES: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)  # km
APART: Final = (0.3, 0.24)  # of its width and height: the size of a mark with a name of two lines
Place = tuple[float, float]  # shares of the width and height, from the upper left corner


def section(sites: Sequence[SiteOverview]) -> Any:
    """Return the map of the sites whose position is known; None for fewer than three."""
    positions = {site.site: site.position for site in sites if site.position}
    if len(positions) < 3:
        return None
    places, width, deep = placed(positions)
    marks = [_mark(site, places[site.site]) for site in sites if site.site in places]
    square = max(side for side in SQUARES if side <= width / 3)
    note = _("North is up; a square is {n} km wide. Sites that are close are moved apart.")
    note = note.format(n=formats.number(square, square < 1))
    drawing = html.Ul(marks, style={"--square": f"{square / width:.4f}", "--deep": f"{deep:.3f}"})
    return html.Section(
        [html.Div(drawing, className="scroll"), quiet(note)], className="map", **aria(label=_("Map"))
    )


def placed(positions: Mapping[str, tuple[float, float]]) -> tuple[dict[str, Place], float, float]:
    """Return the place of each site, moved down until it is apart from the others; the map's width in km, and
    the factor by which its height grows.

    `positions` are latitudes and longitudes; over the size of a county the globe is flat.
    """
    south, north = min(lat for lat, _ in positions.values()), max(lat for lat, _ in positions.values())
    middle = (south + north) / 2
    east = {site: lon * KM_A_DEGREE * cos(radians(middle)) for site, (_, lon) in positions.items()}
    west, wide = min(east.values()), max(east.values()) - min(east.values())
    height = max((north - south) * KM_A_DEGREE, wide / WIDE, LEAST_KM)
    places: dict[str, Place] = {}
    for site in sorted(positions, key=lambda site: -positions[site][0]):
        x = 0.5 + (east[site] - west - wide / 2) / (WIDE * height)
        y = 0.5 - (positions[site][0] - middle) * KM_A_DEGREE / height
        while any(abs(x - u) < APART[0] and abs(y - v) < APART[1] for u, v in places.values()):
            y += APART[1] / 4
        places[site] = x, y
    deepest = max(1.0, *(y for _, y in places.values()))
    return {site: (x, y / deepest) for site, (x, y) in places.items()}, WIDE * height, deepest


def _mark(site: SiteOverview, at: Place) -> Any:
    parts = live_parts.of_space(site.root, site.is_open)
    name = named(site.root.name)
    inner = [html.Span(name, className="name"), part("people", parts, className="people")]
    link = dcc.Link(inner, href=f"/now/{site.site}", title=name)
    return html.Li(
        link, style={"left": f"{at[0]:.1%}", "top": f"{at[1]:.1%}"}, **data(**live_parts.state(site.root))
    )
