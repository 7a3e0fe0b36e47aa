"""Visits by month beside those of a baseline or of the year before, in words and as rows of a table."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from besok.model.views.series import VisitPoint
from besok.text import formats
from besok.text.languages import _

DAY = timedelta(days=1)


def lies_within(day: date, first: date, last: date) -> bool:
    """Return whether all of the month of `day` lies from `first` to `last`."""
    begins = day.replace(day=1)
    return first <= begins and (begins + 31 * DAY).replace(day=1) - DAY <= last


def by_month(points: list[VisitPoint], measure: str) -> list[float | None]:
    """Return the visits of January to December; None where nothing was observed."""
    known = {p.day.month: p.visits(measure) for p in points}
    return [known.get(month) for month in range(1, 13)]


def finding(
    now: Sequence[float | None],
    base: Sequence[float | None],
    running: int,
    before: str,
    gaps: Sequence[str] = (),
    unseen: Sequence[str] = (),
    left_out: Sequence[str] = (),
) -> str:
    """In how many of the finished months there were more visits than in those they are compared with, called `before`;
    which have `gaps` or are `unseen`, and which of those before are `left_out` of `base`, as not observed whole."""
    finished = list(zip(now, base, strict=True))[: running - 1]
    pairs = [(a, b) for a, b in finished if a is not None and b is not None]
    summary = _("{more} of {all} finished months had more visits than in {before}.")
    if not pairs:
        summary = _("No finished month was fully measured both this year and in {before}.")
    parts = [summary.format(more=sum(a > b for a, b in pairs), all=len(pairs), before=before)]
    for months, text in (
        (gaps, _("Partly without data, so too low: {months}.")),
        (unseen, _("No data: {months}.")),
        (left_out, _("Left out, since not measured completely then: {months}.")),
    ):
        if months:
            parts.append(text.format(months=", ".join(months)))
    return " ".join(parts)


def rows(
    now: Sequence[float | None],
    base: Sequence[float | None],
    complete: Sequence[float | None],
    finished: Sequence[float | None],
    points: Mapping[int, VisitPoint],
) -> list[list[str]]:
    """Return the rows of the table beside the chart; visits that were imputed or corrected in part are marked with
    an asterisk. Only months that are `finished` and were measured completely are compared, with months of the base
    that were observed completely (`complete`)."""
    result: list[list[str]] = []
    columns = (formats.months("wide"), now, base, complete, finished)
    for month, mine, theirs, before, ended in zip(*columns, strict=True):
        point = points.get(len(result) + 1)
        change = formats.signed_percent(ended / before - 1) if ended is not None and before else ""
        mark = (
            " *"
            if point
            and (
                point.imputed
                or point.corrected
                or point.voided
                or point.maintenance
                or point.revised_gross is not None
            )
            else ""
        )
        coverage = formats.percent(point.coverage) if point else ""
        result.append([month, formats.number(mine) + mark, formats.number(theirs), change, coverage])
    return result
