"""Passages into and out of each space from the counts of doors: corrected, imputed where a door was silent."""

from dataclasses import dataclass, replace

import numpy as np

from besok.analytics.occupancy.observations import DayObservations
from besok.analytics.occupancy.parameters import VARIANCE, SiteParameters
from besok.analytics.occupancy.swapped_doors import SwapDetector, leaning
from besok.model.arrays import Bools, Floats
from besok.model.building import Building, through

SILENT_MINUTES = 15.0  # silent for longer, a door may be dead; of a past day a shorter silence is filled
SILENT_PEOPLE = 8.0  # usual people during a silence, from which a door is dead
# Share of its day with data, from which the silence of a door is a fault, not an absence of people
REGULAR = 0.7
QUIET_SHARE = 0.25  # share of quiet steps with data, below which a door sends only when somebody passes
# Variance of each person who is put in, and standard deviation as a share of all of them
DIGITS = 9  # of people: rounds off differences from the order of doors
UNHEARD, GUESS = 1.5, 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class SpacePassages:
    """People into and out of each space (steps x spaces), corrected by the learnt doors.

    `variance` is that of the error of people_in - people_out in the step, `raw` the uncorrected counts,
    `counted` where a door of the space had data so far and none is unknown, `silent` where a usual flow was imputed,
    `odd` where in and out of a door were exchanged.
    """

    people_in: Floats
    people_out: Floats
    variance: Floats
    raw: Floats
    passed: Floats
    counted: Bools
    silent: Bools
    odd: Bools


