"""The public of a site: groups a day, arrival times, and plans."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from besok.model.arrays import Floats, Ints
from besok.model.site import Site
from sensors_sim import seasons
from sensors_sim.day_rates import DayRates
from sensors_sim.groups import NOWHERE, PUBLIC, Gates, Groups, rows
from sensors_sim.noise import generator, normal, quantile
from sensors_sim.plans import WEATHERS, Choices
from sensors_sim.routes import Ground
from sensors_sim.seasons import MOST_SLOTS, RHYTHMS, Slots

# Uniform numbers drawn for each group, by what they decide.
TIME, DEST, SIZE, MORE, DEST_2, STILL_MORE, DEST_3, STAY, STAY_2, STAY_3, IN, SAME, OUT, FIRE, PACE, LEAVE = (
    range(16)
)
COLUMNS: Final = 16
SAME_GATE: Final = {"library": 0.7, "park": 0.45}  # share who leave by the gate they came in by
EMERGENCY_SHARE: Final = 0.0012
LAST_IN_MS: Final = 420_000  # nobody comes later than this before closing
GRACE_MS: Final = 180_000  # the last are out so long after closing
HASTE_MS: Final = 900_000  # the careful leave so much earlier
NIGHT_MS: Final = 300_000  # everybody has gone so long before the business day ends
NIGHT_IN_MS: Final = 3_600_000  # and nobody comes in the hour before it does


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The groups of one day: their uniform numbers, and their arrival times."""

    day: date
    weather: int  # class
    arrive: Ints
    close: Ints  # the end of the opening they come in
    last: int  # the end of the business day
    u: Floats  # [group, COLUMNS]


def arrivals(
    site: Site, seed: int, day: date, bounds: tuple[int, int], choices: Choices, rates: DayRates
) -> Arrivals:
    """Draw the arrivals at a site on `day`, which begins and ends at `bounds`: independent of all other draws.

    Each quarter of an hour draws on, so that longer opening hours change nothing of what happened before them.
    """
    rng = generator(seed, site.id, day)
    fine = seasons.weather(seed, site.timezone, day)
    weather = min(int(fine * WEATHERS), WEATHERS - 1)
    level_u, *dice = rng.random(1 + MOST_SLOTS)
    open_slots, usual, level = _expected(site, day, bounds[0], fine, level_u, rates)
    factors = np.array(rates.hours)[open_slots.hour] * (rates.arrivals * choices.demand)
    mean = usual * factors * (level / float(choices.mean_size[weather]))
    count = np.rint(mean + np.sqrt(mean) * normal(np.array(dice))[open_slots.number]).astype(np.int64)
    slot = np.repeat(np.arange(len(count)), np.maximum(count, 0))
    u = rng.random((len(slot), COLUMNS))
    start, end, close = open_slots.start[slot], open_slots.end[slot], open_slots.close[slot]
    latest = np.where(close >= bounds[1], bounds[1] - NIGHT_IN_MS, close - LAST_IN_MS)
    arrive = np.maximum(np.minimum(start + ((end - start) * u[:, TIME]).astype(np.int64), latest), start)
    return Arrivals(day=day, weather=weather, arrive=arrive, close=close, last=bounds[1], u=u)


def _expected(
    site: Site, day: date, begins: int, fine: float, level_u: float, rates: DayRates
) -> tuple[Slots, Floats, float]:
    """Return the slots of the day, and the people who usually come in each: a number and a factor."""
    rhythm = RHYTHMS[site.kind]
    if rates.growth is not None:
        rhythm = replace(rhythm, growth=rates.growth)
    level = seasons.day_level(level_u, rhythm.spread if rates.spread is None else rates.spread)
    quarters = seasons.slots(site, rhythm, day, begins)
    if rates.profile is None:
        return quarters, quarters.hours, seasons.expected(site, rhythm, day, fine) * level
    level *= seasons.growth_factor(rates.growth or 0.0, day, rates.profile.until)
    return quarters, seasons.from_profile(site, rates.profile, day, quarters), level


def public(ground: Ground, number: int, gates: Gates, choices: Choices, days: list[Arrivals]) -> Groups:
    """Return the groups of several days with their plans."""
    counts = [len(day.u) for day in days]
    u = np.concatenate([day.u for day in days])
    upto = choices.upto[np.repeat([day.weather for day in days], counts)]
    dest = _destination(upto, u[:, DEST])
    plan = choices.plan[dest]
    second = _next(choices, upto, u[:, DEST_2], u[:, MORE] < choices.more[plan])
    third = _next(choices, upto, u[:, DEST_3], (second >= 0) & (u[:, STILL_MORE] < choices.more[plan] / 2))
    later = [np.where(d >= 0, choices.place[d], NOWHERE) for d in (second, third)]
    plans = np.stack([plan, choices.plan[second], choices.plan[third]], 1)
    way_in, way_out = _ways(ground.sites[number].kind, gates, choices.through[plan] > 0, u)
    gate_out, via_out = _emergency(gates, gates.edge[way_out], gates.via[way_out], u)
    close = np.concatenate([day.close for day in days])
    last = np.repeat([day.last for day in days], counts)
    haste = (u[:, LEAVE] * u[:, LEAVE] * HASTE_MS).astype(np.int64)
    return rows(
        len(u),
        series=PUBLIC,
        day=np.repeat([day.day.toordinal() for day in days], counts),
        arrive=np.concatenate([day.arrive for day in days]),
        deadline=np.minimum(close + GRACE_MS, last - NIGHT_MS) - haste,
        size=choices.sizes[plan, (u[:, SIZE] * choices.sizes.shape[1]).astype(np.int64)],
        stops=np.stack([choices.place[dest], *later], 1),
        stay_s=quantile(choices.stay_s, plans, u[:, [STAY, STAY_2, STAY_3]]),
        gate_in=gates.edge[way_in],
        gate_out=gate_out,
        via_in=gates.via[way_in],
        via_out=via_out,
        pace=800 + (u[:, PACE] * 500).astype(np.int64),
    )


def _destination(upto: Floats, u: Floats) -> Ints:
    passed = (u[:, None] >= upto).sum(axis=1)
    return np.asarray(np.minimum(passed, upto.shape[1] - 1), dtype=np.int64)


def _next(choices: Choices, upto: Floats, u: Floats, moves_on: np.ndarray) -> Ints:
    """One more destination for those who want one, -1 for the others and for who would only pass through."""
    dest = _destination(upto, u)
    return np.asarray(np.where(moves_on & (choices.through[choices.plan[dest]] == 0), dest, -1))


def _ways(kind: str, gates: Gates, through: np.ndarray, u: Floats) -> tuple[Ints, Ints]:
    """Return the numbers of the entrances by which each group comes and goes."""
    way_in, other = gates.pick(u[:, IN]), gates.pick(u[:, OUT])
    way_out = np.where(u[:, SAME] < SAME_GATE[kind], way_in, other)
    across = np.where(other == way_in, (way_in + 1) % len(gates.edge), other)
    return way_in, np.where(through, across, way_out)


def _emergency(gates: Gates, gate_out: Ints, via_out: Ints, u: Floats) -> tuple[Ints, Ints]:
    """Send a few out by an emergency exit."""
    if not gates.emergency:
        return gate_out, via_out
    exits = np.array(gates.emergency)[(u[:, OUT] * len(gates.emergency)).astype(np.int64)]
    few = u[:, FIRE] < EMERGENCY_SHARE
    return np.where(few, exits, gate_out), np.where(few, NOWHERE, via_out)
