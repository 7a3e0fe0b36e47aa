"""Known weaknesses of the packages in requirements.lock: `make audit ARGS=FOLDER`.

FOLDER is a checkout of a database of advisories in the Open Source Vulnerability format, as the Python Packaging
Advisory Database. There is no need for a network, and the answer says how old the advisories are; without a folder
nothing was checked, and it says that. `--strip` is for `make sbom`: it takes addresses out of what it reads.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

LOCK = Path(__file__).parents[1] / "requirements.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakness:
    """An advisory that holds for a package of ours."""

    package: str
    version: str
    advisory: str
    fixed: str


def locked(text: str) -> dict[str, str]:
    """The versions of a lock file, by package."""
    found = re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def advisories(folder: Path) -> Iterator[dict[str, Any]]:
    """Every advisory in a folder that was not withdrawn."""
    for path in sorted(folder.rglob("*.yaml")):
        entry = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        if isinstance(entry, dict) and "affected" in entry and not entry.get("withdrawn"):
            yield entry


def weaknesses(packages: dict[str, str], entry: dict[str, Any]) -> Iterator[Weakness]:
    """What an advisory says of our versions."""
    for part in entry["affected"]:
        name = canonicalize_name(part["package"]["name"])
        if name not in packages or part["package"].get("ecosystem") != "PyPI":
            continue
        events = [e for r in part.get("ranges", ()) if r["type"] == "ECOSYSTEM" for e in r["events"]]
        if packages[name] in part.get("versions", ()) or inside(packages[name], events):
            fixed = ", ".join(str(event["fixed"]) for event in events if "fixed" in event)
            yield Weakness(package=name, version=packages[name], advisory=entry["id"], fixed=fixed)


def inside(version: str, events: list[dict[str, str]]) -> bool:
    """Whether a version lies in a range of an advisory: the last event at or before it decides."""
    ours, affected = Version(version), False
    for when, what in sorted((_at(str(text)), what) for event in events for what, text in event.items()):
        if what == "last_affected":
            affected = affected and ours <= when
        elif when <= ours:
            affected = what == "introduced"
    return affected


def _at(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")  # rather too much is told than too little


def stripped(part: Any) -> Any:
    """A bill of materials without the many addresses of its packages."""
    if isinstance(part, dict):
        return {name: stripped(each) for name, each in part.items() if name != "externalReferences"}
    return [*map(stripped, part)] if isinstance(part, list) else part


def main(folders: list[str]) -> int:
    """The exit status: 0 where nothing is known, or nothing was checked."""
    if folders == ["--strip"]:
        print(json.dumps(stripped(json.load(sys.stdin)), indent=1, ensure_ascii=False))
        return 0
    if not folders or not Path(folders[0]).is_dir():
        print("audit not run: no snapshot of an advisory database (ARGS=FOLDER)")
        return 0
    entries = [*advisories(Path(folders[0]))]
    if not entries:
        print(f"audit not run: {folders[0]} holds no advisories")
        return 0
    newest = max(datetime.fromisoformat(str(e["modified"])).astimezone(UTC) for e in entries)
    packages = locked(LOCK.read_text("utf-8"))
    found = [each for entry in entries for each in weaknesses(packages, entry)]
    age = (datetime.now(UTC) - newest).days
    print(
        f"{len(packages)} packages, {len(entries)} advisories; the newest is of {newest:%Y-%m-%d}, {age} days old"
    )
    for each in found:
        print(f"  {each.package} {each.version}: {each.advisory}, fixed in {each.fixed or 'no version'}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
