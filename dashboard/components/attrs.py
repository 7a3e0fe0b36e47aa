"""Attributes of elements that are not words of Python."""

from typing import Any


def aria(**values: str) -> dict[str, Any]:
    """`aria(label="Pages")` is `aria-label="Pages"`."""
    return {f"aria-{name}": value for name, value in values.items()}


def data(**values: str) -> dict[str, Any]:
    """`data(part="people")` is `data-part="people"`."""
    return {f"data-{name}": value for name, value in values.items()}


HIDDEN = aria(hidden="true")  # for what is only seen
