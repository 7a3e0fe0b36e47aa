"""Standard worlds of the light generator: one counter error each.

Each has two weeks to learn from and a week that is judged, unless it says otherwise. Another seed draws other people.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.random import Generator

from benchmarks.worlds import people
from benchmarks.worlds.counters import Counter, Fault, counted
from benchmarks.worlds.people import Passages, Place
from besok.analytics.occupancy import DayObservations
from besok.model.arrays import Ints
from besok.model.building import Building
from cli.simulation.judged_world import JudgedWorld

DAY_S: Final = 86_400
HISTORY: Final = 14  # days to learn from
JUDGED: Final = 7

GOOD: Final = Counter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A kind of world. `unseen` is the share of those who leave that take an emergency exit without a counter."""

    name: str
    about: str
    place: Place = people.LIBRARY
    counters: tuple[Counter, ...] = (GOOD, GOOD, GOOD)
    faults: tuple[Fault, ...] = ()
    unseen: float = 0.0
    classes: tuple[float, ...] = ()  # local hours at which a school class comes, each day
    pupils: int = 30
    evening: float | None = None  # local hour until which an evening with an audience lasts, on some days
    history: int = HISTORY
    step_s: int = 60
    hours_known: bool = True


def alike(**errors: float) -> tuple[Counter, ...]:
    """Three doors whose counters err in the same way."""
    return (replace(GOOD, **errors),) * 3


def missing(share: float) -> tuple[Counter, ...]:
    """Three doors, each of which misses about this share, one more than another."""
    return tuple(
        replace(GOOD, miss_in=share * a, miss_out=share * b) for a, b in ((1, 0.9), (0.8, 1.2), (1.3, 1))
    )


FIRST: Final = HISTORY  # the first judged day
LAST: Final = HISTORY + JUDGED - 1

STANDARD: Final = (
    Recipe(name="miss-1", about="counters miss 1 %", counters=missing(0.01)),
    Recipe(name="miss-2", about="counters miss 2 %", counters=missing(0.02)),
    Recipe(name="miss-5", about="counters miss 5 %", counters=missing(0.05)),
    Recipe(name="miss-10", about="counters miss 10 %", counters=missing(0.10)),
    Recipe(
        name="groups", about="many come in parties, of which counters miss some",
        place=replace(people.LIBRARY, alone=0.3), counters=alike(crowd=0.06),
    ),
    Recipe(
        name="biased-in", about="the main door misses 9 % who come and 2 % who leave",
        counters=(Counter(miss_in=0.09, miss_out=0.02), GOOD, GOOD),
    ),
    Recipe(
        name="biased-out", about="the main door misses 2 % who come and 9 % who leave",
        counters=(Counter(miss_in=0.02, miss_out=0.09), GOOD, GOOD),
    ),
    Recipe(
        name="dead-half-day", about="the second door is silent from noon on, on three of the days",
        faults=tuple(Fault(door=1, kind="silent", first=d, last=d, begins=12) for d in (FIRST, FIRST + 2, FIRST + 5)),
    ),
    Recipe(
        name="dead-week", about="the second door is silent all week",
        faults=(Fault(door=1, kind="silent", first=FIRST, last=LAST),),
    ),
    Recipe(
        name="swapped", about="in and out of the second door are exchanged from the first noon on",
        faults=(
            Fault(door=1, kind="swapped", first=FIRST, last=FIRST, begins=12),
            Fault(door=1, kind="swapped", first=FIRST + 1, last=LAST),
        ),
    ),
    Recipe(name="exit", about="5 % leave through an emergency exit that nobody counts", unseen=0.05),
    Recipe(
        name="clock", about="the clock of the main door is 25 minutes ahead",
        faults=(Fault(door=0, kind="clock", first=0, last=LAST, seconds=1500),), counters=missing(0.02),
    ),
    Recipe(
        name="late", about="the second door tells every half hour", counters=missing(0.03),
        faults=(Fault(door=1, kind="late", first=0, last=LAST, seconds=1800),),
    ),
    Recipe(
        name="class", about="two school classes of 30 come within a minute, and are seen badly",
        classes=(10.5, 13.0), counters=alike(crowd=0.05),
    ),
    Recipe(name="turned", about="4 % are counted the wrong way", counters=alike(turned=0.04)),
    Recipe(name="double", about="4 % are counted twice", counters=alike(double=0.04)),
    Recipe(
        name="one-door", about="a branch with one door that misses 4 %",
        place=people.BRANCH, counters=(Counter(miss_in=0.045, miss_out=0.035),),
    ),
    Recipe(
        name="room", about="a room with meetings, one door that misses 4 %",
        place=people.ROOM, counters=(Counter(miss_in=0.04, miss_out=0.04, crowd=0.02),),
    ),
    Recipe(
        name="city", about="a large house with four doors that miss 3 %",
        place=people.CITY, counters=(*missing(0.03), Counter(miss_in=0.02, miss_out=0.05)),
    ),
    Recipe(
        name="evening", about="on two evenings an audience of 60 stays two hours after closing",
        counters=missing(0.03), evening=21.0,
    ),
    Recipe(
        name="no-hours", about="counters miss 4 %, and nobody has told when the house is open",
        counters=missing(0.04), hours_known=False,
    ),
    Recipe(
        name="quarters", about="counters miss 4 %, and tell of quarters of an hour", counters=missing(0.04), step_s=900,
    ),
    Recipe(
        name="first-days", about="counters miss 4 %, and there is no history", counters=missing(0.04), history=0,
    ),
)  # fmt: skip


