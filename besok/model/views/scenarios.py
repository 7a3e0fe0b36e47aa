"""Views of scenarios: what was asked, how far it is, and the answer."""

from dataclasses import dataclass
from datetime import date, datetime

from besok.model.findings import Kind
from besok.model.scenarios import FailedFor, FaultySensor, RunState, ScenarioSpec
from besok.model.site import Text
from besok.model.views.whatif import Answer, Replicated


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorNotice:
    """In how many replications a faulty sensor is noticed within `days` days, by the checks that run every hour."""

    sensor: FaultySensor
    name: Text  # of its door
    days: int
    replications: int
    noticed: int
    after_h: Replicated | None  # hours until then, opening hours or not; null: never
    named: Kind | None  # what it is most often found to be
    counted: Replicated  # visits that are counted on those days, as a share of the true ones


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """Result of a run: what breaks first, and whether the faulty sensor would be noticed (null: none is faulty).

    `learnt` tells that today's world was learnt from the history of the site; else it is an ordinary one of its kind.
    """

    answer: Answer
    sensor: SensorNotice | None
    learnt: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRun:
    """A question and what became of it: `done` of `total` parts, why it failed, the result where it is done.

    `play_until` is up to when it is played live in the sandbox of its site; None where it is not.
    """

    number: int
    site: str
    spec: ScenarioSpec
    state: RunState
    author: str
    asked: datetime
    started: datetime | None
    ended: datetime | None
    done: int
    total: int
    reason: FailedFor
    play_until: datetime | None = None
    result: ScenarioResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableRun:
    """What is known of a question that cannot be read: as much as decides whether it can be cancelled or removed."""

    number: int
    site: str
    state: str
    play_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioSpace:
    """A space under a scenario: peak and minutes over capacity with 80 % intervals, and the longest hours over it.

    `title` is the scenario's; what is so today is of the same days, from `first` on.
    """

    space: str
    capacity: int | None
    surely: float
    peak: float
    peak_lower: float
    peak_upper: float
    peak_today: float
    over: float
    over_lower: float
    over_upper: float
    over_today: float
    weekday: int | None
    start_hour: int | None
    end_hour: int | None
    scenario: int
    title: str
    first: date
    days: int
