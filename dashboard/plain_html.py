"""Parts of a page as HTML, which a browser shows in a fraction of the time that Dash takes for the same elements.

`plain.js` inserts what an element carries in `data-html`, and follows the links in it without loading a page again.
"""

import re
from html import escape
from typing import Any, Final

from dash import dcc
from dash.development.base_component import Component

NAMESPACE: Final = "dash_html_components"
VOID: Final = ("Area", "Br", "Col", "Embed", "Hr", "Img", "Source", "Track", "Wbr")  # these have no end tag
NAMES: Final = {"className": "class", "htmlFor": "for"}
LINKS: Final = re.compile(r"[/?#]|https?://|mailto:")  # the beginnings of addresses that run nothing


def lighter(page: Any) -> Any:
    """Return a page in which the largest parts that need nothing of Dash are HTML. Changes its components."""
    return _built(page)[0]


def _built(part: Any) -> tuple[Any, str | None]:
    """Return a part made lighter, and the same as HTML; None if Dash is needed to show it."""
    if isinstance(part, list | tuple):
        parts, texts = zip(*map(_built, part), strict=True) if part else ((), ())
        return list(parts), None if None in texts else "".join(texts)
    if isinstance(part, Component):
        return _element(part)
    return part, escape(part) if isinstance(part, str) else "" if part is None else None


def _element(part: Any) -> tuple[Any, str | None]:
    props = part.to_plotly_json()["props"]
    children, inside = _built(props.pop("children", None))
    is_link, is_plain = isinstance(part, dcc.Link), part._namespace == NAMESPACE and part._type not in VOID
    attributes = _attributes(props) if is_link or is_plain else None
    if inside is None or attributes is None:
        part.children = children
        return part, None
    tag = "a data-link" if is_link else part._type.lower()
    if is_plain and "<" in inside:
        part.children = None
        setattr(part, "data-html", inside)
    return part, f"<{tag}{attributes}>{inside}</{tag.split()[0]}>"


def _attributes(props: dict[str, Any]) -> str | None:
    """Return the attributes of an element as HTML; None if one of them is for Dash."""
    texts = []
    for prop, value in props.items():
        name = NAMES.get(prop, prop.lower())
        if name == "style":
            value = ";".join(f"{_css(key)}:{of}" for key, of in value.items())
        if name == "href" and not LINKS.match(value):
            return None
        if value is True:
            texts.append(f" {name}")
        elif isinstance(value, str | int) and value is not False:
            texts.append(f' {name}="{escape(str(value))}"')
        elif value is not None and value is not False:
            return None
    return "".join(texts)


def _css(name: str) -> str:
    return name if name.startswith("--") else re.sub("[A-Z]", lambda capital: f"-{capital[0].lower()}", name)
