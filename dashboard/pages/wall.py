"""*Wall*: a site on a screen that nobody touches, of any size, readable from across the room."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from dash import html

from besok.model import calendar
from besok.model.site import Site
from besok.model.views.live import SiteInfo, SiteLive, SpaceLive
from besok.model.views.progress import Progress
from besok.services.live import get_live
from besok.store import alerts, sites
from besok.store.database import Database
from besok.text import formats, target_text
from besok.text.languages import _, named
from dashboard.address import Address
from dashboard.components import floor_plan, live_parts, notices, open_alerts
from dashboard.components.card import bar, chip
from dashboard.components.elements import data, figure, present
from dashboard.components.live_parts import Parts, part
from dashboard.components.site_panel import visits, whereabouts
from dashboard.pages.progress.target import target_of
from dashboard.version import version

LONGEST_TEXT = 200  # characters of an announcement
SHORTEST, USUAL, LONGEST = 5, 20, 600  # seconds for which a page of a playlist is shown
NOTHING: Final[Mapping[str, Any]] = {}
SIZES = (
    (16, 13.0),
    (30, 11.0),
    (50, 9.0),
)  # letters of a name, and how high they may then be: in % of a tile
LEAST_SIZE = 7.2
NAME_WIDTH = 140  # % of a tile's height
LETTER, DIGIT = 0.58, 0.64  # their width by their height: the widest of the usual ones
FLOOR_LETTERS = 22  # of a floor's name; a longer one takes two lines


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """Return the wall of a site."""
    place, requested = sites.load(db, site.site), address.get("show").split(",")
    progress = target_of(db, place, calendar.business_day(now, place)) if "progress" in requested else None
    more = {"progress": target_progress(progress)} if progress and progress.last_365 is not None else {}
    announcement = alerts.announced(db, site.site, now)
    line = address.get("text")
    if announcement and "announcement" in requested:
        more["announcement"] = announced(announcement.text)
    elif announcement:
        line = announcement.text
    live = get_live(db, site.site, now)
    mark = open_alerts.mark(alerts.listing(db, now, site.site), announcement, live.not_receiving_since)
    return wall(live, place, line, requested, more, _seconds(address), mark)


def _seconds(address: Address) -> int:
    """Return for how long each page of a playlist is shown."""
    wish = address.get("seconds")
    return min(max(int(wish), SHORTEST), LONGEST) if wish.isascii() and wish.isdigit() else USUAL


def target_progress(progress: Progress) -> Any:
    """Return the page that tells how far the site is on the way to its target."""
    figures = (
        (formats.number(progress.last_365), target_text.last_year(progress)),
        (target_text.multiple(progress), target_text.baseline(progress)),
        (target_text.needed(progress), target_text.target_sentence(progress)),
    )
    return html.Section(
        [
            html.H2(_("On the way to the target")),
            html.Div([figure(value, about) for value, about in figures], className="figures"),
            html.P(target_text.verdict(progress), className="verdict"),
        ],
        className="way",
    )


def announced(text: str) -> Any:
    """Return the page that shows what staff announce: in letters as large as its length lets them be."""
    size = min(18, 110 / len(text) ** 0.5, NAME_WIDTH / (LETTER * max(map(len, text.split()))))
    return html.Section(html.P(text, style={"--size": f"{size:.2f}"}), className="way announced")


def wall(
    live: SiteLive,
    place: Site,
    announcement: str = "",
    requested: Sequence[str] = (),
    more: Mapping[str, Any] = NOTHING,
    seconds: int = USUAL,
    mark: str = "",
) -> Any:
    """Return the whole screen; the live stream keeps it up to date, and the style sheet puts full spaces first.

    Beside the spaces there may be `more` pages by name. Those `requested` take turns of so many `seconds`.
    The stream has it drawn again when its `mark` changes.
    """
    root, *rest = live.spaces
    floors = [space for space in rest if space.kind == "storey"]
    tiles = [space for space in rest if space.kind != "storey"] or [root]
    names = {space.space: named(space.name) for space in rest}
    unheard = html.P(
        _("No sensor of this place has been seen yet"),
        className="told",
        hidden=any(space.heard for space in live.spaces),
        **data(part="unheard"),
    )
    rooms = {space.space: _tile(space, names.get(space.parent or "", ""), live.is_open) for space in tiles}
    drawings, drawn = floor_plan.on_wall(live, place)
    others = [room for space, room in rooms.items() if space not in drawn]
    plan = {"plan": html.Div([*drawings, *others], className="tiles")} if drawings else {}
    pages = {"spaces": html.Div([*rooms.values()], className="tiles"), **plan, **more}
    shown = [name for name in dict.fromkeys(requested) if name in pages] or ["spaces"]
    # Where no page has all spaces they stand hidden: the stream draws the screen again when one is missing.
    unseen = [] if {"spaces", "plan"} & {*shown} else [html.Div([*rooms.values()], hidden=True)]
    return html.Div(
        present(
            html.P("", className="lost", role="alert", **data(part="lost")),
            *notices.not_receiving(live.not_receiving_since, place.timezone, live.time),
            *notices.simulated(live.sandbox),
            unheard,
            html.Div(
                [
                    html.Section([_place(live, place), _total(live, place, floors)], className="panel"),
                    *(_playlist_page(pages[name], n) for n, name in enumerate(shown)),
                    *unseen,
                ],
                className="screen",
            ),
            html.P(announcement[:LONGEST_TEXT], className="announcement") if announcement else None,
        ),
        className="wall",
        **live_parts.followed(live, place.timezone, mark),
        **data(version=version(), seconds=str(seconds)),
    )


def _playlist_page(page: Any, turn: int) -> Any:
    """Return a page of the playlist; the script shows them in turn, the first one first."""
    return html.Div(page, className="leaf", hidden=turn > 0)


def _place(live: SiteLive, place: Site) -> Any:
    parts = live_parts.of_site(live, place)
    return html.Div(
        [
            html.P("", className="clock", **data(part="clock")),
            html.P("", className="date", **data(part="date")),
            html.H1(named(live.name), style=_sized(named(live.name))),
            html.P(part("opening", parts), className="opening"),
            visits(live, place.measure == "net", parts),
        ],
        className="half",
    )


def _total(live: SiteLive, place: Site, floors: Sequence[SpaceLive]) -> Any:
    root = live.spaces[0]
    parts = live_parts.of_space(root, live.is_open)
    reads = [chip(parts), part("share", parts, className="share"), part("age", {}, className="age")]
    return html.Div(
        present(
            html.Div(
                [
                    _count(root, parts),
                    html.P(whereabouts(place), className="where"),
                    bar(root),
                    html.P(reads, className="reads"),
                ],
                className="whole",
                **data(**live_parts.state(root)),
            ),
            _floors(floors, live.is_open) if floors else None,
        ),
        className="half",
    )


def _floors(floors: Sequence[SpaceLive], is_open: bool) -> Any:
    """Return the totals of the floors; `--lines` is how many lines they take, `--line` how wide the widest is."""
    letters = [len(named(floor.name)) for floor in floors]
    line = max(
        LETTER * min(n, FLOOR_LETTERS) + 1.2 * _em(f) + 2.6 for f, n in zip(floors, letters, strict=True)
    )
    lines = sum(1 if n <= FLOOR_LETTERS else 2 for n in letters)
    return html.Ul(
        [_floor(floor, is_open) for floor in floors],
        className="floors",
        style={"--lines": str(lines), "--line": f"{line:.2f}"},
    )


def _floor(floor: SpaceLive, is_open: bool) -> Any:
    parts = live_parts.of_space(floor, is_open)
    return html.Li(
        [html.Span(named(floor.name), className="name"), _count(floor, parts), chip(parts)],
        **data(**live_parts.state(floor)),
    )


def _tile(space: SpaceLive, where: str, is_open: bool) -> Any:
    name, parts = named(space.name), live_parts.of_space(space, is_open)
    known = [part("range", parts, className="range"), part("age", {}, className="age")]
    inner = [
        html.H2(name, style=_sized(name)),
        html.P(where, className="eyebrow"),
        _count(space, parts),
        bar(space),
        html.P([chip(parts), *known, part("certainty", parts, className="certainty")], className="reads"),
    ]
    return html.Article(
        html.Div(inner, className="inner"), className="tile", **data(**live_parts.state(space))
    )


def _count(space: SpaceLive, parts: Parts) -> Any:
    """Return people and capacity; the style sheet knows from `--em` how wide they can get."""
    both = [part("people", parts, className="people")]
    if space.capacity:
        both.append(part("capacity", parts, className="capacity"))
    return html.P(both, className="count", style={"--em": f"{_em(space):.2f}"})


def _em(space: SpaceLive) -> float:
    """Return how wide people and capacity can get, by the height of the letters of the first."""
    if space.basis == "presence":
        return DIGIT * max(len(_("Occupied")), len(_("Free")))
    most = formats.number(max(999, 2 * (space.capacity or 0), 4 * (space.people or 0)))
    capacity = 0.2 + DIGIT / 2 * (2 + len(formats.number(space.capacity))) if space.capacity else 0
    return DIGIT * len(most) + capacity


def _sized(name: str) -> Mapping[str, str]:
    """Return the size of a name: no word of it is wider than its box, as far as it can be read then."""
    size = next((size for letters, size in SIZES if len(name) <= letters), LEAST_SIZE)
    longest = max(map(len, name.replace("-", "- ").split()), default=1)
    return {"--size": f"{max(min(size, NAME_WIDTH / (LETTER * longest)), LEAST_SIZE / 2):.2f}"}
