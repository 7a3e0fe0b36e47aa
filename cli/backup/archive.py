"""The file of a backup: a tar archive of a manifest, each table and accounts, encrypted by age where a key is given."""

import gzip
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import msgspec
import pyrage

from besok.model.errors import BackupError
from besok.store.backup import CHUNK, Content, Table

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
ACCOUNTS: Final = "accounts"  # the folder in the archive
LONGEST_MANIFEST: Final = 4_000_000  # bytes
AGE: Final = b"age-encryption.org/"  # how an encrypted file begins


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a backup, and the version of its program."""

    format: int
    made: datetime
    program: str
    migrations: list[str]
    tables: list[Table]
    contents: dict[str, Content]


class Packing:
    """An archive being written into a folder of its own, next to its destination."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "backup.tar"
        self._tar = tarfile.open(self.path, "w")  # noqa: SIM115  # closed by `close`

    def close(self) -> None:
        """Close the archive, finished or not."""
        self._tar.close()

    def add(self, name: str, rows: Iterable[bytes | bytearray | memoryview]) -> None:
        """Add a table."""
        part = self.folder / "part"
        with gzip.open(part, "wb", compresslevel=1) as file:
            for row in rows:
                file.write(row)
        self._tar.add(part, arcname=f"{name}.gz")
        part.unlink()

    def add_accounts(self, folder: Path) -> None:
        """Add the files of a folder of accounts. Raises BackupError where one cannot be read, or there is none."""
        folder = folder.resolve()
        files = [path for path in sorted(folder.rglob("*")) if path.is_symlink() or path.is_file()]
        if not files:
            raise BackupError(f"there is no file in {folder}")
        for path in files:
            if path.is_symlink():
                raise BackupError(f"{path} is a link: put the file itself there, or name another folder")
            try:
                with path.open("rb") as file:
                    member = self._tar.gettarinfo(
                        arcname=f"{ACCOUNTS}/{path.relative_to(folder)}", fileobj=file
                    )
                    member.type = tarfile.REGTYPE  # also the second name of a file
                    member.size = path.stat().st_size
                    self._tar.addfile(member, file)
            except OSError as exc:
                raise BackupError(f"{path} cannot be read ({exc}): run this as its owner") from exc

    def finish(self, manifest: Manifest, target: Path, recipient: str) -> None:
        """Add the manifest, and put the archive in its place, whole or not at all."""
        (self.folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
        self._tar.add(self.folder / MANIFEST, arcname=MANIFEST)
        self._tar.close()
        if recipient:
            sealed = self.folder / "backup.age"
            pyrage.encrypt_file(str(self.path), str(sealed), [public_key(recipient)])
            self.path = sealed
        self.path.chmod(0o600)
        self.path.replace(target)


def public_key(text: str) -> "pyrage.x25519.Recipient":
    """Read a public key of age. Raises BackupError."""
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as exc:
        raise BackupError("the key is not an age public key; write one that begins with age1") from exc


@contextmanager
def opened(source: Path, folder: Path, identity: Path | None) -> Iterator[tuple[Manifest, tarfile.TarFile]]:
    """Open an archive; its decrypted form lies in `folder`. Raises BackupError where it is none, or damaged."""
    with source.open("rb") as file:
        sealed = file.read(len(AGE)) == AGE
    if sealed:
        source = _decrypted(source, folder, identity)
    try:
        with tarfile.open(source, "r:") as tar:
            names = tar.getnames()
            member = tar.getmember(MANIFEST) if MANIFEST in names else None
            if member is None or not member.isfile() or member.size > LONGEST_MANIFEST:
                listing = ", ".join(name[:40] for name in names[:3])
                raise BackupError(f"{source.name} is not a backup of Besök: it holds {listing or 'nothing'}")
            manifest = msgspec.json.decode(_file(tar, MANIFEST).read(), type=Manifest)
            if manifest.format != FORMAT:
                raise BackupError(f"the backup has format {manifest.format}: use the program that made it")
            _check(tar, manifest.tables)
            yield manifest, tar
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, msgspec.MsgspecError) as exc:
        raise BackupError(f"{source.name} cannot be read as a backup, or is cut short: {exc}") from exc


def rows_of(tar: tarfile.TarFile, table: Table) -> gzip.GzipFile:
    """Return the rows of a table."""
    return gzip.GzipFile(fileobj=_file(tar, f"{table.name}.gz"))


def accounts_in(tar: tarfile.TarFile, folder: Path) -> list[tarfile.TarInfo]:
    """Return the accounts of an archive, to be unpacked into a new folder. Raises BackupError without either."""
    members = [one for one in tar.getmembers() if one.name.startswith(f"{ACCOUNTS}/") and one.isfile()]
    if not members:
        raise BackupError("the backup holds no accounts: it was made without --accounts")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupError(
            f"{folder} is not empty: name a new folder, and put the files in their place by hand"
        )
    return members


def unpack(tar: tarfile.TarFile, accounts: Iterable[tarfile.TarInfo], folder: Path) -> None:
    """Write accounts into a folder."""
    for member in accounts:
        inside = member.replace(name=member.name.removeprefix(f"{ACCOUNTS}/"), deep=False)
        tar.extract(inside, folder, filter="data")


def _check(tar: tarfile.TarFile, tables: Iterable[Table]) -> None:
    """Read every table once, so that a damaged file is refused before anything is written."""
    for table in tables:
        with rows_of(tar, table) as rows:
            while rows.read(CHUNK):
                pass


def _file(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    """Return a part of the archive. Raises TarError where there is none."""
    try:
        file = tar.extractfile(name)
    except KeyError:
        file = None
    if file is None:
        raise tarfile.ReadError(f"{name} is missing")
    return file


def _decrypted(source: Path, folder: Path, identity: Path | None) -> Path:
    if identity is None:
        raise BackupError("the backup is encrypted: name the file with the secret key (--identity FILE)")
    keys = [
        line.strip()
        for line in identity.read_text("utf-8", errors="replace").splitlines()
        if line.startswith("AGE-SECRET-KEY")
    ]
    target = folder / "opened.tar"
    try:
        known = [pyrage.x25519.Identity.from_str(key) for key in keys]
        pyrage.decrypt_file(str(source), str(target), known)
    except (pyrage.IdentityError, pyrage.DecryptError) as exc:
        raise BackupError(f"{identity.name} holds no key that opens this backup: {exc}") from exc
    except OSError as exc:
        raise BackupError(f"{source.name} cannot be decrypted, or is cut short: {exc}") from exc
    return target
