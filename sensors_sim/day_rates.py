"""Rates of each site on each business day: all parts of a scenario that apply, combined."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import prod
from typing import Final

from besok.model.site import WEEKDAYS, Site
from sensors_sim.scenario import Event, Profile, Scenario, holds

Shares = tuple[tuple[str, float], ...]
EVEN: Final = (1.0,) * 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Use of a site on the days that share it: what is closed, chosen and learnt."""

    closed: frozenset[str] = frozenset()  # spaces and portals ("site/id") anywhere, not only at this site
    plans: Shares = ()  # name of a plan -> factor on its share
    entrances: Shares = ()  # portal -> share of those who come through it
    stay: float = 1.0
    profile: int = -1  # number of the profile in the scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRates:
    """A site on a day."""

    usage: Usage = Usage()
    arrivals: float = 1.0  # factor
    hours: tuple[float, ...] = EVEN  # factors by local hour
    spread: float | None = None
    growth: float | None = None
    classes: float = 1.0
    profile: Profile | None = None
    events: tuple[Event, ...] = ()


def day_rates(scenario: Scenario, site: Site, day: date) -> DayRates:
    """Return the rates of the site on the day in a placed scenario."""
    rates = [r for r in scenario.rates if r.site == site.id and holds(day, r.first, r.last)]
    number = -1
    if holds(day, scenario.first, scenario.last):
        number = max((n for n, p in enumerate(scenario.profiles) if p.site == site.id), default=-1)
    profile = scenario.profiles[number] if number >= 0 else None
    entrances = dict(profile.entrances) if profile else {}
    for rate in rates:
        entrances |= rate.entrances
    hours = dict(_products(r.hours for r in rates))
    return DayRates(
        usage=Usage(
            closed=_closed(scenario, day),
            plans=_products(r.plans for r in rates),
            entrances=tuple(sorted(entrances.items())),
            stay=prod(r.stay for r in rates),
            profile=number,
        ),
        arrivals=prod(r.arrivals * r.weekdays.get(WEEKDAYS[day.weekday()], 1.0) for r in rates),
        hours=tuple(hours.get(str(hour), 1.0) for hour in range(24)) if hours else EVEN,
        spread=_last(profile.spread if profile else None, *(r.spread for r in rates)),
        growth=_last(0.0 if profile else None, *(r.growth for r in rates)),
        classes=prod(r.classes for r in rates),
        profile=profile,
        events=tuple(
            e for e in scenario.events if e.site == site.id and holds(day, e.first, e.last, e.weekdays)
        ),
    )


def _closed(scenario: Scenario, day: date) -> frozenset[str]:
    closed = [c for c in scenario.closings if holds(day, c.first, c.last)]
    unbuilt = [f"{p.site}/{p.id}" for p in scenario.portals if not holds(day, p.first, p.last)]
    return frozenset([*(name for c in closed for name in (*c.spaces, *c.portals)), *unbuilt])


def _products(factors: Iterable[Mapping[str, float]]) -> Shares:
    products: dict[str, float] = {}
    for each in factors:
        products |= {key: products.get(key, 1.0) * factor for key, factor in each.items()}
    return tuple(sorted(products.items()))


def _last(*values: float | None) -> float | None:
    return next((v for v in reversed(values) if v is not None), None)
