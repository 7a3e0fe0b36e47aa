"""Figures over time: flows, visits and occupancy by step, what is usual at an hour, and how spaces were used."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from besok.model.occupancy import Basis
from besok.model.site import Text
from besok.model.usage import Usage

Step = Literal["15min", "hour", "day", "week", "month"]
VisitStep = Literal["day", "week", "month", "quarter", "year"]


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

    `imputed` is how many of the gross were not seen when they came: told by a total after a gap, estimated for a
    silent door, or a day's share of the total of a longer period. `source` is what people brought days of the step
    from, empty where sensors counted all of them. `se` is the standard error of the gross figure
    (besok.analytics.visits), with whom counters miss in both directions and the errors of corrections and estimates;
    what was not observed is told by `coverage`: the share of the step's days that are known whole, of one day the share
    of its seconds.
    `definition` is the version in force: 0 if the site states none, None if it changed.
    `corrected` is how many of the gross an accepted calibration of a door added to what the sensors counted. `final`
    tells that the last business day of the step was over when it was asked for; until then it is what has come so far.
    `voided` tells that a person has voided readings of that time: they are in none of the figures.
    `maintenance` tells that work on the site, a door or a sensor was planned then: its figures may be of installers.
    `closed` months and years were reported: the figures are those of then, and `revised_gross` and `revised_net` what
    they would be now, where that differs (`/periods` tells why).
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
    source: str = ""
    voided: bool = False
    maintenance: bool = False
    closed: bool = False

    def visits(self, measure: str) -> float | None:
        """Return gross or net visits, as a target counts them."""
        return self.net if measure == "net" else self.gross

    revised_gross: float | None = None
    revised_net: float | None = None


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
class ComparedPoint(OccupancyPoint):
    """Point of one of several series: the `site` of its space too."""

    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedHour:
    """The people to expect in a space on average in the hour from `start`: the mean and the range of the same hour in
    so many past `weeks`.
    """

    space: str
    start: datetime
    people: float
    lower: float
    upper: float
    weeks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceUsage:
    """Usage of a space over business days: dwell time, turnover, utilisation (besok.analytics.usage).

    `seats` are those stated, else those of the spaces within it; the site's own capacity counts for its root space.
    Where `by_presence`, sensors tell no more than whether anybody is there: `usage.people` is then the share of the
    time in which somebody was.
    """

    space: str
    name: Text
    seats: int | None
    capacity: int | None
    usage: Usage
    by_presence: bool = False


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
