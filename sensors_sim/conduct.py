"""What a scenario makes of each site on each business day, as plain numbers: the parts that hold, put together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import prod
from typing import Final

from besok.model.calendar import WEEKDAYS
from besok.model.site import Site
from sensors_sim.scenario import Event, Profile, Scenario, holds

Closed = frozenset[str]  # spaces and portals, as "site/id"
Shares = tuple[tuple[str, float], ...]
EVEN: Final = (1.0,) * 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How people are at a site: what is worth working out once for all the days that share it."""

    closed: Closed = frozenset()  # anywhere, not only at this site
    plans: Shares = ()  # name of a plan -> factor on its share
    entrances: Shares = ()  # portal -> share of those who come through it
    stay: float = 1.0
    profile: int = -1  # number of the profile in the scenario


ORDINARILY: Final = Manner()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """A site on a day."""

    manner: Manner = ORDINARILY
    arrivals: float = 1.0  # factor
    hours: tuple[float, ...] = EVEN  # factors by local hour
    spread: float | None = None
    growth: float | None = None
    classes: float = 1.0
    profile: Profile | None = None
    events: tuple[Event, ...] = ()


USUAL: Final = Conduct()


class Conducts:
    """All of a placed scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    def on(self, site: Site, day: date) -> Conduct:
        """What holds at the site on the day."""
        scenario = self._scenario
        rates = [r for r in scenario.rates if r.site == site.id and holds(day, r.first, r.last)]
        profile = self._profile(site, day)
        learnt = scenario.profiles[profile] if profile >= 0 else None
        entrances = [learnt.entrances] if learnt else []
        manner = Manner(
            closed=self._closed(day),
            plans=_product(r.plans for r in rates),
            entrances=_latest([*entrances, *(r.entrances for r in rates)]),
            stay=prod(r.stay for r in rates),
            profile=profile,
        )
        weekday = WEEKDAYS[day.weekday()]
        hours = dict(_product(r.hours for r in rates))
        return Conduct(
            manner=manner,
            arrivals=prod(r.arrivals * r.weekdays.get(weekday, 1.0) for r in rates),
            hours=tuple(hours.get(str(hour), 1.0) for hour in range(24)) if hours else EVEN,
            spread=_last([learnt.spread] if learnt else [], [r.spread for r in rates]),
            growth=_last([0.0] if learnt else [], [r.growth for r in rates]),
            classes=prod(r.classes for r in rates),
            profile=learnt,
            events=tuple(
                e for e in scenario.events if e.site == site.id and holds(day, e.first, e.last, e.weekdays)
            ),
        )

    def _profile(self, site: Site, day: date) -> int:
        """The number of the profile of the site; the last, if there are several."""
        scenario = self._scenario
        own = (n for n, profile in enumerate(scenario.profiles) if profile.site == site.id)
        return max(own, default=-1) if holds(day, scenario.first, scenario.last) else -1

    def _closed(self, day: date) -> Closed:
        scenario = self._scenario
        closings = [c for c in scenario.closings if holds(day, c.first, c.last)]
        shut = {name for c in closings for name in (*c.spaces, *c.portals)}
        return frozenset(
            shut | {f"{p.site}/{p.id}" for p in scenario.portals if not holds(day, p.first, p.last)}
        )


def _product(factors: Iterable[Mapping[str, float]]) -> Shares:
    found: dict[str, float] = {}
    for each in factors:
        for key, factor in each.items():
            found[key] = found.get(key, 1.0) * factor
    return tuple(sorted(found.items()))


def _latest(shares: Iterable[Mapping[str, float]]) -> Shares:
    found: dict[str, float] = {}
    for each in shares:
        found |= each
    return tuple(sorted(found.items()))


def _last(*values: Sequence[float | None]) -> float | None:
    said = [v for several in values for v in several if v is not None]
    return said[-1] if said else None
