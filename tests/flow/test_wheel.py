"""The wheel, installed away from the checkout: commands run from any folder and find what they need."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT_FROM = ("besok", "collectors", "jobs", "api", "dashboard", "sensors_sim", "cli", "sites")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the contents of the wheel, built from a copy of the source."""
    source, wheels, target = (tmp_path_factory.mktemp(name) for name in ("source", "wheels", "installed"))
    for name in BUILT_FROM:
        shutil.copytree(
            ROOT / name, source / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = f"from setuptools import build_meta; build_meta.build_wheel({str(wheels)!r})"
    subprocess.run([sys.executable, "-c", build], check=True, cwd=source, capture_output=True)
    (wheel,) = wheels.glob("besok-*.whl")
    zipfile.ZipFile(wheel).extractall(target)
    return target


def besok(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BESOK_")}
    environment = kept | {"PYTHONPATH": str(installed), "HOME": str(installed / "home"), "XDG_DATA_HOME": ""}
    return subprocess.run([sys.executable, "-m", "cli.main", *arguments], cwd=installed.parent, env=environment,
                          capture_output=True, text=True, check=False)  # fmt: skip


def test_commands_run_from_another_folder(installed: Path) -> None:
    assert besok(installed, "--version").stdout.startswith("besok 0.")
    example = installed / "cli" / "stack" / "sites" / "helsingborg.toml"
    assert "stadsbiblioteket" in besok(installed, "site", "check", str(example)).stdout
    assert (installed / "besok" / "store" / "migrations").is_dir()
    assert any(installed.rglob("messages.mo")) or any(installed.rglob("*.po"))


def test_the_doctor_of_a_wheel_speaks_of_no_makefile(installed: Path) -> None:
    told = besok(installed, "doctor").stdout
    assert "No demo has run here yet" in told and "`besok demo`" in told and "make" not in told


def test_the_demo_of_a_wheel_finds_its_site_file_and_a_place_for_its_data(installed: Path) -> None:
    code = "from cli.stack import home, program; print(program.EXAMPLE.exists(), home.find().path)"
    environment = os.environ | {
        "PYTHONPATH": str(installed),
        "HOME": str(installed / "home"),
        "XDG_DATA_HOME": "",
    }
    environment.pop("BESOK_HOME", None)
    told = subprocess.run([sys.executable, "-c", code], cwd=installed.parent, env=environment, capture_output=True,
                          text=True, check=True).stdout  # fmt: skip
    assert told.split() == ["True", str(installed / "home" / ".local" / "share" / "besok")]
