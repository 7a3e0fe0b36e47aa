"""Where devices send: the path after /in/ names the device and becomes its topic."""

from typing import Final

RANDOM_BYTES: Final = 15  # of a token, 120 bits: 24 letters and digits, which every device has room for
PREFIX: Final = "besok/in/"  # of the topics; `besok/v1/` is the native format and means something else
LEVELS: Final = 8
LENGTH: Final = 200  # characters; a device may have a name that long


def topic(device: str) -> str:
    """Return the topic of a device. Raises ValueError with what is wrong with its name, and what to do."""
    if not device:
        raise ValueError("the address ends at /in/; add the name of the device, as in /in/cafe-door")
    levels = device.split("/")
    if len(device) > LENGTH or len(levels) > LEVELS:
        raise ValueError(
            f"the name after /in/ is too long; use at most {LENGTH} characters and {LEVELS} levels"
        )
    for level in levels:
        if not level or level != level.strip() or level in (".", ".."):
            raise ValueError(
                "a part of the address after /in/ is empty, a dot or begins with a blank; leave it out"
            )
        if not level.isprintable() or "\N{REPLACEMENT CHARACTER}" in level or set(level) & set("+#"):
            raise ValueError(
                "the name after /in/ has a character that no topic may have (+, #, control characters, broken"
                " UTF-8); use letters, digits, - and _"
            )
    return PREFIX + device
