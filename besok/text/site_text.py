"""Texts of errors in the site editing forms, with the remedy."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from besok.model.messages import Translatable
from besok.model.site import WEEKDAYS

_NUMBER: Final = Translatable("Write a whole number from 1 on, or leave it empty.")
_HOURS: Final = Translatable(
    "Write hours such as 9–20, or 9–12, 13–18, or “closed”, after midnight 1–3 the day after; they must not overlap."
)
_DAYS: Final = Translatable("Choose a day that is not before the first one.")
_PLACE: Final = Translatable("Choose a place in the list; the two sides of a door cannot be the same.")
FIELDS: Final[Mapping[str, Translatable]] = {
    **dict.fromkeys((*WEEKDAYS, "on_holiday", "hours"), _HOURS),
    "name": Translatable("Write a name that no other room or door here has."),
    "id": Translatable("Use a–z, 0–9 and single hyphens, and a name that no other place has."),
    "kind": Translatable("Choose one in the list."),
    "timezone": Translatable("Write a time zone such as Europe/Stockholm."),
    "country": Translatable("Choose a country in the list."),
    "first": Translatable(
        "Choose the first day; two tables of hours, or two definitions of a visit, cannot begin on the same day."
    ),
    "last": _DAYS,
    "capacity": _NUMBER,
    "area_m2": _NUMBER,
    "seats": Translatable("Write a whole number from 0 to how many people it may hold, or leave it empty."),
    "storey": Translatable("Write a whole number: 0 at ground level, -1 below."),
    "parent": Translatable("Choose another place: a room cannot lie within itself."),
    "space": Translatable("Choose a room in the list."),
    "portal": Translatable("Choose a door in the list."),
    "outer": _PLACE,
    "inner": _PLACE,
    "width_m": Translatable("Write metres between 0 and 100, such as 1.8, or leave it empty."),
    "plan": Translatable("Write width and depth in metres, such as 40 25, or leave it empty."),
    "shape": Translatable(
        "Write the corners in order, such as 0 0; 8 0; 8 5: at least three, within the plan of the floor, and no side "
        "across another one."
    ),
    "at": Translatable(
        "Write metres from the left and from the top, such as 12.5 8, within the plan of the floor."
    ),
    "counted": Translatable("A sensor counts this door: take the sensor out first."),
    "channel": Translatable("This sensor already counts somewhere at that time: end that first."),
    "of": Translatable("Choose a definition in the list."),
    "share": Translatable(
        "Write a share or a number a day, one of the two; the shares of a door are at most 95 % in all."
    ),
    "per_day": Translatable("Write a number above 0, or leave it empty."),
    "portals": Translatable(
        "Choose doors that count; a number a day applies to the whole site and has no doors."
    ),
    "factor": Translatable("Write a number above 0, such as 2 for twice as many visits."),
    "deadline": Translatable("Choose a day after the baseline."),
    "baseline_first": Translatable("Choose the first day of the period to compare with."),
    "baseline_last": Translatable("Choose the last day of the period to compare with, not before its first."),
    "baseline_visits": Translatable("Write the visits of a whole year, or leave it empty."),
    "baseline_measure": Translatable("Choose the same as what the target counts."),
    "baseline_source": Translatable("Write where the figure comes from, such as “national statistics 2019”."),
}
OTHER: Final = Translatable("This cannot be saved as it is.")
_SEE: Final = Translatable("This cannot be saved yet: see the marked fields.")
_FITS: Final = Translatable("Other parts still need it as it is: {parts}. Change or remove them first.")
_NOWHERE: Final = Translatable("Choose where the sensor is.")
_VISITS: Final = Translatable("What counts as a visit, or a deduction, still needs it as it is: see Target.")
_OF_VISITS: Final = ("visits", "deductions")
_NAMED: Final = 5  # other parts


def fields(names: Iterable[str]) -> dict[str, Translatable]:
    """Return the advice for each field that is wrong."""
    return {name: FIELDS.get(name, OTHER) for name in names}


def refusal(names: Sequence[str], elsewhere: Sequence[tuple[str, str]]) -> Translatable:
    """Return the problem of a form as a whole."""
    if names:
        return _SEE
    if not elsewhere:
        return _NOWHERE
    quoted = [f"“{name}”" for kind, name in elsewhere if kind not in _OF_VISITS]
    if not quoted:
        return _VISITS
    shown = quoted[:_NAMED]
    return _FITS(parts=", ".join([*shown, *(["…"] if len(elsewhere) > len(shown) else [])]))
