"""Levers: changes that would bring more visits, estimated from the site's own history."""

from dataclasses import dataclass
from typing import Literal

from besok.model.effects import Range

Verdict = Literal["more", "fewer", "unclear", "no_evidence"]
Lever = Literal["sunday", "evenings", "door", "event", "park", "staffless"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverEffect:
    """Visits a year that one more of a lever goes with: a 95 % interval, and the effect that would show 4 times in 5.

    One more is: every Sunday open, five evenings an hour longer with staff, another entrance door, an event more every
    week, a day more every week on which the park has twice its visits, an hour more open with a card on five days. The
    verdict "unclear" means that the interval holds zero, "no_evidence" that the history holds too few weeks with more
    of the lever, or too few with less.
    """

    lever: Lever
    verdict: Verdict
    visits_a_year: Range | None = None
    would_show: float | None = None
