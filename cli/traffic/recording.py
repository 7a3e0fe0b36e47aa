"""Recordings of MQTT traffic: a file of JSON lines, one for each message, in the order of receipt.

The first line names the form. A payload is `text` where it is text and `base64` where it is not; `received` is to the
microsecond. A recording whose writer was killed breaks off, and is read as far as it goes.
"""

import gzip
import json
import logging
import re
import zlib
from base64 import b64decode
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final, cast

from besok.model.errors import RecordingError, SettingsError
from besok.model.readings import Message
from besok.services import recordings
from besok.services.recordings import FORM

log = logging.getLogger(__name__)

MOST_BYTES: Final = 65_535  # of a topic, by the protocol
YEARS: Final = (1999, 2200)


class Writer:
    """A new recording. Everything up to the last `flush` can be read, even if the writer is killed."""

    def __init__(self, file: Path, topics: Sequence[str]) -> None:
        """Create the file. Raises RecordingError if it file is there already or cannot be made."""
        self._file = _open(file, "x")
        self._file.write(recordings.header(topics))

    def add(self, message: Message) -> None:
        """Add a message. Raises OSError (a full disk)."""
        self._file.write(recordings.line(message))

    def flush(self) -> None:
        """Write added lines to the disk."""
        self._file.flush()

    def close(self) -> None:
        """End the recording."""
        self._file.close()


def read(file: Path) -> Iterator[Message]:
    """Yield the lines of a recording. Raises RecordingError, with the number of the line, for what is none."""
    number = 0
    with _open(file, "r") as lines:
        try:
            for number, text in enumerate(lines, 1):
                if not text.endswith("\n"):
                    break  # the last line of a writer that was killed
                if number == 1:
                    _check_form(file, text)
                else:
                    yield _line(file, number, text)
            else:
                return
        except (EOFError, zlib.error) as exc:
            if number == 0:
                raise RecordingError(f"{file} is not a recording: {exc}") from exc
        except UnicodeDecodeError as exc:
            raise RecordingError(f"{file} is not a recording: it is not text after line {number}") from exc
        except OSError as exc:  # what gzip says of other bytes, and disks of themselves
            raise RecordingError(f"{file} cannot be read after line {number}: {exc}") from exc
    log.warning("%s breaks off after line %d", file, number, extra={"action": "recording_broken_off"})


def _open(file: Path, mode: str) -> IO[str]:
    if file.suffix not in (".gz", ".jsonl", ".json"):
        raise RecordingError(f"{file}: name a recording .jsonl, or .jsonl.gz to have it compressed")
    opener: Any = gzip.open if file.suffix == ".gz" else open
    try:
        return cast(IO[str], opener(file, f"{mode}t", encoding="utf-8", newline="\n"))
    except FileExistsError as exc:
        raise RecordingError(f"{file} is there already: name another file, or remove it first") from exc
    except OSError as exc:
        raise RecordingError(f"{file} cannot be opened: {exc.strerror or exc}") from exc


def _check_form(file: Path, text: str) -> None:
    try:
        form = json.loads(text).get("besok_recording")
    except (ValueError, AttributeError, RecursionError):
        form = None
    if form != FORM:
        raise RecordingError(
            f'{file} is not a recording: `besok simulate record` begins one with "besok_recording": {FORM}'
        )


def _line(file: Path, number: int, text: str) -> Message:
    try:
        line = json.loads(text)
        payload = b64decode(line["base64"], validate=True) if "base64" in line else line["text"].encode()
        return Message(
            topic=_text(line["topic"]),
            payload=payload,
            received=_aware(line["received"]),
            retained=bool(line.get("retained")),
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as exc:
        raise RecordingError(f"{file} line {number} cannot be read ({type(exc).__name__}: {exc})") from exc


def _text(value: object) -> str:
    if type(value) is not str or not value:
        raise ValueError("a topic is text")
    if any(sign in value for sign in "+#\0") or len(value.encode()) > MOST_BYTES:
        raise ValueError("no message has such a topic")
    return value


def _aware(value: str) -> datetime:
    time = datetime.fromisoformat(value)
    if time.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    if not YEARS[0] <= time.year <= YEARS[1]:
        raise ValueError(f"{value} is in no year in which there were messages")
    return time


_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|w)")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def duration(text: str) -> timedelta:
    """Parse a duration, such as 90s, 1h30m, 7d or -52w. Raises SettingsError."""
    plain = text.removeprefix("-")
    parts = _PART.findall(plain)
    if not parts or _PART.sub("", plain).strip():
        raise SettingsError(f'"{text}" is not a length of time: write it as 90s, 10m, 2h, 7d or 1h30m')
    try:
        length = timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in parts))
    except OverflowError as exc:
        raise SettingsError(f'"{text}" is longer than any calendar') from exc
    return length if plain == text else -length
