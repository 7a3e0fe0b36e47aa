"""Application of a scenario to a site file: names resolve to its sites, spaces, portals and devices."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final

from besok.model.calendar import days_from, holiday, hours_text, joined, open_intervals, parse_hours
from besok.model.errors import ScenarioError
from besok.model.site import (
    OUTSIDE,
    WEEKDAYS,
    OpeningException,
    OpeningHours,
    Portal,
    Sensor,
    Site,
    SiteFile,
    Space,
)
from besok.model.sitefile.checks import check
from besok.model.suggest import suggestion
from sensors_sim.events import event_begin
from sensors_sim.scenario import (
    SECTIONS,
    Capacity,
    Closing,
    Event,
    Hours,
    NewPortal,
    NewSensor,
    Profile,
    Rates,
    Scenario,
    holds,
)
from sensors_sim.times import DAY

KIND: Final = "kind:"
ENDLESS: Final = 2 * 366 * DAY  # how long hours on certain weekdays hold that have a first day and no last
LOOKED_AT: Final = 63  # days before the last on which an event may find its site open
ALWAYS_UNTIL: Final = date(2026, 5, 31)  # the last of them for an event without days


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A scenario with its names resolved in a site file."""

    sites: SiteFile  # as the scenario makes them
    scenario: Scenario  # every part has the ids it means (spaces and portals as "site/id"), and its days
    notes: tuple[str, ...]  # what of it finds no place here


def placed(site_file: SiteFile, scenario: Scenario) -> Placed:
    """Resolve the names of a scenario in the sites of `site_file`.

    Raises ScenarioError with every unknown name. Kinds that no site has are left out, and reported in the notes.
    """
    finder = _Finder(site_file.sites, scenario)
    portals = finder.placed("portals")
    built = [_with_parts(site, "portals", Portal, portals) for site in site_file.sites]
    finder.built = {site.id: {portal.id for portal in site.portals} for site in built}
    sensors, hours = finder.placed("sensors"), finder.placed("opening")
    changed = [_with_parts(site, "sensors", Sensor, sensors) for site in built]
    after = SiteFile(sites=tuple(finder.opened(site, hours) for site in changed))
    finder.problems += _contradictions(site_file, after)
    finder.sites = after.sites
    parts: dict[str, Any] = {"portals": portals, "sensors": sensors, "opening": hours}
    parts |= {key: finder.placed(key) for key in ("rates", "profiles", "closings", "capacities", "events")}
    parts["closings"] += tuple(closing for site in after.sites for closing in _unused(site))
    if finder.problems:
        raise ScenarioError([f"{scenario.id}: {problem}" for problem in dict.fromkeys(finder.problems)])
    return Placed(sites=after, scenario=replace(scenario, **parts), notes=tuple(dict.fromkeys(finder.notes)))


def applied(site_file: SiteFile, scenario: Scenario) -> SiteFile:
    """Return the sites under the scenario: hours, new portals and sensors. Raises ScenarioError.

    Closings are not in it: what is closed for a time is there all the same, and counts nobody.
    """
    return placed(site_file, scenario).sites


def _unused(site: Site) -> Iterator[Closing]:
    """Yield when spaces and portals of a site are not there, or closed, by its own file."""
    parts: tuple[Space | Portal, ...] = (*site.spaces, *site.portals)
    for part in parts:
        days: list[tuple[date | None, date | None]] = [(None, part.first - DAY)] if part.first else []
        days += [(part.last + DAY, None)] if part.last else []
        days += [(c.first, c.last) for c in part.closed] if isinstance(part, Space) else []
        name = (f"{site.id}/{part.id}",)
        spaces, portals = (name, ()) if isinstance(part, Space) else ((), name)
        for first, last in days:
            yield Closing(site=site.id, spaces=spaces, portals=portals, first=first, last=last)


def _with_parts(site: Site, name: str, kind: type, parts: Sequence[Any]) -> Site:
    """Return the site with its new portals or sensors; those it has already are not added again."""
    old = getattr(site, name)
    added = [kind(**{f.name: getattr(p, f.name) for f in fields(kind)}) for p in parts if p.site == site.id]
    new: dict[str, Any] = {name: (*old, *(p for p in added if p not in old))}
    return replace(site, **new)


