"""Occasions on the days of a chart: holidays, other hours and their notes, the programme."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from besok.model.site import Site
from besok.model.views.calendar import CalendarDay
from besok.text import formats
from besok.text.languages import _, named
from dashboard.components.chart import sheet
from dashboard.components.elements import fold

MOST: Final = 62  # days: more signs would overlap


def names_by_day(days: Sequence[CalendarDay], site: Site) -> dict[date, str]:
    """Return the occasions in words by day; none of a long period."""
    by_day = {day.day: ", ".join(dict.fromkeys(_on(day, site))) for day in days[: MOST + 1]}
    return {day: words for day, words in by_day.items() if words} if len(days) <= MOST else {}


def _on(day: CalendarDay, site: Site) -> list[str]:
    notes = [
        named(one.note) for one in site.opening.exceptions if one.note and one.first <= day.day <= one.last
    ]
    return [*(name for name in (day.holiday, day.school_holiday) if name), *notes, *day.events]


def listed(days: Sequence[CalendarDay], site: Site) -> Any:
    """Return the occasions of the days as a folded table."""
    rows = [[formats.day_short(day), words] for day, words in names_by_day(days, site).items()]
    title = _("What happened then")
    return fold(title, sheet([_("When"), _("What")], rows, title), className="detail") if rows else None
