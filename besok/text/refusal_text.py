"""The classes of reasons why a message was rejected, with what to do, in the language of the present request."""

from besok.model.readings import Refusal
from besok.text.languages import _


def explained(kind: Refusal) -> str:
    """Say why messages of this class are rejected, and what to do."""
    match kind:
        case Refusal.UNKNOWN_FORMAT:
            return _(
                "Nobody has said what this device sends. Answer under Unknown devices, or write a mapping."
            )
        case Refusal.UNREADABLE:
            return _(
                "Part of the message cannot be read. Look at the settings and the firmware of the device."
            )
        case Refusal.OUT_OF_RANGE:
            return _("A value cannot be true, so it does not count. Look after the sensor.")
        case Refusal.BAD_TIME:
            return _(
                "Nobody knows when this was measured. Set the clock of the device, or let it send a time."
            )
        case Refusal.TOO_LARGE:
            return _("The message is larger than that of any sensor. Let the device send less at once.")
        case Refusal.SIMULATED:
            return _(
                "It says that it is simulated, and its sensor observes a real site. Send it for a sandbox."
            )
        case Refusal.WRONG_TOPIC:
            return _(
                "It came on a topic of another device. If the device has moved, bind it to the new topic."
            )
        case Refusal.UNNAMED:
            return _("Several devices speak on this topic, and it names none. Let its device send a name.")
        case Refusal.TOO_MANY_DEVICES:
            return _(
                "Too many new devices came within an hour. Name the device in the site file, or read it again later."
            )
        case Refusal.DATABASE:
            return _("The database did not take it. Tell whoever looks after Besök.")
