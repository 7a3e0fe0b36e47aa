"""Views of validation counts: the counts, what they tell of a door, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from besok.model.site import Text
from besok.model.validation import Accuracy, Advice, Compared, Tap

Decision = Literal["open", "accepted", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualCount:
    """A count as the phone sends it, its times by the phone's own clock; `sent` is that clock when it was sent."""

    id: UUID
    portal: str
    counted_by: str
    begins: datetime
    ends: datetime
    sent: datetime
    taps: tuple[Tap, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountInfo:
    """A count that was received, with what the door's sensors told of the same time.

    `counted_in` and `counted_out` are all that was counted, `compared` what both saw whole. Times are by our clock.
    A count whose sensors are no longer those at the door, or count differently since, or that was discarded, is kept
    and not `used`: it tells nothing of the door as it is.
    """

    id: UUID
    portal: str
    counted_by: str
    begins: datetime
    ends: datetime
    received: datetime
    counted_in: int
    counted_out: int
    clock_ahead_s: float
    sensors: tuple[str, ...]
    compared: Compared
    used: bool
    note: str
    discarded: datetime | None
    discarded_by: str | None
    discarded_why: str | None
    taps: tuple[Tap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A correction: proposed, decided upon, perhaps undone. `evidence` is what it rested on when it was proposed."""

    id: int
    site: str
    portal: str
    proposed: datetime
    proposed_by: str
    factor_in: float
    factor_out: float
    evidence: dict[str, Any]
    decision: Decision
    decided: datetime | None
    decided_by: str | None
    decided_why: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    undone: datetime | None
    undone_by: str | None
    undone_why: str | None
    channels: Sequence[int]

    @property
    def in_force(self) -> bool:
        """Tell whether figures are corrected by it (from `valid_from` up to `valid_to`)."""
        return self.decision == "accepted" and self.undone is None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionEffect:
    """Entries and exits of the last weeks at a door as figures have them now, and as they would have them then: once a
    proposal is accepted, or a correction undone.
    """

    in_now: float
    out_now: float
    in_then: float
    out_then: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorInfo:
    """A door with sensors, and what the validation counts say of them. In and out are the portal's own directions.

    `inner` is what one enters by going in. `enters` is the direction that counts as a visit; None for a door within the
    site. `interval_s` is how often the slowest of its sensors reports: a count should last several times as long.
    `counts` are those used, `correction` the one in force now.
    """

    portal: str
    name: Text
    inner: Text
    enters: Literal["in", "out"] | None
    interval_s: int
    into: Accuracy
    out: Accuracy
    swapped: bool
    counts: int
    last_counted: datetime | None
    correction: Calibration | None
    proposal: Calibration | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCalibration:
    """All that is known of how well a site's doors count; `advice` says what to count next, the best first.

    `usual_week` is how many enter in a week, as the last eight saw it; without it there is no advice.
    """

    site: str
    time: datetime
    doors: tuple[DoorInfo, ...]
    usual_week: float
    advice: tuple[Advice, ...]
    counts: tuple[CountInfo, ...]
    history: tuple[Calibration, ...]
