"""Views of the calendar, the programme, and the action register."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from besok.model.site import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeEvent:
    """An activity in the calendar. `space` is None for the whole site; `calendar` is the import it came with."""

    calendar: str
    uid: str
    title: str
    space: str | None
    start: datetime
    end: datetime
    all_day: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionEffect:
    """Effect of an action up to business day `until`; the verdict "chance" means no clear effect.

    `share` is the change of the visits it is about (0.1: a tenth more) and `a_year` the same in visits a year, each
    with a 95 % interval; `odds` is the probability that they rose at all. `compared` says what it was judged by, from
    so many weeks before and after. `origin` tells new visits from those that moved here from elsewhere in the house.
    `of_missing` is its contribution to the target: the share of the visits a year that are still missing. An effect of
    `detectable` would be told from chance four times of five, `detectable_weeks` after. None: cannot be said.
    """

    action: str
    until: date
    verdict: Literal[
        "more", "fewer", "chance", "too_early", "too_little_before", "nothing_before", "not_observed"
    ]
    share: float | None = None
    share_low: float | None = None
    share_high: float | None = None
    a_year: float | None = None
    a_year_low: float | None = None
    a_year_high: float | None = None
    odds: float | None = None
    weeks_before: int = 0
    weeks_after: int = 0
    compared: Literal["controls", "history"] | None = None
    origin: Literal["new", "moved", "partly", "cannot_tell"] | None = None
    of_missing: float | None = None
    detectable: float | None = None
    detectable_weeks: int | None = None


UNUSUAL_FROM: Final = 21  # days that were counted, before any hour is called unusual


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusualTime:
    """A time at which far more, or far fewer, people came than `expected`, and what the programme had then.

    `score` is the log10 of how many times likelier the counts are with something going on than without.
    """

    start: datetime
    end: datetime
    people: float
    expected: float
    score: float
    programme: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolHoliday:
    """Days without school, both included."""

    calendar: str
    first: date
    last: date
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCalendar:
    """Import under a name: how many events, holidays or days of weather, and from when to when."""

    site: str
    calendar: str
    kind: Literal["events", "school-holidays", "weather"]
    number: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """All that is known about a business day, past or to come, besides its visits.

    `open_hours` is 0 on a closed day; `staffless_hours` of them are open with a card, without staff. `events` are the
    titles of the programme, `event_hours` the time they take up within the day, added up; one that lasts all day counts
    the opening hours. Weather is None where nobody told it.
    """

    day: date
    open_hours: float
    holiday: str | None
    school_holiday: str | None
    events: tuple[str, ...]
    event_hours: float
    temperature_c: float | None
    precipitation_mm: float | None
    staffless_hours: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionInfo:
    """Something that was asked for, and what became of it: asked, answered, done, or done and taken back ("undone").

    `spaces` are those that it concerns, the whole site if empty; `weekdays` those that it is about, every day if empty.
    `invented` marks an example.
    """

    action: str
    title: Text
    asked_by: Literal["residents", "staff", "partners", "council"]
    state: Literal["asked", "answered", "done", "undone"]
    asked: date | None
    answered: date | None
    answer: Text | None
    done_since: date | None
    undone: date | None
    spaces: tuple[str, ...]
    weekdays: tuple[str, ...]
    invented: bool
