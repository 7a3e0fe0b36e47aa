"""Reading JSON quickly gives what reading it with care gives: the same value, or the same sentence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from besok.model.errors import Unreadable
from collectors.adapters import jsontext
from collectors.adapters.jsontext import parse

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=4),
    max_leaves=8,
)
CASES = [
    *(b'{"a": 1, "a": 2}', b'[{"in": 1, "in": "x"}]', b'{"a": {"b": "", "b": ""}}', b'{"": "", "": ""}'),
    *(b'{"a": "\\"b\\"", "a": 1}', b'{"\\u0061": 1, "a": 2}', b'"\\ud800"', b'"\xed\xa0\x80"', b'"\x01"'),
    *(
        b"NaN",
        b'{"a": -Infinity}',
        b"1e999",
        b"-0",
        b"1" * 25,
        b"9" * 5000,
        b"01",
        b"1.",
        b"12345678.123456789e-3",
    ),
    *(b"\xef\xbb\xbf{}", b"", b" ", b"\xff", b"{} {}", b'{"a": 1', b"[" * 100_000, b"[" * 600 + b"]" * 600),
]


def said(read: object, payload: bytes) -> str:
    try:
        return repr(read(payload))  # type: ignore[operator]
    except Unreadable as exc:
        return f"unreadable: {exc}"


@pytest.mark.parametrize("payload", CASES, ids=range(len(CASES)))
def test_what_is_unusual_is_read_with_care(payload: bytes) -> None:
    assert said(parse, payload) == said(jsontext._carefully, payload)


@given(VALUES, st.booleans())
def test_what_is_usual_is_read_the_same(value: object, escaped: bool) -> None:
    payload = json.dumps(value, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    assert said(parse, payload) == said(jsontext._carefully, payload)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9) | st.text("x'", max_size=2)), max_size=5))
def test_no_name_that_comes_twice_is_overlooked(pairs: list[tuple[str, object]]) -> None:
    payload = "{" + ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in pairs) + "}"
    assert (" twice in one object" in said(parse, payload.encode())) == (len(dict(pairs)) < len(pairs))


@pytest.mark.parametrize("name", ["a\x00", "in\n", "\x1b[2J", "\t"])
def test_a_name_with_control_characters_is_refused(name: str) -> None:
    payload = json.dumps({"a": [{"b": 1, name: 2}]}).encode()
    assert "control characters" in said(parse, payload)
    assert parse(json.dumps({"a": name}).encode()) == {"a": name}
