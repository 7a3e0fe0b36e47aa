"""Views of headcounts: each with what was estimated before it was used, and what they say together."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from besok.model.site import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomToCount:
    """A space to be walked in a headcount round, with its last headcount of the day."""

    space: str
    name: Text
    storey: int | None
    capacity: int | None
    seats: int | None
    people: int | None
    seats_taken: int | None
    time: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadcountInfo:
    """A headcount; `estimate` with its 80 % interval is what was shown for its minute before the headcount was used.

    `shown` is what a counter of the people in the space showed at that time. Both are None where there was none.
    """

    id: UUID
    space: str
    name: Text
    time: datetime
    people: int
    seats_taken: int | None
    counted_by: str
    entered_at: datetime
    estimate: float | None
    lower: float | None
    upper: float | None
    shown: float | None
    undone: datetime | None
    undone_by: str | None
    undone_why: str | None

    @property
    def within(self) -> bool | None:
        """Tell whether the headcount lay within the interval; None where there was no estimate."""
        if self.estimate is None or self.lower is None or self.upper is None:
            return None
        return self.lower <= self.people <= self.upper


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceHeadcounts:
    """What the headcounts of a space say: of `judged` ones `within` lay in the 80 % interval, `bias` is the mean of
    estimate - headcount.

    `scale` is what the counter of the people in the space shows of those there, with its 95 % interval, by the `beside`
    headcounts that were made with it; None without one.
    """

    space: str
    name: Text
    headcounts: int
    judged: int
    within: int
    bias: float | None
    mean_people: float
    beside: int
    scale: float | None
    scale_lower: float | None
    scale_upper: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteHeadcounts:
    """The headcounts of business days: of `judged` ones `within` lay in the 80 % interval of the estimate before them.

    `share_lower` and `share_upper` bound the 95 % interval of that share (Wilson); `honest` is None where too few tell.
    """

    site: str
    first: date
    last: date
    judged: int
    within: int
    share_lower: float | None
    share_upper: float | None
    honest: bool | None
    spaces: tuple[SpaceHeadcounts, ...]
    counts: tuple[HeadcountInfo, ...]
