"""What happened on the days of a chart: its signs in words, and all of it as a list."""

from collections.abc import Sequence
from typing import Any, Final

from besok.model.site import Text
from besok.model.views.calendar import Occasion
from besok.text import formats, opening_text
from besok.text.languages import _, named
from dashboard.components.chart import sheet
from dashboard.components.elements import fold, quiet
from dashboard.figures.strips import SIGNS

MOST: Final = 60  # on one chart: more events are a carpet


def chosen(found: Sequence[Occasion]) -> list[Occasion]:
    """Return what is shown: without the events of the programme where there are too many to tell apart."""
    return [one for one in found if len(found) <= MOST or one.kind != "event"][:MOST]


def said(one: Occasion, zone: str) -> str:
    """`Story time, 25 nov. 10:00–11:00`, `Renovation (closed), 25 nov. 2026`."""
    return f"{_what(one)}, {_when(one, zone)}"


def listed(found: Sequence[Occasion], zone: str) -> Any:
    """Return all occasions that are shown as a table that is folded away, and how many events are not."""
    shown = chosen(found)
    rows = [[_when(one, zone), f"{SIGNS[one.kind][0]} {_what(one)}"] for one in shown]
    hidden = len(found) - len(shown)
    more = (
        _("{n} more are not shown: choose a shorter period.").format(n=formats.number(hidden))
        if hidden
        else ""
    )
    if not found:
        return None
    title = _("What happened then")
    return fold(
        f"{title} ({formats.number(len(found))})",
        sheet([_("When"), _("What")], rows, title) if rows else None,
        quiet(more),
        className="detail",
    )


def _what(one: Occasion) -> str:
    title = named(one.title) if isinstance(one.title, Text) else one.title or _("other hours than usual")
    if one.hours is not None:
        return f"{title} ({opening_text.special(one.hours)})"
    return _("{title}: done since then").format(title=title) if one.kind == "action" else title


def _when(one: Occasion, zone: str) -> str:
    """By the hour for an event, else by its days."""
    if one.days is None:
        return formats.span(one.start, one.end, zone)
    return " – ".join(formats.day_short(day) for day in dict.fromkeys(one.days))
