"""The places Besök knows: a site, its spaces and portals, the sensors, hours, target, and what a visit is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from besok.model.site_rules import (
    IN_BOTH,
    Area,
    Capacity,
    Day,
    Days,
    DayStart,
    Factor,
    Id,
    Latitude,
    Longitude,
    Moment,
    PerDay,
    Seats,
    Seconds,
    Share,
    Side,
    Width,
    YearOfVisits,
    Zone,
)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OUTSIDE = "outside"  # the far side of a perimeter portal that leads to no other site of ours
Point = tuple[float, float]  # metres from the upper left corner of a floor plan: to the right, down


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A name in both languages of the screens."""

    sv: str
    en: str


Name = Annotated[Text, IN_BOTH]


def _by_day(written: Any) -> Any:
    """Return hours by day, with "monday-friday" written out; a weekday of its own has precedence."""
    if not isinstance(written, Mapping):
        return written
    by_day: dict[Any, Any] = {}
    for key, value in sorted(written.items(), key=lambda item: item[0] in WEEKDAYS):
        first, _, last = str(key).partition("-")
        if first in WEEKDAYS and last in WEEKDAYS:
            start, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
            by_day |= dict.fromkeys((*WEEKDAYS, *WEEKDAYS)[start : start + (end - start) % 7 + 1], value)
        else:
            by_day[key] = value
    return by_day


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHours:
    """Hours by weekday of a special period; a weekday that is left out ("") has its usual hours, a holiday too."""

    monday: str = ""
    tuesday: str = ""
    wednesday: str = ""
    thursday: str = ""
    friday: str = ""
    saturday: str = ""
    sunday: str = ""
    on_holiday: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningException:
    """Other hours on the days `first` to `last` (inclusive): a closure, longer hours, a festival, the summer."""

    first: Day
    last: Day
    hours: Annotated[
        str | DayHours, BeforeValidator(_by_day)
    ]  # "10:00-16:00, 18:00-20:00", "closed", or by weekday
    note: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekHours:
    """Hours by weekday and on public holidays, from the business day `first` on; None: from the beginning on.

    Hours are local wall-clock times of the business day: "08:00-20:00", "22:00-27:00" (until three at night),
    "always" (the whole business day) or "closed". Those that end in " staffless" are open with a card, without staff;
    staffed hours within them go before. `country` names the calendar of public holidays ("SE"; empty for none); on
    those days `on_holiday` holds instead of the weekday.
    """

    monday: str
    tuesday: str
    wednesday: str
    thursday: str
    friday: str
    saturday: str
    sunday: str
    country: str = ""
    on_holiday: str = "closed"
    first: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """Opening hours as tables in the order of their first days, and exceptions, which have precedence."""

    tables: tuple[Annotated[WeekHours, BeforeValidator(_by_day)], ...]
    exceptions: tuple[OpeningException, ...] = ()

    def table(self, day: date) -> WeekHours:
        """Return the table in force on a day; the first one also applies before it begins."""
        begun = (t for t in reversed(self.tables) if t.first is None or t.first <= day)
        return next(begun, self.tables[0])


def opening_sections(written: Any) -> list[tuple[tuple[int, ...], Any]]:
    """Return sections of opening hours in the order of their first days, each with its number in the file, if any."""
    several = [((n,), one) for n, one in enumerate(written)] if isinstance(written, list) else [((), written)]
    return sorted(several, key=lambda at: str(at[1].get("first", "")) if isinstance(at[1], dict) else "")


def exceptions_below(section: Any) -> list[Any]:
    """Return the exceptions that are written below a section of opening hours."""
    exceptions = section.get("exceptions", []) if isinstance(section, dict) else []
    return exceptions if isinstance(exceptions, list) else [exceptions]


