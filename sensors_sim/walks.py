"""From plans to steps: who passes which portal when. Nobody is made or lost: every walk begins and ends outside."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensors_sim.groups import Gates, Groups
from sensors_sim.noise import Ints, uniform
from sensors_sim.plans import STOPS
from sensors_sim.routes import Ground, Paths

STEP_MS = 2000  # from a gate to the place behind it
LINGER_MS = 30_000  # the shortest stay that is worth the way
STRAGGLE_MS = 9_000  # a company passes a portal within this time
OpenAt = Callable[[Ints, Ints], NDArray[np.bool_]]  # (site, time) -> is it open


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Steps over edges, a row each. Edges below the number of portals are portals; `inward` is from outer to inner."""

    time: Ints  # milliseconds since 1970
    edge: Ints
    inward: NDArray[np.bool_]
    person: Ints  # business day << 40 | site << 24 | series << 22 | number within

    def __len__(self) -> int:
        return len(self.time)

    def only(self, keep: NDArray[np.bool_] | Ints) -> "Moves":
        """The rows that `keep` selects, in its order."""
        return Moves(time=self.time[keep], edge=self.edge[keep], inward=self.inward[keep], person=self.person[keep])

    def in_order(self) -> "Moves":
        """By time; what happens in the same millisecond by person."""
        return self.only(np.lexsort((self.person, self.time)))


