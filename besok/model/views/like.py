"""Views of what has fields of the same names."""

from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

View = TypeVar("View", bound="DataclassInstance")


def like(kind: type[View], /, *sources: object, **more: object) -> View:
    """Return a view with what `sources` have under the names of its fields, and with what is given besides."""
    names = [field.name for field in fields(kind) if field.name not in more]
    return kind(
        **{name: getattr(one, name) for one in sources for name in names if hasattr(one, name)}, **more
    )
