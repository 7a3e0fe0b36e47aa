"""Frame layouts: every form of the format, what cannot be read, and frames that can only be of one layout."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from besok.model.errors import Unreadable
from collectors.adapters import bluetooth
from collectors.devices.table import tables
from collectors.lorawan import layout

DOCUMENT = 'document = "https://example.org"\n'


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder of layouts of the test's own."""
    monkeypatch.setattr(layout, "FOLDER", tmp_path)
    _forget()
    yield tmp_path
    _forget()


def _forget() -> None:
    for cached in (layout.names, layout.load, layout.signatures):
        cached.cache_clear()


def read(folder: Path, text: str, frame: str, fport: int = 1, problem: str = "") -> dict[str, Any]:
    (folder / "x.toml").write_text(DOCUMENT + text)
    _forget()
    found = layout.read("x", fport, bytes.fromhex(frame))
    assert [problem in said for said in found.problems] == [True] * bool(problem)
    return found.fields


@pytest.mark.parametrize(
    ("structure", "frame", "expected"),
    [
        ('a = "u1", b = "i2"', "01ffff", {"a": 1, "b": -1}),
        ('a = { type = "u2", order = "little" }', "0100", {"a": 1}),
        ('a = { type = "u2", scale = 0.1, offset = -40 }', "0267", {"a": 21.5}),
        ('a = { type = "f4" }', "41ac0000", {"a": 21.5}),
        ('a = "h2", _ = "x1", b = "u1"', "beef0007", {"a": "beef", "b": 7}),
        ('a = { none = [255] }, b = "u1"', "ff01", {"b": 1}),
        ('a = { words = { 0 = "vacant", 1 = true } }', "01", {"a": True}),
        ('a = { words = { 0 = "vacant" } }', "07", {"a": "unknown (7)"}),
        ('"r_{1..3}" = "u1"', "050607", {"r_1": 5, "r_2": 6, "r_3": 7}),
        ('"r_{1..3}" = { bits = [0, 1] }, a = "u1"', "0509", {"r_1": 1, "r_2": 0, "r_3": 1, "a": 9}),
        ('a = { type = "u2", bits = [3, 5, 12, 4] }', "c0a8", {"a": 21 << 4 | 12}),
        ('a = { type = "i1", bits = [0, 4] }', "0f", {"a": -1}),
        ('n = "u1", "r_{1..3}" = { up_to = "n" }', "02070809", {"n": 2, "r_1": 7, "r_2": 8}),
        ('"_d_{1..2}" = { bits = [0, 1] }, "r_{1..2}" = { if = "_d_{}" }', "020708", {"r_2": 8}),
        ('_n = "u1", "r_{_n}" = "u1"', "0409", {"r_4": 9}),
        ('a = { at = 1 }, b = "u1", c = { at = -1 }', "010203", {"b": 1, "a": 2, "c": 3}),
        ('_w = "u1", _p = "u1", a = { type = "i", width = "_w", decimals = "_p" }', "0201ff38", {"a": -20}),
        ('_age = "u1", a = { scale = -1, offset = "_age" }', "3c0a", {"a": 50}),
        ('_k = { cases = { 1 = { a = "u1" }, "*" = "nothing" } }', "0107", {"a": 7}),
        ('_k = { cases = { 1 = { a = "u1" }, "*" = "nothing" } }', "0907", {}),
        ('_k = { type = "size", cases = { 1 = { a = "u1" }, 2 = { b = "u2" } } }', "0001", {"b": 1}),
        ('a = "u1", b = { optional = true }', "01", {"a": 1}),
        ('o = { object = { a = "u1" } }, b = "u1"', "0102", {"o": {"a": 1}, "b": 2}),
        ('l = { each = { a = "u1" } }', "0102", {"l": [{"a": 1}, {"a": 2}]}),
        ('a = "t4"', "6923d800", {"a": 1763956736}),
        ('a = "t4", b = "u1"', "0000000102", {"b": 2}),
    ],
)  # fmt: skip
def test_structures(folder: Path, structure: str, frame: str, expected: dict[str, Any]) -> None:
    assert read(folder, f'[frames]\n"*" = {{ {structure} }}', frame) == expected