def _opening(written: Any) -> Any:
    """Return opening hours from one or several sections of a file, with the exceptions below any of them."""
    if not isinstance(written, list | dict) or written == []:
        return written
    sections = [one for _, one in opening_sections(written)]
    tables = [
        {k: v for k, v in one.items() if k != "exceptions"} if isinstance(one, dict) else one
        for one in sections
    ]
    return {
        "tables": tables,
        "exceptions": [one for section in sections for one in exceptions_below(section)],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Days on which a space is closed, both included; None: without an end."""

    first: Day
    last: Day | None = None
    note: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A number of visits to reach: `factor` times the baseline period's visits a year, by `deadline`.

    `also` are other sites whose visits count for it too, each by its own definition of a visit.
    A baseline of which one number only is known is stated: `baseline_visits` in 365 days, of the `baseline_measure`,
    from the `baseline_source`; counts of the baseline's days are then not used for it.
    """

    baseline_first: Day
    baseline_last: Day
    deadline: Day
    factor: Factor = 2.0
    measure: Literal["gross", "net"] = "gross"
    also: tuple[str, ...] = ()
    baseline_visits: YearOfVisits | None = None
    baseline_measure: Literal["gross", "net"] | None = None
    baseline_source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction:
    """Passages that are not visits: `share` of those who enter by `portals` (all that count if empty), or `per_day`.

    All deductions are shares of the gross figure and taken off together: 0.05 and 0.03 are 0.08.
    """

    kind: Literal["staff", "through", "cafe", "other"]
    share: Share = 0.0
    per_day: PerDay = 0.0
    portals: tuple[str, ...] = ()
    note: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitDefinition:
    """The definition of a visit from the business day `first` on, until the next definition begins.

    Gross are those who enter through `portals` ("other-site/portal" for another site's; the whole perimeter if
    empty): with `method` "in" those who go in, with "half" half of all who pass, for doors that cannot tell directions
    well. Net is gross less the deductions, never below zero.
    """

    first: Day
    method: Literal["in", "half"] = "in"
    portals: tuple[str, ...] = ()
    deductions: tuple[Deduction, ...] = ()
    note: Name | None = None

    @property
    def per_day(self) -> float:
        """The number that is deducted from each day."""
        return sum(d.per_day for d in self.deductions)

    def counts(self, door: str) -> bool:
        """Tell whether entries by a portal count as visits."""
        return not self.portals or door in self.portals

    def share_off(self, door: str) -> float:
        """Return the share that is deducted from the entries by a portal; "" is an unknown portal."""
        return sum(d.share for d in self.deductions if not d.portals or door in d.portals)


EVERYONE = VisitDefinition(first=date.min)  # without a definition all who enter count


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """A zone or room. `parent` is the space around it (the site's root space if empty).

    There from the business day `first` to `last`, both included (None: always), and used except when `closed`. In a
    space that is not used nobody is counted, nor at the portals that lead into it. `plan` is the size of the floor plan
    of a storey, `shape` the corners of a space on the plan of the nearest space around it that has one.
    """

    id: Id
    name: Name
    parent: str = ""
    kind: str = "room"
    storey: int | None = None
    capacity: Capacity | None = None
    seats: Seats | None = None
    area_m2: Area | None = None
    first: Day | None = None
    last: Day | None = None
    closed: tuple[Closure, ...] = ()
    plan: tuple[Side, Side] | None = None
    shape: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """A passage. Going *in* means going from `outer` to `inner`.

    Each end is a space id of this site, "other-site/space-id", or "outside". It is there from the business day `first`
    to `last`, both included (None: always).
    """

    id: Id
    name: Name
    outer: str
    inner: str
    counted: bool = True  # False: a passage known to exist but without a counter, such as an emergency exit
    first: Day | None = None
    last: Day | None = None
    width_m: Width | None = None  # from which follows how many people can pass
    at: Point | None = None  # on the floor plan of each of its ends

    def used(self, day: date) -> bool:
        """Whether it is there on a business day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """A channel of a device and the portal or space it observes (exactly one of the two).

    It observes it from the business day `first` to `last`, both included, or from the moment `since` up to `until`. A
    channel may have several places, one after another; without any of these dates it is where the channel is now.
    """

    device: str
    portal: str = ""
    space: str = ""
    channel: str = ""  # "flow:1" for a portal and "level:1" for a space unless it says otherwise
    source: str = "native"
    model: str = ""
    interval_s: Seconds = 60  # seconds between messages when all is well
    swapped: bool = False
    role: Literal["primary", "reference"] = "primary"
    topics: tuple[str, ...] = ()  # filters of the topics on which the device may speak; learnt if empty
    first: Day | None = None
    last: Day | None = None
    since: Moment | None = None
    until: Moment | None = None
    at: Point | None = None  # on the floor plan of what it observes

    @property
    def dated(self) -> bool:
        """Whether it states a beginning or an end."""
        return any(when is not None for when in (self.first, self.last, self.since, self.until))

    @property
    def channel_key(self) -> str:
        """The channel within the device."""
        return self.channel or ("flow:1" if self.portal else "level:1")


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadMapping:
    """The way to read the JSON of a device that no adapter knows (docs/reference/mappings.md).

    A path is what `besok.model.json_path` understands. `values` names a metric of the catalogue, or one of a
    certain line or region (`in_total:2`), and says where it is. `each` makes everything it finds an item of
    its own. If several mappings fit a message, all of them read it.
    """

    name: str
    topic: str  # MQTT topic filter
    values: Mapping[str, str]  # metric, or metric:channel -> path
    source: str = ""  # of the devices read this way; the name if empty
    device: str = ""  # path; the whole topic if empty
    channel: str = ""  # path; "1" if empty
    each: str = ""  # path to items
    units: Mapping[str, str | float] = field(
        default_factory=dict
    )  # key of `values` -> unit of besok.model.units, or a factor
    yes: tuple[str, ...] = ()  # words of `occupied` that mean somebody is there, besides the usual ones
    no: tuple[str, ...] = ()
    time: str = ""  # path; the time of receipt if empty
    time_format: str = ""  # of times in a form of their own, in the codes of strptime: "%d/%m/%Y %H:%M"
    zone: str = ""  # of times without one; that of the site if empty
    period_s: str | float = 0.0  # path or seconds
    start: str = ""  # path to the time at which the period began, where the device sends no length
    seq: str = ""  # path to a number that grows with each message
    only: Mapping[str, str] = field(
        default_factory=dict
    )  # path -> text it must have ("a|b", "*"); others are not data
    wraps: int = 0  # where running totals begin again at zero
    model: str = ""

    @property
    def source_key(self) -> str:
        """The source of the readings."""
        return self.source or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A library or a park with everything in it. Its root space has the id of the site."""

    id: Id
    kind: Literal["library", "park"]
    name: Name
    timezone: Zone
    opening: Annotated[OpeningHours, BeforeValidator(_opening)]
    spaces: tuple[Space, ...] = ()
    portals: tuple[Portal, ...] = ()
    sensors: tuple[Sensor, ...] = ()
    mappings: tuple[PayloadMapping, ...] = ()
    day_start: DayStart = time(4)  # the business day begins here, local time
    capacity: Capacity | None = None
    target: Target | None = None
    visits: tuple[VisitDefinition, ...] = ()
    pandemic: Literal["auto", "keep", "leave-out"] = "auto"  # its years, in baselines and forecasts
    sandbox: bool = False  # a place for simulated data, never mixed with real figures
    late_days: Days = 7  # readings that come later than that wait in quarantine
    plan: tuple[Side, Side] | None = None  # the size of the floor plan of what lies on no storey that has one
    position: tuple[Latitude, Longitude] | None = None  # latitude and longitude in degrees, WGS 84

    @property
    def space_ids(self) -> tuple[str, ...]:
        """The ids of its spaces, the root space first."""
        return (self.id, *(space.id for space in self.spaces))

    @property
    def names(self) -> dict[str, Text]:
        """The names of its doors and spaces, its own among them, by id."""
        parts: tuple[Portal | Space, ...] = (*self.portals, *self.spaces)
        return {part.id: part.name for part in parts} | {self.id: self.name}

    def leads_out(self, portal: Portal) -> bool:
        """Tell whether a portal leads to outside or to another site."""
        return not {portal.outer, portal.inner} <= {*self.space_ids}

    @property
    def measure(self) -> Literal["gross", "net"]:
        """The visits that count for its target; gross where it has none."""
        return self.target.measure if self.target else "gross"

    @property
    def also(self) -> tuple[str, ...]:
        """The other sites that count for its target, always in the same order."""
        return tuple(sorted(self.target.also)) if self.target else ()

    @property
    def counted(self) -> tuple[str, ...]:
        """All sites whose visits count for its target, itself first. A day counts if it was observed at all of them."""
        return (self.id, *self.also)

    def definition(self, day: date) -> VisitDefinition:
        """Return the definition of a visit in force on a day."""
        begun = (d for d in self.visits if d.first <= day)
        return max(begun, key=lambda d: d.first, default=EVERYONE)

    def external_id(self, sensor: Sensor) -> str:
        """Return the id by which the sensor's device names itself in readings; native devices include their site."""
        return f"{self.id}/{sensor.device}" if sensor.source == "native" else sensor.device

    def end_of_all(self, end: str) -> str:
        """Return the end of a portal as it is named among the spaces of all sites."""
        return end if "/" in end or end == OUTSIDE else f"{self.id}/{end}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """The content of a site file: one or several sites that belong together."""

    sites: tuple[Site, ...] = field(default=())


def spaces_around(space: str, parents: Mapping[str, str | None]) -> list[str]:
    """Return the spaces around a space, the nearest first; itself among them only if it lies in a circle."""
    found: list[str] = []
    around = parents.get(space)
    while around and around not in found:
        found.append(around)
        around = parents.get(around)
    return found
