"""A first site file, made from answers, with comments on the next steps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Literal

from besok.model.actions import id_of
from besok.model.errors import BesokError
from besok.model.site import OUTSIDE, WEEKDAYS
from besok.model.tomlfile import literal


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassage:
    """A door, or a passage between two storeys, by their names; empty: outside, or the whole site.

    `device` counts it, of `source`; empty while nothing does.
    """

    name: str
    outer: str = ""
    inner: str = ""
    device: str = ""
    source: str = "native"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSite:
    """The answers to `besok site new`; storeys from the lowest up."""

    name: str
    kind: Literal["library", "park"] = "library"
    timezone: str = "Europe/Stockholm"
    country: str = "SE"
    hours: Mapping[str, str] = field(default_factory=dict)  # by weekday; "always" where it is left out
    storeys: Sequence[str] = ()
    doors: Sequence[NewPassage] = ()

    @property
    def id(self) -> str:
        """The id, made of the name. Raises BesokError where the name has no letter."""
        return _id(self.name)


def template(site: NewSite, today: date) -> str:
    """Return the text of a site file. Raises BesokError for a storey that is not there."""
    return "\n".join(_lines(site, today)) + "\n"


def _lines(site: NewSite, today: date) -> Iterator[str]:
    yield f"# {site.name}, made by besok site new. docs/reference/site-file.md describes every key."
    yield "# After each change: besok site check FILE, then besok site apply FILE, which shows what it will do."
    yield ""
    yield "[[sites]]"
    yield f"id = {literal(site.id)}  # never change it: topics of sensors and addresses of pages are made of it"
    yield f"kind = {literal(site.kind)}"
    yield _name(site.name)
    yield f"timezone = {literal(site.timezone)}"
    yield "# capacity = 300  # people, where it is known"
    yield ""
    yield "[sites.opening]"
    for day in WEEKDAYS:
        yield f"{day} = {literal(site.hours.get(day, 'always'))}"
    yield f"country = {literal(site.country)}  # whose public holidays it keeps; empty for none"
    yield 'on_holiday = "closed"'
    yield ""
    yield "# [[sites.opening.exceptions]]  # other hours on some days"
    yield f"# first = {today.year}-12-23"
    yield f"# last = {today.year}-12-23"
    yield '# hours = "10:00-15:00"'
    yield ""
    yield "# [sites.target]  # what visits are compared with, once there is a baseline"
    yield f"# baseline_first = {today.year}-01-01"
    yield f"# baseline_last = {today.year}-12-31"
    yield f"# deadline = {today.year + 5}-12-31"
    yield "# factor = 2.0"
    yield ""
    yield from _spaces(site)
    yield from _passages(site)


def _spaces(site: NewSite) -> Iterator[str]:
    if site.storeys:
        yield "# Storeys. A room is a space too, with the storey that it lies in as its parent."
        yield ""
    for number, storey in enumerate(site.storeys):
        yield "[[sites.spaces]]"
        yield f"id = {literal(_id(storey))}"
        yield _name(storey)
        yield 'kind = "storey"'
        yield f"storey = {number}"
        yield ""
    yield "# [[sites.spaces]]"
    yield '# id = "reading-room"'
    yield _name("Reading room", "# ", "Läsesal")
    if site.storeys:
        yield f"# parent = {literal(_id(site.storeys[0]))}"
    yield '# kind = "room"'
    yield "# seats = 40"
    yield ""


def _passages(site: NewSite) -> Iterator[str]:
    yield "# Doors and passages: going in is going from outer to inner."
    yield ""
    stairs = (
        NewPassage(name=f"{lower} - {upper}", outer=lower, inner=upper)
        for lower, upper in pairwise(site.storeys)
    )
    for passage in (*site.doors, *stairs):
        name = _id(passage.name)
        yield "[[sites.portals]]"
        yield f"id = {literal(name)}"
        yield _name(passage.name)
        yield f"outer = {literal(_end(site, passage.outer, OUTSIDE))}"
        yield f"inner = {literal(_end(site, passage.inner, site.id))}"
        if passage.device:
            yield ""
            yield "[[sites.sensors]]"
            yield f"device = {literal(passage.device)}"
            if passage.source != "native":
                yield f"source = {literal(passage.source)}"
            yield f"portal = {literal(name)}"
            yield "# swapped = true  # where it takes in for out"
        else:
            yield "counted = false  # no sensor yet; leave this out once there is one under [[sites.sensors]]"
        yield ""


def _end(site: NewSite, storey: str, otherwise: str) -> str:
    if not storey:
        return otherwise
    if storey not in site.storeys:
        known = ", ".join(site.storeys) or "none was named"
        raise BesokError(f'there is no storey "{storey}"; the storeys are: {known}')
    return _id(storey)


def _name(name: str, before: str = "", swedish: str = "") -> str:
    return f"{before}name = {{ sv = {literal(swedish or name)}, en = {literal(name)} }}"


def _id(name: str) -> str:
    slug = id_of(name)
    if not slug:
        raise BesokError(f'"{name}" has no letter a-z or digit to make an id of; give it another name')
    return slug
