"""*Now*: how many people are where, live."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil, sqrt
from typing import Any

from dash import html

from besok import services
from besok.model import calendar
from besok.model.site import Site
from besok.model.views.live import LATE_AFTER, STALE_AFTER, SiteInfo, SiteLive, SpaceLive
from besok.model.views.series import OccupancyPoint
from besok.store import sites
from besok.store.database import Database
from besok.text import formats
from besok.text.languages import _, named
from dashboard.address import Address
from dashboard.components import building, words
from dashboard.components.banner import sandbox
from dashboard.components.card import Frame, Today, card, row, storey
from dashboard.components.hero import hero
from dashboard.components.told import told

WEEK = timedelta(days=7)


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """The board of a site."""
    live = services.live(db, site.site, now)
    sensors = len(services.devices(db, site.site, now=now))
    said = told(live, services.findings(db, site.site, now=now), sensors)
    return board(live, site, frame(db, sites.load(db, site.site), live, now), said)


def frame(db: Database, site: Site, live: SiteLive, now: datetime) -> Frame:
    """The curves of today, in the hours in which something can happen."""
    day = calendar.business_day(now, site)
    first, last = shown_hours(calendar.open_intervals(day, site), calendar.day_bounds(day, site))
    week_ago = calendar.day_bounds(day - WEEK, site)[0]
    shift = calendar.day_bounds(day, site)[0] - week_ago
    spans = [(first, now), (first - shift, last - shift)]
    points = services.day_curves(db, site.id, spans)
    curves = {}
    for space in live.spaces:
        own = points.get(space.space, [])
        today, before = [p for p in own if p.start >= first], [p for p in own if p.start < first]
        curves[space.space] = curve(today, before, shift, now)
    weekday = formats.weekdays("wide")[day.weekday()]
    net = site.measure == "net"
    return Frame(weekday=weekday, first=first, last=last, is_open=live.is_open, net=net, curves=curves)


def shown_hours(
    open_hours: Sequence[tuple[datetime, datetime]], bounds: tuple[datetime, datetime]
) -> tuple[datetime, datetime]:
    """From half an hour before opening to half an hour after closing; the whole day where it is closed."""
    if not open_hours:
        return bounds
    margin = timedelta(minutes=30)
    return max(open_hours[0][0] - margin, bounds[0]), min(open_hours[-1][1] + margin, bounds[1])


def curve(
    today: Iterable[OccupancyPoint], before: Iterable[OccupancyPoint], shift: timedelta, now: datetime
) -> Today:
    """Today's curve and last week's, moved by `shift` to lie under it."""
    ghost = [(p.start + shift, p.people, p.lower, p.upper) for p in before]
    usual = next((values for start, *values in reversed(ghost) if start <= now), [None])
    said = "" if usual[0] is None else formats.with_interval(*usual)
    return Today(today=[(p.start, p.people, p.lower, p.upper) for p in today], last_week=ghost, usual=said)


def board(live: SiteLive, site: SiteInfo, shared: Frame, said: Any = None) -> Any:
    """The whole page; the live script keeps it up to date from the first frame on. `said` is told of its sensors."""
    groups = building.groups(live.spaces)
    cards = sum(len(group.rooms) for group in groups)
    columns = max(1, ceil(sqrt(cards)))
    storeys = html.Div([_group(group, live.site, shared) for group in groups], className="storeys")
    panel = hero(live, shared, site.kind, site.timezone, said)
    wall = html.P(html.A(_("Show on a wall screen"), href=f"/now/{live.site}?tv=1"), className="to-wall")
    return html.Div(
        [*([sandbox()] if live.sandbox else []), panel, storeys, wall],
        className="board",
        style={"--columns": str(columns), "--rows": str(ceil(cards / columns) or 1)},
        **_for_script(live, site, shared),
    )


def _for_script(live: SiteLive, site: SiteInfo, shared: Frame) -> dict[str, Any]:
    return {
        "data-title": _("{site} now").format(site=named(live.name)),
        "data-live": f"/api/v1/sites/{live.site}/live",
        "data-time": live.time.isoformat(),
        "data-zone": site.timezone,
        "data-open": "1" if live.is_open else "",
        "data-words": json.dumps(words.for_browser(shared.weekday, live.is_open), ensure_ascii=False),
        "data-late": str(LATE_AFTER.total_seconds()),
        "data-stale": str(STALE_AFTER.total_seconds()),
    }


def _group(group: building.Group, site: str, shared: Frame) -> Any:
    """A storey with its rooms, or the spaces that are on none."""
    label = named(group.storey.name) if group.storey else ""
    cards = [
        card(space, f"/spaces/{site}/{space.space}", shared, label, [_row(r, site, shared) for r in inside])
        for space, inside in group.rooms
    ]
    head = (
        [storey(group.storey, f"/spaces/{site}/{group.storey.space}", shared.is_open)] if group.storey else []
    )
    return html.Section([*head, html.Div(cards, className="cards")], className="storey")


def _row(room: SpaceLive, site: str, shared: Frame) -> Any:
    return row(room, f"/spaces/{site}/{room.space}", shared.is_open)
