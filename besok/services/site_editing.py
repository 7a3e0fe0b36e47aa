"""Editing a site in pages: the preview of an edit, the edit, and the setup steps of a new site."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from besok.model.site import OUTSIDE, WEEKDAYS, Site, SiteFile
from besok.model.sitefile.edit import Edit, Values, created, edited
from besok.store import sites
from besok.store.database import Database

Step = Literal["site", "spaces", "doors", "hours", "sensors", "plan", "past", "target"]
NEEDED: Sequence[Step] = ("site", "doors", "hours", "sensors")  # before figures can be seen


@dataclass(frozen=True, slots=True, kw_only=True)
class EditEffect:
    """What an edit makes of days that are over.

    The days of which the visits are counted again, with their net visits in all before and after, and the days of
    which the opening hours change, whose occupancy is estimated again.
    """

    days: int
    first: date | None
    last: date | None
    before: float
    after: float
    estimated: int


def change(db: Database, edit: Edit, *, author: str, now: datetime, dry_run: bool = False) -> EditEffect:
    """Edit a part of a site; a dry run only returns the effect. Raises NotFound, EditConflict, EditRefused."""
    done = sites.edit(db, lambda known: edited(known, edit), author=author, dry_run=dry_run, now=now)
    days = sorted({day for one in done.recounted for day in one.days})
    return EditEffect(
        days=len(days),
        first=days[0] if days else None,
        last=days[-1] if days else None,
        before=sum(one.before for one in done.recounted),
        after=sum(one.after for one in done.recounted),
        estimated=len(done.estimated),
    )


def create(db: Database, values: Values, *, author: str, now: datetime) -> str:
    """Make a site, and return its id. Raises EditRefused."""
    names: list[str] = []

    def added(known: SiteFile) -> SiteFile:
        changed, name = created(known, values)
        names.append(name)
        return changed

    sites.edit(db, added, author=author, now=now)
    return names[-1]


def steps(site: Site, *, imported: bool) -> dict[Step, bool]:
    """Return the setup steps from nothing to the first figures, in order, and which of them are done."""
    hours_set = any(getattr(table, day) != "always" for table in site.opening.tables for day in WEEKDAYS)
    return {
        "site": True,
        "spaces": bool(site.spaces),
        "doors": any(OUTSIDE in (p.outer, p.inner) for p in site.portals),
        "hours": site.kind == "park" or hours_set,
        "sensors": bool(site.sensors),
        "plan": any(space.shape for space in site.spaces),
        "past": imported,
        "target": site.target is not None,
    }


def next_step(done: dict[Step, bool]) -> Step | None:
    """Return the next setup step; None once figures can be seen. Storeys and rooms come before doors."""
    if not done["spaces"] and not done["doors"]:
        return "spaces"
    return next((step for step in NEEDED if not done[step]), None)
