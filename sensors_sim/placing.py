"""A scenario meets a site file: its parts find the sites, spaces and portals they mean, and the sites change."""

from dataclasses import dataclass, fields, replace
from typing import Any

from besok.model.errors import ScenarioError
from besok.model.site import Portal, Sensor, Site, SiteFile
from besok.model.sitefile.checks import Draft, check
from sensors_sim.finding import Finder, header
from sensors_sim.opening import opened
from sensors_sim.scenario import SECTIONS, Hours, NewPortal, NewSensor, Scenario
from sensors_sim.scenario_changes import with_parts
from sensors_sim.speaking import spoken_otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A scenario at home in a site file."""

    sites: SiteFile  # as the scenario makes them
    scenario: (
        Scenario  # every part with the ids it means (spaces and portals as "site/id"), and with its days
    )
    notes: tuple[str, ...]  # what of it finds no place here


def placed(site_file: SiteFile, scenario: Scenario) -> Placed:
    """The scenario in the sites of `site_file`. Raises ScenarioError with every name that is not there.

    What is named by a kind of which there is nothing is left out, and told in the notes.
    """
    finder = Finder(site_file, scenario)
    portals = [p for part in scenario.portals for p in finder.portals(part)]
    built = {site.id: _built(site, portals) for site in site_file.sites}
    sensors = [s for part in scenario.sensors for s in finder.sensors(part, built)]
    hours = [h for part in scenario.opening for h in finder.everywhere(part)]
    changed = SiteFile(sites=tuple(_open(_equipped(s, sensors), hours, finder) for s in built.values()))
    changed, scenario = spoken_otherwise(changed, scenario)
    finder.problems += _contradictions(site_file, changed)
    finder.sites = changed.sites
    found: dict[str, list[Any]] = {"opening": hours, "portals": portals, "sensors": sensors}
    found["rates"] = [r for part in scenario.rates for r in finder.rates(part)]
    found["profiles"] = [p for part in scenario.profiles for p in finder.profiles(part)]
    found["closings"] = [c for part in scenario.closings for c in finder.closings(part)]
    found["events"] = [e for part in scenario.events for e in finder.events(part)]
    if finder.problems:
        raise ScenarioError([f"{scenario.id}: {problem}" for problem in dict.fromkeys(finder.problems)])
    parts = {key: tuple(found.get(key, getattr(scenario, key))) for key in SECTIONS}
    return Placed(
        sites=changed, scenario=with_parts(scenario, parts), notes=tuple(dict.fromkeys(finder.notes))
    )


def applied(site_file: SiteFile, scenario: Scenario) -> SiteFile:
    """The sites as the scenario makes them: hours, new portals and sensors. Raises ScenarioError.

    Closings are not in it: what is closed for a time is there all the same, and counts nobody.
    """
    return placed(site_file, scenario).sites


def _built(site: Site, portals: list[NewPortal]) -> Site:
    """The site with its new portals; those it has already (it was made so before) are not built again."""
    new = [_plain(Portal, p) for p in portals if p.site == site.id]
    return replace(site, portals=(*site.portals, *(p for p in new if p not in site.portals)))


def _equipped(site: Site, sensors: list[NewSensor]) -> Site:
    new = [_plain(Sensor, s) for s in sensors if s.site == site.id]
    return replace(site, sensors=(*site.sensors, *(s for s in new if s not in site.sensors)))


def _plain(kind: type, part: Any) -> Any:
    return kind(**{f.name: getattr(part, f.name) for f in fields(kind)})


def _contradictions(before: SiteFile, after: SiteFile) -> list[str]:
    """What is wrong with the changed sites that was not wrong with them before."""
    old = set(check(_drafts(before)))
    return [f"{_where(after, path)}: {reason.replace('[[sites.', '[[')}" for path, reason in check(_drafts(after))
            if (path, reason) not in old]  # fmt: skip


def _where(site_file: SiteFile, path: tuple[str | int, ...]) -> str:
    part: Any = site_file
    for step in path[:4]:
        part = part[step] if isinstance(step, int) else getattr(part, step)
    section = path[2] if len(path) > 2 else "sites"
    name = next((getattr(part, key) for key in ("id", "device") if hasattr(part, key)), "")
    return f"[[{section}]] {name}: {'.'.join(map(str, path[4:]))}".rstrip(": ")


def _drafts(site_file: SiteFile) -> list[Draft]:
    return [_draft(site, n) for n, site in enumerate(site_file.sites)]


def _draft(site: Site, number: int) -> Draft:
    path = ("sites", number)
    return Draft(
        path=path,
        site=site,
        spaces=[((*path, "spaces", n), s) for n, s in enumerate(site.spaces)],
        portals=[((*path, "portals", n), p) for n, p in enumerate(site.portals)],
        sensors=[((*path, "sensors", n), s) for n, s in enumerate(site.sensors)],
        space_ids=frozenset(s.id for s in site.spaces) | {site.id},
        portal_ids=frozenset(p.id for p in site.portals),
    )


def _open(site: Site, hours: list[Hours], finder: Finder) -> Site:
    """The site with other hours."""
    for part in hours:
        try:
            site = replace(site, opening=opened(site, part)) if part.site == site.id else site
        except ValueError as exc:
            finder.problems.append(f"{header(part)}: {exc}")
    return site
