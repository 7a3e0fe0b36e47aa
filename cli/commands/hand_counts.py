"""The command `besok visits count`: a day or a week that staff counted by hand."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from besok.model.plurals import many
from cli.commands.database import opened
from cli.commands.options import Author, SiteOption

if TYPE_CHECKING:
    from besok.model.views.sample_weeks import SampledYear

WEEK = re.compile(r"(\d{4})-?W(\d{2})")


def count(
    day: Annotated[str, typer.Argument(help="A business day, as 2026-11-23, or a whole week, as 2026-W48.")],
    visits: Annotated[int, typer.Argument(min=0, help="How many people came in.")],
    site: SiteOption,
    by: Author = "",
) -> None:
    """Enter a day or week counted by hand; a year with two such weeks or more is estimated from them."""
    from besok.model.hand_counts import HandCount
    from besok.services.hand_counts import enter
    from besok.services.observed_days import get_sampled_years
    from besok.store.sites import load

    first, last = _period(day)
    now = datetime.now(UTC)
    with opened() as db:
        place = load(db, site)
        number = enter(db, place, HandCount(first=first, last=last, visits=visits, counted_by=by), now)
        years = get_sampled_years(db, place, now.date())
    print(f"{first} to {last}: {many(visits, 'visit')}, stored as import {number}.")
    for year in years:
        if year.year in (first.year, last.year):
            print(_summary(year))


def _summary(year: "SampledYear") -> str:
    """Return `2026, ...: 52,000 visits, estimated from 2 of 52 weeks (80 % interval 44,000 to 60,000)`."""
    between = f"80 % interval {year.lower:,.0f} to {year.upper:,.0f}"
    weeks = f"estimated from {year.counted} of {year.weeks} weeks ({between})"
    presumed = ", ".join(kind.kind for kind in year.kinds if kind.presumed)
    text = f"{year.year}, {year.first} to {year.last}: {many(year.visits, 'visit')}, {weeks}"
    return f"{text}; no week counted in: {presumed}" if presumed else text


def _period(text: str) -> tuple[date, date]:
    """Return the first and the last day of what was typed. Raises BadParameter."""
    try:
        if match := WEEK.fullmatch(text.strip().upper()):
            monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
            return monday, monday + timedelta(days=6)
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(
            f"“{text}” is neither a day (2026-11-23) nor a week (2026-W48)", param_hint="DAY"
        ) from None
    return day, day
