"""The words of the board, the same for the server's first picture and for the browser's live updates."""

from typing import Any

from besok.model.views.live import SpaceLive
from besok.text import formats
from besok.text.languages import _


def levels() -> dict[str, str]:
    """How full a space is."""
    return {
        "calm": _("Calm"),
        "moderate": _("Moderate"),
        "busy": _("Busy"),
        "full": _("Full"),
        "unknown": _("No capacity set"),
    }


def states() -> dict[str, str]:
    """What is said in place of the level when the figure cannot be trusted; a late one still can."""
    return {"stale": _("Silent"), "none": _("No data")}


def reasons() -> dict[str, str]:
    """Why a figure was corrected or is missing."""
    return {
        "below_zero": _("more had left than come"),
        "stuck": _("the camera shows the same number all the time"),
        "closed": _("closed, nobody is expected"),
        "drift": _("drift corrected"),
        "silent_door": _("a silent door is made up for"),
        "odd_door": _("a contradicting door is left out"),
        "no_sensor": _("no sensor here"),
        "no_data": _("no figure yet"),
    }


def bases() -> dict[str, str]:
    """What a figure rests on."""
    return {
        "doors": _("by the doors"),
        "people": _("counted on the spot"),
        "presence": _("from a presence sensor"),
    }


def phrases() -> dict[str, str]:
    """Sentences with places for numbers."""
    return {
        "between": _("80 % interval {low}–{high}"),
        "certain": _("As good as certain"),
        "occupied": _("Occupied"),
        "free": _("Free"),
        "closed": _("Closed"),
        "short_seconds": _("{n} s"),
        "short_minutes": _("{n} min"),
        "short_hours": _("{n} h"),
        "seconds": _("updated {n} s ago"),
        "minutes": _("updated {n} min ago"),
        "hours": _("silent for {n} h"),
        "never": _("never heard"),
        "share": _("{share} of capacity"),
        "became": _("{space}: {level}"),
        "open_until": _("Open until {time}"),
        "opens_at": _("Closed, opens {time}"),
        "same": _("as last {weekday} at this time"),
        "more": _("{share} more than last {weekday} at this time"),
        "less": _("{share} fewer than last {weekday} at this time"),
    }


def for_browser(weekday: str, is_open: bool) -> dict[str, Any]:
    """All of it, for the live script."""
    fixed = {name: text.replace("{weekday}", weekday) for name, text in phrases().items()}
    lists = {"level": levels(), "state": states(), "reason": reasons(), "basis": bases()}
    return {**lists, "no_change": no_change(is_open), **fixed}


def no_change(is_open: bool) -> str:
    """What is said of a site that neither closes nor opens."""
    return _("Always open") if is_open else _("Closed")


def people(space: SpaceLive) -> str:
    """How many are there; of a presence sensor only whether anybody is."""
    if space.basis == "presence" and space.people is not None:
        return phrases()["occupied" if space.people else "free"]
    return formats.number(space.people)


def interval(space: SpaceLive) -> str:
    """`(38–47)`; nothing where there is no number: `Free` is none."""
    if space.people is None or _is_free(space):
        return ""
    return formats.interval(space.lower, space.upper)


def _is_free(space: SpaceLive) -> bool:
    return space.basis == "presence" and not space.people and not space.upper


def between(space: SpaceLive) -> str:
    """The interval as a sentence, for who points at it or hears it."""
    if space.people is None or space.lower is None or space.upper is None:
        return ""
    low, high = formats.bounds(space.lower, space.upper)
    return phrases()["between" if low != high else "certain"].format(low=low, high=high)


def certainty(space: SpaceLive) -> str:
    """What the figure rests on and why it was corrected, or why there is none, in a few words."""
    if space.people is None:
        return reasons().get(space.reason or "no_data", "")
    said = (bases().get(space.basis or "", ""), reasons().get(space.reason or "", ""))
    return " · ".join(part for part in said if part)


def verdict(space: SpaceLive, is_open: bool = True) -> str:
    """The word on a space's chip: its level, unless the figure cannot be trusted or the house is closed and quiet."""
    if space.freshness in states():
        return states()[space.freshness]
    quiet = space.level in ("calm", "unknown")
    return phrases()["closed"] if quiet and not is_open else levels()[space.level]


def against(value: float | None, before: float | None, weekday: str) -> str:
    """`12 % more than last Wednesday at this time`; empty where one of the two is not known or too small to compare."""
    if value is None or not before or before < 10:
        return ""
    share = value / before - 1
    name = "same" if abs(share) < 0.005 else "more" if share > 0 else "less"
    return phrases()[name].format(share=formats.percent(abs(share)), weekday=weekday)
