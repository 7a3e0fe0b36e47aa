"""Headcounts: people counted in a space by a person at one moment, their evidence on the space around it, and how long
it lasts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from besok.analytics.occupancy.evidence import GROUP, STAY_MINUTES
from besok.analytics.occupancy.parameters import VARIANCE
from besok.model.arrays import Bools, Floats
from besok.model.building import Building

# Error of a headcount, as standard deviation: people, and a share of them. Somebody in the toilet, somebody who walks
# by while the others are counted; a presumption, for which validation against a camera gives 1 to 4 %.
HEADCOUNT_SD, HEADCOUNT_SHARE = 0.5, 0.03
ROUND_MINUTES = 30.0  # parts of a space all counted within so long are a count of the total
LASTS_MINUTES = 60.0  # a space that nothing else observes has a figure for so long after its headcount


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount:
    """People counted in a space (by index); `at` is the moment, in steps since the day began, with its fraction."""

    at: float
    space: int
    people: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadcountInputs:
    """Evidence of headcounts at the end of each step, steps x spaces.

    `people` with `sd` where one was made (NaN: none), of parts and of the wholes that they add up to. `reference` is
    the last one of the day up to each step and `before` the last one before it, 0 where there is none. `lasting` with
    `lasting_sd` is the last one as long as it is evidence by itself; `age` is how many minutes ago it was.
    """

    people: Floats
    sd: Floats
    reference: Floats
    before: Floats
    lasting: Floats
    lasting_sd: Floats
    age: Floats


def headcount_sd(people: Floats) -> Floats:
    """Return the standard deviation of the error of a headcount."""
    return np.asarray(np.hypot(HEADCOUNT_SD, HEADCOUNT_SHARE * people))


def placed(
    counts: Iterable[Headcount], building: Building, people_in: Floats, people_out: Floats
) -> tuple[Floats, Floats]:
    """Return headcounts with their standard deviations, converted to the end of their steps, steps x spaces.

    Passages are assumed uniform in the step: the share of them after the headcount is added, with the binomial
    variance, in groups. Of several in one step the last counts.
    """
    spaces, steps = len(building.parents), len(people_in)
    people, sd = np.full((2, steps, spaces), np.nan)
    doors = building.doors.astype(float)
    for count in sorted(counts, key=lambda c: c.at):
        step = int(count.at)
        if not 0 <= step < steps:
            continue
        entries, exits = np.nan_to_num(people_in[step]), np.nan_to_num(people_out[step])
        remaining = 1 - (count.at - step)
        passed = float(np.abs(doors[count.space]) @ (entries + exits))
        people[step, count.space] = max(
            count.people + remaining * float(doors[count.space] @ (entries - exits)), min(count.people, 0)
        )
        sd[step, count.space] = np.sqrt(
            headcount_sd(np.array(count.people)) ** 2 + GROUP * passed * remaining * (1 - remaining)
        )
    return people, sd


class HeadcountMemory:
    """The last headcount of each space in the day, carried forward by passages, or by how long people stay."""

    def __init__(self, building: Building) -> None:
        spaces = len(building.parents)
        self._wholes = [(n, building.parts(n)) for n in building.from_leaves() if building.is_sum(n)]
        self._people = np.zeros(spaces)
        self._variance = np.zeros(spaces)
        self._age = np.full(spaces, np.inf)
        self._open = np.zeros(spaces, bool)  # counts not yet part of a total
        self._reference = np.zeros(spaces)

    def follow(
        self, counts: tuple[Floats, Floats], net: Floats, passed: Floats, by_doors: Bools, minutes: float
    ) -> HeadcountInputs:
        """Process the headcounts of some steps (with their sd); `net` is entries less exits (steps x spaces)."""
        people, sd = counts[0].copy(), counts[1].copy()
        reference, before = (np.broadcast_to(self._reference, people.shape).copy() for _ in range(2))
        lasting, lasting_sd = np.full((2, *people.shape), np.nan)
        age = self._age + minutes * np.arange(1, len(people) + 1)[:, None]
        if np.isnan(people).all() and (self._age > LASTS_MINUTES).all():
            self._age = self._age + minutes * len(people)
        else:
            for step in range(len(people)):
                before[step] = self._reference
                self._carry(net[step], passed[step], by_doors[step], minutes)
                self._count(people[step], sd[step])
                reference[step], age[step] = self._reference, self._age
                known = self._age <= LASTS_MINUTES
                lasting[step, known] = self._people[known]
                lasting_sd[step, known] = np.sqrt(self._variance[known])
        return HeadcountInputs(
            people=people,
            sd=sd,
            reference=reference,
            before=before,
            lasting=lasting,
            lasting_sd=lasting_sd,
            age=age,
        )

    def _carry(self, net: Floats, passed: Floats, by_doors: Bools, minutes: float) -> None:
        """Advance a step. Without counted doors people come and go as in a queue with infinitely many servers:
        after t minutes the number differs by the variance 2 N (1 - exp(-t / stay)).
        """
        before, self._age = self._age, self._age + minutes
        turned = np.exp(-before / STAY_MINUTES) - np.exp(-self._age / STAY_MINUTES)
        self._variance = self._variance + np.where(by_doors, VARIANCE * passed, 2 * self._people * turned)
        self._people = np.where(by_doors, np.maximum(self._people + net, 0), self._people)

    def _count(self, people: Floats, sd: Floats) -> None:
        """Process the headcounts of a step, and add those of totals completed by them."""
        counted = ~np.isnan(people)
        if not counted.any():
            return
        self._put(counted, people, sd)
        for total, parts in self._wholes:
            recent = self._open[parts] & (self._age[parts] <= ROUND_MINUTES)
            if counted[total] or not (recent.all() and counted[parts].any()):
                continue
            people[total], sd[total] = self._people[parts].sum(), np.sqrt(self._variance[parts].sum())
            counted[total] = True
            self._open[parts] = False
            self._put(np.arange(len(people)) == total, people, sd)

    def _put(self, counted: Bools, people: Floats, sd: Floats) -> None:
        self._people = np.where(counted, people, self._people)
        self._variance = np.where(counted, sd**2, self._variance)
        self._age = np.where(counted, 0.0, self._age)
        self._open = self._open | counted
        self._reference = np.where(counted, people, self._reference)
