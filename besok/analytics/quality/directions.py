"""Counters that take in for out.

Who passes a door inwards passes it outwards later: on each day the mean time of those who left lies after the mean time
of those who came, by about a stay. A counter whose days all say the opposite is swapped. How surely one day tells is
learnt from the counter's own days before, so a door that tells little needs more of them. The parts of the site behind
a door have their say too: with the right directions they empty by the end of the day and never hold less than nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from besok.analytics.quality.sensor_series import House, Seen, middle, scatter
from besok.analytics.quality.site_layout import Cells, told
from besok.model.arrays import Bools, Floats
from besok.model.findings import Finding

LEAST_PEOPLE = 8.0  # each way, on a day that tells anything
MOST_A_DAY = 6.0  # of the logarithm of the odds: no day proves anything alone
BEFORE_DAYS, AFTER_DAYS = 7, 2
SURE = 11.5  # logarithm of the odds at which it is said: 100,000 to 1, for some hundred chances a month to be wrong
FROM_START_T, FROM_START_DAYS = 5.0, 5
VARIANCE = 0.3  # of in - out for each passage (docs/explanation/occupancy.md), generously
HOUR_STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stays:
    """Days x counters: how much later people leave than come, in hours, NaN where a day tells nothing."""

    hours: Floats
    people: Floats  # the fewer of the two directions


def stays(seen: Seen, bad: Bools) -> _Stays:
    """The mean time of leaving less the mean time of coming, for each day and counter."""
    clock = ((np.arange(len(seen)) - seen.begins[seen.day]) / HOUR_STEPS)[:, None]
    came, went = (np.nan_to_num(f) for f in (seen.people_in, seen.people_out))
    n_in, n_out = seen.by_day(came), seen.by_day(went)
    with np.errstate(invalid="ignore", divide="ignore"):
        hours = seen.by_day(clock * went) / n_out - seen.by_day(clock * came) / n_in
    people = np.minimum(n_in, n_out)
    tells = seen.complete() & (people >= LEAST_PEOPLE) & (seen.by_day(bad.astype(np.float64)) == 0)
    return _Stays(hours=np.where(tells, hours, np.nan), people=people)


def swapped(house: House, seen: Seen, cells: Cells, bad: Bools) -> Iterator[Finding]:
    """Counters whose directions are exchanged, now and since when."""
    found = stays(seen, bad)
    gains = _gains(house, seen, cells)
    healthy = seen.healthy_days()
    for n, counter in enumerate(house.counters):
        if not counter.own:
            continue
        known = np.flatnonzero(~np.isnan(found.hours[:, n]))
        case = _since(found.hours[known, n], gains[known, n], healthy[known, n]) if len(known) else None
        if case:
            first, odds = case
            day = known[first]
            since = seen.times[seen.begins[day]]
            hours = middle(found.hours[known[first:], n])
            numbers = {"hours": -hours, "days": float(len(known) - first)}
            if first:
                numbers["before"] = middle(found.hours[known[:first], n])
            yield told(house, counter, "swapped", since, numbers, odds)


def _since(hours: Floats, gains: Floats, healthy: Bools) -> tuple[int, float] | None:
    """From which of the days on the counter is swapped, and the logarithm of the odds; None if it is not."""
    days = len(hours)
    best: tuple[int, float] | None = None
    for first in range(BEFORE_DAYS, days - AFTER_DAYS + 1):
        before = hours[:first][healthy[:first]]
        if len(before) < BEFORE_DAYS:
            continue
        usual, spread = _usual(before)
        if usual < 3 * spread / len(before) ** 0.5:
            continue
        told = np.clip(-2 * usual * hours[first:] / spread**2, -MOST_A_DAY, MOST_A_DAY)
        odds = float((told + gains[first:]).sum())
        turned = middle(hours[first:]) < -0.3 * usual and (hours[-2:] < 0).all()
        agreed = told.sum() > SURE / 2 and gains[first:].sum() > -2
        if turned and agreed and odds > SURE and (best is None or odds > best[1]):
            best = first, odds
    return best or _always(hours, gains)


def _always(hours: Floats, gains: Floats) -> tuple[int, float] | None:
    """Whether the counter has been swapped all the time that is known."""
    if len(hours) < FROM_START_DAYS:
        return None
    usual, spread = _usual(hours)
    t = -usual / (spread / len(hours) ** 0.5)
    if t < FROM_START_T or (hours[-2:] > 0).any() or gains.sum() < 0:
        return None
    return 0, t * t / 2


def _usual(hours: Floats) -> tuple[float, float]:
    """The median and a robust standard deviation, no less than a fifth of it."""
    usual = middle(hours)
    return usual, max(scatter(hours, usual), 0.2 * abs(usual), 0.05)


def _gains(house: House, seen: Seen, cells: Cells) -> Floats:
    """Days x counters: by how much turning a counter round would make the cells beside it fit the day better.

    In units of the logarithm of odds, bounded; 0 where the cell was not watched whole. What does not fit is who is left
    at the end of the day, and how far below nobody the cell ever came.
    """
    gains = np.zeros((len(seen.dates), len(house.counters)))
    whole = seen.complete()
    net = np.nan_to_num(seen.people_in) - np.nan_to_num(seen.people_out)
    passed = np.nan_to_num(seen.people_in) + np.nan_to_num(seen.people_out)
    for cell in range(cells.number):
        members = [n for n, c in enumerate(house.counters) if cells.outer[c.door] != cells.inner[c.door]
                   and cell in (cells.outer[c.door], cells.inner[c.door])]  # fmt: skip
        if not members or any(not house.doors[d].counted for d in cells.doors_of(cell)):
            continue
        signs = np.array([1.0 if cells.inner[house.counters[n].door] == cell else -1.0 for n in members])
        inward = net[:, members] * signs
        for day in np.flatnonzero(whole[:, members].all(axis=1)):
            steps = slice(seen.begins[day], seen.begins[day + 1] if day + 1 < len(seen.begins) else None)
            so_far = np.cumsum(inward[steps], axis=0)
            volume = VARIANCE * passed[steps][:, members].sum() + 4
            together = so_far.sum(axis=1)
            now = _misfit(together[:, None], volume)
            gains[day, members] += np.clip(now - _misfit(together[:, None] - 2 * so_far, volume), -3, 3)
    return gains


def _misfit(paths: Floats, volume: float) -> Floats:
    """How badly each path (steps x paths) fits people who come, stay and leave."""
    below = np.minimum(paths.min(axis=0), 0)
    return np.asarray((paths[-1] ** 2 + below**2) / (2 * volume))
