"""Pictures behind the floor plans of a site."""

from collections.abc import Mapping

from besok.model import audited
from besok.model.errors import NotFound
from besok.model.messages import Translatable
from besok.store import audit
from besok.store.database import Database, sql


def digests(db: Database, site: str) -> Mapping[str, str]:
    """Return the digest of each picture by the space whose plan it is behind."""
    return dict(db.rows("plan_pictures", site=site))


def picture(db: Database, site: str, space: str) -> tuple[str, bytes]:
    """Return media type and content of a picture. Raises NotFound."""
    rows = db.rows("plan_picture", site=site, space=space)
    if not rows:
        raise NotFound(f"there is no picture behind the plan of “{space}”")
    return rows[0][0], bytes(rows[0][1])


def put(db: Database, site: str, space: str, *, media: str, digest: str, content: bytes) -> None:
    """Put a picture behind a plan, in place of the previous one. Raises NotFound."""
    row = {"site": site, "space": space, "media": media, "digest": digest, "content": content}
    _write(db, "plan_picture_put", row, audited.PICTURE(digest=digest))


def remove(db: Database, site: str, space: str) -> None:
    """Remove a picture. Raises NotFound."""
    _write(db, "plan_picture_delete", {"site": site, "space": space}, audited.NO_PICTURE)


def _write(db: Database, statement: str, row: Mapping[str, object], detail: Translatable) -> None:
    with db.transaction() as conn:
        if not conn.execute(sql(statement), row).rowcount:
            raise NotFound(f"there is no “{row['space']}” with a picture in {row['site']}")
        audit.note(conn, "site.picture", str(row["space"]), site=str(row["site"]), detail=detail)
