"""The annual report as text for people, and as JSON for machines."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from besok.model.calendar import business_day
from besok.model.errors import NotFound
from besok.model.views.annual import AnnualReport
from besok.services.closed_periods import get_reported
from besok.store.database import Database
from besok.store.sites import load, load_all
from besok.text import revision_text
from besok.text.languages import in_both
from cli.terminal.tables import outline

METHOD = (
    "What is missing is estimated from the same door on days of the same kind nearby and from what was seen that day;"
    " its error is measured by hiding as much elsewhere in the year (docs/explanation/visits.md)."
)


def reports(
    db: Database, site: str | None, year: int, now: datetime, *, verify: bool
) -> tuple[list[AnnualReport], list[str]]:
    """Return the reports of a site or of all, and why some are missing: no counts, or no day is over yet.

    Raises NotFound where that is so of the one that was asked for, or of all.
    """
    reports, left_out = [], list[NotFound]()
    for place in [load(db, site)] if site else load_all(db):
        try:
            reports.append(get_reported(db, place.id, year, business_day(now, place), verify=verify))
        except NotFound as exc:
            left_out.append(exc)
    if not reports:
        raise left_out[0] if left_out else NotFound("there is no site yet; `besok site apply` makes one")
    return reports, [str(reason) for reason in left_out]


def as_text(report: AnnualReport) -> str:
    """Return the report as text to be signed: the figure, its remarks, and all its evidence."""
    return "\n".join(_lines(report))


def _lines(r: AnnualReport) -> Iterator[str]:
    yield f"{r.site}: visits {r.first} to {r.last}"
    if r.besok01 is not None:
        yield f"  Besok01 (visits, national library statistics): {r.besok01:,}"
    if r.low is not None and r.high is not None:
        yield f"  net: 95 % interval {r.low:,.0f} to {r.high:,.0f}"
    if (closed := r.closed) and closed.revision:
        yield f"  REVISION: {in_both(lambda: revision_text.revision(closed, 'besok01')).en}"
    yield from (f"  NOTE: {remark}" for remark in r.remarks)
    if r.gross is not None and not r.sample:
        yield f"  {METHOD}"
    if r.verification:
        yield f"  Verified from the readings: {'the same' if r.verification.same else 'NOT the same'}"
    values: dict[str, Any] = {"remarks": (), "missing": tuple(_stretches(r.missing))}
    values |= {"closed": r.closed and replace(r.closed, revision=None)}
    yield from (f"  {line}" for line in outline(replace(r, **values)))


def _stretches(days: Sequence[date]) -> Iterator[str]:
    """Yield days in order as stretches: `2025-01-01 to 2025-01-31`, `2025-03-08`."""
    first = days[0] if days else None
    for day, after in pairwise((*days, None)):
        if day and after != day + timedelta(days=1):
            yield str(day) if day == first else f"{first} to {day}"
            first = after