class _Finder:
    """Resolves names, and collects those it cannot resolve."""

    def __init__(self, sites: Sequence[Site], scenario: Scenario) -> None:
        self.sites = sites
        self.problems: list[str] = []
        self.notes: list[str] = []
        self.built: dict[str, set[str]] = {}  # the portals of each site, new ones among them
        self._scenario = scenario

    def placed(self, section: str) -> tuple[Any, ...]:
        """Return the parts of a section, each for every site it means, with its days and the ids it means there.

        What finds no place at a site is left out.
        """
        find = FINDERS.get(section, _Finder._as_it_is)
        parts = [
            find(self, site, replace(part, site=site.id, **_days(part, self._scenario)))
            for part in getattr(self._scenario, section)
            for site in self._sites(part.site, part)
        ]
        return tuple(part for part in parts if part is not None)

    def _as_it_is(self, _site: Site, part: Any) -> Any:
        return part

    def _new_portal(self, site: Site, part: NewPortal) -> NewPortal | None:
        ends = [e if e == OUTSIDE else self._space(site, e, part) for e in (part.outer, part.inner)]
        outer, inner = (end.removeprefix(f"{site.id}/") for end in ends)
        return replace(part, outer=outer, inner=inner) if all(ends) else None

    def _new_sensor(self, site: Site, part: NewSensor) -> NewSensor | None:
        """Place a new sensor; one for a new portal that found no place is left out with it."""
        new = {portal.id for portal in self._scenario.portals}
        if part.portal in new and part.portal not in self.built[site.id]:
            return None
        space = self._space(site, part.space, part) if part.space else ""
        placed = replace(part, space=space.removeprefix(f"{site.id}/"))
        return placed if space or not part.space else None

    def _rates(self, site: Site, part: Rates) -> Rates:
        return replace(part, entrances=self._entrances(site, part))

    def _profile(self, site: Site, part: Profile) -> Profile:
        resolved = {self._space(site, name, part): share for name, share in part.spaces.items()}
        spaces = {name: share for name, share in resolved.items() if name}
        return replace(part, spaces=spaces, entrances=self._entrances(site, part))

    def _closing(self, site: Site, part: Closing) -> Closing | None:
        spaces = [space for name in part.spaces for space in self._spaces(site, name, part)]
        portals = [portal for name in part.portals if (portal := self._portal(site, name, part))]
        return replace(part, spaces=tuple(spaces), portals=tuple(portals)) if spaces or portals else None

    def _capacity(self, site: Site, part: Capacity) -> Capacity | None:
        space = self._space(site, part.space, part)
        return replace(part, space=space) if space else None

    def _event(self, site: Site, part: Event) -> Event | None:
        space = self._space(site, part.space, part)
        after = self._space(site, part.afterwards, part) if part.afterwards else ""
        if space and not _is_open_at(site, part):
            reason = f"{site.id} is closed at {part.start:%H:%M}; open it with [[opening]]"
            self.notes.append(f"{_header(part)}: {reason}")
        return replace(part, space=space, afterwards=after) if space else None

    def opened(self, site: Site, hours: Sequence[Hours]) -> Site:
        """Return the site with the changed opening hours."""
        for part in hours:
            if part.site == site.id:
                try:
                    site = replace(site, opening=_opening(site, part))
                except ValueError as exc:
                    self.problems.append(f"{_header(part)}: {exc}")
        return site

    def _sites(self, name: str, part: Any) -> list[Site]:
        kinds = name.removeprefix(KIND).split("|") if name.startswith(KIND) else []
        sites = [s for s in self.sites if name in ("*", s.id) or s.kind in kinds]
        if not sites and kinds:
            self.notes.append(f"{_header(part)}: there is no {' or '.join(kinds)} among the sites")
        elif not sites:
            close = suggestion(name, (s.id for s in self.sites))
            self._problem(part, f'there is no site "{name}"{close}; name one, or a kind: "kind:library"')
        return sites

    def _spaces(self, site: Site, name: str, part: Any) -> list[str]:
        """All spaces that are meant, as "site/space"; a name beginning with a site's is in that site."""
        of, slash, inner = name.rpartition("/")
        for other in self._sites(of, part)[:1] if slash else (site,):
            if not inner.startswith(KIND):
                known = other.space_ids
                if inner in known:
                    return [f"{other.id}/{inner}"]
                close = suggestion(inner, known)
                reason = f'there is no space "{inner}" in {other.id}{close}; name one, or a kind: "kind:hall"'
                self._problem(part, reason)
                return []
            kinds = inner.removeprefix(KIND).split("|")
            by_kind = [[f"{other.id}/{s.id}" for s in other.spaces if s.kind == kind] for kind in kinds]
            if matches := next(filter(None, by_kind), []):
                return matches
            self.notes.append(f"{_header(part)}: {other.id} has no space of the kind {' or '.join(kinds)}")
        return []

    def _space(self, site: Site, name: str, part: Any) -> str:
        return next(iter(self._spaces(site, name, part)), "")

    def _portal(self, site: Site, name: str, part: Any) -> str:
        known = {p.id for p in site.portals}
        if name in known:
            return f"{site.id}/{name}"
        if name in {portal.id for portal in self._scenario.portals}:
            self.notes.append(f"{_header(part)}: {site.id} does not get {name}")
        else:
            close = suggestion(name, known)
            self._problem(part, f'there is no portal "{name}" in {site.id}{close}; name one')
        return ""

    def _entrances(self, site: Site, part: Rates | Profile) -> dict[str, float]:
        resolved = {self._portal(site, name, part): share for name, share in part.entrances.items()}
        ends = {f"{site.id}/{p.id}": (p.outer, p.inner) for p in site.portals}
        for name in filter(None, resolved):
            if all(end != OUTSIDE and "/" not in end for end in ends[name]):
                reason = f"{name} leads from one of its spaces to another; name a way into {site.id}"
                self._problem(part, reason)
        return {name: share for name, share in resolved.items() if name}

    def _problem(self, part: Any, reason: str) -> None:
        self.problems.append(f"{_header(part)}: {reason}")


