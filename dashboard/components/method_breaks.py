"""Method breaks, and growth with and without them."""

from collections.abc import Mapping
from math import exp, log1p
from typing import Any, Final

from dash import html

from besok.model.site import Text
from besok.model.views.progress import MethodBreak, Progress
from besok.text import formats
from besok.text.languages import _, named
from dashboard.components.elements import first_of, present, quiet, titled

NONE: Final[Mapping[str, Text]] = {}
SHOWN: Final = 2  # breaks; the others are folded away
EIGHTY = 1.2816 / 1.96  # of the half width of a 95 % interval is that of an 80 % one


def section(progress: Progress, doors: Mapping[str, Text], others: Mapping[str, Text] = NONE) -> list[Any]:
    """Return growth as counted and bridged, and each break; nothing without known growth or without a break.

    `doors` are the names of the doors, those of other sites under "site/door"; `others` are the names of these sites.
    """
    if not progress.breaks or (progress.growth_bridged is None and progress.goal_bridged is None):
        return []
    breaks = first_of([break_text(b, doors, others) for b in progress.breaks], SHOWN, "breaks")
    growth = html.P(_growth(progress)) if progress.growth_bridged is not None else None
    return [titled(_("Method breaks"), *present(growth, *breaks, quiet(_goal(progress))))]


def _growth(progress: Progress) -> str:
    text = _(
        "As counted: {plain} in 52 weeks. As if every day had been counted the way it is now: {bridged}, "
        "give or take {wide} points (95 % interval)."
    )
    if progress.growth is None:
        text = _(
            "As if every day had been counted the way it is now: {bridged} in 52 weeks, give or take {wide} points "
            "(95 % interval)."
        )
    return text.format(
        plain=formats.signed_percent(progress.growth),
        bridged=formats.signed_percent(progress.growth_bridged),
        wide=formats.number(100 * (progress.growth_error or 0), 1),
    )


def _goal(progress: Progress) -> str:
    if progress.goal_bridged is None or progress.goal_visits is None:
        return ""
    text = _("The target of {n} visits a year would then be {bridged}.")
    return text.format(n=formats.number(progress.goal_visits), bridged=formats.number(progress.goal_bridged))


def break_text(change: MethodBreak, doors: Mapping[str, Text], others: Mapping[str, Text] = NONE) -> str:
    """Return a break as sentences; those of another site name it."""
    if change.kind == "source":
        return _source(change, others)
    door = change.door or ""
    name = doors.get(f"{change.site}/{door}") or doors.get(door)
    house = others.get(change.site or "")
    where = [named(house)] if house else []
    event = {
        "sensor": _("{day}: another sensor at {door}."),
        "definition": _("{day}: a new definition of a visit."),
        "door": _("{day}: {door} was not counted all the time, and is left out."),
        "found": _("{day}: level shift at {door} compared with the other doors, without a recorded change."),
    }[change.kind].format(
        day=", ".join([formats.day(change.day), *where]), door=named(name) if name else door
    )
    if change.factor is None:
        return event
    by = {
        "overlap": _("Both sensors side by side"),
        "level": _("Judged by the other doors"),
        "recounted": _("Counted once more"),
    }.get(change.method, "")
    text = _("{by}: {more}.")
    if change.error:
        text = _("{by}: it counts {more}, give or take {wide} points (95 % interval).")
    more, wide = formats.signed_percent(change.factor - 1), formats.number(100 * (change.error or 0), 1)
    return f"{event} {text.format(by=by, more=more, wide=wide)}"


def _source(change: MethodBreak, others: Mapping[str, Text]) -> str:
    """Return how the present counters compare with the source of imported counts."""
    house = others.get(change.site or "")
    day = ", ".join([formats.day(change.day), *([named(house)] if house else [])])
    factor = change.factor or 1.0
    apart = exp(EIGHTY * log1p((change.error or 0.0) / factor))  # factor between the estimate and either end
    counter = (
        _("“{source}”").format(source=formats.source(change.counter)) if change.counter else _("the sensors")
    )
    source = _("“{source}”").format(source=formats.source(change.source))
    if change.method == "prior":
        text = _(
            "{day}: how many more or fewer visits {counter} count than {source} did is not known. "
            "Nothing is taken out; it may be {wide} either way (80 % interval)."
        )
        return text.format(day=day, counter=counter, source=source, wide=formats.change(apart - 1))
    text = _(
        "{day}: {counter} count {more} more than {source} did (80 % interval {low} to {high}); taken out."
    )
    if factor < 1:
        text = _(
            "{day}: {counter} count {more} fewer than {source} did (80 % interval {low} to {high}); taken out."
        )
    low, high = (formats.signed_percent(end - 1) for end in (factor / apart, factor * apart))
    more = formats.change(factor - 1)
    return text.format(day=day, counter=counter, source=source, more=more, low=low, high=high)
