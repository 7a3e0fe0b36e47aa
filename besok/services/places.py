"""Sites and spaces as they are built."""

from dataclasses import dataclass

from besok.model.errors import NotFound
from besok.model.site import Text
from besok.model.views.live import SiteInfo, SpaceInfo
from besok.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class _SiteRow:
    site: str
    kind: str
    name_sv: str
    name_en: str
    timezone: str
    capacity: int | None
    sandbox: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _SpaceRow:
    space: str
    parent: str | None
    name_sv: str
    name_en: str
    kind: str
    storey: int | None
    capacity: int | None
    seats: int | None
    area_m2: float | None


def sites(db: Database) -> list[SiteInfo]:
    """All sites, in the order of the site files."""
    return [
        SiteInfo(
            site=r.site,
            kind=r.kind,
            name=Text(sv=r.name_sv, en=r.name_en),
            timezone=r.timezone,
            capacity=r.capacity,
            sandbox=r.sandbox,
        )
        for r in db.fetch("sites", _SiteRow)
    ]


def spaces(db: Database, site: str) -> list[SpaceInfo]:
    """The spaces of a site, its root space first. Raises NotFound."""
    rows = db.fetch("spaces", _SpaceRow, site=site)
    if not rows:  # every site has a root space
        raise NotFound(f"there is no site “{site}”")
    return [
        SpaceInfo(
            space=r.space,
            parent=r.parent,
            name=Text(sv=r.name_sv, en=r.name_en),
            kind=r.kind,
            storey=r.storey,
            capacity=r.capacity,
            seats=r.seats,
            area_m2=r.area_m2,
        )
        for r in rows
    ]
