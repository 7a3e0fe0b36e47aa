"""The open data catalogue in DCAT-AP-SE 3: datasets and their files.

The portal wants RDF/XML with absolute addresses and without blank nodes. The shape is fixed and small, so the standard
library writes it; a test reads it with rdflib.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace

from api import parquet
from besok.model.messages import Translatable
from besok.model.site import Text
from besok.model.views.live import SiteInfo
from besok.text.languages import in_both, translated

MEDIA: Final = "application/rdf+xml"
SPACES: Final = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
EU: Final = "http://publications.europa.eu/resource/authority"
JSON: Final = ("json", "application/json")

TITLE: Final = Translatable("Visitors to libraries and parks")
ABOUT: Final = Translatable(
    "Free seats, opening hours and what was done for residents, counted by sensors that recognise nobody"
)
KEYWORDS: Final = (Translatable("visitors"), Translatable("library"), Translatable("park"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """The publisher, its licence (an address), and `root`, the address of this Besök."""

    name: str
    uri: str
    email: str
    licence: str
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series of a site that nobody signs in for: what the API answers at `path`, and the EU's word for how often it
    changes; as `tables` too, or as JSON only.
    """

    path: str
    title: Translatable
    about: Translatable
    rate: str
    tables: bool = True


SERIES: Final = (
    Series(
        path="free",
        title=Translatable("Free seats and quiet hours"),
        about=Translatable("Free seats by room, how busy it is, and the quietest hours, rounded to fives"),
        rate="CONT",
        tables=False,
    ),
    Series(
        path="calendar",
        title=Translatable("Calendar"),
        about=Translatable("Opening hours, holidays, programme and weather by day"),
        rate="DAILY",
    ),
    Series(
        path="actions",
        title=Translatable("Requests and actions"),
        about=Translatable("What was asked for, and what was done about it"),
        rate="IRREG",
    ),
)


def catalogue(sites: Sequence[SiteInfo], publisher: Publisher) -> Element:
    """Return the catalogue as RDF/XML."""
    for prefix, space in SPACES.items():
        register_namespace(prefix, space)
    root, api = Element(_name("rdf:RDF")), f"{publisher.root}/api/v1"
    who = publisher.uri or f"{api}/catalogue#publisher"
    main = _thing(root, "dcat:Catalog", f"{api}/catalogue")
    _texts(main, "dcterms:title", _both(TITLE))
    _texts(main, "dcterms:description", _both(ABOUT))
    _link(main, "dcterms:publisher", who)
    _link(main, "dcterms:license", publisher.licence)
    _link(main, "foaf:homepage", publisher.root)
    _link(main, "dcat:themeTaxonomy", f"{EU}/data-theme")
    _link(main, "dcat:service", f"{api}/catalogue#api")
    _plain(_thing(root, "foaf:Agent", who), "foaf:name", publisher.name)
    contact = _thing(root, "vcard:Organization", f"{api}/catalogue#contact")
    _plain(contact, "vcard:fn", publisher.name)
    _link(contact, "vcard:hasEmail", f"mailto:{publisher.email}")
    _service(root, publisher)
    for site in sites:
        for one in SERIES:
            _link(main, "dcat:dataset", _dataset(root, site, one, publisher, who))
    return root


def _service(root: Element, publisher: Publisher) -> None:
    api = _thing(root, "dcat:DataService", f"{publisher.root}/api/v1/catalogue#api")
    _texts(api, "dcterms:title", Text(sv="Besöks API", en="API of Besök"))
    _link(api, "dcat:endpointURL", f"{publisher.root}/api/v1")
    _link(api, "dcat:endpointDescription", f"{publisher.root}/api/openapi.json")
    _link(api, "dcterms:license", publisher.licence)
    _link(api, "dcterms:accessRights", f"{EU}/access-right/PUBLIC")


def _dataset(root: Element, site: SiteInfo, one: Series, publisher: Publisher, who: str) -> str:
    """Add a series with its files, and return its address."""
    base = f"{publisher.root}/api/v1/sites/{site.site}"
    name = f"{base}/{one.path}"
    dataset, title = _thing(root, "dcat:Dataset", name), _both(one.title)
    _texts(dataset, "dcterms:title", Text(sv=f"{title.sv}: {site.name.sv}", en=f"{title.en}: {site.name.en}"))
    _texts(dataset, "dcterms:description", _both(one.about))
    _link(dataset, "dcterms:publisher", who)
    _link(dataset, "dcat:contactPoint", f"{publisher.root}/api/v1/catalogue#contact")
    _link(dataset, "dcat:theme", f"{EU}/data-theme/EDUC")
    _link(dataset, "dcterms:accrualPeriodicity", f"{EU}/frequency/{one.rate}")
    _link(dataset, "dcterms:accessRights", f"{EU}/access-right/PUBLIC")
    for word in KEYWORDS:
        _texts(dataset, "dcat:keyword", _both(word))
    for form, media in _files(one):
        address = f"{base}/{one.path}" + (f"?format={form}" if one.tables else "")
        file = _thing(root, "dcat:Distribution", f"{name}#{form}")
        _link(dataset, "dcat:distribution", f"{name}#{form}")
        for link in ("dcat:accessURL", "dcat:downloadURL"):
            _link(file, link, address)
        _plain(file, "dcterms:format", media)
        _link(file, "dcterms:license", publisher.licence)
        _link(file, "dcat:accessService", f"{publisher.root}/api/v1/catalogue#api")
    return name


def _files(one: Series) -> Sequence[tuple[str, str]]:
    """Return the forms of a series that this server can write, with their media types."""
    if not one.tables:
        return (JSON,)
    return (("csv", "text/csv"), *([("parquet", parquet.MEDIA)] if parquet.available() else []), JSON)


def _both(text: Translatable) -> Text:
    return in_both(lambda: translated(text))


def _name(short: str) -> str:
    prefix, _, name = short.partition(":")
    return f"{{{SPACES[prefix]}}}{name}"


def _thing(root: Element, kind: str, address: str) -> Element:
    return SubElement(root, _name(kind), {_name("rdf:about"): address})


def _link(thing: Element, what: str, address: str) -> None:
    SubElement(thing, _name(what), {_name("rdf:resource"): address})


def _plain(thing: Element, what: str, text: str) -> None:
    SubElement(thing, _name(what)).text = text


def _texts(thing: Element, what: str, text: Text) -> None:
    for language in ("sv", "en"):
        SubElement(thing, _name(what), {LANG: language}).text = getattr(text, language)
