"""Sites in the database: applying a site file, and loading the sites as applied."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Literal

import msgspec
import psycopg
from psycopg.types.json import Json, Jsonb
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range
from pydantic import TypeAdapter

from besok.model import messages
from besok.model.audited import listed, said
from besok.model.calendar import ALWAYS, day_bounds, space_spans, span
from besok.model.errors import EditedInPages, NotFound, SiteFileError
from besok.model.scenario_sandbox import is_sandbox
from besok.model.site import (
    OUTSIDE,
    Closure,
    OpeningHours,
    PayloadMapping,
    Point,
    Sensor,
    Site,
    SiteFile,
    Text,
)
from besok.model.sitefile import dump
from besok.model.sitefile.diff import differences
from besok.model.sitefile.merge import keyed, merged, with_span
from besok.model.sitefile.target_checks import apart
from besok.model.sitefile.undone import undone
from besok.model.suggest import instead
from besok.store import audit, hours, recounted, results
from besok.store.database import Connection, Database, fetch, sql, values_of
from besok.store.definitions import write_definitions
from besok.store.hours import mark_days
from besok.store.placements import lock_placements, write_placements
from besok.store.recounted import Recounted, Visits, visits
from besok.store.rollup import note_counting, rebuild_days, recount

MAPPING = TypeAdapter(PayloadMapping)
_OPENING = TypeAdapter(OpeningHours)
MOST_LINES = 50  # about edits that a file would undo, and of an edit in the audit
_CLOSED = TypeAdapter(tuple[Closure, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an edit: a line for each difference, and the past days that are counted or estimated again."""

    lines: list[str]
    recounted: Sequence[Recounted] = ()
    estimated: Sequence[date] = ()  # their opening hours are other now


def apply(
    db: Database,
    site_file: SiteFile,
    *,
    dry_run: bool = False,
    now: datetime | None = None,
    first: date | None = None,
    overwrite: bool = False,
) -> list[str]:
    """Make the database agree with the site file; one line for each difference, empty if there was none.

    Dates in the file are effective as stated, in the past too: exactly the days that change are computed again, and
    the lines say how their visits change. Without dates, new or changed entries are effective from `now` on, or from
    the business day `first`; entries missing in the file end then and keep their history; a sensor never placed before
    observes its place for all it has sent. Sites that the file does not name stay as they are, and so do sensors
    placed with a device's mapping, unless the file places them itself or no longer has their place. All or nothing;
    a dry run only returns the lines. Raises SiteFileError where a target counts a site whose days can no longer be
    added up with the others, EditedInPages where it would undo edits made in pages, unless `overwrite` is set.
    """
    with db.transaction() as conn:
        conn.execute(sql("sites_lock"))
        stored = {site.id: site for site in _load(conn)}
        names = [site.id for site in site_file.sites]
        lines = _agree(
            conn, site_file, stored, names, now or datetime.now(UTC), first, overwrite=overwrite
        ).lines
        conn.execute(sql("site_edited_clear"), {"sites": names})
        if dry_run:
            raise psycopg.Rollback
    return lines


def edit(
    db: Database,
    change: Callable[[SiteFile], SiteFile],
    *,
    author: str = "",
    dry_run: bool = False,
    now: datetime,
) -> Outcome:
    """Change the current sites by `change`; a site file then undoes that only with `overwrite`.

    All or nothing; a dry run changes nothing. Raises what `change` raises, and SiteFileError as `apply` does.
    """
    with db.transaction() as conn:
        outcome = edit_within(conn, change, author=author, now=now)
        if dry_run:
            raise psycopg.Rollback
    return outcome


def edit_within(
    conn: Connection, change: Callable[[SiteFile], SiteFile], *, author: str, now: datetime
) -> Outcome:
    """Edit the sites, as `edit` does, within a larger transaction."""
    conn.execute(sql("sites_lock"))
    stored = {site.id: site for site in _load(conn)}
    editable = {name: _editable(site) for name, site in stored.items() if not is_sandbox(site)}
    requested = change(SiteFile(sites=tuple(editable.values())))
    changed = tuple(site for site in requested.sites if site != editable.get(site.id))
    order = [site.id for site in requested.sites]
    outcome = _agree(conn, SiteFile(sites=changed), stored, order, now, None, author=author)
    for site in changed:
        before = dump(SiteFile(sites=(editable[site.id],))) if site.id in editable else ""
        conn.execute(sql("site_edited_note"), {"site": site.id, "before": before})
    return outcome


