"""What golden tests share: `golden` compares texts with the files kept of them, or rewrites the files."""

from collections.abc import Callable, Mapping
from difflib import unified_diff
from pathlib import Path

import pytest

EXPECTED = Path(__file__).parent / "expected"
SHOWN = 60  # lines of a difference, of each file


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Compare texts by file name with all files of a folder of `expected`; `--update-goldens` rewrites the folder.

    `only` limits the comparison to the files that match a pattern, for a folder that several tests share.
    """

    def compare(folder: str, texts: Mapping[str, str], only: str = "*") -> None:
        place = EXPECTED / folder
        kept = {path.name: path.read_text("utf-8") for path in place.glob(only)}
        if request.config.getoption("update_goldens"):
            place.mkdir(parents=True, exist_ok=True)
            for name in kept.keys() - texts.keys():
                (place / name).unlink()
            for name, text in texts.items():
                (place / name).write_text(text, "utf-8")
            return
        changes = [difference(folder, name, kept, texts) for name in sorted(kept.keys() | texts.keys())]
        if any(changes):
            pytest.fail("\n".join(filter(None, changes)), pytrace=False)

    return compare


def difference(folder: str, name: str, kept: Mapping[str, str], texts: Mapping[str, str]) -> str:
    """Return what differs, as a unified diff; empty if nothing does."""
    old, new = (side.get(name, "").splitlines() for side in (kept, texts))
    lines = list(unified_diff(old, new, f"kept {folder}/{name}", f"now {folder}/{name}", lineterm="", n=2))
    rest = [f"... {len(lines) - SHOWN} lines more"] if len(lines) > SHOWN else []
    return "\n".join(lines[:SHOWN] + rest)
