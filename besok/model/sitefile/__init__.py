"""Site files: TOML in, `SiteFile` out, and back again. docs/reference/site-file.md describes every key.

A file with problems is refused as a whole, and all of its problems are told at once, each with its line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date
from typing import Any
from zoneinfo import ZoneInfo

from besok.model import tomlfile
from besok.model.calendar import WEEKDAYS
from besok.model.errors import SiteFileError
from besok.model.site import (
    OpeningHours,
    PayloadMapping,
    Portal,
    Sensor,
    Site,
    SiteFile,
    Space,
    Target,
    VisitDefinition,
    WeekHours,
)
from besok.model.sitefile.checks import Draft, check
from besok.model.sitefile.mapping_checks import check as check_mapping
from besok.model.sitefile.mapping_checks import zone_exists
from besok.model.sitefile.opening import opening_parts, unknown_opening_keys
from besok.model.tomlfile import Parts, Path, Problem, Raw, block

_INLINE = ("name", "note", "values", "units", "only", "hours", "closed")  # inline tables, not sections
_CLOSED = WeekHours(**dict.fromkeys(WEEKDAYS, "closed"))  # type: ignore[arg-type]  # for hours that cannot be read
_PARTS: dict[str, type[Any]] = {
    "spaces": Space,
    "portals": Portal,
    "sensors": Sensor,
    "mappings": PayloadMapping,
    "visits": VisitDefinition,
}


def parse(text: str, name: str = "site file") -> SiteFile:
    """Parse the sites of a site file. Raises SiteFileError: "NAME line 12: [[section]] id: what, what to do"."""
    try:
        raw, torn = tomlfile.load_leniently(text)
    except ValueError as exc:
        raise SiteFileError([f"{name}: {exc}"]) from exc
    site_file, problems = read(raw, torn)
    if problems:
        raise SiteFileError(tomlfile.told(problems, text, raw, name, _INLINE))
    return site_file


def read(raw: Raw, torn: Sequence[Problem] = ()) -> tuple[SiteFile, set[Problem]]:
    """Read the sites of a document that is TOML, and all that is wrong with it; `torn` is what could not be read."""
    parts = Parts(partly=True)
    drafts = _drafts(raw, parts)
    problems = {*torn, *tomlfile.founded([*_unknown_keys(raw), *parts.problems], torn)}
    problems |= set(tomlfile.founded(check(drafts), problems))
    return SiteFile(sites=tuple(draft.site for draft in drafts)), problems


def parse_mappings(text: str, name: str = "mapping") -> tuple[PayloadMapping, ...]:
    """Parse mappings as a site file has them, under [[sites.mappings]], or one whose keys stand alone.

    One that stands alone needs neither name nor topic: it is then for every topic. Raises SiteFileError.
    """
    try:
        raw = tomlfile.load(text)
    except ValueError as exc:
        raise SiteFileError([f"{name}: {exc}"]) from exc
    sites, top = (raw["sites"], ("sites",)) if "sites" in raw else (raw, ())
    within: list[tuple[Path, Any]] = [(top, sites)]
    if isinstance(sites, list):
        within = [((*top, n), site) for n, site in enumerate(sites)]
    parts = Parts()
    mappings: list[tuple[Path, PayloadMapping]] = []
    problems: list[tomlfile.Problem] = []
    if "sites" in raw or "mappings" in raw:
        for path, site in within:
            items = site if isinstance(site, dict) else {}
            mappings += parts.several(PayloadMapping, items, path, "mappings", "sites.mappings")
            listed = items.get("mappings", [])
            for n, item in enumerate(listed if isinstance(listed, list) else []):
                problems += tomlfile.unknown_keys(PayloadMapping, item, (*path, "mappings", n))
    else:
        alone = parts.one(PayloadMapping, {"name": "mapping", "topic": "#"} | raw, ())
        mappings = [((), alone)] if alone else []
        problems += tomlfile.unknown_keys(PayloadMapping, raw)
    problems += [*parts.problems, *(problem for at, one in mappings for problem in check_mapping(at, one))]
    if problems:
        raise SiteFileError(tomlfile.told(set(problems), text, raw, name, _INLINE))
    if not mappings:
        raise SiteFileError([f"{name}: it holds no mapping; begin one with [[sites.mappings]]"])
    return tuple(mapping for _, mapping in mappings)


def _unknown_keys(raw: Raw) -> Iterator[Problem]:
    """Yield the keys of a file that nothing is named after."""
    sites = raw.get("sites")
    if not isinstance(sites, list):
        yield from tomlfile.unknown_keys(SiteFile, raw)
        return
    plain = [{k: v for k, v in s.items() if k != "opening"} if isinstance(s, dict) else s for s in sites]
    yield from tomlfile.unknown_keys(SiteFile, {**raw, "sites": plain})
    for n, site in enumerate(sites):
        if isinstance(site, dict):
            yield from unknown_opening_keys(site, ("sites", n))


def _drafts(raw: Raw, parts: Parts) -> list[Draft]:
    sites = raw.get("sites")
    if not isinstance(sites, list) or not sites:
        parts.problems.append((("sites",), "the file holds no site; begin one with [[sites]]"))
        return []
    drafts = (_draft(site, ("sites", n), parts) for n, site in enumerate(sites))
    return [draft for draft in drafts if draft]


def _draft(raw: Any, path: Path, parts: Parts) -> Draft | None:
    """Read a site part by part, so that a bad part does not hide what is wrong with the others."""
    if not isinstance(raw, dict):
        parts.problems.append((path, "a site is a section; begin it with [[sites]]"))
        return None
    before = len(parts.problems)
    lists = {key: parts.several(kind, raw, path, key, f"sites.{key}") for key, kind in _PARTS.items()}
    lists["sensors"] = [(at, _aware(sensor, raw.get("timezone"))) for at, sensor in lists["sensors"]]
    tables, exceptions = opening_parts(raw, path, parts)
    whole = {key: value for key, value in raw.items() if key != "target"}
    whole |= {key: tuple(part for _, part in several) for key, several in lists.items()}
    whole["opening"] = OpeningHours(
        tables=tuple(sorted((t for _, t in tables), key=lambda t: t.first or date.min)) or (_CLOSED,),
        exceptions=tuple(e for _, e in exceptions),
    )
    if "target" in raw:
        whole["target"] = parts.one(Target, raw["target"], (*path, "target"))
    site = parts.one(Site, whole, path)
    if site is None:
        return None
    return Draft(
        path=path,
        site=site,
        **lists,
        tables=tables,
        exceptions=exceptions,
        space_ids=_ids(raw, "spaces") | {site.id},
        portal_ids=_ids(raw, "portals"),
        read=not any(len(at) == len(path) + 1 and at[:-1] == path for at, _ in parts.problems[before:]),
    )


def _aware(sensor: Sensor, zone: object) -> Sensor:
    """Return a sensor with its moments in UTC; those without a zone are by the site's clock."""
    here = ZoneInfo(zone) if isinstance(zone, str) and zone_exists(zone) else UTC
    since, until = (
        t and (t if t.tzinfo else t.replace(tzinfo=here)).astimezone(UTC)
        for t in (sensor.since, sensor.until)
    )
    return replace(sensor, since=since, until=until)


