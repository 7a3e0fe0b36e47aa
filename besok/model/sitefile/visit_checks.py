"""Checks of the definitions of a visit in a site file: portals that lead in, valid shares, distinct first days."""

from collections.abc import Iterable, Iterator

from besok.model.site import OUTSIDE, Deduction, Portal, Site, VisitDefinition
from besok.model.site_rules import HIGHEST_SHARE
from besok.model.suggest import suggestion
from besok.model.tomlfile import Path, Problem


def perimeter(site: Site, sites: Iterable[Site]) -> dict[str, Portal]:
    """Return the counted portals that lead into a site, by name ("park/gate" for another site's)."""
    portals = {}
    for owner in sites:
        is_own = owner.id == site.id
        for portal in owner.portals:
            here = [_here(end, is_own, site.id) for end in (portal.outer, portal.inner)]
            if portal.counted and here[0] != here[1]:
                portals[portal.id if is_own else f"{owner.id}/{portal.id}"] = portal
    return portals


def _here(end: str, is_own: bool, site: str) -> bool:
    return (is_own and end != OUTSIDE and "/" not in end) or end.startswith(f"{site}/")


def check(path: Path, site: Site, doors: Iterable[str]) -> Iterator[Problem]:
    """Yield the problems of a site's definitions of a visit; `doors` are its portals to elsewhere."""
    names = set(doors)
    firsts = [definition.first for definition in site.visits]
    for n, definition in enumerate(site.visits):
        at = (*path, "visits", n)
        if firsts.count(definition.first) > 1:
            yield (*at, "first"), f"two definitions begin on {definition.first}; give one another day"
        yield from _unknown(at, definition.portals, names)
        counting = set(definition.portals) or names
        for m, deduction in enumerate(definition.deductions):
            there = (*at, "deductions", m)
            yield from _check_deduction(there, deduction)
            yield from _unknown(there, deduction.portals, counting)
        yield from _check_sum(at, definition, counting)


def _unknown(path: Path, portals: Iterable[str], known: set[str]) -> Iterator[Problem]:
    for name in portals:
        if name not in known:
            reason = f'"{name}" is not a counted door into the site{suggestion(name, known)}; name those that count'
            yield (*path, "portals"), reason


def _check_deduction(path: Path, deduction: Deduction) -> Iterator[Problem]:
    if (deduction.share > 0) == (deduction.per_day > 0):
        yield (*path, "share"), "a deduction is a share or a number a day; write one of the two"
    if deduction.per_day and deduction.portals:
        reason = "a number a day is taken off the whole site; leave portals out, or write a share"
        yield (*path, "portals"), reason


def _check_sum(path: Path, definition: VisitDefinition, counting: set[str]) -> Iterator[Problem]:
    for name in sorted(counting) or [""]:
        share = definition.share_off(name)
        if share > HIGHEST_SHARE:
            reason = f'the shares taken off "{name}" add up to {share:g}; at most {HIGHEST_SHARE} is possible'
            for m, deduction in enumerate(definition.deductions):
                if deduction.share and name in (deduction.portals or counting | {""}):
                    yield (*path, "deductions", m, "share"), reason
            return
