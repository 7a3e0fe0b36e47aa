"""The command `besok visits count`: a day or a week that staff counted by hand."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer

from besok.model.plurals import many
from cli.commands.database import opened
from cli.commands.options import Author, SiteOption

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
    from cli.terminal.sample_weeks import summary

    first, last = _period(day)
    now = datetime.now(UTC)
    with opened() as db:
        place = load(db, site)
        number = enter(db, place, HandCount(first=first, last=last, visits=visits, counted_by=by), now)
        years = get_sampled_years(db, place, now.date())
    print(f"{first} to {last}: {many(visits, 'visit')}, stored as import {number}.")
    for year in years:
        if year.year in (first.year, last.year):
            print(summary(year))


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
