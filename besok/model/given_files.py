"""Input files of commands, from disk or standard input: read within a size limit, or refused in a sentence."""

import sys
from collections.abc import Callable
from pathlib import Path

from besok.model.errors import BesokError

LARGEST = 10_000_000  # bytes of a text that people write
Refusal = Callable[[str], BesokError]


def content(file: Path | str, most: int = LARGEST, refuse: Refusal = BesokError, advice: str = "") -> bytes:
    """Return the bytes of a file, or of the standard input for "-". Raises what `refuse` makes of the reason.

    `advice` ends the sentence on one of more than `most` bytes.
    """
    try:
        if str(file) == "-":
            data = sys.stdin.buffer.read(most + 1)
        else:
            with Path(file).open("rb") as opened:
                data = opened.read(most + 1)
    except OSError as exc:
        raise refuse(f"{file} cannot be read: {exc.strerror or exc}") from exc
    if len(data) > most:
        raise refuse(f"{file} is larger than {most // 1_000_000} MB{advice}")
    return data


def text(file: Path | str, most: int = LARGEST, refuse: Refusal = BesokError) -> str:
    """Return a file in UTF-8, without a byte order mark and with plain line ends. Raises as `content` does."""
    try:
        return content(file, most, refuse).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as exc:
        raise refuse(f"{file} cannot be read: it is not text in UTF-8") from exc


def decode(data: bytes) -> str | None:
    """Return the text of bytes in UTF-8, UTF-16 or Windows-1252; None if they are not text."""
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    return None
