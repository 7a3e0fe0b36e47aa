"""Plans of visitors: purposes, stays and company for each kind of site. All invented."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from besok.model.arrays import Floats, Ints
from besok.model.site import Site
from sensors_sim.day_rates import Usage
from sensors_sim.noise import lognormal_table
from sensors_sim.routes import Ground
from sensors_sim.scenario import Profile

STOPS: Final = 3  # the most places that one visit stays in
MINUTE: Final = 60
ALONE = (1, 1, 1, 1, 1, 1, 1, 2)
SOME_PAIRS = (1, 1, 1, 1, 1, 2, 2, 3)
FAMILIES = (1, 2, 2, 2, 3, 3, 4, 5)
FRIENDS = (1, 1, 2, 2, 2, 3, 3, 5)


@dataclass(frozen=True, slots=True)
class Plan:
    """A purpose of a visit: the kinds of space that serve it, the stay, and the company."""

    name: str
    kinds: tuple[str, ...]
    share: float  # of all who come, in middling weather
    stay_s: int  # median
    spread: float  # of the logarithm of the stay
    sizes: tuple[int, ...] = SOME_PAIRS  # of the group, each as likely
    more: float = 0.3  # share of groups that go somewhere else afterwards
    fair: float = 1.0  # how much more often it is chosen in the finest weather than in middling
    through: bool = False  # comes in on one side and leaves on the other


LIBRARY_PLANS: Final = (
    Plan("errand", ("foyer", "lending"), 0.2, 9 * MINUTE, 0.6, sizes=ALONE, more=0.25),
    Plan("browse", ("shelves",), 0.19, 24 * MINUTE, 0.7),
    Plan("children", ("children",), 0.17, 48 * MINUTE, 0.5, sizes=FAMILIES, more=0.2),
    Plan("read", ("reading",), 0.21, 80 * MINUTE, 0.8, sizes=ALONE),
    Plan("cafe", ("cafe",), 0.09, 34 * MINUTE, 0.5, sizes=FRIENDS),
    Plan("exhibition", ("exhibition",), 0.05, 16 * MINUTE, 0.6, more=0.4),
    Plan("meet", ("meeting",), 0.012, 80 * MINUTE, 0.4, sizes=FRIENDS, more=0.15),
    Plan("make", ("studio",), 0.011, 95 * MINUTE, 0.4, more=0.2),
    Plan("pass", ("foyer",), 0.06, 20, 0.8, sizes=ALONE, more=0, fair=1.3, through=True),
)
PARK_PLANS: Final = (
    Plan("walk", ("path",), 0.4, 9 * MINUTE, 0.6, more=0.2, through=True),
    Plan("play", ("playground",), 0.2, 50 * MINUTE, 0.5, sizes=FAMILIES, fair=1.4),
    Plan("rest", ("lawn",), 0.14, 55 * MINUTE, 0.6, sizes=FRIENDS, fair=2.2),
    Plan("garden", ("garden",), 0.1, 17 * MINUTE, 0.6, fair=1.2),
    Plan("terrace", ("terrace",), 0.08, 28 * MINUTE, 0.6, sizes=FRIENDS, fair=1.6),
    Plan("sit", ("stage",), 0.08, 18 * MINUTE, 0.6),
)
PLANS: Final = {"library": LIBRARY_PLANS, "park": PARK_PLANS}
ANYWHERE: Final = Plan("visit", (), 1.0, 30 * MINUTE, 0.7)


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
MOST_MORE: Final = 0.7  # of groups go on to a second place, whatever was learnt
_Pairs = list[tuple[int, int]]  # (plan, place)


def choices(
    ground: Ground, number: int, full: Ground, usage: Usage, profile: Profile | None = None
) -> Choices | None:
    """Return the choices of visitors at site `number`; None where there is no place to go to.

    `full` is the ground with nothing closed. Who comes for something that has another place goes there, by the room
    that is left; who comes for what is closed altogether stays at home.
    """
    plans, every = _served(full, full.sites[number], number, profile)
    within = set(ground.reachable(number))
    pairs = [(p, s) for p, s in every if s in within]
    if not pairs:
        return None
    shares = _shares(ground, plans, pairs, usage, profile)
    usual = shares if full is ground else _shares(ground, plans, every, usage, profile)
    totals = shares.sum(axis=1, keepdims=True)
    if not (totals > 0).all():
        return None
    plan = np.array([p for p, _ in pairs], dtype=np.int64)
    sizes = np.array([p.sizes for p in plans], dtype=np.int64)
    mean_size = sizes.mean(axis=1)
    more = _more(plans, profile)
    stay_s = np.array([lognormal_table(p.stay_s, p.spread) for p in plans])
    factor = usage.stay * _stay_factor(stay_s, more, plan, shares[1] * mean_size[plan], profile)
    people = float((shares[1] * mean_size[plan]).sum())
    drawn = float((usual[1] * mean_size[[p for p, _ in every]]).sum()) if usual is not shares else people
    return Choices(
        place=np.array([s for _, s in pairs], dtype=np.int64),
        plan=plan,
        upto=np.cumsum(shares / totals, axis=1),
        stay_s=np.rint(stay_s * factor).astype(np.int64),
        sizes=sizes,
        more=more,
        through=np.array([float(p.through) for p in plans]),
        mean_size=((shares / totals) @ mean_size[plan]).round(12),  # machines differ in the last digits
        demand=round(people / drawn, 9),
    )


def _served(
    full: Ground, site: Site, number: int, profile: Profile | None
) -> tuple[tuple[Plan, ...], _Pairs]:
    """Return the plans that the site has places for, and the pairs (plan, place)."""
    within = full.reachable(number)
    plans = tuple(p for p in PLANS[site.kind] if any(full.detail[s].kind in p.kinds for s in within))
    if not plans:
        return (ANYWHERE,), [(0, s) for s in within]
    pairs = [(n, s) for n, p in enumerate(plans) for s in within if full.detail[s].kind in p.kinds]
    learnt = [full.spaces.index(name) for name in profile.spaces] if profile else []
    bare = [s for s in learnt if s in within and not any(full.inside[place, s] for _, place in pairs)]
    return (*plans, ANYWHERE), [*pairs, *((len(plans), s) for s in bare)]


def _shares(
    ground: Ground, plans: tuple[Plan, ...], pairs: _Pairs, usage: Usage, profile: Profile | None
) -> Floats:
    """Return the share of each pair by [weather, pair]; places share a plan by their capacity."""
    room = [float(ground.detail[s].capacity or ground.detail[s].seats or 20) for _, s in pairs]
    total = [sum(r for r, (q, _) in zip(room, pairs, strict=True) if q == p) for p, _ in pairs]
    factors = dict(usage.plans)
    shares = np.zeros((WEATHERS, len(pairs)))
    for n, (p, _) in enumerate(pairs):
        plan = plans[p]
        shares[:, n] = plan.share * room[n] / total[n] * np.array([1 / plan.fair, 1.0, plan.fair])
        shares[:, n] *= factors.get(plan.name, 1.0)
    if not profile or not profile.spaces:
        return shares
    sizes: Floats = np.array([np.mean(plans[p].sizes) for p, _ in pairs])
    return np.asarray(_by_profile(ground, shares, pairs, profile) / sizes)


def _by_profile(ground: Ground, shares: Floats, pairs: _Pairs, profile: Profile) -> Floats:
    """Shares of people by the profile's spaces, each divided among what serves in it; the others share what is left."""
    learnt = {ground.spaces.index(name): share for name, share in profile.spaces.items()}
    shares_of_profile = np.zeros_like(shares)
    around = np.array([_innermost(ground, place, learnt) for _, place in pairs])
    for space, share in [*learnt.items(), (ground.outside, max(0.0, 1 - sum(learnt.values())))]:
        members = around == space
        usual = shares[:, members].sum(axis=1, keepdims=True)
        shares_of_profile[:, members] = shares[:, members] / np.where(usual > 0, usual, 1) * share
    return shares_of_profile


