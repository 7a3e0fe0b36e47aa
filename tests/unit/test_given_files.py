"""Files that a command is pointed to: what is missing, too large or no text is said, whatever it was to be."""

import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from besok.files import fetching
from besok.model.errors import BesokError, CalendarFileError, CountFileError
from besok.model.given_files import content, text


def test_what_cannot_be_read_is_refused_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    for given, said in (
        (None, f"{file} cannot be read: No such file or directory"),
        (b"x" * 2_000_001, f"{file} is larger than 2 MB; split it"),
    ):
        if given:
            file.write_bytes(given)
        with pytest.raises(CountFileError) as refused:
            content(file, 2_000_000, CountFileError, "; split it")
        assert str(refused.value) == said
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(BesokError, match="it is not text in UTF-8"):
        text(file)


def test_the_mark_that_editors_put_first_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("ö", "utf-8-sig")
    assert text(tmp_path / "a.toml") == "ö"


def test_the_input_is_read_as_a_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO("ö\r\nb".encode())))
    assert text("-") == "ö\nb"


@pytest.mark.parametrize(
    ("given", "said"),
    [(b"PK\x03\x04abc", "is a workbook; save it as CSV"), (b"title\n\x00\x01", "is not text")],
)
def test_what_is_no_table_is_told(tmp_path: Path, given: bytes, said: str) -> None:
    (tmp_path / "list.xlsx").write_bytes(given)
    with pytest.raises(CalendarFileError, match=said):
        fetching.text(str(tmp_path / "list.xlsx"), 100)
