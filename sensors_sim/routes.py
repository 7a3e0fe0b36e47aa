"""The ground people walk on: the spaces of all sites, the portals between them, and the shortest ways.

Places are numbered: 0 to N-1 are the spaces of all sites in the order of the file, N is outside. Edges are numbered
too: first the portals in the order of the file, then links, which are ways that no portal describes (a reading corner
that is open to the floor around it). Walking over a link changes the place, but nobody could count it.
"""

from dataclasses import dataclass, replace
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from besok.model.errors import SiteFileError
from besok.model.site import OUTSIDE, Portal, Site, SiteFile, Space
from sensors_sim.noise import Ints

INDOOR_S, OUTDOOR_S = 24, 70  # seconds from one place to the next
DETOUR_S = 3600  # nobody walks through another site, or by an emergency exit, if there is a way around
NO_WAY = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The shortest way between any two places, hop by hop.

    The hops from `a` to `b` are `first[a, b]` to `first[a, b] + length[a, b]` of `gap` and `at_s`: the gap to go
    through (a pair of neighbouring places) and when, in seconds after leaving `a`. A gap may have several portals:
    `choices[gap]` of them from `choice[gap]` on in `edge` and `inward`.
    """

    walk_s: Ints  # [a, b] seconds; NO_WAY where there is none
    first: Ints
    length: Ints
    gap: Ints
    at_s: Ints
    choice: Ints
    choices: Ints
    edge: Ints
    inward: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Places, edges and ways of a site file."""

    sites: tuple[Site, ...]
    spaces: tuple[str, ...]  # "site/space" by place
    detail: tuple[Space, ...]
    site_of: Ints  # by place; -1 outside
    portals: tuple[str, ...]  # "site/portal" by edge
    outer: Ints
    inner: Ints
    counted: NDArray[np.bool_]  # by portal
    inside: NDArray[np.bool_]  # [place, space]: the place lies in the space or is it
    closed: NDArray[np.bool_]  # by edge: nobody can pass
    paths: Paths

    @property
    def outside(self) -> int:
        """The place that is outside."""
        return len(self.spaces)

    @property
    def change(self) -> Ints:
        """[edge, space]: by how many a step inward changes the number of people in the space."""
        return self.inside[self.inner].astype(np.int64) - self.inside[self.outer]

    def gates(self, site: int, *, counted: bool = True) -> list[int]:
        """The portals between the site and outside."""
        portals = slice(len(self.portals))
        outer, inner = self.outer[portals], self.inner[portals]
        within = np.where(outer == self.outside, inner, np.where(inner == self.outside, outer, self.outside))
        mine = (within != self.outside) & (self.site_of[within] == site)
        found: list[int] = np.flatnonzero(mine & (self.counted == counted) & ~self.closed[portals]).tolist()
        return found

    def doors(self, site: int) -> list[int]:
        """The counted portals between the site and another site."""
        pairs = zip(
            self.site_of[self.outer], self.site_of[self.inner], self.counted, self.closed, strict=False
        )
        return [e for e, (a, b, counted, shut) in enumerate(pairs) if counted and not shut and site in (a, b)
                and a != b and -1 not in (a, b)]  # fmt: skip

    def step_in(self, edge: int) -> int:
        """The place one comes to when one enters by this gate."""
        return int(self.inner[edge] if self.outer[edge] == self.outside else self.outer[edge])


