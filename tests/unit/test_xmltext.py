"""XML payloads: read into the shapes of JSON, and never trusted."""

import pytest

from besok.model.errors import Unreadable
from collectors.adapters import xmltext


def test_elements_attributes_and_lists_become_objects() -> None:
    document = b'\xef\xbb\xbf<?xml version="1.0"?><a xmlns="urn:x" n="1"> <b>x</b><b m="2">y</b><c/></a>'
    assert xmltext.looks_so(document)
    assert xmltext.parse(document) == {"a": {"n": "1", "b": ["x", {"m": "2", "#text": "y"}], "c": ""}}
    assert xmltext.parse(b"<a>7</a>") == {"a": "7"}
    assert not xmltext.looks_so(b' {"a": "<b>"}')


LAUGHS = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]><a>&y;</a>'
FILES = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
FOREIGN = b'<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><a/>'


@pytest.mark.parametrize("document", [LAUGHS, FILES, FOREIGN])
def test_entities_and_types_from_elsewhere_are_refused(document: bytes) -> None:
    with pytest.raises(Unreadable, match="refused"):
        xmltext.parse(document)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (b"<a><b></a>", "broken XML"),
        (b"<a", "broken XML"),
        (b"<", "broken XML"),
        (b"<a>" * 3000 + b"</a>" * 3000, "too deeply"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "unknown encoding|broken"),
        (b"<a>\xff\xfe</a>", "broken XML"),
    ],
)
def test_what_cannot_be_read_is_told(document: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        xmltext.parse(document)
