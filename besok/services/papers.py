"""Papers that jobs store for everyone, in each language; one that is not stored is made when it is asked for."""

from collections.abc import Callable
from datetime import date

from besok.files.pdf import Paper
from besok.store import results
from besok.store.database import Database
from besok.text.languages import LANGUAGES, language, speaking


def in_each_language(make: Callable[[], Paper]) -> dict[str, Paper]:
    """Return what `make` returns in each language of the pages, by its code."""
    papers = {}
    for code in LANGUAGES:
        with speaking(code):
            papers[code] = make()
    return papers


def stored_or_made(db: Database, site: str, what: str, until: date, make: Callable[[], Paper]) -> Paper:
    """Return a paper in the language of the request: the stored one, if it rests on the days up to `until`."""
    known = results.read(db, site, what, dict[str, Paper], until) or {}
    return known.get(language()) or make()
