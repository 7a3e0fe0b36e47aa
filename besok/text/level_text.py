"""Utilisation in a word."""

from besok.model.views.live import Level
from besok.text.languages import _


def levels() -> dict[Level, str]:
    """Return how busy it is, in a word."""
    return {
        "calm": _("Calm"),
        "moderate": _("Moderate"),
        "busy": _("Busy"),
        "full": _("Full"),
        "unknown": "",
    }
