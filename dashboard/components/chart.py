"""An accessible chart: the picture, the finding in words, the numbers as a table, and the file."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go
from dash import dcc, html

from besok.text import formats
from besok.text.languages import _
from dashboard.components.elements import aria, data, present, quiet
from dashboard.figures.style import config

Cell = str | tuple[str, str]  # a text, or the text and the day that it is of


def chart(
    figure: go.Figure,
    *,
    label: str,
    finding: Any,
    head: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    csv: str,
    name: str,
    day: str = "",
    embed: date | None = None,
) -> Any:
    """`label` names the chart for a screen reader, `finding` says what it shows, `csv` is the address of its numbers.

    `name` distinguishes charts of one page. `day` is the address of a day, DAY in its place, to which the chart leads.
    `embed`, the last day that it rests on, allows it on web pages of others: only for visits of whole sites by day or
    longer, which tell of nobody. The page then has a `data-source`, with `{day}` for that day.
    """
    images = [_image(kind, label) for kind in ("PNG", "SVG")]
    graph = dcc.Graph(id=f"graph-{name}", figure=figure, config=config(), className="graph", responsive=True)
    hint = quiet(_("Click a day in the chart, or its link in the table, to see that day.")) if day else None
    return html.Figure(
        present(
            html.Div(graph, className="chart-plot", role="group", **aria(label=label)),
            html.Figcaption(finding, className="finding"),
            hint,
            html.Div(
                [
                    _numbers(head, rows, label),
                    *below(label, csv, *images, *([_embed(label, embed)] if embed else [])),
                ],
                className="below",
            ),
        ),
        id=f"chart-{name}",
        className="chart",
        **(data(day=day) if day else {}),
    )


def below(label: str, csv: str, *images: Any) -> list[Any]:
    """Return what can be taken along of a chart: its address, pictures, and its numbers as a file."""
    about = aria(label=_("Download CSV: {chart}").format(chart=label))
    return [
        html.Span([_link(label), *images], className="images"),
        html.A(_("Download CSV"), href=csv, download="", **about),
    ]


def _link(label: str) -> Any:
    """Return the button that copies the address of the chart, with all choices of the page in it, by `shell.js`."""
    about = aria(label=_("Copy link: {chart}").format(chart=label))
    text = _("Copy link")
    marks = data(copied=_("The link is copied."), failed=_failed())
    return html.Button(text, type="button", className="link", **about, **marks)


def _failed() -> str:
    return _("It was not copied: the browser does not allow it.")


def _embed(label: str, day: date) -> Any:
    """Return the button that copies the chart for a web page, which `shell.js` makes: a picture with its words."""
    copied = _("The HTML is copied: a picture with source and date.")
    about = aria(label=_("Copy HTML for a web page: {chart}").format(chart=label))
    text = _("HTML for a web page")
    return html.Button(
        text,
        type="button",
        className="link",
        title=_("A picture with description, source and date. It needs no sign-in, and does not change."),
        **about,
        **data(copied=copied, failed=_failed(), embed=formats.day(day)),
    )


def _image(kind: str, label: str) -> Any:
    """Return the button that downloads the chart as a picture, which `shell.js` makes."""
    about = aria(label=_("Download {kind}: {chart}").format(kind=kind, chart=label))
    return html.Button(kind, type="button", className="link", **about, **data(image=kind.lower()))


def _numbers(head: Sequence[str], rows: Sequence[Sequence[Cell]], label: str) -> Any:
    """Return the table, filled by `table.js` when it is opened; `label` distinguishes tables of one page."""
    numbers = json.dumps({"head": list(head), "rows": [list(row) for row in rows]}, ensure_ascii=False)
    place = html.Div(
        className="scroll",
        tabIndex="0",
        role="region",
        **aria(label=_("Numbers: {chart}").format(chart=label)),
        **data(table=numbers),
    )
    return html.Details([html.Summary(_("Show as table")), place])


def sheet(head: Sequence[Any], rows: Sequence[Sequence[Any]], label: str, kind: str = "scroll sheet") -> Any:
    """Return a table that scrolls by itself where it is wider than the page; `label` names it for a screen reader."""
    return html.Div(table(head, rows), className=kind, tabIndex="0", role="region", **aria(label=label))


def table(head: Sequence[Any], rows: Sequence[Sequence[Any]], **attributes: Any) -> Any:
    """Return a plain table whose first column names the rows; a cell of the head may be one with attributes."""
    body = [
        html.Tr([html.Th(first, scope="row"), *[html.Td(cell) for cell in rest]]) for first, *rest in rows
    ]
    cells = [cell if isinstance(cell, html.Th) else html.Th(cell, scope="col") for cell in head]
    top = html.Thead(html.Tr(cells))
    return html.Table([top, html.Tbody(body)], className="numbers", **attributes)
