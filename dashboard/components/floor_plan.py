"""The floor plans of a site: each storey as an SVG drawing, with a list of the same content.

`plan.js` puts the drawing in place, since Dash has no SVG; the live stream repaints what carries `data-part`, as on
cards. Lengths are metres of the plan.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree as ET

from dash import dcc, html

from besok.model.floor_plan import area, plans, plans_of_portal, plans_of_sensor, sizes
from besok.model.site import Point, Site, Space
from besok.model.views.live import SiteLive, SpaceLive
from besok.services.floor_plan import Drawn, DrawnDoor, DrawnSensor
from besok.text import formats
from besok.text.languages import _, named
from besok.text.level_text import levels
from dashboard.components import live_parts
from dashboard.components.card import chip, count
from dashboard.components.elements import HIDDEN, data, fold, present
from dashboard.components.label_boxes import LabelBox, Shape, label_box
from dashboard.components.live_parts import Parts, part

LETTER: Final = 0.6  # width of a letter by its height: the widest of the usual ones
LEAST = 1 / 52  # smallest letters, by the longer side of a plan: readable next to the cards of a desk
NEAR, FAR = 1 / 34, 1 / 20  # largest letters, likewise, at a desk and on a wall
MARK = 1 / 70  # the unit of doors and sensors, likewise
PILL = (3.4, 1.5)  # a door's width and height in these units
LINES = {"name": 1.0, "people": 1.7, "verdict": 0.85, "seats": 0.8}  # of a room: the height of their letters
OCCUPIED = 1.15  # of people, where a word replaces the number
NO_PICTURES: Mapping[str, str] = {}
SPACED = 1.22  # lines, by the height of their letters


def drawings(
    live: SiteLive, place: Site, drawn: Drawn, pictures: Mapping[str, str] = NO_PICTURES
) -> dict[str, Any]:
    """Return a drawing with its list for each plan on which something is drawn, by the space that it is of; `pictures`
    are the digests of those behind the plans.
    """
    return {
        plan: html.Section(
            [
                _drawing(live, place, plan, rooms, drawn, NEAR, pictures.get(plan)),
                _list(live, rooms, _on(plan, drawn)),
            ],
            className="plan",
        )
        for plan, rooms in _rooms(live, place).items()
    }


def on_wall(live: SiteLive, place: Site) -> tuple[list[Any], set[str]]:
    """Return the drawings alone, for a screen that nobody touches, each under the name of its storey; and the spaces
    that are on them.
    """
    names, rooms_by_plan = {space.space: named(space.name) for space in live.spaces}, _rooms(live, place)
    articles = [
        html.Article(
            [html.H2(names[plan]), _drawing(live, place, plan, rooms, Drawn(), FAR)], className="plan"
        )
        for plan, rooms in rooms_by_plan.items()
    ]
    return articles, {space.id for rooms in rooms_by_plan.values() for space, _now in rooms}


def marks(drawn: Drawn) -> dict[str, dict[str, Any]]:
    """Return state and texts of doors and sensors, for `live.js`."""
    doors = {_door_id(d): {"state": d.freshness or "live", "parts": _door_parts(d)} for d in drawn.doors}
    return doors | {_sensor_id(s): {"state": s.freshness, "parts": _sensor_parts(s)} for s in drawn.sensors}


Room = tuple[Space, SpaceLive]


def _rooms(live: SiteLive, place: Site) -> dict[str, list[Room]]:
    """Return the rooms that each plan shows, the largest first."""
    now, of_space = {space.space: space for space in live.spaces}, plans(place)
    by_plan: dict[str, list[Room]] = {plan: [] for plan in sizes(place)}
    for space in _by_area(place):
        if space.id in now:
            by_plan[of_space[space.id]].append((space, now[space.id]))
    return {plan: rooms for plan, rooms in by_plan.items() if rooms}


def _by_area(place: Site) -> list[Space]:
    """Return the spaces that are drawn, the largest first, so that inner rooms lie over outer ones."""
    return sorted((space for space in place.spaces if space.shape), key=lambda space: -area(space.shape))


def _on(plan: str, drawn: Drawn) -> Drawn:
    doors, sensors = ([one for one in several if plan in one.on] for several in (drawn.doors, drawn.sensors))
    return Drawn(doors=doors, sensors=sensors)  # type: ignore[arg-type]


def sketch(place: Site, plan: str, forms: Mapping[str, str], picture: str | None) -> Any:
    """Return the drawing of a plan to be edited: rooms, doors and sensors that have a form, by the name of which
    `plan_editor.js` knows what they are.
    """
    size, of_space = sizes(place)[plan], plans(place)
    unit = max(size) * MARK
    root = _canvas(place, plan, size, unit, picture)
    rooms = [space for space in _by_area(place) if of_space[space.id] == plan]
    points = _points(place, plan)
    covered = [_around(at, 1.2 * unit, 1.2 * unit) for _name, at in points]
    for n, space in enumerate(rooms):
        group = _add(root, "g", class_="drawn", data_form=forms[space.id])
        _add(group, "polygon", points=_corners(space.shape))
        over = (*(other.shape for other in rooms[n + 1 :]), *covered)
        box = label_box(space.shape, over, LETTER * len(named(space.name)), SPACED)
        letter = min(box.size, max(size) * NEAR)
        _add(group, "text", x=box.x, y=box.y, font_size=letter).text = named(space.name)
    for name, at in points:
        _add(root, "circle", class_="drawn", data_form=forms[name], cx=at[0], cy=at[1], r=0.6 * unit)
    return _placed(root)


def _points(place: Site, plan: str) -> list[tuple[str, Point]]:
    """Return the positions of doors and sensors on a plan, by the keys that `sketch` uses."""
    of_space = plans(place)
    doors = [(p.id, p.at) for p in place.portals if p.at and plan in plans_of_portal(p, of_space)]
    sensors = [
        (f"{s.source} {s.device} {s.channel_key}", s.at)
        for s in place.sensors
        if s.at and plan in plans_of_sensor(s, place, of_space)
    ]
    return [*doors, *sensors]


def _drawing(
    live: SiteLive,
    place: Site,
    plan: str,
    rooms: Sequence[Room],
    drawn: Drawn,
    largest: float,
    picture: str | None = None,
) -> Any:
    """Return the drawing of a plan as it is now."""
    size, on_plan = sizes(place)[plan], _on(plan, drawn)
    unit = max(size) * MARK
    root = _canvas(place, plan, size, unit, picture)
    _patterns(root, unit)
    doors = [_around(door.at, PILL[0] * unit, PILL[1] * unit) for door in on_plan.doors if door.freshness]
    covered = [*doors, *(_around(sensor.at, 2 * unit, 2 * unit) for sensor in on_plan.sensors)]
    for n, (space, now) in enumerate(rooms):
        over = [other.shape for other, _now in rooms[n + 1 :]]
        _room(root, space, now, live.is_open, (*over, *covered), (max(size), largest))
    for door in on_plan.doors:
        _door(root, door, unit)
    for sensor in on_plan.sensors:
        _sensor(root, sensor, unit)
    return _placed(root)


def _canvas(place: Site, plan: str, size: Point, unit: float, picture: str | None) -> ET.Element:
    """Return an empty drawing, with the picture behind it."""
    edge = PILL[0] / 2 * unit + unit / 4  # for doors at the outer walls
    box = (-edge, -edge, size[0] + 2 * edge, size[1] + 2 * edge)
    root = ET.Element("svg", viewBox=" ".join(f"{side:g}" for side in box))
    if picture:
        href = f"/api/v1/sites/{place.id}/plans/{plan}/picture?of={picture[:16]}"
        _add(root, "image", href=href, width=size[0], height=size[1], preserveAspectRatio="none")
    return root


def _placed(root: ET.Element) -> Any:
    """Return the element for a drawing, hidden from screen readers, which read the list or the forms."""
    svg = ET.tostring(root, encoding="unicode").replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1
    )
    _left, _top, width, height = map(float, root.attrib["viewBox"].split())
    return html.Div(
        className="drawing", style={"--ratio": f"{width / height:.3f}"}, **data(svg=svg), **HIDDEN
    )


def _corners(shape: Shape) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in shape)


def _add(parent: ET.Element, tag: str, **values: str | float) -> ET.Element:
    """Add an element; `class_` is the attribute "class", `font_size` is "font-size"."""
    attributes = {key.rstrip("_").replace("_", "-"): value for key, value in values.items()}
    texts = {key: value if isinstance(value, str) else f"{value:.3f}" for key, value in attributes.items()}
    return ET.SubElement(parent, tag, texts)


def _patterns(root: ET.Element, unit: float) -> None:
    """Add patterns that distinguish levels without colour: lines for busy, a net for full, dashes for offline."""
    defs = ET.SubElement(root, "defs")
    turned = f"scale({unit:g}) rotate(-45)"
    form = {"width": "2", "height": "2", "patternUnits": "userSpaceOnUse", "patternTransform": turned}
    for name, path in {"busy": "M0 1H2", "full": "M0 1H2M1 0V2", "offline": "M0 1H1.2"}.items():
        pattern = ET.SubElement(defs, "pattern", {"id": f"plan-{name}", **form})
        _add(pattern, "path", d=path, class_=f"lines {name}")


def _around(point: Point, width: float, height: float) -> Shape:
    """Return the rectangle of a door or sensor, with a small margin."""
    (x, y), w, h = point, 0.6 * width, 0.7 * height
    return (x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)


def _room(
    root: ET.Element,
    space: Space,
    now: SpaceLive,
    is_open: bool,
    over: Sequence[Shape],
    letters: tuple[float, float],  # the longer side of the plan, and the largest letters by it
) -> None:
    parts = live_parts.of_space(now, is_open)
    state = {f"data-{key}": text for key, text in live_parts.state(now).items()}
    group = ET.SubElement(root, "g", {"class": "room", **state})
    for layer in ("floor", "shade"):
        _add(group, "polygon", points=_corners(space.shape), class_=layer)
    lines, box = _label(space, now, tuple(over), letters)
    y = box.y - sum(lines.values()) * SPACED * box.size / 2
    for line, height in lines.items():
        y += height * SPACED * box.size
        place = {"x": box.x, "y": y - 0.25 * height * box.size, "font_size": height * box.size}
        text = _add(group, "text", class_=f"says-{line}", **place)
        _write_line(text, line, space, now, parts)


def _write_line(text: ET.Element, line: str, space: Space, now: SpaceLive, parts: Parts) -> None:
    """Write one line of a room's label."""
    if line == "name":
        text.text = named(space.name)
        return
    _add(text, "tspan", data_part=line).text = parts[line]
    if line == "people" and now.capacity and now.basis != "presence":
        _add(text, "tspan", class_="of", dx="0.2em", data_part="capacity").text = parts["capacity"]


