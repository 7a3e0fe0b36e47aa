"""From plans to steps: who passes which portal when. Nobody is made or lost: every walk begins and ends outside."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensors_sim.groups import NOWHERE, Gates, Groups
from sensors_sim.noise import Ints, uniform
from sensors_sim.plans import STOPS
from sensors_sim.routes import NO_WAY, Ground, Paths

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
        return Moves(
            time=self.time[keep], edge=self.edge[keep], inward=self.inward[keep], person=self.person[keep]
        )

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Yard:
    """What walkers of one site need to know of the ground."""

    ground: Ground
    site: int
    gates: Gates
    open_at: OpenAt
    entry: Ints  # by edge: the place behind a gate

    @property
    def home(self) -> int:
        """The gate of those who find another way closed."""
        return int(self.gates.edge[0])

    def ends(self, via: Ints) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """The place before and behind each edge for who comes to the site, and whether that is inward.

        Where there is no edge (NOWHERE) the answer means nothing.
        """
        ground, none = self.ground, via == NOWHERE
        outer, inner = np.where(none, 0, ground.outer[via]), np.where(none, 0, ground.inner[via])
        inward = ground.site_of[inner] == self.site
        return np.where(inward, outer, inner), np.where(inward, inner, outer), inward

    def way_ms(self, start: Ints, via: Ints, goal: Ints, pace: Ints) -> Ints:
        """How long the way out takes from `start` by `via` (if it is not NOWHERE) to `goal`; NO_WAY where none is."""
        walk_s = self.ground.paths.walk_s
        before, behind, _ = self.ends(via)
        inside, beyond = walk_s[start, behind], walk_s[before, goal]
        by_via = np.where((inside >= 0) & (beyond >= 0), (inside + beyond) * pace + 2 * STEP_MS, NO_WAY)
        direct = np.where(walk_s[start, goal] >= 0, walk_s[start, goal] * pace, NO_WAY)
        return np.where(via == NOWHERE, direct, by_via)


_Steps = tuple[Ints, Ints, Ints, NDArray[np.bool_]]  # group, time, edge, inward


def walk(
    ground: Ground, site: int, gates: Gates, groups: Groups, open_at: OpenAt, day: Ints, entry: Ints
) -> Moves:
    """All moves of the companies. `day` is [row, begin/end] of their business days, `entry` the place behind each edge.

    A company that would have to set out before its business day begins, or be out after it ends, stays at home.
    """
    yard = _Yard(ground=ground, site=site, gates=gates, open_at=open_at, entry=entry)
    groups, entered = _come_in(yard, groups)
    trail, gate_out, out_at = _stay(yard, groups, entered)
    kept = (entered >= day[:, 0]) & (out_at + STRAGGLE_MS < day[:, 1])
    first, numbers = _number(site, groups)
    everybody = np.arange(len(groups))
    steps = [
        (everybody, entered, groups.gate_in, ground.outer[groups.gate_in] == ground.outside),
        (everybody, out_at, gate_out, ground.inner[gate_out] == ground.outside),
        *trail.crossings,
        *(_hops(ground.paths, leg, groups.pace, numbers[first[leg.group]]) for leg in trail.legs),
    ]
    return _by_person(groups.size, kept, first, numbers, steps)


def _come_in(yard: _Yard, groups: Groups) -> tuple[Groups, Ints]:
    """When each company passes its first gate.

    Who finds the neighbour closed comes by the site's own gate; who could not get anywhere, by one that leads there.
    """
    groups = _other_gate(yard, groups)
    walk_s, entry = yard.ground.paths.walk_s, yard.entry
    before, _, _ = yard.ends(groups.via_in)
    by_via = walk_s[entry[groups.gate_in], before] + 2 * STEP_MS // 1000
    lead = np.where(groups.via_in == NOWHERE, yard.gates.lead_s[groups.gate_in], by_via) * groups.pace
    through = yard.ground.site_of[entry[groups.gate_in]]
    opened = yard.open_at(through, groups.arrive - lead) & yard.open_at(through, groups.arrive + 60_000)
    closed = (through != yard.site) & ~opened
    changed = replace(
        groups,
        gate_in=np.where(closed, yard.home, groups.gate_in),
        via_in=np.where(closed, NOWHERE, groups.via_in),
    )
    return changed, groups.arrive - np.where(closed, 0, lead)


def _other_gate(yard: _Yard, groups: Groups) -> Groups:
    """What is closed may part a house: who could not reach the first stop takes the first gate from which one can."""
    walk_s, entry = yard.ground.paths.walk_s, yard.entry
    lost = np.flatnonzero((walk_s[entry[groups.gate_in], groups.stops[:, 0]] < 0) & (groups.stops[:, 0] >= 0))
    if not len(lost):
        return groups
    leads = walk_s[entry[yard.gates.edge][:, None], groups.stops[lost, 0]] >= 0  # [way, lost]
    way = leads.argmax(axis=0)
    gate_in, via_in = groups.gate_in.copy(), groups.via_in.copy()
    gate_in[lost], via_in[lost] = yard.gates.edge[way], yard.gates.via[way]
    return replace(groups, gate_in=gate_in, via_in=via_in)


@dataclass(slots=True)
class _Trail:
    """Where each company is and from when on it can go; the legs and the steps between sites that led there."""

    place: Ints
    leave: Ints
    legs: list[_Legs]
    crossings: list[_Steps]

    def cross(self, yard: _Yard, via: Ints, pace: Ints, *, inbound: bool) -> None:
        """Who has an edge to take between the neighbour and the site walks up to it and over it."""
        before, behind, inward = yard.ends(via)
        near, far = (before, behind) if inbound else (behind, before)
        who = via != NOWHERE
        self.legs.append(_leg(who, self.place, near, self.leave))
        across = self.leave + yard.ground.paths.walk_s[self.place, near] * pace + STEP_MS
        rows = np.flatnonzero(who)
        self.crossings.append((rows, across[rows], via[rows], (inward if inbound else ~inward)[rows]))
        self.place = np.where(who, far, self.place)
        self.leave = np.where(who, across + STEP_MS, self.leave)

    def stop(self, yard: _Yard, groups: Groups, number: int, way_out: tuple[Ints, Ints]) -> None:
        """Walk to a stop and stay there, if that is worth the way and leaves time to get out."""
        walk_s, stop = yard.ground.paths.walk_s, groups.stops[:, number]
        gate_out, via_out = way_out
        there = self.leave + walk_s[self.place, stop] * groups.pace
        back = yard.way_ms(stop, via_out, yard.entry[gate_out], groups.pace)
        latest = groups.deadline - back
        go = (stop >= 0) & (walk_s[self.place, stop] >= 0) & (back >= 0) & (there + LINGER_MS <= latest)
        self.legs.append(_leg(go, self.place, stop, self.leave))
        self.leave = np.where(go, np.minimum(there + groups.stay_s[:, number] * 1000, latest), self.leave)
        self.place = np.where(go, stop, self.place)


def _stay(yard: _Yard, groups: Groups, entered: Ints) -> tuple[_Trail, Ints, Ints]:
    """The trail from gate over the stops to gate; the last gate of each company, and when it passes it."""
    trail = _Trail(yard.entry[groups.gate_in], entered + STEP_MS, [], [])
    trail.cross(yard, groups.via_in, groups.pace, inbound=True)
    way_out = _led_out(yard, groups, trail.place)
    for number in range(STOPS):
        trail.stop(yard, groups, number, way_out)
    gate_out, via_out = _way_out(yard, groups, *way_out, trail.place, trail.leave)
    trail.cross(yard, via_out, groups.pace, inbound=False)
    goal = yard.entry[gate_out]
    trail.legs.append(_leg(np.ones(len(groups), dtype=np.bool_), trail.place, goal, trail.leave))
    return trail, gate_out, trail.leave + yard.ground.paths.walk_s[trail.place, goal] * groups.pace + STEP_MS


def _led_out(yard: _Yard, groups: Groups, place: Ints) -> tuple[Ints, Ints]:
    """The last gate and the way to it; who cannot get there leaves as they came."""
    reached = yard.way_ms(place, groups.via_out, yard.entry[groups.gate_out], groups.pace) >= 0
    return np.where(reached, groups.gate_out, groups.gate_in), np.where(
        reached, groups.via_out, groups.via_in
    )


def _leg(go: NDArray[np.bool_], place: Ints, goal: Ints, leave: Ints) -> _Legs:
    who = np.flatnonzero(go & (place != goal))
    return _Legs(group=who, start=place[who], goal=goal[who], time=leave[who])


def _way_out(
    yard: _Yard, groups: Groups, gate_out: Ints, via_out: Ints, place: Ints, leave: Ints
) -> tuple[Ints, Ints]:
    """The last gate; who would find the neighbour closed takes the site's own, if it can be reached."""
    goal = yard.entry[gate_out]
    through = yard.ground.site_of[goal]
    there = leave + yard.way_ms(place, via_out, goal, groups.pace) + 60_000
    closed = (through != yard.site) & ~(yard.open_at(through, leave) & yard.open_at(through, there))
    closed &= yard.ground.paths.walk_s[place, yard.entry[yard.home]] >= 0
    return np.where(closed, yard.home, gate_out), np.where(closed, NOWHERE, via_out)


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
    return Moves(
        time=time[step] + behind[person], edge=edge[step], inward=inward[step], person=numbers[person]
    )
