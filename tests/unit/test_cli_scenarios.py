"""Scenarios on the command line: listed, found, moved to the day, and what they make of a site file."""

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from besok.model.errors import BesokError, ScenarioError
from besok.model.site import SiteFile
from besok.model.sitefile import parse
from cli.main import app
from cli.simulation import scenario_files
from cli.simulation.whatif import days
from sensors_sim.scenario import ORDINARY
from sensors_sim.scenariofile import load, shipped

EXAMPLE = Path("sites/helsingborg.toml")
SUNDAY = date(2026, 11, 22)


def test_all_scenarios_are_listed_with_a_sentence() -> None:
    result = CliRunner().invoke(app, ["simulate", "scenarios"])
    lines = result.output.splitlines()
    assert [line.split()[0] for line in lines] == list(shipped())
    assert len(shipped()) == 10
    assert all(line.endswith(".") for line in lines)


def test_a_scenario_makes_a_site_file_that_can_be_applied() -> None:
    arguments = ["simulate", "sites", "--scenario", "new-park-entrance", "--site-file", str(EXAMPLE)]
    sites = parse(CliRunner().invoke(app, arguments).output).sites
    assert sites[0].portals[-1].id == "new-park-entrance"
    assert sites[0].sensors[-1].device == "count-new-park-entrance"
    assert sites[1] == parse(EXAMPLE.read_text(encoding="utf-8")).sites[1]


def test_a_wrong_name_is_told_before_anything_is_done() -> None:
    arguments = ["simulate", "live", "--site-file", str(EXAMPLE), "--scenario", "double"]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, ScenarioError)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("what-if --first 9999-12-31", "too far away; write a year from 1990 to 2100"),
        ("score --first 1066-10-14", "too far away"),
        ("backfill --first 2026-12-03 --last 2026-12-01", "2026-12-01 00:00 is before 2026-12-03"),
        ("live --start 2026-12-03 --end 2026-12-01", "exchange the two"),
    ],
)
def test_days_that_cannot_be_simulated_are_told(asked: str, told: str) -> None:
    result = CliRunner().invoke(app, ["simulate", *asked.split(), "--site-file", str(EXAMPLE)])
    assert result.exit_code == 2
    assert told in " ".join(result.output.replace("│", " ").split())


@pytest.mark.parametrize(
    "asked",
    [
        f"site apply {EXAMPLE} --from 0001-01-01",
        "device map acme --value in=$.a --portal front --since 1800-01-01",
        "report monthly lib -o paper.pdf --month 9999-12",
        "calibrate accept 1 --reason r --first 0001-01-01",
        "quarantine release front --first 1800-01-01",
        "quarantine drop front --last 9999-12-31",
        "headcount list lib --first 0001-01-01",
        "headcount list lib --last 9999-12-31",
    ],
)
def test_days_that_no_site_file_may_hold_are_refused(asked: str) -> None:
    result = CliRunner().invoke(app, asked.split())
    assert result.exit_code == 2 and "is not possible" in result.output and "00:00" not in result.output


def test_days_of_a_site_need_not_be_days_that_can_be_simulated() -> None:
    result = CliRunner().invoke(app, ["device", "map", "acme", "--value", "in=$.a", "--since", "1985-01-01"])
    assert isinstance(result.exception, BesokError) and "--since" in str(result.exception)


def test_days_outside_of_an_open_scenario_are_told_without_words_of_python() -> None:
    with pytest.raises(ScenarioError, match="new-park-entrance holds from 2027-04-01: name days"):
        days(load("new-park-entrance"), date(2026, 12, 1), date(2026, 12, 14), SUNDAY)


def test_who_simulates_live_sees_the_scenario_at_work() -> None:
    assert scenario_files.at_work(load("author-evening"), SUNDAY).events[0].title.en == "Author evening"
    assert scenario_files.at_work(load("author-evening"), SUNDAY).first == SUNDAY
    assert scenario_files.at_work(load("ordinary-week"), date(2026, 11, 25)).first == date(2026, 11, 23)
    assert scenario_files.at_work(load("double-visitors"), SUNDAY).first is None


def test_what_is_today_holds_on_the_days_of_the_scenario_in_both_worlds() -> None:
    usual, then = scenario_files.worlds(load("renovation"), load("new-park-entrance"))
    assert usual.first == then.first == load("new-park-entrance").first
    assert usual.closings == then.closings
    assert scenario_files.worlds(ORDINARY, load("double-visitors"))[0] is ORDINARY


def test_without_a_scenario_the_world_is_ordinary() -> None:
    assert scenario_files.find("") is ORDINARY
    assert scenario_files.find("", SUNDAY).first == SUNDAY


def test_what_finds_no_place_is_told(caplog: pytest.LogCaptureFixture) -> None:
    park = SiteFile(sites=parse(EXAMPLE.read_text(encoding="utf-8")).sites[1:])
    scenario_files.tell(park, load("author-evening"))
    assert "author-evening: [[events]] Author evening: there is no library among the sites" in caplog.text
