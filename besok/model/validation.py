"""Validation counts by a person: taps, what the sensor reported, accuracy, and where to count next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Problem = Literal["no_sensor", "silent", "short", "waiting", "expired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """People counted at one moment; `undone` if it was taken back."""

    time: datetime
    direction: Literal["in", "out"]
    people: int
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Report of a channel on a period; the moment itself where `begins` is `ends`. In the portal's own directions."""

    channel_id: int
    begins: datetime
    ends: datetime
    people_in: float
    people_out: float
    directed: bool = True  # False: it cannot tell in from out, and half of them count as either


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A channel that observed the door during the count: its reporting interval, and when it was last seen."""

    channel_id: int
    interval_s: int
    heard: datetime | None
    expired: bool = False  # its readings of the count are deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Both counts of the stretch from `begins` to `ends`. With a `problem` the figures say nothing.

    "no_sensor": no sensor observed the door then; "silent": it sent nothing for a part of the time; "short": fewer than
    four minutes were seen whole by both; "waiting": it has not reported as far as the end of the count yet;
    "expired": its readings of that time are deleted.
    """

    begins: datetime
    ends: datetime
    counted_in: float
    counted_out: float
    device_in: float
    device_out: float
    directed: bool
    problem: Problem | None = None

    @property
    def seconds(self) -> float:
        """The length of the stretch."""
        return (self.ends - self.begins).total_seconds()


Verdict = Literal["none", "few", "good", "unsure", "factor", "broken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """Counted / real in one direction over all sessions, with its interval at LEVEL; None where nobody passed.

    `sd` is the standard deviation of `accuracy`; `passage_var` and `session_sd` are the posterior means of the model's
    s2 and tau. `factor` is what the sensor's figures are to be multiplied with: 1 unless the verdict is "factor".
    Verdicts: "none" (nobody counted), "few" (fewer than ENOUGH people), "good" (right within GOOD), "factor"
    (off by more than MARGIN, surely), "broken" (so far off that no factor helps), else "unsure": count more.
    """

    sessions: int
    counted: float
    device: float
    accuracy: float | None
    lower: float | None
    upper: float | None
    sd: float | None
    passage_var: float
    session_sd: float
    verdict: Verdict
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A count to make: the door, the hour of the week, who will pass in a quarter of an hour, and what it gives.

    `margin_now` and `margin_after` are the sd of the site's visits from counting errors, as shares of the visits.
    """

    portal: str
    weekday: int
    hour: int
    expected: float
    gain: float  # the share of the variance of the visits that the count takes away
    margin_now: float
    margin_after: float
