"""What the screens and the API are told: frozen results of the store's queries, the same for both.

Times are aware and in UTC, days are business days of the site, people are whole where they were counted.
None means "not known"; it is never to be shown as zero.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from core.analytics.usage import Usage
from core.site import Text

Basis = Literal["doors", "people", "presence"]  # what an occupancy figure rests on
Freshness = Literal["live", "late", "stale", "none"]
Level = Literal["calm", "moderate", "busy", "full", "unknown"]
Step = Literal["15min", "hour", "day", "week", "month"]

USUAL_S = 60  # seconds between the messages of a sensor
LATE_AFTER = timedelta(seconds=150)  # two missed messages of a usual sensor and a little patience
STALE_AFTER = timedelta(minutes=5)


def patience(interval_s: float) -> float:
    """How much longer than on a usual sensor one waits on one that sends every `interval_s` seconds; at least 1."""
    return max(interval_s / USUAL_S, 1)


def freshness(heard: datetime | None, now: datetime, interval_s: float = USUAL_S) -> Freshness:
    """How much a figure can be trusted at `now` whose sensor was last heard at `heard` and sends every `interval_s`."""
    if heard is None:
        return "none"
    age = (now - heard) / patience(interval_s)
    return "live" if age <= LATE_AFTER else "late" if age <= STALE_AFTER else "stale"


def older(one: Freshness, other: Freshness) -> Freshness:
    """The worse of two."""
    order: tuple[Freshness, ...] = ("live", "late", "stale", "none")
    return max(one, other, key=order.index)


def level(people: float | None, capacity: int | None) -> Level:
    """How full a space is, in the four words of the screens: calm to 50 %, moderate to 80 %, busy below 100 %, full."""
    if people is None or not capacity:
        return "unknown"
    share = people / capacity
    return "calm" if share < 0.5 else "moderate" if share < 0.8 else "busy" if share < 1 else "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceInfo:
    """A space as it is built. `parent` is None for the root space of the site, which has the site's id."""

    space: str
    parent: str | None
    name: Text
    kind: str
    storey: int | None
    capacity: int | None
    seats: int | None
    area_m2: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteInfo:
    """A site as it is built."""

    site: str
    kind: str
    name: Text
    timezone: str
    capacity: int | None
    sandbox: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceLive:
    """How many are in a space now. `lower` and `upper` bound the 80 % interval; `raw` is in - out, uncorrected.

    A figure never comes without its interval. `time` is the minute it holds for; `heard` is when the space's most
    silent sensor was last heard, `interval_s` how often that one sends. `reason` says why a figure was corrected
    (docs/definitions.md lists the words) or is missing ("no_sensor", "no_data").
    """

    space: str
    parent: str | None
    name: Text
    kind: str
    storey: int | None
    capacity: int | None
    people: float | None
    lower: float | None
    upper: float | None
    raw: float | None
    basis: Basis | None
    reason: str | None
    time: datetime | None
    heard: datetime | None
    interval_s: int
    freshness: Freshness
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLive:
    """A site now: `spaces` holds the root space first, then the rest in the order of the building.

    `open_until` is the end of the present opening hours, `opens_at` the beginning of the next; one of them is None, and
    both are where a site never closes or never opens: `is_open` says which.
    `visits_today` counts entries through the perimeter since the business day began.
    """

    site: str
    name: Text
    time: datetime
    sandbox: bool
    is_open: bool
    open_until: datetime | None
    opens_at: datetime | None
    visits_today: float | None
    visits_last_week: float | None  # the same weekday a week ago, up to the same time of day
    spaces: tuple[SpaceLive, ...]
    visits_corrected: float = 0.0  # of those today, how many corrections of doors added


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPoint:
    """People through a portal in the step that begins at `start`. `coverage` is the share of it that was observed, 0-1.

    `imputed` is how many of `people_in` + `people_out` were not seen when they came: a total told of them after a gap,
    or they were estimated for a silent sensor; `corrected` how many an accepted calibration added to what the sensors
    counted (negative: took off).
    """

    portal: str
    start: datetime
    people_in: float | None
    people_out: float | None
    coverage: float
    imputed: float
    corrected: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitPoint:
    """Visits of a site in the step that begins on `day`. None means nothing was observed; that is not zero.

    `imputed` is how many of the gross were not seen when they came: told by a total after a gap, or estimated for a
    silent door. `se` is the standard error of the gross figure as far as counting goes (core.analytics.visits); what
    was not observed is told by `coverage`. `definition` is the version in force: 0 if the site states none, None if it
    changed.
    `corrected` is how many of the gross an accepted calibration of a door added to what the sensors counted. `final`
    tells that the last business day of the step was over when it was asked for; until then it is what has come so far.
    """

    day: date
    gross: float | None
    net: float | None
    coverage: float
    imputed: float
    se: float | None = None
    definition: int | None = 0
    corrected: float = 0.0
    final: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OccupancyPoint:
    """People in a space, averaged over the step that begins at `start`; `peak` is the highest minute in it.

    `lower` and `upper` bound the 80 % interval of `people`, `peak_lower` and `peak_upper` that of `peak`; `raw` is
    in - out, uncorrected. `basis` and `reason` are the commonest of the step. `final` tells that the business day was
    over when the figures were made, so that what came later in it has been used.
    """

    space: str
    start: datetime
    people: float | None
    lower: float | None
    upper: float | None
    raw: float | None
    peak: float | None
    peak_lower: float | None
    peak_upper: float | None
    basis: Basis | None
    reason: str | None
    final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceUsage:
    """How a space was used over business days: stays, turnover, how full (core.analytics.usage).

    `seats` are those stated, else those of the spaces within it; the site's own capacity counts for its root space.
    """

    space: str
    name: Text
    seats: int | None
    capacity: int | None
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Several spaces taken together over business days. `peak` is the highest sum of their quarters of an hour, at
    `peak_at`; `coverage` the share of the quarters in which all of them were known."""

    spaces: tuple[str, ...]
    first: date
    last: date
    coverage: float
    peak: float | None
    peak_at: datetime | None
    capacity: int | None
    utilisation_peak: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """The usual occupancy of a space at a weekday (Monday 0) and local hour; `days` is how many days it rests on.

    On eight days of ten it lies between `lower` and `upper`, uncertainty of counting included.
    """

    weekday: int
    hour: int
    people: float | None
    lower: float | None
    upper: float | None
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodBreak:
    """A day from which visits are counted otherwise. What was counted before it, times `factor`, is what would be now.

    `kind`: another sensor, a definition of a visit, a door that was not counted before (or is no more), or a step that
    nobody told of ("found"). `method`: both sensors side by side ("overlap"), the step beside other doors ("level"),
    the same readings by the new definition ("recounted"), or none, where it cannot be told. `error` is half the
    width of the factor's 95 % interval. `site` is the one whose visits are counted otherwise, and whose file names the
    door, where it is not the site of the target itself.
    """

    day: date
    door: str | None
    kind: Literal["sensor", "definition", "door", "found"]
    method: Literal["overlap", "level", "recounted", "none"]
    factor: float | None
    error: float | None
    site: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """The visits of a site so far, together with those of the other sites that its target counts, if it has one.

    `visits` were counted on `days` business days before `today`, the first of them `first`. `last_365` are those of the
    last 365 days, scaled for missing ones, of which `coverage_365` were observed whole; `growth` compares the last 364
    days with the 364 before, by the `growth_days` that were observed whole in both (None with less history).
    """

    today: date
    measure: str
    first: date | None
    days: int
    visits: float | None
    last_365: float | None
    coverage_365: float
    growth: float | None
    growth_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Visits on the way to the target.

    `baseline_visits` are a year's worth, scaled from the days of the baseline period that were observed whole, which
    are `baseline_coverage` of it; `goal_visits` is the factor times that. `last_365` are the visits of the 365 business
    days before `today`, scaled for missing days; `growth` compares the last 364 days with the 364 before, by the
    `growth_days` of them that were observed whole in both (None with less history). `needed_growth` is the growth a
    year from today to the deadline.

    The figures called `bridged` are what they would be had every day been counted as it is now, over the `breaks`;
    `growth_error` is half the width of the 95 % interval of `growth_bridged`, and holds `growth_unseen`, what changes
    of counters too small to be found may do. `also` are the other sites whose visits count; a day counts if it was
    observed at all of them.

    Once the deadline is over, `deadline_365` are the visits of the 365 days up to it, scaled for missing days (None as
    long as it is not, or where fewer than nine days of ten were observed).
    """

    site: str
    today: date
    baseline_first: date
    baseline_last: date
    baseline_visits: float | None
    baseline_coverage: float
    factor: float
    deadline: date
    goal_visits: float | None
    last_365: float | None
    coverage_365: float
    growth: float | None
    needed_growth: float | None
    measure: str
    growth_bridged: float | None = None
    growth_error: float | None = None
    growth_unseen: float | None = None
    baseline_bridged: float | None = None
    goal_bridged: float | None = None
    needed_growth_bridged: float | None = None
    breaks: tuple[MethodBreak, ...] = ()
    also: tuple[str, ...] = ()
    deadline_365: float | None = None
    growth_days: int = 0
