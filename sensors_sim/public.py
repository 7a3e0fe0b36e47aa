"""The public of a site: how many companies come on a day, when, and with which plan."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from besok.model.site import Site
from sensors_sim.conduct import USUAL, Conduct
from sensors_sim.groups import NOWHERE, PUBLIC, Gates, Groups, rows
from sensors_sim.noise import Floats, Ints, generator, normal, quantile
from sensors_sim.plans import WEATHERS, Choices
from sensors_sim.routes import Ground
from sensors_sim.seasons import MOST_SLOTS, RHYTHMS, Slots, expected, fineness, grown, learnt, luck, slots

# Uniform numbers drawn for each company, by what they decide.
TIME, DEST, SIZE, MORE, DEST_2, STILL_MORE, DEST_3, STAY, STAY_2, STAY_3, IN, SAME, OUT, FIRE, PACE, LEAVE = (
    range(16)
)
COLUMNS: Final = 16
AS_THEY_CAME: Final = {"library": 0.7, "park": 0.45}  # share who leave by the gate they came in by
EMERGENCY_SHARE: Final = 0.0012
LAST_IN_MS: Final = 420_000  # nobody comes later than this before closing
GRACE_MS, HASTE_MS = (
    180_000,
    900_000,
)  # the last are out so long after closing; the careful leave so much earlier
NIGHT_MS: Final = 300_000  # everybody has gone so long before the business day ends
NIGHT_IN_MS: Final = 3_600_000  # and nobody comes in the hour before it does


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """The uniform numbers of the companies of one day, and when each of them comes."""

    day: date
    weather: int
    arrive: Ints
    close: Ints  # the end of the opening they come in
    last: int  # the end of the business day
    u: Floats  # [company, COLUMNS]


def crowd(
    ground: Ground,
    number: int,
    seed: int,
    day: date,
    bounds: tuple[int, int],
    choices: Choices,
    conduct: Conduct = USUAL,
) -> Crowd:
    """Who comes to site `number` on `day`, which begins and ends at `bounds`: the same whatever is drawn besides.

    Each quarter of an hour draws on, so that longer opening hours change nothing of what happened before them.
    """
    site = ground.sites[number]
    rng = generator(seed, site.id, day)
    fine = fineness(seed, site.timezone, day)
    weather = min(int(fine * WEATHERS), WEATHERS - 1)
    day_luck, *dice = rng.random(1 + MOST_SLOTS)
    open_slots, usual, level = _expected(site, day, bounds[0], fine, day_luck, conduct)
    differing = np.array(conduct.hours)[open_slots.hour] * (conduct.arrivals * choices.demand)
    mean = usual * differing * (level / float(choices.mean_size[weather]))
    count = np.rint(mean + np.sqrt(mean) * normal(np.array(dice))[open_slots.number]).astype(np.int64)
    slot = np.repeat(np.arange(len(count)), np.maximum(count, 0))
    u = rng.random((len(slot), COLUMNS))
    arrive = _arrivals(open_slots, slot, u[:, TIME], bounds[1])
    return Crowd(day=day, weather=weather, arrive=arrive, close=open_slots.close[slot], last=bounds[1], u=u)


def _expected(
    site: Site, day: date, begins: int, fine: float, day_luck: float, conduct: Conduct
) -> tuple[Slots, Floats, float]:
    """The slots of the day, and the people who would come in each if nothing were different: a number and a factor."""
    rhythm = RHYTHMS[site.kind]
    if conduct.growth is not None:
        rhythm = replace(rhythm, growth=conduct.growth)
    level = luck(day_luck, rhythm.spread if conduct.spread is None else conduct.spread)
    quarters = slots(site, rhythm, day, begins)
    if conduct.profile is None:
        return quarters, quarters.hours, expected(site, rhythm, day, fine) * level
    level *= grown(conduct.profile, conduct.growth or 0.0, day)
    return quarters, learnt(site, conduct.profile, day, quarters), level


def _arrivals(open_slots: Slots, slot: Ints, u: Floats, last: int) -> Ints:
    """When each comes. Nobody comes just before closing, nor late in the night where nothing closes."""
    start, end, close = open_slots.start[slot], open_slots.end[slot], open_slots.close[slot]
    arrive = start + ((end - start) * u).astype(np.int64)
    latest = np.where(close >= last, last - NIGHT_IN_MS, close - LAST_IN_MS)
    return np.maximum(np.minimum(arrive, latest), start)


def public(ground: Ground, number: int, gates: Gates, choices: Choices, crowds: list[Crowd]) -> Groups:
    """The companies of several days with their plans."""
    u = np.concatenate([c.u for c in crowds])
    counts = [len(c.u) for c in crowds]
    weather = np.repeat([c.weather for c in crowds], counts)
    upto = choices.upto[weather]
    dest = _destination(upto, u[:, DEST])
    plan = choices.plan[dest]
    second = _next(choices, upto, u[:, DEST_2], u[:, MORE] < choices.more[plan])
    third = _next(choices, upto, u[:, DEST_3], (second >= 0) & (u[:, STILL_MORE] < choices.more[plan] / 2))
    stops = np.stack(
        [choices.place[dest], *(np.where(d >= 0, choices.place[d], NOWHERE) for d in (second, third))], 1
    )
    plans = np.stack([plan, choices.plan[second], choices.plan[third]], 1)
    came, went = _ways(ground, number, gates, choices.through[plan] > 0, u)
    gate_out, via_out = _by_fire(gates, gates.edge[went], gates.via[went], u)
    return rows(
        len(u),
        series=PUBLIC,
        day=np.repeat([c.day.toordinal() for c in crowds], counts),
        arrive=np.concatenate([c.arrive for c in crowds]),
        deadline=_deadline(
            np.concatenate([c.close for c in crowds]), np.repeat([c.last for c in crowds], counts), u
        ),
        size=choices.sizes[plan, (u[:, SIZE] * choices.sizes.shape[1]).astype(np.int64)],
        stops=stops,
        stay_s=quantile(choices.stay_s, plans, u[:, [STAY, STAY_2, STAY_3]]),
        gate_in=gates.edge[came],
        gate_out=gate_out,
        via_in=gates.via[came],
        via_out=via_out,
        pace=800 + (u[:, PACE] * 500).astype(np.int64),
    )


def _destination(upto: Floats, u: Floats) -> Ints:
    passed = (u[:, None] >= upto).sum(axis=1)
    return np.asarray(np.minimum(passed, upto.shape[1] - 1), dtype=np.int64)


def _next(choices: Choices, upto: Floats, u: Floats, wanted: np.ndarray) -> Ints:
    """One more destination for those who want one, -1 for the others and for who would only pass through."""
    dest = _destination(upto, u)
    return np.asarray(np.where(wanted & (choices.through[choices.plan[dest]] == 0), dest, -1))


def _ways(ground: Ground, number: int, gates: Gates, through: np.ndarray, u: Floats) -> tuple[Ints, Ints]:
    """The numbers of the ways by which each company comes and goes."""
    came = gates.pick(u[:, IN])
    went = np.where(u[:, SAME] < AS_THEY_CAME[ground.sites[number].kind], came, gates.pick(u[:, OUT]))
    other = gates.pick(u[:, OUT])
    other = np.where(other == came, (came + 1) % len(gates.edge), other)
    return came, np.where(through, other, went)


def _by_fire(gates: Gates, gate_out: Ints, via_out: Ints, u: Floats) -> tuple[Ints, Ints]:
    """A few leave by an emergency exit."""
    if not gates.emergency:
        return gate_out, via_out
    fire = np.array(gates.emergency)[(u[:, OUT] * len(gates.emergency)).astype(np.int64)]
    few = u[:, FIRE] < EMERGENCY_SHARE
    return np.where(few, fire, gate_out), np.where(few, NOWHERE, via_out)


def _deadline(close: Ints, last: Ints, u: Floats) -> Ints:
    hurry = (u[:, LEAVE] * u[:, LEAVE] * HASTE_MS).astype(np.int64)
    return np.minimum(close + GRACE_MS, last - NIGHT_MS) - hurry
