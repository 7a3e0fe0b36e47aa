"""Routes for sites and their spaces."""

from api.deps import Db, KnownSite, SiteId, known_name
from api.routing import Routes
from besok.model.views.live import PortalInfo, SiteInfo, SpaceInfo
from besok.services.places import get_portals, get_sites, get_spaces

router = Routes("Places")


@router.reads("/sites", "open", "All sites")
def sites(db: Db) -> list[SiteInfo]:
    """Libraries and parks. `sandbox` marks a place whose figures are simulated."""
    return get_sites(db)


@router.reads("/sites/{site}/spaces", "open", "The spaces of a site")
def spaces(site: SiteId, db: Db) -> list[SpaceInfo]:
    """Zones and rooms as a tree: `parent` is the space around; the root has the site's id and no parent."""
    return get_spaces(db, known_name(site, "site"))


@router.reads("/sites/{site}/portals", "open", "The portals of a site")
def portals(site: KnownSite) -> list[PortalInfo]:
    """Doors and passages: between which spaces each lies, whether it has a counter, and whether it leads outside."""
    return get_portals(site)
