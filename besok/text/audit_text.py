"""Audited changes in words: their kinds, and the details that are noted in English."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from besok.model.access import Audited
from besok.model.messages import Translatable
from besok.text import alert_text
from besok.text.languages import _, translated

BY: Final = Translatable("by {author}")
ENDED_BY: Final = Translatable("ended, {author}")
UNDONE: Final = Translatable("undone, {author}: {reason}")
REMOVED_BY: Final = Translatable("{author}: removed")
PHRASES: Final[Mapping[str, tuple[Translatable, ...]]] = {
    "account.block": (Translatable("ended"),),
    "account.sign_out": (Translatable("{n} ended"), BY),
    "account.totp": (Translatable("set"), Translatable("taken away")),
    "action": (REMOVED_BY,),
    "alert.acknowledge": (BY,),
    "announcement": (ENDED_BY, Translatable("{text}, until {time}, {author}")),
    "calendar": (
        Translatable("events: {new} new, {changed} changed, {removed} removed"),
        Translatable("school holidays: {n}"),
        Translatable("removed, entries: {n}"),
    ),
    "calibration": (
        Translatable("accepted from {day}, {author}: {reason}"),
        Translatable("rejected, {author}: {reason}"),
        UNDONE,
    ),
    "codec": (Translatable("removed"),),
    "count": (BY,),
    "device.mapping": (Translatable("ended"),),
    "device.topics": (Translatable("to be learnt"),),
    "headcount": (Translatable("{n} people, by {author}"), Translatable("{n} person, by {author}"), UNDONE),
    "import": (
        Translatable("{author}: stored"),
        Translatable("{author}: undone"),
        Translatable("{author}: restored"),
    ),
    "key.add": (Translatable("{grant}, until {time}"),),
    "maintenance": (ENDED_BY, Translatable("{subject} until {time}, {author}: {reason}")),
    "release": (
        Translatable("released {n} readings of {device}, {author}"),
        Translatable("released {n} reading of {device}, {author}"),
        Translatable("dropped {n} readings of {device}, {author}"),
        Translatable("dropped {n} reading of {device}, {author}"),
        Translatable("undone, {author}"),
    ),
    "sandbox": (Translatable("emptied of {n} readings"), Translatable("emptied of {n} reading")),
    "scenario": (
        Translatable("asked: {title}"),
        Translatable("removed: {title}"),
        Translatable("cancelled"),
        Translatable("played"),
        Translatable("play ended"),
    ),
    "site.picture": (
        Translatable("a picture with the digest {digest}"),
        Translatable("no picture any more"),
    ),
    "void": (
        UNDONE,
        Translatable("{author}: {reason}; {n} readings from {first} to {last}"),
        Translatable("{author}: {reason}; {n} reading from {first} to {last}"),
    ),
}  # as besok.store notes them, by kind of change


def detail(action: str, noted: str) -> str:
    """Return the detail of a change in the reader's language; names, and what people wrote, as they are."""
    if action == "alert.rule":
        return {str(kind): name for kind, name in alert_text.kinds().items()}.get(noted, noted)
    for phrase in PHRASES.get(action, ()):
        if found := _pattern(phrase.english).fullmatch(noted):
            return translated(phrase(**found.groupdict()))
    return noted


@cache
def _pattern(english: str) -> re.Pattern[str]:
    """Return the pattern of a phrase, with a group for each of its values."""
    parts = re.split(r"\{(\w+)\}", english)
    texts = [f"(?P<{part}>.+?)" if n % 2 else re.escape(part) for n, part in enumerate(parts)]
    return re.compile("".join(texts), re.DOTALL)


def actors() -> dict[str, str]:
    """Return what callers without an account are called, by the names under which their changes are noted."""
    return {"public": _("not signed in"), "local": _("this machine")}


def kinds() -> dict[Audited, str]:
    """Return each kind of change in a few words."""
    return {
        "account.add": _("Account added"),
        "account.block": _("Account blocked or let in again"),
        "account.invite": _("Invitation"),
        "account.password": _("Password changed"),
        "account.remove": _("Account removed"),
        "account.roles": _("Roles changed"),
        "account.sign_in": _("Sign-in"),
        "account.sign_out": _("Sign-out"),
        "account.totp": _("Codes at sign-in changed"),
        "action": _("Register of actions"),
        "alert.acknowledge": _("Alert acknowledged"),
        "alert.rule": _("Alert rule changed"),
        "alert.rule.remove": _("Alert rule removed"),
        "alert.target": _("Alert recipient changed"),
        "alert.target.remove": _("Alert recipient removed"),
        "announcement": _("Announcement"),
        "calendar": _("Calendar"),
        "calibration": _("Calibration"),
        "codec": _("Codec"),
        "correction": _("Correction"),
        "count": _("Count by hand"),
        "count.discard": _("Count by hand removed"),
        "device.forget": _("Device forgotten"),
        "device.mapping": _("Mapping of a device"),
        "device.topics": _("Topics of a device"),
        "finding.acknowledge": _("Finding acknowledged"),
        "headcount": _("Headcount"),
        "import": _("Import of counts"),
        "key.add": _("Key made"),
        "key.revoke": _("Key revoked"),
        "maintenance": _("Maintenance"),
        "privacy.erase": _("Personal data erased"),
        "release": _("Release from quarantine"),
        "sandbox": _("Sandbox"),
        "scenario": _("Scenario"),
        "site.apply": _("Site changed"),
        "site.picture": _("Picture of a floor plan"),
        "site.remove": _("Site removed"),
        "token.add": _("Device token made"),
        "token.remove": _("Device token removed"),
        "void": _("Readings voided"),
    }
