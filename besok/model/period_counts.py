"""Period counts: visits over hours, days, months or years, imported for times without sensors or beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, get_args

from besok.model.messages import Translatable

Unit = Literal["hour", "day", "week", "month", "quarter", "half-year", "year"]
UNITS: tuple[Unit, ...] = get_args(Unit)
LARGEST_FILE: Final = 32 << 20  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodCount:
    """Visits over a period, from day `first` to `last`, both included, as its source writes days.

    `hour` is set where it is one hour of a day (local, 0-23). `series` is the column, door or branch as the file names
    it, "" where the file has one.
    """

    series: str = ""
    first: date
    last: date
    hour: int | None = None
    visits: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRemark:
    """A remark on an accepted file, such as a total left out. `row` is the file's, from 1; None: the whole file."""

    kind: str
    row: int | None = None
    text: Translatable


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChoice:
    """An answer to a question about a file, and its consequence."""

    value: str
    text: Translatable


@dataclass(frozen=True, slots=True, kw_only=True)
class FileQuestion:
    """Something in a file that has several readings; `several` of the choices may be given, joined by "|"."""

    key: str
    text: Translatable
    choices: tuple[FileChoice, ...]
    several: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CountFile:
    """A file of counts as it was understood; `layout` is the counting system that wrote it, "" where not known.

    `hours` are the opening hours of days, as a site file has them, where a person named their column. `offers` are
    questions that need no answer.
    """

    unit: Unit
    counts: tuple[PeriodCount, ...]
    layout: str = ""
    findings: tuple[FileRemark, ...] = ()
    hours: Mapping[date, str] = field(default_factory=dict)
    offers: tuple[FileQuestion, ...] = ()
