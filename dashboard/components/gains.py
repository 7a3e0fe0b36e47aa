"""What events of the programme gave: visits in their hours beside those of like days without them."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from besok.model.effects import EventEffect, ProgrammeEffect
from besok.model.site import Site, Text
from besok.text import formats
from besok.text.languages import _, named
from dashboard.components.chart import sheet


def section(found: Sequence[ProgrammeEffect], site: Site, spaces: Mapping[str, Text]) -> Any:
    """A row for each event, newest first; nothing at all where the site has no programme."""
    if not found:
        return None
    about = _("Who came in the hours of an event, beside the same hours of like days without it.")
    head = [_("Event"), _("When"), _("It gave"), _("Visits"), _("Usual"), _("Where")]
    rows = [_row(gain, site, spaces) for gain in found]
    return html.Section(
        [
            html.H2(_("What the programme gave")),
            html.P(about, className="quiet"),
            sheet(head, rows, _("What the programme gave"), "scroll sheet gains"),
        ]
    )


def _row(one: ProgrammeEffect, site: Site, spaces: Mapping[str, Text]) -> list[Any]:
    during = one.effect.during
    where = named(spaces[one.space or site.id]) if (one.space or site.id) in spaces else one.space or site.id
    visits, usual = (during.visits, during.expected) if during else (None, None)
    numbers = formats.number(visits), formats.number(usual)
    return [one.title, formats.stamp(one.start, site.timezone), _gave(one.effect), *numbers, where]


def _gave(effect: EventEffect) -> str:
    """`+64 (+41 to +80)`, with whence they came if not from outside; or why nothing can be said."""
    during = effect.during
    if effect.verdict == "not_observed":
        return _("not counted then")
    if during is None:
        return _("too few like days to compare with")
    low, high = formats.signed(during.lower), formats.signed(during.upper)
    if effect.verdict == "chance":
        return _("cannot be told from chance ({low} to {high})").format(low=low, high=high)
    told = _("{n} ({low} to {high})").format(n=formats.signed(during.extra), low=low, high=high)
    if effect.origin == "moved":
        return told + ", " + _("mostly people who came at another hour otherwise")
    return (
        told + ", " + _("some of them came at another hour otherwise") if effect.origin == "partly" else told
    )