FINDERS: Final[Mapping[str, Callable[[_Finder, Site, Any], Any]]] = {
    "portals": _Finder._new_portal,
    "sensors": _Finder._new_sensor,
    "rates": _Finder._rates,
    "profiles": _Finder._profile,
    "closings": _Finder._closing,
    "capacities": _Finder._capacity,
    "events": _Finder._event,
}


def _header(part: Any) -> str:
    """Return the part in the words of its file."""
    section = next(key for key, kind in SECTIONS.items() if type(part) is kind)
    labels = (getattr(part, key, "") for key in ("id", "device", "site"))
    return f"[[{section}]] {part.title.en if isinstance(part, Event) else next(filter(None, labels))}"


def _days(part: Any, scenario: Scenario) -> dict[str, date | None]:
    """Return the days of the part, as far as the scenario holds; none of them if it ends before it begins."""
    if not hasattr(part, "first"):
        return {}
    last = part.first if isinstance(part, Event) and not part.last else part.last
    starts = [day for day in (part.first, scenario.first) if day]
    ends = [day for day in (last, scenario.last) if day]
    return {"first": max(starts, default=None), "last": min(ends, default=None)}


def _is_open_at(site: Site, event: Event) -> bool:
    """Tell whether the site is open when the event begins, on any of its days."""
    last = event.last or event.first or ALWAYS_UNTIL
    first = max(event.first or last - LOOKED_AT * DAY, last - LOOKED_AT * DAY)
    begins = (
        (day, event_begin(site, event, day))
        for day in days_from(first, last)
        if holds(day, None, None, event.weekdays)
    )
    return any(start <= t < end for day, t in begins for start, end in open_intervals(day, site))


def _opening(site: Site, part: Hours) -> OpeningHours:
    """Return the hours of the site under the part. Raises ValueError if they leave its business day."""
    opening = site.opening
    if part.first or part.last:
        return replace(opening, exceptions=(*opening.exceptions, *_exceptions(site, part)))
    days = part.weekdays or WEEKDAYS
    tables = (
        replace(table, **dict[str, Any]({day: _hours(getattr(table, day), part, site) for day in days}))
        for table in opening.tables
    )
    return replace(opening, tables=tuple(tables))


def _exceptions(site: Site, part: Hours) -> Iterator[OpeningException]:
    first = part.first or (part.last or date.max) - ENDLESS
    last = part.last or first + ENDLESS
    if part.hours and not part.weekdays and first <= last:
        yield OpeningException(first=first, last=last, hours=part.hours, note=part.note)
        return
    for day in days_from(first, last):
        if holds(day, first, last, part.weekdays) and not (part.weekdays and holiday(day, site.opening)):
            hours = _hours(hours_text(day, site.opening), part, site)
            yield OpeningException(first=day, last=day, hours=hours, note=part.note)


def _hours(usual: str, part: Hours, site: Site) -> str:
    """Return the hours of a day that usually has `usual`; stretches that touch become one."""
    if part.hours:
        return part.hours
    both = [parse_hours(text, site.day_start) for text in (usual, part.also)]
    staffed = [_clocks(hours) for hours in joined(h for day in both for h in day.staffed)]
    staffless = [f"{_clocks(hours)} staffless" for hours in joined(h for day in both for h in day.staffless)]
    return ", ".join((*staffed, *staffless))


def _clocks(hours: tuple[int, int]) -> str:
    a, b = hours
    return f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}"


def _contradictions(before: SiteFile, after: SiteFile) -> list[str]:
    """List the problems of the changed sites that they did not have before."""
    if before == after:
        return []
    old = set(check(before))
    new = [(path, reason) for path, reason in check(after) if (path, reason) not in old]
    return [f"{_where(after, path)}: {reason.replace('[[sites.', '[[')}" for path, reason in new]


def _where(site_file: SiteFile, path: tuple[str | int, ...]) -> str:
    part: Any = site_file
    for step in path[:4]:
        part = part[step] if isinstance(step, int) else getattr(part, step)
    section = path[2] if len(path) > 2 else "sites"
    name = getattr(part, "id", getattr(part, "device", ""))
    return f"[[{section}]] {name}: {'.'.join(map(str, path[4:]))}".rstrip(": ")