def lay_out(site_file: SiteFile) -> Ground:
    """The ground of a site file. Raises SiteFileError if its sites do not share zone and business day."""
    sites = site_file.sites
    if len({(s.timezone, s.day_start) for s in sites}) > 1:
        raise SiteFileError(
            ["the sites of one simulation need the same time zone and day start: split the file"]
        )
    detail, owner = _places(sites)
    spaces = tuple(f"{sites[o].id}/{s.id}" for s, o in zip(detail, owner, strict=True))
    number = {name: i for i, name in enumerate(spaces)} | {OUTSIDE: len(spaces)}
    portals = [(site, portal) for site in sites for portal in site.portals]
    ends = [(_end(number, s, p, p.outer), _end(number, s, p, p.inner)) for s, p in portals]
    parent = [_parent(number, sites[o], s) for s, o in zip(detail, owner, strict=True)]
    counted = [p.counted for _, p in portals]
    ends += _links(ends, parent, len(spaces))
    shut = np.zeros(len(ends), dtype=np.bool_)
    return Ground(
        sites=sites,
        spaces=spaces,
        detail=detail,
        site_of=np.array([*owner, -1], dtype=np.int64),
        portals=tuple(f"{s.id}/{p.id}" for s, p in portals),
        outer=np.array([a for a, _ in ends], dtype=np.int64),
        inner=np.array([b for _, b in ends], dtype=np.int64),
        counted=np.array(counted, dtype=np.bool_),
        inside=_inside(parent),
        closed=shut,
        paths=_paths(ends, counted, owner, _outdoors(sites, owner), shut),
    )


def _outdoors(sites: tuple[Site, ...], owner: list[int]) -> list[bool]:
    return [sites[o].kind == "park" for o in owner]


def closing(ground: Ground, names: frozenset[str]) -> Ground:
    """The ground while the spaces (with all that lies in them) and portals of these names ("site/id") are closed.

    Places and edges keep their numbers; ways lead around what is closed, or end before it.
    """
    if not names:
        return ground
    spaces = [n for n, name in enumerate(ground.spaces) if name in names]
    away = np.append(ground.inside[:-1, spaces].any(axis=1), False)
    shut = away[ground.outer] | away[ground.inner]
    shut[[e for e, name in enumerate(ground.portals) if name in names]] = True
    ends = list(zip(ground.outer.tolist(), ground.inner.tolist(), strict=True))
    owner = ground.site_of[:-1].tolist()
    paths = _paths(ends, ground.counted.tolist(), owner, _outdoors(ground.sites, owner), shut)
    return replace(ground, closed=shut, paths=paths)


def _places(sites: tuple[Site, ...]) -> tuple[tuple[Space, ...], list[int]]:
    detail: list[Space] = []
    owner: list[int] = []
    for n, site in enumerate(sites):
        own = site.spaces
        if all(s.id != site.id for s in own):
            own = (Space(id=site.id, name=site.name, capacity=site.capacity), *own)
        detail += own
        owner += [n] * len(own)
    return tuple(detail), owner


def _end(number: dict[str, int], site: Site, portal: Portal, end: str) -> int:
    name = end if end == OUTSIDE or "/" in end else f"{site.id}/{end}"
    if name not in number:
        raise SiteFileError([f"portal {site.id}/{portal.id} leads to {name}, which is no space of this file"])
    return number[name]


def _parent(number: dict[str, int], site: Site, space: Space) -> int:
    return -1 if space.id == site.id else number[f"{site.id}/{space.parent or site.id}"]


def _inside(parent: list[int]) -> NDArray[np.bool_]:
    inside = np.zeros((len(parent) + 1, len(parent)), dtype=np.bool_)
    for place in range(len(parent)):
        around = place
        while around >= 0:
            inside[place, around] = True
            around = parent[around]
    return inside


def _links(ends: list[tuple[int, int]], parent: list[int], outside: int) -> list[tuple[int, int]]:
    """Ways to the places no portal leads to: from the nearest space around that can be reached, or a room in it."""
    reached = _reached(ends, outside)
    inside = _inside(parent)
    links: list[tuple[int, int]] = []
    for place in range(outside):
        if place in reached or place in parent:
            continue
        around = parent[place]
        while around >= 0:
            door = (
                around if around in reached else next((p for p in sorted(reached) if inside[p, around]), None)
            )
            if door is not None:
                links.append((door, place))
                reached |= _reached([*ends, *links], outside)
                break
            around = parent[around]
    return links