ITEMS = """
tag = 1
wide = 0x80
[frames]
85 = { _ = "items" }
"2|3" = "answers to settings"
[items]
01 = { a = "u1" }
02 = 2
8001 = { history = { append = { timestamp = "t4", b = "u1" } } }
"1[12]" = { o = { object = { "c_{_tag}" = "u1" } } }
3e = "the settings"
"""


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("0105 02ffff 0107", {"a": 7}),
        (
            "8001 6923d80001 8001 6923d80402",
            {"history": [{"timestamp": 1763956736, "b": 1}, {"timestamp": 1763956740, "b": 2}]},
        ),
        ("1105 1206", {"o": {"c_17": 5, "c_18": 6}}),
        ("0105 3e010203", {"a": 5}),
    ],
)
def test_items(folder: Path, frame: str, expected: dict[str, Any]) -> None:
    assert read(folder, ITEMS, frame, 85) == expected


@pytest.mark.parametrize(
    ("frame", "said", "rest"),
    [
        ("0105 77", "item 77 at byte 3 of 3", {"a": 5}),
        ("0105 02ff", "breaks off", {"a": 5}),
        ("0105 80", "breaks off", {"a": 5}),
        ("0105 8001 0000000009 0107", "clock was never set", {"a": 7}),
        ("0105 8001 6923d800", "breaks off", {"a": 5}),
    ],
)
def test_what_comes_before_a_break_counts(folder: Path, frame: str, said: str, rest: dict[str, Any]) -> None:
    assert read(folder, ITEMS, frame, 85, said) == rest


def test_ports(folder: Path) -> None:
    assert read(folder, ITEMS, "ffff", 3) == {}
    with pytest.raises(Unreadable, match="port 9 are not known"):
        read(folder, ITEMS, "0105", 9)


def test_a_structure_counts_whole_or_not_at_all(folder: Path) -> None:
    with pytest.raises(Unreadable, match="breaks off: it has 2 of at least 3 bytes"):
        read(folder, '[frames]\n"*" = { a = "u1", b = "u2" }', "0102")


def test_included_items_yield_to_own(folder: Path) -> None:
    (folder / "base.toml").write_text(
        DOCUMENT + 'order = "little"\n[items]\n01 = { a = "u2" }\n02 = { b = "u1" }'
    )
    text = 'include = ["base"]\n[frames]\n"*" = { _ = "items" }\n[items]\n02 = { c = "u1" }'
    assert read(folder, text, "010100 0205") == {"a": 1, "c": 5}
    assert layout.names() == ("x",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[frames]\n1 = { a = "q1" }', "is not a type"),
        ("[frames]\n1 = { a = { widht = 2 } }", "unknown field"),
        ("[frames]\n1 = { a = { each = { b = { at = 0 } } } }", "must take bytes"),
        ("[frames", "Expected"),
        ("[items]\n'0(1' = 1", "unterminated"),
    ],
)
def test_a_wrong_layout_is_refused(folder: Path, text: str, said: str) -> None:
    with pytest.raises(layout.TableError, match=said):
        read(folder, text, "00")


@pytest.mark.parametrize("name", layout.names())
@settings(max_examples=15)  # of each layout
@given(frame=st.binary(max_size=60), fport=st.sampled_from((1, 2, 5, 10, 85, 102)))
def test_any_bytes_are_read_or_refused(name: str, frame: bytes, fport: int) -> None:
    with suppress(Unreadable):
        layout.read(name, fport, frame)


def test_every_layout_is_used_by_a_table() -> None:
    of_radio = {table.layout for table in tables()} - {""}
    assert of_radio | {"ruuvi", *(name for name, _ in bluetooth.SERVICES.values())} == set(layout.names())
