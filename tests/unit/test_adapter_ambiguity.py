"""Fields that could mean two things: the mapping that a reason holds, and what answers the doubt."""

import tomllib
from typing import Any

from tests.unit.objectsaid import noted, problem, values


def mappings(told: str) -> list[dict[str, Any]]:
    """The mappings in a reason, as a site file would read them."""
    lines = told[told.index("[[sites.mappings]]") :]
    return tomllib.loads(f"[[sites]]\n{lines}")["sites"][0]["mappings"]  # type: ignore[no-any-return]


def test_a_doubt_brings_its_mapping() -> None:
    told = problem({"id": 'a"b', "data": {"people in": 3, "out": 1}})
    assert told.startswith(
        "data.people in and data.out could mean people since the last message or a running total;"
    )
    assert mappings(told) == [
        {"name": "acme", "topic": "acme/door1", "values": {"in": "$.data['people in']", "out": "$.data.out"}}
    ]
    assert (
        '# values = { in_total = "$.data[\'people in\']", out_total = "$.data.out" }  # a running total'
        in told
    )


def test_who_left_is_no_side_beside_who_entered() -> None:
    (found,) = mappings(problem({"serial": "C-17", "data": {"entered": 48210, "left": 48155}}))
    assert found["values"] == {"in": "$.data.entered", "out": "$.data.left"}


def test_a_doubt_in_a_list_brings_one_mapping_for_all_its_lines() -> None:
    told = problem({"lines": [{"id": 1, "in": 3, "out": 4}, {"id": 2, "in": 1, "out": 0}]})
    assert mappings(told) == [
        {"name": "acme", "topic": "acme/door1", "each": "$.lines[*]", "channel": "@.id",
         "values": {"in": "@.in", "out": "@.out"}},
    ]  # fmt: skip


def test_a_doubt_in_numbered_names_brings_one_mapping_for_all() -> None:
    (found,) = mappings(problem({"line_1_in": 3, "line_2_in": 4}))
    assert found["values"] == {"in:1": "$.line_1_in", "in:2": "$.line_2_in"}


def test_a_mapping_takes_along_what_is_known() -> None:
    (told,) = noted({"visitors": 3, "count": 4, "temperature": 21, "motion": True}).problems
    assert mappings(told)[0]["values"] == {
        "people": "$.visitors",
        "temperature_c": "$.temperature",
        "occupied": "$.motion",
    }
    assert told.count("values = ") == 6  # three meanings of two names


def test_a_doubt_beside_what_is_known_is_told_too() -> None:
    sheet = noted({"total_in": 5, "out": 3})
    assert [r.metric for r in sheet.readings] == ["in_total"]
    assert sheet.problems[0].startswith("out could mean")


def test_entrances_are_those_who_came_in_or_doors() -> None:
    assert values({"total_entrances": 120, "total_exits": 113, "current_occupants": 7}) == {
        "flow:1 in_total": 120,
        "flow:1 out_total": 113,
        "level:1 people": 7,
    }
    north = {"flow:north in_total": 3.0, "flow:north out_total": 4.0}
    assert values({"entrances": {"north": {"in_total": 3, "out_total": 4}}}) == north
    assert values({"entrances": [{"name": "north", "in_total": 3, "out_total": 4}]}) == north


def test_one_way_alone_does_not_answer_what_a_count_is() -> None:
    sheet = noted({"total_out": 113, "count": 120})
    assert [(r.metric, r.value) for r in sheet.readings] == [("out_total", 113)]
    assert sheet.problems[0].startswith("count could mean")
    assert not noted({"total_in": 120, "total_out": 113, "count": 120}).problems


def test_presence_of_several_may_be_their_number() -> None:
    assert values({"presence": 1}) == {"level:1 occupied": 1}
    assert problem({"presence": 4}).startswith("presence could mean people present")
    told = problem({"motion_state": "coded"})
    assert told.startswith('motion_state is "coded": it must say') and told.endswith(
        "with its words for yes and no"
    )


def test_a_word_nobody_knows_is_of_no_account_beside_one_that_says_it() -> None:
    assert values({"presence": True, "movement": "small_movement"}) == {"level:1 occupied": 1}
    assert values({"Motion1": 0, "TruePresence1": 1}) == {"level:1 occupied": 1}
    assert values({"Occupy": 1, "temperature": 22.1}) == {
        "level:1 occupied": 1,
        "level:1 temperature_c": 22.1,
    }


def test_a_share_is_asked_about_where_nothing_else_tells_of_people() -> None:
    share = {"occupancyRate": {"value": 35, "unit": "%"}, "temperature": 21.2}
    sheet = noted(share)
    assert [r.metric for r in sheet.readings] == ["temperature_c"]
    assert "is a share of a capacity" in sheet.problems[0]
    assert not noted({**share, "people": 3}).problems
