"""Pictures behind floor plans: what is shown of a file is harmless, whatever the file holds."""

import io
import struct
import time
import zlib
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from besok.files.plan_picture import LARGEST_FILE, LONGEST_SIDE, MOST_ELEMENTS, read_picture
from besok.model.errors import PictureRefused

NAMES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
SVG = f'<svg {NAMES} viewBox="0 0 55 30" {{}}>{{}}</svg>'


def svg(inner: str, more: str = "") -> bytes:
    return SVG.format(more, inner).encode()


def raster(kind: str, width: int = 30, height: int = 20) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(written, kind)
    return written.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG that says how large it is and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_shapes_texts_and_plain_looks_stay() -> None:
    kept = read_picture(
        svg('<title>Plan</title><g transform="translate(1 2)"><path d="M0 0L9,9Z" style="fill:none;stroke:#123456"/>'
            '<text x="3" y="4" font-size="2">Kafé <tspan dy="2">A</tspan>!</text></g><!-- a note -->')
    )  # fmt: skip
    root = ET.fromstring(kept.content)
    assert kept.media == "image/svg+xml" and len(kept.digest) == 64
    assert root.attrib == {"viewBox": "0 0 55 30", "preserveAspectRatio": "none"}
    path = next(e for e in root.iter() if e.tag.endswith("path"))
    assert path.attrib == {"d": "M0 0L9,9Z", "fill": "none", "stroke": "#123456"}
    assert "".join(root.itertext()) == "Kafé A!"


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        "<style>@import url(//evil.example/x.css);</style>",
        '<image href="file:///etc/passwd" width="9" height="9"/>',
        '<image xlink:href="https://evil.example/x.png"/>',
        "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml' onclick='alert(1)'>x</p></foreignObject>",
        '<use href="#a"/>',
        '<a href="javascript:alert(1)"><rect width="9" height="9"/></a>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<set attributeName="onload" to="alert(1)"/>',
        '<g><g><iframe src="https://evil.example"/></g></g>',
        '<filter id="a"><feImage href="https://evil.example/x"/></filter>',
    ],
)
def test_a_drawing_with_more_than_shapes_is_refused_with_what_to_do(inner: str) -> None:
    with pytest.raises(PictureRefused, match=r"is not shown here .* save it as plain SVG or as PNG"):
        read_picture(svg(inner))


@pytest.mark.parametrize(
    "more",
    [
        'onload="alert(1)"',
        'onclick="alert(1)"',
        'style="background:url(https://evil.example/x)"',
        'fill="url(https://evil.example/x#a)"',
        'style="fill:url( //evil.example/x )"',
        'stroke="u\\72l(x)"',
        'font-family="&quot;/**/expression(alert(1))"',
        'xlink:href="https://evil.example/x"',
        'id="plan-full" class="bar"',
        'xml:base="https://evil.example/"',
    ],
)
def test_attributes_that_could_do_something_are_left_out(more: str) -> None:
    for data in (svg(f'<rect width="3" height="3" {more}/>'), svg("<g/>", more)):
        kept = read_picture(data).content.decode()
        assert not any(
            word in kept for word in ("evil", "alert", "url", "plan-full", "u\\72l", "class", "onload")
        )


def test_parts_of_other_vocabularies_are_left_out() -> None:
    kept = read_picture(
        svg('<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script><defs><use/></defs>')
    )
    assert b"alert" not in kept.content and b"use" not in kept.content


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE svg [<!ENTITY a0 "ha">' + BOMB.encode() + b"]>" + svg("<text>&a11;</text>"),
        b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + svg("<text>&x;</text>"),
        b'<!DOCTYPE svg SYSTEM "https://evil.example/x.dtd">' + svg(""),
        b"",
        b"GIF89a",
        b"<html><svg/></html>",
        b"<svg/>",
        b"\xff\xfe<\0s\0",
        b'<?xml version="1.0" encoding="no-such"?><svg/>',
        b"<svg" * 200_000,
        b"\x89PNG\r\n\x1a\n",
        raster("PNG")[:60],
        b"\xff\xd8\xff\xe0" + b"junk" * 100,
        raster("GIF"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(PictureRefused):
        read_picture(data)


def test_what_would_cost_too_much_is_refused_before_it_does() -> None:
    begun = time.process_time()
    for data in (
        png_of(30_000, 30_000),
        png_of(5000, 5000),
        b"x" * (LARGEST_FILE + 1),
        svg("<g/>" * (MOST_ELEMENTS + 1)),
        svg("<g>" * 5000 + "</g>" * 5000),
        svg("", 'width="100%"').replace(b'viewBox="0 0 55 30"', b""),
    ):
        with pytest.raises(PictureRefused):
            read_picture(data)
    assert time.process_time() - begun < 5  # a decoded one would take longer, and gigabytes


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_of_a_raster_picture_the_pixels_stay_and_nothing_else(kind: str) -> None:
    kept = read_picture(raster(kind) + b"<script>alert(1)</script>PK\x03\x04")
    assert kept.media == f"image/{kind.lower()}" and b"alert" not in kept.content
    assert Image.open(io.BytesIO(kept.content)).size == (30, 20)
    large = read_picture(raster(kind, 4000, 1000))
    assert Image.open(io.BytesIO(large.content)).size == (LONGEST_SIDE, 750)


def test_a_drawing_that_says_its_size_in_another_way_is_shown_whole() -> None:
    data = svg("<g/>", 'width="210mm" height="99"').replace(b'viewBox="0 0 55 30" ', b"")
    assert ET.fromstring(read_picture(data).content).get("viewBox") == "0 0 210 99"


@given(st.binary(max_size=300) | st.text(max_size=80).map(lambda text: svg(text)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for begun in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"):
        try:
            read_picture(begun + data)
        except PictureRefused:
            continue
