"""Scenario questions of planners: changes at a site on certain days, and their limits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from besok.model import messages
from besok.model.calendar import hours_text, parse_hours
from besok.model.controls import WORD
from besok.model.messages import Translatable
from besok.model.site import OUTSIDE, Site

MOST_DAYS: Final = 28  # simulated of one question: it takes about a minute
MOST_QUEUED: Final = 5  # of a site, the one that is computed among them
MOST_KEPT: Final = 100  # of a site; the oldest go first
MOST_FACTOR: Final = 5.0  # times the visitors
MOST_PEOPLE: Final = 10_000  # of an event, and of a capacity
MOST_PLAYED_H: Final = 8  # hours that one is played live
LIKELY: Final = 0.5  # share of the replications from which something is told as so
YEARS: Final = (2000, 2099)  # of the days

Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=WORD),
]
People = Annotated[int, Field(ge=1, le=MOST_PEOPLE)]
SensorTrouble = Literal["off", "swapped", "drifting"]
RunState = Literal["queued", "running", "done", "failed", "cancelled"]
FailedFor = Literal["", "unusable", "too_long", "crashed", "broken"]  # why a run failed


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDoor:
    """A door that is not there yet; of an entrance the share of all visitors that come through it."""

    name: Words
    outer: Words = OUTSIDE  # or a space
    inner: Words
    share: Annotated[float, Field(ge=0, le=1)] = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCapacity:
    """For how many people a space is made instead."""

    space: Words
    people: People


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEvent:
    """An event on the first day, with people of its own."""

    title: Words
    space: Words
    start: time  # local
    minutes: Annotated[int, Field(ge=5, le=1440)] = 60
    people: People


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultySensor:
    """What goes wrong with the sensor of a door from the first day on."""

    device: Words
    trouble: SensorTrouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A stretch of real traffic: what the sensors sent on the first day."""

    start: time  # local
    minutes: Annotated[int, Field(ge=1, le=60 * MOST_PLAYED_H)] = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioSpec:
    """What is asked: the days, and all that is different on them; None or empty is as usual.

    What is `recorded` is not simulated: it is kept, and played as it was.
    """

    title: str
    first: date
    days: int = 1
    visitors: float = 1.0  # times the usual
    hours: str = ""  # "10:00-20:00" or "closed", on each of the days
    closed: tuple[str, ...] = ()  # spaces
    door: NewDoor | None = None
    capacity: OtherCapacity | None = None
    event: PlannedEvent | None = None
    sensor: FaultySensor | None = None
    recorded: Recorded | None = None
    replications: int = 20
    seed: int = 1  # of the first replication

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=self.days - 1)

    @property
    def about_people(self) -> bool:
        """Whether the question changes anything about people; else only a sensor fails."""
        others = (self.hours, self.closed, self.door, self.capacity, self.event)
        return self.sensor is None or self.visitors != 1 or any(others)


def recorded_span(spec: ScenarioSpec, recorded: Recorded, site: Site) -> tuple[datetime, datetime]:
    """Return the start and end of a recording."""
    start = datetime.combine(spec.first, recorded.start, ZoneInfo(site.timezone)).astimezone(UTC)
    return start, start + timedelta(minutes=recorded.minutes)


def problem(spec: ScenarioSpec, site: Site, now: datetime) -> Translatable | None:
    """Return the first reason why a question cannot be asked at the site; None if there is none."""
    return next(_problems(spec, site, now), None)


def _problems(spec: ScenarioSpec, site: Site, now: datetime) -> Iterator[Translatable]:
    if not YEARS[0] <= spec.first.year <= YEARS[1]:
        yield messages.SCENARIO_YEAR(first=YEARS[0], last=YEARS[1])
    if not 1 <= spec.days <= MOST_DAYS:
        yield messages.SCENARIO_DAYS(most=MOST_DAYS)
    if not 0 <= spec.visitors <= MOST_FACTOR:
        yield messages.SCENARIO_VISITORS(most=f"{MOST_FACTOR:g}")
    changes = (spec.hours, spec.closed, spec.door, spec.capacity, spec.event, spec.sensor)
    if spec.recorded:
        if spec.visitors != 1 or any(changes):
            yield messages.RECORDING_CHANGED
        if recorded_span(spec, spec.recorded, site)[1] > now:
            yield messages.RECORDING_AHEAD
        return
    yield from _closed(spec, site)
    for space in _spaces(spec):
        if space not in site.space_ids:
            yield messages.SCENARIO_SPACE(name=space)
    if spec.door and spec.door.outer == spec.door.inner:
        yield messages.SCENARIO_DOOR
    elif spec.door and spec.door.inner == OUTSIDE:
        yield messages.SCENARIO_DOOR_OUT
    if spec.sensor and spec.sensor.device not in {s.device for s in site.sensors if s.portal}:
        yield messages.SCENARIO_SENSOR(name=spec.sensor.device)
    if spec.visitors == 1 and not any(changes):
        yield messages.SCENARIO_NOTHING


def _closed(spec: ScenarioSpec, site: Site) -> Iterator[Translatable]:
    days = [spec.first + timedelta(days=n) for n in range(min(spec.days, MOST_DAYS))]
    texts = [spec.hours or hours_text(day, site.opening) for day in days]
    try:
        hours = [parse_hours(text, site.day_start) for text in texts]
    except ValueError:
        yield messages.SCENARIO_HOURS
        return
    stretches = [day.open for day in hours]
    if not any(stretches) and spec.hours != "closed":
        yield messages.SCENARIO_CLOSED
    if spec.event:
        begins = spec.event.start.hour * 60 + spec.event.start.minute
        if not any(start <= begins < end for start, end in stretches[0]):
            yield messages.SCENARIO_EVENT


def _spaces(spec: ScenarioSpec) -> Iterator[str]:
    yield from spec.closed
    if spec.door:
        yield from (end for end in (spec.door.outer, spec.door.inner) if end != OUTSIDE)
    yield from (part.space for part in (spec.capacity, spec.event) if part)
