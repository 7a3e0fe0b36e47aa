"""Pictures behind the floor plans of a site."""

from typing import Annotated

from fastapi import Path, Query, Response

from api.answers import FRESH
from api.deps import Db, KnownSite
from api.reports import ReportDb
from api.routing import FileContent, Routes, file_body
from besok.files.plan_picture import LARGEST_FILE, read_picture
from besok.store import plan_pictures

router = Routes("Places")

SpaceName = Annotated[
    str, Path(max_length=100, description="The space whose plan it is", examples=["ground-floor"])
]
PICTURE = "/sites/{site}/plans/{space}/picture"
Digest = Annotated[
    str, Query(max_length=64, pattern="^[0-9a-f]*$", description="Of the picture, as pages name it")
]
KEPT = {"Cache-Control": "private, max-age=31536000, immutable"}
HARMLESS = {  # opened by itself it may do nothing
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
FILE = file_body(f"The file itself, SVG, PNG or JPEG, {LARGEST_FILE // 1_000_000} MB at most")


@router.reads(PICTURE, "read", "The picture behind a floor plan", response_class=Response)
def picture(site: KnownSite, space: SpaceName, db: Db, of: Digest = "") -> Response:
    """Return the picture as it was cleaned when it came; with a digest in the address a browser may keep it."""
    media, content = plan_pictures.picture(db, site.id, space)
    return Response(content, media_type=media, headers=HARMLESS | (KEPT if of else FRESH))


@router.writes(
    PICTURE,
    "administer",
    "Put a picture behind a floor plan",
    method="PUT",
    openapi_extra=FILE,
    status_code=204,
)
def put(site: KnownSite, space: SpaceName, data: FileContent, db: ReportDb) -> None:
    """Keep a picture, in the place of the one before: shapes and texts of an SVG, the pixels of another one."""
    picture = read_picture(data)
    plan_pictures.put(db, site.id, space, media=picture.media, digest=picture.digest, content=picture.content)


@router.writes(
    PICTURE, "administer", "Take away the picture behind a floor plan", method="DELETE", status_code=204
)
def remove(site: KnownSite, space: SpaceName, db: Db) -> None:
    """Take a picture away; the drawing stays."""
    plan_pictures.remove(db, site.id, space)
