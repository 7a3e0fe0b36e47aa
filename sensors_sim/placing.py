"""A scenario meets a site file: its parts find the sites, spaces and portals they mean, and the sites change."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.analytics.calendar import WEEKDAYS, holiday, hours_text, open_intervals, parse_hours
from core.errors import ScenarioError
from core.site import OUTSIDE, OpeningException, OpeningHours, Portal, Sensor, Site, SiteFile
from core.site_checks import Draft, check
from core.suggest import suggestion
from sensors_sim.scenario import SECTIONS, Closing, Event, Hours, NewPortal, NewSensor, Profile, Rates, Scenario, holds
from sensors_sim.scenario_changes import with_parts

KIND: Final = "kind:"
DAY: Final = timedelta(days=1)
LOOKED_AT: Final = 63  # days
ENDLESS: Final = 2 * 366 * DAY  # how long hours on certain weekdays hold that have a first day and no last


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A scenario at home in a site file."""

    sites: SiteFile  # as the scenario makes them
    scenario: Scenario  # every part with the ids it means (spaces and portals as "site/id"), and with its days
    notes: tuple[str, ...]  # what of it finds no place here


def placed(site_file: SiteFile, scenario: Scenario) -> Placed:
    """The scenario in the sites of `site_file`. Raises ScenarioError with every name that is not there.

    What is named by a kind of which there is nothing is left out, and told in the notes.
    """
    finder = _Finder(site_file, scenario)
    portals = [p for part in scenario.portals for p in finder.portals(part)]
    built = {site.id: _built(site, portals) for site in site_file.sites}
    sensors = [s for part in scenario.sensors for s in finder.sensors(part, built)]
    hours = [h for part in scenario.opening for h in finder.everywhere(part)]
    changed = SiteFile(sites=tuple(_open(_equipped(s, sensors), hours, finder) for s in built.values()))
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
    return Placed(sites=changed, scenario=with_parts(scenario, parts), notes=tuple(dict.fromkeys(finder.notes)))


def applied(site_file: SiteFile, scenario: Scenario) -> SiteFile:
    """The sites as the scenario makes them: hours, new portals and sensors. Raises ScenarioError.

    Closings are not in it: what is closed for a time is there all the same, and counts nobody.
    """
    return placed(site_file, scenario).sites


