"""What must hold in each part of a scenario, whatever site file it meets: numbers, names of days and plans, hours.

Each check yields (key, sentence) pairs: the key of the part that is wrong ("weekdays", "saturday"), and what to do.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from math import isfinite
from typing import Any, Final

from besok.model.calendar import WEEKDAYS, parse_hours
from besok.model.plurals import many
from besok.model.suggest import suggestion
from besok.model.tomlfile import Path, Problem
from sensors_sim.formats import FORMATS
from sensors_sim.plans import ANYWHERE, PLANS
from sensors_sim.scenario import (
    YEARS,
    Character,
    Closing,
    Event,
    Fault,
    Hours,
    NewPortal,
    NewSensor,
    Profile,
    Rates,
    Scenario,
)

PLAN_NAMES: Final = (*dict.fromkeys(plan.name for plans in PLANS.values() for plan in plans), ANYWHERE.name)
MOST_FACTOR: Final = 100  # times the ordinary: beyond it a memory is full before anything is learnt
MOST_PEOPLE: Final = 100_000  # of an event, or in an hour
FIRST_TO_LAST: Final = "it ends before it begins; exchange the two dates"


def check(parts: Iterable[tuple[Path, Any]]) -> Iterator[Problem]:
    """Everything that is wrong with the parts of a scenario, the scenario itself among them, by their paths."""
    for path, part in parts:
        yield from (((*path, *key), reason) for key, reason in _dates(part))
        yield from (((*path, *key), reason) for key, reason in CHECKS[type(part)](part))


def _dates(part: Any) -> Iterator[Problem]:
    days = {key: getattr(part, key, None) for key in ("first", "last", "begins", "until")}
    for key, day in days.items():
        if day and not YEARS[0] <= day.year <= YEARS[1]:
            yield (key,), f"{day} is too far away; write a year from {YEARS[0]} to {YEARS[1]}"
    first, last = days["first"], days["last"]
    if first and last and last < first:
        yield ("last",), FIRST_TO_LAST


def _rates(part: Rates) -> Iterator[Problem]:
    for key in ("arrivals", "classes"):
        yield from _number((key,), getattr(part, key), 0, MOST_FACTOR)
    yield from _number(("stay",), part.stay, 0.05, 20)
    yield from _number(("spread",), part.spread, 0, 2)
    yield from _number(("growth",), part.growth, -0.9, 10)
    for name, known in (("weekdays", WEEKDAYS), ("plans", PLAN_NAMES)):
        yield from _names(name, getattr(part, name), known)
    for hour in part.hours:
        if hour not in HOURS:
            yield ("hours", hour), f'"{hour}" is no hour of the day; write "0" to "23"'
    for name in ("weekdays", "hours", "plans"):
        for key, factor in getattr(part, name).items():
            yield from _number((name, key), factor, 0, MOST_FACTOR)
    yield from _shares("entrances", part.entrances)


HOURS: Final = tuple(map(str, range(24)))


def _profile(part: Profile) -> Iterator[Problem]:
    if [len(row) for row in part.week] != [24] * 7:
        yield ("week",), "it holds seven days of 24 hours: write seven lists, Monday first"
    if len(part.months) != 12:
        yield ("months",), "there are twelve months; write a factor for each"
    for key, low, high in (("week", 0, MOST_PEOPLE), ("months", 0, MOST_FACTOR)):
        rows = part.week if key == "week" else (part.months,)
        wrong = next(
            (problem for row in rows for v in row for problem in _number((key,), v, low, high)), None
        )
        if wrong:
            yield wrong
    yield from _number(("spread",), part.spread, 0, 2)
    yield from _number(("stay_min",), part.stay_min, 0.1, 24 * 60)
    yield from _shares("entrances", part.entrances)
    for key, share in part.spaces.items():
        yield from _number(("spaces", key), share, 0, 1)


def _hours(part: Hours) -> Iterator[Problem]:
    if bool(part.hours) == bool(part.also):
        yield (), 'say either "hours" (instead of the usual ones) or "also" (beside them)'
    for key, text in (("hours", part.hours), ("also", part.also)):
        try:
            _ = text and parse_hours(text)
        except ValueError as exc:
            yield (key,), str(exc)
    yield from _weekdays(part.weekdays)


def _closing(part: Closing) -> Iterator[Problem]:
    if not part.spaces and not part.portals:
        yield (), 'nothing is closed; name it in "spaces" or "portals"'


def _event(part: Event) -> Iterator[Problem]:
    if (part.people is None) == (part.fill is None):
        yield (), 'say either how many "people" come or which share of the room they "fill"'
    yield from _number(("people",), part.people, 0, MOST_PEOPLE)
    yield from _number(("fill",), part.fill, 0, MOST_FACTOR)
    yield from _number(("minutes",), part.minutes, 1, 24 * 60)
    yield from _weekdays(part.weekdays)


def _character(part: Character) -> Iterator[Problem]:
    yield from _device(part.device)
    if part.speaks:
        yield from _names("speaks", {part.speaks: 0.0}, FORMATS)
    for key in ("miss", "double", "swap", "overlook"):
        yield from _number((key,), getattr(part, key), 0, 1)
    yield from _number(("crowd",), part.crowd, 0, 1)
    yield from _number(("wraps",), part.wraps, 2, 2**63)
    yield from _number(("interval_s",), part.interval_s, 1, 86_400)


def _fault(part: Fault) -> Iterator[Problem]:
    yield from _device(part.device)
    yield from _number(("share",), part.share, 0, 1)
    yield from _number(("minutes",), part.minutes, 0, 10 * 366 * 24 * 60)
    yield from _number(("seconds",), part.seconds, -10 * 366 * 86_400, 10 * 366 * 86_400)


def _device(name: str) -> Iterator[Problem]:
    if not name:
        yield ("device",), 'it names no device; write a name, in which * stands for anything: "count-*"'


def _scenario(part: Scenario) -> Iterator[Problem]:
    days = (part.last - part.first).days + 1 if part.first and part.last else 0
    if part.errors and len(part.errors) != days:
        yield ("errors",), f"from first to last is {many(days, 'day')}; write an error for each"
    for share in part.errors:
        yield from _number(("errors",), share, 0, 1)


def _nothing(_part: NewPortal | NewSensor) -> Iterator[Problem]:
    """The site they come to decides (`besok.model.sitefile.checks`)."""
    return iter(())


CHECKS: Final[Mapping[type, Callable[[Any], Iterator[Problem]]]] = {
    Rates: _rates,
    Profile: _profile,
    Hours: _hours,
    Closing: _closing,
    Event: _event,
    Character: _character,
    Fault: _fault,
    NewPortal: _nothing,
    NewSensor: _nothing,
    Scenario: _scenario,
}


def _number(key: Path, value: float | None, low: float, high: float) -> Iterator[Problem]:
    if value is not None and not (isfinite(value) and low <= value <= high):
        yield key, f"{value:g} is not possible; write {low:g} to {high:g}"


def _shares(key: str, shares: Mapping[str, float]) -> Iterator[Problem]:
    for name, share in shares.items():
        yield from _number((key, name), share, 0, 1)
    if sum(shares.values()) > 1 + 1e-6:
        yield (key,), f"the shares make {sum(shares.values()):g} together; more than everybody cannot come"


def _names(key: str, named: Mapping[str, float], known: Iterable[str]) -> Iterator[Problem]:
    known = tuple(known)
    for name in named:
        if name not in known:
            yield (
                (key, name),
                f'"{name}" is not known{suggestion(name, known)}; write one of {", ".join(known)}',
            )


def _weekdays(weekdays: tuple[str, ...]) -> Iterator[Problem]:
    yield from _names("weekdays", dict.fromkeys(weekdays, 0.0), WEEKDAYS)
