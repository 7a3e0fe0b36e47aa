"""Floor plans: the plan of each space, and the geometry of shapes."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from besok.model.site import Point, Portal, Sensor, Site, spaces_around

MOST_CORNERS = 100  # of a space: each is compared with all others


def sizes(site: Site) -> dict[str, Point]:
    """Return the size of each plan by the space that it is of; that of the whole site has the site's id."""
    plans = {site.id: site.plan, **{space.id: space.plan for space in site.spaces}}
    return {name: size for name, size in plans.items() if size}


def plans(site: Site) -> dict[str, str]:
    """Return the plan of each space that has one: that of the nearest space around it with a plan."""
    sized, parents = sizes(site), {space.id: space.parent or site.id for space in site.spaces}
    nearest = {
        space: next((at for at in spaces_around(space, parents) if at in sized), "") for space in parents
    }
    return {space: plan for space, plan in nearest.items() if plan} | {name: name for name in sized}


def plans_of_portal(portal: Portal, of_space: dict[str, str]) -> list[str]:
    """Return the plans that show a portal: those of both its ends, as stairs are on two storeys."""
    ends = (of_space.get(end) for end in (portal.inner, portal.outer))
    return list(dict.fromkeys(plan for plan in ends if plan))


def plans_of_sensor(sensor: Sensor, site: Site, of_space: dict[str, str]) -> list[str]:
    """Return the plans that show a sensor: those of the portal or space it observes."""
    if sensor.space:
        return [of_space[sensor.space]] if sensor.space in of_space else []
    portals = (portal for portal in site.portals if portal.id == sensor.portal)
    return [plan for portal in portals for plan in plans_of_portal(portal, of_space)]


def edges(shape: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    """Yield the sides of a polygon."""
    return zip(shape, (*shape[1:], shape[0]), strict=True)


def area(shape: Sequence[Point]) -> float:
    """Return the area of a simple polygon in square metres, by the shoelace formula."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in edges(shape))) / 2


def is_simple(shape: Sequence[Point]) -> bool:
    """Tell whether no side of a polygon touches another one but where they follow each other."""
    sides = list(edges(shape))
    if any(a == b for a, b in sides):
        return False
    return not any(
        _folded(one, other) if _follow(n, m, len(sides)) else _meet(one, other)
        for (n, one), (m, other) in combinations(enumerate(sides), 2)
    )


def _follow(n: int, m: int, number: int) -> bool:
    return (m - n) % number in (1, number - 1)


def _folded(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Tell whether two sides that share a corner lie upon each other."""
    (corner,) = {*one} & {*other} if len({*one} & {*other}) == 1 else (None,)
    if corner is None:
        return True
    a, b = (next(p for p in side if p != corner) for side in (one, other))
    along = (a[0] - corner[0]) * (b[0] - corner[0]) + (a[1] - corner[1]) * (b[1] - corner[1])
    return _turn(a, corner, b) == 0 and along > 0


def _meet(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    (a, b), (c, d) = one, other
    crossing = _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0
    return crossing or any(_on(p, side) for p, side in ((c, one), (d, one), (a, other), (b, other)))


def _on(p: Point, side: tuple[Point, Point]) -> bool:
    (ax, ay), (bx, by) = side
    between = min(ax, bx) <= p[0] <= max(ax, bx) and min(ay, by) <= p[1] <= max(ay, by)
    return between and _turn(*side, p) == 0


def _turn(a: Point, b: Point, c: Point) -> float:
    """Return the side of the line through `a` and `b` on which a point lies; 0: on it, to the micrometre."""
    return round((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]), 6)
