"""Small libraries for tests: a name, a week of hours, spaces, doors and sensors."""

from datetime import time
from functools import cache
from pathlib import Path
from typing import Any

from besok.model import sitefile
from besok.model.site import (
    OpeningException,
    OpeningHours,
    Portal,
    Sensor,
    Site,
    SiteFile,
    Space,
    Text,
    WeekHours,
)

NAME = Text(sv="x", en="x")
EXAMPLE = Path(__file__).parents[1] / "sites" / "helsingborg.toml"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@cache
def example_file() -> SiteFile:
    """Return the example's sites."""
    return sitefile.parse(EXAMPLE.read_text("utf-8"), EXAMPLE.name)


def week(hours: str, *exceptions: OpeningException, **more: Any) -> OpeningHours:
    """The same hours every day, or others on the weekdays named in `more`."""
    return OpeningHours(tables=(WeekHours(**dict.fromkeys(DAYS, hours) | more),), exceptions=exceptions)


def house(opening: OpeningHours, id: str = "house", **more: Any) -> Site:
    """A house without spaces and doors, whose days begin at four."""
    return Site(
        id=id,
        kind="library",
        name=Text(sv="Huset", en="The house"),
        timezone="Europe/Stockholm",
        day_start=time(4),
        opening=opening,
        spaces=(),
        portals=(),
        **more,
    )


def space(id: str, kind: str = "zone", **more: Any) -> Space:
    return Space(id=id, name=NAME, kind=kind, **more)


def portal(id: str, outer: str, inner: str, **more: Any) -> Portal:
    return Portal(id=id, name=NAME, outer=outer, inner=inner, **more)


def library(
    id: str,
    *,
    hours: str = "10:00-18:00",
    spaces: tuple[Space, ...] = (),
    portals: tuple[Portal, ...] = (),
    sensors: tuple[Sensor, ...] = (),
    **more: Any,
) -> SiteFile:
    """One library, with one door into its root space unless others are given."""
    site = Site(
        id=id,
        kind="library",
        name=NAME,
        timezone="Europe/Stockholm",
        opening=week(hours),
        spaces=spaces,
        portals=portals or (portal("door", "outside", id),),
        sensors=sensors,
        **more,
    )
    return SiteFile(sites=(site,))
