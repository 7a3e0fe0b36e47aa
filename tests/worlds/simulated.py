"""Simulated worlds for tests, and what is counted in them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np

from besok.model.readings import Message, Reading
from besok.model.site import SiteFile
from besok.model.sitefile import parse as parse_sites
from collectors.decoding import decode
from sensors_sim.groups import PUBLIC
from sensors_sim.movements import Moves
from sensors_sim.scenario import Scenario
from sensors_sim.world import World
from tests.small_sites import NAME, library, portal, space

EXAMPLE = parse_sites(Path("sites/helsingborg.toml").read_text(encoding="utf-8"))
LIBRARY, PARK = 0, 1
MONDAY = date(2026, 11, 2)
DAY = timedelta(days=1)
CLUMP = 2.6  # of the largest groups, families
SIGMAS = 3.9  # standard errors: one in ten thousand


def scenario(**parts: object) -> Scenario:
    return Scenario(id="test", title=NAME, about=NAME, **parts)  # type: ignore[arg-type]


def house(rooms: Mapping[str, tuple[str, int]], hours: str = "09:00-21:00", capacity: int = 900) -> SiteFile:
    """A library with a foyer and rooms around it: name -> (kind, capacity), each with a door of its own."""
    spaces = [space(room, kind, capacity=seats) for room, (kind, seats) in rooms.items()]
    doors = [portal(f"{room}-door", "foyer", room) for room in rooms]
    return library(
        "branch",
        hours=hours,
        spaces=(space("foyer", "foyer"), *spaces),
        portals=(portal("door", "outside", "foyer"), *doors),
        capacity=capacity,
    )


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


def assert_conserved(world: World, moves: Moves, first: date, last: date) -> None:
    """Steps join, begin and end outside; no space ever holds fewer than nobody; all is within the business days."""
    ground = world.ground
    assert ((moves.time >= world.bounds(first)[0]) & (moves.time < world.bounds(last)[1])).all()
    order = np.lexsort((moves.time, moves.person))
    edge, inward, person = moves.edge[order], moves.inward[order], moves.person[order]
    left = np.where(inward, ground.outer[edge], ground.inner[edge])
    entered = np.where(inward, ground.inner[edge], ground.outer[edge])
    begins = np.append(True, person[1:] != person[:-1])[: len(person)]
    ends = np.append(begins[1:], True)[: len(person)]
    assert (left[begins] == ground.outside).all() and (entered[ends] == ground.outside).all()
    assert (left[1:][~begins[1:]] == entered[:-1][~ends[:-1]]).all()
    assert (np.diff(moves.time[order])[~begins[1:]] > 0).all()
    inside = np.cumsum(np.where(moves.inward[:, None], 1, -1) * ground.change[moves.edge], axis=0)
    assert (inside >= 0).all() and not (len(inside) and inside[-1].any())


def same(a: Moves, b: Moves) -> bool:
    return digest(a) == digest(b)


def digest(moves: Moves) -> str:
    """A few letters that stand for every byte of the moves."""
    columns = (moves.time, moves.edge, moves.inward.astype(np.int64), moves.person)
    return hashlib.sha256(b"".join(c.astype("<i8").tobytes() for c in columns)).hexdigest()[:16]


def all_of(lots: Iterable[list[Message]]) -> list[Message]:
    return [message for lot in lots for message in lot]


def readings(found: Iterable[Message]) -> list[Reading]:
    decoded = [decode(m) for m in found]
    assert not [p for d in decoded for p in d.problems]
    return [r for d in decoded for r in d.readings]


def totals(found: Iterable[Reading]) -> dict[tuple[str, str], int]:
    """People by device and direction."""
    total: dict[tuple[str, str], int] = {}
    for r in found:
        if r.metric in ("in", "out"):
            total[r.device, r.metric] = total.get((r.device, r.metric), 0) + int(r.value)
    return total
