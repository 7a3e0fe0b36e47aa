"""Sites made and edited part by part, and written out as a site file."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Response
from pydantic import Field, StringConstraints

from api.deps import Db, KnownSite, Now, author
from api.reports import ReportDb
from api.routing import Routes, Signed
from besok.model.controls import WORD
from besok.model.site import WEEKDAYS
from besok.model.sitefile import dump
from besok.model.sitefile.edit import Edit, Part
from besok.services.site_editing import EditEffect, change, create
from besok.store import sites
from besok.text.opening_text import meant

router = Routes("Places")

Key = Annotated[str, StringConstraints(pattern=r"^[a-z_0-9]{1,30}(\.[a-z_]{1,30})?$")]
Value = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=1500, pattern=WORD)
]  # the corners of a room
Mark = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{0,18}$")]
PartName = Annotated[Part, Path(description="Which kind of part", examples=["spaces"])]
MARK = Field(
    default="",
    description="Of the part as it was read, so that nobody else's change is lost; empty: new",
    examples=["3f9a1c0b7d2e4f5a60"],
)
HOURS = (*WEEKDAYS, "on_holiday", "hours")


class SiteIn(Signed):
    """A new site. It is open around the clock until its hours are told."""

    values: dict[Key, Value | None] = Field(
        max_length=20,
        description="`name`, `kind`, `timezone`, `country`, `sandbox`, as in the site file; `id` or one made of it",
        examples=[{"name": "Stadsbiblioteket", "kind": "library", "timezone": "Europe/Stockholm"}],
    )


class RemovalIn(Signed):
    """A part that is to be taken out; its history stays."""

    mark: Mark = MARK


class EditIn(RemovalIn):
    """A part of a site."""

    values: dict[Key, Value | None] | None = Field(
        default=None,
        max_length=40,
        description="Its keys as in the site file, `name.sv` for what lies within one; none: it is taken out",
        examples=[{"name": "Café", "capacity": "60"}],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The id of a new site."""

    site: str


@router.writes("/sites", "administer", "Make a site", status_code=201)
def make(body: SiteIn, db: Db, now: Now) -> Made:
    """Make a site of its name, kind and time zone; its parts are added to it."""
    return Made(site=create(db, _given(body.values), author=author(body.who), now=now))


@router.writes("/sites/{site}/parts/{part}/preview", "administer", "What an edit would do")
def preview(site: KnownSite, part: PartName, body: EditIn, db: ReportDb, now: Now) -> EditEffect:
    """Return which past days would be counted or estimated again; it changes nothing."""
    values = None if body.values is None else _given(body.values)
    edit = Edit(site=site.id, part=part, mark=body.mark, values=values)
    return change(db, edit, author=author(body.who), now=now, dry_run=True)


@router.writes("/sites/{site}/parts/{part}", "administer", "Edit a part of a site", method="PUT")
def put(site: KnownSite, part: PartName, body: EditIn, db: ReportDb, now: Now) -> EditEffect:
    """Write a part of a site as a whole: a table of hours, a space, a sensor, the target, a definition of a visit."""
    edit = Edit(site=site.id, part=part, mark=body.mark, values=_given(body.values or {}))
    return change(db, edit, author=author(body.who), now=now)


@router.writes("/sites/{site}/parts/{part}", "administer", "Take out a part of a site", method="DELETE")
def remove(site: KnownSite, part: PartName, body: RemovalIn, db: ReportDb, now: Now) -> EditEffect:
    """Take out a part of a site; what was counted there stays, but counts by the definitions that are left."""
    return change(db, Edit(site=site.id, part=part, mark=body.mark), author=author(body.who), now=now)


@router.reads("/site-file", "administer", "All sites as a site file", response_class=Response)
def site_file(db: Db) -> Response:
    """Return the sites as they are, in TOML, as `besok site export` prints them."""
    name = {"Content-Disposition": 'attachment; filename="sites.toml"'}
    return Response(dump(sites.export(db)), media_type="application/toml", headers=name)


def _given(values: dict[Key, Value | None]) -> dict[str, str]:
    """Return what was filled in, with hours as a site file has them."""
    return {
        key: meant(text) if key.partition(".")[0] in HOURS else text for key, text in values.items() if text
    }
