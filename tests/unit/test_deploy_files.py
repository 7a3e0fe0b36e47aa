"""The files that an operator fills in: their page names each and all that is left open in it; a unit that holds."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HA = sorted((ROOT / "deploy" / "ha").iterdir())
PAGE = (ROOT / "docs" / "how-to" / "survive-a-machine.md").read_text("utf-8")
UNIT = ROOT / "deploy" / "systemd" / "besok@.service"
MOST_EXPOSED = "15"  # in tenths, of 100; a unit that says nothing of it has 96

systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="needs systemd-analyze (Debian: systemd)"
)


@pytest.mark.parametrize("file", HA, ids=lambda file: file.name)
def test_a_file_for_three_machines_is_explained_and_filled_in_by_the_page(file: Path) -> None:
    assert f"`{file.name}`" in PAGE
    given = set(re.findall(r"s/({\w+})/", PAGE))
    assert set(re.findall(r"{[A-Z]+}", file.read_text("utf-8"))) <= given


@systemd
def test_the_unit_is_understood_and_lets_a_service_do_little(tmp_path: Path) -> None:
    text = UNIT.read_text("utf-8")
    unit = tmp_path / "besok@collect.service"
    unit.write_text(text.replace("/opt/besok/.venv/bin/besok", "/bin/true"))
    assert understood(unit) == (0, "")
    exposed(unit, MOST_EXPOSED)


@systemd
def test_the_units_of_weekly_backups_are_understood(tmp_path: Path) -> None:
    for name in ("besok-backup.service", "besok-backup.timer"):
        text = (UNIT.parent / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("/opt/besok/.venv/bin/besok", "/bin/true"))
        assert understood(tmp_path / name) == (0, "")
    exposed(tmp_path / "besok-backup.service", "20")  # it reads all accounts, as root


def understood(unit: Path) -> tuple[int, str]:
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    return said.returncode, said.stderr


def exposed(unit: Path, most: str) -> None:
    asked = ["systemd-analyze", "security", "--offline=true", f"--threshold={most}", unit]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