def _agree(
    conn: Connection,
    site_file: SiteFile,
    stored: dict[str, Site],
    order: Sequence[str],
    now: datetime,
    first: date | None,
    *,
    overwrite: bool = True,
    author: str = "",
) -> Outcome:
    """Make the database agree with the site file, whose sites come in an `order`."""
    site_file = _with_mapped_sensors(conn, site_file, stored)
    bound = {key[:2]: s.topics for site in stored.values() for s, key in keyed(site)}
    minimal = SiteFile(sites=tuple(_minimal(site, bound) for site in site_file.sites))
    requested = merged(minimal, stored, now, first)
    lines = []
    for name, site in requested.items():
        changed = differences(stored.get(name), site)
        if changed:
            detail = said(author, listed(*changed[:MOST_LINES], between="; "))
            audit.note(conn, "site.apply", name, site=name, detail=detail)
        lines += [f"{name}: {line}" for line in changed]
    _check_targets(stored | requested)
    if not overwrite:
        _check_edited(conn, stored, requested)
    if not lines:
        return Outcome(lines=[])
    names = [site.id for site in minimal.sites]
    return _write(conn, requested, {name: order.index(name) for name in names}, stored, now, first, lines)


def _check_edited(conn: Connection, stored: Mapping[str, Site], requested: Mapping[str, Site]) -> None:
    """Raise EditedInPages where edits made in pages would be undone."""
    lines = []
    for name, before in conn.execute(sql("site_edited"), {"sites": [*requested]}):
        lines += undone(before, stored[name], requested[name])
    if lines:
        undone_lines = "\n  ".join(lines[:MOST_LINES])
        more = f"\n  and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else ""
        raise EditedInPages(
            f"This was edited in pages, and the file has it otherwise:\n  {undone_lines}{more}\n"
            "Take it into the file (besok site export prints the sites as they are), or undo it with --overwrite."
        )


def _write(
    conn: Connection,
    requested: Mapping[str, Site],
    order: Mapping[str, int],
    stored: Mapping[str, Site],
    now: datetime,
    first: date | None,
    lines: list[str],
) -> Outcome:
    """Write the sites that have an order, and the channels they take from others; return the changes of past days."""
    lock_placements(conn, requested.values())
    existing = [name for name in requested if name in stored]
    before: Visits = visits(conn, existing)
    note_counting(conn)
    ids = _write_sites(conn, [(requested[name], n) for name, n in order.items()], now, first)
    ids |= {name: id_of(conn, name) for name in requested if name not in ids}
    write_placements(conn, requested.values(), ids)
    conn.execute(sql("portal_used"))
    rebuilt = [ids[name] for name in existing if _structure(stored[name], requested[name])]
    for (site_id,) in conn.execute(sql("sites_sharing_portals"), {"sites": rebuilt}).fetchall():
        rebuild_days(conn, site_id)
    recount(conn)
    after = visits(conn, existing)
    changed = recounted.compare(before, after)
    estimated = {name: mark_days(conn, ids[name], stored[name], requested[name], now) for name in existing}
    results.delete(conn, ids.values())
    for name in requested:
        if stored.get(name) != requested[name]:
            conn.execute(sql("notify"), {"channel": "sites", "payload": name})
    effects = [
        *recounted.describe(changed, before, after),
        *(x for site_days in estimated.items() for x in hours.describe(*site_days)),
    ]
    days = [day for site_days in estimated.values() for day in site_days]
    return Outcome(lines=lines + effects, recounted=changed, estimated=days)


def _structure(old: Site, new: Site) -> bool:
    """Tell whether something has changed that affects the counts of every day.

    Additions and removals leave past days unchanged; dates and sensors change certain days (rollup.recount),
    hours the occupancy of certain days (besok.store.hours).
    """
    if any(getattr(old, key) != getattr(new, key) for key in ("timezone", "day_start", "sandbox")):
        return True
    parents, ends = (
        {space.id: space.parent for space in old.spaces},
        {portal.id: (portal.outer, portal.inner, portal.counted) for portal in old.portals},
    )
    moved = any(space.parent != parents.get(space.id, space.parent) for space in new.spaces)
    return moved or any(
        ends.get(portal.id, now) != now
        for portal in new.portals
        for now in [(portal.outer, portal.inner, portal.counted)]
    )


