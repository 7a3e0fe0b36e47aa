"""Vendors' codecs that the operator has added, pinned by their hash."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from besok.model import audited
from besok.model.decode_context import Codec
from besok.model.errors import NotFound
from besok.store import audit
from besok.store.database import Database, sql, values_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCodec:
    """A codec with its author, the time it was added, and its hash at that time."""

    vendor: str
    model: str
    source: str
    sha256: str
    added: datetime
    added_by: str

    @property
    def codec(self) -> Codec:
        """The codec itself."""
        return Codec(vendor=self.vendor, model=self.model, source=self.source)


def load(db: Database) -> list[StoredCodec]:
    """Return every codec, by name."""
    return db.fetch("codecs", StoredCodec)


def usable(db: Database) -> tuple[Codec, ...]:
    """Return the codecs that are unchanged since they were added; log those that are not."""
    stored = load(db)
    for changed in (s for s in stored if s.codec.sha256 != s.sha256):
        log.error(
            "The codec of %s is not the one that was added, and is not run: add it again",
            changed.codec.name,
            extra={"action": "codec_changed"},
        )
    return tuple(s.codec for s in stored if s.codec.sha256 == s.sha256)


def add(db: Database, codecs: Iterable[Codec], *, author: str, now: datetime) -> int:
    """Add codecs, or replace those of the same names, for every collector to load; return how many are new or other."""
    changed = 0
    with db.transaction() as conn:
        for codec in codecs:
            row = {**values_of(codec), "sha256": codec.sha256, "now": now, "author": author}
            new = conn.execute(sql("codec_put"), row).rowcount
            if new:
                audit.note(conn, "codec", codec.name, detail=audited.said(author, codec.sha256))
            changed += new
        if changed:
            conn.execute(sql("notify"), {"channel": "sites", "payload": ""})
    return changed


def find(db: Database, vendor: str, model: str) -> Codec:
    """Return the codec of a model. Raises NotFound."""
    name = vendor.lower(), model.lower()
    codec = next((c for c in usable(db) if (c.vendor.lower(), c.model.lower()) == name), None)
    if codec is None:
        raise _missing(vendor, model)
    return codec


def remove(db: Database, vendor: str, model: str) -> None:
    """Take a codec out. Raises NotFound."""
    with db.transaction() as conn:
        if not conn.execute(sql("codec_delete"), {"vendor": vendor, "model": model}).rowcount:
            raise _missing(vendor, model)
        audit.note(conn, "codec", f"{vendor} {model}", detail=audited.REMOVED)
        conn.execute(sql("notify"), {"channel": "sites", "payload": ""})


def _missing(vendor: str, model: str) -> NotFound:
    return NotFound(f'There is no codec of "{vendor}" "{model}": `besok codec list` shows those there are')
