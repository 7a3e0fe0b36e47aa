"""What a check of a new installation found, in one sentence, and what to do about it."""

from besok.model.site import Text
from besok.text.languages import _, in_both, named, plural


def wiring_texts(kind: str, **values: object) -> tuple[Text, Text]:
    """Return the sentence about something that was checked, and what to do; values that are names are translated."""

    def filled(n: int) -> Text:
        return in_both(lambda: _template(kind, values)[n].format(**_spoken(values)))

    return filled(0), filled(1)


def _spoken(values: dict[str, object]) -> dict[str, object]:
    return {name: named(value) if isinstance(value, Text) else value for name, value in values.items()}


def _template(kind: str, values: dict[str, object]) -> tuple[str, str]:
    match kind:
        case "heard":
            return _("{place}: {device} ({channel}) is heard."), ""
        case "other_channel":
            return (
                _("{place}: {device} is heard, but not its channel {channel}; it has {others}."),
                _("Write the right channel into the site file: channel = …"),
            )
        case "clock_ahead":
            return _("{place}: the clock of {device} is {minutes} min ahead."), _("Set it, or its time zone.")
        case "clock_behind":
            return _("{place}: the clock of {device} is {minutes} min behind."), _(
                "Set it, or its time zone."
            )
        case "wrong_way":
            return (
                _(
                    "{place}: {device} counts the wrong way round; people leave before they come "
                    "({entered} in, {left} out after opening)."
                ),
                _("Turn the direction in the sensor, or set swapped = true in the site file."),
            )
        case "no_direction_yet":
            return (
                _(
                    "{place}: what {device} has counted does not tell yet whether its direction is right "
                    "({entered} in, {left} out after opening)."
                ),
                _("Walk in through the door a few times and see that in grows."),
            )
        case "right_way":
            return _("{place}: the direction is right, people come before they leave."), ""
        case "two_counters":
            return (
                _("{place} is counted by {devices}, and their figures are added up."),
                _(
                    'Right if they see different parts of a wide door; else role = "reference" for one of them.'
                ),
            )
        case "no_counter":
            return (
                _("{place} is to be counted, and has no sensor."),
                _("Hang one up, or set counted = false if the door is not to be counted."),
            )
        case "uncounted_space":
            return (
                _("{place} has no counted way in and no sensor, so nobody knows how many are there."),
                _(
                    "Count at a door to it, or hang a sensor inside. Else let it be part of the space around it."
                ),
            )
        case _:
            number = int(str(values["number"]))
            return (
                plural(
                    "{number} sensor is heard and has no place.",
                    "{number} sensors are heard and have no place.",
                    number,
                ),
                _("`besok device suggest` prints the lines for the site file."),
            )
