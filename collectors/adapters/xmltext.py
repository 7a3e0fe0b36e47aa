"""Safe reading of XML payloads, into the same shapes as JSON so that everything that reads objects reads them too."""

from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from besok.model.errors import Unreadable

DEPTH_LIMIT: Final = 30  # elements within each other
TEXT: Final = "#text"  # of an element that has attributes or children beside it
_BLANK: Final = b"\xef\xbb\xbf \t\r\n"


def looks_so(payload: bytes) -> bool:
    """Tell whether the payload begins as XML does and JSON cannot."""
    return payload[:64].lstrip(_BLANK)[:1] == b"<"


def parse(payload: bytes) -> dict[str, Any]:
    """Return the document as an object with one field, named by its root. Raises Unreadable with a sentence.

    An element becomes its text, or if it has attributes or children an object of those; what comes several times is a
    list. Namespaces are left out. `<a><b n="1">x</b><c/></a>` is `{"a": {"b": {"n": "1", "#text": "x"}, "c": ""}}`.
    Documents with a type definition are refused: entities can grow without end or reach for files, and no sensor needs
    them.
    """
    try:
        root = fromstring(payload.strip(_BLANK), forbid_dtd=True)
    except ParseError as exc:
        line, column = exc.position
        raise Unreadable(f"the payload is broken XML (line {line}, character {column + 1})") from exc
    except DefusedXmlException as exc:
        raise Unreadable(
            "the payload is XML with a document type or entities, which no sensor needs: refused"
        ) from exc
    except (ValueError, LookupError) as exc:  # an unknown encoding
        raise Unreadable("the payload is XML in an unknown encoding") from exc
    return {_name(root.tag): _value(root, DEPTH_LIMIT)}


def _name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _value(element: Element, depth: int) -> Any:
    if not depth:
        raise Unreadable("the payload is XML nested too deeply to be a measurement")
    text = (element.text or "").strip()
    if not element.attrib and not len(element):
        return text
    members: dict[str, Any] = {_name(name): value for name, value in element.attrib.items()}
    if text:
        members[TEXT] = text
    children: dict[str, list[Any]] = {}
    for child in element:
        children.setdefault(_name(child.tag), []).append(_value(child, depth - 1))
    return members | {name: values[0] if len(values) == 1 else values for name, values in children.items()}