class _Finder:
    """Finds what names mean, and remembers what it did not find."""

    def __init__(self, site_file: SiteFile, scenario: Scenario) -> None:
        self.sites = site_file.sites
        self.problems: list[str] = []
        self.notes: list[str] = []
        self._scenario = scenario

    def everywhere(self, part: Any) -> Iterator[Any]:
        """The part for each of the sites it means, with its days."""
        days = _days(part, self._scenario)
        for site in self._sites(part.site, part):
            yield replace(part, site=site.id, **days)

    def portals(self, part: NewPortal) -> Iterator[NewPortal]:
        """New portals with ends that are there."""
        for own in self.everywhere(part):
            site = self._site(own.site)
            outer, inner = (self._end(site, end, part) for end in (part.outer, part.inner))
            if outer and inner:
                yield replace(own, outer=_short(site, outer), inner=_short(site, inner))

    def sensors(self, part: NewSensor, built: dict[str, Site]) -> Iterator[NewSensor]:
        """New sensors; one for a new portal that found no place is left out with it."""
        new = {portal.id for portal in self._scenario.portals}
        for own in self.everywhere(part):
            site = built[own.site]
            if part.portal in new and all(portal.id != part.portal for portal in site.portals):
                continue
            space = self._space(site, part.space, part) if part.space else ""
            if space or not part.space:
                yield replace(own, space=_short(site, space))

    def rates(self, part: Rates) -> Iterator[Rates]:
        """Rates with entrances that lead into the site."""
        for own in self.everywhere(part):
            yield replace(own, entrances=self._entrances(own.site, part))

    def profiles(self, part: Profile) -> Iterator[Profile]:
        """Profiles with entrances and spaces that are there."""
        for own in self.everywhere(part):
            site = self._site(own.site)
            named = {self._space(site, name, part): share for name, share in part.spaces.items()}
            spaces = {name: share for name, share in named.items() if name}
            yield replace(own, spaces=spaces, entrances=self._entrances(own.site, part))

    def closings(self, part: Closing) -> Iterator[Closing]:
        """Closings with all spaces of a kind."""
        for own in self.everywhere(part):
            site = self._site(own.site)
            spaces = [space for name in part.spaces for space in self._spaces(site, name, part)]
            portals = [self._portal(site, name, part) for name in part.portals]
            if spaces or any(portals):
                yield replace(own, spaces=tuple(spaces), portals=tuple(filter(None, portals)))

    def events(self, part: Event) -> Iterator[Event]:
        """Events with their rooms."""
        for own in self.everywhere(part):
            site = self._site(own.site)
            space = self._space(site, part.space, part)
            after = self._space(site, part.afterwards, part) if part.afterwards else ""
            if space:
                self._note_closed(site, own)
                yield replace(own, space=space, afterwards=after)

    def _note_closed(self, site: Site, event: Event) -> None:
        """Tell of an event on none of whose days the site is open."""
        first = event.first or event.last
        if first is None:
            return
        days = (first + n * DAY for n in range(min(((event.last or first) - first).days, LOOKED_AT) + 1))
        if not any(opens_for(site, event, day) for day in days if holds(day, None, None, event.weekdays)):
            self._note(event, f"{site.id} is closed at {event.start:%H:%M}; open it with [[opening]]")

    def _site(self, name: str) -> Site:
        return next(site for site in self.sites if site.id == name)

    def _sites(self, name: str, part: Any) -> list[Site]:
        kinds = name.removeprefix(KIND).split("|") if name.startswith(KIND) else []
        found = [s for s in self.sites if name in ("*", s.id) or s.kind in kinds]
        if not found and kinds:
            self._note(part, f"there is no {' or '.join(kinds)} among the sites")
        elif not found:
            close = suggestion(name, (s.id for s in self.sites))
            self._problem(part, f'there is no site "{name}"{close}; name one, or a kind: "kind:library"')
        return found

    def _spaces(self, site: Site, name: str, part: Any) -> list[str]:
        """All spaces that are meant, as "site/space"; a name beginning with a site's is in that site."""
        of, slash, inner = name.rpartition("/")
        for other in self._sites(of, part)[:1] if slash else (site,):
            if not inner.startswith(KIND):
                return self._by_id(other, inner, part)
            kinds = inner.removeprefix(KIND).split("|")
            by_kind = [[f"{other.id}/{s.id}" for s in other.spaces if s.kind == kind] for kind in kinds]
            if found := next(filter(None, by_kind), []):
                return found
            self._note(part, f"{other.id} has no space of the kind {' or '.join(kinds)}")
        return []

    def _by_id(self, site: Site, name: str, part: Any) -> list[str]:
        known = {site.id, *(s.id for s in site.spaces)}
        if name in known:
            return [f"{site.id}/{name}"]
        close = suggestion(name, known)
        self._problem(part, f'there is no space "{name}" in {site.id}{close}; name one, or a kind: "kind:hall"')
        return []

    def _space(self, site: Site, name: str, part: Any) -> str:
        return next(iter(self._spaces(site, name, part)), "")

    def _end(self, site: Site, name: str, part: Any) -> str:
        return OUTSIDE if name == OUTSIDE else self._space(site, name, part)

    def _portal(self, site: Site, name: str, part: Any) -> str:
        known = {p.id for p in site.portals}
        if name in known:
            return f"{site.id}/{name}"
        if name in {portal.id for portal in self._scenario.portals}:
            self._note(part, f"{site.id} does not get {name}")
        else:
            self._problem(part, f'there is no portal "{name}" in {site.id}{suggestion(name, known)}; name one')
        return ""

    def _entrances(self, site_id: str, part: Rates | Profile) -> dict[str, float]:
        site = self._site(site_id)
        named = {self._portal(site, name, part): share for name, share in part.entrances.items()}
        ends = {f"{site.id}/{p.id}": (p.outer, p.inner) for p in site.portals}
        for name in filter(None, named):
            if all(end != OUTSIDE and "/" not in end for end in ends[name]):
                self._problem(part, f"{name} leads from one of its spaces to another; name a way into {site.id}")
        return {name: share for name, share in named.items() if name}

    def _problem(self, part: Any, reason: str) -> None:
        self.problems.append(f"{_header(part)}: {reason}")

    def _note(self, part: Any, reason: str) -> None:
        self.notes.append(f"{_header(part)}: {reason}")


