"""The next validation count: the door and hour that reduce the error of the visits of a site most.

The visits of a site are the sum over its doors of the people entering, each sensor's figure divided by its accuracy.
If n_d people come in at door d and the variance of its accuracy is v_d, the door adds n_d^2 v_d to the variance of the
visits. A count of `seconds` at an hour in which a sensor sees r people a second lowers v_d as
`calibration.after_one_more` says. The count that lowers n_d^2 v_d most is the one to make: it weighs traffic with
present uncertainty, so that a quiet door is worth a count only when nothing is known of it. An hour that was counted
before adds less than another one of the same traffic: differences between sessions are partly those of hours.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from besok.analytics.calibration import after_one_more, variance
from besok.model.validation import Accuracy, Advice

SECONDS = 900.0  # of a count
SAME_HOUR = 0.5  # share of the variance between sessions that belongs to the hour
WORTH = 0.05  # of the variance of the visits: a smaller reduction is not worth a quarter of an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class HourTraffic:
    """Mean entries at a door in an hour of the week (Monday 0), and how often it was counted already."""

    weekday: int
    hour: int
    people: float
    sessions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorTraffic:
    """A door into the site with its known accuracy and its traffic by hour of the week."""

    portal: str
    known: Accuracy
    week: Sequence[HourTraffic]

    @property
    def people(self) -> float:
        """Return the people entering in a week."""
        return sum(h.people for h in self.week)


def advise(doors: Iterable[DoorTraffic]) -> list[Advice]:
    """Return the best hour of each door that is worth a count, the best door first."""
    doors = [d for d in doors if d.people > 0]
    total = sum(d.people**2 * variance(d.known) for d in doors)
    visits = sum(d.people for d in doors)
    best_hours = [_best(d, total, visits) for d in doors] if total > 0 else []
    return sorted((a for a in best_hours if a.gain >= WORTH), key=lambda a: -a.gain)


def _best(door: DoorTraffic, total: float, visits: float) -> Advice:
    """Return the hour of a door that teaches most."""
    hour = max(door.week, key=lambda h: _reduction(door, h))
    less = _reduction(door, hour)
    return Advice(
        portal=door.portal,
        weekday=hour.weekday,
        hour=hour.hour,
        expected=hour.people * SECONDS / 3600,
        gain=less / total,
        margin_now=math.sqrt(total) / visits,
        margin_after=math.sqrt(max(total - less, 0.0)) / visits,
    )


def _reduction(door: DoorTraffic, hour: HourTraffic) -> float:
    """Return by how much a count in an hour lowers the variance of the visits."""
    expected = hour.people * SECONDS / 3600
    known_before = SAME_HOUR * hour.sessions
    after = after_one_more(door.known, expected, SECONDS, known_before)
    return door.people**2 * (variance(door.known) - after)
