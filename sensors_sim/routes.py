"""The ground that people walk on: the spaces of all sites, the portals between them, and the shortest routes.

Places are numbered: 0 to N-1 are the spaces of all sites in the order of the file, N is outside. Edges are numbered
too: first the portals in the order of the file, then links, which are ways that no portal describes (a reading corner
that is open to the floor around it). Walking over a link changes the place, but nobody could count it.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from besok.model.arrays import Bools, Ints
from besok.model.errors import SiteFileError
from besok.model.site import OUTSIDE, Portal, Site, SiteFile, Space

INDOOR_S, OUTDOOR_S = 24, 70  # seconds from one place to the next
DETOUR_S = 3600  # nobody walks through another site, or by an emergency exit, if there is a way around
NO_WAY = -1
Gap = tuple[int, int]  # neighbouring places


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
    inward: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Places, edges and routes of a site file."""

    sites: tuple[Site, ...]
    spaces: tuple[str, ...]  # "site/space" by place
    detail: tuple[Space, ...]
    site_of: Ints  # by place; -1 outside
    portals: tuple[str, ...]  # "site/portal" by edge
    outer: Ints
    inner: Ints
    counted: Bools  # by portal
    inside: Bools  # [place, space]: the place lies in the space or is it
    closed: Bools  # by edge: nobody can pass
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
        """List the open portals between the site and outside."""
        one, other = self._joined_sites
        mine = ((one == site) & (other == -1)) | ((one == -1) & (other == site))
        return self._open(mine & (self.counted == counted))

    def doors(self, site: int) -> list[int]:
        """List the open counted portals between the site and another site."""
        one, other = self._joined_sites
        mine = ((one == site) | (other == site)) & (one != other) & (one >= 0) & (other >= 0)
        return self._open(mine & self.counted)

    @property
    def _joined_sites(self) -> tuple[Ints, Ints]:
        portals = slice(len(self.portals))
        return self.site_of[self.outer[portals]], self.site_of[self.inner[portals]]

    def _open(self, portals: Bools) -> list[int]:
        numbers: list[int] = np.flatnonzero(portals & ~self.closed[: len(portals)]).tolist()
        return numbers

    def step_in(self, edge: int) -> int:
        """Return the place behind a gate."""
        return int(self.inner[edge] if self.outer[edge] == self.outside else self.outer[edge])

    def reachable(self, site: int) -> list[int]:
        """List the places of the site that can be reached from outside."""
        starts = sorted({self.step_in(e) for n in range(len(self.sites)) for e in self.gates(n)})
        all_places = np.flatnonzero(self.site_of[: self.outside] == site)
        places: list[int] = all_places[(self.paths.walk_s[starts][:, all_places] >= 0).any(axis=0)].tolist()
        return places


def lay_out(site_file: SiteFile) -> Ground:
    """Return the ground of a site file. Raises SiteFileError if its sites do not share zone and business day."""
    sites = site_file.sites
    if len({(s.timezone, s.day_start) for s in sites}) > 1:
        raise SiteFileError(
            ["the sites of one simulation need the same time zone and day start: split the file"]
        )
    places = [(n, space) for n, site in enumerate(sites) for space in _spaces(site)]
    spaces = tuple(f"{sites[n].id}/{space.id}" for n, space in places)
    number = {name: i for i, name in enumerate(spaces)} | {OUTSIDE: len(spaces)}
    portals = [(site, portal) for site in sites for portal in site.portals]
    ends = [(_end(number, s, p, p.outer), _end(number, s, p, p.inner)) for s, p in portals]
    parent = [
        -1 if s.id == sites[n].id else number[f"{sites[n].id}/{s.parent or sites[n].id}"] for n, s in places
    ]
    inside = _inside(parent)
    ends += _links(ends, parent, inside)
    outer, inner = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    site_of = np.array([*(n for n, _ in places), -1], dtype=np.int64)
    counted = np.array([p.counted for _, p in portals], dtype=np.bool_)
    closed = np.zeros(len(ends), dtype=np.bool_)
    return Ground(
        sites=sites,
        spaces=spaces,
        detail=tuple(space for _, space in places),
        site_of=site_of,
        portals=tuple(f"{s.id}/{p.id}" for s, p in portals),
        outer=outer,
        inner=inner,
        counted=counted,
        inside=inside,
        closed=closed,
        paths=_paths(sites, site_of, outer, inner, counted, closed),
    )


def closing(ground: Ground, names: frozenset[str]) -> Ground:
    """Return the ground while the spaces (with all in them) and portals of these names ("site/id") are closed.

    Places and edges keep their numbers; ways lead around what is closed, or end before it.
    """
    if not names:
        return ground
    spaces = [n for n, name in enumerate(ground.spaces) if name in names]
    away = np.append(ground.inside[:-1, spaces].any(axis=1), False)
    closed = away[ground.outer] | away[ground.inner]
    closed[[e for e, name in enumerate(ground.portals) if name in names]] = True
    paths = _paths(ground.sites, ground.site_of, ground.outer, ground.inner, ground.counted, closed)
    return replace(ground, closed=closed, paths=paths)


