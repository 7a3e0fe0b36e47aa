"""Unusual hours: far more or far fewer people than usual, and the programme at that time."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from besok.model.site import Site
from besok.model.views.calendar import UNUSUAL_FROM, UnusualTime
from besok.text import formats
from besok.text.languages import _
from dashboard.components.chart import sheet
from dashboard.components.elements import quiet, titled

SHOWN: Final = 12


def section(
    times: Sequence[UnusualTime], site: Site, days: int, checked: date | None, yesterday: date
) -> Any:
    """Return the newest unusual hours, or why there are none, and the day `checked` last if before `yesterday`."""
    title = _("Unusual hours")
    late = _("Checked up to {day} only: it is not known whether later hours were unusual.")
    since = [quiet(late.format(day=formats.day(checked)))] if checked and checked < yesterday else []
    if not times:
        none = _(
            "None in the last eight weeks: every hour was as expected for its weekday, time of day and season."
        )
        if days < UNUSUAL_FROM:
            text = _("Unusual hours are found once {all} days of visits are counted; there are {n} so far.")
            none = text.format(all=UNUSUAL_FROM, n=days)
        elif not checked:
            text = _("Not checked yet: for this, all doors must have been measured for {all} whole days.")
            none = text.format(all=UNUSUAL_FROM)
        elif since:
            return titled(title, *since)
        return titled(title, quiet(none))
    header = [_("When"), _("Visits"), _("Usual"), _("Programme")]
    return titled(title, sheet(header, [_row(each, site) for each in times[:SHOWN]], title), *since)


def _row(one: UnusualTime, site: Site) -> list[Any]:
    when = formats.span(one.start, one.end, site.timezone)
    more = one.people >= one.expected
    fewer = _("nothing explains it; was a door closed, or a sensor covered?")
    why = ", ".join(one.programme) or (_("nothing in the programme") if more else fewer)
    return [when, formats.number(one.people), formats.number(one.expected), why]
