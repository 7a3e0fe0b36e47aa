"""The words of the board, the same for the server's first picture and for the browser's live updates."""

from typing import Any

from core.views import SpaceLive
from dashboard.i18n import _, formats


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
        "below_zero": _("corrected: more out than in"),
        "stuck": _("by the doors: the camera shows the same number all the time"),
        "no_sensor": _("no sensor here"),
        "no_data": _("no figure yet"),
    }


def phrases() -> dict[str, str]:
    """Sentences with places for numbers."""
    return {
        "between": _("between {low} and {high}"),
        "counted": _("counted on the spot"),
        "presence": _("from a presence sensor"),
        "occupied": _("Occupied"),
        "free": _("Free"),
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


def for_browser(weekday: str, always_open: bool) -> dict[str, Any]:
    """All of it, for the live script."""
    fixed = {name: text.replace("{weekday}", weekday) for name, text in phrases().items()}
    return {"level": levels(), "state": states(), "reason": reasons(), "no_change": no_change(always_open), **fixed}


def no_change(always_open: bool) -> str:
    """What is said of a site that neither closes nor opens."""
    return _("Always open") if always_open else _("Closed")


def people(space: SpaceLive) -> str:
    """How many are there; of a presence sensor only whether anybody is."""
    if space.basis == "presence" and space.people is not None:
        return phrases()["occupied" if space.people else "free"]
    return formats.number(space.people)


def certainty(space: SpaceLive) -> str:
    """How sure the figure is, or why there is none, in a few words."""
    if space.people is None:
        return reasons().get(space.reason or "no_data", "")
    if space.lower is not None and space.upper is not None and round(space.lower) < round(space.upper):
        bounds = {"low": formats.number(round(space.lower)), "high": formats.number(round(space.upper))}
        return phrases()["between"].format(**bounds)
    basis = {"people": phrases()["counted"], "presence": phrases()["presence"]}
    return basis.get(space.basis or "", "") or reasons().get(space.reason or "", "")


def verdict(space: SpaceLive) -> str:
    """The word on a space's chip: its level, unless the figure cannot be trusted."""
    return states().get(space.freshness) or levels()[space.level]


def against(value: float | None, before: float | None, weekday: str) -> str:
    """`12 % more than last Wednesday at this time`; empty where one of the two is not known or too small to compare."""
    if value is None or not before or before < 10:
        return ""
    share = value / before - 1
    name = "same" if abs(share) < 0.005 else "more" if share > 0 else "less"
    return phrases()[name].format(share=formats.percent(abs(share)), weekday=weekday)