def _spaces(site: Site) -> tuple[Space, ...]:
    """Return the spaces of a site, its root space among them."""
    if any(space.id == site.id for space in site.spaces):
        return site.spaces
    return (Space(id=site.id, name=site.name, capacity=site.capacity), *site.spaces)


def _end(number: dict[str, int], site: Site, portal: Portal, end: str) -> int:
    name = site.end_of_all(end)
    if name not in number:
        raise SiteFileError(
            [f"portal {site.id}/{portal.id} leads to {name}, which is not a space of this file"]
        )
    return number[name]


def _inside(parent: list[int]) -> Bools:
    inside = np.zeros((len(parent) + 1, len(parent)), dtype=np.bool_)
    for place in range(len(parent)):
        around = place
        while around >= 0:
            inside[place, around] = True
            around = parent[around]
    return inside


def _links(ends: list[Gap], parent: list[int], inside: Bools) -> list[Gap]:
    """Join each place without a portal to the nearest space around it that can be reached, or a room in that."""
    links: list[Gap] = []
    reached = _reached(ends, len(parent))
    for place in range(len(parent)):
        around = -1 if place in reached or place in parent else parent[place]
        while around >= 0:
            rooms = [around] if around in reached else [p for p in sorted(reached) if inside[p, around]]
            if rooms:
                links.append((rooms[0], place))
                reached = _reached([*ends, *links], len(parent))
                break
            around = parent[around]
    return links


def _reached(ends: list[Gap], outside: int) -> set[int]:
    pairs = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(ends)), pairs), (outside + 1, outside + 1))
    _, part = connected_components(graph, directed=False)
    return set(np.flatnonzero(part[:-1] == part[-1]).tolist())


def _paths(
    sites: tuple[Site, ...], site_of: Ints, outer: Ints, inner: Ints, counted: Bools, closed: Bools
) -> Paths:
    """Find the shortest ways (Dijkstra)."""
    gaps = _gaps(outer, inner, counted, closed, len(site_of) - 1)
    outdoors = np.array([sites[n].kind == "park" for n in site_of[:-1]])
    walk = {gap: OUTDOOR_S if outdoors[list(gap)].all() else INDOOR_S for gap in gaps}
    cost = {
        (a, b): walk[a, b]
        + DETOUR_S
        * bool(site_of[a] != site_of[b] or any(e < len(counted) and not counted[e] for e, _ in doors))
        for (a, b), doors in gaps.items()
    }
    size = len(site_of) - 1
    pairs = np.array(list(gaps), dtype=np.int64).reshape(-1, 2).T
    _, before = dijkstra(coo_array((list(cost.values()), pairs), (size, size)), return_predecessors=True)
    walk_s, first, length = (np.full((size, size), NO_WAY, dtype=np.int64) for _ in range(3))
    numbers = {gap: n for n, gap in enumerate(gaps)}
    hop_gap: list[int] = []
    hop_at: list[int] = []
    for start in range(size):
        for goal in range(size):
            if goal != start and before[start, goal] < 0:
                continue
            hops = _hops(before[start], goal)
            first[start, goal], length[start, goal] = len(hop_gap), len(hops)
            at = 0
            for gap in hops:
                hop_gap.append(numbers[gap])
                hop_at.append(at + walk[gap] // 2)
                at += walk[gap]
            walk_s[start, goal] = at
    choices = np.array([len(doors) for doors in gaps.values()], dtype=np.int64)
    edges = np.array([door for doors in gaps.values() for door in doors], dtype=np.int64).reshape(-1, 2)
    return Paths(
        walk_s=walk_s,
        first=first,
        length=length,
        gap=np.array(hop_gap, dtype=np.int64),
        at_s=np.array(hop_at, dtype=np.int64),
        choice=np.cumsum(choices) - choices,
        choices=choices,
        edge=edges[:, 0],
        inward=edges[:, 1].astype(np.bool_),
    )


def _gaps(
    outer: Ints, inner: Ints, counted: Bools, closed: Bools, outside: int
) -> dict[Gap, list[tuple[int, bool]]]:
    """For every pair of neighbours the edges between them, each with whether it is walked inward."""
    gaps: dict[Gap, list[tuple[int, bool]]] = {}
    for edge, (a, b) in enumerate(zip(outer.tolist(), inner.tolist(), strict=True)):
        if outside not in (a, b) and a != b and not closed[edge]:
            gaps.setdefault((a, b), []).append((edge, True))
            gaps.setdefault((b, a), []).append((edge, False))
    for gap, doors in gaps.items():  # an emergency exit next to a door is not used as one
        gaps[gap] = [d for d in doors if d[0] >= len(counted) or counted[d[0]]] or doors
    return gaps


def _hops(before: Ints, goal: int) -> list[Gap]:
    hops: list[Gap] = []
    while before[goal] >= 0:
        hops.append((int(before[goal]), goal))
        goal = int(before[goal])
    return hops[::-1]
