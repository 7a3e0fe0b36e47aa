"""What scenarios do to the world: as many people as they say, by the ways and at the times they say; fixed seeds.

"Within sampling error" is four standard errors here: a right world is called wrong once in 16,000 times. Companies
come together, which makes the error of a count larger than that of as many single people.
"""

import hashlib
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.errors import ScenarioError
from core.site import Text
from core.sitefile import parse as parse_sites
from sensors_sim import truth
from sensors_sim.scenario import ORDINARY, Rates, Scenario
from sensors_sim.scenariofile import load
from sensors_sim.walks import Moves
from sensors_sim.world import World

EXAMPLE = parse_sites(Path("sites/helsingborg.toml").read_text(encoding="utf-8"))
LIBRARY, PARK = 0, 1
MONDAY = date(2026, 11, 2)
NAME = Text(sv="x", en="x")
PUBLIC = 0
SIGMAS = 4


def scenario(**parts: object) -> Scenario:
    return Scenario(id="test", title=NAME, about=NAME, **parts)  # type: ignore[arg-type]


def public(moves: Moves, site: int) -> Moves:
    """The moves of the site's own public."""
    return moves.only(((moves.person >> 22) & 3 == PUBLIC) & ((moves.person >> 24) & 0xFFFF == site))


def visitors(moves: Moves, site: int) -> int:
    return len(np.unique(public(moves, site).person))


@cache
def ordinary(days: int = 14) -> Moves:
    return World(EXAMPLE).days(MONDAY, MONDAY + timedelta(days=days - 1)).in_order()


def under(change: Scenario, days: int = 14) -> tuple[World, Moves]:
    world = World(EXAMPLE, scenario=change)
    return world, world.days(MONDAY, MONDAY + timedelta(days=days - 1)).in_order()


def digest(moves: Moves) -> str:
    """A few letters that stand for every byte of the moves."""
    columns = (moves.time, moves.edge, moves.inward.astype(np.int64), moves.person)
    return hashlib.sha256(b"".join(c.astype("<i8").tobytes() for c in columns)).hexdigest()[:16]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 24), "b6b47f0e8e2945d3"),
        (date(2026, 7, 4), "6db3605d159512c5"),
        (date(2026, 10, 25), "2d4e9dede0d6002b"),
        (date(2024, 9, 13), "f74900ea732720fe"),
    ],
)
def test_without_a_scenario_days_are_what_they_were_before_there_were_any(day: date, expected: str) -> None:
    assert digest(World(EXAMPLE, scenario=ORDINARY).day(day)) == expected


def test_twice_the_arrivals_are_twice_the_visitors() -> None:
    _, moves = under(scenario(rates=(Rates(site="*", arrivals=2.0),)))
    for site in (LIBRARY, PARK):
        before, after = visitors(ordinary(), site), visitors(moves, site)
        assert abs(after - 2 * before) < SIGMAS * np.sqrt(2.5 * (after + 4 * before))


def test_a_name_that_is_not_there_is_told_with_what_comes_close() -> None:
    with pytest.raises(ScenarioError, match=r'no site "stadsbibliotek" \(did you mean "stadsbiblioteket"\?'):
        World(EXAMPLE, scenario=scenario(rates=(Rates(site="stadsbibliotek"),)))


def test_shipped_double_visitors_doubles_visits() -> None:
    world, moves = under(load("double-visitors"))
    before, after = (len(truth.entries(world.ground, LIBRARY, m)) for m in (ordinary(), moves))
    assert 1.9 < after / before < 2.05
