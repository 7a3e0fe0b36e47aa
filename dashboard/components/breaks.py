"""What changed in the counting itself, and growth with and without it."""

from collections.abc import Mapping
from typing import Any, Final

from dash import html

from besok.model.site import Text
from besok.model.views.progress import MethodBreak, Progress
from besok.text import formats
from besok.text.languages import _, named

NONE: Final[Mapping[str, Text]] = {}


def section(way: Progress, doors: Mapping[str, Text], others: Mapping[str, Text] = NONE) -> list[Any]:
    """Growth as counted and bridged, and each break; nothing where the growth is not known or nothing changed.

    `doors` are the names of the doors, those of other sites under "site/door"; `others` are the names of these sites.
    """
    if way.growth_bridged is None or not way.breaks:
        return []
    return [
        html.Section(
            [
                html.H2(_("When the counting itself changed")),
                html.P(_growth(way)),
                html.Ul([html.Li(told(b, doors, others)) for b in way.breaks]),
                html.P(_goal(way), className="quiet"),
            ]
        )
    ]


def _growth(way: Progress) -> str:
    bridged = formats.signed_percent(way.growth_bridged or 0, 1)
    wide = formats.number(100 * (way.growth_error or 0), 1)
    if way.growth is None:
        said = _(
            "As if every day had been counted the way it is now: {bridged} in 52 weeks, give or take {wide} points."
        )
        return said.format(bridged=bridged, wide=wide)
    said = _(
        "As counted: {plain} in 52 weeks. As if every day had been counted the way it is now: {bridged}, "
        "give or take {wide} points."
    )
    return said.format(plain=formats.signed_percent(way.growth, 1), bridged=bridged, wide=wide)


def _goal(way: Progress) -> str:
    if way.goal_bridged is None or way.goal_visits is None:
        return ""
    said = _("The goal of {n} visits a year would then be {bridged}.")
    return said.format(n=formats.number(way.goal_visits), bridged=formats.number(way.goal_bridged))


def told(change: MethodBreak, doors: Mapping[str, Text], others: Mapping[str, Text] = NONE) -> str:
    """One break as a sentence; at another site it begins with its name."""
    door = change.door or ""
    name = doors.get(f"{change.site}/{door}") or doors.get(door)
    house = others.get(change.site or "")
    where = [named(house)] if house else []
    what = {
        "sensor": _("{day}: another sensor at {door}."),
        "definition": _("{day}: a new definition of a visit."),
        "door": _("{day}: {door} was not counted all the time, and is left out."),
        "found": _("{day}: {door} steps beside the other doors, and nobody told of a change."),
    }[change.kind].format(
        day=", ".join([formats.day(change.day), *where]), door=named(name) if name else door
    )
    if change.factor is None:
        return what
    by = {
        "overlap": _("Both sensors side by side"),
        "level": _("Judged by the other doors"),
        "recounted": _("Counted once more"),
        "none": "",
    }[change.method]
    more = formats.signed_percent(change.factor - 1, 1)
    if not change.error:
        return what + " " + _("{by}: {more}.").format(by=by, more=more)
    wide = formats.number(100 * change.error, 1)
    return (
        what
        + " "
        + _("{by}: it counts {more}, give or take {wide} points.").format(by=by, more=more, wide=wide)
    )
