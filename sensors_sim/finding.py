"""What the names in a scenario mean in a site file: ids, kinds, spaces of other sites."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from besok.model.site import OUTSIDE, Site, SiteFile
from besok.model.suggest import suggestion
from sensors_sim.opening import opens_for
from sensors_sim.scenario import (
    SECTIONS,
    Closing,
    Event,
    NewPortal,
    NewSensor,
    Profile,
    Rates,
    Scenario,
    holds,
)

KIND: Final = "kind:"
DAY: Final = timedelta(days=1)
LOOKED_AT: Final = 63  # days
ALWAYS_UNTIL: Final = date(2026, 5, 31)  # the day until which an event without days is looked at


class Finder:
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
        last = event.last or event.first or ALWAYS_UNTIL
        first = max(event.first or last - LOOKED_AT * DAY, last - LOOKED_AT * DAY)
        days = (first + n * DAY for n in range((last - first).days + 1))
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
        self._problem(
            part, f'there is no space "{name}" in {site.id}{close}; name one, or a kind: "kind:hall"'
        )
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
            self._problem(
                part, f'there is no portal "{name}" in {site.id}{suggestion(name, known)}; name one'
            )
        return ""

    def _entrances(self, site_id: str, part: Rates | Profile) -> dict[str, float]:
        site = self._site(site_id)
        named = {self._portal(site, name, part): share for name, share in part.entrances.items()}
        ends = {f"{site.id}/{p.id}": (p.outer, p.inner) for p in site.portals}
        for name in filter(None, named):
            if all(end != OUTSIDE and "/" not in end for end in ends[name]):
                self._problem(
                    part, f"{name} leads from one of its spaces to another; name a way into {site.id}"
                )
        return {name: share for name, share in named.items() if name}

    def _problem(self, part: Any, reason: str) -> None:
        self.problems.append(f"{header(part)}: {reason}")

    def _note(self, part: Any, reason: str) -> None:
        self.notes.append(f"{header(part)}: {reason}")


def header(part: Any) -> str:
    """The part in the words of its file."""
    section = next(key for key, kind in SECTIONS.items() if type(part) is kind)
    named = (getattr(part, key, "") for key in ("id", "device", "site"))
    return f"[[{section}]] {part.title.en if isinstance(part, Event) else next(filter(None, named))}"


def _short(site: Site, space: str) -> str:
    """The space as the site file of `site` names it."""
    return space.removeprefix(f"{site.id}/")


def _days(part: Any, scenario: Scenario) -> dict[str, date | None]:
    """The days of the part, as far as the scenario holds; none of them if it ends before it begins."""
    if not hasattr(part, "first"):
        return {}
    if isinstance(part, Event) and part.first and not part.last:
        part = replace(part, last=part.first)
    starts = [day for day in (part.first, scenario.first) if day]
    ends = [day for day in (part.last, scenario.last) if day]
    return {"first": max(starts, default=None), "last": min(ends, default=None)}
