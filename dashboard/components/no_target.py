"""*Progress* without a comparison: no target, no baseline, or no visits yet."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dash import dcc, html

from besok.analytics.growth import PAIRED
from besok.model.site import Site, Text
from besok.model.views.progress import Progress
from besok.services import access
from besok.text import formats, target_text
from besok.text.languages import _, named
from dashboard.components import guide, notices
from dashboard.components.elements import titled


def advice(site: str, target: Progress | None, today: date) -> Any:
    """Return why visits cannot be compared, and how to change that."""
    if target and today <= target.baseline_last:
        text = _(
            "The target is compared with the visits from {first} to {last}. The target trajectory begins once they "
            "are counted."
        )
        period = text.format(first=formats.day(target.baseline_first), last=formats.day(target.baseline_last))
        return titled(_("The baseline is being counted"), html.P(period), className="advice")
    heading = _("No target yet") if target is None else _("No baseline yet")
    lines = (
        _nothing_counted(target)
        if target
        else [_("No target has been set: which period to compare with, how much more, and by when.")]
    )
    return titled(heading, *map(html.P, lines), html.P(target_link(site)), className="advice")


def target_link(site: str) -> Any:
    """Return the link to the form of the target; for others than administrators, who sets it."""
    if not access.may("administer", site):
        return _("An administrator of Besök sets the target.")
    return dcc.Link(_("Set the target"), href=guide.address(site, "target"))


def _nothing_counted(target: Progress) -> list[str]:
    text = _("No visits were counted in {period}, the period that the target compares with.")
    period = f"{formats.day(target.baseline_first)} – {formats.day(target.baseline_last)}"
    older = _("Import past counts (page Past counts), or choose another period for the target.")
    return [_too_few(target) if target.baseline_coverage > 0 else text.format(period=period), older]


def _too_few(target: Progress) -> str:
    text = _(
        "Of the days that the target compares with, {period}, {share} were counted completely. It is shown from "
        "{least} on: a few months say nothing about a year."
    )
    period = f"{formats.day(target.baseline_first)} – {formats.day(target.baseline_last)}"
    share, least = formats.percent(target.baseline_coverage), formats.percent(PAIRED)
    return text.format(period=period, share=share, least=least)


def uncounted(site: str, others: Sequence[str], title: str) -> Any:
    """Return the notice that the target includes sites without any counts, so there is no sum."""
    heading = _("{site}: no figures for the target yet").format(site=site)
    text = _("The target counts {sites} too, of which no visits are known.")
    advice_text = _(
        "Import counts for it, count it with sensors or by hand, or remove it from the target: until then neither "
        "its visits nor the target are known."
    )
    return notices.notice(heading, text.format(sites=formats.several(others)), advice_text, title=title)


def proposed(today: date, first: date | None) -> dict[str, str]:
    """Return a target to begin with: twice the last calendar year, or the first year counted, five years later."""
    last_year = date(today.year - 1, 1, 1)
    begins = last_year if first and first <= last_year else (first or today)
    ends = date(begins.year, 12, 31) if begins == last_year else begins + timedelta(days=364)
    return {
        "baseline_first": str(begins),
        "baseline_last": str(ends),
        "factor": "2",
        "deadline": str(date(ends.year + 5, 12, 31)),
    }


def no_baseline(target: Progress, place: Site, title: str, names: Sequence[Text] = ()) -> Any:
    """Return the notice that there is nothing to compare with."""
    heading = _("{site}: no baseline yet").format(site=named(place.name))
    lines = [*_nothing_counted(target), *target_text.together(names), *_ways_on(place.id)]
    return notices.notice(heading, *lines, title=title)


def no_visits(place: Site, title: str) -> Any:
    """Return the notice that no day has been counted and no target is set."""
    return notices.notice(
        _("{site}: no whole day counted yet").format(site=named(place.name)),
        _("Visits appear here the day after a door was first counted."),
        _("A target says which period to compare with, how much more, and by when."),
        *_ways_on(place.id),
        title=title,
    )


def _ways_on(site: str) -> list[Any]:
    """Return the links to past counts and to the target; for others than administrators, who sets it."""
    if not access.may("administer", site):
        return [target_link(site)]
    return [dcc.Link(_("Import past counts"), href=guide.address(site, "past")), target_link(site)]
