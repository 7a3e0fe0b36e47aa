"""Files that commands write."""

from pathlib import Path

from besok.model.errors import BesokError


def write_whole(file: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file, whole or not at all; what is no file, such as a pipe, directly. Raises BesokError that names it."""
    target = file.resolve()
    if target.exists() and not target.is_file():
        file.write_bytes(content)
        return
    new = target.with_name(f".{target.name}.new")
    try:
        new.unlink(missing_ok=True)
        new.touch(mode)
        new.write_bytes(content)
        new.replace(target)
    except OSError as exc:
        new.unlink(missing_ok=True)
        raise BesokError(f"{file} cannot be written: {exc.strerror or exc}") from exc
