"""What people come to do: the plans for each kind of site, how long they take, in which company. All invented."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.site import Site, Space
from sensors_sim.noise import Floats, Ints, lognormal_table
from sensors_sim.routes import Ground

STOPS: Final = 3  # the most places that one visit stays in
ALONE = (1, 1, 1, 1, 1, 1, 1, 2)
SOME_PAIRS = (1, 1, 1, 1, 1, 2, 2, 3)
FAMILIES = (1, 2, 2, 2, 3, 3, 4, 5)
FRIENDS = (1, 1, 2, 2, 2, 3, 3, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What somebody comes for: the kinds of space that serve it, and how it goes."""

    name: str
    kinds: tuple[str, ...]
    share: float  # of all who come, in middling weather
    stay_s: int  # median
    spread: float  # of the logarithm of the stay
    sizes: tuple[int, ...] = SOME_PAIRS  # of the company, each as likely
    more: float = 0.3  # share of companies that go somewhere else afterwards
    fair: float = 1.0  # how much more often it is chosen in the finest weather than in middling
    through: bool = False  # comes in on one side and leaves on the other


MINUTE: Final = 60
LIBRARY_PLANS: Final = (
    Plan(name="errand", kinds=("foyer", "lending"), share=0.2, stay_s=9 * MINUTE, spread=0.6, sizes=ALONE, more=0.25),
    Plan(name="browse", kinds=("shelves",), share=0.19, stay_s=24 * MINUTE, spread=0.7),
    Plan(name="children", kinds=("children",), share=0.17, stay_s=48 * MINUTE, spread=0.5, sizes=FAMILIES, more=0.2),
    Plan(name="read", kinds=("reading",), share=0.21, stay_s=80 * MINUTE, spread=0.8, sizes=ALONE),
    Plan(name="café", kinds=("cafe",), share=0.09, stay_s=34 * MINUTE, spread=0.5, sizes=FRIENDS),
    Plan(name="exhibition", kinds=("exhibition",), share=0.05, stay_s=16 * MINUTE, spread=0.6, more=0.4),
    Plan(name="meet", kinds=("meeting",), share=0.012, stay_s=80 * MINUTE, spread=0.4, sizes=FRIENDS, more=0.15),
    Plan(name="make", kinds=("studio",), share=0.011, stay_s=95 * MINUTE, spread=0.4, more=0.2),
    Plan(name="pass", kinds=("foyer",), share=0.06, stay_s=20, spread=0.8, sizes=ALONE, more=0, fair=1.3, through=True),
)
PARK_PLANS: Final = (
    Plan(name="walk", kinds=("path",), share=0.4, stay_s=9 * MINUTE, spread=0.6, more=0.2, through=True),
    Plan(name="play", kinds=("playground",), share=0.2, stay_s=50 * MINUTE, spread=0.5, sizes=FAMILIES, fair=1.4),
    Plan(name="rest", kinds=("lawn",), share=0.14, stay_s=55 * MINUTE, spread=0.6, sizes=FRIENDS, fair=2.2),
    Plan(name="garden", kinds=("garden",), share=0.1, stay_s=17 * MINUTE, spread=0.6, fair=1.2),
    Plan(name="terrace", kinds=("terrace",), share=0.08, stay_s=28 * MINUTE, spread=0.6, sizes=FRIENDS, fair=1.6),
    Plan(name="sit", kinds=("stage",), share=0.08, stay_s=18 * MINUTE, spread=0.6),
)
PLANS: Final = {"library": LIBRARY_PLANS, "park": PARK_PLANS}
ANYWHERE: Final = Plan(name="visit", kinds=(), share=1.0, stay_s=30 * MINUTE, spread=0.7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The plans of one site as tables. A destination is a plan together with one of the places that serve it."""

    place: Ints  # by destination
    plan: Ints
    upto: Floats  # [weather class, destination]: cumulative shares
    stay_s: Ints  # [plan, quantile]
    sizes: Ints  # [plan, 8]
    more: Floats  # by plan
    through: Floats  # by plan, 0 or 1
    mean_size: Floats  # by weather class


WEATHERS: Final = 3  # poor, middling, fine


def choices(ground: Ground, number: int) -> Choices | None:
    """The choices people have at site `number`; None where there is no place to go to."""
    site = ground.sites[number]
    plans, places = _served(ground, site, number)
    if not places:
        return None
    shares = _shares(ground, plans, places)
    plan = np.array([p for p, _ in places], dtype=np.int64)
    sizes = np.array([p.sizes for p in plans], dtype=np.int64)
    totals = shares.sum(axis=1, keepdims=True)
    return Choices(
        place=np.array([s for _, s in places], dtype=np.int64),
        plan=plan,
        upto=np.cumsum(shares / totals, axis=1),
        stay_s=np.array([lognormal_table(p.stay_s, p.spread) for p in plans]),
        sizes=sizes,
        more=np.array([p.more for p in plans]),
        through=np.array([float(p.through) for p in plans]),
        mean_size=(shares / totals) @ sizes.mean(axis=1)[plan],
    )


def _served(ground: Ground, site: Site, number: int) -> tuple[tuple[Plan, ...], list[tuple[int, int]]]:
    """The plans that the site has places for, and the pairs (plan, place)."""
    within = reachable(ground, number)
    plans = tuple(p for p in PLANS[site.kind] if any(ground.detail[s].kind in p.kinds for s in within))
    if not plans:
        return (ANYWHERE,), [(0, s) for s in within]
    return plans, [(n, s) for n, p in enumerate(plans) for s in within if ground.detail[s].kind in p.kinds]


def reachable(ground: Ground, number: int) -> list[int]:
    """The places of site `number` that one can come to from outside."""
    gates = [e for n in range(len(ground.sites)) for e in ground.gates(n)]
    starts = {ground.step_in(e) for e in gates}
    own = [s for s in range(ground.outside) if ground.site_of[s] == number]
    return [s for s in own if any(ground.paths.walk_s[start, s] >= 0 for start in starts)]


def _shares(ground: Ground, plans: tuple[Plan, ...], places: list[tuple[int, int]]) -> Floats:
    room = [_room(ground.detail[s]) for _, s in places]
    total = [sum(r for r, (q, _) in zip(room, places, strict=True) if q == p) for p, _ in places]
    shares = np.zeros((WEATHERS, len(places)))
    for n, (p, _) in enumerate(places):
        fair = plans[p].fair
        shares[:, n] = plans[p].share * room[n] / total[n] * np.array([1 / fair, 1.0, fair])
    return shares


def _room(space: Space) -> float:
    return float(space.capacity or space.seats or 20)
