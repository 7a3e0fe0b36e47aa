"""Sentences on the wiring check of a site, with the remedy."""

from typing import Any

from besok.model.site import Text
from besok.text.languages import _, in_both, named, plural


def sentence(code: str, **values: Any) -> Text:
    """Return the sentence of a code; names are given in both languages."""
    return in_both(lambda: _sentences(values.get("n", 0))[code].format(**_values_text(values)))


def advice(code: str) -> Text:
    """Return the remedy; empty where nothing is to be done."""
    return in_both(lambda: _advice().get(code, ""))


def _values_text(values: dict[str, Any]) -> dict[str, Any]:
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
        "other_channel": _("Remove it under Edit site, Sensors, and assign the right one of its lines."),
        "clock_ahead": clock,
        "clock_behind": clock,
        "swapped": _("Turn the direction in the sensor, or under Edit site, Sensors."),
        "direction_unknown": _("Walk in through the door a few times and check that In rises."),
        "two_devices": _(
            "Right if they see different parts of a wide door; else remove one of them under Edit site, Sensors."
        ),
        "no_sensor": _("Mount one, or say under Edit site, Doors, that the door is not counted."),
        "no_way_in": _(
            "Count at a door to it, or mount a sensor inside. Else let it be part of the space around it."
        ),
        "unassigned": _("Assign it on the page Sensors, under Unassigned sensors."),
    }
