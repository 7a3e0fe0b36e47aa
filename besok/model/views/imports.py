"""Counts that people bring: what was stored, and what storing would change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from besok.model.messages import Translatable
from besok.model.period_counts import PeriodCount, Unit
from besok.model.site import OpeningException
from besok.model.views.progress import Progress, SoFar

Counts = Literal["gross", "net", "passages"]
CountMethod = Literal["counter", "manual"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportView:
    """A stored import: `visits` are the sum of its `rows` as they are in the file.

    `changed` and `changed_by` tell who undid or restored it last, if anyone.
    """

    id: int
    site: str
    source: str
    method: CountMethod
    counts: Counts
    author: str
    made: datetime
    name: str
    digest: str
    layout: str
    undone: bool
    rows: int
    first: date
    last: date
    visits: float
    changed: datetime | None = None
    changed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRemark:
    """What a person should look at before storing; at `first` to `last` where it is about certain days."""

    kind: Literal["gap", "zero", "double", "jump", "series", "overlap", "baseline"]
    first: date | None
    last: date | None
    text: Translatable


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPreview:
    """What storing counts would do, before it is done.

    `by_year` sums the file's counts by calendar year (a period across two by its days). Of its periods `same` are
    stored already, `corrected` would replace another value, which is told, and `added` are new; `measured` days have a
    count by the sensors, which stays in force; `special_days` are the opening hours that come with it. `before` and
    `after` are the progress of `target`, the site whose target counts this one; where there is none, both are the
    visits so far.
    """

    site: str
    source: str
    counts: Counts
    unit: Unit
    layout: str
    rows: int
    first: date
    last: date
    visits: float
    by_year: Mapping[int, float]
    added: int
    same: int
    corrected: tuple[tuple[PeriodCount, float], ...]
    measured: int
    special_days: tuple[OpeningException, ...]
    remarks: tuple[PreviewRemark, ...]
    target: str | None
    before: Progress | SoFar
    after: Progress | SoFar
