"""A scenario lets devices speak other formats: they get the names those families give them, and keep their faults."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from besok.model.site import Sensor, Site, SiteFile
from sensors_sim.formats import FORMATS, speaking, spoken
from sensors_sim.scenario import Character, Scenario
from sensors_sim.sensors import named

Names = dict[tuple[str, str], str]  # (site, device) -> its other name


def spoken_otherwise(site_file: SiteFile, scenario: Scenario) -> tuple[SiteFile, Scenario]:
    """The sites with the sensors as they speak, and the scenario with its devices by their new names too.

    A device speaks another format only if that can tell all that the device sees.
    """
    names: Names = {}
    sites = SiteFile(sites=tuple(_heard(site, scenario.characters, names) for site in site_file.sites))
    if sites == site_file:
        return site_file, scenario
    characters = tuple(_by_new_names(scenario.characters, names))
    return sites, replace(
        scenario, characters=characters, faults=tuple(_by_new_names(scenario.faults, names))
    )


def _heard(site: Site, characters: Sequence[Character], names: Names) -> Site:
    ordered = sorted(enumerate(site.sensors), key=lambda pair: pair[1].device)
    heard: dict[int, Sensor] = {}
    for device, group in groupby(ordered, key=lambda pair: pair[1].device):
        own = list(group)
        wanted = [c.speaks for c in characters if c.speaks and named(c.device, site.id, device)]
        other = [speaking(site, sensor, wanted[-1]) if wanted else sensor for _, sensor in own]
        if wanted and all(spoken(sensor) is FORMATS[wanted[-1]] for sensor in other):
            heard |= {number: sensor for (number, _), sensor in zip(own, other, strict=True)}
            names[site.id, device] = other[0].device
    if all(heard[n] == site.sensors[n] for n in heard):
        return site
    return replace(site, sensors=tuple(heard.get(n, sensor) for n, sensor in enumerate(site.sensors)))


def _by_new_names(parts: Iterable[Any], names: Names) -> Iterable[Any]:
    """Each part, followed by copies of it for the devices it meant by their old names."""
    for part in parts:
        yield part
        for (site, device), new in names.items():
            if named(part.device, site, device) and not named(part.device, site, new):
                yield replace(part, device=f"{site}/{new}")
