"""Sites in the database: applying a site file, and reading the sites back as they were applied."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Json, Jsonb
from pydantic import TypeAdapter

from besok.model.errors import NotFound, SiteFileError
from besok.model.site import OUTSIDE, OpeningHours, PayloadMapping, Sensor, Site, SiteFile, Text
from besok.model.sitefile.diff import differences
from besok.model.sitefile.target_checks import apart
from besok.store import audit, results
from besok.store.database import Database, sql
from besok.store.definitions import write_definitions
from besok.store.hours import mark_days
from besok.store.rollup import rebuild_days

MAPPING = TypeAdapter(PayloadMapping)
_OPENING = TypeAdapter(OpeningHours)
_Connection = psycopg.Connection[Any]
Observed = tuple[int | None, int | None, bool, str]  # portal, space, swapped, role


def apply(
    db: Database, site_file: SiteFile, *, dry_run: bool = False, now: datetime | None = None
) -> list[str]:
    """Make the database agree with the site file; one line for each difference, empty if there was none.

    What the file has no more is ended at `now` and keeps its history; a sensor that moves observes the new place from
    `now` on, and one that was never placed before observes it for all it has sent. Sites that the file does not
    name stay as they are, and so do sensors that were placed with a device's mapping, unless the file places them
    itself or has their place no more. All or nothing; a dry run only tells. Raises SiteFileError where a target of
    theirs counts a site whose days cannot be added up to theirs any more.
    """
    with db.transaction() as conn:
        conn.execute(sql("sites_lock"))
        stored = {site.id: site for site in _load(conn)}
        site_file = _with_answers(conn, site_file, stored)
        bound = {key[:2]: s.topics for site in stored.values() for s, key in _keys(site)}
        changed = {site.id: differences(stored.get(site.id), _plain(site, bound)) for site in site_file.sites}
        _check_targets(stored | {site.id: site for site in site_file.sites})
        lines = [line for site_lines in changed.values() for line in site_lines]
        if lines and not dry_run:
            rebuilt = any(
                _counting(stored.get(site.id)) != _counting(_plain(site, bound)) for site in site_file.sites
            )
            now = now or datetime.now(UTC)
            ids = _write(conn, site_file.sites, now, rebuild=rebuilt)
            for site in site_file.sites:
                if site.id in stored:
                    mark_days(conn, ids[site.id], stored[site.id], site, now)
            results.delete(conn, ids.values())
            for slug in (slug for slug, site_lines in changed.items() if site_lines):
                audit.note(conn, "site.apply", slug, site=slug, detail="; ".join(changed[slug]))
                conn.execute(sql("notify"), {"channel": "sites", "payload": slug})
        return lines


def _with_answers(conn: _Connection, site_file: SiteFile, stored: Mapping[str, Site]) -> SiteFile:
    """Return the file with the sensors that people have placed with a device's mapping and that still are there."""
    named = {key for site in site_file.sites for _, key in _keys(site)}
    placed = {
        (sensor.source, sensor.device, sensor.channel_key)
        for row in conn.execute(sql("device_mappings")).fetchall()
        for sensor in msgspec.convert(row[6], list[Sensor])
    } - named

    def kept(site: Site) -> Iterator[Sensor]:
        places = {p.id for p in site.portals} | {z.id for z in site.spaces} | {site.id}
        for sensor, key in _keys(stored[site.id]) if site.id in stored else ():
            if key in placed and (sensor.portal or sensor.space) in places:
                yield sensor

    sites = (replace(site, sensors=(*site.sensors, *kept(site))) for site in site_file.sites)
    return replace(site_file, sites=tuple(sites))


def _check_targets(sites: Mapping[str, Site]) -> None:
    """Raise SiteFileError where a target counts sites together that cannot be; they may be of several files."""
    reasons = [
        f"[sites.target] {site.id}: also: {reason}"
        for site in sites.values()
        for reason in apart(site, sites)
    ]
    if reasons:
        raise SiteFileError(reasons)


def _counting(site: Site | None) -> object:
    """All on which counting rests; names, hours and capacities may change without a recount.

    Hours of days that are over matter to their occupancy (besok.store.hours).
    """
    if site is None:
        return None
    tree = {(space.id, space.parent) for space in site.spaces}
    doors = {(portal.id, portal.outer, portal.inner, portal.counted) for portal in site.portals}
    sensors = {replace(sensor, topics=()) for sensor in site.sensors}
    return site.timezone, site.day_start, site.sandbox, tree, doors, sensors