def _with_mapped_sensors(conn: Connection, site_file: SiteFile, stored: Mapping[str, Site]) -> SiteFile:
    """Return the file with the sensors that people placed with a device's mapping and whose places still exist."""
    in_file = {key for site in site_file.sites for _, key in keyed(site)}
    placed = {
        (sensor.source, sensor.device, sensor.channel_key)
        for row in conn.execute(sql("device_mappings")).fetchall()
        for sensor in msgspec.convert(row[6], list[Sensor])
    } - in_file

    def retained(site: Site) -> Iterator[Sensor]:
        places = site.names
        mapped = [(s, key) for s, key in keyed(stored[site.id]) if key in placed] if site.id in stored else []
        gone = {key for s, key in mapped if not (s.last or s.until) and (s.portal or s.space) not in places}
        yield from (sensor for sensor, key in mapped if key not in gone)

    sites = (replace(site, sensors=(*site.sensors, *retained(site))) for site in site_file.sites)
    return replace(site_file, sites=tuple(sites))


def _check_targets(sites: Mapping[str, Site]) -> None:
    """Raise SiteFileError where a target counts sites together that cannot be added up; also across files."""
    reasons = [
        f"[sites.target] {site.id}: also: {reason}"
        for site in sites.values()
        for reason in apart(site, sites)
    ]
    if reasons:
        raise SiteFileError(reasons)


def _minimal(site: Site, bound: Mapping[tuple[str, str], tuple[str, ...]]) -> Site:
    """Return the site as it is stored: without the default values of its sensors.

    Devices without topics in the file stay `bound` as they are.
    """
    sensors = (
        replace(
            s,
            channel="" if s.channel_key == replace(s, channel="").channel_key else s.channel,
            topics=s.topics or bound.get(key[:2], ()),
        )
        for s, key in keyed(site)
    )
    return replace(site, sensors=tuple(sensors))


def load(db: Database, site: str, *, past: bool = False) -> Site:
    """Return the site as last applied, with its present and future sensors, or `past` ones too. Raises NotFound."""
    sites = db.fetch("site_files", Site, site=site, history=past)
    if not sites:
        raise no_site(db, site)
    return _with_days(sites[0])


def site_of(db: Database, site: Site | str) -> Site:
    """Return a site, loaded where only its id is given. Raises NotFound."""
    return site if isinstance(site, Site) else load(db, site)


def no_site(db: Database | Connection, site: str, *, sandbox: bool = False) -> NotFound:
    """Return the error for an unknown site, with the name that is meant: of a sandbox only where one is sought."""
    rows = db.rows("sites") if isinstance(db, Database) else db.execute(sql("sites")).fetchall()
    known = [name for name, *_, made_up in rows if made_up == sandbox]
    return NotFound(messages.NO_SITE(name=site, instead=instead(site, known, messages.APPLY_A_SITE)))


def no_place(conn: Connection, site: str, kind: Literal["portal", "space"], name: str) -> NotFound:
    """Return the error for an unknown portal or space, with the name that is meant; that for an unknown site before."""
    places = conn.execute(sql("place_ids"), {"site_id": id_of(conn, site)})
    message = messages.NO_DOOR if kind == "portal" else messages.NO_SPACE
    known = [slug for one, slug, _ in places if one == kind]
    return NotFound(message(name=name, site=site, instead=instead(name, known)))


def id_of(conn: Connection, site: str) -> int:
    """Return the id of a site. Raises NotFound."""
    row = conn.execute(sql("site_id"), {"site": site}).fetchone()
    if row is None:
        raise no_site(conn, site)
    return int(row[0])


def load_all(db: Database, *, past: bool = False) -> tuple[Site, ...]:
    """All sites, in the order of their file, with their present and future sensors, or `past` ones too."""
    return tuple(_with_days(site) for site in db.fetch("site_files", Site, site=None, history=past))


def counted(db: Database, site: Site) -> tuple[Site, ...]:
    """Return the sites whose visits count for the target of a site, itself first. Raises NotFound."""
    return (site, *(load(db, other) for other in site.also))


def export(db: Database) -> SiteFile:
    """All sites with their past as a site file, which `dump` makes text of; not the sandboxes of scenarios."""
    with db.transaction() as conn:
        return SiteFile(sites=tuple(_editable(site) for site in _load(conn) if not is_sandbox(site)))


def _editable(site: Site) -> Site:
    """Return a site without the past sensors whose places its file no longer has."""
    places = site.names
    return replace(site, sensors=tuple(s for s in site.sensors if (s.portal or s.space) in places))


def _load(conn: Connection) -> list[Site]:
    return [_with_days(site) for site in fetch(conn, "site_files", Site, site=None, history=True)]


def _with_days(site: Site) -> Site:
    """Return a site whose sensors have first and last days where they began or ended with a business day."""
    sensors = (with_span(sensor, (sensor.since, sensor.until), site) for sensor in site.sensors)
    return replace(site, sensors=tuple(sensors))


