"""From what doors counted to what passed into and out of each space: corrected, imputed where a door was silent."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analytics.occupancy.building import Building
from core.analytics.occupancy.estimate import Bools, Floats
from core.analytics.occupancy.learnt import VARIANCE, Learnt
from core.analytics.occupancy.seen import Seen
from core.analytics.occupancy.turned import Turned, leaning

SILENT_MINUTES = 60.0  # a door that says nothing for so long may be dead
SILENT_PEOPLE = 8.0  # who usually pass in its silence, from which on it is taken for dead


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """Who passed into and out of each space (steps x spaces) as the learnt doors have it.

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


def passages(building: Building, seen: Seen, learnt: Learnt, before: "Silence", turned: Turned) -> Passages:
    """Who passed in the steps of `seen`; `before` and `turned` know the doors up to them, and are carried on."""
    came, went = np.nan_to_num(seen.people_in), np.nan_to_num(seen.people_out)
    heard = ~(np.isnan(seen.people_in) & np.isnan(seen.people_out))
    into, out_of = (building.doors > 0).T.astype(float), (building.doors < 0).T.astype(float)
    raw = came @ (into - out_of) - went @ (into - out_of)
    doors = learnt.of(building)
    came, went = np.where(doors.swapped, went, came), np.where(doors.swapped, came, went)
    odd = np.broadcast_to(doors.swapped, came.shape)
    if doors.steady.any():
        usual = doors.usual_in, doors.usual_out
        leads = building.doors.astype(float)
        came, went, now = turned.follow(came, went, leaning(*usual) * doors.steady, usual, seen, leads)
        odd = odd ^ now
    usual_in, usual_out, dead = before.follow(seen, heard, doors.usual_in, doors.usual_out)
    counts = (came + went) * ~dead
    bias = doors.bias_at(seen)
    more = 1 + doors.missed
    true_in = np.where(dead, usual_in, came * (more + np.maximum(bias, 0)))
    true_out = np.where(dead, usual_out, went * (more + np.maximum(-bias, 0)))
    guessed = (usual_in + usual_out) + (0.3 * (usual_in + usual_out)) ** 2
    crossing = into + out_of
    variance = (VARIANCE * counts @ crossing) * doors.widened + (guessed * dead) @ crossing
    return Passages(
        people_in=true_in @ into + true_out @ out_of,
        people_out=true_out @ into + true_in @ out_of,
        variance=variance,
        raw=raw,
        passed=counts @ crossing,
        counted=before.counted(heard @ crossing > 0),
        odd=np.asarray(odd @ crossing > 0, bool),
        silent=np.asarray(dead @ crossing > 0, bool),
    )


class Silence:
    """How long each door has said nothing, and who would have passed it; which spaces' doors were ever heard."""

    def __init__(self, portals: int, spaces: int) -> None:
        self._minutes = np.zeros(portals)
        self._people = np.zeros(portals)
        self._counted = np.zeros(spaces, bool)

    def copy(self) -> "Silence":
        """The same knowledge, to go on with differently."""
        other = Silence(0, 0)
        other._minutes, other._people, other._counted = self._minutes, self._people, self._counted
        return other

    def counted(self, heard: Bools) -> Bools:
        """In which steps each space was counted in or before."""
        found = np.logical_or.accumulate(np.vstack([self._counted, heard]), axis=0)[1:]
        if len(found):
            self._counted = found[-1]
        return found

    def follow(
        self, seen: Seen, heard: Bools, usual_in: Floats, usual_out: Floats
    ) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """What usually passes each door in the steps of its death, and which these are.

        When a door is found to be dead, all that its silence hid comes at once.
        """
        quarter = seen.clock // 15
        share = seen.step_minutes / 15
        came, went = usual_in[quarter] * share, usual_out[quarter] * share
        dead = np.zeros(heard.shape, bool)
        hidden_in, hidden_out = np.zeros(heard.shape), np.zeros(heard.shape)
        if not len(heard) or (heard.all() and not self._minutes.any()):
            return hidden_in, hidden_out, dead
        for step in range(len(heard)):
            still = ~heard[step]
            self._minutes = np.where(still, self._minutes + seen.step_minutes, 0)
            self._people = np.where(still, self._people + came[step] + went[step], 0)
            dead[step] = still & (self._minutes >= SILENT_MINUTES) & (self._people >= SILENT_PEOPLE)
            hidden_in[step], hidden_out[step] = came[step] * dead[step], went[step] * dead[step]
        return hidden_in, hidden_out, dead