def _ids(raw: Raw, key: str) -> frozenset[str]:
    items = raw.get(key, [])
    return frozenset(str(item["id"]) for item in items if isinstance(item, dict) and "id" in item)


def dump(site_file: SiteFile) -> str:
    """Write the site file as TOML, without defaults; `parse(dump(x)) == x`."""
    return "\n".join(block for site in site_file.sites for block in _site_blocks(site))


def sensor_lines(sensor: Sensor) -> str:
    """Write the section of a sensor, as `dump` does."""
    return block("[[sites.sensors]]", sensor)


def _site_blocks(site: Site) -> Iterator[str]:
    yield block("[[sites]]", site)
    several = len(site.opening.tables) > 1
    for table in site.opening.tables:
        yield block("[[sites.opening]]" if several else "[sites.opening]", table)
    yield from _blocks("[[sites.opening.exceptions]]", site.opening.exceptions)
    yield from _blocks("[sites.target]", () if site.target is None else (site.target,))
    for definition in site.visits:
        yield block("[[sites.visits]]", definition)
        yield from _blocks("[[sites.visits.deductions]]", definition.deductions)
    for space in site.spaces:
        yield block("[[sites.spaces]]", space)
        yield from _blocks("[[sites.spaces.closed]]", space.closed)
    yield from _blocks("[[sites.portals]]", site.portals)
    yield from _blocks("[[sites.sensors]]", site.sensors)
    yield from _blocks("[[sites.mappings]]", site.mappings)


def _blocks(header: str, parts: Sequence[Any]) -> Iterator[str]:
    return (block(header, part) for part in parts)
