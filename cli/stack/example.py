"""Surroundings of the demo's simulated counts: the programme its people come for, an invented ledger."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from besok.files import actions as ledger
from besok.model.calendar_entries import Occurrence
from besok.model.site import SiteFile
from besok.store import actions, calendars
from besok.store.database import Database
from cli.stack.program import EXAMPLE
from sensors_sim.times import instant
from sensors_sim.world import World

LEDGER = EXAMPLE.with_name("helsingborg-actions.csv")
CALENDAR = "simulated"
AHEAD = timedelta(days=90)
TITLES: Final = {
    "evening": "Kvällsprogram (simulerat)",
    "matinee": "Lördagsmatiné (simulerad)",
    "concert": "Konsert (simulerad)",
}


def programme(
    sites: SiteFile, first: date, last: date, seed: int = 1
) -> Iterator[tuple[str, Occurrence, str]]:
    """Return the events of the simulated world: site, event, space."""
    world = World(sites, seed)
    for site, day, plan in world.programme(first, last):
        space = world.ground.spaces[plan.place].split("/")[-1]
        yield (
            site.id,
            Occurrence(
                uid=f"{plan.kind}-{day}",
                title=TITLES[plan.kind],
                place=space,
                start=instant(plan.begins),
                end=instant(plan.begins + plan.lasts),
                all_day=False,
            ),
            space,
        )


def put(db: Database, sites: SiteFile, first: date, today: date, now: datetime) -> None:
    """Store the programme since `first` and the invented ledger in the demo's database."""
    occurrences = list(programme(sites, first, today + AHEAD))
    for site in sites.sites:
        events = [(occurrence, space) for name, occurrence, space in occurrences if name == site.id]
        calendars.import_events(db, site.id, CALENDAR, events, now=now)
    if LEDGER.exists():
        known = {site.id for site in sites.sites}
        acts = [
            a for a in ledger.parse(LEDGER.read_text(encoding="utf-8"), str(LEDGER), ()) if a.site in known
        ]
        past = [
            a for a in acts if (a.answered or a.asked or today) <= today
        ]  # this machine's clock may be at any day
        actions.put(db, [a for a in past if set(a.spaces) <= _spaces(sites, a.site)], "demo", now)


def _spaces(sites: SiteFile, name: str) -> set[str]:
    return {space.id for site in sites.sites if site.id == name for space in site.spaces}