def opens_for(site: Site, event: Event, day: date) -> bool:
    """Whether the site is open when the event begins on the business day."""
    begins = begin(site, event, day)
    return any(start <= begins < end for start, end in open_intervals(day, site))


def begin(site: Site, event: Event, day: date) -> datetime:
    """When the event begins on the business day; what begins before the day does is in the night that ends it."""
    date_of = day if event.start >= site.day_start else day + DAY
    return datetime.combine(date_of, event.start, ZoneInfo(site.timezone)).astimezone(UTC)


def _header(part: Any) -> str:
    section = next(key for key, kind in SECTIONS.items() if type(part) is kind)
    named = (getattr(part, key, "") for key in ("id", "device", "site"))
    return f"[[{section}]] {part.title.en if isinstance(part, Event) else next(filter(None, named))}"


def _short(site: Site, space: str) -> str:
    """The space as the site file of `site` names it."""
    return space.removeprefix(f"{site.id}/")


def _days(part: Any, scenario: Scenario) -> dict[str, date | None]:
    if not hasattr(part, "first"):
        return {}
    if isinstance(part, Event) and part.first and not part.last:
        return {"last": part.first}
    return {"first": part.first or scenario.first, "last": part.last or scenario.last}


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


def _open(site: Site, hours: list[Hours], finder: _Finder) -> Site:
    """The site with other hours."""
    for part in hours:
        try:
            site = replace(site, opening=_opening(site, part)) if part.site == site.id else site
        except ValueError as exc:
            finder.problems.append(f"{_header(part)}: {exc}")
    return site


def _opening(site: Site, part: Hours) -> OpeningHours:
    opening = site.opening
    if part.first or part.last:
        return replace(opening, exceptions=(*opening.exceptions, *_exceptions(site, part)))
    week: dict[str, Any] = {day: _text(getattr(opening, day), part, site) for day in part.weekdays or WEEKDAYS}
    return replace(opening, **week)


def _exceptions(site: Site, part: Hours) -> Iterator[OpeningException]:
    first = part.first or (part.last or date.max) - ENDLESS
    last = part.last or first + ENDLESS
    if part.hours and not part.weekdays:
        yield OpeningException(first=first, last=last, hours=part.hours, note=part.note)
        return
    for day in (first + n * DAY for n in range((last - first).days + 1)):
        if holds(day, first, last, part.weekdays) and not (part.weekdays and holiday(day, site.opening)):
            text = _text(hours_text(day, site.opening), part, site)
            yield OpeningException(first=day, last=day, hours=text, note=part.note)


def _text(usual: str, part: Hours, site: Site) -> str:
    """The hours of a day that usually has `usual`."""
    if part.hours:
        return part.hours
    stretches = sorted({*parse_hours(usual, site.day_start), *parse_hours(part.also, site.day_start)})
    joined: list[list[int]] = []
    for start, until in stretches:
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], until)
        else:
            joined.append([start, until])
    return ", ".join(f"{_clock(start)}-{_clock(until)}" for start, until in joined)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
