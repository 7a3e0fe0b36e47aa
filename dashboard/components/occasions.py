"""Occasions on the days of a chart: holidays, other hours and their notes, the programme, and what was changed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from besok.model import calendar
from besok.model.site import Site
from besok.model.views.calendar import ActionInfo, CalendarDay
from besok.text import formats
from besok.text.languages import _, named
from dashboard.components.chart import sheet
from dashboard.components.elements import fold

MOST: Final = 62  # days: more signs would overlap


def names_by_day(days: Sequence[CalendarDay], site: Site, actions: Sequence[ActionInfo]) -> dict[date, str]:
    """Return the occasions in words by day; none of a long period."""
    changes: dict[date, list[str]] = {}
    for changed, words in (*_done(actions), *_counted_otherwise(site)):
        changes.setdefault(changed, []).append(words)
    by_day = {
        day.day: ", ".join(dict.fromkeys([*_on(day, site), *changes.get(day.day, ())]))
        for day in days[: MOST + 1]
    }
    return {day: words for day, words in by_day.items() if words} if len(days) <= MOST else {}


def _on(day: CalendarDay, site: Site) -> list[str]:
    notes = [
        named(one.note) for one in site.opening.exceptions if one.note and one.first <= day.day <= one.last
    ]
    return [*(name for name in (day.holiday, day.school_holiday) if name), *notes, *day.events]


def _done(actions: Sequence[ActionInfo]) -> Iterator[tuple[date, str]]:
    """Yield the days on which an action began or ended."""
    for one in actions:
        if one.done_since:
            yield one.done_since, _("Action: {title}").format(title=named(one.title))
        if one.undone:
            yield one.undone, _("Action ended: {title}").format(title=named(one.title))


def _counted_otherwise(site: Site) -> Iterator[tuple[date, str]]:
    """Yield the days from which on another sensor counts, or a visit is defined otherwise."""
    for sensor in site.sensors:
        begins, _ends = calendar.placement_span(sensor, site)
        if begins:
            name = site.names.get(sensor.portal or sensor.space)
            text = _("New sensor: {place}").format(place=named(name) if name else sensor.device)
            yield calendar.business_day(begins, site), text
    for definition in site.visits:
        yield definition.first, _("New definition of a visit")


def listed(names: Mapping[date, str]) -> Any:
    """Return the occasions of the days as a folded table."""
    rows = [[formats.day_short(day), words] for day, words in names.items()]
    title = _("What happened then")
    return fold(title, sheet([_("When"), _("What")], rows, title), className="detail") if rows else None
