"""A site file to begin with: valid whatever was asked, and written once."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from besok.model import sitefile
from besok.model.errors import BesokError
from besok.model.sitefile.template import NewPassage, NewSite, template
from cli.main import app

TODAY = date(2026, 11, 28)
run = CliRunner().invoke


def test_what_no_option_says_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    hours = ["10:00-19:00", "10:00-15:00", ""]
    storeys = ["Entréplan", "Plan 2", ""]
    doors = ["Huvudentré@Entréplan=a81758,elsys", "Torget@Entréplan=count-2", ""]
    words, said = ["site", "new", str(file)], ["Nya biblioteket", "", *hours, *storeys, *doors, "", ""]
    done = run(app, words, input="\n".join(said) + "\n")
    assert done.exit_code == 0, done.output
    assert f"besok site apply {file}" in done.output
    (site,) = sitefile.parse(file.read_text("utf-8")).sites
    assert (site.id, site.kind, site.timezone) == ("nya-biblioteket", "library", "Europe/Stockholm")
    assert (site.opening.tables[0].friday, site.opening.tables[0].sunday, site.opening.tables[0].country) == (
        "10:00-19:00",
        "closed",
        "SE",
    )
    assert [(s.id, s.storey) for s in site.spaces] == [("entreplan", 0), ("plan-2", 1)]
    assert [(p.id, p.outer, p.inner, p.counted) for p in site.portals] == [
        ("huvudentre", "outside", "entreplan", True),
        ("torget", "outside", "entreplan", True),
        ("entreplan-plan-2", "entreplan", "plan-2", False),
    ]
    assert [(s.device, s.source, s.portal) for s in site.sensors] == [
        ("a81758", "elsys", "huvudentre"),
        ("count-2", "native", "torget"),
    ]
    again = run(app, words, input="\n".join(said) + "\n")
    assert again.exit_code == 1 and "is there already" in str(again.exception)


def test_a_name_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(app, ["site", "new", "--yes", "--name", "Parken", "--kind", "park"]).exit_code == 0
    (site,) = sitefile.parse((tmp_path / "parken.toml").read_text("utf-8")).sites
    assert (site.kind, site.opening.tables[0].monday, [p.id for p in site.portals]) == (
        "park",
        "always",
        ["entrance"],
    )
    assert "--name" in str(run(app, ["site", "new", "--yes"]).exception)


def test_a_storey_that_is_not_there_is_told() -> None:
    wrong = NewSite(name="X", storeys=["One"], doors=[NewPassage(name="Door", inner="Two")])
    with pytest.raises(BesokError, match="the storeys are: One"):
        template(wrong, TODAY)
    with pytest.raises(BesokError, match="no letter"):
        template(NewSite(name="…"), TODAY)


@given(
    name=st.text(min_size=1, max_size=40),
    device=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,19}", fullmatch=True),
)
def test_any_name_that_has_a_letter_gives_a_valid_file(name: str, device: str) -> None:
    made = NewSite(name=f"a {name}", doors=[NewPassage(name="Door", device=device)])
    if not name.isprintable() or made.id == "outside":
        return
    (site,) = sitefile.parse(template(made, TODAY)).sites
    assert (site.name.sv, site.sensors[0].device) == (made.name, device)
