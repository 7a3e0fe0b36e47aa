"""Observations of a site on one business day, step by step, and level readings as readings of spaces."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from besok.analytics.runs import hold
from besok.model.arrays import Bools, Floats

OF_THE_DAY = ("checked_sd", "step_minutes")  # all else is by step


@dataclass(frozen=True, slots=True, kw_only=True)
class DayObservations:
    """One business day, or its first steps. NaN means "no data".

    `people_in` and `people_out` are steps x portals: people in the step. `people`, `occupied` (0 or 1, or the share
    of the step) and `co2` (ppm) are steps x spaces, already carried forward as long as valid (see `hold`). `open`
    is by step whether the site is open to the public, None where its hours are not known. `clock` is the wall-clock
    minute after midnight at which each step begins (it jumps when summer time does). `awaited` (steps x portals) is
    where a sensor should send.

    By people: `headcount` (steps x spaces, see `headcounts.placed`) with its standard deviation; `checked_sd`, by
    portal, that of the accuracy of a counter whose counts were corrected by validation counts, as a share, NaN where
    there was no correction.
    """

    people_in: Floats
    people_out: Floats
    people: Floats
    occupied: Floats
    co2: Floats
    headcount: Floats
    headcount_sd: Floats
    checked_sd: Floats
    awaited: Bools
    open: Bools | None
    clock: NDArray[np.int64]
    step_minutes: float

    @classmethod
    def of(
        cls,
        people_in: Floats,
        people_out: Floats,
        spaces: int,
        *,
        people: Floats | None = None,
        occupied: Floats | None = None,
        co2: Floats | None = None,
        headcounts: tuple[Floats, Floats] | None = None,
        checked_sd: Floats | None = None,
        awaited: Bools | None = None,
        open: Bools | None = None,
        clock: NDArray[np.int64] | None = None,
        step_minutes: float = 1.0,
    ) -> "DayObservations":
        """Return what was seen; all that is left out was not. Without `clock` the steps follow each other from 04:00
        on.
        """
        steps = len(people_in)
        nothing = np.full((steps, spaces), np.nan)
        running = (240 + np.floor(np.arange(steps) * step_minutes)).astype(np.int64) % 1440
        return cls(
            people_in=people_in,
            people_out=people_out,
            people=nothing if people is None else people,
            occupied=nothing if occupied is None else occupied,
            co2=nothing if co2 is None else co2,
            headcount=nothing if headcounts is None else headcounts[0],
            headcount_sd=nothing if headcounts is None else headcounts[1],
            checked_sd=np.full(people_in.shape[1], np.nan) if checked_sd is None else checked_sd,
            awaited=np.zeros(people_in.shape, bool) if awaited is None else awaited,
            open=open,
            clock=running if clock is None else clock,
            step_minutes=step_minutes,
        )

    def __len__(self) -> int:
        return len(self.people_in)

    def counts(self) -> tuple[Floats, Floats]:
        """Return people in and out (steps x portals), zero where there is no data."""
        people_in, people_out = (np.where(np.isnan(way), 0, way) for way in (self.people_in, self.people_out))
        return people_in, people_out

    def __getitem__(self, steps: slice) -> "DayObservations":
        """Return some of its steps."""
        columns = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in OF_THE_DAY}
        cut: dict[str, Any] = {name: v[steps] for name, v in columns.items() if v is not None}
        return replace(self, **cut)


def heard(*readings: Floats) -> Bools:
    """Return the steps with any data."""
    return np.asarray((~np.isnan(np.hstack(readings))).any(axis=1), bool)


def known(observed: Bools, patience: int) -> Bools:
    """Return the steps with figures: with data in them or within `patience` steps before.

    A silent site has no figures: missing is never zero.
    """
    return ~np.isnan(hold(np.where(observed, 0.0, np.nan)[:, None], [patience])[:, 0])


def by_space(values: Floats, space_of: Sequence[int], spaces: int, *, add: bool) -> Floats:
    """Return readings of channels (steps x channels) as readings of the spaces they look into: summed, or the
    highest.
    """
    result = np.full((len(values), spaces), np.nan)
    for channel, space in enumerate(space_of):
        one, other = result[:, space], values[:, channel]
        both = one + other if add else np.maximum(one, other)
        result[:, space] = np.where(np.isnan(one), other, np.where(np.isnan(other), one, both))
    return result


def exchanged(day: DayObservations, doors: Bools) -> DayObservations:
    """Return a day with in and out of some doors exchanged, always or in some steps."""
    people_in = np.where(doors, day.people_out, day.people_in)
    return replace(day, people_in=people_in, people_out=np.where(doors, day.people_in, day.people_out))
