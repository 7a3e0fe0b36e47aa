"""Files given to a command: on disk, on standard input, or at an https address."""

import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from besok.model import given_files
from besok.model.errors import CalendarFileError
from besok.model.given_files import decode

PATIENCE_S = 30


def content(where: str, most: int) -> bytes:
    """Read a file, "-" or an https address, `most` bytes at most. Raises CalendarFileError."""
    if "://" not in where:
        return given_files.content(where, most, CalendarFileError)
    raw = _fetched(where, most + 1)
    if len(raw) > most:
        raise CalendarFileError(f"{where} is larger than {most // 1_000_000} MB")
    return raw


def text(where: str, most: int) -> str:
    """Read a file, "-" or an https address as text, in whichever encoding. Raises CalendarFileError."""
    return decoded(content(where, most), where)


def decoded(raw: bytes, where: str) -> str:
    """Return bytes as text, in whichever encoding. Raises CalendarFileError."""
    if raw[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise CalendarFileError(
            f"{where} is a workbook; save it as CSV (UTF-8) in the spreadsheet, and import that"
        )
    found = decode(raw)
    if found is None:
        raise CalendarFileError(f"{where} is not text; save it as CSV (UTF-8)")
    return found


def name_of(where: str) -> str:
    """Return a name for the content: that of the file without its suffix."""
    return Path(urlsplit(where).path if "://" in where else where).stem or "calendar"


def _fetched(where: str, most: int) -> bytes:
    """Fetch over https only, redirects included: calendars reveal where people will be, and must stay intact."""
    if not where.startswith("https://"):
        raise CalendarFileError(f"{where}: only https addresses are fetched; or save the file and name it")
    try:
        with urllib.request.urlopen(where, timeout=PATIENCE_S) as answer:
            if not answer.geturl().startswith("https://"):
                raise CalendarFileError(
                    f"{where} leads to {answer.geturl()[:200]}, which is not an https address"
                )
            raw: bytes = answer.read(most)
            return raw
    except (urllib.error.URLError, OSError, ValueError) as exc:
        raise CalendarFileError(f"{where} cannot be fetched: {exc}") from exc
