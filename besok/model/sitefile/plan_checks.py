"""Checks of floor plans in a site file: plausible sizes, shapes on a plan, doors and sensors within it."""

from collections.abc import Iterator

from besok.model.floor_plan import (
    MOST_CORNERS,
    is_simple,
    plans,
    plans_of_portal,
    plans_of_sensor,
    sizes,
)
from besok.model.site import Point, Site, Space
from besok.model.tomlfile import Path, Problem

_NO_PLAN = "no space around it has a plan; write the size of its storey's (or the site's) plan, as in plan = [40, 25]"


def check(path: Path, site: Site) -> Iterator[Problem]:
    """Yield the problems of a site's floor plans."""
    of_space, sized = plans(site), sizes(site)
    for n, space in enumerate(site.spaces):
        if space.shape:
            # a storey lies on the plan around it, if it is drawn at all
            size = sized.get(of_space.get(space.id, ""))
            yield from _check_shape((*path, "spaces", n, "shape"), space, size)
    for n, portal in enumerate(site.portals):
        on = [sized[name] for name in plans_of_portal(portal, of_space)]
        yield from _check_point((*path, "portals", n, "at"), portal.at, on)
    for n, sensor in enumerate(site.sensors):
        on = [sized[name] for name in plans_of_sensor(sensor, site, of_space)]
        yield from _check_point((*path, "sensors", n, "at"), sensor.at, on)


def _check_shape(path: Path, space: Space, size: Point | None) -> Iterator[Problem]:
    shape = space.shape
    if space.plan:
        yield path, "a space with a plan of its own is the whole of it; leave out its shape"
    elif size is None:
        yield path, _NO_PLAN
    elif not 3 <= len(shape) <= MOST_CORNERS:
        yield path, f"it has {len(shape)} corners; write 3 to {MOST_CORNERS}, as in [[0, 0], [8, 0], [8, 5]]"
    elif wrong := next((corner for corner in shape if not _inside(corner, size)), None):
        yield (
            path,
            f"the corner {_written(wrong)} is outside of the plan, which is {_written(size)}; move it inside",
        )
    elif not is_simple(shape):
        yield (
            path,
            "its sides cross or touch; write the corners in the order in which one walks around the room",
        )


def _check_point(path: Path, point: Point | None, on: list[Point]) -> Iterator[Problem]:
    if point is None:
        return
    if not on:
        yield path, f"it is on no plan: {_NO_PLAN}"
    elif not all(_inside(point, size) for size in on):
        reason = f"{_written(point)} is outside of the plan, which is {_written(min(on))}; move it inside"
        yield path, reason


def _inside(point: Point, size: Point) -> bool:
    return all(0 <= value <= most for value, most in zip(point, size, strict=True))


def _written(point: Point) -> str:
    return f"[{point[0]:g}, {point[1]:g}]"
