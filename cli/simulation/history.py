"""Record of the simulated past in the database, so that the next start adds what is missing."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All business days until `done_until` are whole. From `live_since` on the live simulator was at work, and got as
    far as some moment of `live_until` (None until the next start has looked).

    Live messages and simulated history divide time differently, so a day that began with one is finished with the same.
    """

    done_until: date | None = None
    live_since: date | None = None
    live_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Days to be added, `first` to `last`; `live` as the live simulator would have sent them."""

    first: date
    last: date
    live: bool = False


def load(file: Path) -> History:
    """Read the history file; empty if there is none."""
    try:
        known = json.loads(file.read_text())
        return History(**{name: date.fromisoformat(day) for name, day in known.items() if day})
    except FileNotFoundError:
        return History()


def save(file: Path, history: History) -> None:
    """Write the history file; a reader sees the old or the new version, never half of it."""
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(asdict(history), default=str))
    draft.replace(file)


def advance(file: Path, day: date) -> None:
    """Record that all days until `day` are whole."""
    save(file, replace(load(file), done_until=day))


def gaps(history: History, today: date, days: int) -> list[Gap]:
    """List the missing days of the `days` business days before `today`."""
    first = today - days * DAY
    if history.done_until:
        first = max(first, history.done_until + DAY)
    yesterday = today - DAY
    if not (history.live_since and history.live_until):
        gaps = [Gap(first=first, last=yesterday)]
    else:
        gaps = [
            Gap(first=first, last=min(history.live_since - DAY, yesterday)),
            Gap(first=max(first, history.live_since), last=min(history.live_until, yesterday), live=True),
            Gap(first=max(first, history.live_until + DAY), last=yesterday),
        ]
    return [gap for gap in gaps if gap.first <= gap.last]
