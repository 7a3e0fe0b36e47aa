"""From plans to steps: who passes which portal when. Every route begins and ends outside."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from besok.model.arrays import Bools, Ints
from sensors_sim.columns import Columns
from sensors_sim.groups import NOWHERE, Gates, Groups
from sensors_sim.noise import uniform
from sensors_sim.plans import STOPS
from sensors_sim.routes import NO_WAY, Ground

STEP_MS = 2000  # from a gate to the place behind it
LINGER_MS = 30_000  # the shortest stay that is worth the way
STRAGGLE_MS = 9_000  # a group passes a portal within this time
MINUTE_MS = 60_000
OpenAt = Callable[[Ints, Ints], Bools]  # (site, time) -> is it open
Steps = tuple[Ints, Ints, Ints, Bools]  # group, time, edge, inward


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves(Columns):
    """Steps over edges, a row each. Edges below the number of portals are portals; `inward` is from outer to inner."""

    time: Ints  # milliseconds since 1970
    edge: Ints
    inward: Bools
    person: Ints  # business day << 40 | site << 24 | series << 22 | number within

    def in_order(self) -> "Moves":
        """Return them by time; those of one millisecond by person."""
        return self.only(np.lexsort((self.person, self.time)))


def nobody() -> Moves:
    """Return an empty table of moves."""
    none = np.zeros(0, dtype=np.int64)
    return Moves(time=none, edge=none, inward=none.astype(np.bool_), person=none)


@dataclass(slots=True, kw_only=True)
class Walkers:
    """The groups of one site under way: `place` is where each is, from `leave` on it can go on."""

    ground: Ground
    site: int
    gates: Gates
    open_at: OpenAt
    entry: Ints  # by edge: the place behind a gate
    groups: Groups
    place: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    leave: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    legs: list[tuple[Ints, Ints, Ints, Ints]] = field(default_factory=list)  # group, start, goal, time
    steps: list[Steps] = field(default_factory=list)

    def moves(self, bounds: Ints) -> Moves:
        """Walk all routes; `bounds` are [row, begin/end] of each group's business day.

        A group that would have to set out before its business day begins, or be out after it ends, stays at home.
        """
        ground, entry = self.ground, self.entry
        entered = self._enter()
        groups = self.groups
        self.place, self.leave = entry[groups.gate_in], entered + STEP_MS
        self._cross(groups.via_in, inbound=True)
        reached = self._way_ms(self.place, groups.via_out, entry[groups.gate_out]) >= 0
        gate_out = np.where(reached, groups.gate_out, groups.gate_in)
        via_out = np.where(reached, groups.via_out, groups.via_in)
        for number in range(STOPS):
            self._stop(number, gate_out, via_out)
        gate_out, via_out = self._way_out(gate_out, via_out)
        self._cross(via_out, inbound=False)
        goal = entry[gate_out]
        self._walk(np.ones(len(groups), dtype=np.bool_), goal)
        out_at = self.leave + ground.paths.walk_s[self.place, goal] * groups.pace + STEP_MS
        everybody = np.arange(len(groups))
        through_gates = [
            (everybody, entered, groups.gate_in, ground.outer[groups.gate_in] == ground.outside),
            (everybody, out_at, gate_out, ground.inner[gate_out] == ground.outside),
        ]
        first, numbers = self._number()
        hops = [self._hops(*leg, numbers[first[leg[0]]]) for leg in self.legs]
        fits_day = (entered >= bounds[:, 0]) & (out_at + STRAGGLE_MS < bounds[:, 1])
        return self._by_person(fits_day, first, numbers, [*through_gates, *self.steps, *hops])

    @property
    def _home(self) -> int:
        """Return the gate for those who find another route closed."""
        return int(self.gates.edge[0])

    def _ends(self, via: Ints) -> tuple[Ints, Ints, Bools]:
        """Return the place before and behind each edge for who comes to the site, and whether that is inward."""
        none = via == NOWHERE
        outer, inner = np.where(none, 0, self.ground.outer[via]), np.where(none, 0, self.ground.inner[via])
        inward = self.ground.site_of[inner] == self.site
        return np.where(inward, outer, inner), np.where(inward, inner, outer), inward

    def _way_ms(self, start: Ints, via: Ints, goal: Ints) -> Ints:
        """Return the time from `start` by `via` (unless NOWHERE) out to `goal`; NO_WAY without a route."""
        walk_s, pace = self.ground.paths.walk_s, self.groups.pace
        before, behind, _ = self._ends(via)
        inside, beyond = walk_s[start, behind], walk_s[before, goal]
        by_via = np.where((inside >= 0) & (beyond >= 0), (inside + beyond) * pace + 2 * STEP_MS, NO_WAY)
        direct = np.where(walk_s[start, goal] >= 0, walk_s[start, goal] * pace, NO_WAY)
        return np.where(via == NOWHERE, direct, by_via)

    def _enter(self) -> Ints:
        """Return when each group passes its first gate; who finds the neighbour closed comes by the site's own gate."""
        self._avoid_closed()
        groups, walk_s = self.groups, self.ground.paths.walk_s
        before, _, _ = self._ends(groups.via_in)
        by_via = walk_s[self.entry[groups.gate_in], before] + 2 * STEP_MS // 1000
        lead_s = self.gates.lead_s[groups.gate_in]
        lead = np.where(groups.via_in == NOWHERE, lead_s, by_via) * groups.pace
        through = self.ground.site_of[self.entry[groups.gate_in]]
        opened = self.open_at(through, groups.arrive - lead) & self.open_at(
            through, groups.arrive + MINUTE_MS
        )
        closed = (through != self.site) & ~opened
        self.groups = replace(
            groups,
            gate_in=np.where(closed, self._home, groups.gate_in),
            via_in=np.where(closed, NOWHERE, groups.via_in),
        )
        return groups.arrive - np.where(closed, 0, lead)

    def _avoid_closed(self) -> None:
        """Let who could not reach the first stop take the first gate from which one can: closings may part a site."""
        groups, walk_s, entry = self.groups, self.ground.paths.walk_s, self.entry
        stop = groups.stops[:, 0]
        lost = np.flatnonzero((walk_s[entry[groups.gate_in], stop] < 0) & (stop >= 0))
        if len(lost):
            leads = walk_s[entry[self.gates.edge][:, None], stop[lost]] >= 0  # [way, lost]
            entrance = leads.argmax(axis=0)
            gate_in, via_in = groups.gate_in.copy(), groups.via_in.copy()
            gate_in[lost], via_in[lost] = self.gates.edge[entrance], self.gates.via[entrance]
            self.groups = replace(groups, gate_in=gate_in, via_in=via_in)

    def _walk(self, go: Bools, goal: Ints) -> None:
        """Walk those who go from their place to the goal."""
        who = np.flatnonzero(go & (self.place != goal))
        self.legs.append((who, self.place[who], goal[who], self.leave[who]))

    def _cross(self, via: Ints, *, inbound: bool) -> None:
        """Cross the edge between the neighbour and the site, for those whose route includes one."""
        before, behind, inward = self._ends(via)
        near, far = (before, behind) if inbound else (behind, before)
        who = via != NOWHERE
        self._walk(who, near)
        across = self.leave + self.ground.paths.walk_s[self.place, near] * self.groups.pace + STEP_MS
        rows = np.flatnonzero(who)
        self.steps.append((rows, across[rows], via[rows], (inward if inbound else ~inward)[rows]))
        self.place = np.where(who, far, self.place)
        self.leave = np.where(who, across + STEP_MS, self.leave)

    def _stop(self, number: int, gate_out: Ints, via_out: Ints) -> None:
        """Walk to a stop and stay there, if that is worth the way and leaves time to get out."""
        groups, stop = self.groups, self.groups.stops[:, number]
        walk_s = self.ground.paths.walk_s[self.place, stop]
        there = self.leave + walk_s * groups.pace
        back = self._way_ms(stop, via_out, self.entry[gate_out])
        latest = groups.deadline - back
        go = (stop >= 0) & (walk_s >= 0) & (back >= 0) & (there + LINGER_MS <= latest)
        self._walk(go, stop)
        self.leave = np.where(go, np.minimum(there + groups.stay_s[:, number] * 1000, latest), self.leave)
        self.place = np.where(go, stop, self.place)

    def _way_out(self, gate_out: Ints, via_out: Ints) -> tuple[Ints, Ints]:
        """Return the last gate; who would find the neighbour closed takes the site's own, if it can be reached."""
        goal = self.entry[gate_out]
        through = self.ground.site_of[goal]
        there = self.leave + self._way_ms(self.place, via_out, goal) + MINUTE_MS
        closed = (through != self.site) & ~(self.open_at(through, self.leave) & self.open_at(through, there))
        closed &= self.ground.paths.walk_s[self.place, self.entry[self._home]] >= 0
        return np.where(closed, self._home, gate_out), np.where(closed, NOWHERE, via_out)

    def _number(self) -> tuple[Ints, Ints]:
        """For each group the row of its first person, and for each person a number that is unique for ever.

        People are numbered within their day and series, so that nobody's number depends on what else is drawn.
        """
        groups = self.groups
        first = np.cumsum(groups.size) - groups.size
        series = np.repeat((groups.day << 2) | groups.series, groups.size)
        order = np.argsort(series, kind="stable")
        in_order = series[order]
        within = np.empty_like(series)
        within[order] = np.arange(len(series)) - np.searchsorted(in_order, in_order)
        return first, ((series >> 2) << 40) | (self.site << 24) | ((series & 3) << 22) | within

    def _hops(self, group: Ints, start: Ints, goal: Ints, time: Ints, names: Ints) -> Steps:
        """Every portal or link on the way of each leg. Where a gap has several portals, the first are used most."""
        paths, pace = self.ground.paths, self.groups.pace
        leg, within = _repeated(paths.length[start, goal])
        hop = paths.first[start, goal][leg] + within
        gap, group = paths.gap[hop], group[leg]
        edge = paths.choice[gap]
        several = np.flatnonzero(paths.choices[gap] > 1)
        u = uniform(7, names[leg[several]], time[leg[several]], hop[several])
        edge[several] += (paths.choices[gap[several]] * u * u).astype(np.int64)
        return group, time[leg] + paths.at_s[hop] * pace[group], paths.edge[edge], paths.inward[edge]

    def _by_person(self, fits_day: Bools, first: Ints, numbers: Ints, steps: list[Steps]) -> Moves:
        """Return what groups do, done by each of their people within a few seconds."""
        group, time, edge, inward = (np.concatenate([s[n] for s in steps]) for n in range(4))
        step, within = _repeated(np.where(fits_day, self.groups.size, 0)[group])
        person = first[group][step] + within
        behind = (uniform(11, numbers) * STRAGGLE_MS).astype(np.int64)
        return Moves(
            time=time[step] + behind[person], edge=edge[step], inward=inward[step], person=numbers[person]
        )


def _repeated(counts: Ints) -> tuple[Ints, Ints]:
    """Each row number as often as its count says, and the number of each repetition within its row."""
    row = np.repeat(np.arange(len(counts)), counts)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
