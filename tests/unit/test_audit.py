"""What Besök consists of, and what is known of its weaknesses."""

import json
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from tests.audit import LOCK, locked, main, weaknesses

BILL = Path(__file__).parents[2] / "besok" / "sbom.cdx.json"


def advisory(*events: dict[str, str], **more: Any) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}]
    part = {"package": {"ecosystem": "PyPI", "name": "Thing_One"}, "ranges": ranges}
    return {"id": "A-1", "modified": "2026-01-02T03:04:05Z", "affected": [part | more]}


def test_the_bill_of_materials_is_that_of_the_lock() -> None:
    bill = json.loads(BILL.read_text("utf-8"))
    parts = {canonicalize_name(part["name"]): part["version"] for part in bill["components"]}
    packages = locked(LOCK.read_text("utf-8"))
    assert parts.items() <= packages.items(), "run make sbom"
    elsewhere = {"colorama", "pywin32", "win32-setctime"}  # for other systems
    assert packages.keys() - parts.keys() <= elsewhere, "run make sbom"


@pytest.mark.parametrize(
    ("version", "events", "weak"),
    [
        ("1.2", [{"introduced": "0"}, {"fixed": "1.3"}], True),
        ("1.3", [{"introduced": "0"}, {"fixed": "1.3"}], False),
        ("1.10", [{"introduced": "0"}, {"fixed": "1.9"}], False),
        ("2.0", [{"introduced": "0"}, {"fixed": "1.3"}, {"introduced": "2.0"}, {"fixed": "2.1"}], True),
        ("2.1", [{"introduced": "2.0"}, {"last_affected": "2.1"}], True),
        ("2.2", [{"introduced": "2.0"}, {"last_affected": "2.1"}], False),
        ("9", [{"introduced": "0"}], True),
    ],
)
def test_a_version_is_weak_inside_a_range(version: str, events: list[dict[str, str]], weak: bool) -> None:
    assert bool([*weaknesses({"thing-one": version}, advisory(*events))]) is weak


def test_a_version_that_is_named_is_weak_and_another_package_is_not() -> None:
    entry = advisory(versions=["1.2"])
    (found,) = weaknesses({"thing-one": "1.2", "thing-two": "1.2"}, entry)
    assert (found.package, found.advisory) == ("thing-one", "A-1")
    assert not [*weaknesses({"thing-two": "1.2"}, entry)]


def test_the_audit_says_how_old_it_is_or_that_there_was_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0 and "not run: no snapshot" in capsys.readouterr().out
    assert main([str(tmp_path)]) == 0 and "not run" in capsys.readouterr().out
    name, version = next(iter(locked(LOCK.read_text("utf-8")).items()))
    entry = advisory(package={"ecosystem": "PyPI", "name": name}, versions=[version])
    (tmp_path / "one.yaml").write_text(json.dumps(entry))
    assert main([str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "the newest is of 2026-01-02" in told and f"{name} {version}: A-1" in told
