"""Routes for who asks, and for the audit."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Query, Response

from api.answers import FRESH, Form, rows
from api.deps import Db
from api.routing import Routes
from besok.model.access import Grant
from besok.services import access
from besok.store import audit
from besok.store.audit import AuditEntry

router = Routes("Access")

MOST = 10_000  # entries in one answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who asks: `public` where nobody is signed in; `name` is what stands beside changes."""

    kind: Literal["local", "account", "key", "public", "unknown"]
    name: str
    roles: tuple[Grant, ...]


@router.reads("/me", "open", "Who asks")
def me(response: Response) -> Me:
    """Return who is signed in, or whose key was sent, and its roles, each at a site or at all."""
    response.headers.update(FRESH)
    who = access.caller()
    if who.error:
        raise who.error
    return Me(kind=who.kind, name=who.name, roles=who.grants)


@router.table("/audit", "administer", "Who changed what", AuditEntry)
def audited(
    db: Db,
    form: Form,
    site: Annotated[str | None, Query(description="Only what was changed at this site")] = None,
    actor: Annotated[str | None, Query(max_length=200, description="Only what this person changed")] = None,
    action: Annotated[
        str | None, Query(max_length=60, description="Only changes of this kind", examples=["site.apply"])
    ] = None,
    before: Annotated[
        int | None, Query(ge=1, le=2**63 - 1, description="Only older than this entry: for the next page")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many, newest first")] = 1000,
) -> Response:
    """Return what was changed, by whom and when, newest first. Nothing in it can be changed or removed."""
    chosen = {"site": site or None, "actor": actor or None, "action": action or None}
    return rows(audit.entries(db, **chosen, before=before, limit=limit), AuditEntry, form, "audit")