def join(parts: list[Moves]) -> Moves:
    """All moves of all parts."""
    return Moves(
        time=np.concatenate([p.time for p in parts]),
        edge=np.concatenate([p.edge for p in parts]),
        inward=np.concatenate([p.inward for p in parts]),
        person=np.concatenate([p.person for p in parts]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Legs:
    """Walks of companies from one place to another."""

    group: Ints
    start: Ints
    goal: Ints
    time: Ints


def walk(ground: Ground, site: int, gates: Gates, groups: Groups, open_at: OpenAt, day: Ints, entry: Ints) -> Moves:
    """All moves of the companies. `day` is [row, begin/end] of their business days, `entry` the place behind each edge.

    A company that would have to set out before its business day begins, or be out after it ends, stays at home.
    """
    home = gates.edge[0]
    groups, entered = _come_in(ground, site, gates, groups, open_at, entry, home)
    legs, gate_out, out_at = _stay(ground, site, groups, open_at, entry, entered, home)
    kept = (entered >= day[:, 0]) & (out_at + STRAGGLE_MS < day[:, 1])
    first, numbers = _number(site, groups)
    everybody = np.arange(len(groups))
    steps = [
        (everybody, entered, groups.gate_in, ground.outer[groups.gate_in] == ground.outside),
        (everybody, out_at, gate_out, ground.inner[gate_out] == ground.outside),
        *(_hops(ground.paths, leg, groups.pace, numbers[first[leg.group]]) for leg in legs),
    ]
    return _by_person(groups.size, kept, first, numbers, steps)


def _come_in(
    ground: Ground, site: int, gates: Gates, groups: Groups, open_at: OpenAt, entry: Ints, home: Ints
) -> tuple[Groups, Ints]:
    """When each company passes its first gate; who finds the neighbour closed comes by the site's own gate."""
    lead = gates.lead_s[groups.gate_in] * groups.pace
    through = ground.site_of[entry[groups.gate_in]]
    closed = (through != site) & ~(open_at(through, groups.arrive - lead) & open_at(through, groups.arrive + 60_000))
    gate_in = np.where(closed, home, groups.gate_in)
    changed = Groups(**{**{f: getattr(groups, f) for f in Groups.__slots__}, "gate_in": gate_in})
    return changed, groups.arrive - np.where(closed, 0, lead)


def _stay(
    ground: Ground, site: int, groups: Groups, open_at: OpenAt, entry: Ints, entered: Ints, home: Ints
) -> tuple[list[_Legs], Ints, Ints]:
    """The legs between gate, stops and gate; the last gate of each company and when it passes it."""
    walk_s = ground.paths.walk_s
    place, goal = entry[groups.gate_in], entry[groups.gate_out]
    leave = entered + STEP_MS
    legs: list[_Legs] = []
    for n in range(STOPS):
        stop = groups.stops[:, n]
        there = leave + walk_s[place, stop] * groups.pace
        latest = groups.deadline - walk_s[stop, goal] * groups.pace
        go = (stop >= 0) & (walk_s[place, stop] >= 0) & (walk_s[stop, goal] >= 0) & (there + LINGER_MS <= latest)
        legs.append(_leg(go, place, stop, leave))
        leave = np.where(go, np.minimum(there + groups.stay_s[:, n] * 1000, latest), leave)
        place = np.where(go, stop, place)
    gate_out = _way_out(ground, site, groups, open_at, entry, place, leave, home)
    goal = entry[gate_out]
    legs.append(_leg(walk_s[place, goal] >= 0, place, goal, leave))
    return legs, gate_out, leave + walk_s[place, goal] * groups.pace + STEP_MS


def _leg(go: NDArray[np.bool_], place: Ints, goal: Ints, leave: Ints) -> _Legs:
    who = np.flatnonzero(go & (place != goal))
    return _Legs(group=who, start=place[who], goal=goal[who], time=leave[who])


def _way_out(
    ground: Ground, site: int, groups: Groups, open_at: OpenAt, entry: Ints, place: Ints, leave: Ints, home: Ints
) -> Ints:
    """The last gate; who would find the neighbour closed takes the site's own."""
    goal = entry[groups.gate_out]
    through = ground.site_of[goal]
    there = leave + ground.paths.walk_s[place, goal] * groups.pace + 60_000
    closed = (through != site) & ~(open_at(through, leave) & open_at(through, there))
    return np.where(closed, home, groups.gate_out)


def _number(site: int, groups: Groups) -> tuple[Ints, Ints]:
    """For each company the row of its first person, and for each person a number that is unique for ever.

    People are numbered within their day and series, so that nobody's number depends on what else is drawn.
    """
    first = np.cumsum(groups.size) - groups.size
    series = np.repeat((groups.day << 2) | groups.series, groups.size)
    order = np.argsort(series, kind="stable")
    in_order = series[order]
    within = np.empty_like(series)
    within[order] = np.arange(len(series)) - np.searchsorted(in_order, in_order)
    return first, ((series >> 2) << 40) | (site << 24) | ((series & 3) << 22) | within


_Steps = tuple[Ints, Ints, Ints, NDArray[np.bool_]]  # group, time, edge, inward


def _hops(paths: Paths, legs: _Legs, pace: Ints, names: Ints) -> _Steps:
    """Every portal or link on the way of each leg. Where a gap has several portals, the first are used most."""
    count = paths.length[legs.start, legs.goal]
    leg = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(leg)) - np.repeat(np.cumsum(count) - count, count)
    hop = paths.first[legs.start, legs.goal][leg] + within
    gap, group = paths.gap[hop], legs.group[leg]
    edge = paths.choice[gap]
    several = np.flatnonzero(paths.choices[gap] > 1)
    u = uniform(7, names[leg[several]], legs.time[leg[several]], hop[several])
    edge[several] += (paths.choices[gap[several]] * u * u).astype(np.int64)
    return group, legs.time[leg] + paths.at_s[hop] * pace[group], paths.edge[edge], paths.inward[edge]


def _by_person(size: Ints, kept: NDArray[np.bool_], first: Ints, numbers: Ints, steps: list[_Steps]) -> Moves:
    """What companies do, done by each of their people within a few seconds."""
    group, time, edge, inward = (np.concatenate([s[n] for s in steps]) for n in range(4))
    times = np.where(kept, size, 0)[group]
    step = np.repeat(np.arange(len(group)), times)
    person = first[group][step] + np.arange(len(step)) - np.repeat(np.cumsum(times) - times, times)
    behind = (uniform(11, numbers) * STRAGGLE_MS).astype(np.int64)
    return Moves(time=time[step] + behind[person], edge=edge[step], inward=inward[step], person=numbers[person])