def _write_sites(
    conn: Connection, order: Sequence[tuple[Site, int]], now: datetime, first: date | None
) -> dict[str, int]:
    """Write the sites without their sensors, each with its place among all, and return their ids."""
    ids = {site.id: _write_site(conn, site, n) for site, n in order}
    sites = [site for site, _ in order]
    ends = {site.id: day_bounds(first, site)[0] if first else now for site in sites}
    for site in sites:
        _write_spaces(conn, site, ids[site.id], ends[site.id])
    for site in sites:
        _write_portals(conn, site, ids[site.id], ends[site.id])
    for site in sites:
        _write_mappings(conn, site, ids[site.id])
    for site in sites:
        write_definitions(conn, ids[site.id], site.visits, now)
    return ids


def _write_site(conn: Connection, site: Site, sort: int) -> int:
    opening = Jsonb(_OPENING.dump_python(site.opening, mode="json"))
    row = {**values_of(site), "slug": site.id, **_named(site.name), "opening": opening, "sort": sort}
    row["position"] = _numbers(site.position)
    site_id: int
    ((site_id,),) = conn.execute(sql("site_upsert"), row).fetchall()
    conn.execute(sql("space_root_upsert"), {"site_id": site_id, "plan": _numbers(site.plan)})
    if site.target:
        conn.execute(
            sql("target_upsert"),
            {"site_id": site_id, **values_of(site.target), "also": list(site.target.also)},
        )
    else:
        conn.execute(sql("target_delete"), {"site_id": site_id})
    return site_id


def _write_mappings(conn: Connection, site: Site, site_id: int) -> None:
    specs = (Json(MAPPING.dump_python(m, mode="json", exclude_defaults=True)) for m in site.mappings)
    rows = [{"site_id": site_id, "position": n, "spec": spec} for n, spec in enumerate(specs)]
    conn.execute(sql("mapping_delete"), {"site_id": site_id})
    conn.cursor().executemany(sql("mapping_insert"), rows)


def _named(name: Text) -> dict[str, object]:
    return {"name_sv": name.sv, "name_en": name.en}


def _numbers(point: Point | None) -> list[float] | None:
    """Return a point as an array for the database."""
    return None if point is None else [*point]


def _write_spaces(conn: Connection, site: Site, site_id: int, now: datetime) -> None:
    used = space_spans(site)
    rows = [
        {
            **values_of(s),
            "site_id": site_id,
            "slug": s.id,
            "sort": n,
            **_named(s.name),
            **dict(zip(("begins", "ends"), span(s.first, s.last, site), strict=True)),
            "closed": Jsonb(_CLOSED.dump_python(s.closed, mode="json")),
            "plan": _numbers(s.plan),
            "shape": [[*corner] for corner in s.shape],
            "used": Multirange([Range(*stretch) for stretch in used[s.id]])
            if used[s.id] != [ALWAYS]
            else None,
        }
        for n, s in enumerate(site.spaces, start=1)
    ]
    conn.cursor().executemany(sql("space_upsert"), rows)
    conn.cursor().executemany(sql("space_parent"), rows)
    conn.execute(sql("space_end"), {"site_id": site_id, "kept": [s.id for s in site.spaces], "now": now})


def _write_portals(conn: Connection, site: Site, site_id: int, now: datetime) -> None:
    rows = [
        {
            **values_of(portal),
            "site_id": site_id,
            "slug": portal.id,
            "sort": n,
            **_named(portal.name),
            **dict(zip(("begins", "ends"), span(portal.first, portal.last, site), strict=True)),
            "at": _numbers(portal.at),
            **_end("outer", portal.outer, site),
            **_end("inner", portal.inner, site),
        }
        for n, portal in enumerate(site.portals)
    ]
    conn.cursor().executemany(sql("portal_upsert"), rows)
    conn.execute(sql("portal_end"), {"site_id": site_id, "kept": [p.id for p in site.portals], "now": now})


def _end(side: str, end: str, site: Site) -> dict[str, str | None]:
    """Return a portal's end as its site and space; both None for outside."""
    if end == OUTSIDE:
        return {f"{side}_site": None, f"{side}_space": None}
    where, _, space = end.rpartition("/")
    return {f"{side}_site": where or site.id, f"{side}_space": space}


def counts(db: Database, site: str) -> bool:
    """Tell whether a site ever had anything counted, by a sensor or by imported counts."""
    ((any_counted,),) = db.rows("site_counts", site=site)
    return bool(any_counted)
