"""The catalogue of the open data, as the national data portal harvests it (DCAT-AP-SE, RDF/XML)."""

from typing import Annotated
from xml.etree import ElementTree

from fastapi import Depends, Request, Response

from api.catalogue import MEDIA, Publisher, catalogue
from api.deps import Db, Root
from api.routing import Routes
from besok.model import messages
from besok.model.errors import NotFound
from besok.model.settings import Settings
from besok.services.places import get_sites

router = Routes("Places")


async def _publisher(request: Request, root: Root) -> Publisher:
    settings: Settings = request.app.state.settings
    if not (settings.operator and settings.contact):
        raise NotFound(messages.NO_PUBLISHER)
    return Publisher(
        name=settings.operator,
        uri=settings.publisher_uri,
        email=settings.contact,
        licence=settings.data_licence,
        root=root,
    )


@router.reads(
    "/catalogue",
    "open",
    "The open data as a catalogue (DCAT-AP-SE)",
    response_class=Response,
    responses={200: {"content": {MEDIA: {"schema": {"type": "string"}}}, "description": "RDF/XML"}},
)
def open_data(db: Db, publisher: Annotated[Publisher, Depends(_publisher)]) -> Response:
    """Describe each series of each site, with its files, as data portals harvest it. Simulated places are left out."""
    sites = [site for site in get_sites(db) if not site.sandbox]
    xml = ElementTree.tostring(catalogue(sites, publisher), encoding="utf-8", xml_declaration=True)
    return Response(xml, media_type=MEDIA)
