"""Files that a command is pointed to: on disk, on standard input, or at an https address."""

import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from besok.model.errors import CalendarFileError

PATIENCE_S = 30


def content(where: str, most: int) -> bytes:
    """Read a file, "-" or an https address, `most` + 1 bytes at most. Raises CalendarFileError."""
    if "://" in where:
        return _fetched(where, most)
    try:
        if where == "-":
            return sys.stdin.buffer.read(most + 1)
        with Path(where).open("rb") as file:
            return file.read(most + 1)
    except OSError as exc:
        raise CalendarFileError(f"{where} cannot be read: {exc.strerror or exc}") from exc


def text(where: str, most: int) -> str:
    """Read a file, "-" or an https address as text in UTF-8 or Windows-1252. Raises CalendarFileError."""
    raw = content(where, most)
    if len(raw) > most:
        raise CalendarFileError(f"{where} is larger than {most // 1_000_000} MB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def name_of(where: str) -> str:
    """Return a name for what was read: that of the file without its ending."""
    return Path(urlsplit(where).path if "://" in where else where).stem or "calendar"


def _fetched(where: str, most: int) -> bytes:
    """Over https from beginning to end: a calendar tells where people will be, and nobody shall write into it."""
    if not where.startswith("https://"):
        raise CalendarFileError(f"{where}: only https addresses are fetched; or save the file and name it")
    try:
        with urllib.request.urlopen(where, timeout=PATIENCE_S) as answer:
            if not answer.geturl().startswith("https://"):
                raise CalendarFileError(
                    f"{where} leads to {answer.geturl()[:200]}, which is no https address"
                )
            raw: bytes = answer.read(most + 1)
            return raw
    except (urllib.error.URLError, OSError, ValueError) as exc:
        raise CalendarFileError(f"{where} cannot be fetched: {exc}") from exc
