"""The sites that a command is about: those of a file, or of the database."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from besok.model import given_files, messages
from besok.model.errors import BesokError, NotFound, SiteFileError
from besok.model.scenario_sandbox import simulated_world
from besok.model.site import PayloadMapping, SiteFile
from besok.model.suggest import instead
from cli.commands.database import opened


def read(file: Path) -> SiteFile:
    """Read the sites of a file. Raises SiteFileError."""
    from besok.model.sitefile import parse

    return parse(_text(file), str(file))


def read_mappings(file: Path) -> tuple[PayloadMapping, ...]:
    """Read the mappings of a file. Raises SiteFileError."""
    from besok.model.sitefile import parse_mappings

    return parse_mappings(_text(file), str(file))


def _text(file: Path) -> str:
    return given_files.text(file, refuse=lambda reason: SiteFileError([reason]))


def stored() -> SiteFile:
    """All sites of the database. Raises BesokError if there is none."""
    from besok.store.sites import load_all

    with opened() as db:
        sites = tuple(load_all(db))
    if not sites:
        raise BesokError(
            "There is no site in the database: `besok site apply FILE` brings one, --site-file names one"
        )
    return SiteFile(sites=sites)


def sandboxes() -> SiteFile:
    """Return the sandboxes of the database as one world, but for those of scenarios. Raises BesokError without any."""
    from besok.store.sites import load_all

    with opened() as db:
        world = simulated_world(load_all(db))
    if not world.sites:
        raise BesokError("No site of the database is a sandbox: `besok site apply --sandbox FILE` makes one")
    return world


def around(site_file: SiteFile, names: Sequence[str]) -> SiteFile:
    """Return the sites that make one world with those named: of their zone and day start; all if none is named.

    Raises NotFound for the first name that is not a site's.
    """
    known = [site.id for site in site_file.sites]
    for name in names:
        if name not in known:
            raise NotFound(messages.NO_SITE(name=name, instead=instead(name, known)))
    shared = {(site.timezone, site.day_start) for site in site_file.sites if site.id in names}
    return SiteFile(
        sites=tuple(s for s in site_file.sites if not names or (s.timezone, s.day_start) in shared)
    )


def as_sandbox(sites: SiteFile) -> SiteFile:
    """Return the sites marked as sandboxes."""
    return SiteFile(sites=tuple(replace(site, sandbox=True) for site in sites.sites))
