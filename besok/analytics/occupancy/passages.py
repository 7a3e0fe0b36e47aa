"""From what doors counted to what passed into and out of each space: corrected, imputed where a door was silent."""

from dataclasses import dataclass, replace

import numpy as np

from besok.analytics.occupancy.observations import DayObservations
from besok.analytics.occupancy.parameters import VARIANCE, SiteParameters
from besok.analytics.occupancy.swapped_doors import SwapDetector, leaning
from besok.model.arrays import Bools, Floats
from besok.model.building import Building, through

SILENT_MINUTES = 60.0  # a door that says nothing for so long may be dead
SILENT_PEOPLE = 8.0  # who usually pass in its silence, from which on it is taken for dead
SHORT_MINUTES = 15.0  # a silence so short is filled by what passed before and after it
EARLY_STEPS = 3  # of silence after which what is usual is put in, before it is known how long it lasts
RATE_MINUTES = 10.0  # how long a rate is remembered
REGULAR = (
    0.7  # share of the last hour that a door must have told of, for its silence to be no silence of people
)
QUIET_TOLD = 0.25  # share of the quiet steps a door must have told of, or it tells only when somebody passes
# Variance of each person who is put in, and standard deviation as a share of all of them
DIGITS = 9  # of people: what sums of doors in another order differ in
UNHEARD, GUESS = 1.5, 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class SpacePassages:
    """People into and out of each space (steps x spaces), corrected by the learnt doors.

    `variance` is that of the error of people_in - people_out in the step, `raw` what the counts say uncorrected,
    `counted` tells from which step on the space's doors were heard, `silent` where a usual flow was put in, `odd`
    where in and out of a door were exchanged.
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
    building: Building, seen: DayObservations, doors: SiteParameters, before: "Silence", turned: SwapDetector
) -> SpacePassages:
    """Return who passed in the steps of `seen`; `before` and `turned` know the doors up to them, and are carried on."""
    came, went = np.nan_to_num(seen.people_in), np.nan_to_num(seen.people_out)
    heard = ~(np.isnan(seen.people_in) & np.isnan(seen.people_out))
    leads = building.doors.astype(float)
    crossing = np.abs(leads.T)
    raw = (came - went) @ leads.T
    came, went = np.where(doors.swapped, went, came), np.where(doors.swapped, came, went)
    odd = np.broadcast_to(doors.swapped, came.shape)
    if doors.steady.any():
        usual = doors.usual_in, doors.usual_out
        came, went, now = turned.follow(came, went, leaning(*usual) * doors.steady, usual, seen, leads)
        odd = odd ^ now
    hidden, unsure, dead = before.follow(seen, came, went, heard, (doors.usual_in, doors.usual_out))
    counts = came + went
    more = 1 + np.where(np.isnan(seen.checked_sd), doors.missed, 0)
    people_in, people_out = through(
        building.doors,
        came * (more + np.maximum(doors.bias, 0)) + hidden[0],
        went * (more + np.maximum(-doors.bias, 0)) + hidden[1],
    )
    variance = (VARIANCE * counts @ crossing) * doors.widened + unsure @ crossing
    return SpacePassages(
        people_in=_exact(people_in),
        people_out=_exact(people_out),
        variance=_exact(variance),
        raw=raw,
        passed=counts @ crossing,
        counted=before.counted(heard @ crossing > 0),
        odd=np.asarray(odd @ crossing > 0, bool),
        silent=np.asarray(dead @ crossing > 0, bool),
    )


def _exact(sums: Floats) -> Floats:
    """Return sums over doors without the last digits, which depend on the order of the doors."""
    return np.asarray(sums.round(DIGITS))


def filled(day: DayObservations) -> tuple[DayObservations, Floats]:
    """Return a past day with short silences of its doors filled by what passed before and after; and, by door, how many
    people were put in. Only doors that tell of most steps, and of quiet ones too, are filled (see Silence).
    """
    counts = np.stack([day.people_in, day.people_out])
    heard = np.asarray(~np.isnan(counts).all(0), bool)
    put = np.zeros(heard.shape[1])
    if heard.all():
        return day, put
    most = max(round(SHORT_MINUTES / day.step_minutes), 1)
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
            between = (own[:, after] + own[:, after + 1]) / 2
            counts[:, told[after] + 1 : told[after + 1], door] = between[:, None]
            put[door] += float(between.sum()) * gaps[after]
    return replace(day, people_in=counts[0], people_out=counts[1]), put


class Silence:
    """Silence of each door, and who would have passed it; which spaces' doors were ever heard.

    A door that usually tells of every step and misses some is given the flow it would have had: at once where past days
    tell what is usual, else when it is heard again. Any door that is silent for long gets what is usual.
    """

    def __init__(self, portals: int, spaces: int) -> None:
        self._minutes = np.zeros(portals)
        self._people = np.zeros(portals)
        self._put = np.zeros(portals)  # people who were put in since it was heard last
        self._rate = np.zeros((2, portals))  # in and out of late, people a minute
        self._last = np.zeros((2, portals))  # the same of the last step that was heard
        self._told = np.zeros(portals)  # share of the steps of the last hour that were heard
        self._zeros = np.zeros(portals)  # share of these that told of nobody
        self._flow = np.zeros(portals)  # people a minute in that hour
        self._counted = np.zeros(spaces, bool)

    def counted(self, heard: Bools) -> Bools:
        """In which steps each space was counted in or before."""
        found = np.logical_or.accumulate(np.vstack([self._counted, heard]), axis=0)[1:]
        if len(found):
            self._counted = found[-1]
        return found

    def follow(
        self, seen: DayObservations, came: Floats, went: Floats, heard: Bools, usual: tuple[Floats, Floats]
    ) -> tuple[Floats, Floats, Bools]:
        """Return who probably passed unheard in the steps (in and out x steps x doors), the variance of that, and where
        doors are dead; what a short silence hid may come when it is over.
        """
        quarter = seen.clock // 15
        minutes = seen.step_minutes
        counts = np.stack([came, went])
        rates = np.stack(usual)[:, quarter] / 15
        hidden = np.zeros(counts.shape)
        variance, dead = np.zeros(heard.shape), np.zeros(heard.shape, bool)
        gaps = np.asarray(~heard.all(1), bool)
        for step in range(len(heard)):
            if gaps[step] or self._minutes.any():
                hidden[:, step], variance[step], dead[step] = self._silent(
                    heard[step], counts[:, step] / minutes, rates[:, step], minutes
                )
            self._remember(heard[step], counts[:, step] / minutes, minutes)
        return hidden, variance, dead

    def _silent(
        self, heard: Bools, now: Floats, usual: Floats, minutes: float
    ) -> tuple[Floats, Floats, Bools]:
        """Return what a step hides: in and out, the variance, and where the door is dead."""
        regular = (self._told > REGULAR) & (self._zeros >= QUIET_TOLD * np.exp(-self._flow * minutes))
        back = (
            heard
            & regular
            & (self._minutes > 0)
            & (self._put == 0)
            & (self._minutes <= max(SHORT_MINUTES, minutes))
        )
        silent = np.where(heard, 0, self._minutes + minutes)
        self._people = np.where(heard, 0, self._people + usual.sum(0) * minutes)
        dead = (silent >= SILENT_MINUTES) & (self._people >= SILENT_PEOPLE)
        early = ~heard & regular & (usual.sum(0) > 0) & ~dead & (silent > EARLY_STEPS * minutes)
        # What was put in by now may begin with what came before
        since = np.where(self._put > 0, minutes, silent)
        fading = np.exp(-silent / SHORT_MINUTES) / 2
        expected = (
            np.where(dead, usual, (1 - fading) * usual + fading * self._rate)
            * np.where(dead, minutes, since)
            * (early | dead)
        )
        between = (self._rate + (self._last + now) / 2) / 2 * self._minutes * back
        before = np.where(heard, 0, self._put)
        hidden = expected + between
        people = hidden.sum(0)
        variance = UNHEARD * people + GUESS**2 * ((before + people) ** 2 - before**2)
        self._put = np.where(heard, 0, before + people)
        return hidden, variance, dead

    def _remember(self, heard: Bools, now: Floats, minutes: float) -> None:
        """Remember what the step told of doors that were heard."""
        kept, hour = np.exp(-minutes / RATE_MINUTES), np.exp(-minutes / SILENT_MINUTES)
        short = (self._minutes > 0) & (self._minutes <= SILENT_MINUTES)
        missed = np.where(heard & short, np.exp(-self._minutes / SILENT_MINUTES), 1.0)
        self._rate = np.where(heard, kept * self._rate + (1 - kept) * now, self._rate)
        self._last = np.where(heard, now, self._last)
        self._told = np.where(heard, hour * self._told * missed + (1 - hour), self._told)
        self._zeros = np.where(heard, hour * self._zeros + (1 - hour) * (now.sum(0) == 0), self._zeros)
        self._flow = np.where(heard, hour * self._flow + (1 - hour) * now.sum(0), self._flow)
        self._minutes = np.where(heard, 0, self._minutes + minutes)