def _plain(site: Site, bound: Mapping[tuple[str, str], tuple[str, ...]]) -> Site:
    """Return the site as it is stored: without what its sensors would be by default.

    Devices whose topics the file leaves out stay `bound` as they are.
    """
    sensors = (
        replace(
            s,
            channel="" if s.channel_key == _default_channel(s) else s.channel,
            topics=s.topics or bound.get(key[:2], ()),
        )
        for s, key in _keys(site)
    )
    return replace(site, sensors=tuple(sensors))


def _default_channel(sensor: Sensor) -> str:
    return replace(sensor, channel="").channel_key


def load(db: Database, site: str) -> Site:
    """Return the site as it was applied last. Raises NotFound."""
    found = db.fetch("site_files", Site, site=site)
    if not found:
        raise no_site(site)
    return found[0]


def site_of(db: Database, site: Site | str) -> Site:
    """Return a site, loaded where only its id is given. Raises NotFound."""
    return site if isinstance(site, Site) else load(db, site)


def no_site(site: str) -> NotFound:
    """Return the error for a site that is not there."""
    return NotFound(f'there is no site "{site}"; `besok site apply` makes one')


def id_of(conn: _Connection, site: str) -> int:
    """Return the id of a site. Raises NotFound."""
    row = conn.execute(sql("site_id"), {"site": site}).fetchone()
    if row is None:
        raise no_site(site)
    return int(row[0])


def load_all(db: Database) -> tuple[Site, ...]:
    """All sites, in the order of their file."""
    return tuple(db.fetch("site_files", Site, site=None))


def counted(db: Database, site: Site) -> tuple[Site, ...]:
    """Return the sites whose visits count for the target of a site, itself first. Raises NotFound."""
    return (site, *(load(db, other) for other in site.also))


def export(db: Database) -> SiteFile:
    """All sites as a site file; besok.model.sitefile.dump makes text of it."""
    return SiteFile(sites=load_all(db))


def _load(conn: _Connection) -> list[Site]:
    with conn.cursor(row_factory=dict_row) as cur:
        rows = cur.execute(sql("site_files"), {"site": None}).fetchall()
    return msgspec.convert(rows, list[Site])


def _write(conn: _Connection, sites: Sequence[Site], now: datetime, *, rebuild: bool) -> dict[str, int]:
    """Write the sites and return their ids."""
    ids = {site.id: _write_site(conn, site, n) for n, site in enumerate(sites)}
    for site in sites:
        _write_spaces(conn, site, ids[site.id], now)
    for site in sites:
        _write_portals(conn, site, ids[site.id], now)
    for site in sites:
        _write_mappings(conn, site, ids[site.id])
    for site in sites:
        write_definitions(conn, ids[site.id], site.visits, now)
    _write_placements(conn, sites, ids, now)
    if rebuild:
        for (site_id,) in conn.execute(
            sql("sites_sharing_portals"), {"sites": list(ids.values())}
        ).fetchall():
            rebuild_days(conn, site_id)
    return ids


def _write_site(conn: _Connection, site: Site, sort: int) -> int:
    values = {
        "slug": site.id,
        **_named(site.name),
        "opening": Jsonb(_OPENING.dump_python(site.opening, mode="json")),
        "sort": sort,
    }
    plain = ("kind", "timezone", "day_start", "capacity", "sandbox")
    row = conn.execute(sql("site_upsert"), values | {key: getattr(site, key) for key in plain}).fetchone()
    assert row
    site_id: int = row[0]
    conn.execute(sql("space_root_upsert"), {"site_id": site_id})
    if site.target:
        conn.execute(
            sql("target_upsert"), {"site_id": site_id, **asdict(site.target), "also": list(site.target.also)}
        )
    else:
        conn.execute(sql("target_delete"), {"site_id": site_id})
    return site_id


