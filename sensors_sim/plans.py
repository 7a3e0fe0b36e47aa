"""What people come to do: the plans for each kind of site, how long they take, in which company. All invented."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from besok.model.site import Site, Space
from sensors_sim.conduct import ORDINARILY, Manner
from sensors_sim.noise import Floats, Ints, lognormal_table
from sensors_sim.routes import Ground
from sensors_sim.scenario import Profile

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
    Plan(
        name="errand",
        kinds=("foyer", "lending"),
        share=0.2,
        stay_s=9 * MINUTE,
        spread=0.6,
        sizes=ALONE,
        more=0.25,
    ),
    Plan(name="browse", kinds=("shelves",), share=0.19, stay_s=24 * MINUTE, spread=0.7),
    Plan(
        name="children",
        kinds=("children",),
        share=0.17,
        stay_s=48 * MINUTE,
        spread=0.5,
        sizes=FAMILIES,
        more=0.2,
    ),
    Plan(name="read", kinds=("reading",), share=0.21, stay_s=80 * MINUTE, spread=0.8, sizes=ALONE),
    Plan(name="cafe", kinds=("cafe",), share=0.09, stay_s=34 * MINUTE, spread=0.5, sizes=FRIENDS),
    Plan(name="exhibition", kinds=("exhibition",), share=0.05, stay_s=16 * MINUTE, spread=0.6, more=0.4),
    Plan(
        name="meet", kinds=("meeting",), share=0.012, stay_s=80 * MINUTE, spread=0.4, sizes=FRIENDS, more=0.15
    ),
    Plan(name="make", kinds=("studio",), share=0.011, stay_s=95 * MINUTE, spread=0.4, more=0.2),
    Plan(
        name="pass",
        kinds=("foyer",),
        share=0.06,
        stay_s=20,
        spread=0.8,
        sizes=ALONE,
        more=0,
        fair=1.3,
        through=True,
    ),
)
PARK_PLANS: Final = (
    Plan(name="walk", kinds=("path",), share=0.4, stay_s=9 * MINUTE, spread=0.6, more=0.2, through=True),
    Plan(
        name="play",
        kinds=("playground",),
        share=0.2,
        stay_s=50 * MINUTE,
        spread=0.5,
        sizes=FAMILIES,
        fair=1.4,
    ),
    Plan(name="rest", kinds=("lawn",), share=0.14, stay_s=55 * MINUTE, spread=0.6, sizes=FRIENDS, fair=2.2),
    Plan(name="garden", kinds=("garden",), share=0.1, stay_s=17 * MINUTE, spread=0.6, fair=1.2),
    Plan(
        name="terrace",
        kinds=("terrace",),
        share=0.08,
        stay_s=28 * MINUTE,
        spread=0.6,
        sizes=FRIENDS,
        fair=1.6,
    ),
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
    demand: float  # of those who would come if nothing were closed, the share that finds what they come for


WEATHERS: Final = 3  # poor, middling, fine
MOST_MORE: Final = 0.7  # of companies go on to a second place, whatever was learnt
_Pairs = list[tuple[int, int]]  # (plan, place)


def choices(
    ground: Ground,
    number: int,
    whole: Ground | None = None,
    manner: Manner = ORDINARILY,
    profile: Profile | None = None,
) -> Choices | None:
    """The choices people have at site `number`; None where there is no place to go to.

    `whole` is the ground with nothing closed. Who comes for something that has another place goes there, by the room
    that is left; who comes for what is closed altogether stays at home.
    """
    whole = whole or ground
    plans, every = _served(whole, ground.sites[number], number, profile)
    within = set(reachable(ground, number))
    places = [(p, s) for p, s in every if s in within]
    if not places:
        return None
    shares = _weights(ground, plans, places, manner, profile)
    totals = shares.sum(axis=1, keepdims=True)
    usual = shares if whole is ground else _weights(ground, plans, every, manner, profile)
    if not (totals > 0).all():
        return None
    plan = np.array([p for p, _ in places], dtype=np.int64)
    sizes = np.array([p.sizes for p in plans], dtype=np.int64)
    more = _more(plans, profile)
    stay_s = np.array([lognormal_table(p.stay_s, p.spread) for p in plans])
    factor = manner.stay * _learnt_stay(stay_s, more, plan, shares[1] * sizes.mean(axis=1)[plan], profile)
    return Choices(
        place=np.array([s for _, s in places], dtype=np.int64),
        plan=plan,
        upto=np.cumsum(shares / totals, axis=1),
        stay_s=np.rint(stay_s * factor).astype(np.int64),
        sizes=sizes,
        more=more,
        through=np.array([float(p.through) for p in plans]),
        mean_size=((shares / totals) @ sizes.mean(axis=1)[plan]).round(
            12
        ),  # machines differ in the last digits
        demand=round(_people(plans, places, shares) / _people(plans, every, usual), 9),
    )


def _people(plans: tuple[Plan, ...], pairs: _Pairs, shares: Floats) -> float:
    """The people, beside each other in number, who choose any of the pairs in middling weather."""
    size = np.array([np.mean(plans[p].sizes) for p, _ in pairs])
    return float((shares[1] * size).sum())


def _served(
    whole: Ground, site: Site, number: int, profile: Profile | None
) -> tuple[tuple[Plan, ...], list[tuple[int, int]]]:
    """The plans that the site has places for, and the pairs (plan, place)."""
    within = reachable(whole, number)
    plans = tuple(p for p in PLANS[site.kind] if any(whole.detail[s].kind in p.kinds for s in within))
    if not plans:
        return (ANYWHERE,), [(0, s) for s in within]
    pairs = [(n, s) for n, p in enumerate(plans) for s in within if whole.detail[s].kind in p.kinds]
    learnt = [whole.spaces.index(name) for name in profile.spaces] if profile else []
    bare = [s for s in learnt if s in within and not any(whole.inside[place, s] for _, place in pairs)]
    return (*plans, ANYWHERE), [*pairs, *((len(plans), s) for s in bare)]


def reachable(ground: Ground, number: int) -> list[int]:
    """The places of site `number` that one can come to from outside."""
    gates = [e for n in range(len(ground.sites)) for e in ground.gates(n)]
    starts = sorted({ground.step_in(e) for e in gates})
    own = np.flatnonzero(ground.site_of[: ground.outside] == number)
    found: list[int] = own[(ground.paths.walk_s[starts][:, own] >= 0).any(axis=0)].tolist()
    return found


def _weights(
    ground: Ground, plans: tuple[Plan, ...], pairs: _Pairs, manner: Manner, profile: Profile | None
) -> Floats:
    """How often each pair is chosen, by [weather, pair]."""
    factors = dict(manner.plans)
    shares: Floats = _shares(ground, plans, pairs) * np.array(
        [factors.get(plans[p].name, 1.0) for p, _ in pairs]
    )
    if not profile or not profile.spaces:
        return shares
    size: Floats = np.array([np.mean(plans[p].sizes) for p, _ in pairs])
    learnt: Floats = _as_learnt(ground, shares, pairs, profile) / size
    return learnt


def _as_learnt(ground: Ground, shares: Floats, pairs: _Pairs, profile: Profile) -> Floats:
    """The shares that were learnt of spaces, each divided among what serves in it; the others share what is left.

    What was learnt are shares of people: where large companies go, fewer companies go.
    """
    learnt = {ground.spaces.index(name): share for name, share in profile.spaces.items()}
    found = np.zeros_like(shares)
    around = np.array([_deepest(ground, place, learnt) for _, place in pairs])
    for space, share in [*learnt.items(), (ground.outside, max(0.0, 1 - sum(learnt.values())))]:
        own = around == space
        usual = shares[:, own].sum(axis=1, keepdims=True)
        found[:, own] = shares[:, own] / np.where(usual > 0, usual, 1) * share
    return found


def _deepest(ground: Ground, place: int, spaces: Iterable[int]) -> int:
    """The innermost of the spaces that holds the place; outside if none does."""
    holding = [s for s in spaces if ground.inside[place, s]]
    return max(holding, key=lambda s: int(ground.inside[s].sum()), default=ground.outside)


def _more(plans: tuple[Plan, ...], profile: Profile | None) -> Floats:
    """The share of companies that go on to a second place, by plan; half of it to a third."""
    extra = sum(profile.spaces.values()) - 1 if profile else 0.0  # stays beyond the first
    if extra <= 0:
        return np.array([p.more for p in plans])
    learnt = round(min(MOST_MORE, (1 + 2 * extra) ** 0.5 - 1), 6)
    return np.array([0.0 if p.through else learnt for p in plans])


def _learnt_stay(stay_s: Ints, more: Floats, plan: Ints, people: Floats, profile: Profile | None) -> float:
    """The factor on stays that makes the mean visit as long as was learnt; `people` are shares of destinations."""
    if not profile or not profile.stay_min:
        return 1.0
    mean = stay_s.mean(axis=1)[plan]
    again = float((people * mean).sum() / people.sum())
    goes_on = more[plan] * (1 + more[plan] / 2)
    visit = float((people * (mean + goes_on * again)).sum() / people.sum())
    return round(profile.stay_min * MINUTE / visit, 6)


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
