"""A site as anyone may see it: free seats, how busy it is, quiet hours, and what came of requests.

Nobody shall be followed by these figures, whatever they are combined with: they change every five minutes only, each is
rounded to fives on its own, and one to four people read as none. Parents less children, capacity less free places, and
one moment less another tell of fives again. A room for fewer than five is left out: whether it is taken tells of one
person. Outside opening hours, and at night, nothing is said of people: who is there then can be known by name.
Simulated people are nobody, so a sandbox shows its figures at night, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from besok.model import calendar
from besok.model.scenario_sandbox import is_sandbox
from besok.model.site import Site, Text, spaces_around
from besok.model.views.like import like
from besok.model.views.live import Level, SpaceLive, level
from besok.model.views.overview import SiteOverview
from besok.model.views.public import (
    PublicDay,
    PublicHour,
    PublicListed,
    PublicRequest,
    PublicSite,
    PublicSpace,
    Use,
)
from besok.services.actions import get_actions
from besok.services.live import get_live
from besok.services.next_hours import HOUR, get_next_hours, whole_hours
from besok.services.overview import get_overview
from besok.services.series import get_heatmap
from besok.store.database import Database
from besok.store.sites import load, no_site

UsualWeek = Mapping[tuple[int, int], float | None]  # people by weekday and hour
COARSE: Final = 5  # people
EVERY: Final = timedelta(minutes=5)
SETTLED: Final = timedelta(
    minutes=2
)  # after a minute, until its figures have come and whoever looks often sees no change
DAY: Final = timedelta(days=1)
WEEK: Final = 7  # days
USUAL: Final = timedelta(weeks=8)  # looked back for what is usual
LEAST_DAYS: Final = 2  # of a weekday and hour, before anything is called usual
SHOWN: Final = 5  # requests
NIGHT: Final = range(-1, 6)  # hours after midnight, from eleven in the evening


def get_public(db: Database, site: str, now: datetime) -> PublicSite:
    """Return what anyone may see of a site. Raises NotFound; nothing of what a scenario is played in is for anyone."""
    place = load(db, site)
    if is_sandbox(place):
        raise no_site(db, site)
    time = _settled(now)
    live = get_live(db, site, time)
    today = calendar.business_day(now, place)
    at_night = live.is_open and _is_night(time, place)
    shown = live.is_open and not at_night
    root, *rest = live.spaces if shown else [replace(space, people=None) for space in live.spaces]
    parents = {space.space: space.parent for space in rest}
    floors = {space.space: space.name for space in rest if space.kind == "storey"}
    storey = {
        name: floors[at] for name in parents for at in reversed(spaces_around(name, parents)) if at in floors
    }  # the nearest
    usual = _usual_week(db, place, today)
    return like(
        PublicSite,
        live,
        timezone=place.timezone,
        at_night=at_night,
        level=_level(root, root.capacity),
        spaces=tuple(_space(space, storey.get(space.space)) for space in public_spaces(rest)),
        next_hours=()
        if at_night
        else _next_hours(db, place, now, _capacity(root.capacity, place, today, usual)),
        days=tuple(_day(place, today + n * DAY, usual, root.capacity) for n in range(WEEK)),
        quietest_left=_quietest(_by_hour(place, today, usual, now)),
        requests=tuple(like(PublicRequest, action) for action in get_actions(db, site, today)[:SHOWN]),
    )


def get_public_sites(db: Database, now: datetime) -> tuple[datetime, list[PublicListed]]:
    """Return every site that anyone may see, with what they may see of its people, and the time of that."""
    seen = get_overview(db, _settled(now))
    return seen.time, [_listed(site, seen.time) for site in seen.sites if not is_sandbox(site)]


def _listed(site: SiteOverview, time: datetime) -> PublicListed:
    at_night = site.is_open and _is_night(time, site)
    told = site.is_open and not at_night and site.root.basis != "presence" and public_spaces([site.root])
    return PublicListed(site=site, at_night=at_night, whole=_space(site.root, None) if told else None)


def _settled(now: datetime) -> datetime:
    """Return the time of the figures that are shown at `now`."""
    settled = now - SETTLED
    return settled - (settled - datetime.min.replace(tzinfo=now.tzinfo)) % EVERY


def public_spaces(spaces: Sequence[SpaceLive]) -> list[SpaceLive]:
    """Return the spaces that anyone may see: not the small ones, nor those around others unless they have seats."""
    holds = {space.parent for space in spaces}
    return [
        space
        for space in spaces
        if space.kind != "storey"
        and (space.space not in holds or space.seats)
        and space.reason != "space_closed"
        and (space.seats or space.capacity or COARSE) >= COARSE
    ]


def _is_night(time: datetime, place: Site | SiteOverview) -> bool:
    hour = time.astimezone(ZoneInfo(place.timezone)).hour
    return not place.sandbox and (hour in NIGHT or hour - 24 in NIGHT)


def coarse(people: float) -> int:
    """Round a number of people to fives; fewer than five are none."""
    return 0 if people < COARSE else COARSE * round(people / COARSE)


def _space(space: SpaceLive, floor: Text | None) -> PublicSpace:
    places = space.seats or space.capacity
    known = space.people if space.freshness in ("live", "late") else None
    use: Use | None = None
    if space.basis == "presence":
        use = None if known is None or places is None else "taken" if known else "free"
        known = places = None
    people = None if known is None else coarse(known)
    return like(
        PublicSpace,
        space,
        floor=floor,
        seats=bool(space.seats),
        places=places,
        people=people,
        free=None if people is None or places is None else max(places - max(people, COARSE), 0),
        use=use,
        level=_level(space, space.capacity or places) if use is None else "unknown",
    )


def _level(space: SpaceLive, places: int | None) -> Level:
    """Return the level of the rounded figure; None where it is not up to date."""
    if space.people is None or space.freshness not in ("live", "late"):
        return "unknown"
    return level(coarse(space.people), places)


def _next_hours(db: Database, place: Site, now: datetime, capacity: int) -> tuple[PublicHour, ...]:
    """Return the level to expect in the next open hours, those of the night left out."""
    zone = ZoneInfo(place.timezone)
    return tuple(
        PublicHour(hour=one.start.astimezone(zone).hour, level=level(coarse(one.people), capacity))
        for one in get_next_hours(db, place, now).get(place.id, ())
        if not _is_night(one.start, place)
    )


def _usual_week(db: Database, place: Site, today: date) -> UsualWeek:
    """Return the usual number of people by weekday and hour."""
    cells = get_heatmap(db, place, place.id, today - USUAL, today - DAY)
    return {(cell.weekday, cell.hour): cell.people for cell in cells if cell.days >= LEAST_DAYS}


def _by_hour(
    place: Site, day: date, usual: UsualWeek, now: datetime | None = None
) -> dict[int, float | None]:
    """Return the usual number of people in the open hours of a day, but at night; None where it is not known.

    With `now`, only of the hours that are not over by then.
    """
    zone, spans = ZoneInfo(place.timezone), calendar.open_intervals(day, place)
    begins = [t.astimezone(zone) for start, until in spans for t in whole_hours(start, until)]
    shown = [t for t in begins if not _is_night(t, place) and (now is None or now < t + HOUR)]
    return {t.hour: usual.get((t.weekday(), t.hour)) for t in shown}


def _capacity(stated: int | None, place: Site, day: date, usual: UsualWeek) -> int:
    """Return the capacity to judge a day by: for a site that states none a quarter more than its usual peak."""
    peak = max((n for n in _by_hour(place, day, usual).values() if n is not None), default=0.0)
    return stated or max(round(1.25 * peak), COARSE)


def _day(place: Site, day: date, usual: UsualWeek, capacity: int | None) -> PublicDay:
    people = _by_hour(place, day, usual)
    places = _capacity(capacity, place, day, usual)
    return PublicDay(
        day=day,
        open=calendar.open_intervals(day, place),
        staffed=calendar.staffed_intervals(day, place),
        hours=tuple(
            PublicHour(hour=hour, level="unknown" if n is None else level(coarse(n), places))
            for hour, n in people.items()
        ),
        quietest=_quietest(people),
    )


def _quietest(people: Mapping[int, float | None]) -> int | None:
    """Return the hour with the fewest people; None where fewer than two hours are known."""
    known = {hour: n for hour, n in people.items() if n is not None}
    return min(known, key=lambda hour: known[hour]) if len(known) > 1 else None
