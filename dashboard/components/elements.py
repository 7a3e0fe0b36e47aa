"""Elements that pages are made of, and attributes that are not words of Python."""

from collections.abc import Sequence
from typing import Any

from dash import html

from besok.text.languages import _, language


def aria(**values: str) -> dict[str, Any]:
    """Return attributes: `aria(label="Pages")` is `aria-label="Pages"`."""
    return {f"aria-{name}": value for name, value in values.items()}


def data(**values: str) -> dict[str, Any]:
    """Return attributes: `data(part="people")` is `data-part="people"`."""
    return {f"data-{name}": value for name, value in values.items()}


HIDDEN = aria(hidden="true")  # for purely visual elements


def present(*parts: Any) -> list[Any]:
    """Return the parts that are neither None nor empty."""
    return [part for part in parts if part]


def titled(title: str, *parts: Any, **attributes: Any) -> Any:
    """Return a section of a page under its heading; empty parts are left out."""
    return html.Section([html.H2(title), *present(*parts)], **attributes)


def quiet(*parts: Any) -> Any:
    """Return a paragraph in a subdued colour; None without any part."""
    return html.P(present(*parts), className="quiet") if any(parts) else None


def fold(summary: str, *parts: Any, **attributes: Any) -> Any:
    """Return parts folded below a summary. One with a count has an `id`, by which it stays open when that changes."""
    return html.Details([html.Summary(summary), *present(*parts)], **attributes)


def pair(*parts: Any) -> Any:
    """Return parts side by side where the page is wide enough for two; None without any."""
    shown = present(*parts)
    return html.Div(shown, className="pair") if shown else None


def first_of(parts: Sequence[Any], shown: int, of: str, **attributes: Any) -> list[Any]:
    """Return a list of the first parts, with the others folded away below it; `of` is what no other list of the page is
    of.
    """
    text, folded = _("{n} more").format(n=len(parts) - shown), items(parts[shown:], **attributes)
    rest = fold(text, folded, className="older", id=f"more-{of}")
    return [items(parts[:shown], **attributes), *([rest] if parts[shown:] else [])]


def items(parts: Any, **attributes: Any) -> Any:
    """Return a list with an item for each part."""
    return html.Ul([html.Li(part) for part in parts], **attributes)


def chip(word: Any, **state: str) -> Any:
    """Return a word in the colour of its state; without a state, with the utilisation sign of the element around it."""
    if state:
        return html.Span(html.Span(word, className="chip plain"), **data(**state))
    return html.Span([html.Span(className="icon", **HIDDEN), word], className="chip")


def csv_format() -> str:
    """Return the `format` of a file: with semicolons and decimal commas where the reader's language has them."""
    return "semicolons" if language() == "sv" else "csv"


def figure(value: Any, about: str) -> Any:
    """Return a big figure with its description."""
    return html.Div([html.P(value, className="number"), html.P(about, className="where")])
