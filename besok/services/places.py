"""Sites and spaces as they are built."""

from besok.model.scenario_sandbox import is_sandbox
from besok.model.site import Site
from besok.model.views.like import like
from besok.model.views.live import PortalInfo, SiteInfo, SpaceInfo
from besok.services import access
from besok.store.database import Database
from besok.store.sites import no_site


def get_sites(db: Database) -> list[SiteInfo]:
    """Return all sites, in the order of the site files; sandboxes of scenarios only for callers who may read them."""
    sites = db.fetch("sites", SiteInfo)
    return [one for one in sites if not is_sandbox(one) or access.may("read", one.site)]


def get_portals(site: Site) -> list[PortalInfo]:
    """Return the portals of a site, in the order of its file."""
    return [like(PortalInfo, p, portal=p.id, perimeter=site.leads_out(p)) for p in site.portals]


def get_spaces(db: Database, site: str) -> list[SpaceInfo]:
    """Return the spaces of a site, its root space first. Raises NotFound."""
    spaces = db.fetch("spaces", SpaceInfo, site=site)
    if not spaces:  # every site has a root space
        raise no_site(db, site)
    return spaces
