"""Checks of a site's target: days in order, and sites that can be counted together."""

from collections.abc import Iterator, Mapping

from besok.model.site import Site, Target
from besok.model.suggest import suggestion
from besok.model.tomlfile import Path, Problem


def check(path: Path, site: Site, sites: Mapping[str, Site]) -> Iterator[Problem]:
    """Yield the problems of a site's target, which may name others of `sites`."""
    target, at = site.target, (*path, "target")
    if target is None:
        return
    if target.baseline_last < target.baseline_first:
        yield (*at, "baseline_last"), "the baseline ends before it begins; exchange the two dates"
    if target.deadline <= target.baseline_last:
        yield (*at, "deadline"), "the deadline is not after the baseline; choose a later day"
    yield from _stated(at, target)
    yield from (((*at, "also"), reason) for reason in apart(site, sites))


def _stated(at: Path, target: Target) -> Iterator[Problem]:
    """Yield the problems of a baseline that is stated as one number."""
    if target.baseline_visits is None:
        if target.baseline_measure or target.baseline_source:
            yield (*at, "baseline_visits"), "is missing; write the visits in 365 days that the source states"
        return
    if target.baseline_measure is None:
        yield (
            (*at, "baseline_measure"),
            'is missing; write "net" if staff and others were taken off, else "gross"',
        )
    elif target.baseline_measure != target.measure:
        yield (
            (*at, "baseline_measure"),
            f"the baseline is {target.baseline_measure} and the target counts {target.measure}; "
            f'write measure = "{target.baseline_measure}", or give the baseline as {target.measure}',
        )
    if not target.baseline_source:
        yield (
            (*at, "baseline_source"),
            'is missing; write where the number is from: "national statistics 2019"',
        )


def apart(site: Site, sites: Mapping[str, Site]) -> Iterator[str]:
    """Yield the reasons why the sites of a target cannot be counted together."""
    others = site.target.also if site.target else ()
    for n, name in enumerate(others):
        if name == site.id:
            yield f'"{name}" is the site itself, which always counts; name other sites only'
        elif name in others[:n]:
            yield f'"{name}" is named twice; once is enough'
        elif name not in sites:
            close = suggestion(name, sites.keys() - {site.id})
            yield f'there is no site "{name}" in this file{close}; name one that it holds'
        else:
            yield from _unlike(site, sites[name])


def _unlike(site: Site, other: Site) -> Iterator[str]:
    """Yield the reasons why the days of two sites cannot be added up."""
    if other.timezone != site.timezone or other.day_start != site.day_start:
        days = [f"{s.day_start:%H:%M} {s.timezone}" for s in (other, site)]
        yield (
            f'the days of "{other.id}" begin at {days[0]}, here at {days[1]}, and cannot be added up; '
            "write the same timezone and day_start for both, or leave it out"
        )
    if other.sandbox != site.sandbox:
        yield f'of "{other.id}" and this site only one is a sandbox; simulated and real visits are never added up'
