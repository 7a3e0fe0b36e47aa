"""Kinds of audited changes in words."""

from besok.model.access import Audited
from besok.text.languages import _


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