def passages(
    building: Building,
    seen: DayObservations,
    doors: SiteParameters,
    before: "Silence",
    turned: SwapDetector,
    *,
    over: bool,
) -> SpacePassages:
    """Return the passages in the steps of `seen`; `before` and `turned` are the doors' states, which are updated.

    Of a day that is `over` short silences are filled, and turned doors corrected where they counted.
    """
    leads = building.doors.astype(float)
    crossing = np.abs(leads.T)
    raw = np.subtract(*seen.counts()) @ leads.T
    seen, imputed = filled(seen) if over else (seen, np.zeros(seen.people_in.shape))
    entries, exits = seen.counts()
    heard = ~(np.isnan(seen.people_in) & np.isnan(seen.people_out))
    entries, exits = np.where(doors.swapped, exits, entries), np.where(doors.swapped, entries, exits)
    odd = np.broadcast_to(doors.swapped, entries.shape)
    usual = doors.usual_in, doors.usual_out
    if doors.steady.any():
        entries, exits, now = turned.follow(
            entries, exits, leaning(*usual) * doors.steady, usual, seen, over=over
        )
        odd = odd ^ now
    rates = np.stack(usual)[:, seen.clock // 15] / 15
    hidden, unsure, dead = before.follow(heard, rates, seen.step_minutes)
    counts = entries + exits
    flows = hidden + corrected(entries, exits, doors.bias, doors.missed, seen.checked_sd)
    people_in, people_out = through(building.doors, *flows)
    variance = (VARIANCE * counts @ crossing) * doors.widened + (unsure + UNHEARD * imputed) @ crossing
    return SpacePassages(
        people_in=_exact(people_in),
        people_out=_exact(people_out),
        variance=_exact(variance),
        raw=raw,
        passed=counts @ crossing,
        counted=before.counted(
            heard, seen.awaited & ~doors.heard, counts @ crossing, crossing, doors.days > 0
        ),
        odd=np.asarray(odd @ crossing > 0, bool),
        silent=np.asarray(dead @ crossing > 0, bool),
    )


def corrected(entries: Floats, exits: Floats, bias: Floats, missed: float, checked_sd: Floats) -> Floats:
    """Return counts (steps x doors) with missed people, in and out: in one direction by the doors' bias, in both unless
    validation counts have corrected them.
    """
    more = 1 + np.where(np.isnan(checked_sd), missed, 0)
    return np.stack([entries * (more + np.maximum(bias, 0)), exits * (more + np.maximum(-bias, 0))])


def _exact(sums: Floats) -> Floats:
    """Round sums over doors, whose last digits depend on the order of the doors."""
    return np.asarray(sums.round(DIGITS))


def filled(day: DayObservations) -> tuple[DayObservations, Floats]:
    """Return a past day with short silences of its doors filled by the flow around them; and the people imputed (steps
    x doors). Only doors with data for most steps, and for quiet ones too, are filled.
    """
    counts = np.stack([day.people_in, day.people_out])
    heard = np.asarray(~np.isnan(counts).all(0), bool)
    imputed = np.zeros(heard.shape)
    if heard.all():
        return day, imputed
    most = max(round(SILENT_MINUTES / day.step_minutes), 1)
    counts = np.where(heard, np.nan_to_num(counts), np.nan)
    for door in np.flatnonzero(heard.any(0) & ~heard.all(0)):
        known = np.flatnonzero(heard[:, door])
        gaps = np.diff(known) - 1
        door_counts = counts[:, known, door]
        flow = door_counts.sum() / len(known)
        regular = len(known) >= REGULAR * (known[-1] - known[0] + 1)
        if not regular or (door_counts.sum(0) == 0).mean() < QUIET_SHARE * np.exp(-flow):
            continue
        for after in np.flatnonzero((gaps > 0) & (gaps <= most)):
            gap = slice(known[after] + 1, known[after + 1])
            counts[:, gap, door] = (door_counts[:, [after]] + door_counts[:, [after + 1]]) / 2
            imputed[gap, door] = counts[:, gap, door].sum(0)
    return replace(day, people_in=counts[0], people_out=counts[1]), imputed


class Silence:
    """Silence of each door with the usual passages in it, and the doors with data today."""

    def __init__(self, portals: int, spaces: int) -> None:
        self._minutes = np.zeros(portals)  # of silence
        # In and out, people: usual ones in the silence, and those imputed
        self._usual, self._put = np.zeros((2, 2, portals))
        self._heard, self._late = np.zeros((2, portals), bool)
        self._passed = np.zeros(spaces)

    def counted(
        self, heard: Bools, unknown: Bools, passed: Floats, crossing: Floats, known_site: bool
    ) -> Bools:
        """Return in which steps a door of each space had data by then. A door that is `unknown` until its first data
        may have let in anybody: the counts of the others are then not even a lower bound. That lasts for the day, if
        others have `passed` meanwhile, except on a site's first day.
        """
        heard_by_then = np.logical_or.accumulate(np.vstack([self._heard, heard]))
        before = np.vstack([self._passed, self._passed + np.cumsum(passed, axis=0)])
        busy = (before[:-1] >= SILENT_PEOPLE) @ crossing.T > 0
        late = known_site & unknown & busy & heard_by_then[1:] & ~heard_by_then[:-1]
        late = np.logical_or.accumulate(np.vstack([self._late, late]))
        self._heard, self._late, self._passed = heard_by_then[-1], late[-1], before[-1]
        hidden = (unknown & ~heard_by_then[1:]) | late[1:]
        return np.asarray((heard_by_then[1:] @ crossing > 0) & ~(hidden @ crossing > 0), bool)

    def follow(self, heard: Bools, usual: Floats, minutes: float) -> tuple[Floats, Floats, Bools]:
        """Return estimated passages without data (in and out x steps x doors) in steps of so many minutes, their
        variance, and where doors are dead; `usual` are the people a minute, in and out.
        """
        hidden, variance, dead = np.zeros(usual.shape), np.zeros(heard.shape), np.zeros(heard.shape, bool)
        gaps = np.asarray(~heard.all(1), bool)
        for step in range(len(heard)):
            if gaps[step] or self._minutes.any():
                self._minutes = np.where(heard[step], 0, self._minutes + minutes)
                self._usual = np.where(heard[step], 0, self._usual + usual[:, step] * minutes)
                dead[step] = (self._minutes > SILENT_MINUTES) & (self._usual.sum(0) >= SILENT_PEOPLE)
                hidden[:, step] = (self._usual - self._put) * dead[step]
                before = self._put.sum(0)
                self._put = np.where(heard[step], 0, self._put + hidden[:, step])
                people = hidden[:, step].sum(0)
                variance[step] = UNHEARD * people + GUESS**2 * ((before + people) ** 2 - before**2)
        return hidden, variance, dead