def _label(
    space: Space, now: SpaceLive, over: tuple[Shape, ...], letters: tuple[float, float]
) -> tuple[dict[str, float], LabelBox]:
    """Return the lines of a room's label by height, and their box: all where a desk can read them, else fewer.

    A name stays where a wide screen alone can read it; `plan.js` hides it on others.
    """
    side, largest = letters
    choices = [("name", "people", "verdict"), ("name", "people"), ("people",)]
    if now.seats and now.basis != "presence":
        choices.insert(0, ("name", "people", "verdict", "seats"))
    heights = LINES | ({"people": OCCUPIED} if now.basis == "presence" else {})
    widths, box, shown = _widths(space, now), LabelBox(0, 0, 0), heights
    for lines in choices:
        shown = {line: heights[line] for line in lines}
        wide = max(LETTER * height * widths[line] for line, height in shown.items())
        box = label_box(space.shape, over, wide, sum(shown.values()) * SPACED)
        least = MARK if lines == ("name", "people") else LEAST
        if box.size * min(shown.values()) >= least * side:
            break
    return shown, LabelBox(box.x, box.y, min(box.size, largest * side))


def _widths(space: Space, now: SpaceLive) -> Mapping[str, int]:
    """Return the largest width of each line in letters."""
    most = len(formats.number(max(99, 2 * (now.capacity or 0), 2 * (now.people or 0))))
    people = most + (2 + len(formats.number(now.capacity)) if now.capacity else 0)
    known = levels().values() if now.capacity else [_("No capacity set")]
    verdicts = [_("Sensor offline"), live_parts.sensor_state("late"), _("Not updated"), *known]
    return {
        "name": len(named(space.name)),
        "people": max(len(_("Occupied")), len(_("Free"))) if now.basis == "presence" else people,
        "verdict": max(map(len, verdicts)),
        "seats": len(_("{n} of {seats} seats free").format(n=now.seats, seats=now.seats)),
    }


