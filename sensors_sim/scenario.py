"""Scenarios: the differences of a simulated world from the ordinary one (docs/reference/scenarios.md).

A scenario says only what is different; what it does not say stays as `seasons.py`, `plans.py` and `sensors.py` invent
it. Scenarios are composed: one may be based on another, whose differences come first.

What a part is about is named by its id, or by its kind, so that a scenario fits any site file. A site is "kind:library"
or "*" (each of them); a space "kind:hall", where "kind:foyer|lobby" means the first kind that the site has. A space of
another site is "other-site/space", "kind:park/kind:path" too.

`first` and `last` of a part are business days, inclusive. What a part does not say it takes from the scenario; where
neither says it, the part always holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from fnmatch import fnmatchcase
from typing import Annotated, Final, Literal

from pydantic import Field

from besok.model.site import WEEKDAYS, Name, Portal, Sensor, Text

YEARS: Final = (1990, 2100)  # of the days that can be simulated
DECADE_MIN: Final = 10 * 366 * 24 * 60
# What numbers may be in a file, each in a list or table. Beyond 100 times the ordinary a memory is full.
Factor = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
People = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]  # of an event, or in an hour
Spread = Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]
Day = Annotated[tuple[People, ...], Field(min_length=24, max_length=24)]  # by local hour
Factors = Mapping[str, Factor]
Shares = Mapping[str, Share]

FaultKind = Literal[
    "silence",  # the device sends nothing
    "reboot",  # it starts again: running totals and numbering begin at zero
    "stuck",  # it repeats the value it had at the beginning
    "clock_skew",  # its clock is `seconds` off (negative: behind)
    "clock_drift",  # its clock loses or wins `seconds` a day
    "late",  # what it measures comes `seconds` late, in batches
    "duplicate",  # the share `share` of its messages comes twice
    "disorder",  # messages are shuffled within `seconds`
    "retained",  # the broker keeps its messages and sends them again to whoever connects
    "outage",  # the gateway is away; what is measured meanwhile comes in a burst afterwards
    "lossy",  # the share `share` of its messages is lost
    "swapped",  # in and out are exchanged, as after a new mounting
    "blind",  # the share `share` of passages is missed
    "ghost",  # a warm laptop: somebody is there when nobody is
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Other opening hours from `first` to `last`: instead of the usual ones, or in addition to them."""

    site: str
    hours: str = ""  # "10:00-16:00", several with a comma, "closed" or "always": instead of the day's own
    also: str = ""  # "17:00-21:00": added to the day's own
    weekdays: tuple[str, ...] = ()  # only on these, unless they are public holidays; on all days if empty
    first: date | None = None
    last: date | None = None
    note: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPortal(Portal):
    """A passage that `site` has from `first` to `last`. Its ends are named as spaces are."""

    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSensor(Sensor):
    """A sensor that `site` gets, for a new portal or for what is there already."""

    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Spaces (with all spaces within them) and portals that are closed from `first` to `last`."""

    site: str
    spaces: tuple[str, ...] = ()
    portals: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """A changed capacity of a space, against which it is judged; demand stays the same."""

    site: str
    space: str
    capacity: Annotated[int, Field(ge=1, le=100_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A programme item that draws people of its own, on each of its days."""

    site: str
    space: str
    title: Name
    start: time  # local
    minutes: Annotated[int, Field(ge=1, le=24 * 60)]
    people: Annotated[int, Field(ge=0, le=100_000)] | None = None
    fill: Factor | None = None  # instead of `people`: share of the seats (or the capacity) that is taken
    first: date | None = None
    last: date | None = None  # as `first`, if only that is said
    weekdays: tuple[str, ...] = ()  # only on these; on all of them if empty
    afterwards: str = ""  # a space to which one in four goes when it is over, if it is open then


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Factors on the visits of a site. Overlapping factors multiply."""

    site: str
    first: date | None = None
    last: date | None = None
    arrivals: Factor = 1.0  # factor on all: the public, the audiences of its own programme, school classes
    weekdays: Factors = field(default_factory=dict)  # "monday" -> factor
    hours: Factors = field(default_factory=dict)  # "16" (local hour) -> factor
    spread: Spread | None = None  # standard deviation of the logarithm of a day's level
    stay: Annotated[float, Field(ge=0.05, le=20)] = 1.0  # factor on all stays
    plans: Factors = field(default_factory=dict)  # name of a plan -> factor on its share
    entrances: Shares = field(default_factory=dict)  # portal -> share of those who come through it
    classes: Factor = 1.0  # factor on the chance of each school class
    growth: Annotated[float, Field(ge=-0.9, le=10)] | None = None  # a year: 0.07 for 7 % more


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Parameters fitted to a site's history, in place of the invented rhythm and programme."""

    site: str
    week: Annotated[tuple[Day, ...], Field(min_length=7, max_length=7)]  # people entering, Monday first
    months: Annotated[tuple[Factor, ...], Field(min_length=12, max_length=12)] = (1.0,) * 12  # mid-month
    spread: Spread = 0.1  # of a day's level
    stay_min: Annotated[float, Field(ge=0.1, le=24 * 60)] | None = None  # meant, in the mean
    entrances: Shares = field(default_factory=dict)  # portal -> share; what others leave is shared as usual
    spaces: Shares = field(default_factory=dict)  # space -> share of those who come that stay there
    weeks: int = 0  # of history it was learnt from
    until: date | None = None  # the last day of it, from which `growth` is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """Accuracy of the devices that `device` names (a name with * and ?)."""

    device: str
    miss: Share | None = None  # share of passages missed
    double: Share | None = None
    swap: Share | None = None
    crowd: Share | None = None  # more is missed for each other person who passes within two seconds
    overlook: Share | None = None  # share of people a camera does not see
    totals: bool | None = None  # sends running totals instead of deltas
    wraps: Annotated[int, Field(ge=2, le=2**63)] | None = None  # where its totals begin again at zero
    interval_s: Annotated[int, Field(ge=1, le=86_400)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault of the devices that `device` names, from `begins` on (aware, or local)."""

    device: str
    kind: FaultKind
    begins: datetime
    minutes: Annotated[float, Field(ge=0, le=DECADE_MIN)] | None = None  # to the scenario's end if None
    seconds: Annotated[float, Field(ge=-60 * DECADE_MIN, le=60 * DECADE_MIN)] = 0.0
    share: Share = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """All differences of a world from the ordinary one, with its dates."""

    id: str
    title: Name
    about: Name
    first: date | None = None  # business days
    last: date | None = None
    base: str = ""  # a shipped scenario or a file, whose values are already in the fields below
    rates: tuple[Rates, ...] = ()
    profiles: tuple[Profile, ...] = ()
    opening: tuple[Hours, ...] = ()
    closings: tuple[Closing, ...] = ()
    capacities: tuple[Capacity, ...] = ()
    portals: tuple[NewPortal, ...] = ()
    sensors: tuple[NewSensor, ...] = ()
    events: tuple[Event, ...] = ()
    characters: tuple[Character, ...] = ()
    faults: tuple[Fault, ...] = ()


SECTIONS: Final[Mapping[str, type]] = {
    "rates": Rates,
    "profiles": Profile,
    "opening": Hours,
    "closings": Closing,
    "capacities": Capacity,
    "portals": NewPortal,
    "sensors": NewSensor,
    "events": Event,
    "characters": Character,
    "faults": Fault,
}  # the fields of a scenario that hold several parts, which are sections in its file
ORDINARY: Final = Scenario(
    id="ordinary",
    title=Text(sv="Som vanligt", en="As usual"),
    about=Text(sv="Ingenting är annorlunda.", en="Nothing is different."),
)


def holds(day: date, first: date | None, last: date | None, weekdays: tuple[str, ...] = ()) -> bool:
    """Say whether what holds from `first` to `last`, on these weekdays, holds on `day`."""
    inside = (first is None or first <= day) and (last is None or day <= last)
    return inside and (not weekdays or WEEKDAYS[day.weekday()] in weekdays)


def names_device(pattern: str, site: str, device: str) -> bool:
    """Tell whether `pattern`, a name with * and ?, matches the device; it may include the site: "stadsparken/*"."""
    return fnmatchcase(device, pattern) or fnmatchcase(f"{site}/{device}", pattern)
