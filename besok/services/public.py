"""A site as anyone may see it: free seats, how busy it is, quiet hours, and what came of requests.

Nobody shall be followed by these figures, whatever they are combined with: they change every five minutes only, each is
rounded to fives on its own, and one to four people read as none. Parents less children, capacity less free places, and
one moment less another tell of fives again. A room for fewer than five is left out: whether it is taken tells of one
person. Outside opening hours, and at night, nothing is said of people: who is there then can be known by name.
Simulated people are nobody, so a sandbox shows its figures at night, too.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from besok.model import calendar
from besok.model.scenario_sandbox import is_sandbox
from besok.model.site import Site, Text
from besok.model.views.like import like
from besok.model.views.live import Level, SpaceLive, level
from besok.model.views.public import PublicDay, PublicHour, PublicRequest, PublicSite, PublicSpace, Use
from besok.model.views.series import HeatCell
from besok.services.actions import get_actions
from besok.services.live import get_live
from besok.services.next_hours import whole_hours
from besok.services.series import get_heatmap
from besok.store.database import Database
from besok.store.sites import load, no_site

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
        raise no_site(site)
    settled = now - SETTLED
    time = settled - (settled - datetime.min.replace(tzinfo=now.tzinfo)) % EVERY
    live = get_live(db, site, time)
    today = calendar.business_day(now, place)
    at_night = live.is_open and not place.sandbox and _at_night(time, place)
    shown = live.is_open and not at_night
    root, *rest = live.spaces if shown else [replace(space, people=None) for space in live.spaces]
    parents = {space.space: space.parent for space in rest}
    floors = {space.space: space.name for space in rest if space.kind == "storey"}
    holds = {space.parent for space in rest}
    return like(
        PublicSite,
        live,
        timezone=place.timezone,
        at_night=at_night,
        level=_level(root, root.capacity),
        spaces=tuple(
            _space(space, _floor(space.space, parents, floors))
            for space in rest
            if space.space not in floors
            and (space.space not in holds or space.seats)
            and space.reason != "space_closed"
            and (space.seats or space.capacity or COARSE) >= COARSE
        ),
        days=_days(db, place, root.capacity, today),
        requests=tuple(like(PublicRequest, action) for action in get_actions(db, site, today)[:SHOWN]),
    )


def _floor(space: str, parents: Mapping[str, str | None], floors: Mapping[str, Text]) -> Text | None:
    """Return the name of the storey around a space."""
    at = parents.get(space)
    while at is not None and at not in floors:
        at = parents.get(at)
    return floors[at] if at is not None else None


def _at_night(time: datetime, place: Site) -> bool:
    hour = time.astimezone(ZoneInfo(place.timezone)).hour
    return hour in NIGHT or hour - 24 in NIGHT


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


def _days(db: Database, place: Site, capacity: int | None, today: date) -> tuple[PublicDay, ...]:
    """Return today and the six days after it, with the usual level of such weekdays."""
    cells = get_heatmap(db, place, place.id, today - USUAL, today - DAY)
    usual = {(cell.weekday, cell.hour): cell for cell in cells if cell.days >= LEAST_DAYS}
    return tuple(_day(place, today + n * DAY, usual, capacity) for n in range(WEEK))


def _day(
    place: Site, day: date, usual: Mapping[tuple[int, int], HeatCell], capacity: int | None
) -> PublicDay:
    spans = calendar.open_intervals(day, place)
    zone = ZoneInfo(place.timezone)
    begins = [t.astimezone(zone) for start, until in spans for t in whole_hours(start, until)]
    people = {t.hour: _usual(usual, t) for t in begins}
    known = {hour: n for hour, n in people.items() if n is not None}
    peak = max(known.values(), default=0.0)
    return PublicDay(
        day=day,
        open=spans,
        staffed=calendar.staffed_intervals(day, place),
        hours=tuple(
            PublicHour(hour=hour, level="unknown" if n is None else level(coarse(n), capacity or _room(peak)))
            for hour, n in people.items()
        ),
        quietest=min(known, key=lambda hour: known[hour]) if len(known) > 1 else None,
    )


def _usual(usual: Mapping[tuple[int, int], HeatCell], time: datetime) -> float | None:
    cell = usual.get((time.weekday(), time.hour))
    return cell.people if cell else None


def _room(peak: float) -> int:
    """Return the capacity to assume for a site that states none: a quarter more than the usual peak of the day."""
    return max(round(1.25 * peak), COARSE)