def _door(root: ET.Element, door: DrawnDoor, unit: float) -> None:
    parts = _door_parts(door)
    group = _mark(root, "door", _door_id(door), door.freshness or "live", door.at, parts)
    if door.freshness is None:  # not counted: drawn as a plain door
        _add(group, "circle", r=0.4 * unit)
        return
    w, h = (side * unit for side in PILL)
    _add(group, "rect", x=-w / 2, y=-h / 2, width=w, height=h, rx=h / 2)
    text = _add(group, "text", y=0.36 * unit, font_size=unit)
    _add(text, "tspan", data_part="entries").text = parts["entries"]


def _sensor(root: ET.Element, sensor: DrawnSensor, unit: float) -> None:
    group = _mark(root, "sensor", _sensor_id(sensor), sensor.freshness, sensor.at, _sensor_parts(sensor))
    r = 0.62 * unit
    _add(group, "path", d=f"M0 {-r:g}L{r:g} 0L0 {r:g}L{-r:g} 0Z")
    _add(group, "path", class_="cross", d=f"M{-r:g} {-r:g}L{r:g} {r:g}M{-r:g} {r:g}L{r:g} {-r:g}")


def _mark(root: ET.Element, kind: str, name: str, state: str, at: Point, parts: Parts) -> ET.Element:
    """Add the mark of a door or sensor, with a tooltip that names it."""
    moved = f"translate({at[0]:g} {at[1]:g})"
    group = _add(root, "g", class_=kind, data_at=name, data_state=state, transform=moved)
    _add(group, "title", data_part="whole").text = parts["whole"]
    return group


