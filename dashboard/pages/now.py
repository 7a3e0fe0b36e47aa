"""*Now*: how many people are where, live."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from math import ceil, sqrt
from typing import Any

from dash import html

from core.analytics import calendar
from core.site import Site
from core.views import LATE_AFTER, STALE_AFTER, OccupancyPoint, SiteInfo, SiteLive, SpaceLive
from dashboard.address import Address
from dashboard.components import words
from dashboard.components.banner import sandbox
from dashboard.components.card import Frame, Today, card
from dashboard.components.hero import hero
from dashboard.i18n import _, formats
from dashboard.shell import named
from store import queries, sites
from store.database import Database

WEEK = timedelta(days=7)


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """The board of a site."""
    live = queries.live(db, site.site, now)
    return board(live, site, frame(db, sites.load(db, site.site), live, now), now)


def frame(db: Database, site: Site, live: SiteLive, now: datetime) -> Frame:
    """The curves of today, in the hours in which something can happen."""
    day = calendar.business_day(now, site)
    first, last = shown_hours(day_hours(day, site), calendar.day_bounds(day, site))
    week_ago = calendar.day_bounds(day - WEEK, site)[0]
    shift = calendar.day_bounds(day, site)[0] - week_ago
    curves = {}
    for space in live.spaces:
        today = queries.occupancy(db, site.id, space.space, first, now, "15min")
        before = queries.occupancy(db, site.id, space.space, first - shift, last - shift, "15min")
        curves[space.space] = curve(today, before, shift, now)
    return Frame(weekday=formats.weekdays("wide")[day.weekday()], first=first, last=last, curves=curves)


def day_hours(day: Any, site: Site) -> tuple[tuple[datetime, datetime], ...]:
    """When the site is open on `day`."""
    return tuple(calendar.open_intervals(day, site))


def shown_hours(
    open_hours: Sequence[tuple[datetime, datetime]], bounds: tuple[datetime, datetime]
) -> tuple[datetime, datetime]:
    """From half an hour before opening to half an hour after closing; the whole day where it is closed."""
    if not open_hours:
        return bounds
    margin = timedelta(minutes=30)
    return max(open_hours[0][0] - margin, bounds[0]), min(open_hours[-1][1] + margin, bounds[1])


def curve(today: Iterable[OccupancyPoint], before: Iterable[OccupancyPoint], shift: timedelta, now: datetime) -> Today:
    """Today's curve and last week's, moved by `shift` to lie under it."""
    ghost = [(p.start + shift, p.people) for p in before]
    usual = next((people for start, people in reversed(ghost) if start <= now), None)
    return Today(today=[(p.start, p.people) for p in today], last_week=ghost, usual=usual)


def board(live: SiteLive, site: SiteInfo, shared: Frame, now: datetime) -> Any:
    """The whole page; the live script keeps it up to date from the first frame on."""
    rooms = live.spaces[1:]
    columns = max(2, ceil(sqrt(len(rooms) * 1.1)))
    parts = [sandbox() if live.sandbox else None, hero(live, shared, site.kind, site.timezone, now), _rooms(rooms, live, shared)]
    return html.Div(
        [part for part in parts if part],
        className="board",
        style={"--columns": str(columns), "--rows": str(ceil(len(rooms) / columns))},
        **{
            "data-title": _("{site} now").format(site=named(live.name)),
            "data-live": f"/api/v1/sites/{live.site}/live",
            "data-time": live.time.isoformat(),
            "data-zone": site.timezone,
            "data-words": json.dumps(words.for_browser(shared.weekday), ensure_ascii=False),
            "data-late": str(LATE_AFTER.total_seconds()),
            "data-stale": str(STALE_AFTER.total_seconds()),
            "data-refresh": "300",
        },
    )


def _rooms(rooms: Sequence[SpaceLive], live: SiteLive, shared: Frame) -> Any:
    groups = []
    for storey, members in groupby(rooms, key=lambda s: s.storey):
        cards = [card(s, f"/spaces/{live.site}/{s.space}", shared, storey_name(storey)) for s in members]
        groups.append(html.Section([html.H2(storey_name(storey)), html.Div(cards, className="cards")], className="storey"))
    return html.Div(groups, className="storeys")


def storey_name(storey: int | None) -> str:
    """`Entrance floor`, `Floor 2`, `Basement`; nothing where there are no storeys."""
    if storey is None:
        return ""
    if storey < 0:
        return _("Basement")
    return _("Entrance floor") if storey == 0 else _("Floor {n}").format(n=storey)