def world(recipe: Recipe, seed: int, history: int | None = None, judged: int = JUDGED) -> JudgedWorld:
    """Return the world of this recipe; another seed draws other people and other mistakes. It may be of fewer days."""
    recipe = replace(recipe, history=recipe.history if history is None else history)
    days = recipe.history + judged
    doors = len(recipe.counters)
    shift = recipe.history - HISTORY  # faults are told for the usual history
    faults = [replace(f, first=max(0, f.first + shift), last=f.last + shift) for f in recipe.faults]
    rng = np.random.default_rng([seed, *recipe.name.encode()])
    steps = DAY_S // recipe.step_s
    hour = people.DAY_STARTS + np.arange(steps) * recipe.step_s / 3600
    hours = (recipe.place.opens <= hour) & (hour < recipe.place.closes) if recipe.hours_known else None
    seen, heard, real = [], [], []
    for day in range(days):
        walked = _day(recipe, day, rng)
        counts = counted(walked, recipe.counters, faults, day, steps, recipe.step_s, rng)
        seen.append(
            DayObservations.of(
                counts.people_in,
                counts.people_out,
                1,
                open=hours,
                step_minutes=recipe.step_s / 60,
            )
        )
        late = any(f.kind == "late" for f in faults)
        heard.append(counts.heard if late else None)
        real.append(people.present(walked, steps, recipe.step_s)[:, None])
    return JudgedWorld(
        name=recipe.name,
        about=recipe.about,
        spaces=("site",),
        building=Building.of([None], [(None, 0)] * doors, [round(recipe.place.capacity)]),
        seen=tuple(seen),
        past=tuple(seen),
        received=tuple(heard),
        real=tuple(real),
        judged=recipe.history,
    )


def _day(recipe: Recipe, day: int, rng: Generator) -> Passages:
    crowds = [people.passages(recipe.place, rng)]
    crowds += [
        people.school_class((h - people.DAY_STARTS) * 3600, 4500, recipe.pupils, rng) for h in recipe.classes
    ]
    if recipe.evening and day % 7 in (2, 4):
        crowds.append(_audience(recipe, rng))
    walked = people.together(*crowds)
    if recipe.unseen:
        away = ~walked.inward & (rng.random(len(walked.time)) < recipe.unseen)
        walked = replace(walked, door=np.where(away, len(recipe.counters), walked.door))
    return walked


def _audience(recipe: Recipe, rng: Generator) -> Passages:
    """People who come in the half hour before closing and leave together when the evening is over."""
    closes, over = ((h - people.DAY_STARTS) * 3600 for h in (recipe.place.closes, recipe.evening or 0))
    number = 60
    time = np.concatenate([closes + rng.uniform(-1800, 600, number), over + rng.uniform(0, 900, number)])
    door: Ints = np.zeros(2 * number, np.int64)
    return people.in_order(time, door, np.arange(2 * number) < number)
