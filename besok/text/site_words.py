"""What the fields of a site, of an action and of a grant are called, and their fixed values."""

from collections.abc import Mapping

from besok.model.site import WEEKDAYS
from besok.text import formats
from besok.text.languages import _


def roles() -> dict[str, str]:
    """Return the roles of accounts and keys."""
    return {
        "viewer": _("viewer"),
        "manager": _("manager"),
        "planner": _("planner"),
        "technician": _("technician"),
        "admin": _("administrator"),
    }


def kinds() -> dict[str, str]:
    """Return the kinds of sites."""
    return {"library": _("library"), "park": _("park")}


def space_kinds() -> dict[str, str]:
    """Return the kinds of spaces in a building, but for its floors."""
    return {
        "room": _("room"),
        "reading": _("reading room"),
        "meeting": _("meeting room"),
        "children": _("children’s room"),
        "cafe": _("café"),
        "hall": _("hall"),
        "exhibition": _("exhibition"),
        "foyer": _("foyer"),
        "zone": _("part of a larger room"),
        "garden": _("outdoors"),
    }


def deducted() -> dict[str, str]:
    """Return whose passages are deducted."""
    return {
        "staff": _("staff"),
        "through": _("people who only walk through"),
        "cafe": _("people who only visit the café"),
        "other": _("others"),
    }


def measures() -> dict[str, str]:
    """Return what a target counts."""
    return {"gross": _("all visits (gross)"), "net": _("visits less deductions (net)")}


def methods() -> dict[str, str]:
    """Return how visits are counted at a door."""
    return {
        "in": _("all who go in"),
        "half": _("half of all who pass, for counters that cannot tell directions"),
    }


def askers() -> dict[str, str]:
    """Return who asks for actions."""
    return {
        "residents": _("residents"),
        "staff": _("staff"),
        "partners": _("partners"),
        "council": _("the council"),
    }


def values() -> Mapping[str, Mapping[str, str]]:
    """Return the words for fixed values, by field."""
    return {
        "kind": {**deducted(), **space_kinds(), **kinds(), "storey": _("floor")},
        "measure": measures(),
        "baseline_measure": measures(),
        "method": methods(),
        "asked_by": askers(),
        "pandemic": {"auto": _("automatic"), "keep": _("kept"), "leave-out": _("left out")},
        "role": {**roles(), "primary": _("counts"), "reference": _("for comparison")},
        "weekdays": _weekdays(),
    }


def fields() -> Mapping[str, str]:
    """Return what fields are called."""
    return {
        **_weekdays(),
        "also": _("counted together with"),
        "answer": _("answer"),
        "answered": _("answered on"),
        "area_m2": _("floor area in m²"),
        "asked": _("asked for on"),
        "asked_by": _("asked for by"),
        "at": _("position on the floor plan"),
        "baseline_first": _("first day of the baseline"),
        "baseline_last": _("last day of the baseline"),
        "baseline_measure": _("measure of the baseline"),
        "baseline_source": _("source of the baseline"),
        "baseline_visits": _("visits of the baseline"),
        "capacity": _("capacity"),
        "channel": _("channel"),
        "closed": _("closures"),
        "counted": _("counted"),
        "country": _("public holidays of"),
        "day_start": _("start of the business day"),
        "deadline": _("to be reached by"),
        "deductions": _("deductions"),
        "device": _("device"),
        "done_since": _("done since"),
        "exceptions": _("special days"),
        "factor": _("times as many visits"),
        "first": _("first day"),
        "id": _("short name"),
        "inner": _("leads into"),
        "interval_s": _("seconds between messages"),
        "invented": _("example"),
        "kind": _("kind"),
        "last": _("last day"),
        "late_days": _("days until quarantine"),
        "mappings": _("mappings"),
        "measure": _("measure"),
        "method": _("method"),
        "model": _("model"),
        "name": _("name"),
        "note": _("reason"),
        "on_holiday": _("public holidays"),
        "opening": _("opening hours"),
        "outer": _("leads from"),
        "pandemic": _("years of the pandemic"),
        "parent": _("lies in"),
        "plan": _("size of the floor plan"),
        "portal": _("door"),
        "portals": _("doors"),
        "position": _("position on the map"),
        "role": _("role"),
        "sandbox": _("for simulated data"),
        "seats": _("seats"),
        "sensors": _("sensors"),
        "shape": _("corners on the floor plan"),
        "since": _("since"),
        "site": _("site"),
        "source": _("source"),
        "space": _("room"),
        "spaces": _("rooms"),
        "storey": _("floor number"),
        "swapped": _("other way round"),
        "target": _("target"),
        "timezone": _("time zone"),
        "title": _("title"),
        "topics": _("topics"),
        "undone": _("ended on"),
        "until": _("until"),
        "visits": _("definition of a visit"),
        "weekdays": _("weekdays"),
        "width_m": _("width in m"),
    }


def _weekdays() -> dict[str, str]:
    return dict(zip(WEEKDAYS, formats.weekdays("wide"), strict=True))
