"""Imported counts: preview, storing, undoing, restoring."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from besok.model import calendar
from besok.model.messages import Translatable
from besok.model.period_counts import CountFile, PeriodCount
from besok.model.site import Site
from besok.model.sitefile.visit_checks import perimeter
from besok.model.views.imports import ImportPreview, PreviewRemark
from besok.model.views.progress import Progress, SoFar
from besok.services.observed_days import site_days
from besok.services.progress import get_progress, get_so_far
from besok.store import period_counts
from besok.store.database import Database
from besok.store.period_counts import NewImport
from besok.store.sites import id_of, load, load_all

DAY: Final = timedelta(days=1)
MOST_OF_A_KIND: Final = 5  # remarks; the rest is counted
DOUBLE: Final = 1.8  # times what is usual on the weekday
JUMP: Final = 1.4  # from one year's mean to the next
LEAST_DAYS: Final = 28  # on either side of a jump
GAP: Final = Translatable("{first} to {last} is not in the file")
MORE: Final = Translatable("and {n} more between {first} and {last}")
ZERO: Final = Translatable("{first}: nobody, though the site was open")
DOUBLE_DAY: Final = Translatable(
    "{first}: {visits:.0f} visits, {times:.1f} times as many as usual on that weekday"
)
JUMPED: Final = Translatable(
    "from {first} on there are {times:.2f} times as many visits a day: has the counter changed?"
)
BEGINS: Final = Translatable(
    "“{series}” is known from {first} to {last} only; before and after, the others count alone"
)
BESIDE: Final = Translatable(
    "“{source}” has “{series}” of these days already: both are added up; if one holds the other, undo its import"
)
DOORS: Final = Translatable(
    "“{source}” has only some of the doors, not {missing}: its days are shown as if nobody used those"
)
NEWER: Final = Translatable(
    "these counts are import {number} already, and of {periods} of their periods a newer import holds: undo that one"
)
OTHER: Final = Translatable(
    "“{source}” has {days} of these days too; of two sources the finer one counts, then the newer"
)


def preview(db: Database, site: str, new: NewImport, now: datetime) -> ImportPreview:
    """Return the changes that storing counts would make; nothing is stored. Raises as `period_counts.put` does."""
    place, file, source, counts = load(db, site), new.file, new.source, new.counted
    today = calendar.business_day(now, place)
    target = _target(db, place)
    before = _progress(db, target or place, today)
    with db.rehearsal() as trial:
        with trial.transaction() as conn:
            site_id = id_of(conn, site)
            stored = period_counts.compare(conn, site_id, new)
        known, _ = site_days(trial, place, today - DAY)
        number = period_counts.put(trial, site, new, now)
        usual, place = place.opening, load(trial, site)
        newer: tuple[object, ...] = ()
        if stored.corrected:  # by a newer import, where these counts are one already
            with trial.transaction() as conn:
                newer = period_counts.compare(conn, site_id, new).corrected
        _, imports = site_days(trial, place, today - DAY)
        after = _progress(trial, target or place, today)
        by_day = {day: d.gross if counts != "net" else d.net for day, d in imports.sources[source].items()}
        remarks = list(_remarks(place, file, source, by_day, {s: set(d) for s, d in imports.sources.items()}))
    first, last = min(c.first for c in file.counts), max(c.last for c in file.counts)
    missing = _missing_doors(db, place, {row.portal for row in imports.rows if row.source == source})
    if missing:
        remarks.append(_remark("series", DOORS, first, last, source=source, missing=", ".join(missing)))
    remarks += [
        _remark("overlap", BESIDE, first, last, source=source, series=series or site)
        for series in stored.other_series[:MOST_OF_A_KIND]
    ]
    if newer:
        remarks.append(_remark("overlap", NEWER, first, last, number=number, periods=len(newer)))
    return ImportPreview(
        site=site,
        source=source,
        counts=counts,
        unit=file.unit,
        layout=file.layout,
        rows=len(file.counts),
        first=first,
        last=last,
        visits=sum(c.visits for c in file.counts),
        by_year=_by_year(file.counts, by_day),
        added=len(file.counts) - stored.same - len(stored.corrected),
        same=stored.same,
        corrected=() if newer else stored.corrected,
        special_days=tuple(one for one in place.opening.exceptions if one not in usual.exceptions),
        measured=sum(d.whole and not d.source for day, d in known.items() if first <= day <= last),
        remarks=tuple(remarks),
        target=target.id if target else None,
        before=before,
        after=after,
    )


def _missing_doors(db: Database, place: Site, portals: set[str]) -> list[str]:
    """Return the entrances of a site that a source has no counts of, where it has counts by door only."""
    if "" in portals:
        return []
    definition = max(place.visits, key=lambda d: d.first, default=None)
    doors = (definition.portals if definition else ()) or perimeter(place, load_all(db))
    return sorted(set(doors) - portals)


def _target(db: Database, place: Site) -> Site | None:
    """Return the site whose target includes this one, itself before others."""
    sites = [place, *load_all(db)]
    return next((site for site in sites if site.target and place.id in site.counted), None)


def _progress(db: Database, site: Site, today: date) -> Progress | SoFar:
    return get_progress(db, site.id, today) if site.target else get_so_far(db, site.id, today)


def _by_year(counts: Sequence[PeriodCount], days: Mapping[date, float | None]) -> dict[int, float]:
    """Return the sums by calendar year; a period across two years is split as the days of its source are."""
    years: dict[int, float] = defaultdict(float)
    for c in counts:
        if c.first.year == c.last.year:
            years[c.first.year] += c.visits
            continue
        dates = calendar.days_from(c.first, c.last)
        weights = np.array([days.get(day) or 0.0 for day in dates])
        if not weights.any():
            weights[:] = 1.0
        for day, part in zip(dates, c.visits * weights / weights.sum(), strict=True):
            years[day.year] += float(part)
    return dict(sorted(years.items()))


def _remarks(
    place: Site, file: CountFile, source: str, days: Mapping[date, float], sources: Mapping[str, set[date]]
) -> Iterator[PreviewRemark]:
    """Yield remarks to check before storing."""
    yield from _gaps(file.counts)
    yield from _series(file.counts)
    if file.unit in ("hour", "day"):
        yield from _odd_days(place, days)
    yield from _jumps(days)
    for other, known in sources.items():
        both = sorted(known & days.keys())
        if other != source and both:
            text = OTHER(source=other, days=len(both))
            yield PreviewRemark(kind="overlap", first=both[0], last=both[-1], text=text)


def _gaps(counts: Sequence[PeriodCount]) -> Iterator[PreviewRemark]:
    spans = sorted({(c.first, c.last) for c in counts})
    gaps = []
    reached = spans[0][1]
    for first, last in spans[1:]:
        if first > reached + DAY:
            gaps.append((reached + DAY, first - DAY))
        reached = max(reached, last)
    yield from _first_of([_remark("gap", GAP, *gap) for gap in gaps])


def _series(counts: Sequence[PeriodCount]) -> Iterator[PreviewRemark]:
    spans: dict[str, tuple[date, date]] = {}
    for c in counts:
        first, last = spans.get(c.series, (c.first, c.last))
        spans[c.series] = min(first, c.first), max(last, c.last)
    longest = min(first for first, _ in spans.values()), max(last for _, last in spans.values())
    for series, span in spans.items():
        if span != longest:
            yield _remark("series", BEGINS, *span, series=series)


def _odd_days(place: Site, days: Mapping[date, float]) -> Iterator[PreviewRemark]:
    """Yield open days without visits, and days with about twice the usual visits of their weekday."""
    zero = [day for day, visits in days.items() if not visits and calendar.open_intervals(day, place)]
    yield from _first_of([_remark("zero", ZERO, day, day) for day in zero])
    double = []
    for day, visits in days.items():
        near = [v for n in range(-6, 7) if n and (v := days.get(day + 7 * n * DAY))]
        if len(near) >= 6 and (times := visits / float(np.median(near))) > DOUBLE:
            double.append((times, day))
    double.sort(reverse=True)
    yield from _first_of([_remark("double", DOUBLE_DAY, d, d, visits=days[d], times=t) for t, d in double])


def _jumps(days: Mapping[date, float]) -> Iterator[PreviewRemark]:
    """Yield years with far more or far fewer visits than the year before."""
    years: dict[int, list[float]] = defaultdict(list)
    for day, visits in days.items():
        years[day.year].append(visits)
    for a, b in pairwise(sorted(years)):
        means = [float(np.mean(years[year])) for year in (a, b)]
        if min(len(years[a]), len(years[b])) >= LEAST_DAYS and min(means) > 0:
            times = means[1] / means[0]
            if not 1 / JUMP < times < JUMP:
                yield _remark("jump", JUMPED, date(b, 1, 1), date(b, 12, 31), times=times)


def _first_of(remarks: Sequence[PreviewRemark]) -> Iterator[PreviewRemark]:
    """Yield the first remarks of a kind, and how many more there are."""
    shown = MOST_OF_A_KIND if len(remarks) > MOST_OF_A_KIND + 1 else len(remarks)
    yield from remarks[:shown]
    if rest := remarks[shown:]:
        first, last = min(r.first for r in rest if r.first), max(r.last for r in rest if r.last)
        yield _remark(rest[0].kind, MORE, first, last, n=len(rest))


def _remark(kind: str, text: Translatable, first: date, last: date, **values: object) -> PreviewRemark:
    message = text(first=first, last=last, **values)
    return PreviewRemark(kind=kind, first=first, last=last, text=message)  # type: ignore[arg-type]
