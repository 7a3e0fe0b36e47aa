"""Sentences on the wiring of a site: what was checked, and what to do about it."""

from typing import Any

from besok.model.site import Text
from besok.text.languages import _, in_both, named, plural


def sentence(code: str, **values: Any) -> Text:
    """Return the sentence of a code; names are given in both languages."""
    return in_both(lambda: _sentences(values.get("n", 0))[code].format(**_spoken(values)))


def advice(code: str) -> Text:
    """Return what to do about it; empty where nothing is to be done."""
    return in_both(lambda: _advice().get(code, ""))


def _spoken(values: dict[str, Any]) -> dict[str, Any]:
    return {k: named(v) if isinstance(v, Text) else v for k, v in values.items()}


def _sentences(n: int) -> dict[str, str]:
    return {
        "online": _("{place}: {device} ({channel}) is online."),
        "other_channel": _("{place}: {device} is online, but not its channel {channel}; it has {others}."),
        "clock_ahead": _("{place}: the clock of {device} is {minutes} min ahead."),
        "clock_behind": _("{place}: the clock of {device} is {minutes} min behind."),
        "swapped": _(
            "{place}: {device} counts the wrong way round; people leave before they come ({came} in, {went} out after "
            "opening)."
        ),
        "direction_unknown": _(
            "{place}: what {device} has counted does not tell yet whether its direction is right ({came} in, {went} "
            "out after opening)."
        ),
        "direction_right": _("{place}: the direction is right, people come before they leave."),
        "two_devices": _("{place} is counted by {devices}, and their figures are added up."),
        "no_sensor": _("{place} is to be counted, and has no sensor."),
        "no_way_in": _(
            "{place} has no counted way in and no sensor, so nobody knows how many people are there."
        ),
        "unassigned": plural("{n} sensor is unassigned.", "{n} sensors are unassigned.", n),
    }


def _advice() -> dict[str, str]:
    clock = _("Set it, or its time zone.")
    return {
        "other_channel": _("Write the right channel into the site file: channel = …"),
        "clock_ahead": clock,
        "clock_behind": clock,
        "swapped": _("Turn the direction in the sensor, or set swapped = true in the site file."),
        "direction_unknown": _("Walk in through the door a few times and see that in grows."),
        "two_devices": _(
            'Right if they see different parts of a wide door; else role = "reference" for one of them.'
        ),
        "no_sensor": _("Mount one, or set counted = false if the door is not to be counted."),
        "no_way_in": _(
            "Count at a door to it, or mount a sensor inside. Else let it be part of the space around it."
        ),
        "unassigned": _("`besok device suggest` prints the lines for the site file."),
    }
