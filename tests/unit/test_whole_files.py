"""Files of commands on a disk that is full: the old one stays, or none is left."""

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from besok.model.errors import BesokError
from cli.broker.account_folder import Folder
from cli.terminal.whole_files import write_whole


@pytest.fixture
def full() -> Iterator[None]:
    """Files of this process may hold 10 bytes; what is beyond is refused by the system, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("full")
def test_a_file_is_written_whole_or_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "paper.pdf"
    for before in ("", "older"):
        with pytest.raises(BesokError, match=r"paper\.pdf cannot be written"):
            write_whole(file, b"x" * 100)
        assert [one.read_text() for one in tmp_path.iterdir()] == [before] * bool(before)
        write_whole(file, b"older")


@pytest.mark.usefixtures("full")
def test_an_account_is_whole_or_not_there(tmp_path: Path) -> None:
    with pytest.raises(BesokError, match="collector cannot be written"):
        Folder(path=tmp_path).password("collector")
    assert list((tmp_path / "accounts").iterdir()) == []


def test_a_link_stays_a_link_and_a_device_a_device(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "file")
    write_whole(link, b"new", mode=0o600)
    assert link.is_symlink() and (tmp_path / "file").read_bytes() == b"new"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
    write_whole(Path("/dev/null"), b"new")
    assert Path("/dev/null").is_char_device()
