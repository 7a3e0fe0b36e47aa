"""What golden tests share: `golden` compares texts with the files kept of them, or rewrites the files."""

import re
from collections.abc import Callable, Mapping
from difflib import unified_diff
from math import isclose
from pathlib import Path

import pytest

EXPECTED = Path(__file__).parent / "expected"
SHOWN = 60  # lines of a difference, of each file
# Forecasts: the optimiser carries the last bits, which depend on the processor, into the fourth digit.
APPROXIMATE = re.compile(r"backtest|forecast|progress")
# No years, dates or names.
FIGURE = re.compile(r"(?<![\w.])(?<!\w-)((?!(?:19|20)\d\d\b(?!\.))\d[\d_]*(?:\.\d+)?(?:e[+-]\d+)?)(?![\w-])")
THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?![\d.,])")


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
                if name not in kept or difference(folder, name, kept, texts):
                    (place / name).write_text(text, "utf-8")
            return
        changes = [difference(folder, name, kept, texts) for name in sorted(kept.keys() | texts.keys())]
        if any(changes):
            pytest.fail("\n".join(filter(None, changes)), pytrace=False)

    return compare


def difference(folder: str, name: str, kept: Mapping[str, str], texts: Mapping[str, str]) -> str:
    """Return what differs, as a unified diff; empty if nothing does."""
    old, new = (side.get(name, "").splitlines() for side in (kept, texts))
    if APPROXIMATE.search(name) and len(old) == len(new):
        new = [was if is_close(was, now) else now for was, now in zip(old, new, strict=True)]
    lines = list(unified_diff(old, new, f"kept {folder}/{name}", f"now {folder}/{name}", lineterm="", n=2))
    rest = [f"... {len(lines) - SHOWN} lines more"] if len(lines) > SHOWN else []
    return "\n".join(lines[:SHOWN] + rest)


def is_close(old: str, new: str) -> bool:
    """Tell whether two lines differ by no more than a thousandth of a figure or one in its last digit."""
    before, after = (FIGURE.split(THOUSANDS.sub(joined, line)) for line in (old, new))
    return before[::2] == after[::2] and all(
        a == b or isclose(float(a), float(b), rel_tol=1e-3, abs_tol=1.001 * 10 ** -min(map(decimals, (a, b))))
        for a, b in zip(before[1::2], after[1::2], strict=True)
    )


def decimals(figure: str) -> int:
    """Return how many decimals a figure has."""
    return len(figure.partition(".")[2])


def joined(figure: re.Match[str]) -> str:
    """Return a figure with its thousands joined, as Python reads it."""
    return re.sub(r"\D", "_", figure[0])
