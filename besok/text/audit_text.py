"""Audited changes in words: their kinds, who made them, and their details."""

from collections.abc import Mapping
from dataclasses import replace

from besok.model.access import Audited
from besok.model.messages import Translatable
from besok.model.site import WEEKDAYS
from besok.text import alert_text, opening_text, site_words
from besok.text.languages import _, translated

HOURS = (*WEEKDAYS, "on_holiday")


def detail(noted: Translatable) -> str:
    """Return a detail in the language of the request, with words for the fields and values that it names."""
    alerts = {str(kind): name for kind, name in alert_text.kinds().items()}
    words = {**site_words.values(), "field": site_words.fields(), "alert": alerts}
    return translated(_in_words(noted, words))


def _in_words(noted: Translatable, words: Mapping[str, Mapping[str, str]]) -> Translatable:
    def said(key: str, value: object) -> object:
        if isinstance(value, Translatable):
            return _in_words(value, words)
        if key in HOURS:
            return opening_text.written(str(value))
        return words.get(key, {}).get(str(value), value)

    return replace(noted, values={key: said(key, value) for key, value in noted.values.items()})


def actors() -> dict[str, str]:
    """Return what callers without an account are called, by the names under which their changes are noted."""
    return {"public": _("not signed in"), "local": _("this machine")}


def kinds() -> dict[Audited, str]:
    """Return each kind of change in a few words."""
    return {
        "account.add": _("Account added"),
        "account.block": _("Account blocked or unblocked"),
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