def _door_id(door: DrawnDoor) -> str:
    return f"door {door.portal.id}"


def _sensor_id(sensor: DrawnSensor) -> str:
    return f"sensor {sensor.sensor.source} {sensor.sensor.device} {sensor.sensor.channel_key}"


def _door_parts(door: DrawnDoor) -> Parts:
    """Return the texts of a door: entries and exits today, and the state of its sensor."""
    if door.freshness is None:
        count = _("not counted")
    else:
        passed = _("{entries} in, {exits} out today")
        count = passed.format(entries=formats.number(door.entries), exits=formats.number(door.exits))
    state = "" if door.freshness in ("live", None) else live_parts.sensor_state(door.freshness)
    text = " · ".join(filter(None, (count, state)))
    return {
        "entries": formats.number(door.entries),
        "passed": text,
        "whole": f"{named(door.portal.name)}: {text}",
    }


def _sensor_parts(sensor: DrawnSensor) -> Parts:
    state = live_parts.sensor_state(sensor.freshness)
    return {"passed": state, "whole": f"{sensor.sensor.device}: {state}"}


def _list(live: SiteLive, rooms: Sequence[Room], here: Drawn) -> Any:
    """Return the content of a drawing as a list, with links to its rooms."""
    lines = [_line(live, now) for _space, now in rooms]
    doors = [
        _listed(_door_id(d), _door_name(live.site, d), d.freshness or "live", _door_parts(d))
        for d in here.doors
    ]
    sensors = [
        _listed(_sensor_id(s), html.Span(s.sensor.device), s.freshness, _sensor_parts(s))
        for s in here.sensors
    ]
    return fold(
        _("The floor plan as a list"),
        *present(
            html.Ul(lines, className="inside"),
            *([html.P(_("Doors"), className="strong"), html.Ul(doors, className="inside")] if doors else []),
            *(
                [html.P(_("Sensors"), className="strong"), html.Ul(sensors, className="inside")]
                if sensors
                else []
            ),
        ),
    )


def _line(live: SiteLive, now: SpaceLive) -> Any:
    parts = live_parts.of_space(now, live.is_open)
    name = dcc.Link(named(now.name), href=f"/spaces/{live.site}/{now.space}")
    content = [name, count(now, parts), part("seats", parts, className="age"), chip(parts)]
    return html.Li(content, **data(**live_parts.state(now)))


def _door_name(site: str, door: DrawnDoor) -> Any:
    """Return the name of a door, as a link to its page where it is counted."""
    name = named(door.portal.name)
    return (
        html.Span(name) if door.freshness is None else dcc.Link(name, href=f"/doors/{site}/{door.portal.id}")
    )


def _listed(at: str, name: Any, state: str, parts: Parts) -> Any:
    return html.Li([name, part("passed", parts)], **data(at=at, state=state))