def _write_mappings(conn: _Connection, site: Site, site_id: int) -> None:
    specs = (Json(MAPPING.dump_python(m, mode="json", exclude_defaults=True)) for m in site.mappings)
    rows = [{"site_id": site_id, "position": n, "spec": spec} for n, spec in enumerate(specs)]
    conn.execute(sql("mapping_delete"), {"site_id": site_id})
    conn.cursor().executemany(sql("mapping_insert"), rows)


def _named(name: Text) -> dict[str, object]:
    return {"name_sv": name.sv, "name_en": name.en}


def _write_spaces(conn: _Connection, site: Site, site_id: int, now: datetime) -> None:
    plain = ("kind", "storey", "capacity", "seats", "area_m2", "parent")
    rows = [
        {
            "site_id": site_id,
            "slug": s.id,
            "sort": n,
            **_named(s.name),
            **{key: getattr(s, key) for key in plain},
        }
        for n, s in enumerate(site.spaces, start=1)
    ]
    conn.cursor().executemany(sql("space_upsert"), rows)
    conn.cursor().executemany(sql("space_parent"), rows)
    conn.execute(sql("space_end"), {"site_id": site_id, "kept": [s.id for s in site.spaces], "now": now})


def _write_portals(conn: _Connection, site: Site, site_id: int, now: datetime) -> None:
    rows = [
        {
            "site_id": site_id,
            "slug": portal.id,
            "sort": n,
            **_named(portal.name),
            "counted": portal.counted,
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


def _write_placements(
    conn: _Connection, sites: Sequence[Site], ids: Mapping[str, int], now: datetime
) -> None:
    """End the placements that no longer hold and begin those that are new."""
    wanted = _wanted_placements(conn, sites, ids)
    conn.execute(sql("lock_channels"), {"channels": sorted(wanted)})
    params = {"channels": list(wanted), "sites": list(ids.values())}
    standing = {r[1]: (r[0], r[2:]) for r in conn.execute(sql("placement_open_rows"), params)}
    gone = [placement for channel, (placement, what) in standing.items() if wanted.get(channel) != what]
    conn.execute(sql("placement_forget"), {"ids": gone, "now": now})
    conn.execute(sql("placement_close"), {"ids": gone, "now": now})
    new = (
        dict(
            zip(("portal_id", "space_id", "swapped", "role"), what, strict=True), channel_id=channel, now=now
        )
        for channel, what in wanted.items()
        if channel not in standing or standing[channel][1] != what
    )
    conn.cursor().executemany(sql("placement_insert"), list(new))
    conn.execute(sql("placement_sandbox"))


def _wanted_placements(
    conn: _Connection, sites: Iterable[Site], ids: Mapping[str, int]
) -> dict[int, Observed]:
    """Return what each channel of the files is to observe; unknown devices and channels are registered."""
    wanted: dict[tuple[str, str, str], Observed] = {}
    for site in sites:
        places = {(r[0], r[1]): r[2] for r in conn.execute(sql("place_ids"), {"site_id": ids[site.id]})}
        for sensor, key in _keys(site):
            portal, space = places.get(("portal", sensor.portal)), places.get(("space", sensor.space))
            wanted[key] = (portal, space, sensor.swapped, sensor.role)
        _register(conn, site)
    if not wanted:
        return {}
    columns = dict(zip(("source", "device", "key"), map(list, zip(*wanted, strict=True)), strict=True))
    channels = {(r[0], r[1], r[2]): r[3] for r in conn.execute(sql("find_channels"), columns)}
    return {channels[key]: what for key, what in wanted.items()}  # in the order of the file


def _keys(site: Site) -> Iterator[tuple[Sensor, tuple[str, str, str]]]:
    return ((s, (s.source, site.external_id(s), s.channel_key)) for s in site.sensors)


def _register(conn: _Connection, site: Site) -> None:
    rows = [(s, *key) for s, key in _keys(site)]
    columns = {"source": [r[1] for r in rows], "device": [r[2] for r in rows], "key": [r[3] for r in rows]}
    conn.execute(sql("register_devices"), {"source": columns["source"], "device": columns["device"]})
    conn.execute(sql("register_channels"), columns)
    described = [
        {
            "source": r[1],
            "external_id": r[2],
            "model": r[0].model,
            "interval_s": r[0].interval_s,
            "topics": list(r[0].topics),
        }
        for r in rows
    ]
    conn.cursor().executemany(sql("device_describe"), described)
