"""Detection of doors with exchanged directions by the usual entries and exits at this time of the day."""

import numpy as np

from besok.analytics.occupancy.observations import DayObservations
from besok.analytics.occupancy.parameters import QUARTERS
from besok.model.arrays import Bools, Floats

SURE = 14.0  # log likelihood ratio from which a door is turned; a real, correctly mounted one reached 13
AGAIN = 4.0  # instead of SURE, for a door that was turned when the day began to be turned back
# What it may come to on most days; doors with more are not clear witnesses against themselves
CALM, CALM_DAYS = 6.0, 0.8
LEAST_DAYS = 7
NEARER = 0.6  # of the distance from the usual number inside, at most, may remain after turning a door
_LEAST = 2.0  # people in the hour, added to the usual ones
_MOST = 1.2
_HOUR = (np.arange(QUARTERS) + np.array([[2], [1], [0], [-1]])) % QUARTERS  # the quarters around each quarter
_CROWD = 4.0  # independent people of a minute; more of them are a class, or an audience


def leaning(usual_in: Floats, usual_out: Floats) -> Floats:
    """Return the log likelihood ratio of one entry for the correct orientation of a door, by quarter and door."""
    hour_in, hour_out = usual_in[_HOUR].sum(0), usual_out[_HOUR].sum(0)
    return np.asarray(np.clip(np.log((hour_in + _LEAST) / (hour_out + _LEAST)), -_MOST, _MOST))


def witnesses(net: Floats, minutes: float) -> Floats:
    """Return the effective number of independent people in the net of a step: those of a crowd move together.

    Example: in a minute 1 counts as 0.8, 4 as 2, a class of 30 as 3.5.
    """
    return np.asarray(net / (1 + np.abs(net) / (_CROWD * minutes)))


class SwapDetector:
    """Doors detected as turned, and their wrong counts since.

    A cumulative sum test: evidence against the orientation of a door accumulates, and is reset when it turns positive.
    People may also use a door unusually: it is turned only if the number inside is then nearer to the usual one since
    the evidence began. `most` is the strongest evidence so far.
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
        entries: Floats,
        exits: Floats,
        lean: Floats,
        usual: tuple[Floats, Floats],
        seen: DayObservations,
        *,
        over: bool = False,
    ) -> tuple[Floats, Floats, Bools]:
        """Return the corrected counts (steps x doors), and which were turned.

        `lean` and `usual`, in and out, are by quarter of the clock and door. When a door is detected as turned, its
        wrong counts until then are corrected at once or, of a day that is `over`, where they were counted.
        """
        quarter = seen.clock // 15
        if self._begins is None and len(quarter):
            self._begins = int(quarter[0])
        turned = np.repeat(self.turned[None], len(entries), axis=0)
        entries, exits = np.where(turned, exits, entries), np.where(turned, entries, exits)
        if over and self._nothing_against(witnesses(entries - exits, seen.step_minutes) * lean[quarter]):
            return entries, exits, turned
        so_far_in, so_far_out = (
            np.cumsum(np.roll(flow, -(self._begins or 0), axis=0), axis=0) for flow in usual
        )
        inside, passed = (so_far_in - so_far_out) @ self._doors.T, (so_far_in + so_far_out).sum(1)
        at = (quarter - (self._begins or 0)) % len(passed)
        since = np.zeros(len(self.turned), np.int64)
        for step in np.flatnonzero((entries + exits).any(1)):
            net = entries[step] - exits[step]
            self._passed += float((entries[step] + exits[step]).sum())
            busier = self._passed / max(float(passed[at[step]]), 1.0)  # than usual, so far
            support = witnesses(net, seen.step_minutes) * lean[quarter[step]]
            since[self._against == 0] = step
            detected = self._judge(support, net, inside[at[step]] * busier)
            for door in np.flatnonzero(detected):
                later = slice(since[door] if over else step + 1, None)
                entries[later, door], exits[later, door] = (
                    exits[later, door].copy(),
                    entries[later, door].copy(),
                )
                turned[later, door] ^= True
                if not over:
                    entries[step, door] += max(-2 * self._wrong[door], 0)
                    exits[step, door] += max(2 * self._wrong[door], 0)
                    turned[step, door] ^= True
            self._net = self._net - np.where(detected, 2 * self._wrong, 0)
            self._against = np.where(detected, 0, self._against)
            self.turned = self.turned ^ detected
        return entries, exits, turned

    def _nothing_against(self, support: Floats) -> bool:
        """Tell whether no door could be detected as turned on an entire day of so much support (steps x doors)."""
        so_far = self._against - np.cumsum(support, axis=0)
        against = so_far - np.minimum(np.minimum.accumulate(so_far, axis=0), 0)
        if (against > SURE).any():
            return False
        self.most = np.maximum(self.most, against.max(0, initial=0))
        return True

    def _judge(self, support: Floats, net: Floats, inside: Floats) -> Bools:
        """Process a step; return the doors detected as turned."""
        self._net = self._net + net
        self._against = np.clip(self._against - support, 0, 2 * SURE)
        self.most = np.maximum(self.most, self._against)
        accumulates = self._against > 0
        self._wrong = np.where(accumulates, self._wrong + net, 0)
        off = self._doors @ self._net - inside
        other = off - 2 * (self._wrong * self._doors).T
        now, if_turned = self._touched @ np.abs(off), (self._touched * np.abs(other)).sum(1)
        self._off = np.where(accumulates, self._off + np.stack([now, if_turned]), 0)
        return np.asarray((self._against > SURE) & (self._off[1] < NEARER * self._off[0]), bool)
