"""Texts of the classes of rejected messages, with the remedy."""

from besok.model.readings import Refusal
from besok.text.languages import _


def explained(kind: Refusal, asks: bool) -> str:
    """Explain why messages of this class are rejected, with the remedy; `asks`: people can say what they mean."""
    if kind is Refusal.UNKNOWN_FORMAT and not asks:
        return _(
            "Nothing in it is known to be a count, so nothing is asked about it. If the device counts people, see "
            "“What was found”; if not, have it send elsewhere."
        )
    return {
        Refusal.UNKNOWN_FORMAT: _(
            "Nobody has said what this device sends. Answer under Unknown devices, or write a mapping."
        ),
        Refusal.UNREADABLE: _(
            "Part of the message cannot be read. Look at the settings and the firmware of the device."
        ),
        Refusal.OUT_OF_RANGE: _("A value cannot be right, so it does not count. Check the sensor."),
        Refusal.BAD_TIME: _(
            "It is not known when this was measured. Set the device’s clock, or make it send a time."
        ),
        Refusal.TOO_LARGE: _("The message is larger than any sensor’s. Make the device send less at a time."),
        Refusal.SIMULATED: _(
            "It says that it is simulated, and its sensor observes a real site. Send it for a place whose sensors "
            "are simulated."
        ),
        Refusal.WRONG_TOPIC: _(
            "It arrived on another device’s topic. If the device has moved, bind it to the new topic."
        ),
        Refusal.UNNAMED: _(
            "Several devices send on this topic, and the message names none. Make the device send its name."
        ),
        Refusal.TOO_MANY_DEVICES: _(
            "Too many new devices came within an hour. Name the device in the site file, or read it again later."
        ),
        Refusal.DATABASE: _("The database did not accept it. Contact whoever runs Besök."),
    }[kind]
