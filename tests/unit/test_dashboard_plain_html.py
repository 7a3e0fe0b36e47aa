"""Parts of a page as HTML: the same elements, and no name that says more than text."""

from html.parser import HTMLParser
from typing import Any

import pytest
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.plain_html import lighter

HOSTILE = "</div><script>alert(1)</script>\"'&amp;<img src=x onerror=alert(1)>"


class Elements(HTMLParser):
    """The elements and texts of a piece of HTML, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Any] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def inside(part: Component) -> list[Any]:
    """Return what the element carries as HTML."""
    assert getattr(part, "children", None) is None
    return Elements(getattr(part, "data-html")).found


def test_elements_keep_their_attributes_and_texts() -> None:
    fill = html.Div(className="fill", style={"width": "50.0%", "--size": "2", "backgroundColor": "red"})
    label = html.Label(["Name", None], htmlFor="name", hidden=True, **{"data-key": "a", "aria-label": "b"})
    cell = html.Td("", colSpan=2, title=None, hidden=False)
    assert inside(lighter(html.Div([fill, [label], cell]))) == [
        ("div", {"class": "fill", "style": "width:50.0%;--size:2;background-color:red"}),
        ("label", {"for": "name", "hidden": None, "data-key": "a", "aria-label": "b"}),
        "Name",
        ("td", {"colspan": "2"}),
    ]


def test_a_hostile_name_is_text_wherever_it_stands() -> None:
    link = dcc.Link(HOSTILE, href="/now/" + HOSTILE)
    spot = html.Span(HOSTILE, title=HOSTILE, **{"data-svg": HOSTILE}, style={"width": HOSTILE})
    assert inside(lighter(html.P([link, spot]))) == [
        ("a", {"data-link": None, "href": "/now/" + HOSTILE}),
        HOSTILE,
        ("span", {"title": HOSTILE, "data-svg": HOSTILE, "style": "width:" + HOSTILE}),
        HOSTILE,
    ]


@pytest.mark.parametrize(
    "part",
    [
        dcc.Input(id="name"),
        dcc.Graph(),
        html.A("address", href="javascript:alert(1)"),
        html.A("address", href=" javascript:alert(1)"),
        html.Button("text", n_clicks=0.5),
        html.Img(src="/a.svg"),
        html.Span(1.0),
    ],
    ids=lambda part: type(part).__name__ + str(part)[:20],
)
def test_what_needs_dash_stays_with_what_is_around_it(part: Component) -> None:
    page = lighter(html.Div([html.P(html.B("one")), html.Section([part, html.P("two")])]))
    first, section = page.children
    assert inside(first) == [("b", {}), "one"]
    assert section.children[0] is part
    assert section.children[1].children == "two"


def test_a_page_of_several_parts_is_made_lighter_too() -> None:
    banner, page = lighter([html.Div(html.P("a")), html.Div([])])
    assert inside(banner) == [("p", {}), "a"]
    assert page.children == []
