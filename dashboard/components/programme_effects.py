"""Effects of programme events: visits in their hours beside comparable days without them."""

from collections.abc import Mapping, Sequence
from typing import Any

from besok.model.effects import EventEffect, ProgrammeEffect
from besok.model.site import Site, Text
from besok.text import formats
from besok.text.languages import _, named
from dashboard.components.chart import sheet
from dashboard.components.elements import quiet, titled


def section(listed: Sequence[ProgrammeEffect], site: Site, spaces: Mapping[str, Text]) -> Any:
    """Return a row for each event, newest first; nothing at all where the site has no programme."""
    if not listed:
        return None
    about = _("Visits in the hours of an event, compared with the same hours of comparable days without it.")
    header = [_("Event"), _("When"), _("Effect"), _("Visits"), _("Usual"), _("Where")]
    rows = [_row(gain, site, spaces) for gain in listed]
    title = _("Effect of the programme")
    return titled(title, quiet(about), sheet(header, rows, title, "scroll sheet gains"))


def _row(one: ProgrammeEffect, site: Site, spaces: Mapping[str, Text]) -> list[Any]:
    during = one.effect.during
    where = named(spaces[one.space or site.id]) if (one.space or site.id) in spaces else one.space or site.id
    visits, usual = (during.visits, during.expected) if during else (None, None)
    numbers = formats.number(visits), formats.number(usual)
    return [one.title, formats.stamp(one.start, site.timezone), _effect_text(one.effect), *numbers, where]


def _effect_text(effect: EventEffect) -> str:
    """Return `+64 (+41 to +80)`, and whether these visits were moved from other hours; or why there is no figure."""
    during = effect.during
    if effect.verdict == "not_observed":
        return _("not counted then")
    if during is None:
        return _("too few comparable days")
    pattern = (
        _("no clear effect ({low} to {high})") if effect.verdict == "chance" else _("{n} ({low} to {high})")
    )
    text = pattern.format(
        n=formats.signed(during.extra), low=formats.signed(during.lower), high=formats.signed(during.upper)
    )
    origin = {
        "moved": _("mostly people who would otherwise have come at another hour"),
        "partly": _("some of them would otherwise have come at another hour"),
    }.get("" if effect.verdict == "chance" else effect.origin or "")
    return f"{text}, {origin}" if origin else text
