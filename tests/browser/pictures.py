"""Pictures of screens, small and in a few greys, compared with those that were accepted."""

import hashlib
import io
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

Picture = np.ndarray[tuple[int, int], np.dtype[np.uint8]]  # levels of grey

ACCEPTED = Path(__file__).parent / "pictures"  # a file for each page
MADE_WITH = ACCEPTED / "made-with.txt"
DIFFERENT = Path("build/screens")
SMALLER, GREYS = 5, 8  # of an accepted picture: its sides, and its levels
LEVELS, SHARE = (
    2,
    0.002,
)  # by which edges of letters may differ, and the share of pixels that may differ by more


def small(png: bytes) -> Picture:
    """Return a picture as it is accepted."""
    grey = Image.open(io.BytesIO(png)).convert("L").reduce(SMALLER)
    return np.asarray(grey, np.uint8) // (256 // GREYS)


def made_with(chromium: str) -> str:
    """Return what pictures depend on besides the pages: the browser and the fonts."""
    fonts = sorted(subprocess.run(["fc-list"], check=True, capture_output=True).stdout.splitlines())
    return f"Chromium {chromium}, fonts {hashlib.sha256(b''.join(fonts)).hexdigest()[:8]}"


def accepted_with() -> str:
    """Return what the accepted pictures were made with."""
    return MADE_WITH.read_text("utf-8").strip() if MADE_WITH.exists() else "nothing"


def accept(page: str, taken: Mapping[str, Picture], browser: str) -> None:
    """Make the pictures of a page the accepted ones."""
    ACCEPTED.mkdir(exist_ok=True)
    MADE_WITH.write_text(browser + "\n", "utf-8")
    np.savez_compressed(_file(page), **taken)  # type: ignore[arg-type]


def changes(page: str, taken: Mapping[str, Picture]) -> list[str]:
    """Return which pictures of a page are not as accepted; each is left, beside the accepted one, in `DIFFERENT`."""
    known: dict[str, Picture] = dict(np.load(_file(page))) if _file(page).exists() else {}
    found = [name for name in taken if name not in known or _differ(known[name], taken[name])]
    for name in found:
        DIFFERENT.mkdir(parents=True, exist_ok=True)
        target = DIFFERENT / f"{_plain(name)}.png"
        _beside(known.get(name, np.zeros((1, 1), np.uint8)), taken[name]).save(target)
    return found


def _differ(old: Picture, new: Picture) -> bool:
    if old.shape != new.shape:
        return True
    apart = np.abs(old.astype(int) - new) > LEVELS
    return bool(apart.mean() > SHARE)


def _beside(old: Picture, new: Picture) -> Image.Image:
    """Return an accepted picture, the one of now, and what differs where both have something."""
    height, width = (max(sides) for sides in zip(old.shape, new.shape, strict=True))
    same = [np.pad(one, ((0, height - one.shape[0]), (0, width - one.shape[1]))) for one in (old, new)]
    apart = (np.abs(same[0].astype(int) - same[1]) > LEVELS) * (GREYS - 1)
    return Image.fromarray((np.hstack([*same, apart]) * (256 // GREYS)).astype(np.uint8))


def _file(page: str) -> Path:
    return ACCEPTED / f"{_plain(page)}.npz"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name).strip("-")
