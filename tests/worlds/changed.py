"""Worlds that a scenario changes, and what is counted in them."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np

from besok.model.site import OpeningHours, Portal, Site, SiteFile, Space, Text
from besok.model.sitefile import parse as parse_sites
from sensors_sim.groups import PUBLIC
from sensors_sim.movements import Moves
from sensors_sim.scenario import Scenario
from sensors_sim.world import World

EXAMPLE = parse_sites(Path("sites/helsingborg.toml").read_text(encoding="utf-8"))
LIBRARY, PARK = 0, 1
MONDAY = date(2026, 11, 2)
DAY = timedelta(days=1)
NAME = Text(sv="x", en="x")
CLUMP = 2.6  # of the largest companies, families
SIGMAS = 3.9  # standard errors: one in ten thousand


def scenario(**parts: object) -> Scenario:
    return Scenario(id="test", title=NAME, about=NAME, **parts)  # type: ignore[arg-type]


def house(rooms: Mapping[str, tuple[str, int]], hours: str = "09:00-21:00", capacity: int = 900) -> SiteFile:
    """A library with a foyer and rooms around it: name -> (kind, capacity), each with a door of its own."""
    spaces = [Space(id=room, name=NAME, kind=kind, capacity=seats) for room, (kind, seats) in rooms.items()]
    doors = [Portal(id=f"{room}-door", name=NAME, outer="foyer", inner=room) for room in rooms]
    week = dict.fromkeys(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), hours
    )
    site = Site(
        id="branch",
        kind="library",
        name=NAME,
        timezone="Europe/Stockholm",
        opening=OpeningHours(**week),
        spaces=(Space(id="foyer", name=NAME, kind="foyer"), *spaces),
        portals=(Portal(id="door", name=NAME, outer="outside", inner="foyer"), *doors),
        capacity=capacity,
    )
    return SiteFile(sites=(site,))


def public(moves: Moves, site: int = 0) -> Moves:
    """The moves of the site's own public."""
    return of(moves, PUBLIC, site)


def of(moves: Moves, series: int, site: int = 0) -> Moves:
    return moves.only(((moves.person >> 22) & 3 == series) & ((moves.person >> 24) & 0xFFFF == site))


def visitors(moves: Moves, site: int) -> int:
    return len(np.unique(public(moves, site).person))


@cache
def ordinary(days: int = 14) -> Moves:
    return World(EXAMPLE).days(MONDAY, MONDAY + (days - 1) * DAY).in_order()


def under(
    change: Scenario, days: int = 14, sites: SiteFile = EXAMPLE, first: date = MONDAY
) -> tuple[World, Moves]:
    world = World(sites, scenario=change)
    return world, world.days(first, first + (days - 1) * DAY).in_order()


def first_steps(moves: Moves, edges: Sequence[int]) -> Moves:
    """For each person the first step over any of the edges."""
    over = moves.only(np.isin(moves.edge, edges)).in_order()
    return over.only(np.unique(over.person, return_index=True)[1])


def edge(world: World, name: str) -> int:
    return world.ground.portals.index(name)


def same(a: Moves, b: Moves) -> bool:
    return digest(a) == digest(b)


def digest(moves: Moves) -> str:
    """A few letters that stand for every byte of the moves."""
    columns = (moves.time, moves.edge, moves.inward.astype(np.int64), moves.person)
    return hashlib.sha256(b"".join(c.astype("<i8").tobytes() for c in columns)).hexdigest()[:16]
