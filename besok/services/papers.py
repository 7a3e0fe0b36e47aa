"""Papers that jobs store for everyone, in each language; one that is not stored is made when it is asked for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from besok.files.pdf import Paper
from besok.store import results
from besok.store.database import Database
from besok.text.languages import language


def stored_or_made(
    db: Database, site: str, what: str, until: date, make: Callable[[], Paper], root: str
) -> Paper:
    """Return a paper in the language of the request: the stored one, if it rests on the days up to `until`.

    `root` is the address of all pages, "" if it is not known: a paper is read elsewhere.
    """
    known = results.read(db, site, what, dict[str, Paper], until) or {}
    return replace(known.get(language()) or make(), page=f"{root}/progress/{site}")
