"""Site files: TOML in, `SiteFile` out, and back again. docs/reference/site-file.md describes every key.

A file with problems is refused as a whole. Each problem has its line: first all keys and values that cannot be, then,
where each can be, all that does not fit together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from besok.model import tomlfile
from besok.model.errors import SiteFileError
from besok.model.site import PayloadMapping, Sensor, Site, SiteFile, exceptions_below, opening_sections
from besok.model.sitefile.checks import check
from besok.model.sitefile.mapping_checks import check as check_mapping
from besok.model.tomlfile import Path, Problem, Raw, block

_INLINE = ("name", "note", "values", "units", "only", "hours", "closed")  # inline tables, not sections


def parse(text: str, name: str = "site file") -> SiteFile:
    """Parse the sites of a site file. Raises SiteFileError: "NAME line 12: [[section]] id: what, what to do"."""
    raw = _load(text, name)
    site_file, problems = read(raw)
    if problems:
        raise SiteFileError(tomlfile.sentences(problems, text, raw, name, _INLINE))
    return site_file


def _load(text: str, name: str) -> Raw:
    try:
        return tomlfile.load(text)
    except ValueError as exc:
        raise SiteFileError([f"{name}: {exc}"]) from exc


def read(raw: Raw) -> tuple[SiteFile, list[Problem]]:
    """Read the sites of a TOML document; returns them and all problems."""
    site_file_read, problems = tomlfile.read(SiteFile, raw)
    site_file = SiteFile(sites=tuple(map(_aware, site_file_read.sites))) if site_file_read else SiteFile()
    return site_file, [(_written(path, raw), reason) for path, reason in problems or check(site_file)]


def _aware(site: Site) -> Site:
    """Return a site with the moments of its sensors in UTC; those without a zone are by its clock."""
    here = ZoneInfo(site.timezone)
    return replace(
        site,
        sensors=tuple(
            replace(
                sensor,
                **{
                    key: (t if t.tzinfo else t.replace(tzinfo=here)).astimezone(UTC)
                    for key in ("since", "until")
                    if (t := getattr(sensor, key))
                },
            )
            for sensor in site.sensors
        ),
    )


def _written(path: Path, raw: Raw) -> Path:
    """Return the path in the file of a problem: tables of hours and exceptions have no sections of their own there."""
    if len(path) < 5 or path[2] != "opening":
        return path
    _, site, _, key, number, *rest = path
    sections = opening_sections(raw["sites"][site]["opening"])
    below = [(*at, key, n) for at, one in sections for n, _ in enumerate(exceptions_below(one))]
    place = sections[int(number)][0] if key == "tables" else below[int(number)]
    return (*path[:3], *place, *rest)


def parse_mappings(text: str, name: str = "mapping") -> tuple[PayloadMapping, ...]:
    """Parse mappings as a site file has them, under [[sites.mappings]], or one whose keys stand alone.

    One that stands alone needs neither name nor topic: it is then for every topic. Raises SiteFileError.
    """
    raw = _load(text, name)
    mappings: list[PayloadMapping] = []
    problems: list[Problem] = []
    for at, one in _mappings(raw):
        mapping, wrong = tomlfile.read(PayloadMapping, one)
        if mapping:
            mappings.append(mapping)
            wrong = list(check_mapping((), mapping))
        problems += [((*at, *path), reason) for path, reason in wrong]
    if problems:
        raise SiteFileError(tomlfile.sentences(problems, text, raw, name, _INLINE))
    if not mappings:
        raise SiteFileError([f"{name}: it holds no mapping; begin one with [[sites.mappings]]"])
    return tuple(mappings)


def _mappings(raw: Raw) -> Iterator[tuple[Path, Any]]:
    """Yield the mappings of a document with their places, of its sites or alone."""
    if "sites" not in raw and "mappings" not in raw:
        yield (), {"name": "mapping", "topic": "#"} | dict(raw)
        return
    top: Path = ("sites",) if "sites" in raw else ()
    sites = raw.get("sites", raw)
    several = (
        [((*top, n), site) for n, site in enumerate(sites)] if isinstance(sites, list) else [(top, sites)]
    )
    for at, site in several:
        listed = site.get("mappings", []) if isinstance(site, dict) else []
        for n, one in enumerate(listed if isinstance(listed, list) else [listed]):
            yield (*at, "mappings", n), one


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
