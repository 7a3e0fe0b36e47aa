"""The annual figure of a site with its chain of evidence: frozen, the same for the command and the API."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from besok.model.site import VisitDefinition
from besok.model.views.closed_periods import ClosedPeriod
from besok.model.views.devices import Voided
from besok.model.views.imports import CountMethod, Counts
from besok.model.views.sample_weeks import SampledYear


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionEvidence:
    """A version of what a visit is. `used` is False for one that was replaced, or holds on no day of the year."""

    version: int
    first: date
    since: datetime
    ended: datetime | None
    used: bool
    definition: VisitDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorEvidence:
    """A channel that hung at a door in the year, and what it sent; None in `placed` or `ended` is without an end."""

    source: str
    device: str
    channel: str
    model: str
    role: Literal["primary", "reference"]
    swapped: bool
    placed: datetime | None
    ended: datetime | None
    readings: int
    voided: int = 0  # further readings, which count no more
    first: datetime | None
    last: datetime | None
    odd_clock: int  # readings whose time was missing or off
    expired: datetime | None = None  # readings from before are deleted, and in none of these counts


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorEvidence:
    """A door of the year: what was counted there, and what was added for times in which nobody watched it."""

    door: str
    counts: bool  # whether any definition of the year counts it
    counted: float
    estimated: float
    imputed: float
    corrected: float
    days_whole: int
    days_partly: int
    days_missing: int
    sensors: tuple[SensorEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionEvidence:
    """A correction of a door's sensors that applies in the year, or did until it was undone.

    `error_in` and `error_out` are the standard errors of its factors, as shares of them.
    """

    door: str
    factor_in: float
    factor_out: float
    first: datetime | None
    last: datetime | None
    decided: datetime
    author: str
    reason: str
    undone: datetime | None
    error_in: float | None
    error_out: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportEvidence:
    """Counts that people brought: of the file `name` with this SHA-256 `digest`, on `days` of the year `visits`."""

    source: str
    counts: Counts
    method: CountMethod
    name: str
    digest: str
    author: str
    made: datetime
    days: int
    visits: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The same figure from the raw readings, apart from the buckets. `different` names doors and days that differ."""

    readings: int
    gross: float | None
    net: float | None
    same: bool
    different: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualReport:
    """A year's visits. `besok01` is the figure for the national library statistics: net, with estimates.

    `gross` and `net` hold estimates for what was not observed, `gross_counted` and `net_counted` do not; the former are
    None where fewer than 60 days were observed, the latter where none was. `complete` where the year is over and has
    its figure. `filled` are visits that the days as they are shown hold besides
    `gross_counted`: estimated at once for silent doors, quarter by quarter; here an estimate of the whole year replaces
    them. `se` is of `gross`, `low` and `high` bound `net` in 95 of 100 cases.
    `last` is before the end of the year while that is not over. `hours_staffed` and `hours_staffless` are the opening
    hours of its days, with staff and open with a card only.
    `sample` is what the year was estimated from where people counted in sample weeks and no sensors did; `days_whole`
    are then the days that were counted.
    """

    site: str
    kind: Literal["library", "park"]
    year: int
    first: date
    last: date
    complete: bool
    besok01: int | None
    gross: float | None
    net: float | None
    gross_counted: float | None
    net_counted: float | None
    filled: float
    estimated_share: float
    imputed_share: float
    se: float
    se_counting: float
    se_missing: float
    low: float | None
    high: float | None
    days: int
    days_closed: int
    hours_staffed: float
    hours_staffless: float
    days_whole: int
    days_partly: int
    days_missing: int
    missing: tuple[date, ...]
    definitions: tuple[DefinitionEvidence, ...]
    doors: tuple[DoorEvidence, ...]
    corrections: tuple[CorrectionEvidence, ...]
    imports: tuple[ImportEvidence, ...] = ()
    voids: tuple[Voided, ...] = ()  # of sensors of the site, within the year; those that were undone too
    remarks: tuple[str, ...]
    verification: Verification | None = None
    sample: SampledYear | None = None
    closed: ClosedPeriod | None = None  # with this figure, and what would be another one now
