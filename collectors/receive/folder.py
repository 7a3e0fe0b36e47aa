"""Folder drop: files that an FTP server or a counter puts down are published whole and then moved to done/ or failed/.

`FOLDER/cafe-door/2026/11/counts.csv` goes to the topic `besok/in/cafe-door`: the first folder names the device, what
cameras make below it are dates. A file is one message, since heads and preambles of CSV say what its lines mean.

A file is moved only after the broker keeps it. If we die in between, the same file gives the same message once more,
which changes nothing where its counts have times.
"""

import contextlib
import logging
import mimetypes
import os
import stat
import threading
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path
from typing import Final

from besok.model.errors import BrokerUnavailable, MessageTooLarge, SettingsError
from collectors.limits import BYTES_LIMIT
from collectors.receive.body import UNREAD
from collectors.receive.metrics import ReceiverCounters
from collectors.receive.publisher import PUBACK_S, Publisher, topic_of

log = logging.getLogger(__name__)

POLL_S: Final = 5
STILL_LOOKS: Final = 2  # looks at which a file is unchanged before it is taken
UNFINISHED_LOOKS: Final = 60  # the same if it does not end as such files do: its writer may only be slow
DONE, FAILED = "done", "failed"
# How JSON and XML end, by how they begin; others end with a line
ENDS: Final = {b"{": b"}", b"[": b"]", b"<": b">"}
DEPTH_LIMIT: Final = 8  # levels of folders
TEMPORARY: Final = (".tmp", ".temp", ".part", ".partial", ".filepart", ".upload")
WATCHED_LOOKS: Final = 720  # looks at a moved file, which its writer may still have open: an hour

State = tuple[int, int, int]  # inode, size, time of the last change


