"""Effects of actions and of programme events, as stored and shown. Method: `besok.analytics.effects`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Verdict = Literal[
    "more", "fewer", "chance", "too_early", "too_little_before", "nothing_before", "not_observed"
]
EventVerdict = Literal["more", "fewer", "chance", "too_few_days", "not_observed"]
Moved = Literal["new", "moved", "partly", "cannot_tell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """An estimate with the bounds of its 95 % interval."""

    estimate: float
    lower: float
    upper: float

    def times(self, factor: float) -> "Range":
        """Return the estimate and its bounds multiplied by `factor` (above zero)."""
        return Range(estimate=self.estimate * factor, lower=self.lower * factor, upper=self.upper * factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detectable:
    """The smallest effect (0.2: a fifth more) that would be detected with 80 % probability, so many weeks after."""

    share: float
    weeks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Change of visits: as a share (0.1: a tenth more) and in visits a year; `odds` that they rose at all.

    `weeks` are the weeks before and after, `compared` what the change was judged by: "controls" (what was not acted on)
    or "history" (the own past). `detectable` is what would show; None where the past is too short to tell.
    """

    share: Range
    a_year: Range
    odds: float
    weeks: tuple[int, int]
    compared: Literal["controls", "history"]
    detectable: Detectable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The effect of an action. `change` is None where the verdict says why; others only where there are any.

    `elsewhere` is the change of the other days or spaces of the house, from which visits may have moved; `moved` the
    share of the gain that came from there (0..1 with its interval), `net` the change of the whole.
    """

    verdict: Verdict
    change: Change | None = None
    elsewhere: Change | None = None
    net: Change | None = None
    moved: Range | None = None
    origin: Moved | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """Visits beyond those expected, with the bounds of the 95 % interval and the odds that there were more at all."""

    visits: float
    expected: float
    extra: float
    lower: float
    upper: float
    odds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEffect:
    """The effect of one event: `during` judges it, `compared` are the days (rows) it was compared with.

    `around` are its hours with those before and after, so that people who only came at another time are not new:
    `origin` says so where there were more, and the hours before and after can tell.
    """

    verdict: EventVerdict
    before: Extra | None = None
    during: Extra | None = None
    after: Extra | None = None
    around: Extra | None = None
    origin: Moved | None = None
    compared: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeEffect:
    """The effect of an event of the programme; `space` is None if it took place in the whole site."""

    title: str
    space: str | None
    start: datetime
    end: datetime
    effect: EventEffect
