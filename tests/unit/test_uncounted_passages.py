"""Passages that nothing counts: no figure beside them, one rule for parents and children, and `site check` says so."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from besok.analytics.occupancy import DayObservations, live
from besok.analytics.occupancy.space_tree import reconciled
from besok.model import sitefile
from besok.model.building import Building
from besok.model.sitefile.notes import notes, uncounted
from cli.main import app
from tests.sitetext import door, sensor, site, space

# site 0 > ground 1 > hall 3, upper 2 > room 4; doors outside -> ground, ground -> hall, upper -> room
PARENTS = (None, 0, 0, 1, 2)
ENDS = ((None, 1), (1, 3), (2, 4))
STAIRS = ((1, 2),)
TEXT = "".join(
    (
        site(), space("ground", ("Bottenvåning", "Ground floor")), space("upper", ("Övervåning", "Upper floor")),
        space("hall", ("Hall", "Hall"), 'parent = "ground"'), door("front", ("Entré", "Front"), inner="ground"),
        door("into-hall", ("Halldörr", "Hall door"), outer="ground"),
        door("stairs", ("Trappan", "Stairs"), outer="ground", inner="upper", more="counted = false"),
        sensor("front"), sensor("into-hall"),
    )
)  # fmt: skip


def test_beside_an_uncounted_staircase_there_is_no_figure_and_elsewhere_there_is() -> None:
    house = Building.of(PARENTS, ENDS, uncounted=STAIRS)
    people_in = np.array([[20.0, 12, 0], [0, 0, 5]])
    people_out = np.zeros((2, 3))
    found = live(house, DayObservations.of(people_in, people_out, 5))
    assert np.isnan(found.people[:, [1, 2]]).all()
    assert found.people[0, 0] == pytest.approx(20, abs=2)
    assert found.people[1, 3] == pytest.approx(12, abs=2)
    counted = live(Building.of(PARENTS, ENDS), DayObservations.of(people_in, people_out, 5))
    assert not np.isnan(counted.people[0, 1])


def test_an_emergency_exit_changes_nothing() -> None:
    house = Building.of(PARENTS, ENDS, uncounted=((None, 1), (None, 4)))
    assert (house.doors == Building.of(PARENTS, ENDS).doors).all()


def test_rooms_hold_no_more_than_the_house_though_the_storey_between_is_not_known() -> None:
    house = Building.of(PARENTS, ENDS, uncounted=STAIRS)
    people = np.array([[14.0, np.nan, np.nan, 12, 6]])
    lower, upper = people - 2, people + 2
    found, low, high = reconciled(house, people, lower, upper, np.zeros((1, 5)), np.full((1, 5), np.inf))
    assert found[0, 3] + found[0, 4] <= found[0, 0] + 1e-6
    assert np.isnan(found[0, [1, 2]]).all()
    known = ~np.isnan(found)
    assert ((low <= found) & (found <= high))[known].all()


def test_the_bounds_of_a_sum_lie_within_those_of_its_parts() -> None:
    house = Building.of((None, 0, 0), ((None, 1), (1, 2)))
    people = np.array([[50.0, 30, 20]])
    wide, narrow = np.array([[40.0, 6, 3]]), np.array([[2.0, 6, 3]])
    for width, total in ((wide, (41, 59)), (narrow, (48, 52))):
        found, low, high = reconciled(
            house, people, people - width, people + width, np.zeros((1, 3)), np.full((1, 3), np.inf)
        )
        assert (found == people).all() and (low[0, 0], high[0, 0]) == total


def test_a_part_of_which_only_presence_is_known_leaves_the_bounds_of_the_whole() -> None:
    house = Building.of((None, 0, 0), ((None, 1),))
    people_in, occupied = np.full((4, 1), 20.0), np.full((4, 3), np.nan)
    occupied[:, 2] = 1
    seen = replace(DayObservations.of(people_in, 0 * people_in, 3), occupied=occupied)
    found = live(house, seen)
    assert found.people[-1, 2] == 1 and np.isnan(found.upper[-1, 2])
    assert found.lower[-1, 0] < found.people[-1, 0] < found.upper[-1, 0]


def test_what_is_known_of_some_parts_binds_the_whole() -> None:
    house = Building.of((None, 0, 0), ((None, 0), (0, 1), (0, 2)))
    people = np.array([[14.0, 18, np.nan]])
    found, *_ = reconciled(house, people, people - 1, people + 1, np.zeros((1, 3)), np.full((1, 3), np.inf))
    assert found[0, 1] <= found[0, 0] + 1e-6


def test_site_check_names_the_passage_and_what_it_hides(tmp_path: Path) -> None:
    (place,) = sitefile.parse(TEXT).sites
    assert [(portal.id, hidden) for portal, hidden in uncounted(place)] == [("stairs", ["ground", "upper"])]
    file = tmp_path / "lib.toml"
    file.write_text(TEXT, "utf-8")
    said = CliRunner().invoke(app, ["site", "check", str(file)])
    assert said.exit_code == 0
    assert "NOTE: lib: nothing counts the passage stairs" in said.output
    assert "in ground and upper" in said.output
    watched = TEXT + sensor("camera", at='space = "upper"')
    assert [hidden for _, hidden in uncounted(sitefile.parse(watched).sites[0])] == [["ground"]]


def test_a_target_with_a_site_that_nothing_counts_is_named() -> None:
    days = "baseline_first = 2025-01-01\nbaseline_last = 2025-12-31\ndeadline = 2030-12-31\n"
    target = f'[sites.target]\n{days}also = ["annex"]\n'
    first = site() + target + TEXT.removeprefix(site())
    annex = site("annex") + door("gate", ("Grind", "Gate"), inner="annex", more="counted = false")
    (_, note) = notes(sitefile.parse(first + annex))
    assert note.startswith("lib: its target counts annex too")
