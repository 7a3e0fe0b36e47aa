"""Pictures of floor plans: SVG, PNG or JPEG in, a harmless picture of the same kind out.

Files are not trusted. Of an SVG only shapes and texts with plain styles are written again: no script, style sheet,
reference, entity or foreign element can remain. A raster picture is decoded and encoded again, which drops all other
content of the file.
"""

import hashlib
import io
import re
import warnings
from dataclasses import dataclass
from typing import Final, Literal
from xml.etree import ElementTree as ET

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from PIL import Image, ImageOps

from besok.model import messages
from besok.model.errors import PictureRefused

LARGEST_FILE: Final = 1_000_000  # bytes
MOST_PIXELS: Final = 20_000_000
LONGEST_SIDE: Final = 3000  # pixels; larger pictures are scaled down
MOST_ELEMENTS: Final = 20_000  # of an SVG
DEEPEST: Final = 50  # groups within groups

Media = Literal["image/svg+xml", "image/png", "image/jpeg"]
_SVG: Final = "{http://www.w3.org/2000/svg}"
_DRAWN: Final = {
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "switch",
}  # fmt: skip
_UNSEEN: Final = {"title", "desc", "metadata", "defs"}
_GEOMETRY: Final = {
    "viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy", "d",
    "points", "transform",
}  # fmt: skip
_LOOKS: Final = {
    "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap", "opacity",
    "stroke-linejoin", "stroke-dasharray", "stroke-miterlimit", "font-size", "font-weight", "font-family",
    "text-anchor", "display",
}  # fmt: skip
_PLAIN: Final = re.compile(r"(?!.*url\s*\()[\w\s.,#%()+-]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPicture:
    """A picture that can be shown; `digest` is of its content."""

    media: Media
    content: bytes

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the content."""
        return hashlib.sha256(self.content).hexdigest()


def read_picture(data: bytes) -> PlanPicture:
    """Return the sanitised picture of a file. Raises PictureRefused with the remedy."""
    if len(data) > LARGEST_FILE:
        raise PictureRefused(messages.PICTURE_TOO_LARGE(n=LARGEST_FILE // 1_000_000))
    if data.startswith((b"\x89PNG", b"\xff\xd8")):
        return _raster(data)
    return PlanPicture(media="image/svg+xml", content=_svg(data))


def _raster(data: bytes) -> PlanPicture:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=["PNG", "JPEG"])
        kind = "PNG" if image.format == "PNG" else "JPEG"
        if image.width * image.height > MOST_PIXELS:
            raise PictureRefused(messages.PICTURE_TOO_MANY_PIXELS)
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        clean = ImageOps.exif_transpose(image).convert("RGBA" if kind == "PNG" else "RGB")
        clean.info.clear()
        output = io.BytesIO()
        clean.save(output, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
        raise PictureRefused(messages.PICTURE_TOO_MANY_PIXELS) from exc
    except (OSError, SyntaxError, ValueError) as exc:  # what Pillow raises for files that are torn
        raise PictureRefused(messages.PICTURE_UNREADABLE) from exc
    return PlanPicture(media="image/png" if kind == "PNG" else "image/jpeg", content=output.getvalue())


def _svg(data: bytes) -> bytes:
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError) as exc:
        raise PictureRefused(messages.PICTURE_UNREADABLE) from exc
    if root.tag != f"{_SVG}svg":
        raise PictureRefused(messages.PICTURE_UNREADABLE)
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise PictureRefused(messages.PICTURE_TOO_DETAILED(n=MOST_ELEMENTS))
    clean = _element(root, 0)
    if "viewBox" not in clean.attrib:
        clean.set("viewBox", f"0 0 {_length(clean, 'width')} {_length(clean, 'height')}")
    for side in ("width", "height"):
        clean.attrib.pop(side, None)
    clean.set("preserveAspectRatio", "none")  # it fills the plan
    clean.set("xmlns", _SVG[1:-1])
    return ET.tostring(clean, encoding="unicode").encode()


def _length(root: ET.Element, side: str) -> str:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:px|mm|cm|in|pt)?\s*", root.get(side, ""))
    if match is None:
        raise PictureRefused(messages.PICTURE_NO_SIZE)
    return match[1]


def _element(raw: ET.Element, depth: int) -> ET.Element:
    """Return an element with its allowed content, without namespaces."""
    if depth > DEEPEST:
        raise PictureRefused(messages.PICTURE_TOO_DETAILED(n=MOST_ELEMENTS))
    name = raw.tag.removeprefix(_SVG)
    clean = ET.Element(name, _attributes(raw))
    if name in ("text", "tspan"):
        clean.text = raw.text
    for inner in raw:
        if not isinstance(inner.tag, str) or not inner.tag.startswith(_SVG):
            continue  # comments, and metadata of drawing programs
        kind = inner.tag.removeprefix(_SVG)
        if kind in _UNSEEN:
            continue
        if kind not in _DRAWN:
            raise PictureRefused(messages.PICTURE_NOT_PLAIN(part=kind[:40]))
        clean.append(_element(inner, depth + 1))
        if name in ("text", "tspan"):
            clean[-1].tail = inner.tail
    return clean


def _attributes(raw: ET.Element) -> dict[str, str]:
    """Return geometry and style attributes, also from `style`, limited to plain words and numbers."""
    styled = (pair.partition(":") for pair in raw.get("style", "").split(";"))
    looks = {key.strip(): value.strip() for key, _, value in styled}
    allowed = {key: value for key, value in raw.attrib.items() if key in _GEOMETRY | _LOOKS}
    allowed |= {key: value for key, value in looks.items() if key in _LOOKS}
    return {key: value for key, value in allowed.items() if _PLAIN.fullmatch(value)}
