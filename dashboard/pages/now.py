"""*Now*: how many people are where, live."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dash import dcc, html

from besok.model import calendar
from besok.model.scenario_sandbox import is_sandbox
from besok.model.site import Site
from besok.model.views.alerts import AlertInfo
from besok.model.views.live import SiteInfo, SiteLive, SpaceLive
from besok.model.views.series import OccupancyPoint
from besok.services import access
from besok.services.alert_handling import get_alerts
from besok.services.attention import get_findings
from besok.services.devices import get_devices, refuses_simulated
from besok.services.floor_plan import get_drawn
from besok.services.live import get_live
from besok.services.next_hours import get_next_hours
from besok.services.series import get_day_curves
from besok.store import plan_pictures, sites
from besok.store.alerts import announced
from besok.store.database import Database
from besok.text import formats
from besok.text.languages import _, named
from dashboard.address import Address
from dashboard.components import floor_plan, live_parts, notices, open_alerts
from dashboard.components.card import Frame, Today, card, chip, count, row, storey
from dashboard.components.elements import data, present
from dashboard.components.posters import posters
from dashboard.components.site_panel import panel, sensors_line

WEEK = timedelta(days=7)
NO_PLANS: Mapping[str, Any] = {}


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """Return the board of a site."""
    live, place = get_live(db, site.site, now), sites.load(db, site.site)
    sensors = len(get_devices(db, site.site, now=now))
    refused = not site.sandbox and access.may("diagnose", site.site) and refuses_simulated(db, site.site, now)
    line = sensors_line(live, get_findings(db, site.site, now=now), sensors, refused)
    plans = floor_plan.drawings(live, place, get_drawn(db, place, now), plan_pictures.digests(db, site.site))
    alerts = get_alerts(db, site.site, now)
    mark = open_alerts.mark(alerts, announced(db, site.site, now), live.not_receiving_since)
    return board(live, place, frame(db, place, live, now), line, alerts, plans, mark)


def frame(db: Database, site: Site, live: SiteLive, now: datetime) -> Frame:
    """Return the curves of today, in the hours in which something can happen."""
    day = calendar.business_day(now, site)
    first, last = shown_hours(calendar.open_intervals(day, site), calendar.day_bounds(day, site))
    week_ago = calendar.day_bounds(day - WEEK, site)[0]
    shift = calendar.day_bounds(day, site)[0] - week_ago
    spans = [(first, now), (first - shift, last - shift)]
    points = get_day_curves(db, site.id, spans)
    curves, was_open = {}, calendar.is_open(now - shift, site)
    for space in live.spaces:
        of_space = points.get(space.space, [])
        today, before = [p for p in of_space if p.start >= first], [p for p in of_space if p.start < first]
        curves[space.space] = curve(today, before, shift, now, was_open)
    weekday = formats.weekdays("wide")[day.weekday()]
    return Frame(
        weekday=weekday,
        first=first,
        last=last,
        is_open=live.is_open,
        net=site.measure == "net",
        curves=curves,
        top=_top(live, curves),
        zone=site.timezone,
        expected=get_next_hours(db, site, now),
    )


def _top(live: SiteLive, curves: Mapping[str, Today]) -> float:
    """Return the share of their capacity at which all curves end: above the highest, and above the line of 100 %."""
    shares = [
        people / space.capacity
        for space in live.spaces
        if space.capacity and space.space in curves
        for _time, people, *_ends in (*curves[space.space].today, *curves[space.space].last_week)
        if people is not None
    ]
    return 1.08 * max([1.0, *shares])


def shown_hours(
    open_hours: Sequence[tuple[datetime, datetime]], bounds: tuple[datetime, datetime]
) -> tuple[datetime, datetime]:
    """From half an hour before opening to half an hour after closing; the whole day where it is closed."""
    if not open_hours:
        return bounds
    margin = timedelta(minutes=30)
    return max(open_hours[0][0] - margin, bounds[0]), min(open_hours[-1][1] + margin, bounds[1])


def curve(
    today: Iterable[OccupancyPoint],
    before: Iterable[OccupancyPoint],
    shift: timedelta,
    now: datetime,
    was_open: bool = True,
) -> Today:
    """Today's curve and last week's, moved by `shift` to lie under it; no figure of then where it was closed."""
    ghost = [(p.start + shift, p.people, p.lower, p.upper) for p in before]
    usual = next((values for start, *values in reversed(ghost) if start <= now), [None])
    text = "" if usual[0] is None or not was_open else formats.with_interval(*usual)
    return Today(today=[(p.start, p.people, p.lower, p.upper) for p in today], last_week=ghost, usual=text)


def board(
    live: SiteLive,
    place: Site,
    shared: Frame,
    sensors: Any = None,
    alerts: Sequence[AlertInfo] = (),
    plans: Mapping[str, Any] = NO_PLANS,
    mark: str = "",
) -> Any:
    """Return the whole page; the live stream keeps it up to date. `sensors` is a line about its sensors, `alerts`
    its alerts, `plans` are the drawings of its storeys, `mark` says when it is to be drawn again."""
    floors = groups(live.spaces)
    wall = html.P(html.A(_("Show on a wall screen"), href=f"/wall/{live.site}"), className="to-wall")
    return html.Div(
        [
            *notices.simulated(live.sandbox),
            *notices.not_receiving(live.not_receiving_since, place.timezone, live.time),
            *open_alerts.lines(alerts, live.site, place.timezone),
            panel(live, shared, place, sensors),
            _tight(live),
            html.Div(
                [
                    _group(floor, rooms, live.site, shared, plans.get(floor.space if floor else live.site))
                    for floor, rooms in floors
                ],
                className="storeys",
            ),
            html.P(_scale(live, shared), className="scale-said"),
            wall,
            posters(live) if not is_sandbox(place) else None,
        ],
        className="board",
        **live_parts.followed(live, place.timezone, mark),
    )


def _tight(live: SiteLive) -> Any:
    """Return every space in a line; the style sheet shows those that are full or nearly so, the full ones first."""
    rooms = [space for space in live.spaces[1:] if space.kind != "storey" and space.capacity]

    def line(space: SpaceLive) -> Any:
        parts = live_parts.of_space(space, live.is_open)
        name = dcc.Link(named(space.name), href=f"/spaces/{live.site}/{space.space}")
        return html.Li([name, count(space, parts), chip(parts)], **data(**live_parts.state(space)))

    return html.Section(
        [html.H2(_("Full or nearly full")), html.Ul([line(space) for space in rooms])], className="tight"
    )


def _scale(live: SiteLive, shared: Frame) -> str:
    text = _("Curves: people, each on its own scale; dotted is last {weekday}.")
    if any(space.capacity for space in live.spaces):
        text = _(
            "Curves: share of the capacity, on one scale. The thin line is the capacity, dotted is last {weekday}."
        )
    return text.format(weekday=shared.weekday)


Rooms = list[tuple[SpaceLive, list[SpaceLive]]]


def groups(spaces: Sequence[SpaceLive]) -> list[tuple[SpaceLive | None, Rooms]]:
    """Return the storeys of a site, the root of which comes first, with their rooms, each with all the rooms inside it;
    last, without a storey, the spaces that are on none."""
    root, *rest = spaces
    top = [s for s in rest if s.parent == root.space]
    storeys: list[tuple[SpaceLive | None, Rooms]] = [
        (s, [(r, below(r, rest)) for r in rest if r.parent == s.space]) for s in top if s.kind == "storey"
    ]
    loose = [(s, below(s, rest)) for s in top if s.kind != "storey"]
    return [*storeys, (None, loose)] if loose else storeys


def below(space: SpaceLive, spaces: Sequence[SpaceLive]) -> list[SpaceLive]:
    """Everything inside `space`, at any depth, in the order of the building."""
    inner = [s for s in spaces if s.parent == space.space]
    return [space_inside for s in inner for space_inside in (s, *below(s, spaces))]


def _group(floor: SpaceLive | None, rooms: Rooms, site: str, shared: Frame, plan: Any) -> Any:
    """Return a storey with its floor plan and its rooms, or the spaces that are on none."""

    def href(space: SpaceLive) -> str:
        return f"/spaces/{site}/{space.space}"

    cards = [
        card(space, href(space), shared, [row(r, href(r), shared) for r in inside]) for space, inside in rooms
    ]
    header = storey(floor, href(floor), shared) if floor else html.H2(_("Spaces"), className="unseen")
    parts = present(plan, html.Div(cards, className="cards"))
    return html.Section([header, html.Div(parts, className="floor")], className="storey")
