"""Notes on a valid site file: gaps that would leave figures missing."""

from collections.abc import Iterator

import numpy as np

from besok.model.building import incidence
from besok.model.site import Portal, Site, SiteFile


def notes(file: SiteFile) -> list[str]:
    """Return a sentence for each passage that leaves spaces without figures, and each target that may stay without."""
    known = {site.id: site for site in file.sites}
    return [note for site in file.sites for note in (*_passages(site), *_doors(site), *_targets(site, known))]


def uncounted(site: Site) -> Iterator[tuple[Portal, list[str]]]:
    """Yield each uncounted passage within the site, with the spaces whose occupancy it hides."""
    ids = site.space_ids
    place = {space: n for n, space in enumerate(ids)}
    parents = [None, *(place[space.parent or site.id] for space in site.spaces)]
    watched = {sensor.portal for sensor in site.sensors if sensor.role == "primary"}
    seen = {sensor.space for sensor in site.sensors if sensor.role == "primary"}
    for portal in site.portals:
        ends = place.get(portal.outer), place.get(portal.inner)
        if None not in ends and not (portal.counted and portal.id in watched):
            across = np.flatnonzero(incidence(parents, [ends])[:, 0]).tolist()
            if hidden := [ids[n] for n in across if ids[n] not in seen]:
                yield portal, hidden


def _passages(site: Site) -> Iterator[str]:
    for portal, hidden in uncounted(site):
        yield (
            f"{site.id}: nothing counts the passage {portal.id}, so there is no telling how many people are in "
            f"{_listed(hidden)}: mount a sensor there, or in these"
        )


def _doors(site: Site) -> Iterator[str]:
    """Yield the entrances of a site that are to be counted and have no sensor yet."""
    watched = {sensor.portal for sensor in site.sensors if sensor.role == "primary"}
    for portal in site.portals:
        if portal.counted and portal.id not in watched and site.leads_out(portal):
            yield (
                f"{site.id}: no sensor counts the door {portal.id}, so the visits by it are missing: add one, or write "
                "counted = false if it is not to be counted"
            )


def _targets(site: Site, known: dict[str, Site]) -> Iterator[str]:
    for other in site.also:
        there = known.get(other)
        if there and not _counts(there):
            yield (
                f"{site.id}: its target counts {other} too (also), and no door from outside has a sensor there: "
                "until its visits are brought otherwise, there is no figure for the target"
            )


def _counts(site: Site) -> bool:
    """Tell whether a sensor counts at a portal that leads out of the site."""
    doors = {portal.id for portal in site.portals if site.leads_out(portal)}
    return any(sensor.portal in doors for sensor in site.sensors)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
