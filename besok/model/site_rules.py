"""Types for single values of a site file: the rule for a number or a text, and the advice where it is broken."""

import re
from datetime import date, datetime, time
from typing import Annotated, Any, Final, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from besok.model.suggest import suggestion

HIGHEST_SHARE: Final = 0.95  # of the gross figure; who takes off more is not counting visits
YEARS: Final = range(1900, 2200)  # in which days lie: clocks of every zone can tell them
ID_FORM: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_When = TypeVar("_When", bound=date)


def zone_exists(name: str) -> bool:
    """Tell whether there is a time zone of that name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, not a name, a directory of names
        return False
    return True


def _id(name: str) -> str:
    if not ID_FORM.fullmatch(name):
        raise ValueError(
            f'"{name}" cannot be an id: small letters a-z, digits and single - only, as in "reading-room"'
        )
    return name


def _zone(name: str) -> str:
    if not zone_exists(name):
        close = suggestion(name, available_timezones())
        raise ValueError(f'there is no time zone "{name}"{close}; write one such as "Europe/Stockholm"')
    return name


def _day_start(at: time) -> time:
    if at.minute % 15 or at.second or at.microsecond:
        raise ValueError(f"{at} is not on a quarter of an hour; write one such as 04:00")
    return at


def possible(when: _When) -> _When:
    """Return a day or a moment as it is. Raises ValueError for one that no clock will show."""
    if when.year not in YEARS:
        raise ValueError(f"{when} is not possible; write a year from {YEARS[0]} to {YEARS[-1]}")
    return when


def _in_both_languages(name: Any) -> Any:
    """Use a name that is given once for both languages."""
    return {"sv": name, "en": name} if isinstance(name, str) else name


Id = Annotated[str, AfterValidator(_id)]
Zone = Annotated[str, AfterValidator(_zone)]
DayStart = Annotated[time, AfterValidator(_day_start)]
Day = Annotated[date, AfterValidator(possible)]
Moment = Annotated[datetime, AfterValidator(possible)]
IN_BOTH: Final = BeforeValidator(_in_both_languages)
Capacity = Annotated[int, Field(ge=1, lt=1_000_000)]  # people
Seats = Annotated[int, Field(ge=0, lt=1_000_000)]
Area = Annotated[float, Field(ge=1, lt=1_000_000)]  # square metres
Width = Annotated[float, Field(gt=0, le=100)]  # metres: at most the open side of a park
Side = Annotated[float, Field(gt=0, le=5000)]  # metres, of a plan: a large park
Seconds = Annotated[int, Field(ge=1)]
Days = Annotated[int, Field(ge=1, le=3650)]
Latitude = Annotated[float, Field(gt=-90, lt=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Factor = Annotated[float, Field(gt=0, allow_inf_nan=False)]
YearOfVisits = Annotated[float, Field(gt=0, lt=1e9)]
Share = Annotated[float, Field(ge=0, le=HIGHEST_SHARE)]
PerDay = Annotated[float, Field(ge=0, lt=1_000_000)]