class Folder:
    """Polls a folder; `look` is one poll."""

    def __init__(self, root: Path, counters: ReceiverCounters) -> None:
        """Make done/ and failed/ in it. Raises SettingsError if there is no such folder or it cannot be written."""
        self._root = root
        self._counters = counters
        self._seen: dict[Path, tuple[State, int]] = {}  # state, and the number of looks without a change
        self._settled: dict[Path, State] = {}  # published, but impossible to move
        self._moved: dict[Path, tuple[Path, State, int]] = {}  # original path, state when moved, looks since
        self._logged: set[str] = set()
        try:
            for name in (DONE, FAILED):
                (root / name).mkdir(exist_ok=True)
        except OSError as exc:
            raise SettingsError(
                f"the folder {root} cannot be used ({exc.strerror}): it must exist, and this account may write there"
            ) from exc

    def watch(self, publisher: Publisher, stop: threading.Event) -> None:
        while not stop.wait(POLL_S):
            with contextlib.suppress(BrokerUnavailable):  # the publisher logs it; the files wait
                self.look(publisher, stop)

    def look(self, publisher: Publisher, stop: threading.Event) -> None:
        """Take the files that are no longer being written, the oldest first. Raises BrokerUnavailable."""
        self._fetch_back()
        before, self._seen = self._seen, {}
        for path, state in self._files():
            last, looks = before.get(path, (state, -1))
            self._seen[path] = state, looks + 1 if last == state else 0
        self._settled = {path: state for path, state in self._settled.items() if path in self._seen}
        for path, (state, looks) in sorted(self._seen.items(), key=lambda item: (item[1][0][2], item[0])):
            if stop.is_set():
                return
            if looks >= STILL_LOOKS and self._settled.get(path) != state:
                self._consider(path, state, looks, publisher)

    def _files(self) -> Iterator[tuple[Path, State]]:
        for folder, inner, names in os.walk(self._root, onerror=lambda exc: self._complain(str(exc))):
            depth = len(Path(folder).relative_to(self._root).parts)
            if not depth:
                inner[:] = [name for name in inner if name not in (DONE, FAILED)]
            elif depth == DEPTH_LIMIT and inner:
                self._complain(f"what lies deeper than {folder} is not looked at; put files at most so deep")
                inner.clear()
            for name in names:
                if not name.startswith(".") and not name.lower().endswith(TEMPORARY):
                    path = Path(folder, name)
                    with contextlib.suppress(FileNotFoundError):  # renamed meanwhile
                        status = path.lstat()
                        if stat.S_ISREG(status.st_mode):
                            yield path, _state(status)

    def _consider(self, path: Path, state: State, looks: int, publisher: Publisher) -> None:
        """Publish one unchanged file, unless it is unfinished."""
        try:
            topic, payload = self._read(path)
            if looks < UNFINISHED_LOOKS and not _is_complete(payload):
                return
            publisher.publish(topic, payload).result(PUBACK_S)
        except (ValueError, MessageTooLarge) as exc:
            self._fail(path, str(exc))
        except TimeoutError as exc:
            raise BrokerUnavailable("the broker does not answer") from exc
        except OSError as exc:
            self._complain(str(exc))
        else:
            self._settle(path, state)

    def _read(self, path: Path) -> tuple[str, bytes]:
        """Return topic and content of a file. Raises ValueError with what is wrong with it, and OSError."""
        device, *below = path.relative_to(self._root).parts
        if not below:
            raise ValueError(f"it lies in no device's folder; let the counter write to {self._root}/DEVICE/")
        topic = topic_of(device)
        kind, packed = mimetypes.guess_type(path.name)
        if (kind or "").partition("/")[0] in UNREAD:
            raise ValueError("it is a picture and was not read; turn it off in the device and delete it")
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            content = file.read(BYTES_LIMIT + 1)
        if len(content) > BYTES_LIMIT:
            raise ValueError(f"it has over {BYTES_LIMIT // 1_000_000} MB; split it, the head in each part")
        if packed or b"\0" in content:
            raise ValueError("it is not text; put down JSON, XML or CSV (UTF-8), unpacked")
        if not content.strip():
            raise ValueError("it is empty")
        return topic, content

    def _settle(self, path: Path, state: State) -> None:
        """Move a published file to done/, unless it has been written to since."""
        try:
            if _state(path.lstat()) == state:
                self._settled[path] = state
                self._moved[self._move(path, DONE)] = path, state, 0
                self._counters.files[DONE] += 1
        except OSError as exc:
            self._complain(
                f"{path} was published and cannot be moved to {DONE}/ ({exc}); allow it, or delete the file"
            )

    def _fetch_back(self) -> None:
        """Move files back that were written to after they were moved: their writer had not closed them."""
        for target, (path, state, looks) in list(self._moved.items()):
            with contextlib.suppress(OSError):  # removed meanwhile
                if _state(target.lstat()) != state and not path.exists():
                    target.rename(path)
                elif looks < WATCHED_LOOKS:
                    self._moved[target] = path, state, looks + 1
                    continue
            del self._moved[target]

    def _fail(self, path: Path, why: str) -> None:
        """Move an unpublishable file to failed/, and write the reason beside it."""
        log.warning("%s cannot be taken: %s", path, why, extra={"action": "file_failed"})
        try:
            moved = self._move(path, FAILED)
            moved.with_name(f"{moved.name}.reason.txt").write_text(f"{why}\n", "utf-8")
            self._counters.files[FAILED] += 1
        except OSError as exc:
            self._complain(f"{path} cannot be moved to {FAILED}/ ({exc}); allow it, or delete the file")

    def _move(self, path: Path, where: str) -> Path:
        """Move a file into done/ or failed/, under a free name."""
        target = self._root / where / path.relative_to(self._root)
        target.parent.mkdir(parents=True, exist_ok=True)
        seconds = count(int(path.lstat().st_mtime))  # its time of writing makes the name unique
        names = chain([target], (target.with_name(f"{target.name}.{number}") for number in seconds))
        return path.rename(next(name for name in names if not name.exists()))

    def _complain(self, text: str) -> None:
        if text not in self._logged:
            self._logged.add(text)
            log.error("%s", text, extra={"action": "folder_trouble"})


def _state(status: os.stat_result) -> State:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _is_complete(content: bytes) -> bool:
    """Tell whether a file ends as its kind does; one that does not may still be being written."""
    begins = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return content.rstrip().endswith(ENDS[begins]) if begins in ENDS else content.endswith((b"\n", b"\r"))
