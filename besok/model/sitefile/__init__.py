"""Site files: TOML in, `SiteFile` out, and back again. docs/reference/site-file.md describes every key.

A file with problems is refused as a whole, and all of its problems are told at once, each with its line.
"""

from collections.abc import Iterator, Sequence
from typing import Any

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
    Text,
    VisitDefinition,
)
from besok.model.sitefile.checks import Draft, check
from besok.model.tomlfile import Path, Raw, block

_INLINE = ("name", "note", "values", "units", "only")  # inline tables, not sections
_NO_HOURS = OpeningHours(
    **dict.fromkeys(WEEKDAYS, "closed"),  # type: ignore[arg-type]
)  # stands in for hours that cannot be read


def parse(text: str, name: str = "site file") -> SiteFile:
    """The sites of a site file. Raises SiteFileError: "NAME line 12: [[section]] id: what, what to do"."""
    try:
        raw = tomlfile.load(text)
    except ValueError as exc:
        raise SiteFileError([f"{name}: {exc}"]) from exc
    reader = _Reader()
    drafts = reader.read(raw)
    problems = {*tomlfile.unknown_keys(SiteFile, raw), *reader.parts.problems, *check(drafts)}
    if problems:
        raise SiteFileError(tomlfile.told(problems, text, raw, name, _INLINE))
    return SiteFile(sites=tuple(draft.site for draft in drafts))


class _Reader:
    """Builds the drafts of a file's sites."""

    def __init__(self) -> None:
        self.parts = tomlfile.Parts()

    def read(self, raw: Raw) -> list[Draft]:
        sites = raw.get("sites")
        if not isinstance(sites, list) or not sites:
            self.parts.problems.append((("sites",), "the file holds no site; begin one with [[sites]]"))
            return []
        drafts = (self._draft(site, ("sites", n)) for n, site in enumerate(sites))
        return [draft for draft in drafts if draft]

    def _draft(self, raw: Any, path: Path) -> Draft | None:
        if not isinstance(raw, dict):
            self.parts.problems.append((path, "a site is a section; begin it with [[sites]]"))
            return None
        spaces = self.parts.several(Space, raw, path, "spaces", "sites.spaces")
        portals = self.parts.several(Portal, raw, path, "portals", "sites.portals")
        sensors = self.parts.several(Sensor, raw, path, "sensors", "sites.sensors")
        mappings = self.parts.several(PayloadMapping, raw, path, "mappings", "sites.mappings")
        visits = self.parts.several(VisitDefinition, raw, path, "visits", "sites.visits")
        whole = {key: value for key, value in raw.items() if key not in ("opening", "target")}
        several: dict[str, list[tuple[Path, Any]]] = {
            "spaces": spaces,
            "portals": portals,
            "sensors": sensors,
            "mappings": mappings,
            "visits": visits,
        }
        whole |= {key: tuple(part for _, part in parts) for key, parts in several.items()}
        if "opening" in raw:
            whole["opening"] = self.parts.one(OpeningHours, raw["opening"], (*path, "opening")) or _NO_HOURS
        if "target" in raw:
            whole["target"] = self.parts.one(Target, raw["target"], (*path, "target"))
        read = self.parts.one(Site, whole, path)
        site = read or _unread_site(raw.get("id"))
        return Draft(
            path=path,
            site=site,
            spaces=spaces,
            portals=portals,
            sensors=sensors,
            mappings=mappings,
            visits=visits,
            space_ids=_ids(raw, "spaces") | {site.id},
            portal_ids=_ids(raw, "portals"),
            read=read is not None,
        )


def _unread_site(name: object) -> Site:
    """Stands in for a site that cannot be read, so that its parts are still checked."""
    text = Text(sv="", en="")
    name = name if isinstance(name, str) else "unread"
    return Site(id=name, kind="library", name=text, timezone="UTC", opening=_NO_HOURS, spaces=(), portals=())


def _ids(raw: Raw, key: str) -> frozenset[str]:
    items = raw.get(key, [])
    return frozenset(str(item["id"]) for item in items if isinstance(item, dict) and "id" in item)


def dump(site_file: SiteFile) -> str:
    """The site file as TOML; `parse(dump(x)) == x`. What has its default value is left out."""
    return "\n".join(block for site in site_file.sites for block in _site_blocks(site))


def sensor_lines(sensor: Sensor) -> str:
    """The section of a sensor, as `dump` writes it."""
    return block("[[sites.sensors]]", sensor)


def _site_blocks(site: Site) -> Iterator[str]:
    yield block("[[sites]]", site)
    yield block("[sites.opening]", site.opening)
    yield from _blocks("[[sites.opening.exceptions]]", site.opening.exceptions)
    yield from _blocks("[sites.target]", () if site.target is None else (site.target,))
    for definition in site.visits:
        yield block("[[sites.visits]]", definition)
        yield from _blocks("[[sites.visits.deductions]]", definition.deductions)
    yield from _blocks("[[sites.spaces]]", site.spaces)
    yield from _blocks("[[sites.portals]]", site.portals)
    yield from _blocks("[[sites.sensors]]", site.sensors)
    yield from _blocks("[[sites.mappings]]", site.mappings)


def _blocks(header: str, parts: Sequence[Any]) -> Iterator[str]:
    return (block(header, part) for part in parts)
