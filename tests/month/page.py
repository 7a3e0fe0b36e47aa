"""What the operator was told in the month, on one page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.month.installation import SERVICES
from tests.month.operator import Line

ZONE = ZoneInfo("Europe/Stockholm")
LOUD = ("ERROR", "CRITICAL", "Traceback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A month that was played."""

    seed: int
    first: date
    last: date
    begun_with: str
    made: datetime
    took_s: float
    readings: int
    days: int
    lines: Sequence[Line]
    faults: Sequence[str]
    errors: Sequence[str]


def written(story: Story) -> str:
    """Return the page, in Markdown."""
    exact = "\n".join(f"- {one}" for one in story.faults) or "Every figure is exactly what the sensors sent."
    upgrade = f", begun with revision {story.begun_with}" if story.begun_with else ""
    rows = "\n".join(
        f"| {when.astimezone(ZONE):%d %b %H:%M} | {by} | {what.replace('|', '/')} |" if by
        else f"| **{when.astimezone(ZONE):%d %b %H:%M}** | | **{what}** |"
        for when, by, what in story.lines
    )  # fmt: skip
    errors = "\n".join(f"- `{one}`" for one in story.errors) or "None."
    return f"""# A month of operation

Seed {story.seed}, made by `make month` on {story.made:%Y-%m-%d %H:%M} UTC in {story.took_s / 60:.0f} minutes:
{story.first} to {story.last}, {story.readings:,} readings{upgrade}.

{story.days} figures of doors and {(story.last - story.first).days + 1} of the library by day: {exact}

## What happened, and what the operator was told

| when | by | what |
|---|---|---|
{rows}

## Errors in the logs of the services

{errors}
"""


def errors(folder: Path) -> list[str]:
    """Return the lines of the services' logs that nobody should ever see."""
    logs = (folder / f"{name}.log" for name in SERVICES)
    return [
        f"{log.stem}: {line.strip()[:200]}"
        for log in logs
        for line in log.read_text(errors="replace").splitlines()
        if any(word in line for word in LOUD)
    ]
