"""Doors whose in is out today: they are found by who usually comes and goes at this time of the day."""

import numpy as np

from besok.analytics.occupancy.observations import DayObservations
from besok.model.arrays import Bools, Floats

SURE = 16.0  # log likelihood ratio from which on a door is taken to be turned round, or back
# What it may come to on most days; doors with more are no clear witnesses against themselves
CALM, CALM_DAYS = 6.0, 0.8
SUSPECT = 8.0  # instead of SURE for a door of a past day, if the people inside then come out as usual
AGAIN = 4.0  # instead of SURE for a door that was found turned round on some day
LEAST_DAYS = 7
NEARER = 0.6  # of the distance from how many are usually inside must be left by turning a door
_LEAST = 2.0  # people in the hour, added to what is usual
_MOST = 1.2
_CROWD = 4.0  # people of a minute who came or went for reasons of their own; more of them are a class, or an audience


def leaning(usual_in: Floats, usual_out: Floats) -> Floats:
    """Return what one person who comes in, and not out, says for a door that is the right way round; by quarter and
    door.
    """
    hour_in, hour_out = (
        sum(np.roll(usual, n, axis=0) for n in (-2, -1, 0, 1)) for usual in (usual_in, usual_out)
    )
    return np.asarray(np.clip(np.log((hour_in + _LEAST) / (hour_out + _LEAST)), -_MOST, _MOST))


def witnesses(net: Floats, minutes: float) -> Floats:
    """Return how many people's word the net of a step counts for: those of one crowd come and go as one.

    Example: in a minute 1 counts as 0.8, 4 as 2, a class of 30 as 3.5.
    """
    return np.asarray(net / (1 + np.abs(net) / (_CROWD * minutes)))


def against(net: Floats, lean: Floats, minutes: float) -> Floats:
    """Return how much at most, at any time of a day, speaks against the way each door hangs."""
    says = np.cumsum(witnesses(net, minutes) * lean, axis=0)
    return np.asarray((np.maximum.accumulate(np.maximum(says, 0), axis=0) - says).max(0, initial=0))


class SwapDetector:
    """Doors that are turned round, as far as is known, and what they have counted wrong since.

    A cumulative sum test: evidence against the way a door hangs gathers, and is forgotten when it turns positive.
    People may also use a door otherwise than usual: it is turned only if so many are then inside as usual, more nearly.
    """

    def __init__(self, sure: Floats) -> None:
        portals = len(sure)
        self._sure = sure
        self._begins: int | None = None  # the quarter of the clock
        self._net = np.zeros(portals)  # in - out since the day began, as understood
        self._passed = 0.0  # since then, in and out
        self._against = np.zeros(portals)
        self._since_in = np.zeros(portals)  # counted since the evidence began
        self._since_out = np.zeros(portals)
        self._turned = np.zeros(portals, bool)

    def follow(
        self,
        came: Floats,
        went: Floats,
        lean: Floats,
        usual: tuple[Floats, Floats],
        seen: DayObservations,
        doors: Floats,
    ) -> tuple[Floats, Floats, Bools]:
        """Return the counts (steps x doors) the right way round, and which were turned.

        `lean` and `usual`, in and out, are by quarter of the clock and door, and `doors` (spaces x doors) says whither
        they lead. When a door is found to be turned, what it had counted wrong until then is made good at once.
        """
        quarter = seen.clock // 15
        if self._begins is None and len(quarter):
            self._begins = int(quarter[0])
        so_far_in, so_far_out = (
            np.cumsum(np.roll(way, -(self._begins or 0), axis=0), axis=0) for way in usual
        )
        inside, passed = (so_far_in - so_far_out) @ doors.T, (so_far_in + so_far_out).sum(1)
        at = (quarter - (self._begins or 0)) % len(passed)
        came, went = came.copy(), went.copy()
        turned = np.zeros(came.shape, bool)
        for step in np.flatnonzero((came + went).any(1) | self._turned.any()):
            c, w = came[step], went[step]
            says = witnesses(c - w, seen.step_minutes) * lean[quarter[step]]
            self._against = np.maximum(self._against - np.where(self._turned, -says, says), 0)
            self._since_in = np.where(self._against > 0, self._since_in + c, 0)
            self._since_out = np.where(self._against > 0, self._since_out + w, 0)
            self._passed += float((c + w).sum())
            busier = self._passed / max(float(passed[at[step]]), 1.0)  # than usual, so far
            found = self._better(self._against > self._sure, c - w, inside[at[step]] * busier, doors)
            now = self._turned ^ found
            came[step], went[step] = np.where(now, w, c), np.where(now, c, w)
            if found.any():
                wrong = self._since_in - self._since_out
                wrong = np.where(now, -2 * (wrong - (c - w)), 2 * (wrong - (c - w))) * found
                came[step] += np.maximum(wrong, 0)
                went[step] += np.maximum(-wrong, 0)
                self._against = np.where(found, 0, self._against)
                self._since_in, self._since_out = (
                    np.where(found, 0, n) for n in (self._since_in, self._since_out)
                )
            self._against = np.minimum(self._against, 2 * self._sure)
            self._turned = now
            self._net = self._net + came[step] - went[step]
            turned[step] = now
        return came, went, turned

    def _better(self, found: Bools, net: Floats, inside: Floats, doors: Floats) -> Bools:
        """Those of the doors found which, the other way round, bring their spaces nearer to what is usually inside."""
        better = np.zeros(found.shape, bool)
        people = doors @ (self._net + np.where(self._turned, -net, net))
        for door in np.flatnonzero(found):
            touched = doors[:, door] != 0
            wrong = np.where(self._turned[door], -1, 1) * (self._since_in[door] - self._since_out[door])
            other = people - 2 * wrong * doors[:, door]
            now, then = (np.abs(number - inside)[touched].sum() for number in (people, other))
            better[door] = then < NEARER * now
        return better
