"""Floor plans: what a site file may draw, and a drawing that says what its list says."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from besok.model.errors import EditRefused, SiteFileError
from besok.model.floor_plan import MOST_CORNERS, area, is_simple, plans, plans_of_portal, plans_of_sensor
from besok.model.site import Site, SiteFile, Text
from besok.model.sitefile import dump, parse
from besok.model.sitefile.diff import differences
from besok.model.sitefile.edit import Edit, edited, mark, parts, values_of
from besok.model.sitefile.merge import merged
from besok.model.views.live import SiteLive, SpaceLive, in_whole_people, level
from besok.services.floor_plan import Drawn, DrawnDoor, DrawnSensor
from besok.text.languages import LANGUAGES, speaking
from dashboard.components import floor_plan
from dashboard.components.label_boxes import label_box

EXAMPLE = parse((Path(__file__).parents[2] / "sites" / "helsingborg.toml").read_text())
LIBRARY, PARK = EXAMPLE.sites
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SQUARE = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))
ELL = ((0.0, 0.0), (10.0, 0.0), (10.0, 2.0), (2.0, 2.0), (2.0, 10.0), (0.0, 10.0))


def problems(changes: dict[str, str]) -> list[str]:
    """What is wrong with the example where parts, by their id or device, have another line."""
    sections = dump(EXAMPLE).split("\n\n")
    for name, line in changes.items():
        of = re.compile(rf'^(id|device) = "{name}"$', re.MULTILINE)
        (at,) = (n for n, section in enumerate(sections) if of.search(section))
        key = line.split(" = ")[0]
        kept = (one for one in sections[at].splitlines() if not one.startswith(f"{key} = "))
        sections[at] = "\n".join((*kept, line))
    with pytest.raises(SiteFileError) as caught:
        parse("\n\n".join(sections))
    return caught.value.problems


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"foyer": "shape = [[0, 0], [9, 9]]"}, "it has 2 corners; write 3 to 100"),
        ({"foyer": f"shape = {[[0, 0]] * (MOST_CORNERS + 1)}"}, "it has 101 corners"),
        ({"foyer": "shape = [[0, 0], [9, 9], [9, 0], [0, 9]]"}, "its sides cross or touch"),
        ({"foyer": "shape = [[0, 0], [56, 0], [0, 9]]"}, "corner [56, 0] is outside of the plan, which is [55, 30]"),
        ({"foyer": "shape = [[0, 0], [9, nan], [0, 9]]"}, "outside of the plan"),
        ({"foyer": "shape = [[0, 0], [1], [0, 9]]"}, "[[sites.spaces]] foyer: shape.1"),
        ({"foyer": 'shape = "everywhere"'}, "write it in square brackets"),
        ({"foyer": "plan = [3, 3]"}, "a space with a plan of its own is the whole of it"),
        ({"ground-floor": "plan = [0, 30]"}, "plan.0: 0 is not possible; write more than 0"),
        ({"ground-floor": "plan = [inf, 30]"}, "plan.0: inf is not possible"),
        ({"stadsbiblioteket": "plan = [10, 6000]"}, "plan.1: 6000 is not possible; write 5000 or less"),
        ({"stairs-up": "at = [60, 2]"}, "[60, 2] is outside of the plan"),
        ({"upper-floor": "plan = [20, 20]", "stairs-up": "at = [33, 14]"}, "stairs-up: at: [33, 14] is outside"),
        ({"camera-reading-room": "at = [-1, 2]"}, "[-1, 2] is outside of the plan"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_said_with_what_to_do(changes: dict[str, str], said: str) -> None:
    assert any(said in one for one in problems(changes)), problems(changes)


def test_a_shape_needs_a_plan_around_it() -> None:
    undrawn = replace(LIBRARY, spaces=tuple(replace(s, plan=None) for s in LIBRARY.spaces))
    with pytest.raises(SiteFileError, match="no space around it has a plan; write the size") as caught:
        parse(dump(SiteFile(sites=(undrawn, PARK))))
    assert len(caught.value.problems) > 30  # of every room, door and sensor, each with its line


def test_a_space_is_drawn_on_the_nearest_plan_and_stairs_on_two() -> None:
    of_space = plans(LIBRARY)
    assert (of_space["meeting-room-1"], of_space["foyer"]) == ("upper-floor", "ground-floor")
    assert set(plans(PARK).values()) == {"stadsparken"}
    portals = {p.id: p for p in LIBRARY.portals}
    assert plans_of_portal(portals["stairs-up"], of_space) == ["upper-floor", "ground-floor"]
    assert plans_of_portal(portals["park-entrance"], of_space) == [
        "ground-floor"
    ]  # the terrace is another site's
    camera = next(s for s in LIBRARY.sensors if s.device == "camera-reading-room")
    assert plans_of_sensor(camera, LIBRARY, of_space) == ["upper-floor"]


@pytest.mark.parametrize(
    ("shape", "simple"),
    [
        (SQUARE, True),
        (ELL, True),
        (SQUARE[::-1], True),
        (((0, 0), (1, 1), (1, 0), (0, 1)), False),  # crosses itself
        (((0, 0), (2, 0), (1, 0), (1, 1)), False),  # comes back on a side
        (((0, 0), (1, 0), (2, 0)), False),  # a line
        (((0, 0), (0, 0), (1, 1), (0, 1)), False),  # a corner twice
        (((0, 0), (4, 0), (4, 4), (2, 0), (0, 4)), False),  # touches itself
    ],
)
def test_a_polygon_is_simple(shape: Any, simple: bool) -> None:
    assert is_simple(shape) == simple


def test_the_example_is_drawn_to_scale() -> None:
    assert area(SQUARE) == 16 and area(ELL) == 36
    for space in LIBRARY.spaces:
        if space.shape and space.area_m2:
            assert area(space.shape) == pytest.approx(space.area_m2, rel=0.02)


def test_a_drawing_is_kept_by_file_and_form() -> None:
    assert parse(dump(EXAMPLE)) == EXAMPLE
    raw = next(raw for raw in parts(EXAMPLE, LIBRARY.id)["spaces"] if raw["id"] == "foyer")
    values = values_of("spaces", raw)
    assert values["shape"].startswith("18 12; 38 12;")
    swedish = values | {"shape": "0 0; 12,5 0; 12,5 8"}
    known = edited(EXAMPLE, Edit(site=LIBRARY.id, part="spaces", mark=mark("spaces", raw), values=swedish))
    foyer = next(s for s in known.sites[0].spaces if s.id == "foyer")
    assert foyer.shape == ((0, 0), (12.5, 0), (12.5, 8))
    assert any("foyer: shape" in str(line) for line in differences(LIBRARY, known.sites[0]))
    for wrong in (
        "here",
        "0 0; 1 1",
        "0 0; 9 9; 9 0; 0 9",
        ";" * 400,
        "0 0 0; 1 1 1; 2 2 2",
        "nan nan; 1 1; 2 0",
    ):
        with pytest.raises(EditRefused) as refused:
            edited(
                EXAMPLE,
                Edit(
                    site=LIBRARY.id, part="spaces", mark=mark("spaces", raw), values=values | {"shape": wrong}
                ),
            )
        assert refused.value.fields == ("shape",)


@pytest.mark.parametrize("size", ["140,5 125", "140,5 x 125", "140.5×125 m", " 140,5m X 125m"])
def test_a_size_is_read_as_people_write_it(size: str) -> None:
    raw = next(raw for raw in parts(EXAMPLE, LIBRARY.id)["spaces"] if raw.get("plan"))
    values = values_of("spaces", raw) | {"plan": size}
    known = edited(EXAMPLE, Edit(site=LIBRARY.id, part="spaces", mark=mark("spaces", raw), values=values))
    assert next(s.plan for s in known.sites[0].spaces if s.id == raw["id"]) == (140.5, 125)


def test_where_a_sensor_is_drawn_follows_the_file_and_not_its_past() -> None:
    moved = tuple(
        replace(s, at=(1.0, 11.0)) if s.device == "camera-reading-room" else s for s in LIBRARY.sensors
    )
    known = {LIBRARY.id: LIBRARY}
    then = merged(SiteFile(sites=(replace(LIBRARY, sensors=moved),)), known, NOW)[LIBRARY.id]
    (camera,) = (s for s in then.sensors if s.device == "camera-reading-room")
    assert (camera.at, camera.dated) == ((1.0, 11.0), False)


coordinate = st.floats(0, 100, allow_nan=False)


@given(
    st.tuples(coordinate, coordinate), st.floats(1, 80), st.floats(1, 80), st.floats(1, 20), st.floats(1, 6)
)
def test_a_label_lies_within_its_room(
    low: Any, width: float, height: float, wide: float, high: float
) -> None:
    (x, y), half = low, (width / 2, height / 2)
    corners = [(0, 0), (width, 0), (width, half[1]), half, (half[0], height), (0, height)]
    shape = tuple((x + right, y + down) for right, down in corners)
    box = label_box(shape, (), wide, high)
    assert box.size > 0
    cell = max(width, height) / 40
    assert x <= box.x - box.size * wide / 2 and box.x + box.size * wide / 2 <= x + width
    right, low_edge = box.x + box.size * wide / 2, box.y + box.size * high / 2
    assert right <= x + half[0] + cell or low_edge <= y + half[1] + cell  # not in the corner that is cut out


def test_a_label_keeps_clear_of_what_lies_over_its_room() -> None:
    inner = ((0.0, 0.0), (4.0, 0.0), (4.0, 2.0), (0.0, 2.0))
    assert label_box(SQUARE, (inner,), 4, 1).y >= 2.5
    assert label_box(SQUARE, (SQUARE,), 4, 1).size == 0  # nothing of it is to be seen


def live(site: Site, people: Mapping[str, float]) -> SiteLive:
    """The site with some people in it; nobody knows of the other spaces."""
    every = [(site.id, None, site.name, "site", site.capacity, None)]
    every += [(s.id, s.parent or site.id, s.name, s.kind, s.capacity, s.seats) for s in site.spaces]
    spaces = tuple(
        SpaceLive(
            space=name, parent=parent, name=text, kind=kind, storey=0, capacity=capacity, seats=seats,
            people=people.get(name), lower=people.get(name), upper=people.get(name), raw=None,
            basis="doors" if name in people else None, reason=None, time=NOW, heard=NOW, interval_s=60,
            freshness="live" if name in people else "none", level=level(people.get(name), capacity),
        )
        for name, parent, text, kind, capacity, seats in every
    )  # fmt: skip
    return SiteLive(
        site=site.id, name=site.name, time=NOW, sandbox=False, is_open=True, open_until=NOW + timedelta(hours=1),
        opens_at=None, visits_today=3, visits_last_week=None, spaces=in_whole_people(spaces),
    )  # fmt: skip


def drawn() -> Drawn:
    portals, sensors = {p.id: p for p in LIBRARY.portals}, {s.device: s for s in LIBRARY.sensors}
    stairs, exit_ = portals["stairs-up"], portals["emergency-exit"]
    camera = sensors["camera-reading-room"]
    assert stairs.at and exit_.at and camera.at
    both = ("upper-floor", "ground-floor")
    return Drawn(
        doors=[
            DrawnDoor(portal=stairs, at=stairs.at, on=both, entries=214, exits=180, freshness="stale"),
            DrawnDoor(
                portal=exit_, at=exit_.at, on=("ground-floor",), entries=None, exits=None, freshness=None
            ),
        ],
        sensors=[DrawnSensor(sensor=camera, at=camera.at, on=("upper-floor",), freshness="live")],
    )


G = "{http://www.w3.org/2000/svg}g"


def svg_of(section: Any) -> ET.Element:
    return ET.fromstring(getattr(section.children[0], "data-svg"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_storey_is_drawn_with_its_rooms_doors_and_sensors(language: str) -> None:
    with speaking(language):
        found = floor_plan.drawings(live(LIBRARY, {"cafe": 60, "foyer": 10}), LIBRARY, drawn())
    assert list(found) == ["ground-floor", "upper-floor", "basement"]
    ground = svg_of(found["ground-floor"])
    rooms = {g.get("data-space"): g for g in ground.iter(G) if g.get("class") == "room"}
    assert set(rooms) == {"foyer", "cafe", "childrens-floor", "exhibition", "newspapers"}
    assert (rooms["cafe"].get("data-level"), rooms["exhibition"].get("data-state")) == ("full", "none")
    cafe = {e.get("data-part"): e.text for e in rooms["cafe"].iter() if e.get("data-part")}
    assert cafe["people"] == "60" and cafe["verdict"] == {"sv": "Fullt", "en": "Full"}.get(
        language, cafe["verdict"]
    )
    doors = {e.get("data-at"): e for e in ground.iter(G) if e.get("class") == "door"}
    assert set(doors) == {"door stairs-up", "door emergency-exit"}
    assert "214" in "".join(doors["door stairs-up"].itertext())
    upper = svg_of(found["upper-floor"])
    assert [e.get("data-at") for e in upper.iter(G) if e.get("class") in ("door", "sensor")] == [
        "door stairs-up", "sensor native camera-reading-room level:1",
    ]  # fmt: skip


def test_the_list_says_what_the_drawing_says() -> None:
    with speaking("en"):
        found = floor_plan.drawings(live(LIBRARY, {"cafe": 60}), LIBRARY, drawn())
        marks = floor_plan.marks(drawn())
    for section in found.values():
        svg, listed = svg_of(section), str(section.children[1])
        for group in svg.iter(G):
            name = group.get("data-space") or group.get("data-at") or ""
            assert f"'{name}'" in listed
    assert marks["door stairs-up"]["state"] == "stale"
    assert marks["door stairs-up"]["parts"]["passed"] == "214 in, 180 out today · Offline"
    assert (
        marks["sensor native camera-reading-room level:1"]["parts"]["whole"] == "camera-reading-room: Online"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_that_cannot_be_read_at_a_desk_gives_way_to_the_name(language: str) -> None:
    with speaking(language):
        found = floor_plan.drawings(live(LIBRARY, {}), LIBRARY, drawn())
    nameless = set()
    for section in found.values():
        for room in (g for g in svg_of(section).iter(G) if g.get("class") == "room"):
            texts = [t for t in room if t.tag.endswith("}text")]
            lines = {t.get("class", ""): float(t.get("font-size", "")) for t in texts}
            if "says-name" not in lines:
                nameless.add(room.get("data-space"))
                continue
            least = 1 / 70 if lines.keys() == {"says-name", "says-people"} else 1 / 52
            assert min(lines.values()) >= 55 * least - 0.001, room.get("data-space")
    assert nameless <= {"meeting-rooms", "meeting-room-1", "studios", "music-studio"}  # no place for it


def test_a_name_is_text_whatever_it_holds() -> None:
    name = Text(sv="</svg><script>alert(1)</script>", en='"><image href=x>&')
    evil = replace(LIBRARY, spaces=tuple(replace(s, name=name) for s in LIBRARY.spaces))
    for language in LANGUAGES:
        with speaking(language):
            for section in floor_plan.drawings(live(evil, {"cafe": 6}), evil, drawn()).values():
                tags = {e.tag.rpartition("}")[2] for e in svg_of(section).iter()}
                assert tags <= {
                    "svg",
                    "defs",
                    "pattern",
                    "path",
                    "g",
                    "polygon",
                    "text",
                    "tspan",
                    "rect",
                    "circle",
                    "title",
                }


def test_where_nothing_is_drawn_there_is_no_plan() -> None:
    bare = replace(LIBRARY, spaces=tuple(replace(s, shape=()) for s in LIBRARY.spaces))
    assert floor_plan.drawings(live(bare, {}), bare, Drawn()) == {}
    assert floor_plan.on_wall(live(bare, {}), bare) == ([], set())


def test_the_wall_draws_rooms_alone_and_leaves_the_rest_to_tiles() -> None:
    plan, names = floor_plan.on_wall(live(LIBRARY, {"cafe": 6}), LIBRARY)
    assert len(plan) == 3 and names == {s.id for s in LIBRARY.spaces if s.shape}
