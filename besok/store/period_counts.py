"""Period counts in the database. An import is stored once, undone and restored; nothing imported is ever deleted."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

import msgspec
from psycopg.types.json import Jsonb

from besok.model import audited, messages
from besok.model.calendar import parse_hours
from besok.model.errors import CountFileError, NotFound
from besok.model.messages import Translatable
from besok.model.period_counts import CountFile, PeriodCount
from besok.model.periods import Disagreement, finest
from besok.model.site import Site, SiteFile
from besok.model.stated_hours import with_days
from besok.model.views.imports import CountMethod, Counts, ImportView
from besok.store import audit, results
from besok.store.database import Connection, Database, fetch, fetch_one, sql, values_of
from besok.store.sites import edit_within, id_of, no_place

Series = tuple[str, str]  # portal ("" for none) and series
MOST_SPECIAL: Final = 500  # special days and periods of a site from imports


@dataclass(frozen=True, slots=True, kw_only=True)
class NewImport:
    """Counts to be stored, with their source, what they count, their author, and their file.

    `portal_of` names the portal of a series; a series without one counts for the entire site; a source is the sum
    of its series.
    """

    source: str
    file: CountFile
    portal_of: Mapping[str, str | None] = field(default_factory=dict)
    counted: Counts = "gross"
    method: CountMethod = "counter"
    author: str = ""
    name: str = ""
    digest: str = ""

    def __post_init__(self) -> None:
        if not self.counts:
            raise CountFileError(messages.NO_PERIOD_COUNTS)

    @property
    def counts(self) -> Sequence[PeriodCount]:
        """The counts of the file."""
        return self.file.counts

    def portal(self, count: PeriodCount) -> str:
        """Return the portal of a count, "" where it has none."""
        return self.portal_of.get(count.series) or ""

    @property
    def content(self) -> str:
        """Hash of the content as read, independent of the order in the file."""
        rows = sorted(
            (
                self.portal(c),
                c.series,
                str(c.first),
                str(c.last),
                -1 if c.hour is None else c.hour,
                float(c.visits),
            )
            for c in self.counts
        )
        hours = [sorted(self.file.hours.items())] if self.file.hours else []
        content = (self.source, self.counted, self.method, rows, *hours)
        return hashlib.sha256(msgspec.json.encode(content)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored(PeriodCount):
    portal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodVisits:
    """Visits of a period in force, of one series of a source; hours are added up to days."""

    source: str
    net: bool
    portal: str
    series: str
    first: date
    last: date
    visits: float
    import_id: int
    method: CountMethod
    hour: None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """New counts compared with those of their source: how many are the same, and those corrected with the old value."""

    same: int
    corrected: tuple[tuple[PeriodCount, float], ...]
    other_series: tuple[str, ...]  # of the source on the same days, to which new counts are added


def put(db: Database, site: str, new: NewImport, now: datetime) -> int:
    """Store counts and return the id of their import; an import stored before is only restored if it was undone.

    Raises NotFound, and CountFileError where counts of the source contradict each other.
    """
    with db.transaction() as conn:
        conn.execute(sql("sites_lock"))
        site_id, content = id_of(conn, site), new.content
        stored = _get(conn, site_id=site_id, content=content)
        if stored:
            if stored.undone:
                _set_undone(conn, stored, new.author, now, undone=False)
            return stored.import_id
        ((today,),) = conn.execute(sql("site_today"), {"site": site, "now": now}).fetchall()
        unfinished = next((c for c in new.counts if c.last > today), None)
        if unfinished:
            raise CountFileError(messages.PERIOD_NOT_OVER(first=unfinished.first, last=unfinished.last))
        check(conn, site_id, new)
        before = _hours(conn, site_id)
        hours = Jsonb({str(day): text for day, text in new.file.hours.items()})
        about = {"counts": new.counted, "layout": new.file.layout, "content": content, "hours": hours}
        row = {**values_of(new), **about, "site_id": site_id, "made": now}
        import_id: int
        ((import_id,),) = conn.execute(sql("import_insert"), row).fetchall()
        conn.execute(
            sql("period_counts_insert"), {"import_id": import_id, **_columns(conn, site, site_id, new)}
        )
        _state_hours(conn, site, site_id, before, new.author, now)
        _note(conn, import_id, new.author, now, audited.STORED)
        _changed(conn, site, site_id, now)
        return import_id


def undo(db: Database, import_id: int, author: str, *, now: datetime) -> None:
    """Undo an import; counts that it superseded are in force again. Raises NotFound, CountFileError."""
    _change(db, import_id, author, now, undone=True)


def redo(db: Database, import_id: int, author: str, *, now: datetime) -> None:
    """Restore an import that was undone. Raises NotFound, CountFileError."""
    _change(db, import_id, author, now, undone=False)


def _change(db: Database, import_id: int, author: str, now: datetime, *, undone: bool) -> None:
    with db.transaction() as conn:
        conn.execute(sql("sites_lock"))
        stored = _get(conn, import_id=import_id)
        if stored is None:
            raise NotFound(messages.NO_IMPORT(number=import_id))
        if stored.undone != undone:
            _set_undone(conn, stored, author, now, undone=undone)


def listing(db: Database, site: str) -> list[ImportView]:
    """Return the imports of a site, newest first."""
    return db.fetch("imports", ImportView, site=site)


def holding(db: Database, site: str) -> list[PeriodVisits]:
    """Return the counts in force at a site, of all its sources, shorter periods in place of longer ones."""
    series: dict[tuple[str, Series], list[PeriodVisits]] = defaultdict(list)
    for row in db.fetch("period_days", PeriodVisits, site=site):
        series[row.source, (row.portal, row.series)].append(row)
    return [row for rows in series.values() for row in finest(rows)[0]]


def compare(conn: Connection, site_id: int, new: NewImport) -> Comparison:
    """Compare new counts with those of their source for the same periods, and list its other series on their days."""
    stored = _stored(conn, site_id, new)
    values = {(*key, c.first, c.last, c.hour): c.visits for key, counts in stored.items() for c in counts}
    same, corrected = 0, []
    for c in new.counts:
        before = values.get((new.portal(c), c.series, c.first, c.last, c.hour))
        same += before == c.visits
        if before is not None and before != c.visits:
            corrected.append((c, before))
    keys, days = {(new.portal(c), c.series) for c in new.counts}, _days(new.counts)
    other_series = sorted(key[1] or key[0] for key in stored.keys() - keys if days & _days(stored[key]))
    return Comparison(same=same, corrected=tuple(corrected), other_series=tuple(other_series))


def check(conn: Connection, site_id: int, new: NewImport) -> None:
    """Raise CountFileError where new counts contradict those in force of the same source."""
    series: dict[Series, list[PeriodCount]] = defaultdict(list)
    for c in new.counts:
        series[new.portal(c), c.series].append(c)
    stored = _stored(conn, site_id, new)
    _check_counted(conn, site_id, new.source, new.counted)
    for key, counts in series.items():
        _check_doors(key, counts, stored)
        periods = {(c.first, c.last, c.hour): c for c in stored.get(key, ())}
        if len({(c.first, c.last, c.hour) for c in counts}) < len(counts):
            raise CountFileError(messages.PERIOD_TWICE(series=key[1]))
        periods |= {(c.first, c.last, c.hour): c for c in counts}
        for wrong in finest(list(periods.values()))[1]:
            raise CountFileError(_disagreement(wrong))


def _check_counted(conn: Connection, site_id: int, source: str, counted: Counts) -> None:
    """Raise CountFileError where the counts in force of a source count something else than `counted`."""
    for (before,) in conn.execute(sql("source_counts"), {"site_id": site_id, "source": source}).fetchall():
        if before != counted:
            raise CountFileError(messages.SOURCE_COUNTS(source=source, before=before, now=counted))


def _check_doors(
    key: Series, counts: Sequence[PeriodCount], stored: Mapping[Series, Sequence[PeriodCount]]
) -> None:
    """Raise CountFileError where a series is in force at another door on the same days: it would be counted twice.

    Series without a name are different ones at each door.
    """
    portal, series = key
    for (door, name), others in stored.items():
        other = name == series and door != portal and (series or not (door and portal))
        if other and (days := _days(counts) & _days(others)):
            raise CountFileError(
                messages.SERIES_TWICE(series=series, portal=portal, other=door, day=min(days))
            )


def _days(counts: Sequence[PeriodCount]) -> set[date]:
    """Return the days of some periods."""
    spans = {(c.first.toordinal(), c.last.toordinal()) for c in counts}
    return {date.fromordinal(n) for first, last in spans for n in range(first, last + 1)}


def _disagreement(wrong: Disagreement[PeriodCount]) -> messages.Translatable:
    longer, shorter = wrong.longer, wrong.shorter
    if wrong.within is None:
        return messages.PERIODS_CROSS(
            first=longer.first, last=longer.last, other_first=shorter.first, other_last=shorter.last
        )
    return messages.SUMS_APART(first=longer.first, last=longer.last, total=longer.visits, within=wrong.within)


def _stored(conn: Connection, site_id: int, new: NewImport) -> dict[Series, list[PeriodCount]]:
    """Return the counts in force of the source on the days of new counts, by series, and in periods reaching beyond."""
    first, last = min(c.first for c in new.counts), max(c.last for c in new.counts)
    while True:
        key = {"site_id": site_id, "source": new.source, "first": first, "last": last}
        rows = fetch(conn, "period_counts", _Stored, **key)
        reach = min([first, *(r.first for r in rows)]), max([last, *(r.last for r in rows)])
        if reach == (first, last):
            break
        first, last = reach
    by_series: dict[Series, list[PeriodCount]] = defaultdict(list)
    for row in rows:
        by_series[row.portal, row.series].append(row)
    return by_series


@dataclass(frozen=True, slots=True, kw_only=True)
class _Import:
    import_id: int
    site_id: int
    site: str
    source: str
    counts: Counts
    undone: bool


def _get(
    conn: Connection,
    *,
    import_id: int | None = None,
    site_id: int | None = None,
    content: str = "",
) -> _Import | None:
    return fetch_one(conn, "import_get", _Import, import_id=import_id, site_id=site_id, content=content)


def _set_undone(conn: Connection, stored: _Import, author: str, now: datetime, *, undone: bool) -> None:
    if not undone:
        _check_counted(conn, stored.site_id, stored.source, stored.counts)
    before = _hours(conn, stored.site_id)
    conn.execute(sql("import_set_undone"), {"import_id": stored.import_id, "undone": undone})
    _recheck(conn, stored, undone=undone)
    _state_hours(conn, stored.site, stored.site_id, before, author, now)
    _note(conn, stored.import_id, author, now, audited.UNDONE if undone else audited.RESTORED)
    _changed(conn, stored.site, stored.site_id, now)


def _recheck(conn: Connection, changed: _Import, *, undone: bool) -> None:
    """Raise CountFileError where counts in force contradict each other with a restored or without an undone import.

    Without an undone one, a total with only some of its parts left represents all of them.
    """
    everything = PeriodCount(first=date.min, last=date.max, visits=0)
    span = NewImport(source=changed.source, file=CountFile(unit="year", counts=(everything,)))
    stored = _stored(conn, changed.site_id, span)
    for key, counts in stored.items():
        if not undone:
            _check_doors(key, counts, stored)
        for wrong in finest(counts)[1]:
            if not undone:
                raise CountFileError(_disagreement(wrong))
            if wrong.within is not None:
                first, last, total = wrong.longer.first, wrong.longer.last, wrong.longer.visits
                raise CountFileError(
                    messages.UNDONE_APART(first=first, last=last, total=total, within=wrong.within)
                )


def _columns(conn: Connection, site: str, site_id: int, new: NewImport) -> dict[str, list[Any]]:
    ids = {
        row[1]: row[2] for row in conn.execute(sql("place_ids"), {"site_id": site_id}) if row[0] == "portal"
    }
    for portal in {new.portal(c) for c in new.counts} - {"", *ids}:
        raise no_place(conn, site, "portal", portal)
    return {
        "portals": [ids.get(new.portal(c)) for c in new.counts],
        "series": [c.series for c in new.counts],
        "firsts": [c.first for c in new.counts],
        "lasts": [c.last for c in new.counts],
        "hours": [c.hour for c in new.counts],
        "visits": [float(c.visits) for c in new.counts],
    }


def _hours(conn: Connection, site_id: int) -> dict[date, str]:
    """Return the opening hours by day from the imports in force; those of the newest win."""
    by_day: dict[date, str] = {}
    for (hours,) in conn.execute(sql("import_hours"), {"site_id": site_id}).fetchall():
        by_day |= {date.fromisoformat(day): text for day, text in hours.items()}
    return by_day


def _state_hours(
    conn: Connection, site: str, site_id: int, before: Mapping[date, str], author: str, now: datetime
) -> None:
    """Set the hours of the site that come from imports, in place of the hours that came from them `before`.

    Raises CountFileError for hours that no business day of the site can have, or that never repeat.
    """
    after = _hours(conn, site_id)
    if after == before:
        return

    def stated(one: Site) -> Site:
        for text in {*after.values()}:
            try:
                parse_hours(text, one.day_start)
            except ValueError as exc:
                raise CountFileError(
                    messages.HOURS_OF_NO_DAY(hours=text, begins=f"{one.day_start:%H:%M}")
                ) from exc
        opening = with_days(one.opening, before, after)
        if len(opening.exceptions) > max(MOST_SPECIAL, len(one.opening.exceptions)):
            raise CountFileError(messages.HOURS_NEVER_REPEAT(most=MOST_SPECIAL))
        return replace(one, opening=opening)

    def change(file: SiteFile) -> SiteFile:
        return replace(file, sites=tuple(stated(one) if one.id == site else one for one in file.sites))

    edit_within(conn, change, author=author, now=now)


def _note(conn: Connection, import_id: int, author: str, now: datetime, change: Translatable) -> None:
    row = {"import_id": import_id, "at": now, "author": author, "change": str(change)}
    conn.execute(sql("import_log_insert"), row)
    audit.note(conn, "import", str(import_id), detail=audited.said(author, change))


def _changed(conn: Connection, site: str, site_id: int, now: datetime) -> None:
    """Invalidate results and forecasts based on the site."""
    ((today,),) = conn.execute(sql("site_today"), {"site": site, "now": now}).fetchall()
    results.delete(conn, [site_id])
    conn.execute(sql("forecasts_forget"), {"sites": [site], "today": today})
    conn.execute(sql("notify"), {"channel": "sites", "payload": site})
