"""Papers that jobs store for everyone, in each language; one that is not stored is made when it is asked for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from besok.files.pdf import Paper
from besok.model import settings
from besok.store import results
from besok.store.database import Database
from besok.text.languages import language


def stored_or_made(db: Database, site: str, what: str, until: date, make: Callable[[], Paper]) -> Paper:
    """Return a paper in the language of the request: the stored one, if it rests on the days up to `until`.

    Its page has its whole address where BESOK_PUBLIC_URL is set: a paper is read elsewhere.
    """
    known = results.read(db, site, what, dict[str, Paper], until) or {}
    page = f"{settings.load().public_url.rstrip('/')}/progress/{site}"
    return replace(known.get(language()) or make(), page=page)
