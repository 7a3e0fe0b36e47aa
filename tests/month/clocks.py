"""The time of day as each program is told it, by Debian's libfaketime; only how long things take is real."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
PACKAGE = "faketime"


class Clocks:
    """A clock for each program, in a file of `folder` that the library reads whenever the program looks at it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._wrong: dict[str, timedelta] = {}
        self.now = datetime.min.replace(tzinfo=UTC)  # what the right ones tell

    def environment(self, name: str) -> Mapping[str, str]:
        """Return what makes a program look at its clock."""
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._file(name)),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DISABLE_SHM": "1",
            "NO_FAKE_STAT": "1",
        }

    def put_wrong(self, name: str, by: timedelta) -> None:
        """Let a clock be wrong from now on; by nothing, right."""
        self._wrong[name] = by
        self.set(self.told(name) if not by else self.now, name)

    def told(self, name: str) -> datetime:
        """Return what a program takes for the time that the right clocks tell."""
        return self.now + self._wrong.get(name, timedelta(0))

    def set(self, moment: datetime, *names: str) -> None:
        """Set these clocks."""
        self.now = moment
        for name in names:
            offset = self.told(name) - datetime.now(UTC)
            draft = self._folder / f"{name}.new"
            draft.write_text(f"{offset.total_seconds():+.3f}")
            draft.chmod(0o644)
            draft.replace(self._file(name))

    def _file(self, name: str) -> Path:
        return self._folder / f"clock-{name}"
