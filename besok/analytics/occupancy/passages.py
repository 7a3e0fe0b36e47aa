"""From what doors counted to what passed into and out of each space: corrected, imputed where a door was silent."""

from dataclasses import dataclass, replace

import numpy as np

from besok.analytics.occupancy.observations import DayObservations
from besok.analytics.occupancy.parameters import VARIANCE, SiteParameters
from besok.analytics.occupancy.swapped_doors import SwapDetector, leaning
from besok.model.arrays import Bools, Floats
from besok.model.building import Building, through

SILENT_MINUTES = 15.0  # silent for longer, a door may be dead; of a past day a shorter silence is filled
SILENT_PEOPLE = 8.0  # who usually pass in its silence, from which on it is taken for dead
REGULAR = 0.7  # share of its day that a door must have told of, for its silence to be no silence of people
QUIET_TOLD = 0.25  # share of the quiet steps a door must have told of, or it tells only when somebody passes
# Variance of each person who is put in, and standard deviation as a share of all of them
DIGITS = 9  # of people: what sums of doors in another order differ in
UNHEARD, GUESS = 1.5, 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class SpacePassages:
    """People into and out of each space (steps x spaces), corrected by the learnt doors.

    `variance` is that of the error of people_in - people_out in the step, `raw` what the counts say uncorrected,
    `counted` tells where a door of the space was heard so far and none is unknown, `silent` where a usual flow was put
    in, `odd` where in and out of a door were exchanged.
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
    """Return who passed in the steps of `seen`; `before` and `turned` know the doors up to them, and are carried on.
    Of a day that is `over` short silences are filled, and turned doors set right where they counted.
    """
    leads = building.doors.astype(float)
    crossing = np.abs(leads.T)
    raw = (np.nan_to_num(seen.people_in) - np.nan_to_num(seen.people_out)) @ leads.T
    seen, put = filled(seen) if over else (seen, np.zeros(seen.people_in.shape))
    came, went = np.nan_to_num(seen.people_in), np.nan_to_num(seen.people_out)
    heard = ~(np.isnan(seen.people_in) & np.isnan(seen.people_out))
    came, went = np.where(doors.swapped, went, came), np.where(doors.swapped, came, went)
    odd = np.broadcast_to(doors.swapped, came.shape)
    usual = doors.usual_in, doors.usual_out
    if doors.steady.any():
        came, went, now = turned.follow(came, went, leaning(*usual) * doors.steady, usual, seen, over=over)
        odd = odd ^ now
    rates = np.stack(usual)[:, seen.clock // 15] / 15
    hidden, unsure, dead = before.follow(heard, rates, seen.step_minutes)
    counts = came + went
    flows = hidden + corrected(came, went, doors.bias, doors.missed, seen.checked_sd)
    people_in, people_out = through(building.doors, *flows)
    variance = (VARIANCE * counts @ crossing) * doors.widened + (unsure + UNHEARD * put) @ crossing
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


def corrected(came: Floats, went: Floats, bias: Floats, missed: float, checked_sd: Floats) -> Floats:
    """Return counts (steps x doors) with those whom doors miss, in and out: in one direction by their bias, in both
    unless validation counts have corrected them.
    """
    more = 1 + np.where(np.isnan(checked_sd), missed, 0)
    return np.stack([came * (more + np.maximum(bias, 0)), went * (more + np.maximum(-bias, 0))])


def _exact(sums: Floats) -> Floats:
    """Return sums over doors without the last digits, which depend on the order of the doors."""
    return np.asarray(sums.round(DIGITS))


def filled(day: DayObservations) -> tuple[DayObservations, Floats]:
    """Return a past day with short silences of its doors filled by what passed before and after; and how many people
    were put in (steps x doors). Only doors that tell of most steps, and of quiet ones too, are filled.
    """
    counts = np.stack([day.people_in, day.people_out])
    heard = np.asarray(~np.isnan(counts).all(0), bool)
    put = np.zeros(heard.shape)
    if heard.all():
        return day, put
    most = max(round(SILENT_MINUTES / day.step_minutes), 1)
    counts = np.where(heard, np.nan_to_num(counts), np.nan)
    for door in np.flatnonzero(heard.any(0) & ~heard.all(0)):
        told = np.flatnonzero(heard[:, door])
        gaps = np.diff(told) - 1
        own = counts[:, told, door]
        flow = own.sum() / len(told)
        regular = len(told) >= REGULAR * (told[-1] - told[0] + 1)
        if not regular or (own.sum(0) == 0).mean() < QUIET_TOLD * np.exp(-flow):
            continue
        for after in np.flatnonzero((gaps > 0) & (gaps <= most)):
            gap = slice(told[after] + 1, told[after + 1])
            counts[:, gap, door] = (own[:, [after]] + own[:, [after + 1]]) / 2
            put[gap, door] = counts[:, gap, door].sum(0)
    return replace(day, people_in=counts[0], people_out=counts[1]), put


class Silence:
    """Silence of each door, and who would have passed it; which were heard today."""

    def __init__(self, portals: int, spaces: int) -> None:
        self._minutes = np.zeros(portals)  # of silence
        # In and out, people: who usually pass in it, and who of them were put in
        self._usual, self._put = np.zeros((2, 2, portals))
        self._heard, self._late = np.zeros((2, portals), bool)
        self._passed = np.zeros(spaces)

    def counted(
        self, heard: Bools, unknown: Bools, passed: Floats, crossing: Floats, known_site: bool
    ) -> Bools:
        """Return in which steps a door of each space was heard then or before. A door that is `unknown` until it is
        heard may have let in anybody: beside it the others' counts are not even the least. That lasts for the day, if
        others have `passed` meanwhile; but a site's first day begins somewhere.
        """
        so_far = np.logical_or.accumulate(np.vstack([self._heard, heard]))
        before = np.vstack([self._passed, self._passed + np.cumsum(passed, axis=0)])
        busy = (before[:-1] >= SILENT_PEOPLE) @ crossing.T > 0
        late = known_site & unknown & busy & so_far[1:] & ~so_far[:-1]
        late = np.logical_or.accumulate(np.vstack([self._late, late]))
        self._heard, self._late, self._passed = so_far[-1], late[-1], before[-1]
        hidden = (unknown & ~so_far[1:]) | late[1:]
        return np.asarray((so_far[1:] @ crossing > 0) & ~(hidden @ crossing > 0), bool)

    def follow(self, heard: Bools, usual: Floats, minutes: float) -> tuple[Floats, Floats, Bools]:
        """Return who probably passed unheard in steps of so many minutes (in and out x steps x doors), the variance of
        that, and where doors are dead; `usual` are the people a minute, in and out.
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
