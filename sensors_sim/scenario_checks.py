"""Checks of each part of a scenario, whatever the site file: days, names, hours. Numbers have their bounds as types.

Each check yields (key, sentence) pairs: the key of the part that is wrong ("weekdays", "saturday"), and what to do.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from besok.model.calendar import parse_hours
from besok.model.site import WEEKDAYS
from besok.model.suggest import suggestion
from besok.model.tomlfile import Path, Problem
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
HOURS: Final = tuple(map(str, range(24)))


def check(parts: Iterable[tuple[Path, Any]]) -> Iterator[Problem]:
    """Yield every problem of the parts of a scenario, including the scenario itself, by path."""
    for path, part in parts:
        problems = [*_dates(part), *CHECKS.get(type(part), _nothing)(part)]
        yield from (((*path, *key), reason) for key, reason in problems)


def _dates(part: Any) -> Iterator[Problem]:
    days = {key: getattr(part, key, None) for key in ("first", "last", "begins", "until")}
    for key, day in days.items():
        if day and not YEARS[0] <= day.year <= YEARS[1]:
            yield (key,), f"{day} is too far away; write a year from {YEARS[0]} to {YEARS[1]}"
    first, last = days["first"], days["last"]
    if first and last and last < first:
        yield ("last",), "it ends before it begins; exchange the two dates"


def _rates(part: Rates) -> Iterator[Problem]:
    yield from _names("weekdays", part.weekdays, WEEKDAYS)
    yield from _names("plans", part.plans, PLAN_NAMES)
    for hour in part.hours:
        if hour not in HOURS:
            yield ("hours", hour), f'"{hour}" is not an hour of the day; write "0" to "23"'
    yield from _shares(part.entrances)


def _profile(part: Profile) -> Iterator[Problem]:
    yield from _shares(part.entrances)


def _hours(part: Hours) -> Iterator[Problem]:
    if bool(part.hours) == bool(part.also):
        yield (), 'say either "hours" (instead of the usual ones) or "also" (beside them)'
    for key, text in (("hours", part.hours), ("also", part.also)):
        try:
            _ = text and parse_hours(text)
        except ValueError as exc:
            yield (key,), str(exc)
    yield from _names("weekdays", part.weekdays, WEEKDAYS)


def _closing(part: Closing) -> Iterator[Problem]:
    if not part.spaces and not part.portals:
        yield (), 'nothing is closed; name it in "spaces" or "portals"'


def _event(part: Event) -> Iterator[Problem]:
    if (part.people is None) == (part.fill is None):
        yield (), 'say either how many "people" come or which share of the room they "fill"'
    yield from _names("weekdays", part.weekdays, WEEKDAYS)


def _device(part: Character | Fault) -> Iterator[Problem]:
    if not part.device:
        yield ("device",), 'it names no device; write a name, in which * stands for anything: "count-*"'


def _nothing(_part: NewPortal | NewSensor | Scenario) -> Iterator[Problem]:
    """Yield nothing: new portals and sensors are checked with their site (`besok.model.sitefile.checks`)."""
    return iter(())


CHECKS: Final[Mapping[type, Callable[[Any], Iterator[Problem]]]] = {
    Rates: _rates,
    Profile: _profile,
    Hours: _hours,
    Closing: _closing,
    Event: _event,
    Character: _device,
    Fault: _device,
}


def _shares(entrances: Mapping[str, float]) -> Iterator[Problem]:
    total = sum(entrances.values())
    if total > 1 + 1e-6:
        yield ("entrances",), f"the shares make {total:g} together; more than everybody cannot come"


def _names(key: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    known = tuple(known)
    for name in names:
        if name not in known:
            close = suggestion(name, known)
            yield (key, name), f'"{name}" is not known{close}; write one of {", ".join(known)}'
