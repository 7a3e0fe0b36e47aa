"""Doors whose in is out: they are found by who usually comes and goes at this time of the day."""

import numpy as np

from besok.analytics.occupancy.observations import DayObservations
from besok.model.arrays import Bools, Floats

SURE = 14.0  # log likelihood ratio from which on a door is taken to be turned round; a real one, hung right, reached 13
AGAIN = 4.0  # instead of SURE, for a door that was turned when the day began to be turned back
# What it may come to on most days; doors with more are no clear witnesses against themselves
CALM, CALM_DAYS = 6.0, 0.8
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


class SwapDetector:
    """Doors that are turned round, as far as is known, and what they have counted wrong since.

    A cumulative sum test: evidence against the way a door hangs gathers, and is forgotten when it turns positive.
    People may also use a door otherwise than usual: it is turned only if so many are then inside as usual, more nearly,
    since the evidence began. `most` is the strongest evidence that there has been.
    """

    def __init__(self, turned: Bools, doors: Floats) -> None:
        self.turned = turned.copy()
        self._doors = doors  # spaces x doors
        self._touched = np.abs(doors.T)
        self._begins: int | None = None  # the quarter of the clock
        self._net = np.zeros(len(turned))  # in - out since the day began, as understood
        self._passed = 0.0  # since then, in and out
        self._against = np.where(turned, SURE - AGAIN, 0)
        self.most = np.zeros(len(turned))
        self._wrong = np.zeros(len(turned))  # in - out since the evidence began
        self._off = np.zeros((2, len(turned)))  # from the usual people since then: as it is, and turned

    def follow(
        self,
        came: Floats,
        went: Floats,
        lean: Floats,
        usual: tuple[Floats, Floats],
        seen: DayObservations,
        *,
        over: bool = False,
    ) -> tuple[Floats, Floats, Bools]:
        """Return the counts (steps x doors) the right way round, and which were turned.

        `lean` and `usual`, in and out, are by quarter of the clock and door. When a door is found to be turned, what it
        had counted wrong until then is made good at once or, of a day that is `over`, where it was counted.
        """
        quarter = seen.clock // 15
        if self._begins is None and len(quarter):
            self._begins = int(quarter[0])
        so_far_in, so_far_out = (
            np.cumsum(np.roll(way, -(self._begins or 0), axis=0), axis=0) for way in usual
        )
        inside, passed = (so_far_in - so_far_out) @ self._doors.T, (so_far_in + so_far_out).sum(1)
        at = (quarter - (self._begins or 0)) % len(passed)
        turned = np.repeat(self.turned[None], len(came), axis=0)
        came, went = np.where(turned, went, came), np.where(turned, came, went)
        since = np.zeros(len(self.turned), np.int64)
        for step in np.flatnonzero((came + went).any(1)):
            net = came[step] - went[step]
            self._passed += float((came[step] + went[step]).sum())
            busier = self._passed / max(float(passed[at[step]]), 1.0)  # than usual, so far
            says = witnesses(net, seen.step_minutes) * lean[quarter[step]]
            since[self._against == 0] = step
            found = self._judge(says, net, inside[at[step]] * busier)
            for door in np.flatnonzero(found):
                rest = slice(since[door] if over else step + 1, None)
                came[rest, door], went[rest, door] = went[rest, door].copy(), came[rest, door].copy()
                turned[rest, door] ^= True
                if not over:
                    came[step, door] += max(-2 * self._wrong[door], 0)
                    went[step, door] += max(2 * self._wrong[door], 0)
                    turned[step, door] ^= True
            self._net = self._net - np.where(found, 2 * self._wrong, 0)
            self._against = np.where(found, 0, self._against)
            self.turned = self.turned ^ found
        return came, went, turned

    def _judge(self, says: Floats, net: Floats, inside: Floats) -> Bools:
        """Take in a step; return the doors that are found to hang the other way round."""
        self._net = self._net + net
        self._against = np.clip(self._against - says, 0, 2 * SURE)
        self.most = np.maximum(self.most, self._against)
        gathers = self._against > 0
        self._wrong = np.where(gathers, self._wrong + net, 0)
        off = self._doors @ self._net - inside
        other = off - 2 * (self._wrong * self._doors).T
        now, then = self._touched @ np.abs(off), (self._touched * np.abs(other)).sum(1)
        self._off = np.where(gathers, self._off + np.stack([now, then]), 0)
        return np.asarray((self._against > SURE) & (self._off[1] < NEARER * self._off[0]), bool)