def _innermost(ground: Ground, place: int, spaces: Iterable[int]) -> int:
    """Return the innermost of the profile's spaces around the place; outside if there is none."""
    holding = [s for s in spaces if ground.inside[place, s]]
    return max(holding, key=lambda s: int(ground.inside[s].sum()), default=ground.outside)


def _more(plans: tuple[Plan, ...], profile: Profile | None) -> Floats:
    """Return the share of groups that go on to a second place, by plan; half of it to a third."""
    extra = sum(profile.spaces.values()) - 1 if profile else 0.0  # stays beyond the first
    if extra <= 0:
        return np.array([p.more for p in plans])
    learnt = round(min(MOST_MORE, (1 + 2 * extra) ** 0.5 - 1), 6)
    return np.array([0.0 if p.through else learnt for p in plans])


def _stay_factor(stay_s: Ints, more: Floats, plan: Ints, people: Floats, profile: Profile | None) -> float:
    """Return the factor on stays that gives the learnt mean visit; `people` are shares of destinations."""
    if not profile or not profile.stay_min:
        return 1.0
    mean = stay_s.mean(axis=1)[plan]
    again = float((people * mean).sum() / people.sum())
    goes_on = more[plan] * (1 + more[plan] / 2)
    visit = float((people * (mean + goes_on * again)).sum() / people.sum())
    return round(profile.stay_min * MINUTE / visit, 6)
