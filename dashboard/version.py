"""Version of the screens: those that stand for weeks draw themselves again when it changes."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
KINDS: Final = (".py", ".css", ".js", ".html")


@lru_cache(maxsize=1)
def version() -> str:
    """Return a digest of all files that the screens are made of."""
    files = sorted(path for path in HERE.rglob("*") if path.suffix in KINDS and "vendor" not in path.parts)
    return sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:12]