def _reached(ends: list[tuple[int, int]], outside: int) -> set[int]:
    reached, size = {outside}, 0
    while len(reached) > size:
        size = len(reached)
        for a, b in ends:
            if a in reached or b in reached:
                reached |= {a, b}
    return reached - {outside}


def _paths(
    ends: list[tuple[int, int]],
    counted: list[bool],
    owner: list[int],
    outdoors: list[bool],
    shut: NDArray[np.bool_],
) -> Paths:
    gaps = _gaps(ends, counted, len(owner), shut)
    pairs = list(gaps)
    near: list[list[tuple[int, int, int]]] = [[] for _ in owner]  # place -> (neighbour, gap, cost)
    walk = [OUTDOOR_S if outdoors[a] and outdoors[b] else INDOOR_S for a, b in pairs]
    for gap, (a, b) in enumerate(pairs):
        shy = owner[a] != owner[b] or any(e < len(counted) and not counted[e] for e, _ in gaps[a, b])
        near[a].append((b, gap, walk[gap] + DETOUR_S * shy))
    size = len(owner)
    walk_s, first, length = (np.full((size, size), NO_WAY, dtype=np.int64) for _ in range(3))
    hop_gap: list[int] = []
    hop_at: list[int] = []
    for start in range(size):
        for goal, hops in _shortest(start, near, pairs).items():
            first[start, goal], length[start, goal] = len(hop_gap), len(hops)
            at = 0
            for gap in hops:
                hop_gap.append(gap)
                hop_at.append(at + walk[gap] // 2)
                at += walk[gap]
            walk_s[start, goal] = at
    doors = [door for pair in pairs for door in gaps[pair]]
    choices = [len(gaps[pair]) for pair in pairs]
    return Paths(
        walk_s=walk_s,
        first=first,
        length=length,
        gap=np.array(hop_gap, dtype=np.int64),
        at_s=np.array(hop_at, dtype=np.int64),
        choice=np.cumsum([0, *choices])[:-1].astype(np.int64),
        choices=np.array(choices, dtype=np.int64),
        edge=np.array([e for e, _ in doors], dtype=np.int64),
        inward=np.array([i for _, i in doors], dtype=np.bool_),
    )


def _gaps(
    ends: list[tuple[int, int]], counted: list[bool], outside: int, shut: NDArray[np.bool_]
) -> dict[tuple[int, int], list[tuple[int, bool]]]:
    """For every pair of neighbours the edges between them, each with whether it is walked inward."""
    gaps: dict[tuple[int, int], list[tuple[int, bool]]] = {}
    for edge, (outer, inner) in enumerate(ends):
        if outside not in (outer, inner) and outer != inner and not shut[edge]:
            gaps.setdefault((outer, inner), []).append((edge, True))
            gaps.setdefault((inner, outer), []).append((edge, False))
    for pair, doors in gaps.items():  # an emergency exit beside a door is not used as one
        usual = [d for d in doors if d[0] >= len(counted) or counted[d[0]]]
        gaps[pair] = usual or doors
    return gaps


def _shortest(
    start: int, near: list[list[tuple[int, int, int]]], pairs: list[tuple[int, int]]
) -> dict[int, list[int]]:
    """The gaps to go through from `start` to each place that can be reached (Dijkstra)."""
    cost, via = {start: 0}, {start: -1}
    queue = [(0, start)]
    while queue:
        so_far, place = heappop(queue)
        if so_far > cost[place]:
            continue
        for neighbour, gap, step in near[place]:
            if so_far + step < cost.get(neighbour, 1 << 60):
                cost[neighbour], via[neighbour] = so_far + step, gap
                heappush(queue, (so_far + step, neighbour))
    return {goal: _backwards(goal, via, pairs) for goal in sorted(cost)}


def _backwards(goal: int, via: dict[int, int], pairs: list[tuple[int, int]]) -> list[int]:
    hops: list[int] = []
    while via[goal] >= 0:
        hops.append(via[goal])
        goal = pairs[via[goal]][0]
    return hops[::-1]
